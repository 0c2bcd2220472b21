//! The HTML report in a real browser: its figures are those of the results file, it reaches for nothing else, and texts
//! of a plugin stay texts.

use crate::support::cli::run_in;
use crate::support::together;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Its requests have the name of an attack.
const SCRIPT: &str = r#"
import http from "k6/http";
export default function () {
    http.get("/", { tags: { name: "</script><img src=x onerror=alert(1)><!--" } });
}
"#;

/// The page after its scripts have run, and what the browser had to say meanwhile. It finds no host.
fn rendered(page: &Path) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--enable-logging=stderr",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--virtual-time-budget=5000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium is installed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_browser_shows_the_figures_of_the_results_and_runs_nothing_of_a_plugins() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script.js"), SCRIPT).unwrap();
    let line = [
        "run",
        "script.js",
        "--host",
        "demo",
        "-u",
        "3",
        "-i",
        "37",
        "--headless",
    ];
    let files = ["--html", "report.html", "--summary-json", "results.json"];
    run_in(folder.path(), &[&line[..], &files[..]].concat()).exits(0);
    let results = std::fs::read_to_string(folder.path().join("results.json")).unwrap();
    let results: Value = serde_json::from_str(&results).unwrap();
    assert_eq!(results["totals"]["requests"], 37);

    let page = folder.path().join("report.html");
    assert!(std::fs::metadata(&page).unwrap().len() < 250_000);
    let (shown, said) = rendered(&page);
    assert!(!said.contains("CONSOLE"), "{said}");
    let (_, body) = shown.split_once("<body").expect("a page");
    assert!(body.contains("37 requests begun, each accounted for"), "{body}");
    assert!(
        body.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&lt;!--"),
        "{body}"
    );
    assert!(!body.contains("<img"), "{body}");
}
