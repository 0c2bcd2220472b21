//! What is found, and in which forms it is hidden. Each test has a list of its own; those of the
//! process's list use texts that occur nowhere else.

use super::list::List;
use super::*;

fn knowing(secrets: &[&str]) -> List {
    let mut list = List::new();
    list.extend(secrets.iter().map(|&secret| secret.to_owned()));
    list
}

#[test]
fn a_secret_is_hidden_in_every_encoding() {
    let list = knowing(&["p@ss w/rd+1é"]);
    for text in [
        "p@ss w/rd+1é",
        "p%40ss%20w%2Frd%2B1%C3%A9",
        "p%40ss+w%2frd%2b1%c3%a9",
        "p@ss%20w/rd%2B1%C3%A9",
        "p%2540ss%2520w%252Frd%252B1%25C3%25A9",
        r"p@ss w\/rd+1\u00e9",
        r"p@ss w/rd+1\u{e9}",
        "cEBzcyB3L3JkKzHDqQ==",
        "cEBzcyB3L3JkKzHDqQ",
        "cEBzcyB3L3JkKzHDqQ%3D%3D",
    ] {
        let shown = list.redact(text);
        assert!(
            shown.starts_with(HIDDEN) && shown.len() <= 9,
            "{text} became {shown}"
        );
    }
    assert_eq!(list.redact("before p@ss w/rd+1é after"), "before *** after");
}

#[test]
fn base64_of_a_longer_text_is_hidden_wherever_the_secret_lies_in_it() {
    let list = knowing(&["correct-horse"]);
    for before in ["", "a", "ab", "abc", "user:"] {
        for after in ["", "!", "??", "\u{ff}\u{fe}"] {
            for engine in [
                base64::engine::general_purpose::STANDARD,
                base64::engine::general_purpose::URL_SAFE,
            ] {
                use base64::Engine as _;
                let text = engine.encode(format!("{before}correct-horse{after}"));
                let shown = list.redact(&text);
                assert!(
                    shown.contains(HIDDEN) && shown.len() <= text.len() - 10,
                    "{text}: {shown}"
                );
            }
        }
    }
}

#[test]
fn what_was_cut_off_is_hidden_as_far_as_it_goes() {
    let list = knowing(&["opensesame-2026"]);
    assert_eq!(list.redact("said opensesame-2"), "said ***");
    assert_eq!(list.redact("said openses… and more"), "said ***… and more");
    assert_eq!(list.redact("said open"), "said open");
}

#[test]
fn passwords_in_urls_are_hidden_though_nobody_told() {
    let list = List::new();
    for (text, shown) in [
        ("http://user:pw@h/", "http://user:***@h/"),
        ("get http://u:a:b@c@h:80/x, then", "get http://u:***@h:80/x, then"),
        ("http://user@h/", "http://user@h/"),
        ("http://h/a:b@c", "http://h/a:b@c"),
        ("https://:token@h", "https://:***@h"),
        ("a http://u:1@h b ws://v:2@h", "a http://u:***@h b ws://v:***@h"),
    ] {
        assert_eq!(list.redact(text), shown);
    }
    assert!(matches!(list.redact("nothing to hide"), Cow::Borrowed(_)));
}

#[test]
fn json_stays_json() {
    let list = knowing(&["requests", "1234", "say \"x\"", "null"]);
    let text = r#"{"requests": 1234, "a": null, "name": "requests 1234 é", "q": "say \"x\" \\", "Requests 1234": 1}"#;
    let shown = list.redact_json(text);
    let value: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(value["requests"], 1234);
    assert_eq!(
        (&value["name"], &value["q"]),
        (&"*** *** é".into(), &"*** \\".into())
    );
    assert_eq!(value["a"], serde_json::Value::Null);
    assert!(!shown.contains("Requests 1234"), "{shown}");
    assert_eq!(list.redact_json("not \"closed"), "not \"closed");
}

