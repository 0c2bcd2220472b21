//! What signals do. Of SIGINT and SIGTERM, the first ends a run gracefully, or hard if it is
//! ending already; the second hard; the third at once. SIGQUIT always ends it at once.

use super::Exit;
use crate::confine;
use crate::exit_code::ExitCode;
use crate::load::{EndReason, Stage, StopHandle};
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Starts listening, for the rest of the process.
///
/// # Errors
/// If the operating system refuses the thread or the handlers.
pub(super) fn listen(stop: StopHandle, exit: Exit) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listening = async { Ok::<_, io::Error>((Signals::new()?, signal(SignalKind::quit())?)) };
    let (mut signals, mut quit) = runtime.block_on(listening)?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = in_stages(&mut signals, &stop) => {}
                    _ = quit.recv() => {}
                }
                exit.leave(ExitCode::Interrupted);
            });
        })?;
    Ok(())
}

/// Returns when the process must end at once.
async fn in_stages(signals: &mut Signals, stop: &StopHandle) {
    signals.next().await;
    confine::interrupt();
    let stage = match stop.stage() {
        Stage::Running => Stage::Graceful,
        Stage::Graceful | Stage::Hard => Stage::Hard,
    };
    stop.stop(stage, EndReason::Interrupted);
    signals.next().await;
    stop.stop(Stage::Hard, EndReason::Interrupted);
    signals.next().await;
}

/// Blocks until SIGINT or SIGTERM.
///
/// # Errors
/// If the operating system refuses the handlers.
pub fn wait_for_signal() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        Signals::new()?.next().await;
        Ok(())
    })
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
