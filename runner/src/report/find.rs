//! What a search for the highest rate found: a line per step, a conclusion, and all as JSON.

use super::tables;
use crate::metrics::{Snapshot, Stats, Verdict};
use crate::plan::Plan;
use crate::results::model::timestamp;
use crate::terminal::{Paint, Style, escape, units};
use serde::Serialize;
use std::time::{Duration, SystemTime};

/// Name and version of the schema.
const SCHEMA: &str = "wasmswarm.find/1";

/// One rate that was tried.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Step {
    /// Iterations per second.
    pub rate: f64,
    /// What came of it.
    pub verdict: StepVerdict,
    /// Whether everything held.
    pub held: bool,
    /// Why not, or why nobody can tell; empty if it did.
    pub reasons: Vec<String>,
    /// How often it was tried until that was clear.
    pub trials: u32,
    /// Iterations per second that were answered: an interval that holds the figure in 95 of 100 cases.
    pub answered: Option<[f64; 2]>,
    /// Iterations in flight, on average.
    pub in_flight: Option<f64>,
    /// Most virtual users at once.
    pub vus: u64,
    /// Iterations that were due, in all trials.
    pub planned: u64,
    /// Those of them that were started.
    pub started: u64,
    /// Those that found no VU free.
    pub dropped: u64,
    /// Completed requests.
    pub requests: u64,
    /// Those that count as failed.
    pub failures: u64,
    /// Service times of the last trial, in microseconds.
    pub service_time: Stats<u64>,
    /// Response times of the last trial from the intended start, in microseconds.
    pub response_time: Stats<u64>,
    /// How the thresholds stood at the end of the last trial.
    pub thresholds: Vec<Verdict>,
}

/// What came of a rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepVerdict {
    /// All thresholds held, and the server kept up.
    Held,
    /// One was broken, or the server fell behind.
    Broke,
    /// Nobody can tell.
    #[default]
    Inconclusive,
}

impl Step {
    /// A rate of which nothing is known.
    pub fn new(rate: f64) -> Step {
        Step {
            rate,
            ..Step::default()
        }
    }

    /// Adds what a trial measured. `reasons`: what broke.
    pub fn add(&mut self, snapshot: &Snapshot, reasons: Vec<String>) {
        let totals = &snapshot.totals;
        self.trials += 1;
        self.vus = self.vus.max(snapshot.vus.max);
        self.planned += totals.iterations_planned;
        self.started += totals.iterations_started;
        self.dropped += totals.iterations_dropped;
        self.requests += totals.requests;
        self.failures += totals.failures;
        self.service_time = totals.duration;
        self.response_time = totals.response;
        self.thresholds.clone_from(&snapshot.thresholds);
        // A later trial in which nothing broke takes nothing back.
        if !reasons.is_empty() {
            self.reasons = reasons;
        }
    }

    /// Everything held.
    pub fn hold(&mut self) {
        self.verdict = StepVerdict::Held;
        self.held = true;
        self.reasons.clear();
    }

    /// Something broke; the server fell behind, or else it was what a trial said.
    pub fn break_off(&mut self, fell_behind: bool) {
        self.verdict = StepVerdict::Broke;
        if let (true, Some([low, high])) = (fell_behind, self.answered) {
            let behind = format!(
                "the server answered {} to {} only",
                rate(low.round()),
                rate(high.round())
            );
            self.reasons.insert(0, behind);
        }
    }

    /// Nobody can tell what came of it, and why.
    pub fn leave_open(&mut self, why: String) {
        self.verdict = StepVerdict::Inconclusive;
        self.reasons = vec![why];
    }
}

/// Gunther's universal scalability law, as it fits the steps of a search best: the throughput with N iterations in
/// flight is λN / (1 + σ(N − 1) + κN(N − 1)).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scalability {
    /// Iterations per second with one in flight; none where they are too many to say.
    pub lambda: Option<f64>,
    /// Share of the work that waits for others (contention).
    pub sigma: Option<f64>,
    /// What each pair of iterations in flight costs (crosstalk).
    pub kappa: Option<f64>,
    /// The most iterations per second that it predicts.
    pub most: f64,
    /// Iterations in flight at which that is reached; none: it is approached with ever more.
    pub at: Option<f64>,
    /// How far it is from the steps that it was fitted to: the root of the mean square, as a share.
    pub error: f64,
}