#[test]
fn short_texts_are_not_hidden_everywhere() {
    assert_eq!(knowing(&["a", "pw", "abc"]).redact("a pw abc"), "a pw abc");
}

#[test]
fn nobody_prints_a_secret_by_accident() {
    let secret = Secret::new("visible?");
    let json = serde_json::to_string(&secret).unwrap();
    assert_eq!(format!("{secret} {secret:?} {json}"), "*** *** \"***\"");
    assert_eq!(secret.expose(), "visible?");
}

/// Whether the process's list knows a text.
fn is_hidden(text: &str) -> bool {
    redact(&format!("x {text} y")) == "x *** y"
}

#[test]
fn secrets_are_found_by_their_names_and_places() {
    learn_line(
        [
            "run",
            "https://me:fetch-plugin-1@h/p.wasm",
            "-e",
            "API_TOKEN=param-token-1",
            "-eDB_PASSWORD=param-pw-1",
            "-H",
            "http://u:ho%73t-pw-1@h",
            "--header",
            "x-api-key: header-key-1",
            "--api-token",
            "door-token-1",
            "--proxy=http://p:proxy-pw-1@p",
            "--header",
            "authorization Bearer broken-header-1",
            "--secret",
            "PIN",
            "-e",
            "PIN=named-secret-1",
            "--host",
            "http://u:pa#ss-broken-1@h",
            "-e",
            "apiKey=camel-key-1",
            "--header",
            "Authorization: Basic dXNlcjpiYXNpYy1wdy0x",
            "-e",
            "N=plain-value-1",
            "-e",
            "MAX_KEYS=100000",
            "-e",
            "X=ghp_0123456789abcdefghij",
            "--header",
            "cookie: sid=cookie-value-1; a=b",
        ]
        .map(str::to_owned),
        &|_| false,
    );
    learn_environment("WASMSWARM_PARAMS", "A=1\nSESSION_KEY=environment-key-1", &|_| {
        false
    });
    for hidden in [
        "fetch-plugin-1",
        "param-token-1",
        "param-pw-1",
        "host-pw-1",
        "header-key-1",
        "door-token-1",
        "proxy-pw-1",
        "broken-header-1",
        "named-secret-1",
        "pa#ss-broken-1",
        "camel-key-1",
        "basic-pw-1",
        "ghp_0123456789abcdefghij",
        "cookie-value-1",
        "environment-key-1",
    ] {
        assert!(is_hidden(hidden), "{hidden}");
    }
    for shown in [
        "plain-value-1",
        "100000",
        "shown-rule-1",
        "shown-key-1.pem",
        "shown-key-2.pem",
    ] {
        assert!(!is_hidden(shown), "{shown}");
    }
}

#[test]
fn what_is_shown_by_design_is_no_secret_whatever_its_name() {
    let line = [
        "--threshold",
        "auth_time: p(95)<shown-rule-1",
        "--key",
        "shown-key-1.pem",
    ];
    learn_line(line.map(str::to_owned), &|flag| {
        ["threshold", "key"].contains(&flag)
    });
    assert!(!is_hidden("shown-rule-1") && !is_hidden("shown-key-1.pem"));
    learn_environment("WASMSWARM_KEY", "shown-key-2.pem", &|name| name == "KEY");
    learn_environment("WASMSWARM_TOKEN", "variable-token-2", &|name| name == "KEY");
    assert!(!is_hidden("shown-key-2.pem") && is_hidden("variable-token-2"));
}

#[test]
fn long_mixed_texts_are_tokens_and_names_of_hosts_are_not() {
    learn_text("V=aB3dE5gH7jK9mN1pQ3sT5");
    learn_text("W=api.Staging-2.example.com");
    learn_text("U=0123456789abcdef0123456789abcdef");
    assert!(is_hidden("aB3dE5gH7jK9mN1pQ3sT5") && is_hidden("0123456789abcdef0123456789abcdef"));
    assert!(!is_hidden("api.Staging-2.example.com"));
}
