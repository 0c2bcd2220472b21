//! What other programs read about this one: the schema of its configuration files for editors,
//! completions for shells, pages for `man`.

use super::Line;
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Which shell.
#[derive(Debug, clap::Args)]
pub(super) struct CompletionOptions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Which page.
#[derive(Debug, clap::Args)]
pub(super) struct ManOptions {
    /// The command that the page is about [default: all of them, in short]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

pub(super) fn schema() -> Result<ExitCode, Failure> {
    let schema = serde_json::to_string_pretty(&options::schema());
    let text = schema.map_err(|e| Failure::internal("the schema can't be written").because(e))?;
    super::show(&text)?;
    Ok(ExitCode::Ok)
}

pub(super) fn completions(options: &CompletionOptions) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(options.shell, &mut Line::command(), "wasmswarm", &mut text);
    super::show(String::from_utf8_lossy(&text).trim_end())?;
    Ok(ExitCode::Ok)
}

pub(super) fn man(options: &ManOptions) -> Result<ExitCode, Failure> {
    let mut line = Line::command();
    line.build();
    let command = match &options.command {
        None => line,
        Some(name) => line.find_subcommand(name).cloned().ok_or_else(|| {
            let failure = Failure::invalid(format!("there is no command {name:?}"));
            failure.hint("`wasmswarm --help` lists them")
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut text)
        .map_err(|e| Failure::internal("the page can't be written").because(e))?;
    super::show(String::from_utf8_lossy(&text).trim_end())?;
    Ok(ExitCode::Ok)
}
