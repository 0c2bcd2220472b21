//! What a reader must know before trusting a summary, in sentences.

use crate::metrics::Snapshot;
use crate::results::model::RunFacts;
use crate::terminal::{escape, units};

/// Why none of the figures can be trusted as they stand, the gravest first: these belong beside the verdict.
pub(super) fn doubts(snapshot: &Snapshot, facts: &RunFacts<'_>) -> Vec<String> {
    let mut all: Vec<_> = facts
        .wrong
        .iter()
        .map(|what| format!("the counts don't agree, a defect: {what}"))
        .collect();
    all.extend(slow_generator(snapshot));
    all.extend(greedy_guest(snapshot));
    all
}

/// What is missing from a summary, or isn't what it seems.
pub(super) fn warnings(snapshot: &Snapshot) -> Vec<String> {
    let mut all: Vec<_> = counted(snapshot).collect();
    all.extend(snapshot.denials.iter().map(|row| {
        format!(
            "the sandbox refused {} ({} times)",
            escape(&row.kind),
            units::count(row.count)
        )
    }));
    all
}

fn slow_generator(snapshot: &Snapshot) -> Option<String> {
    let health = &snapshot.health;
    let times = [
        (health.throttled_us, "stopped by a CPU quota for"),
        (health.cpu_wait_us, "waited for a CPU for"),
    ];
    // What is less doesn't explain a red second.
    let causes = times.into_iter().filter(|(us, _)| *us >= 20_000);
    let causes: String = causes
        .map(|(us, what)| format!(", {what} {}", units::time(us)))
        .collect();
    let red_seconds = health.red_seconds.saturating_sub(health.guest_seconds);
    (red_seconds > 0).then(|| {
        format!(
            "this machine was too slow in {} of {} seconds (timer lag p99 {}, {} late starts{causes}): what was measured then says more about it than about the server",
            units::count(red_seconds),
            units::count(snapshot.elapsed.as_secs_f64().ceil() as u64),
            units::time(health.lag_p99_us),
            units::count(health.late_starts),
        )
    })
}

fn greedy_guest(snapshot: &Snapshot) -> Option<String> {
    let health = &snapshot.health;
    (health.guest_seconds > 0).then(|| {
        format!(
            "virtual users, most of all of scenario `{}`, computed so long in {} of {} seconds that others on their thread had to wait: what was measured then says more about the plugin than about the server",
            escape(&health.guest_scenario),
            units::count(health.guest_seconds),
            units::count(snapshot.elapsed.as_secs_f64().ceil() as u64),
        )
    })
}

fn counted(snapshot: &Snapshot) -> impl Iterator<Item = String> {
    let (totals, flags) = (&snapshot.totals, &snapshot.flags);
    let counts = [
        (
            totals.iterations_dropped,
            "planned iterations were not started: no VU was free, or the time was over",
        ),
        (
            totals.instances_replaced,
            "instances were replaced after a trap or a failed start",
        ),
        (
            flags.folded_requests,
            "requests are folded into `__other__`: too many names, tags or statuses (name requests by pattern, such as `/users/{id}`), or more times than --metrics-memory holds",
        ),
        (
            flags.folded_failures,
            "failure messages are folded into `__other__`: too many different ones",
        ),
        (
            flags.folded_checks,
            "checks are folded into `__other__`: too many names",
        ),
        (
            flags.folded_values,
            "values of custom metrics are folded into `__other__`: too many names or tags, or more values than --metrics-memory holds",
        ),
        (
            flags.values_dropped,
            "values of custom metrics were dropped: not finite",
        ),
        (
            flags.kind_conflicts,
            "parts of custom metrics were dropped: one name, several kinds",
        ),
        (flags.logs_dropped, "log lines were dropped: too many per second"),
        (
            flags.labels_altered,
            "names or tags were cut, changed or left out: they have at most 200 bytes, no control characters, and tags no `,`; a request has 16 tags, groups are 8 deep",
        ),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{} {what}", units::count(count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;

    #[test]
    fn a_sound_run_has_no_warnings() {
        let (plan, end) = (serde_json::Value::Null, sample::end());
        let facts = sample::facts(&plan, &end);
        assert_eq!(doubts(&sample::snapshot(), &facts), Vec::<String>::new());
        assert_eq!(warnings(&sample::snapshot()), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_trouble_is_named() {
        let (plan, end, wrong) = (serde_json::Value::Null, sample::end(), ["1 lost".to_owned()]);
        let mut snapshot = sample::snapshot();
        snapshot.health.red_seconds = 5;
        snapshot.health.guest_seconds = 3;
        snapshot.health.throttled_us = 900_000;
        snapshot.health.guest_scenario = "sp\u{1b}in".to_owned();
        snapshot.totals.iterations_dropped = 1_000;
        snapshot.flags.logs_dropped = 3;
        snapshot.denials = vec![crate::metrics::DenialRow {
            kind: "connect".to_owned(),
            count: 4,
        }];
        let facts = RunFacts {
            wrong: &wrong,
            ..sample::facts(&plan, &end)
        };
        let mut warnings = warnings(&snapshot);
        warnings.splice(0..0, doubts(&snapshot, &facts));
        let starts = [
            "the counts don't agree",
            "this machine was too slow in 2 of 10 seconds (timer lag p99 0µs, 0 late starts, stopped by a CPU quota for 900ms)",
            "virtual users, most of all of scenario `sp\\u{1b}in`, computed so long in 3 of 10",
            "1,000 planned",
            "3 log lines",
            "the sandbox refused connect (4 times)",
        ];
        assert_eq!(warnings.len(), starts.len());
        for (warning, start) in warnings.iter().zip(starts) {
            assert!(
                warning.starts_with(start),
                "{warning:?} doesn't start with {start:?}"
            );
        }
    }
}
