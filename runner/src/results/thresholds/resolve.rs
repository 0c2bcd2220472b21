//! Checks a threshold against what a run has: metrics, tags, scenarios, tasks. Everything that
//! can be known to be wrong is wrong here, before the run starts.

use super::catalogue::{self, Builtin, CUSTOM, SYSTEM_TAGS, Tags};
use super::error::ThresholdError;
use super::rule::{BaselineChange, Limit, Mark, Metric, Pair, Quantity, Rule, Threshold, figures_of};
use super::urls::names_of;
use crate::metrics::{Measure, MetricKind, Query, RunInfo, Selection, StatusChoice, StatusClass, Unit};

/// What is known of a run before it starts.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Scenarios with their tasks, by the indices under which they are measured.
    pub info: &'a RunInfo,
    /// Tags that the plan sets. One of them is never taken for a slip.
    pub tags: &'a [String],
}

/// A threshold whose metric is known as well as it can be before a run.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) threshold: Threshold,
    pub(super) query: Query,
    /// Unit of the metric's values.
    pub(super) unit: Unit,
}

/// Reads a threshold and checks all that doesn't depend on the plugin: grammar, names of
/// metrics and tags, figures, units.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(metric: &str, rule: &str) -> Result<Threshold, ThresholdError> {
    let threshold = Threshold::parse(metric, rule)?;
    metric_of(&threshold, &[])?;
    Ok(threshold)
}

/// Resolves a threshold for a run.
pub(super) fn resolve(
    threshold: Threshold,
    known: &Known<'_>,
    watched: &[String],
) -> Result<Resolved, ThresholdError> {
    let builtin = metric_of(&threshold, known.tags)?;
    let selection = selection(&threshold.metric, known.info, watched)?;
    let (measure, unit) = match builtin {
        Some(builtin) => (builtin.measure, builtin.unit),
        None => {
            let measure = Measure::Custom(threshold.metric.name.clone());
            (measure, custom_unit(&threshold.rule))
        }
    };
    let query = Query { measure, selection };
    Ok(Resolved {
        threshold,
        query,
        unit,
    })
}

/// The built-in metric, if it is one; checked as far as that is possible without a plan.
fn metric_of(threshold: &Threshold, tags: &[String]) -> Result<Option<Builtin>, ThresholdError> {
    let metric = &threshold.metric;
    let builtin = if metric.quoted {
        None
    } else {
        let builtin = catalogue::find(&metric.name);
        if builtin.is_none() {
            refuse_slip(metric)?;
        }
        builtin
    };
    let selectable = builtin.as_ref().map_or(CUSTOM, |builtin| builtin.tags);
    for pair in &metric.selector {
        check_tag(metric, pair, selectable, tags)?;
        if !pair.quoted {
            check_value(metric, pair, builtin.as_ref())?;
        }
    }
    if let Some(builtin) = &builtin {
        check_rule(&threshold.rule, builtin.kind, builtin.unit == Unit::Milliseconds)?;
    }
    Ok(builtin)
}

/// A name that looks like a built-in metric's, but isn't one.
fn refuse_slip(metric: &Metric) -> Result<(), ThresholdError> {
    let name = metric.name.as_str();
    let what = format!("there is no metric `{name}`");
    let error = ThresholdError::at(&metric.text, 0, what);
    let own = "if it is one of the plugin's own, write it in quotes";
    match super::closest(name, catalogue::names()) {
        Some(close) => Err(error.hint(format!("did you mean `{close}`? {own}"))),
        None if name.starts_with("http_") => {
            let names: Vec<_> = catalogue::names().filter(|n| n.starts_with("http_")).collect();
            Err(error.hint(format!("there are {}; {own}", names.join(", "))))
        }
        None => Ok(()),
    }
}

fn check_tag(metric: &Metric, pair: &Pair, tags: Tags, known: &[String]) -> Result<(), ThresholdError> {
    let key = pair.key.as_str();
    let error = |what: String| ThresholdError::at(&metric.text, pair.key_at, what);
    let is_own = !pair.quoted && SYSTEM_TAGS.contains(&key);
    if is_own && tags.own.contains(&key) {
        return Ok(());
    }
    let kept = match tags.own {
        [] => format!("`{}` is measured for the run as a whole only", metric.name),
        own => format!("it is kept by {}", own.join(", ")),
    };
    if is_own || !tags.user {
        let what = format!("`{}` can't be selected by `{key}`", metric.name);
        return Err(error(what).suggest_or(key, tags.own, kept));
    }
    if pair.quoted || known.contains(&pair.key) {
        return Ok(());
    }
    match super::closest(key, SYSTEM_TAGS) {
        Some(close) => {
            let hint =
                format!("did you mean `{close}`? if it is a tag of the plugin's own, write it in quotes");
            Err(error(format!("there is no tag `{key}`")).hint(hint))
        }
        None => Ok(()),
    }
}

impl ThresholdError {
    fn suggest_or(self, word: &str, names: &[&str], otherwise: String) -> Self {
        match super::closest(word, names.iter().copied()) {
            Some(name) => self.hint(format!("did you mean `{name}`?")),
            None => self.hint(otherwise),
        }
    }
}