/// A search.
#[derive(Debug, Clone, Serialize)]
pub struct FindReport {
    schema: &'static str,
    version: &'static str,
    plugin: String,
    host: Option<String>,
    started: String,
    seed: u64,
    /// Length of a trial, in seconds.
    step_seconds: f64,
    /// The longest that the search may take, in seconds.
    longest_seconds: f64,
    /// The highest rate that held, in iterations per second.
    pub found: Option<f64>,
    /// The lowest rate that didn't hold.
    pub limit: Option<f64>,
    /// What a law says of the steps.
    pub scalability: Option<Scalability>,
    /// Whether the operator ended the search.
    pub interrupted: bool,
    /// Whether its time was up before it was done.
    pub out_of_time: bool,
    /// All rates that were tried, in their order.
    pub steps: Vec<Step>,
}

impl FindReport {
    /// A search that is about to begin, and the longest that it may take.
    pub fn new(plan: &Plan, started: SystemTime, longest: Duration) -> FindReport {
        FindReport {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            plugin: plan.plugin.source.clone(),
            host: plan.host.clone(),
            started: timestamp(started),
            seed: plan.seed,
            step_seconds: plan.duration().unwrap_or_default().as_secs_f64(),
            longest_seconds: longest.as_secs_f64(),
            found: None,
            limit: None,
            scalability: None,
            interrupted: false,
            out_of_time: false,
            steps: Vec::new(),
        }
    }
}

/// A threshold that didn't hold, and what was observed.
pub fn broken(verdict: &Verdict) -> String {
    format!(
        "{} {}: {}",
        verdict.metric,
        verdict.rule,
        tables::observed(verdict)
    )
}

/// What is searched, for how long, and the heads of the columns.
pub fn find_head(report: &FindReport) -> String {
    format!(
        "{}: each rate for {} s, again until it is clear what came of it; {} at most in all (--search-time)\n\n  \
         {:>10}  {:>17}  {:>6}  {:>10}  {:>8}  {:>8}  {:>9}  {:>9}  ",
        escape(&report.plugin),
        report.step_seconds,
        humantime::format_duration(Duration::from_secs_f64(report.longest_seconds)),
        "rate",
        "answered",
        "VUs",
        "requests",
        "failed",
        "dropped",
        "resp. p95",
        "resp. p99",
    )
}

/// The line of one step.
pub fn find_row(step: &Step, paint: Paint) -> String {
    let (mark, style) = match step.verdict {
        StepVerdict::Held => ("held", Style::Good),
        StepVerdict::Broke => ("broke", Style::Bad),
        StepVerdict::Inconclusive => ("inconclusive", Style::Bad),
    };
    let why = step
        .reasons
        .first()
        .map(|why| format!(": {}", escape(why)))
        .unwrap_or_default();
    let trials = match step.trials {
        0 | 1 => String::new(),
        trials => format!(" ({trials} trials)"),
    };
    format!(
        "  {:>10}  {:>17}  {:>6}  {:>10}  {:>8}  {:>8}  {:>9}  {:>9}  {}{trials}{why}",
        rate(step.rate),
        step.answered.map(interval).unwrap_or_default(),
        units::count(step.vus),
        units::count(step.requests),
        units::count(step.failures),
        units::count(step.dropped),
        units::time(step.response_time.p95),
        units::time(step.response_time.p99),
        paint.paint(style, mark),
    )
}

/// The last word.
pub fn find_conclusion(report: &FindReport, paint: Paint) -> String {
    let bound = lowest(report, |step| step.verdict != StepVerdict::Held);
    let why = bound.map(|step| {
        let why: Vec<_> = step.reasons.iter().map(|why| escape(why)).collect();
        let unclear = match step.verdict {
            StepVerdict::Inconclusive => "inconclusive: ",
            _ => "",
        };
        format!("at {} {unclear}{}", rate(step.rate), why.join("; "))
    });
    let (style, text) = match (report.found, why) {
        _ if report.interrupted => (Style::Bad, "interrupted before anything was found".to_owned()),
        (Some(found), Some(why)) => (
            Style::Good,
            format!("the highest rate that held is {}; {why}", rate(found)),
        ),
        (Some(found), None) if report.out_of_time => (
            Style::Good,
            format!("the highest rate that held is {}", rate(found)),
        ),
        (Some(found), None) => (
            Style::Good,
            format!("{} held, the highest rate that was tried (--to)", rate(found)),
        ),
        (None, Some(why)) => (Style::Bad, format!("no rate held; {why}")),
        (None, None) => (Style::Bad, "no rate was tried to its end".to_owned()),
    };
    let mut lines = vec![String::new(), paint.paint(style, &text).to_string()];
    if report.out_of_time {
        lines.push("the time of the search was up before it was done: raise --search-time".to_owned());
    }
    lines.extend(report.scalability.as_ref().map(by_the_law));
    lines.join("\n")
}

fn lowest(report: &FindReport, which: impl Fn(&Step) -> bool) -> Option<&Step> {
    let steps = report.steps.iter().filter(|step| which(step));
    steps.min_by(|a, b| a.rate.total_cmp(&b.rate))
}

