//! A plan before it is run: for people, and for programs.

use super::plan_chart;
use crate::plan::{Figures, OnStop, Plan, Spacing, ThresholdPlan, Workload, timeline};
use crate::terminal::{escape, units};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Random arrivals are counted one by one: beyond this many it would take long, and nobody reads
/// the last digits.
const COUNTED: f64 = 2e7;

/// What a plan doesn't say itself.
pub struct PlanFacts {
    /// What one source of options took away from another.
    pub notes: Vec<String>,
    /// Values, in the words of who said them, and whose they are.
    pub origins: Vec<(String, String, String)>,
}

/// The plan as JSON text: the plan itself, its hash, and what follows from it.
///
/// # Errors
/// It can't be written as JSON.
pub fn plan_json(plan: &Plan, facts: &PlanFacts) -> serde_json::Result<String> {
    let times = timeline(&plan.workloads);
    let workloads = plan
        .workloads
        .iter()
        .zip(times)
        .enumerate()
        .map(|(index, (workload, time))| {
            json!({
                "name": workload.name,
                "begin": time.map(|(begin, _)| begin.as_secs_f64()),
                "end": time.map(|(_, end)| end.as_secs_f64()),
                "vus": workload.vus.len(),
                "iterations": exact(plan, workload, index),
            })
        });
    let origins: Vec<Value> = facts
        .origins
        .iter()
        .map(|(key, value, from)| json!({ "key": key, "value": value, "from": from }))
        .collect();
    let document = json!({
        "plan_hash": plan.hash(),
        "plan": serde_json::to_value(plan)?,
        "peak_vus": plan.peak_vus(),
        "seconds": plan.duration().map(|length| length.as_secs_f64()),
        "workloads": workloads.collect::<Vec<_>>(),
        "notes": facts.notes,
        "options": origins,
    });
    serde_json::to_string_pretty(&document)
}

/// The plan for people, in lines of at most `width` columns where they are ours.
pub fn plan_text(plan: &Plan, facts: &PlanFacts, width: usize) -> String {
    let mut lines = head(plan);
    lines.extend(
        facts
            .notes
            .iter()
            .map(|note| format!("note        {}", escape(note))),
    );
    let times = timeline(&plan.workloads);
    let length = times.iter().flatten().map(|(_, end)| *end).max();
    for (index, workload) in plan.workloads.iter().enumerate() {
        let time = times.get(index).copied().flatten();
        lines.push(String::new());
        lines.extend(workload_lines(plan, workload, index, time));
        if let Some((length, (begin, _))) = length.zip(time) {
            lines.extend(plan_chart::row(workload, begin, length, width));
        }
    }
    if let Some(length) = length {
        lines.push(String::new());
        lines.extend(plan_chart::vus(&plan.workloads, &times, length, width));
    }
    lines.extend(thresholds(&plan.thresholds));
    lines.extend(origins(&facts.origins));
    lines.join("\n") + "\n"
}

fn head(plan: &Plan) -> Vec<String> {
    let host = plan.host.as_deref().unwrap_or("none given");
    let mut lines = vec![
        format!("plan of     {}", escape(&plan.plugin.source)),
        format!("hash        {}", plan.hash()),
        format!("host        {}", escape(host)),
        format!("seed        {}", plan.seed),
        format!(
            "length      {}",
            plan.duration()
                .map_or("until its iterations are done".to_owned(), length)
        ),
        format!("VUs         {} at most", units::count(plan.peak_vus() as u64)),
        format!("threads     {}", plan.threads),
    ];
    lines.extend(
        plan.max_rate
            .map(|rate| format!("max rate    {} requests/s", units::number(rate))),
    );
    if plan.group_urls {
        lines.push("URLs        ids in paths are replaced".to_owned());
    }
    if plan.reset_cookies {
        lines.push("cookies     are forgotten before each iteration".to_owned());
    }
    if plan.grants.insecure {
        lines.push("TLS         any certificate is accepted".to_owned());
    }
    lines.extend(data(plan));
    lines.extend(pairs("tags", &plan.tags));
    if !plan.params.is_empty() {
        lines.push(format!("params      {}", escape(&plan.params.join(", "))));
    }
    lines
}

/// The files of rows that the plugin may read.
fn data(plan: &Plan) -> Option<String> {
    let files = plan.grants.data.iter();
    let files: Vec<_> = files
        .map(|file| format!("{} ({} rows)", escape(&file.name), units::count(file.rows)))
        .collect();
    (!files.is_empty()).then(|| format!("data        {}", files.join(", ")))
}

fn pairs(label: &str, tags: &BTreeMap<String, String>) -> Option<String> {
    let all: Vec<_> = tags
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    (!all.is_empty()).then(|| format!("{label:<12}{}", escape(&all.join(", "))))
}

fn length(time: Duration) -> String {
    humantime::format_duration(time).to_string()
}

