//! Files and streams of results: whatever text a guest puts into them, they stay well-formed and inert, read by parsers that
//! aren't ours; and where one can't be written, the run goes on, says so, and writes the others.

use crate::support::cli::{Background, Ran, run, wasmswarm};
use crate::support::{root, together};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Names, checks, tags, log lines and errors that break what isn't careful: one each iteration.
const HOSTILE: &str = r#"
import http from 'k6/http';
import { check } from 'k6';
const TEXTS = [
  '=cmd()', '+1', '-1', '@SUM(1)', '\uff1d1', '<script>alert(1)</script>', '</script><img src=x onerror=alert(1)>', ']]>',
  '"\'`` ` ```', 'a,b;c\nd\r\n=e\tf', '\u001b[31mred\u001b]0;title\u0007', '\u0000\u0001', '\u202e\u2066', '\ud800 lone',
  '|a\\|b', '@everyone https://evil.test', '&amp;<!--', '[a](javascript:b)', '\n# head',
];
export const options = { iterations: TEXTS.length };
export default function () {
  const text = TEXTS[__ITER];
  console.log(text);
  http.get('/nowhere', { tags: { name: text, zone: text } });
  check(null, { [text]: () => false }, { zone: text });
  throw new Error(text);
}
"#;

/// Every output, as a flag and the name of its file: what has a new one adds it here, and how it is read to
/// `tests/support/inert.py`.
const OUTPUTS: &[(&str, &str)] = &[
    ("--csv", "locust"),
    ("--failures-log", "failures.json"),
    ("--hdr-log", "times.hlog"),
    ("--junit", "junit.xml"),
    ("--markdown", "summary.md"),
    ("--out", "csv=samples.csv"),
    ("--out", "json=samples.json"),
    ("--summary-json", "results.json"),
];

fn script(folder: &Path) {
    fs::write(folder.join("plugin.js"), HOSTILE).unwrap();
}

fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = wasmswarm();
    command
        .args(["run", "plugin.js", "--host", "demo", "--headless"])
        .args(arguments)
        .current_dir(folder);
    Background::start(command).finish()
}

#[test]
fn no_text_of_a_guest_breaks_an_output_or_acts_in_it() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    script(folder.path());
    let mut arguments = vec!["--csv-full-history"];
    arguments.extend(OUTPUTS.iter().flat_map(|(flag, file)| [*flag, *file]));
    let ran = run_in(folder.path(), &arguments).exits(0).says_nothing_raw();
    assert!(ran.out.contains("=cmd()"), "{}", ran.out);
    let read = Command::new("python3")
        .arg(root().join("tests/support/inert.py"))
        .arg(folder.path())
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&read.stdout),
        String::from_utf8_lossy(&read.stderr),
    );
    assert!(read.status.success(), "{out}\n{err}");
    // Each of the eight, the first of them four files.
    assert_eq!(out.lines().count(), 11, "{out}");
}

#[test]
fn what_cant_be_written_is_said_and_all_else_is_written() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    script(folder.path());
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // A reader that goes away at once.
    let reader = std::thread::spawn(move || drop(fs::File::open(pipe).unwrap()));
    let ran = run_in(
        folder.path(),
        &[
            "--junit",
            "/dev/full",
            "--markdown",
            "summary.md",
            "--out",
            "json=/dev/full",
            "--out",
            "json=pipe",
            "--out",
            "csv=samples.csv",
            "--summary-json",
            "results.json",
        ],
    )
    .exits(104)
    .complains("failed to write the results to \"/dev/full\"");
    reader.join().unwrap();
    for lost in [
        "the output json=/dev/full failed",
        "No space left on device",
        "the output json=pipe failed",
        "Broken pipe",
    ] {
        assert!(ran.err.contains(lost), "{lost} isn't in:\n{}", ran.err);
    }
    let results = fs::read_to_string(folder.path().join("results.json")).unwrap();
    let results: serde_json::Value = serde_json::from_str(&results).unwrap();
    let ends = results["outputs"].as_array().unwrap().iter();
    let lost: Vec<_> = ends
        .filter(|end| !end["failure"].is_null())
        .map(|end| &end["name"])
        .collect();
    assert_eq!(lost, ["json=/dev/full", "json=pipe"]);
    for (file, part) in [
        ("summary.md", "19 requests"),
        ("samples.csv", "http_reqs"),
        ("results.json", "wasmswarm.summary/1"),
    ] {
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains(part), "{part} isn't in {file}:\n{text}");
    }
}

#[test]
fn what_can_never_be_written_is_refused_before_the_run() {
    for arguments in [
        ["--out", "json=/no/such/folder/a.json"],
        ["--csv", "/no/such/folder/a"],
        ["--hdr-log", "/no/such/folder/a"],
        ["--junit", "/no/such/folder/a.xml"],
        ["--markdown", "/"],
    ] {
        let plugin = root().join("docs/examples/hello.wat");
        let given = arguments.map(OsString::from);
        let all = [
            "run".into(),
            plugin.into(),
            "--host".into(),
            "http://127.0.0.1:1".into(),
        ];
        let ran = run(all.into_iter().chain(given)).exits(104);
        assert!(ran.err.contains("be written"), "{arguments:?}:\n{}", ran.err);
        assert!(ran.out.is_empty(), "{}", ran.out);
    }
    run(["run", "x", "--out", "jsn=a"])
        .exits(2)
        .complains("did you mean \"json\"?");
}

/// Sends a body and a secret, and is answered by an error.
const FAILING: &str = r#"
import http from 'k6/http';
export default function () {
  console.log('before');
  http.post('/nowhere', 'a body\nof two lines', { headers: { 'x-key': __ENV.SHOP_TOKEN } });
  console.log('after');
}
"#;

#[test]
fn debugging_shows_an_exchange_in_its_place_and_no_secret() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plugin.js"), FAILING).unwrap();
    let secret = ["-e", "SHOP_TOKEN=s3cr3t-4711"];
    let arguments = [
        &[
            "--debug",
            "-u",
            "7",
            "-t",
            "60s",
            "--failures-log",
            "failures.json",
        ][..],
        &secret,
    ]
    .concat();
    let ran = run_in(folder.path(), &arguments).exits(0);
    let mut rest = ran.err.as_str();
    for line in [
        "before",
        "> POST /nowhere",
        "> x-key: ***",
        "> a body",
        "> of two lines",
        "< 404 in ",
        "! failed: status 404",
        "after",
    ] {
        rest = rest
            .split_once(line)
            .unwrap_or_else(|| panic!("no {line:?} then:\n{}", ran.err))
            .1;
    }
    assert!(ran.out.contains("requests      1"), "{}", ran.out);
    let log = fs::read_to_string(folder.path().join("failures.json")).unwrap();
    assert!(!(ran.err + &log).contains("s3cr3t"), "{log}");
    let [line] = log.lines().collect::<Vec<_>>()[..] else {
        panic!("{log}")
    };
    let failed: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(failed["request"]["body"], "a body\nof two lines");
    assert_eq!(
        (&failed["response"]["status"], &failed["failure"]),
        (&404.into(), &"status 404".into())
    );
}

#[test]
fn a_search_refuses_what_is_about_a_single_run() {
    let plugin = root().join("docs/examples/hello.wat");
    let all: [OsString; 4] = [
        "find".into(),
        plugin.into(),
        "--junit".into(),
        "/tmp/never.xml".into(),
    ];
    run(all).exits(104).complains("a search makes many runs");
}
