//! `wasmswarm run --watch`: runs, and runs anew whenever a source has changed.
//!
//! Each run is a process of its own, started with the same arguments; a change ends it as Ctrl-C
//! would, so that it reports what it measured.

use crate::build;
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::terminal;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

/// How often the sources are looked at.
const INTERVAL: Duration = Duration::from_millis(300);

/// The flag that the runs are started without.
const FLAG: &str = "--watch";

/// Runs until a signal comes.
///
/// # Errors
/// If the plugin isn't given as sources, or no process can be started.
pub(super) fn watch(plugin: &str) -> Result<ExitCode, Failure> {
    let source = Path::new(plugin);
    if !build::is_source(source) {
        let failure = Failure::invalid(format!("{plugin:?} can't be watched"));
        return Err(failure
            .because("it isn't a source file or a project's folder")
            .hint("leave out --watch"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let watched = runtime.and_then(|runtime| runtime.block_on(run_again_and_again(source)));
    watched.map_err(|error| Failure::internal("failed to start a run").because(error))
}

async fn run_again_and_again(source: &Path) -> std::io::Result<ExitCode> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    loop {
        let before = build::fingerprint(source);
        let mut child = start()?;
        let ended = tokio::select! {
            // The child is of the terminal's group: it has had the signal too.
            _ = interrupt.recv() => Some(child.wait().await.map(drop)?),
            _ = terminate.recv() => {
                interrupt_run(&child);
                Some(child.wait().await.map(drop)?)
            }
            () = changed(source, before) => {
                interrupt_run(&child);
                child.wait().await?;
                None
            }
            status = child.wait() => {
                status?;
                terminal::print_error("watching for changes; Ctrl-C ends it");
                tokio::select! {
                    _ = interrupt.recv() => return Ok(ExitCode::Ok),
                    _ = terminate.recv() => return Ok(ExitCode::Ok),
                    () = changed(source, before) => None,
                }
            }
        };
        match ended {
            Some(()) => return Ok(ExitCode::Interrupted),
            None => terminal::print_error(&format!("\n{} has changed", source.display())),
        }
    }
}

fn start() -> std::io::Result<Child> {
    let arguments: Vec<OsString> = std::env::args_os()
        .skip(1)
        .filter(|argument| argument != FLAG)
        .collect();
    Command::new(std::env::current_exe()?)
        .args(arguments)
        .kill_on_drop(true)
        .spawn()
}

/// Ends the run as Ctrl-C would.
fn interrupt_run(child: &Child) {
    let pid = child
        .id()
        .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
    if let Some(pid) = pid {
        // It may have ended by itself.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
    }
}

async fn changed(source: &Path, before: u64) {
    while build::fingerprint(source) == before {
        tokio::time::sleep(INTERVAL).await;
    }
}
