//! What a search for the highest rate found: a line per step, a conclusion, and all as JSON.

use super::json::timestamp;
use super::tables;
use crate::metrics::{Snapshot, Stats, Verdict};
use crate::plan::Plan;
use crate::terminal::{Paint, Style, escape, units};
use serde::Serialize;
use std::time::SystemTime;

/// Name and version of the schema.
const SCHEMA: &str = "wasmswarm.find/1";

/// One rate that was tried.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Iterations per second.
    pub rate: f64,
    /// Whether everything held.
    pub held: bool,
    /// Why not; empty if it did.
    pub reasons: Vec<String>,
    /// Iterations that were due.
    pub planned: u64,
    /// Those of them that were started.
    pub started: u64,
    /// Those that found no VU free.
    pub dropped: u64,
    /// Completed requests.
    pub requests: u64,
    /// Those that count as failed.
    pub failures: u64,
    /// Service times, in microseconds.
    pub service_time: Stats<u64>,
    /// Response times from the intended start, in microseconds.
    pub response_time: Stats<u64>,
    /// How the thresholds stood at its end.
    pub thresholds: Vec<Verdict>,
}

impl Step {
    /// From what was measured. `reasons`: why it didn't hold.
    pub fn new(rate: f64, snapshot: &Snapshot, reasons: Vec<String>) -> Step {
        let totals = &snapshot.totals;
        Step {
            rate,
            held: reasons.is_empty(),
            reasons,
            planned: totals.iterations_planned,
            started: totals.iterations_started,
            dropped: totals.iterations_dropped,
            requests: totals.requests,
            failures: totals.failures,
            service_time: totals.duration,
            response_time: totals.response,
            thresholds: snapshot.thresholds.clone(),
        }
    }
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
    /// Length of a step, in seconds.
    step_seconds: f64,
    /// The highest rate that held, in iterations per second.
    pub found: Option<f64>,
    /// The lowest rate that didn't hold.
    pub limit: Option<f64>,
    /// Whether the operator ended the search.
    pub interrupted: bool,
    /// All rates that were tried, in their order.
    pub steps: Vec<Step>,
}

impl FindReport {
    /// A search that is about to begin.
    pub fn new(plan: &Plan, started: SystemTime) -> FindReport {
        FindReport {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            plugin: plan.plugin.source.clone(),
            host: plan.host.clone(),
            started: timestamp(started),
            seed: plan.seed,
            step_seconds: plan.duration().unwrap_or_default().as_secs_f64(),
            found: None,
            limit: None,
            interrupted: false,
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

/// What is searched, and the heads of the columns.
pub fn find_head(report: &FindReport) -> String {
    format!(
        "{}: steps of {} s\n\n  {:>10}  {:>10}  {:>8}  {:>8}  {:>9}  {:>9}  ",
        escape(&report.plugin),
        report.step_seconds,
        "rate",
        "requests",
        "failed",
        "dropped",
        "resp. p95",
        "resp. p99",
    )
}

/// The line of one step.
pub fn find_row(step: &Step, paint: Paint) -> String {
    let (mark, style) = if step.held {
        ("held", Style::Good)
    } else {
        ("broke", Style::Bad)
    };
    let why = step
        .reasons
        .first()
        .map(|why| format!(": {}", escape(why)))
        .unwrap_or_default();
    format!(
        "  {:>10}  {:>10}  {:>8}  {:>8}  {:>9}  {:>9}  {}{why}",
        rate(step.rate),
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
    let broke = report.steps.iter().filter(|step| !step.held);
    let first = broke.min_by(|a, b| a.rate.total_cmp(&b.rate));
    let limit = first.map(|step| {
        let why = step
            .reasons
            .iter()
            .map(|why| escape(why).into_owned())
            .collect::<Vec<_>>();
        format!("at {} {}", rate(step.rate), why.join("; "))
    });
    let (style, text) = match (report.found, limit) {
        _ if report.interrupted => (Style::Bad, "interrupted before anything was found".to_owned()),
        (Some(found), Some(limit)) => (
            Style::Good,
            format!("the highest rate that held is {}; {limit}", rate(found)),
        ),
        (Some(found), None) => (
            Style::Good,
            format!("{} held, the highest rate that was tried (--to)", rate(found)),
        ),
        (None, Some(limit)) => (Style::Bad, format!("no rate held; {limit}")),
        (None, None) => (Style::Bad, "nothing was tried".to_owned()),
    };
    format!("\n{}", paint.paint(style, &text))
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
    use super::super::sample;
    use super::*;

    fn step(rate: f64, reasons: &[&str]) -> Step {
        Step::new(
            rate,
            &sample::snapshot(),
            reasons.iter().map(|&r| r.to_owned()).collect(),
        )
    }

    fn report(steps: Vec<Step>) -> FindReport {
        let held = steps.iter().filter(|step| step.held).map(|step| step.rate);
        FindReport {
            schema: SCHEMA,
            version: "0",
            plugin: "p.wasm".to_owned(),
            host: None,
            started: String::new(),
            seed: 1,
            step_seconds: 10.0,
            found: held.reduce(f64::max),
            limit: None,
            interrupted: false,
            steps,
        }
    }

    #[test]
    fn the_conclusion_names_the_rate_and_what_broke_above_it() {
        let all = report(vec![
            step(100.0, &[]),
            step(200.0, &["p(95)<200: 812ms"]),
            step(141.0, &[]),
        ]);
        assert_eq!(
            find_conclusion(&all, Paint::Plain),
            "\nthe highest rate that held is 141/s; at 200/s p(95)<200: 812ms"
        );
        let none = report(vec![step(0.5, &["slow"])]);
        assert_eq!(
            find_conclusion(&none, Paint::Plain),
            "\nno rate held; at 0.50/s slow"
        );
    }

    #[test]
    fn a_step_is_one_line_with_its_first_reason() {
        let row = find_row(&step(1500.0, &["a\u{1b}[31m", "b"]), Paint::Plain);
        assert!(
            row.contains("1,500/s") && row.ends_with("broke: a\\u{1b}[31m"),
            "{row}"
        );
    }
}
