//! Saved runs are rendered, compared and added up, and two hosts are told apart, by the real binary. How often that goes right
//! is what tests/bench/compare finds out; here is one case of each.

use crate::support::cli::run_in as run;
use crate::support::target::Shop;
use crate::support::{root, together};
use serde_json::Value;
use std::path::Path;

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// Requests two endpoints, which have the same names whichever servers they are of.
const SCRIPT: &str = r#"
import http from "k6/http";
export default function () {
    http.get(`${__ENV.FIRST}/`, { tags: { name: "/" } });
    http.get(`${__ENV.SECOND}/catalogue`, { tags: { name: "/catalogue" } });
}
"#;

/// Load on two endpoints, one of each server.
fn measure(folder: &Path, shops: [&Shop; 2], out: &str) {
    let [first, second] = ["FIRST", "SECOND"];
    let [first, second] =
        [(first, shops[0]), (second, shops[1])].map(|(name, shop)| format!("{name}={}", shop.url));
    let line = [
        "run",
        "script.js",
        "--allow-host",
        "127.0.0.1",
        "-e",
        &first,
        "-e",
        &second,
        "--rate",
        "30/s",
        "-t",
        "10s",
        "--seed",
        "3",
        "-q",
        "--summary-json",
        out,
    ];
    run(folder, &line).exits(0);
}

/// What became of the median of each request.
fn medians(comparison: &Value) -> Vec<(String, String)> {
    let requests = comparison["requests"].as_array().unwrap().iter();
    let mut medians: Vec<_> = requests
        .map(|request| {
            let changes = request["changes"].as_array().unwrap();
            let median = changes.iter().find(|change| change["figure"] == "p50").unwrap();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&request["name"]), text(&median["verdict"]))
        })
        .collect();
    medians.sort();
    medians
}

fn owned(medians: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = medians.iter();
    owned
        .map(|(name, verdict)| ((*name).to_owned(), (*verdict).to_owned()))
        .collect()
}

/// The planted change is three times what a busy machine adds to the median of a timer.
#[test]
fn a_slower_endpoint_is_named_in_two_runs_that_are_also_added_up() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script.js"), SCRIPT).unwrap();
    let [shop, other, slow] = ["20ms", "20ms", "30ms"].map(|delay| Shop::start(&["--delay", delay]));
    std::thread::scope(|scope| {
        scope.spawn(|| measure(folder.path(), [&shop, &other], "base.json"));
        scope.spawn(|| measure(folder.path(), [&shop, &slow], "new.json"));
    });
    let compare = ["compare", "base.json", "new.json", "--json", "out.json"];
    let told = run(folder.path(), &compare).exits(99);
    assert!(told.out.contains("worse  p50 of GET /catalogue"), "{}", told.out);
    let medians = medians(&read(folder.path(), "out.json"));
    assert_eq!(medians, owned(&[("/", "same"), ("/catalogue", "worse")]));
    let limit = |limit: &str| {
        let line = ["compare", "base.json", "new.json", "--max-regression", limit];
        run(folder.path(), &line).code
    };
    assert_eq!((limit("/catalogue:p50=500%"), limit("p50=20%")), (0, 99));
    assert_eq!(run(folder.path(), &["compare", "base.json", "base.json"]).code, 0);

    let merge = ["merge", "base.json", "new.json", "--summary-json", "both.json"];
    run(folder.path(), &merge).exits(0);
    let requests = |name: &str| read(folder.path(), name)["totals"]["requests"].as_u64().unwrap();
    assert_eq!(
        requests("both.json"),
        requests("base.json") + requests("new.json")
    );
    let report = [
        "report",
        "both.json",
        "--markdown",
        "both.md",
        "--junit",
        "both.xml",
    ];
    let shown = run(folder.path(), &report).exits(0);
    assert!(shown.out.contains("1,200"), "{}", shown.out);
    let markdown = std::fs::read_to_string(folder.path().join("both.md")).unwrap();
    assert!(
        markdown.contains("1,200") && folder.path().join("both.xml").exists(),
        "{markdown}"
    );
}

#[test]
fn a_slower_host_is_told_from_the_other() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let [shop, slow] = ["20ms", "24ms"].map(|delay| Shop::start(&["--delay", delay]));
    let plugin = root().join("docs/examples/hello.wat").display().to_string();
    let line = [
        "duet",
        &plugin,
        "--host",
        &shop.url,
        "--against",
        &slow.url,
        "--rate",
        "40/s",
        "--rounds",
        "8",
        "-q",
        "--summary-json",
        "out.json",
    ];
    run(folder.path(), &line).exits(99);
    let comparison = read(folder.path(), "out.json");
    assert_eq!(medians(&comparison), owned(&[("/", "worse")]));
    assert_eq!(comparison["method"], "paired-block-bootstrap");
    // The same arrivals went to both, eight times two blocks of a second each.
    let requests = &comparison["requests"][0]["requests"];
    assert_eq!(requests[0], requests[1]);
    let counters = |shop: &Shop| shop.counters()["total"].as_u64().unwrap();
    assert!(counters(&shop) >= requests[0].as_u64().unwrap());
}

#[test]
fn what_is_no_results_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, why) in [
        ("empty.json", "", "it is empty"),
        (
            "other.json",
            r#"{"schema": "wasmswarm.find/1"}"#,
            "wasmswarm.find/1",
        ),
        (
            "half.json",
            r#"{"schema": "wasmswarm.summary/1", "#,
            "ends in the middle",
        ),
        ("text.json", "\u{1b}[31m", "no results file"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
        run(folder.path(), &["report", name]).exits(104).complains(why);
        run(folder.path(), &["compare", name, name])
            .exits(104)
            .complains(why);
        run(folder.path(), &["merge", name, name])
            .exits(104)
            .complains(why);
    }
    run(folder.path(), &["report", "missing.json"])
        .exits(104)
        .complains("missing.json");
}
