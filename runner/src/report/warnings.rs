//! What a reader must know before trusting a summary, in sentences.

use crate::metrics::Snapshot;
use crate::results::model::RunFacts;
use crate::terminal::{escape, units};

/// Slow stretches that the summary names.
const SENTENCES: usize = 5;

/// Why none of the figures can be trusted as they stand, the gravest first: these belong beside the verdict.
pub(super) fn doubts(snapshot: &Snapshot, facts: &RunFacts<'_>) -> Vec<String> {
    let mut all: Vec<_> = facts
        .wrong
        .iter()
        .map(|what| format!("the counts don't agree, a defect: {what}"))
        .collect();
    all.extend(slow_generator(snapshot));
    all.extend(greedy_guest(snapshot));
    all.extend(slow_stretches(snapshot));
    all
}

/// What is missing from a summary, or isn't what it seems.
pub(super) fn warnings(snapshot: &Snapshot) -> Vec<String> {
    let mut all: Vec<_> = unread(snapshot).into_iter().collect();
    all.extend(resources(snapshot));
    all.extend(counted(snapshot));
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
        (health.paused_us, "stopped for"),
        (health.suspended_us, "asleep for"),
        (health.throttled_us, "stopped by a CPU quota for"),
        (health.cpu_wait_us, "waited for a CPU for"),
    ];
    // What is less doesn't explain a red second.
    let causes = times.into_iter().filter(|(us, _)| *us >= 20_000);
    let causes: String = causes
        .map(|(us, what)| format!(", {what} {}", units::time(us)))
        .collect();
    let red_seconds = health.red_seconds.saturating_sub(health.guest_seconds);
    let trust = if health.trustworthy {
        ""
    } else {
        "not trustworthy: "
    };
    (red_seconds > 0).then(|| {
        format!(
            "{trust}this machine was too slow in {} of {} seconds (timer lag p99 {}, {} late starts{causes}): what was measured then says more about it than about the server",
            units::count(red_seconds),
            units::count(snapshot.elapsed.as_secs_f64().ceil() as u64),
            units::time(health.lag_p99_us),
            units::count(health.late_starts),
        )
    })
}

/// Each stretch of slow seconds in a sentence, the first few of them.
fn slow_stretches(snapshot: &Snapshot) -> Vec<String> {
    let slow = &snapshot.health.slow;
    let mut sentences: Vec<_> = slow
        .iter()
        .take(SENTENCES)
        .map(|stretch| stretch.text.clone())
        .collect();
    if slow.len() > SENTENCES {
        sentences.push("the other slow seconds are in the results file (`health.slow`)".to_owned());
    }
    sentences
}

/// The time that the generator lost, apart from the server's.
fn unread(snapshot: &Snapshot) -> Option<String> {
    let health = &snapshot.health;
    let matters = health.unread.count >= 20 && health.unread_share >= 0.1 && health.unread.p99 >= 2_000;
    matters.then(|| {
        format!(
            "{:.0} % of the service time was the generator's own: responses had been there for {} (p50) to {} (p99) before they were read, by the kernel's clock",
            health.unread_share * 100.0,
            units::time(health.unread.p50),
            units::time(health.unread.p99),
        )
    })
}

/// What the operating system will refuse soon, or refuses.
fn resources(snapshot: &Snapshot) -> impl Iterator<Item = String> {
    let health = &snapshot.health;
    let scarce = [
        (
            health.files_max,
            health.files_limit,
            "files were open at once (raise the limit: `ulimit -n`)",
        ),
        (
            health.sockets_max,
            health.ports,
            "ports were taken on this machine; a new connection to one address may find none (widen `net.ipv4.ip_local_port_range`, or use --source-address)",
        ),
    ];
    let scarce = scarce
        .into_iter()
        .filter(|(used, limit, _)| *limit > 0 && *used >= *limit / 20 * 19);
    scarce.map(|(used, limit, what)| format!("{} of {} {what}", units::count(used), units::count(limit)))
}

fn greedy_guest(snapshot: &Snapshot) -> Option<String> {
    let health = &snapshot.health;
    let trust = if health.trustworthy {
        ""
    } else {
        "not trustworthy: "
    };
    (health.guest_seconds > 0).then(|| {
        format!(
            "{trust}virtual users, most of all of scenario `{}`, computed so long in {} of {} seconds that others on their thread had to wait: what was measured then says more about the plugin than about the server",
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
        snapshot.health.unread = crate::metrics::Stats {
            count: 100,
            p50: 3_000,
            p99: 9_000,
            ..Default::default()
        };
        snapshot.health.unread_share = 0.42;
        (snapshot.health.files_max, snapshot.health.files_limit) = (1_020, 1_024);
        (snapshot.health.sockets_max, snapshot.health.ports) = (1_020, 28_232);
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
            "42 % of the service time was the generator's own: responses had been there for 3.00ms (p50) to 9.00ms (p99)",
            "1,020 of 1,024 files were open at once",
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

    #[test]
    fn a_run_with_too_many_slow_seconds_says_so_first_and_each_stretch_in_a_sentence() {
        let (plan, end) = (serde_json::Value::Null, sample::end());
        let warnings = doubts(&sample::stopped(), &sample::facts(&plan, &end));
        assert!(
            warnings[0].starts_with("not trustworthy: this machine was too slow in 1 of 10 seconds"),
            "{warnings:?}"
        );
        assert!(warnings[0].contains("stopped for 1.02s"), "{warnings:?}");
        assert_eq!(
            warnings[1],
            "from 0.0 s to 10.0 s, the program was stopped for 1020 ms"
        );
    }
}
