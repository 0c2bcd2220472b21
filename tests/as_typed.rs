//! k6's scripts and locustfiles as people type them, and commands that are nearly right: what is offered, what is refused, and
//! in which words.

use crate::support::cli::{run, run_in, wasmswarm};
use crate::support::recorder::Recorder;
use crate::support::together;
use std::io::{Read as _, Write as _};

/// A script for k6 that asks for a whole URL.
fn k6(url: &str) -> String {
    format!("import http from 'k6/http';\nexport default function () {{\n  http.get('{url}/x');\n}}\n")
}

#[test]
fn the_hosts_that_a_script_names_are_offered_before_it_is_built() {
    let _machine = together();
    let recorder = Recorder::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("k6.js"), k6(&recorder.url())).unwrap();
    let ran = run_in(folder.path(), &["run", "k6.js", "-i", "3"]).exits(77);
    assert!(!ran.err.contains("evaluating"), "before the build:\n{}", ran.err);
    let flag = format!("--allow-host {}", recorder.address);
    let ran = ran.complains(&format!(
        "hint: if that is yours to test: wasmswarm run k6.js -i 3 {flag}\n"
    ));
    assert!(
        ran.err
            .contains(&format!("the script names {}", recorder.address)),
        "{}",
        ran.err
    );
    assert!(recorder.lines().is_empty());
    let allowed = [
        "run",
        "k6.js",
        "-i",
        "3",
        "--allow-host",
        &recorder.address.to_string(),
    ];
    run_in(folder.path(), &allowed).exits(0);
    assert_eq!(recorder.lines(), ["GET /x HTTP/1.1"; 3]);
}

#[test]
fn a_run_in_which_every_request_was_denied_says_which_host_to_grant() {
    let _machine = together();
    let (granted, other) = (Recorder::start(), Recorder::start());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("k6.js"), k6(&other.url())).unwrap();
    let ran = run_in(
        folder.path(),
        &["run", "k6.js", "-i", "3", "--host", &granted.url()],
    )
    .exits(77);
    let ran = ran.complains(&format!(
        "{} wasn't granted, so every request was denied",
        other.address
    ));
    assert!(
        ran.err.contains(&format!("--allow-host {}", other.address)),
        "{}",
        ran.err
    );
    assert!(granted.lines().is_empty() && other.lines().is_empty());
}

#[test]
fn a_misspelt_module_of_k6_is_told() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let script = "import http from 'k6/htp';\nexport default function () {\n  http.get('/');\n}\n";
    std::fs::write(folder.path().join("k6.js"), script).unwrap();
    let ran = run_in(folder.path(), &["run", "k6.js", "--host", "demo"]).exits(104);
    assert!(ran.err.contains("did you mean \"k6/http\"?"), "{}", ran.err);
}

/// A server that answers as TLS does to what isn't TLS: with an alert.
fn alerting() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 1024];
            if stream.read(&mut request).is_ok_and(|length| length > 0) {
                let _ = stream.write_all(&[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]);
            }
        }
    });
    url
}

#[test]
fn http_to_a_port_of_tls_is_told() {
    let _machine = together();
    let ran = run(["run", &alerting(), "-i", "1"]).exits(0);
    assert!(
        ran.out.contains("write https:// in place of http://"),
        "{}",
        ran.out
    );
}

#[test]
fn addresses_without_a_scheme_are_understood_and_not_guessed() {
    let _machine = together();
    run(["run", "localhost:8080/x"])
        .exits(104)
        .complains("to request an address, write http://localhost:8080/x");
    run(["run", "http://127.0.0.1:1/", "127.0.0.1:2/y"])
        .exits(104)
        .complains("did you mean http://127.0.0.1:2/y?");
    run(["run", "docs/examples/hello.wat", "--host", "example.com"])
        .exits(104)
        .complains("did you mean http://example.com?");
}

#[test]
fn a_misspelt_variable_is_warned_of() {
    let _machine = together();
    let mut command = wasmswarm();
    command
        .env("WASMSWARM_RUNTIME", "1s")
        .args(["run", "http://127.0.0.1:1/", "--dry-run"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("did you mean WASMSWARM_RUN_TIME?"), "{said}");
    assert!(output.status.success(), "{said}");
}
