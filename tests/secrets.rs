//! What the operator keeps secret is in nothing that is printed, written or answered, whoever
//! repeats it.

use crate::support::api::Steered;
use crate::support::cli::{Background, Ran, run, wasmswarm};
use crate::support::target::Shop;
use crate::support::{guests, together};
use std::path::Path;
use std::time::Duration;

/// Fails with its parameters, logs them, and names things after them, plain and encoded.
const TELLTALE: &str = "
import http from 'k6/http';
import { check } from 'k6';
import { Counter } from 'k6/metrics';
import { b64encode } from 'k6/encoding';
const told = new Counter('told');
export default function () {
  const key = __ENV.SHOP_TOKEN;
  console.log(`key ${key} ${encodeURIComponent(key)} ${b64encode('user:' + key)} ${JSON.stringify({ key })}`);
  http.get('/?key=' + encodeURIComponent(key), { tags: { name: 'home ' + key, owner: __ENV.SHOP_TOKEN } });
  http.get('http://me:' + encodeURIComponent(key) + '@127.0.0.1:1/');
  check(null, { ['has ' + key]: () => true });
  told.add(1, { of: b64encode(key) });
  throw new Error('no ' + key + ' ' + 'x'.repeat(480 - key.length) + key);
}
";

const TOKEN: &str = "s3cr3t/of \"mine\"+1";

/// Forms in which the secret must not be found.
const FORMS: [&str; 6] = [
    TOKEN,
    "s3cr3t%2Fof",
    "s3cr3t/of%20",
    "czNjcjN0L29mICJtaW5lIisx",
    "MzY3IzdC9vZiAibWluZSIrM",
    "s3cr3t/of \\\"mine",
];

#[track_caller]
fn assert_silent(what: &str, text: &str, forms: &[&str]) {
    for form in forms {
        assert!(!text.contains(form), "{form:?} is in {what}:\n{text}");
    }
}

fn command(script: &Path, shop: &Shop, arguments: &[&str]) -> Ran {
    let mut command = wasmswarm();
    command
        .args(["run".as_ref(), script.as_os_str()])
        .args(["--host", &shop.url, "--headless", "-L", "debug"])
        .args(["-e", &format!("SHOP_TOKEN={TOKEN}")])
        .args(arguments);
    Background::start(command).finish()
}

#[test]
fn a_guest_that_tells_everything_tells_no_secret() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let (script, results) = (folder.path().join("telltale.js"), folder.path().join("out.json"));
    std::fs::write(&script, TELLTALE).unwrap();
    let ran = command(
        &script,
        &shop,
        &["-i", "2", "--summary-json", results.to_str().unwrap()],
    )
    .exits(0);
    let written = std::fs::read_to_string(&results).unwrap();
    assert_silent("the results", &written, &FORMS);
    assert_silent("standard output", &ran.out, &FORMS);
    assert_silent("standard error", &ran.err, &FORMS);
    let results: serde_json::Value = serde_json::from_str(&written).expect("still JSON");
    assert_eq!(results["totals"]["iterations"]["failed"], 2, "{written}");
    let names: Vec<_> = results["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert!(names.iter().any(|name| *name == "home ***"), "{names:?}");
    assert!(ran.err.contains("key ***"), "{}", ran.err);
    // The server, and it alone, has seen it.
    assert_eq!(shop.counters()["total"], 2);
    let ran = command(&script, &shop, &["-i", "2", "--dry-run=json"]).exits(0);
    assert_silent("the plan", &ran.out, &FORMS);
}

