//! The command line: reads the command, runs it, prints its error, answers with the exit code.

mod arguments;
mod build;
mod cache;
mod elsewhere;
mod hidden;
mod inspect;
mod new;
mod target;
mod texts;
mod usage;
mod watch;

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{self, FindOptions, RunOptions};
use crate::secret;
use crate::session::{self, Exit, Session};
use crate::system::confine;
use crate::system::panics;
use crate::terminal::{self, Paint};
use clap::{CommandFactory as _, FromArgMatches as _, Parser};
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
    #[command(after_help = AFTER_RUN)]
    Run(Box<RunOptions>),
    /// Find the highest rate of iterations at which all thresholds hold
    Find(Box<FindOptions>),
    /// Make a component of sources in any language
    Build(build::BuildCommand),
    /// Show what a plugin offers and what it needs, without running load
    Inspect(inspect::InspectOptions),
    /// Serve a small shop on this machine, to try plugins against
    Target(target::TargetOptions),
    /// Write a new plugin project, in any language
    New(new::NewOptions),
    /// Show what is kept on this machine to start faster, or clear it
    Cache(cache::CacheCommand),
    /// Print the JSON schema of configuration files, for editors
    Schema,
    /// Print completions for a shell
    Completions(texts::CompletionOptions),
    /// Print a page for `man`
    Man(texts::ManOptions),
}

const AFTER_RUN: &str = "Options are also taken from environment variables, such as WASMSWARM_RUN_TIME, and from the \
    file of --config, as run_time; a file can have scenarios with executors of their own. Flags outrank variables, \
    variables the file, the file what the plugin suggests. docs/config.md has all of it by example.";

/// Runs the command that the process was started with, and waits for its end.
///
/// The command has a thread of its own, so that a forced stop needn't wait for it.
pub fn start() -> ExitCode {
    if let Some(code) = hidden::answer() {
        return code;
    }
    confine::enable();
    guard_secrets();
    let command = match read() {
        Ok(command) => command,
        Err(code) => return code,
    };
    if let Err(code) = start_log(&command) {
        return code;
    }
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

/// Learns what must not be shown, before anything that was typed can be. A panic's text is shown as
/// all else is.
fn guard_secrets() {
    let arguments = std::env::args_os().skip(1);
    secret::learn_line(
        arguments.map(|text| text.to_string_lossy().into_owned()),
        &options::is_shown,
    );
    let own = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WASMSWARM_"));
    own.for_each(|(name, value)| {
        secret::learn_environment(
            &name.to_string_lossy(),
            &value.to_string_lossy(),
            &options::is_shown,
        );
    });
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("unnamed");
        terminal::print_error(&format!("thread {name:?} {panic}"));
    }));
}

/// The command, with all that its environment and its file add; or the exit code, if there is none.
fn read() -> Result<Command, ExitCode> {
    let matches = Line::command().try_get_matches_from(arguments::arguments());
    let matches = matches.map_err(|error| usage::explain(&error))?;
    let line = Line::from_arg_matches(&matches).map_err(|error| usage::explain(&error))?;
    let (_, matches) = matches.subcommand().unwrap_or(("", &matches));
    match line.command {
        Command::Run(options) => Ok(Command::Run(Box::new(assemble(*options, matches)?))),
        Command::Find(mut find) => {
            find.impose();
            find.run = assemble(find.run, matches)?;
            Ok(Command::Find(find))
        }
        command => Ok(command),
    }
}

/// Says what happens on the way, if that was asked for.
fn start_log(command: &Command) -> Result<(), ExitCode> {
    let verbose = match command {
        Command::Run(options) => options.output.verbose,
        Command::Find(options) => options.run.output.verbose,
        _ => false,
    };
    let asked = std::env::var_os(terminal::LOG_VARIABLE).map(|text| text.to_string_lossy().into_owned());
    terminal::start_log(asked.as_deref(), verbose).map_err(|why| {
        let failure = Failure::invalid(format!("{} can't be used", terminal::LOG_VARIABLE)).because(why);
        report(failure.hint(
            "name a level: error, warn, info, debug, trace; or a part's, such as wasmswarm::engine::load=debug",
        ))
    })
}

fn assemble(options: RunOptions, matches: &clap::ArgMatches) -> Result<RunOptions, ExitCode> {
    let options = options.assemble(matches, &|name| std::env::var_os(name));
    options.map_err(|problems| report(wrong_options(problems)))
}

fn wrong_options(problems: Vec<String>) -> Failure {
    let what = match problems.len() {
        1 => "an option can't be used".to_owned(),
        count => format!("{count} options can't be used"),
    };
    let failure = Failure {
        causes: problems,
        ..Failure::invalid(what)
    };
    failure.hint("`wasmswarm run --help` lists the options; docs/config.md has them all by example")
}

/// The exit code of a command, even if there is a defect in it.
fn answer(command: Command, exit: &Exit) -> ExitCode {
    match panics::catch(AssertUnwindSafe(|| dispatch(command, exit))) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => report(failure),
        Err(what) => {
            let failure = Failure::internal("a defect of wasmswarm ended this command").because(what);
            report(failure.hint("please report it"))
        }
    }
}

fn dispatch(command: Command, exit: &Exit) -> Result<ExitCode, Failure> {
    match command {
        Command::Run(options) if options.watch => watch::watch(&options.plugin),
        Command::Run(options) if options.show.is_asked() => session::show(&options),
        Command::Run(options) => Session::new(exit)?.run(&options),
        Command::Find(options) => Session::new(exit)?.find(&options),
        Command::Build(options) => build::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Target(options) => target::run(&options),
        Command::New(options) => new::run(&options),
        Command::Cache(options) => cache::run(&options),
        Command::Schema => texts::schema(),
        Command::Completions(options) => texts::completions(&options),
        Command::Man(options) => texts::man(&options),
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
