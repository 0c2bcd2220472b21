//! What `run` shows instead of running: the plan, the plugin's scenarios, their shares. Nothing of
//! the system under test is contacted.

use super::{endpoint, prepare, prepared, source};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{self, Format, RunOptions};
use crate::report::{self, PlanFacts};
use crate::terminal;

/// Shows what was asked for.
pub(super) fn show(options: &RunOptions) -> Result<ExitCode, Failure> {
    let given = &options.given;
    let read = source::read(&prepare::order(options))?;
    let limits = options.limits.resolve();
    let (description, _) = prepared::probe(&read, &limits, given.cache_dir.as_deref())?;
    let mut texts = Vec::new();
    if options.show.list {
        texts.push(report::list(&description.scenarios));
    }
    if options.show.task_ratio || options.show.dry_run.is_some() {
        let host = endpoint::name(&options.http)?;
        let plan = prepare::plan(options, &read, &description, host)?;
        if options.show.task_ratio {
            texts.push(report::ratio(&plan));
        }
        let facts = PlanFacts {
            notes: options.notes(),
            origins: options::origins(options, &description),
        };
        match options.show.dry_run {
            Some(Format::Text) => texts.push(report::plan_text(&plan, &facts, terminal::stdout_width())),
            Some(Format::Json) => {
                let json = report::plan_json(&plan, &facts);
                texts.push(json.map_err(|e| Failure::internal("the plan has no JSON form").because(e))?);
            }
            None => {}
        }
    }
    let text = texts.join("\n");
    let print = match options.show.dry_run {
        Some(Format::Json) => terminal::print_json,
        _ => terminal::print,
    };
    print(text.trim_end()).map_err(|e| Failure::invalid("failed to write to standard output").because(e))?;
    Ok(ExitCode::Ok)
}
