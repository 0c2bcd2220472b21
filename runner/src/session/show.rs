//! What `run` shows instead of running: the plan, the plugin's scenarios, their shares. Nothing of
//! the system under test is contacted.

use super::source::{self, Read};
use super::{endpoint, linked, machine, prepare};
use crate::engine::plugin::Description;
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{PlanFormat, ResolvedPlan, RunOptions};
use crate::report::{self, PlanFacts};
use crate::terminal;

/// Shows what was asked for.
///
/// # Errors
/// If the plugin or the options can't be used, or nothing can be printed.
pub fn show(options: &RunOptions) -> Result<ExitCode, Failure> {
    let given = &options.given;
    let read = source::read(&prepare::order(options))?;
    let limits = options.limits.resolve();
    let (description, _) = linked::probe(&read, &limits, given.cache_dir.as_deref())?;
    let mut texts = Vec::new();
    if options.show.list {
        texts.push(report::list(&description.scenarios));
    }
    if options.show.task_ratio || options.show.dry_run.is_some() {
        let ResolvedPlan { plan, origins, .. } = plan(options, &read, &description)?;
        if options.show.task_ratio {
            texts.push(report::ratio(&plan));
        }
        let facts = PlanFacts {
            notes: options.notes().to_vec(),
            origins,
        };
        match options.show.dry_run {
            Some(PlanFormat::Text) => texts.push(report::plan_text(&plan, &facts, terminal::stdout_width())),
            Some(PlanFormat::Json) => {
                let json = report::plan_json(&plan, &facts);
                texts.push(json.map_err(|e| Failure::internal("the plan has no JSON form").because(e))?);
            }
            None => {}
        }
    }
    let text = texts.join("\n");
    let print = match options.show.dry_run {
        Some(PlanFormat::Json) => terminal::print_json,
        _ => terminal::print,
    };
    print(text.trim_end()).map_err(|e| Failure::invalid("failed to write to standard output").because(e))?;
    Ok(ExitCode::Ok)
}

/// The plan as a run would have it, but for what only a run brings: room for changes, and the limits of this machine.
fn plan(options: &RunOptions, read: &Read, description: &Description) -> Result<ResolvedPlan, Failure> {
    let named = endpoint::name(&options.http)?;
    let data = match options.show.dry_run {
        Some(_) => prepare::load_data(&options.given)?.1,
        None => Vec::new(),
    };
    let facts = prepare::facts(read, named, data, machine::unlimited());
    // What the plugin asks for and wasn't granted is left out.
    prepare::resolve(options, description, &facts)
}
