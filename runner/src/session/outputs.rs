//! What a run writes while it goes on: looked at before anything is prepared, begun with the run.

use super::reports::with_suffix;
use crate::error::Failure;
use crate::options::OutputOptions;
use crate::plan::Plan;
use crate::results::output::AskedOutput;
use crate::results::tally::Tally;
use crate::terminal;
use std::path::Path;
use std::sync::Arc;

/// Refuses what can't be written to.
pub(super) fn check(options: &OutputOptions) -> Result<(), Failure> {
    let mut outputs = asked(options)?.into_iter();
    outputs.try_for_each(|output| output.check().map_err(refused))
}

/// Lets them have every second of the run.
pub(super) fn begin(options: &OutputOptions, tally: &mut Tally, plan: &Arc<Plan>) -> Result<(), Failure> {
    asked(options)?.into_iter().try_for_each(|output| {
        let output = output.open().map_err(refused)?;
        tally.add_output(output, plan).map_err(super::no_thread)
    })
}

fn asked(options: &OutputOptions) -> Result<Vec<AskedOutput>, Failure> {
    let mut all = options.out.clone();
    if let Some(path) = &options.hdr_log {
        all.push(AskedOutput::hdr_log(text(path)?));
    }
    if let Some(prefix) = &options.reports.csv {
        let path = with_suffix(prefix, "_stats_history.csv");
        all.push(AskedOutput::locust_history(
            text(&path)?,
            options.csv_full_history,
        ));
    }
    Ok(all)
}

fn text(path: &Path) -> Result<&str, Failure> {
    path.to_str()
        .ok_or_else(|| refused(format!("{:?} is no text in UTF-8", path.display())))
}

fn refused(why: String) -> Failure {
    Failure::invalid("an output can't be used")
        .because(terminal::escape(&why))
        .hint("name a file in a folder that exists and that you may write to, or with --out an address as its kind has it")
}
