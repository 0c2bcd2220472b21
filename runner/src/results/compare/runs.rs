//! Two saved runs: the points of each request's history, second by second, say how much of a difference is chance.

use super::bootstrap::{Estimate, LEAST_POINTS, Weighted};
use super::judge::{Judge, broken, worst};
use super::limit::RegressionLimit;
use super::{CONFIDENCE, Comparison, Figure, FigureChange, Judgement, Method, RequestChange, SCHEMA, Side};
use crate::metrics::{Percentiles, RequestPoint, RequestRow};
use crate::results::model::RunResults;

/// Smaller changes between two runs are called none: machines differ by so much from one run to the next.
const TOLERANCE: f64 = 0.05;

/// Compares two runs; `names` are what they are called, first the base.
pub fn compare_runs(
    [base, new]: [&RunResults; 2],
    [base_name, new_name]: [&str; 2],
    limits: &[RegressionLimit],
) -> Comparison {
    let pairs = pairs(&base.requests, &new.requests);
    let both = pairs
        .iter()
        .filter(|pair| matches!(pair, (Some(_), Some(_))))
        .count();
    let tests = both * Figure::ALL.len();
    let judge = Judge::new(tests, TOLERANCE);
    let requests: Vec<_> = pairs.into_iter().map(|pair| request(&judge, pair)).collect();
    Comparison {
        schema: SCHEMA,
        method: Method::MovingBlockBootstrap,
        base: side(base, base_name),
        new: side(new, new_name),
        confidence: CONFIDENCE,
        tests,
        tolerance: TOLERANCE,
        verdict: worst(requests.iter().map(|request| request.verdict)),
        broken: requests
            .iter()
            .flat_map(|request| broken(request, limits))
            .collect(),
        notes: notes(base, new, &requests),
        requests,
    }
}

fn side(results: &RunResults, name: &str) -> Side {
    Side {
        name: name.to_owned(),
        seconds: results.seconds,
        requests: results.totals.requests,
        failures: results.totals.failures,
    }
}

type Pair<'a> = (Option<&'a RequestRow>, Option<&'a RequestRow>);

/// Rows of the same request, in the order of the base; then those that only the other has.
fn pairs<'a>(base: &'a [RequestRow], new: &'a [RequestRow]) -> Vec<Pair<'a>> {
    fn key(row: &RequestRow) -> (&str, &str, &str) {
        (&row.scenario, &row.method, &row.name)
    }
    let by_key = |rows: &'a [RequestRow]| -> std::collections::BTreeMap<_, &'a RequestRow> {
        rows.iter().map(|row| (key(row), row)).collect()
    };
    let (of_base, of_new) = (by_key(base), by_key(new));
    let first = base.iter().map(|row| (Some(row), of_new.get(&key(row)).copied()));
    let fresh = new.iter().filter(|row| !of_base.contains_key(&key(row)));
    first.chain(fresh.map(|row| (None, Some(row)))).collect()
}

fn request(judge: &Judge, pair: Pair<'_>) -> RequestChange {
    let changes = match pair {
        (Some(base), Some(new)) => changes(judge, base, new),
        _ => Vec::new(),
    };
    let count = |row: Option<&RequestRow>| row.map_or(0, |row| row.requests);
    let text = |of: fn(&RequestRow) -> &String| pair.0.or(pair.1).map(of).cloned().unwrap_or_default();
    RequestChange {
        scenario: text(|row| &row.scenario),
        method: text(|row| &row.method),
        name: text(|row| &row.name),
        requests: [count(pair.0), count(pair.1)],
        verdict: worst(changes.iter().map(|change| change.verdict)),
        changes,
    }
}

fn changes(judge: &Judge, base: &RequestRow, new: &RequestRow) -> Vec<FigureChange> {
    let one = |figure: Figure| {
        let estimate = |row: &RequestRow| Estimate::of(&series(figure, &row.history));
        let difference = estimate(base)
            .zip(estimate(new))
            .map(|(base, new)| new.minus(&base));
        judge.change(figure, [value(figure, base), value(figure, new)], difference)
    };
    Figure::ALL.into_iter().map(one).collect()
}

/// The figure of the whole run.
fn value(figure: Figure, row: &RequestRow) -> f64 {
    let times = &row.duration;
    match figure {
        Figure::Rate => row.rate,
        Figure::Failures if row.requests == 0 => 0.0,
        Figure::Failures => row.failures as f64 / row.requests as f64,
        Figure::P50 => times.p50 as f64,
        Figure::P90 => times.p90 as f64,
        Figure::P95 => times.p95 as f64,
        Figure::P99 => times.p99 as f64,
    }
}

/// A figure's points. Those of rates and times are logarithms: changes are shares.
fn series(figure: Figure, history: &[RequestPoint]) -> Vec<Weighted> {
    let full = history
        .iter()
        .filter(|point| point.requests > 0 && point.seconds > 0.0);
    let points = full.map(|point| {
        let (count, seconds) = (point.requests as f64, point.seconds);
        match figure {
            Figure::Rate => Weighted {
                weight: seconds,
                value: (count / seconds).ln(),
            },
            Figure::Failures => Weighted {
                weight: count,
                value: point.failures as f64 / count,
            },
            _ => Weighted {
                weight: count,
                value: time(figure, &point.service).max(1.0).ln(),
            },
        }
    });
    points.collect()
}

fn time(figure: Figure, times: &Percentiles) -> f64 {
    let us = match figure {
        Figure::P90 => times.p90,
        Figure::P95 => times.p95,
        Figure::P99 => times.p99,
        _ => times.p50,
    };
    us as f64
}

/// Whether the plans differ in who does what when. Another seed is no other load.
fn has_other_load(base: &RunResults, new: &RunResults) -> bool {
    let differs = |part: &str| base.plan.get(part) != new.plan.get(part);
    base.plan_hash != new.plan_hash && (differs("workloads") || differs("scenarios"))
}

fn notes(base: &RunResults, new: &RunResults, requests: &[RequestChange]) -> Vec<String> {
    let mut notes = Vec::new();
    if has_other_load(base, new) {
        notes.push("the two runs had different plans: another load makes other times".to_owned());
    }
    for (results, which) in [(base, "base"), (new, "new")] {
        let red = results.health.red_seconds;
        if red as f64 > 0.01 * results.seconds {
            notes.push(format!(
                "in {red} seconds of the {which} run the generator was slow, not the server"
            ));
        }
    }
    let untested = requests
        .iter()
        .filter(|request| !request.changes.is_empty() && request.verdict == Judgement::Unknown);
    match untested.count() {
        0 => {}
        count => notes.push(format!(
            "of {count} requests there are fewer than {LEAST_POINTS} seconds: nothing is said about chance"
        )),
    }
    notes
}
