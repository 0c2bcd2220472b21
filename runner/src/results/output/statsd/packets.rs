//! The lines of StatsD, under k6's names: `name:value|type`, with `|@rate` where one stands for several and `|#tags` for
//! daemons that know them.

use crate::results::output::k6::TagPairs;
use crate::results::output::registry::{Registry, SeriesValue, spread};
use std::fmt::Write as _;

/// Shows each line of what is in a registry.
pub(super) fn each(registry: &Registry, prefix: &str, has_tags: bool, emit: &mut dyn FnMut(&str)) {
    for family in registry.families() {
        let name = format!("{prefix}{}", plain(&family.name));
        for (labels, value) in family.series() {
            let tags = if has_tags { tags(labels) } else { String::new() };
            match value {
                SeriesValue::Level(level) => gauge(&name, *level, &tags, emit),
                SeriesValue::Sum(sum) => emit(&format!("{name}:{sum}|c{tags}")),
                SeriesValue::Share(nonzero, count) => {
                    rate((&name, prefix), labels, (*nonzero, *count), &tags, emit);
                }
                SeriesValue::Values(values) => {
                    for (value, count) in spread(values) {
                        let rate = rate_of(count);
                        emit(&format!("{name}:{value}|ms{rate}{tags}"));
                    }
                }
                SeriesValue::Histogram(_) => {}
            }
        }
    }
}

/// A number with a sign before it is a change to a daemon, so that a negative value has to be reached from 0.
fn gauge(name: &str, value: f64, tags: &str, emit: &mut dyn FnMut(&str)) {
    if value < 0.0 {
        emit(&format!("{name}:0|g{tags}"));
    }
    emit(&format!("{name}:{value}|g{tags}"));
}

/// Rates are counters: k6 has two of them for each check, and one of what isn't 0 for all others.
fn rate(
    (name, prefix): (&str, &str),
    labels: &TagPairs,
    (nonzero, count): (u64, u64),
    tags: &str,
    emit: &mut dyn FnMut(&str),
) {
    let Some((_, check)) = labels.iter().find(|(name, _)| *name == "check") else {
        emit(&format!("{name}:{nonzero}|c{tags}"));
        return;
    };
    let check = plain(check);
    for (end, times) in [("pass", nonzero), ("fail", count - nonzero)] {
        if times > 0 {
            emit(&format!("{prefix}check.{check}.{end}:{times}|c{tags}"));
        }
    }
}

fn rate_of(count: u64) -> String {
    match count {
        0 | 1 => String::new(),
        count => format!("|@{}", 1.0 / count as f64),
    }
}

fn tags(labels: &TagPairs) -> String {
    let mut text = String::new();
    for (name, value) in labels.iter().filter(|(_, value)| !value.is_empty()) {
        let before = if text.is_empty() { "|#" } else { "," };
        // Writing to a string doesn't fail.
        let _ = write!(text, "{before}{}:{}", plain(name), plain(value));
    }
    text
}

/// Without what has a meaning in a line: the format has no way to escape it.
fn plain(text: &str) -> String {
    let has_meaning = |c: char| matches!(c, ':' | '|' | '@' | ',') || c.is_control();
    text.chars()
        .map(|c| if has_meaning(c) { '_' } else { c })
        .collect()
}
