//! Standard HTTP clients: requests that a guest makes over `wasi:http` are those of every other guest, sent, limited,
//! refused and counted by the same engine.

use crate::support::cli::{Ran, run, run_plugin, wasmswarm};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;

/// Runs one scenario of the guest, which ends well.
fn client(scenario: &str, shop: &Shop, more: &[&str]) -> (Ran, Summary) {
    client_exits(0, scenario, shop, more)
}

/// Runs one scenario of the guest, which ends with this exit code.
fn client_exits(code: i32, scenario: &str, shop: &Shop, more: &[&str]) -> (Ran, Summary) {
    let url = format!("URL={}", shop.url);
    let mut arguments = vec![scenario, "--host", &shop.url, "-e", &url];
    arguments.extend(more);
    let (ran, summary) = run_plugin(&guests::wasi_http(), &arguments);
    summary.adds_up();
    (ran.exits(code).says_nothing_raw(), summary)
}

#[track_caller]
fn assert_checks(summary: &Summary, each: u64, names: &[&str]) {
    for name in names {
        assert_eq!(summary.check(name), (each, 0), "{name}");
    }
    assert_eq!(summary.0["checks"].as_array().unwrap().len(), names.len());
}

#[test]
fn a_standard_clients_requests_equal_the_shops_own_counters() {
    let _machine = together();
    let shop = Shop::start(&[]);
    // What `setup` sends isn't load, so that the shop sees one more.
    let (_, summary) = client(
        "client",
        &shop,
        &["-u", "3", "--iterations-per-vu", "40", "-e", "SETUP=yes"],
    );
    assert_eq!(
        summary.iterations("client"),
        (120, 0, 0),
        "{:?}",
        summary.errors("client")
    );
    let checks = [
        "the item came",
        "all of it arrived",
        "the name wasn't sent",
        "all bytes came",
        "it came unpacked",
        "it isn't followed",
        "the VU has its cookie",
        "both kinds came",
        "the status is the server's",
    ];
    assert_checks(&summary, 15, &checks);
    let rows = [
        ("GET", "/items/{id}", "/items/{id}", 200, 1),
        ("POST", "/echo", "/echo", 200, 1),
        ("GET", "/bytes/10", "/bytes/{n}", 200, 1),
        ("GET", "/bytes/20", "/bytes/{n}", 200, 1),
        ("GET", "/bytes/30000", "/bytes/{n}", 200, 1),
        ("GET", "/bytes/40", "/bytes/{n}", 200, 1),
        ("GET", "/gzip", "/gzip", 200, 1),
        ("GET", "redirect", "/redirect/{n}", 302, 1),
        ("POST", "/login", "/login", 200, 1),
        ("GET", "/cart", "/cart", 200, 1),
        ("GET", "/status/404", "/status/{code}", 404, 1),
        ("GET", "/catalogue", "/catalogue", 200, 1),
        ("GET", "/", "/", 200, 1),
        ("GET", "/search", "/search", 200, 1),
    ];
    let (mut reported, mut served) = (shop_start(), shop_start());
    *served.entry(("GET".into(), "/".into(), 200)).or_default() += 1;
    for (method, name, route, status, each) in rows {
        *reported
            .entry((method.to_owned(), name.to_owned(), status))
            .or_default() += 15 * each;
        *served
            .entry((method.to_owned(), route.to_owned(), status))
            .or_default() += 15 * each;
    }
    assert_eq!(summary.counts(), reported);
    assert_eq!(shop.counts(), served);
    assert_eq!(summary.failures(), [("status 404".to_owned(), 15)]);
    assert_eq!(summary.number("/totals/requests_interrupted"), 0);
    assert_measured(&summary, &shop);
    let by = |tags: &str| tags.split(',').any(|tag| tag == "by=wstd");
    assert!(summary.tagged_requests().iter().all(|(_, tags, _)| by(tags)));
}

fn shop_start() -> crate::support::summary::Counts {
    Default::default()
}

/// Times and bytes are those of requests that really were sent: no fewer bytes than the shop's bodies had.
#[track_caller]
fn assert_measured(summary: &Summary, shop: &Shop) {
    let sum = |key: &str| {
        let counters = shop.counters();
        let rows = counters["by"].as_array().unwrap().clone();
        // `setup` sent one that isn't in the report, without a body.
        rows.iter()
            .filter(|row| row["route"] != "/")
            .map(|row| row[key].as_u64().unwrap())
            .sum::<u64>()
    };
    assert!(summary.number("/totals/bytes_received") > sum("bytes_out"));
    assert!(summary.number("/totals/bytes_sent") > sum("bytes_in"));
    assert!(summary.number("/totals/duration/min") > 0);
    // Connections are kept: beside one per VU there are those of requests at once.
    assert!(summary.number("/totals/reused") >= summary.number("/totals/requests") - 3 * 3 - 1);
}