fn by_the_law(law: &Scalability) -> String {
    let at = match law.at {
        Some(at) => format!(", with {} iterations in flight", units::count(at.round() as u64)),
        None => String::new(),
    };
    format!(
        "the universal scalability law, fitted to these steps (off by {:.0} %), puts the most at {}{at}",
        law.error * 100.0,
        rate(law.most.round())
    )
}

fn interval([low, high]: [f64; 2]) -> String {
    let figure = |value: f64| match value < 100.0 {
        true => format!("{value:.1}"),
        false => units::count(value.round() as u64),
    };
    format!("{}-{}/s", figure(low), figure(high))
}

/// All of it, with a line break at its end.
///
/// # Errors
/// Memory runs out.
pub fn find_json(report: &FindReport) -> serde_json::Result<String> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}

fn rate(rate: f64) -> String {
    if rate.fract() == 0.0 {
        format!("{}/s", units::count(rate as u64))
    } else {
        format!("{rate:.2}/s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;

    fn step(rate: f64, verdict: StepVerdict, reasons: &[&str]) -> Step {
        let mut step = Step::new(rate);
        step.add(
            &sample::snapshot(),
            reasons.iter().map(|&r| r.to_owned()).collect(),
        );
        step.verdict = verdict;
        step
    }

    fn report(steps: Vec<Step>) -> FindReport {
        let held = steps.iter().filter(|step| step.verdict == StepVerdict::Held);
        FindReport {
            schema: SCHEMA,
            version: "0",
            plugin: "p.wasm".to_owned(),
            host: None,
            started: String::new(),
            seed: 1,
            step_seconds: 10.0,
            longest_seconds: 900.0,
            found: held.map(|step| step.rate).reduce(f64::max),
            limit: None,
            scalability: None,
            interrupted: false,
            out_of_time: false,
            steps,
        }
    }

    #[test]
    fn the_conclusion_names_the_rate_and_what_broke_above_it() {
        let all = report(vec![
            step(100.0, StepVerdict::Held, &[]),
            step(200.0, StepVerdict::Broke, &["p(95)<200: 812ms"]),
            step(141.0, StepVerdict::Held, &[]),
        ]);
        assert_eq!(
            find_conclusion(&all, Paint::Plain),
            "\nthe highest rate that held is 141/s; at 200/s p(95)<200: 812ms"
        );
        let none = report(vec![step(0.5, StepVerdict::Broke, &["slow"])]);
        assert_eq!(
            find_conclusion(&none, Paint::Plain),
            "\nno rate held; at 0.50/s slow"
        );
    }

    #[test]
    fn what_the_generator_lacked_is_never_called_the_limit() {
        let mut short = step(200.0, StepVerdict::Inconclusive, &[]);
        short.leave_open("raise --max-vus".to_owned());
        let mut all = report(vec![step(100.0, StepVerdict::Held, &[]), short]);
        all.out_of_time = true;
        let text = find_conclusion(&all, Paint::Plain);
        assert!(
            text.contains("held is 100/s; at 200/s inconclusive: raise --max-vus"),
            "{text}"
        );
        assert!(text.ends_with("raise --search-time"), "{text}");
    }

    #[test]
    fn the_law_is_a_second_figure_with_its_error() {
        let mut all = report(vec![step(100.0, StepVerdict::Held, &[])]);
        all.scalability = Some(Scalability {
            lambda: Some(10.0),
            sigma: Some(0.01),
            kappa: Some(0.001),
            most: 131.4,
            at: Some(31.5),
            error: 0.041,
        });
        let text = find_conclusion(&all, Paint::Plain);
        assert!(
            text.ends_with("(off by 4 %), puts the most at 131/s, with 32 iterations in flight"),
            "{text}"
        );
    }

    #[test]
    fn a_step_is_one_line_with_its_first_reason() {
        let mut step = step(1500.0, StepVerdict::Broke, &["a\u{1b}[31m", "b"]);
        step.answered = Some([99.94, 1_204.6]);
        let row = find_row(&step, Paint::Plain);
        assert!(
            row.contains("1,500/s") && row.contains("99.9-1,205/s") && row.ends_with("broke: a\\u{1b}[31m"),
            "{row}"
        );
        step.break_off(true);
        assert_eq!(step.reasons[0], "the server answered 100/s to 1,205/s only");
    }

    #[test]
    fn trials_add_up_and_what_broke_once_is_not_forgotten() {
        let mut step = step(10.0, StepVerdict::Broke, &["broken"]);
        step.add(&sample::snapshot(), Vec::new());
        assert_eq!((step.trials, step.requests, step.reasons.len()), (2, 200, 1));
        step.hold();
        assert!(step.held && step.reasons.is_empty());
    }
}