fn workload_lines(
    plan: &Plan,
    workload: &Workload,
    index: usize,
    time: Option<(Duration, Duration)>,
) -> Vec<String> {
    let warm_up = if workload.warm_up { ", warms up only" } else { "" };
    let mut lines = vec![
        format!(
            "{} ({}{warm_up})",
            escape(&workload.name),
            workload.executor.name()
        ),
        format!(
            "  load      {}",
            workload.executor.describe(workload.vus.len(), &InPlan)
        ),
        format!("  runs      {}", runs(plan, workload)),
        format!("  time      {}", when(plan, workload, time)),
        format!("  plans     {}", planned(plan, workload, index)),
    ];
    let first = workload.vus.first().map(|&first| usize::from(first));
    if let Some(scenario) = first.and_then(|first| plan.scenarios.get(first)) {
        lines.extend(pairs("  tags", &scenario.tags));
        if !scenario.params.is_empty() {
            let names: Vec<_> = scenario.params.iter().map(String::as_str).collect();
            lines.push(format!("  params    {}", escape(&names.join(", "))));
        }
    }
    lines
}

/// Figures as they are written in a plan.
struct InPlan;

impl Figures for InPlan {
    fn count(&self, count: u64) -> String {
        units::count(count)
    }

    fn number(&self, number: f64) -> String {
        units::number(number)
    }

    fn length(&self, length: Duration) -> String {
        self::length(length)
    }
}

fn runs(plan: &Plan, workload: &Workload) -> String {
    let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
    for &scenario in &workload.vus {
        *counts.entry(scenario).or_default() += 1;
    }
    let each = counts.iter().filter_map(|(&index, &vus)| {
        let scenario = plan.scenarios.get(usize::from(index))?;
        let all = scenario.tasks.len();
        let picked = scenario.tasks.iter().filter(|task| task.weight > 0).count();
        let tasks = if picked < all {
            format!(" ({picked} of {all} tasks)")
        } else {
            String::new()
        };
        Some(format!(
            "{} × {}{tasks}",
            units::count(vus),
            escape(&scenario.name)
        ))
    });
    each.collect::<Vec<_>>().join(", ")
}

fn when(plan: &Plan, workload: &Workload, time: Option<(Duration, Duration)>) -> String {
    let mut text = match (time, workload.executor.duration()) {
        (Some((begin, end)), _) => format!("{} to {}", length(begin), length(end)),
        (None, Some(most)) => format!("{} at most", length(most)),
        (None, None) => "until its iterations are done".to_owned(),
    };
    let names = workload
        .begin
        .after
        .iter()
        .filter_map(|&index| plan.workloads.get(index));
    let names: Vec<_> = names.map(|earlier| escape(&earlier.name)).collect();
    if !names.is_empty() {
        text += &format!(" at the latest, after {}", names.join(", "));
    }
    if !workload.begin.delay.is_zero() {
        text += &format!(", delayed by {}", length(workload.begin.delay));
    }
    let end = match workload.on_stop {
        OnStop::Finish => "",
        OnStop::AtPause => ", iterations end at a pause",
    };
    text + &format!(", graceful stop {}{end}", length(workload.graceful_stop))
}

fn planned(plan: &Plan, workload: &Workload, index: usize) -> String {
    match (exact(plan, workload, index), workload.executor.rate()) {
        (Some(count), _) => format!("{} iterations", units::count(count)),
        (None, Some(profile)) => format!(
            "about {} iterations",
            units::count(profile.total().round() as u64)
        ),
        (None, None) => "as many iterations as there is time for".to_owned(),
    }
}

/// The number of iterations, if the plan fixes one and it is quick to find.
fn exact(plan: &Plan, workload: &Workload, index: usize) -> Option<u64> {
    let is_long = workload.executor.spacing() == Spacing::Poisson
        && workload
            .executor
            .rate()
            .is_some_and(|profile| profile.total() > COUNTED);
    if is_long {
        return None;
    }
    workload.iterations(plan.arrival_seed(index))
}

fn thresholds(thresholds: &[ThresholdPlan]) -> Vec<String> {
    let mut lines = Vec::new();
    if !thresholds.is_empty() {
        lines.extend([String::new(), "thresholds".to_owned()]);
    }
    for threshold in thresholds {
        let abort = match (threshold.abort_on_fail, threshold.delay_abort_eval) {
            (false, _) => String::new(),
            (true, Duration::ZERO) => ", ends the run".to_owned(),
            (true, delay) => format!(", ends the run from {} on", length(delay)),
        };
        let (metric, rule) = (escape(&threshold.metric), escape(&threshold.rule));
        lines.push(format!("  {metric}: {rule}{abort}"));
    }
    lines
}

fn origins(origins: &[(String, String, String)]) -> Vec<String> {
    let mut lines = Vec::new();
    if !origins.is_empty() {
        lines.extend([String::new(), "asked by".to_owned()]);
    }
    for (key, value, from) in origins {
        lines.push(format!(
            "  {:<14}  {} = {}",
            escape(from),
            escape(key),
            escape(value)
        ));
    }
    lines
}
