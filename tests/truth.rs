//! Percentiles against delays that are known in advance: within 1 ms or 1 %, whichever is more.

use crate::support::alone;
use crate::support::cli::run_plugin;
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;

/// Microseconds that a percentile may be above the truth; it can't be below it by more
/// than the histogram's own resolution.
fn assert_near(summary: &Summary, percentile: &str, truth: u64) {
    let shown = summary.number(&format!("/totals/duration/{percentile}"));
    let allowed = 1_000.max(truth / 100);
    assert!(
        shown.abs_diff(truth) <= allowed,
        "{percentile} is {shown} µs, the truth is {truth} µs"
    );
}

fn quickstart(delay: &str, users: &str, requests: &str) -> Summary {
    let shop = Shop::start(&["--delay", delay]);
    let arguments = ["--host", &shop.url, "-u", users, "--iterations", requests];
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &arguments);
    ran.exits(0);
    summary.adds_up();
    assert_eq!(summary.number("/totals/requests").to_string(), requests);
    summary
}

#[test]
fn a_fixed_delay_is_reported_as_it_is() {
    let _machine = alone();
    let summary = quickstart("20ms", "10", "1000");
    for percentile in ["p50", "p90", "p99"] {
        assert_near(&summary, percentile, 20_000);
    }
}

#[test]
fn a_sweep_of_delays_has_the_percentiles_that_it_must_have() {
    let _machine = alone();
    // 1000 equal steps from 10 to 110 ms, twice: the nearest rank of p50 is step 499 of 999.
    let summary = quickstart("sweep:10ms..110ms/1000", "30", "2000");
    for (percentile, truth) in [("p50", 59_950), ("p90", 99_990), ("p99", 108_999)] {
        assert_near(&summary, percentile, truth);
    }
    let slowest = summary.number("/totals/duration/max");
    assert!(slowest >= 110_000, "the slowest request took {slowest} µs");
}
