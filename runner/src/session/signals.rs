//! What signals do. Of SIGINT, SIGTERM and SIGHUP, the first ends a run gracefully, or hard if it
//! is ending already; the second hard; the third without waiting for anybody. Before a guest has
//! done anything there is nothing to save, and the first ends it at once. SIGQUIT always does.

use super::Exit;
use crate::engine::load::{EndReason, StopHandle, StopStage};
use crate::exit_code::ExitCode;
use crate::system::confine;
use crate::terminal;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// How long a run that nobody waits for any longer may take to write its results.
const TIME_FOR_RESULTS: Duration = Duration::from_secs(3);

/// Starts listening, for the rest of the process. Signals reach the run that is `current`: those that an earlier one got
/// don't count for the next.
///
/// # Errors
/// If the operating system refuses the thread or the handlers.
pub(super) fn listen(current: watch::Receiver<StopHandle>, exit: Exit) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listening = async { Ok::<_, io::Error>((Signals::new()?, signal(SignalKind::quit())?)) };
    let (mut signals, mut quit) = runtime.block_on(listening)?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                let why = tokio::select! {
                    why = follow(&mut signals, current) => why,
                    _ = quit.recv() => "ended at once by SIGQUIT: the results weren't written",
                };
                terminal::restore();
                terminal::print_error(&format!("error: {why}"));
                exit.leave(ExitCode::Interrupted);
            });
        })?;
    Ok(())
}

/// Lets Ctrl-Z take the live view off the screen before it stops the process, for the rest of the process.
///
/// # Errors
/// If the operating system refuses the thread or the handler.
pub(super) fn listen_for_suspension() -> io::Result<()> {
    static LISTENS: AtomicBool = AtomicBool::new(false);
    if LISTENS.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let stop = SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw());
    let mut signals = runtime.block_on(async { signal(stop) })?;
    std::thread::Builder::new()
        .name("suspension".to_owned())
        .spawn(move || {
            while runtime.block_on(signals.recv()).is_some() {
                terminal::suspend();
            }
        })?;
    Ok(())
}

/// Returns when the process must end at once, with the reason.
async fn follow(signals: &mut Signals, mut current: watch::Receiver<StopHandle>) -> &'static str {
    loop {
        let stop = current.borrow_and_update().clone();
        tokio::select! {
            why = in_stages(signals, &stop) => return why,
            Ok(()) = current.changed() => {}
        }
    }
}

/// The same while one run is current.
async fn in_stages(signals: &mut Signals, stop: &StopHandle) -> &'static str {
    signals.next().await;
    confine::interrupt();
    if !stop.has_begun() {
        return "interrupted before the load began: there are no results";
    }
    let stage = match stop.stage() {
        StopStage::Running => StopStage::Graceful,
        StopStage::Graceful | StopStage::Hard => StopStage::Hard,
    };
    stop.stop(stage, EndReason::Interrupted);
    for _ in 0..2 {
        signals.next().await;
        stop.stop(StopStage::Hard, EndReason::Interrupted);
    }
    // Long enough for a run that isn't stuck: its end is the process's.
    tokio::time::sleep(TIME_FOR_RESULTS).await;
    "ended although the run was stuck: what wasn't written by then is lost"
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
    /// None where whoever started the process wants it to outlive its terminal, as `nohup` does.
    hang_up: Option<Signal>,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: match outlives_its_terminal() {
                true => None,
                false => Some(signal(SignalKind::hangup())?),
            },
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = hung_up(self.hang_up.as_mut()) => {}
        }
    }
}

async fn hung_up(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Whether SIGHUP was ignored from the beginning.
fn outlives_its_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hang_up(&status)
}

fn ignores_hang_up(status: &str) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 << (SignalKind::hangup().as_raw_value() - 1) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_is_ignored_from_the_beginning_stays_ignored() {
        assert!(ignores_hang_up(
            "Name:\tx\nSigIgn:\t0000000000001001\nSigCgt:\t0\n"
        ));
        assert!(!ignores_hang_up(
            "Name:\tx\nSigIgn:\t0000000000001000\nSigCgt:\t1\n"
        ));
        assert!(!ignores_hang_up(""));
    }
}
