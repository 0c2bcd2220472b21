//! What can be done with results that were saved: they are shown again, compared, added up. Nothing is run.

use super::finish::{is_open, write_results};
use super::reports;
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::ReportOptions;
use crate::plan::Plan;
use crate::report;
use crate::results::compare::{Comparison, RegressionLimit, compare_runs};
use crate::results::merge::merge as merge_runs;
use crate::results::model::{self, RunResults};
use crate::terminal::{self, Paint};
use std::path::{Path, PathBuf};

/// Shows the summary of a saved run, and writes these files of it.
///
/// # Errors
/// The file holds no results, or one of the others can't be written.
pub fn show_saved(path: &Path, files: &ReportOptions) -> Result<ExitCode, Failure> {
    reports::check(files)?;
    let results = read(path)?;
    let snapshot = results.snapshot().map_err(|why| unusable(path, &why))?;
    let warm_up = results.warm_up_snapshot();
    // A plan of another version is none that says so.
    let is_open = Plan::read(&results.plan.to_string()).is_ok_and(|plan| is_open(&plan));
    let facts = results.facts(warm_up.as_ref(), is_open);
    let text = report::summary(&snapshot, &facts, terminal::stdout_width(), Paint::for_stdout());
    let failures = reports::write(&results, files);
    print(text.trim_end())?;
    failures.into_iter().next().map_or(Ok(ExitCode::Ok), Err)
}

/// Compares two saved runs; first the base.
///
/// # Errors
/// A file holds no results, or the comparison can't be written.
pub fn compare(
    [base, new]: [&Path; 2],
    limits: &[RegressionLimit],
    json: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let (before, after) = (read(base)?, read(new)?);
    let names = [base, new].map(|path| path.to_string_lossy().into_owned());
    let all = compare_runs([&before, &after], [&names[0], &names[1]], limits);
    tell(&all, limits, json)
}

/// Shows a comparison, and answers what follows from it.
pub(super) fn tell(
    all: &Comparison,
    limits: &[RegressionLimit],
    json: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let written = json.map_or(Ok(()), |path| {
        let text = report::comparison_json(all).map_err(|e| unwritten(path).because(e))?;
        write_results(path, &text).map_err(|e| unwritten(path).because(e))
    });
    let text = report::comparison(all, terminal::stdout_width(), Paint::for_stdout());
    match json {
        Some(path) if super::finish::is_stdout(path) => terminal::print_error(text.trim_end()),
        _ => print(text.trim_end())?,
    }
    written?;
    Ok(match all.has_failed(!limits.is_empty()) {
        true => ExitCode::Threshold,
        false => ExitCode::Ok,
    })
}

/// Adds up saved runs, and writes them as one.
///
/// # Errors
/// A file holds no results, lacks histograms, or the sum can't be written.
pub fn merge(paths: &[PathBuf], to: &Path) -> Result<ExitCode, Failure> {
    let runs: Result<Vec<_>, Failure> = paths.iter().map(|path| read(path)).collect();
    let merged = merge_runs(&runs?);
    let merged =
        merged.map_err(|why| Failure::invalid("the runs can't be merged").because(terminal::escape(&why)))?;
    let text = merged.to_json().map_err(|e| unwritten(to).because(e))?;
    write_results(to, &text).map_err(|e| unwritten(to).because(e))?;
    Ok(ExitCode::Ok)
}

fn read(path: &Path) -> Result<RunResults, Failure> {
    model::of_file(path).map_err(|why| unusable(path, &why))
}

fn unusable(path: &Path, why: &str) -> Failure {
    let failure = Failure::invalid(format!("the results in {:?} can't be used", path.display()));
    failure
        .because(terminal::escape(why))
        .hint("name a file that --summary-json of a run wrote")
}

fn unwritten(path: &Path) -> Failure {
    Failure::invalid(format!("failed to write the results to {:?}", path.display()))
}

fn print(text: &str) -> Result<(), Failure> {
    terminal::print(text).map_err(|e| Failure::internal("failed to write to standard output").because(e))
}
