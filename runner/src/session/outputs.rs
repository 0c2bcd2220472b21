//! The outputs of a run that `--out` names: looked at before anything is prepared, begun with the run.

use crate::error::Failure;
use crate::options::OutputOptions;
use crate::plan::Plan;
use crate::results::tally::Tally;
use crate::terminal;
use std::sync::Arc;

/// Refuses what can't be written to.
pub(super) fn check(options: &OutputOptions) -> Result<(), Failure> {
    options
        .out
        .iter()
        .try_for_each(|output| output.check().map_err(refused))
}

/// Lets them have every second of the run.
pub(super) fn begin(options: &OutputOptions, tally: &mut Tally, plan: &Arc<Plan>) -> Result<(), Failure> {
    options.out.iter().try_for_each(|output| {
        let output = output.open().map_err(refused)?;
        tally.add_output(output, plan).map_err(super::no_thread)
    })
}

fn refused(why: String) -> Failure {
    Failure::invalid("an output can't be used")
        .because(terminal::escape(&why))
        .hint("--out KIND=TARGET: name a file in a folder that exists and that you may write to, or an address as the kind has it")
}
