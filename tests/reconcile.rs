//! Every request that the report counts is one that the server saw, and the other way
//! round: name by name, status by status, with a difference of 0.

use crate::support::cli::run_plugin;
use crate::support::guests;
use crate::support::nginx::Nginx;
use crate::support::summary::{Counts, Summary};
use crate::support::target::Shop;
use crate::support::together;

fn storefront(host: &str, more: &[&str]) -> Summary {
    let mut arguments = vec!["--host", host, "-u", "50", "-r", "25", "-t", "10s"];
    arguments.extend(more);
    let (ran, summary) = run_plugin(&guests::plugin("storefront"), &arguments);
    ran.exits(0);
    summary.adds_up();
    summary
}

#[test]
fn the_report_equals_the_shops_own_counters() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let summary = storefront(&shop.url, &[]);
    assert_eq!(summary.counts(), shop.counts());
    assert_eq!(
        summary.number("/totals/requests"),
        shop.counters()["total"].as_u64().unwrap()
    );
    assert_eq!(summary.number("/totals/failures"), 0);
    assert_eq!(summary.number("/totals/checks_failed"), 0);
    // 50 visitors for 8 to 10 seconds with pauses of 0.1 to 0.5 s.
    let requests = summary.number("/totals/requests");
    assert!((1_000..3_000).contains(&requests), "{requests}");
    let names: Vec<_> = summary.counts().into_keys().map(|key| key.1).collect();
    for name in [
        "/",
        "/catalogue",
        "/items/{id}",
        "/search",
        "/login",
        "/cart",
        "/checkout",
    ] {
        assert!(names.iter().any(|n| n == name), "{name} is missing in {names:?}");
    }
}

#[test]
fn the_report_equals_the_access_log_of_nginx() {
    let _machine = together();
    let nginx = Nginx::start();
    let summary = storefront(&nginx.url, &[]);
    assert_eq!(summary.counts(), nginx.finish());
}

#[test]
fn failures_are_counted_as_the_server_counted_them() {
    let _machine = together();
    let shop = Shop::start(&["--error-rate", "0.2"]);
    let (ran, summary) = run_plugin(
        &guests::plugin("quickstart"),
        &["--host", &shop.url, "-u", "5", "--iterations", "500"],
    );
    ran.exits(0);
    summary.adds_up();
    assert_eq!(summary.counts(), shop.counts());
    assert_eq!(summary.number("/totals/requests"), 500);
    assert_eq!(summary.number("/totals/failures"), summary.with_status(500));
    assert!(
        (60..140).contains(&summary.with_status(500)),
        "{}",
        summary.with_status(500)
    );
}

#[test]
fn failures_change_the_exit_code_only_when_asked() {
    let _machine = together();
    let shop = Shop::start(&["--error-rate", "1"]);
    let arguments = [
        "--host",
        &shop.url,
        "--iterations",
        "3",
        "--exit-code-on-error",
        "9",
    ];
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &arguments);
    ran.exits(9);
    assert_eq!(summary.number("/totals/failures"), 3);
}

/// The api-crud plugin tells three kinds of reading apart that are one route to the shop.
fn by_route(summary: &Summary) -> Counts {
    let mut routes = Counts::new();
    for ((method, name, status), count) in summary.counts() {
        let route = name.trim_end_matches(" (gone)").trim_end_matches("?broken");
        *routes.entry((method, route.to_owned(), status)).or_default() += count;
    }
    routes
}

#[test]
fn a_wrong_body_that_came_with_200_is_a_failure() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (ran, summary) = run_plugin(
        &guests::plugin("api-crud"),
        &["--host", &shop.url, "-u", "4", "--iterations-per-vu", "10"],
    );
    ran.exits(0);
    summary.adds_up();
    assert_eq!(by_route(&summary), shop.counts());
    let broken: u64 = summary
        .counts()
        .iter()
        .filter(|(key, _)| key.1.ends_with("?broken"))
        .map(|(_, count)| count)
        .sum();
    assert!(broken >= 4, "{broken}");
    assert_eq!(summary.number("/totals/failures"), broken);
    assert_eq!(summary.failures(), [("storage offline".to_owned(), broken)]);
}

#[test]
fn the_built_in_shop_is_one_word_away() {
    let _machine = together();
    let (ran, summary) = run_plugin(
        &guests::plugin("quickstart"),
        &["--host", "demo", "--iterations", "20"],
    );
    ran.exits(0);
    summary.adds_up();
    assert_eq!(summary.with_status(200), 20);
}