fn check_value(metric: &Metric, pair: &Pair, builtin: Option<&Builtin>) -> Result<(), ThresholdError> {
    let error = |what: &str| ThresholdError::at(&metric.text, pair.value_at, what);
    match pair.key.as_str() {
        "status" => match status(&pair.value) {
            None => Err(error(
                "a status is a code such as 404, a class such as 4xx, or `error`",
            )),
            Some(StatusChoice::Exact(code)) if builtin.is_some_and(|b| b.measure != Measure::Requests) => {
                let class = StatusClass::of(code).label();
                let what = format!("`{}` is kept by class of status, not by code", metric.name);
                Err(error(&what).hint(format!("use status:{class}; http_reqs knows codes")))
            }
            Some(_) => Ok(()),
        },
        "expected_response" if !matches!(pair.value.as_str(), "true" | "false") => {
            Err(error("`expected_response` is `true` or `false`"))
        }
        _ => Ok(()),
    }
}

/// A code, a class, or no response (`error`, k6's `0`).
fn status(text: &str) -> Option<StatusChoice> {
    if matches!(text, "0" | "error") {
        return Some(StatusChoice::Class(StatusClass::ERROR));
    }
    let code = |text: &str| text.parse::<u16>().ok().filter(|code| (100..=999).contains(code));
    match text.strip_suffix("xx") {
        Some(hundreds) => {
            let class = code(&format!("{hundreds}00")).map(StatusClass::of);
            class.map(StatusChoice::Class)
        }
        None => code(text).map(StatusChoice::Exact),
    }
}

/// Whether a metric of this kind has the figure, and can be compared with the limit.
pub(super) fn check_rule(rule: &Rule, kind: MetricKind, is_time: bool) -> Result<(), ThresholdError> {
    if !rule.aggregation.fits(kind) {
        let figure = rule
            .text
            .split(['<', '>', '=', '!'])
            .next()
            .unwrap_or_default()
            .trim();
        let error = ThresholdError::at(&rule.text, 0, format!("the metric has no `{figure}`"));
        return Err(error.hint(figures_of(kind)));
    }
    let quantity = match rule.limit {
        Limit::Fixed(quantity) | Limit::Baseline(BaselineChange::Plus(quantity)) => quantity,
        Limit::Baseline(BaselineChange::Times(_)) => return Ok(()),
    };
    let error = |what: &str| Err(ThresholdError::at(&rule.text, rule.limit_at, what));
    match quantity.mark {
        Mark::Time if !is_time => error("the metric isn't a time: compare it with a plain number"),
        Mark::Percent if kind != MetricKind::Rate => error("only rates are compared with a share in percent"),
        _ => Ok(()),
    }
}

/// Custom trends have units of their own; a rule that names a unit of time says which.
fn custom_unit(rule: &Rule) -> Unit {
    let is_time = |quantity: Quantity| quantity.mark == Mark::Time;
    match rule.limit {
        Limit::Fixed(quantity) | Limit::Baseline(BaselineChange::Plus(quantity)) if is_time(quantity) => {
            Unit::Milliseconds
        }
        _ => Unit::Number,
    }
}

fn selection(metric: &Metric, info: &RunInfo, watched: &[String]) -> Result<Selection, ThresholdError> {
    let mut selection = Selection::default();
    for pair in &metric.selector {
        let value = || Some(pair.value.clone());
        match pair.key.as_str() {
            _ if pair.quoted => selection.tags.push((pair.key.clone(), pair.value.clone())),
            // As in k6, a request's URL is its name, unless it was given one: then that is its URL.
            "name" | "url" => selection.select_names(names_of(&pair.value, watched)),
            "method" => selection.method = value(),
            "check" => selection.check = value(),
            "status" => selection.status = status(&pair.value),
            "expected_response" => selection.expected = Some(pair.value == "true"),
            "scenario" => selection.scenarios = Some(scenarios(metric, pair, info)?),
            "task" => selection.tasks = Some(tasks(metric, pair, info)?),
            key => selection.tags.push((key.to_owned(), pair.value.clone())),
        }
    }
    Ok(selection)
}

fn scenarios(metric: &Metric, pair: &Pair, info: &RunInfo) -> Result<Vec<u16>, ThresholdError> {
    let indices: Vec<u16> = (0..)
        .zip(&info.scenarios)
        .filter(|(_, scenario)| scenario.name == pair.value)
        .map(|(index, _)| index)
        .collect();
    let names = info.scenarios.iter().map(|scenario| scenario.name.as_str());
    one_of(metric, pair, "scenario", names.collect(), indices)
}

fn tasks(metric: &Metric, pair: &Pair, info: &RunInfo) -> Result<Vec<(u16, u16)>, ThresholdError> {
    let all = (0..)
        .zip(&info.scenarios)
        .flat_map(|(index, scenario): (u16, _)| {
            let tasks = (0..).zip(&scenario.tasks);
            tasks.map(move |(task, name): (u16, &String)| ((index, task), name.as_str()))
        });
    let indices = all.clone().filter(|(_, name)| *name == pair.value);
    let indices = indices.map(|(index, _)| index).collect();
    one_of(metric, pair, "task", all.map(|(_, name)| name).collect(), indices)
}

/// What was found, or that there is no such thing.
fn one_of<T>(
    metric: &Metric,
    pair: &Pair,
    what: &str,
    names: Vec<&str>,
    found: Vec<T>,
) -> Result<Vec<T>, ThresholdError> {
    if !found.is_empty() {
        return Ok(found);
    }
    let text = format!("there is no {what} `{}`", pair.value);
    let error = ThresholdError::at(&metric.text, pair.value_at, text);
    Err(error.suggest_or(&pair.value, &names, format!("there are {}", names.join(", "))))
}
