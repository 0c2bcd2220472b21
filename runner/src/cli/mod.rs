//! The command line: reads the command, runs it, prints its error, answers with the exit code.

mod inspect;
mod new;
mod target;
mod usage;

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::RunOptions;
use crate::session::{self, Exit};
use crate::terminal::{self, Paint};
use clap::Parser;
use std::panic::AssertUnwindSafe;

/// Load testing with WebAssembly scenarios.
#[derive(Debug, Parser)]
#[command(
    name = "wasmswarm",
    version,
    about,
    arg_required_else_help = true,
    max_term_width = 110
)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run a plugin's scenarios against a server
    Run(Box<RunOptions>),
    /// Show what a plugin offers and what it needs, without running load
    Inspect(inspect::InspectOptions),
    /// Serve a small shop on this machine, to try plugins against
    Target(target::TargetOptions),
    /// Write a new plugin project in Rust
    New(new::NewOptions),
}

/// Runs the command that the process was started with, and waits for its end.
///
/// The command has a thread of its own, so that a forced stop needn't wait for it.
pub fn start() -> ExitCode {
    let command = match Line::try_parse() {
        Ok(line) => line.command,
        Err(error) => return usage::explain(&error),
    };
    // For the code that isn't load: downloading plugins. A second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (exit, exited) = Exit::new();
    let work = exit.clone();
    let run = move || work.leave(answer(command, &work));
    match std::thread::Builder::new().name("command".to_owned()).spawn(run) {
        Ok(_) => {
            let code = exited.recv().unwrap_or(ExitCode::Internal);
            // Whatever thread it was that ended the process.
            terminal::restore();
            code
        }
        Err(error) => report(Failure::internal("failed to start a thread").because(error)),
    }
}

/// The exit code of a command, even if there is a defect in it.
fn answer(command: Command, exit: &Exit) -> ExitCode {
    let result = std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(command, exit)));
    match result {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => report(failure),
        Err(_) => ExitCode::Internal,
    }
}

fn dispatch(command: Command, exit: &Exit) -> Result<ExitCode, Failure> {
    match command {
        Command::Run(options) => session::run(&options, exit),
        Command::Inspect(options) => inspect::run(&options),
        Command::Target(options) => target::run(&options),
        Command::New(options) => new::run(&options),
    }
}

/// Prints what ended a command: the only place that does.
fn report(failure: Failure) -> ExitCode {
    let chain = std::iter::once(&failure.what)
        .chain(&failure.causes)
        .map(String::as_str);
    terminal::print_error(&terminal::error_text(
        chain,
        failure.hint.as_deref(),
        Paint::for_stderr(),
    ));
    failure.exit
}

/// Prints text on standard output.
fn show(text: &str) -> Result<(), Failure> {
    terminal::print(text).map_err(|e| Failure::internal("failed to write to standard output").because(e))
}
