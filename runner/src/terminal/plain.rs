//! Progress where there is no terminal: one line every few seconds.

use super::units;
use crate::metrics::Snapshot;
use std::time::Duration;

/// How often [`line()`] should be printed.
pub const EVERY: Duration = Duration::from_secs(5);

/// The state of a run in one line.
pub fn line(snapshot: &Snapshot) -> String {
    let (totals, recent) = (&snapshot.totals, &snapshot.recent);
    let mut line = format!(
        "{:>6}  {} VUs  {} req/s  {} failures",
        units::clock(snapshot.elapsed),
        units::count(snapshot.vus.now),
        units::rate(recent.rps),
        units::count(totals.failures),
    );
    if recent.rps > 0.0 {
        let percentiles = [("p50", recent.p50), ("p95", recent.p95), ("p99", recent.p99)];
        for (name, us) in percentiles {
            line.push_str(&format!("  {name} {}", units::time(us)));
        }
    }
    let iterations = &totals.iterations;
    if iterations.failed + iterations.trapped > 0 {
        line.push_str(&format!(
            "  {} failed iterations",
            units::count(iterations.failed + iterations.trapped)
        ));
    }
    if totals.iterations_dropped > 0 {
        line.push_str(&format!(
            "  {} dropped iterations",
            units::count(totals.iterations_dropped)
        ));
    }
    let failing = snapshot.thresholds.iter().filter(|v| v.has_failed()).count();
    if failing > 0 {
        line.push_str(&format!("  {failing} failing thresholds"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_everything_in_one_line() {
        let mut snapshot = Snapshot {
            elapsed: Duration::from_secs(12),
            ..Snapshot::default()
        };
        snapshot.vus.now = 50;
        assert_eq!(line(&snapshot), "   12s  50 VUs  0 req/s  0 failures");
        snapshot.recent.rps = 1_234.0;
        snapshot.recent.p50 = 1_200;
        snapshot.recent.p95 = 2_345;
        snapshot.recent.p99 = 850;
        snapshot.totals.iterations_dropped = 3;
        snapshot.totals.iterations.failed = 2;
        assert_eq!(
            line(&snapshot),
            "   12s  50 VUs  1,234 req/s  0 failures  p50 1.20ms  p95 2.35ms  p99 850µs  2 failed iterations  3 dropped iterations"
        );
    }
}
