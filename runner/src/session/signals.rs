//! What SIGINT and SIGTERM do: the first ends a run gracefully, the second hard, the third at once.

use super::Exit;
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
    let mut signals = runtime.block_on(async { Signals::new() })?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                for stage in [Stage::Graceful, Stage::Hard] {
                    signals.next().await;
                    stop.stop(stage, EndReason::Interrupted);
                }
                signals.next().await;
                exit.leave(ExitCode::Interrupted);
            });
        })?;
    Ok(())
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
