//! The thresholds of a run, ready to judge it, or why they can't.

use crate::error::Failure;
use crate::metrics::Set;
use crate::plan::Plan;
use crate::results::model;
use crate::results::tally;
use crate::results::thresholds::{Baseline, Evaluator, Known};
use crate::system::bounded;
use crate::terminal;
use std::path::Path;

/// Reads the earlier run that thresholds compare with.
pub(super) fn baseline(path: Option<&Path>) -> Result<Option<Baseline>, Failure> {
    let Some(path) = path else {
        return Ok(None);
    };
    let refuse = |why: &dyn std::fmt::Display| {
        let failure = Failure::invalid(format!("the baseline {:?} can't be used", path.display()));
        failure
            .because(terminal::escape(&why.to_string()))
            .hint("--baseline takes a file that --summary-json of an earlier run wrote")
    };
    let text = bounded::text(path, model::LARGEST).map_err(|error| refuse(&error))?;
    let baseline = Baseline::parse(&text).map_err(|why| refuse(&why))?;
    Ok(Some(baseline))
}

/// Checks the thresholds against the plan.
pub(super) fn prepare(plan: &Plan, baseline: Option<&Baseline>) -> Result<Evaluator, Failure> {
    let info = tally::run_info(plan, Set::Main);
    let of_scenarios = plan.scenarios.iter().flat_map(|s| s.tags.keys());
    let tags: Vec<_> = plan.tags.keys().chain(of_scenarios).cloned().collect();
    let known = Known {
        info: &info,
        tags: &tags,
    };
    Evaluator::new(&plan.thresholds, &known, baseline).map_err(refuse)
}

/// The error for thresholds that can't be used, one cause each.
pub(super) fn refuse(problems: Vec<String>) -> Failure {
    let causes = problems
        .iter()
        .map(|problem| terminal::escape(problem).into_owned());
    let failure = Failure {
        causes: causes.collect(),
        ..Failure::invalid("the thresholds can't be used")
    };
    failure.hint("write METRIC[{tag:value}]: RULE, such as 'http_req_duration{name:/cart}: p(99)<200'")
}