#[test]
fn a_host_that_wasnt_granted_is_refused_and_recorded() {
    let _machine = together();
    let shop = Shop::start(&[]);
    // All that it asks for is refused.
    let (_, summary) = client_exits(77, "denied", &shop, &["-u", "1", "--iterations-per-vu", "5"]);
    assert_checks(&summary, 5, &["refuses a foreign host"]);
    assert_eq!(
        summary.counts(),
        [(("GET".into(), "/secret".into(), 0), 5)].into()
    );
    assert_eq!(summary.failures(), [("host-not-allowed".to_owned(), 5)]);
    assert_eq!(
        summary.0["denials"],
        serde_json::json!([{ "kind": "host", "count": 5 }])
    );
}

#[test]
fn a_clients_own_time_limit_is_kept() {
    let _machine = together();
    let shop = Shop::start(&["--delay", "2s"]);
    let (ran, summary) = client("slow", &shop, &["-u", "1", "--iterations-per-vu", "2"]);
    assert_checks(&summary, 2, &["keeps the client's limit"]);
    assert_eq!(summary.failures(), [("timeout".to_owned(), 2)]);
    // `setup` waits for its answer.
    ran.within(std::time::Duration::from_secs(8));
}

#[test]
fn a_request_that_its_guest_lets_go_of_is_cut_short_and_counted() {
    let _machine = together();
    let shop = Shop::start(&["--delay", "200ms"]);
    let (_, summary) = client("careless", &shop, &["-u", "1", "--iterations-per-vu", "4"]);
    assert_checks(&summary, 4, &["it isn't there at once"]);
    assert_eq!(summary.number("/totals/requests"), 0);
    assert_eq!(
        summary.number("/totals/requests_interrupted"),
        summary.number("/totals/requests_started")
    );
}

#[test]
fn more_than_64_at_once_are_refused() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (_, summary) = client("greedy", &shop, &["-u", "1", "--iterations-per-vu", "1"]);
    assert_checks(&summary, 1, &["six too many are refused"]);
    assert_eq!(summary.failures(), [("invalid-request".to_owned(), 6)]);
    let key = ("GET".to_owned(), "/bytes/1".to_owned(), 200);
    assert_eq!(summary.counts()[&key], 64);
}

#[test]
fn without_a_host_a_standard_client_has_none_either() {
    let _machine = together();
    let guest = guests::wasi_http();
    let arguments = ["run".as_ref(), guest.as_os_str(), "client".as_ref()];
    run(arguments).exits(104).complains("--host");
}

#[test]
fn fetch_in_a_script_is_measured_like_any_request() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("shop.js");
    let text = r#"import { check } from "k6";

export default async function () {
  const answers = await Promise.all([1, 2].map((id) => fetch(`${__ENV.URL}/items/${id}`)));
  const items = await Promise.all(answers.map((answer) => answer.json()));
  check(items, { "items are those asked for": (all) => all[0].id === 1 && all[1].id === 2 });
}
"#;
    std::fs::write(&script, text).unwrap();
    let shop = Shop::start(&[]);
    let url = format!("URL={}", shop.url);
    let engine = ["--engine", "starlingmonkey", "--yes"];
    let mut command = wasmswarm();
    command
        .arg("build")
        .arg(&script)
        .args(engine)
        .arg("-o")
        .arg(folder.path().join("shop.wasm"));
    let built = command.output().expect("the binary starts");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let arguments = [
        "--host",
        &shop.url,
        "-e",
        &url,
        "-u",
        "2",
        "--iterations-per-vu",
        "5",
    ];
    let (ran, summary) = run_plugin(&folder.path().join("shop.wasm"), &arguments);
    ran.exits(0);
    summary.adds_up();
    assert_eq!(summary.check("items are those asked for"), (10, 0));
    let key = |name: &str| ("GET".to_owned(), name.to_owned(), 200);
    assert_eq!(
        summary.counts(),
        [(key("/items/1"), 10), (key("/items/2"), 10)].into()
    );
    assert_eq!(shop.counts(), [(key("/items/{id}"), 20)].into());
}