#[test]
fn passwords_in_urls_are_shown_to_the_server_only() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let plugin = guests::plugin("quickstart");
    let plugin = plugin.to_str().unwrap();
    let host = shop.url.replace("http://", "http://user:open%20sesame@");
    let forms = ["open%20sesame", "open sesame", "b3BlbiBzZXNhbWU"];
    let out = tempfile::NamedTempFile::new().unwrap();
    let file = out.path().to_str().unwrap();
    for (arguments, code) in [
        (vec!["--host", &host, "-i", "1", "--summary-json", file, "-v"], 0),
        (vec!["--host", &host, "--dry-run"], 0),
        (vec!["--host", &host, "--dry-run=json"], 0),
        (
            vec!["--host", "http://user:open%20sesame@127.0.0.1:1/", "-i", "1"],
            104,
        ),
        (vec!["--host", "user:open%20sesame@127.0.0.1", "-i", "1"], 104),
        (
            vec!["--host", "http://user:open sesame/x@127.0.0.1:x", "-i", "1"],
            104,
        ),
        (
            vec![
                "--host",
                &shop.url,
                "--proxy",
                "socks5://user:open%20sesame@127.0.0.1:1",
                "-i",
                "1",
            ],
            104,
        ),
        (
            vec![
                "--host",
                &shop.url,
                "--proxy",
                "http://user:open%20sesame@127.0.0.1:1",
                "-i",
                "1",
            ],
            104,
        ),
        (vec!["--hots", "http://user:open%20sesame@127.0.0.1:1"], 2),
    ] {
        let ran = run([&["run", plugin, "--headless"][..], &arguments].concat());
        assert_eq!(ran.code, code, "{arguments:?}\n{}", ran.err);
        let written = std::fs::read_to_string(out.path()).unwrap();
        for text in [&ran.out, &ran.err, &written] {
            assert_silent(&format!("{arguments:?}"), text, &forms);
        }
    }
    assert!(std::fs::read_to_string(out.path()).unwrap().contains("user:***@"));
}

#[test]
fn errors_never_echo_secrets() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let toml = file(
        "a.toml",
        "[params]\nAPI_KEY = \"tell-nobody-1\"\n[scenarios.x]\nexecutor = \"tell-nobody-1\"\n",
    );
    let broken = file(
        "b.yaml",
        "headers:\n  authorization: Bearer tell-nobody-1\n - x: [tell-nobody-1\n",
    );
    let headers = file("c.json", r#"{"headers": ["authorization Bearer tell-nobody-1"]}"#);
    let data = file(
        "d.json",
        r#"{"params": {"PIN": "tell-nobody-1"}, "secret": ["PIN"], "users": "tell-nobody-1"}"#,
    );
    for arguments in [
        vec!["--config", &toml],
        vec!["--config", &broken],
        vec!["--config", &headers],
        vec!["--config", &data],
        vec!["--header", "authorization Bearer tell-nobody-1"],
        vec!["--header", "x-api-key tell-nobody-1"],
        vec!["--api-token", "tell-nobody-1 ", "--api", "127.0.0.1:0"],
        vec!["-e", "PASSWORD=tell-nobody-1", "--threshold", "tell-nobody-1"],
        vec![
            "--secret",
            "PIN",
            "-e",
            "PIN=tell-nobody-1",
            "--users",
            "tell-nobody-1",
        ],
        vec!["-e", "X=1", "--user-token=tell-nobody-1"],
    ] {
        let ran = run([&["run", "nowhere.wasm"][..], &arguments].concat());
        assert!(
            ran.code == 2 || ran.code == 104,
            "{arguments:?}: {}\n{}",
            ran.code,
            ran.err
        );
        assert_silent(
            &format!("{arguments:?}"),
            &(ran.out + &ran.err),
            &["tell-nobody-1"],
        );
    }
}

#[test]
fn the_api_answers_without_secrets() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let host = shop.url.replace("http://", "http://user:hidden-here@");
    let steered = Steered::start(&guests::plugin("quickstart"), &["--host", &host, "-t", "20s"]);
    let answer = steered.api.get("/v1/status");
    assert_eq!(
        (answer.status, &answer.body["host"]),
        (200, &(host.replace("hidden-here", "***") + "/").into())
    );
    let metrics = steered.api.get("/v1/metrics").body.to_string();
    let end = steered.api.post("/v1/abort").body.to_string();
    assert_silent("the API's answers", &(metrics + &end), &["hidden-here"]);
    let ran = steered.run.finish().within(Duration::from_secs(20));
    assert_silent("what was printed", &(ran.out + &ran.err), &["hidden-here"]);
}

#[test]
fn results_go_to_standard_output_where_that_is_asked_for() {
    let _machine = together();
    let ran = run([
        "run".into(),
        guests::plugin("quickstart").into_os_string(),
        "--host".into(),
        "demo".into(),
        "-i".into(),
        "3".into(),
        "--headless".into(),
        "--summary-json".into(),
        "-".into(),
    ])
    .exits(0);
    let results: serde_json::Value = serde_json::from_str(&ran.out).expect("nothing but the results");
    assert_eq!(results["totals"]["iterations_started"], 3);
    assert!(
        ran.err.contains("iterations"),
        "the summary is for people: {}",
        ran.err
    );
}
