//! Two hosts in one run, block by block: each round gives one difference for each figure, in which whatever slowed the
//! machine down meanwhile is on both sides. The rounds, drawn in blocks, say how much of the mean difference is chance.

use super::bootstrap::{Estimate, LEAST_POINTS, Weighted};
use super::judge::{Judge, broken, worst};
use super::limit::RegressionLimit;
use super::{CONFIDENCE, Comparison, Figure, FigureChange, Judgement, Method, RequestChange, SCHEMA, Side};
use crate::metrics::{Distribution, Snapshot};
use std::collections::BTreeMap;

/// Smaller differences between two hosts are called none: what is left of the order of blocks, connections and ports.
const TOLERANCE: f64 = 0.01;

/// Scenario, method and name.
type RequestName = (String, String, String);

/// What one host answered in one round.
#[derive(Debug, Default)]
pub struct Half {
    seconds: f64,
    requests: BTreeMap<RequestName, Answers>,
}

/// The answers to one request.
#[derive(Debug, Default)]
struct Answers {
    requests: u64,
    failures: u64,
    service: Distribution<u64>,
}

impl Half {
    /// Adds a block, from its last snapshot.
    pub fn add(&mut self, snapshot: &Snapshot) {
        self.seconds += snapshot.elapsed.as_secs_f64();
        for row in &snapshot.series {
            let name = (
                row.scenario_name.clone(),
                row.key.method.clone(),
                row.key.name.clone(),
            );
            let own = self.requests.entry(name).or_default();
            own.requests += row.requests;
            own.failures += row.failures;
            if let Some(times) = &row.times {
                own.service.merge(&times.duration);
            }
        }
    }
}

impl Answers {
    fn add(&mut self, other: &Answers) {
        self.requests += other.requests;
        self.failures += other.failures;
        self.service.merge(&other.service);
    }

    fn failed(&self) -> f64 {
        self.failures as f64 / self.requests.max(1) as f64
    }

    fn figure(&self, figure: Figure, seconds: f64) -> f64 {
        match (figure, figure.quantile()) {
            (_, Some(quantile)) => self.service.quantile(quantile) as f64,
            (Figure::Failures, _) => self.failed(),
            _ => self.requests as f64 / seconds.max(f64::MIN_POSITIVE),
        }
    }
}

/// Compares the second of each pair with the first; `names` are what they are called.
pub fn compare_rounds(rounds: &[[Half; 2]], names: [&str; 2], limits: &[RegressionLimit]) -> Comparison {
    let sums = [sum(rounds, 0), sum(rounds, 1)];
    let keys: Vec<_> = sums[0]
        .requests
        .keys()
        .chain(sums[1].requests.keys())
        .cloned()
        .collect();
    let keys: std::collections::BTreeSet<_> = keys.into_iter().collect();
    let tests = keys.len() * Figure::ALL.len();
    let judge = Judge::new(tests, TOLERANCE);
    let mut requests: Vec<_> = keys
        .iter()
        .map(|name| request(&judge, name, rounds, &sums))
        .collect();
    requests.sort_by_key(|request| std::cmp::Reverse(request.requests[0]));
    Comparison {
        schema: SCHEMA,
        method: Method::PairedBlockBootstrap,
        base: side(&sums[0], names[0]),
        new: side(&sums[1], names[1]),
        confidence: CONFIDENCE,
        tests,
        tolerance: TOLERANCE,
        verdict: worst(requests.iter().map(|request| request.verdict)),
        broken: requests
            .iter()
            .flat_map(|request| broken(request, limits))
            .collect(),
        notes: notes(&requests),
        requests,
    }
}

fn sum(rounds: &[[Half; 2]], side: usize) -> Half {
    let mut all = Half::default();
    for half in rounds.iter().filter_map(|round| round.get(side)) {
        all.seconds += half.seconds;
        for (name, answers) in &half.requests {
            all.requests.entry(name.clone()).or_default().add(answers);
        }
    }
    all
}

fn side(sum: &Half, name: &str) -> Side {
    Side {
        name: name.to_owned(),
        seconds: sum.seconds,
        requests: sum.requests.values().map(|answers| answers.requests).sum(),
        failures: sum.requests.values().map(|answers| answers.failures).sum(),
    }
}

fn request(judge: &Judge, name: &RequestName, rounds: &[[Half; 2]], sums: &[Half; 2]) -> RequestChange {
    let totals = [sums[0].requests.get(name), sums[1].requests.get(name)];
    let changes = match totals {
        [Some(base), Some(new)] => {
            let one = |figure: Figure| -> FigureChange {
                let estimate = Estimate::of(&differences(figure, name, rounds));
                let values = [
                    base.figure(figure, sums[0].seconds),
                    new.figure(figure, sums[1].seconds),
                ];
                judge.change(figure, values, estimate)
            };
            Figure::ALL.into_iter().map(one).collect()
        }
        _ => Vec::new(),
    };
    let (scenario, method, group) = name.clone();
    RequestChange {
        scenario,
        method,
        name: group,
        requests: totals.map(|answers| answers.map_or(0, |answers| answers.requests)),
        verdict: worst(changes.iter().map(|change| change.verdict)),
        changes,
    }
}

/// The difference in each round in which both answered: of logarithms, but of failures of their shares.
fn differences(figure: Figure, name: &RequestName, rounds: &[[Half; 2]]) -> Vec<Weighted> {
    let difference = |[base, new]: &[Half; 2]| {
        let (one, other) = (base.requests.get(name)?, new.requests.get(name)?);
        let values = [
            one.figure(figure, base.seconds),
            other.figure(figure, new.seconds),
        ];
        let value = match figure {
            Figure::Failures => values[1] - values[0],
            // A round without answers that worked has no times.
            _ if values.contains(&0.0) => return None,
            _ => (values[1] / values[0]).ln(),
        };
        Some(Weighted { weight: 1.0, value })
    };
    rounds.iter().filter_map(difference).collect()
}

fn notes(requests: &[RequestChange]) -> Vec<String> {
    let untested = requests
        .iter()
        .filter(|request| request.verdict == Judgement::Unknown);
    match untested.count() {
        0 => Vec::new(),
        count => vec![format!(
            "of {count} requests there are fewer than {LEAST_POINTS} rounds with answers of both: nothing is said about \
             chance"
        )],
    }
}
