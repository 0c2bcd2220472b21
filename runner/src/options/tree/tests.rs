//! What the three languages become.

use super::*;

fn at(line: usize, column: usize) -> Position {
    Position { line, column }
}

fn shape(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(is) => is.to_string(),
        Value::Number(number) => number.clone(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(" ")),
        Value::Table(entries) => {
            let entry = |(key, node): &(Key, Node)| format!("{}@{}={}", key.name, key.at, shape(node));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
    }
}

fn fault(format: Format, text: &str) -> Fault {
    parse(format, text).unwrap_err().remove(0)
}

#[test]
fn the_three_languages_say_the_same() {
    let toml = "users = 5\nok = true\n[scenarios.a]\nstages = [\"1s:2\", { target = 1.5 }]\n";
    assert_eq!(
        shape(&parse(Format::Toml, toml).unwrap()),
        r#"{users@1:1=5 ok@2:1=true scenarios@3:2={a@3:12={stages@4:1=["1s:2" {target@4:21=1.5}]}}}"#
    );
    let json = "{\"users\": 5,\n \"ok\": null, \"l\": [\"x\", -1e3]}";
    assert_eq!(
        shape(&parse(Format::Json, json).unwrap()),
        r#"{users@1:2=5 ok@2:2=null l@2:14=["x" -1e3]}"#
    );
    let yaml = "users: 5\nok: yes\nlist:\n  - 30s\n  - \"5\"\n  - {a: ~}\nnan: .nan\n";
    assert_eq!(
        shape(&parse(Format::Yaml, yaml).unwrap()),
        r#"{users@1:1=5 ok@2:1="yes" list@3:1=["30s" "5" {a@6:6=null}] nan@7:1=nan}"#
    );
}

#[test]
fn faults_have_their_place() {
    let faults = parse(Format::Toml, "a = \nb = [1,\nc = 2\n").unwrap_err();
    assert_eq!(faults[0].0.line, 1, "{faults:?}");
    assert_eq!(fault(Format::Json, "{\n  \"a\": 1,\n}").0.line, 2);
    assert_eq!(fault(Format::Json, "{\"a\": 1 // no\n}").0, at(1, 9));
    assert_eq!(fault(Format::Yaml, "a: 1\nb: [1, 2\nc: }").0.line, 3);
    assert_eq!(
        fault(Format::Yaml, "a: 1\n---\nb: 2"),
        (at(2, 1), "there is a second document in the file".to_owned())
    );
}

#[test]
fn keys_that_come_twice_are_refused() {
    for (format, text) in [
        (Format::Toml, "a = 1\na = 2\n"),
        (Format::Json, "{\"a\": 1,\n\"a\": 2}"),
        (Format::Yaml, "a: 1\na: 2\n"),
    ] {
        assert_eq!(fault(format, text).0.line, 2, "{format:?}");
    }
}

#[test]
fn an_alias_bomb_does_not_go_off() {
    let mut text = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let before = format!("*l{}", level - 1);
        text += &format!("l{level}: &l{level} [{}]\n", [before.as_str(); 10].join(", "));
    }
    let (at, what) = fault(Format::Yaml, &text);
    assert_eq!(what, "it has more than 50000 values");
    assert_eq!(at.line, 5);
}

#[test]
fn an_alias_inside_of_itself_is_refused() {
    assert_eq!(
        fault(Format::Yaml, "a: &a [*a]").1,
        "the alias is inside of what it names"
    );
}

#[test]
fn deep_nesting_ends_in_a_fault() {
    let deep = |open: &str, close: &str| open.repeat(5_000) + "1" + &close.repeat(5_000);
    for (format, text) in [
        (Format::Json, deep("[", "]")),
        (Format::Json, deep("{\"a\":", "}")),
        (Format::Toml, format!("a = {}", deep("[", "]"))),
        (Format::Toml, format!("a = {}", deep("{a=", "}"))),
        (Format::Toml, ["a"; 5_000].join(".") + " = 1"),
        (Format::Yaml, deep("{a: ", "}")),
        (Format::Yaml, "- ".repeat(5_000)),
    ] {
        assert!(!fault(format, &text).1.is_empty());
    }
    assert_eq!(
        fault(Format::Json, &("[".repeat(20) + &"]".repeat(20))).1,
        "it is nested more than 16 levels deep"
    );
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    assert!(parse(Format::Json, "\u{feff}{}").is_ok());
}
