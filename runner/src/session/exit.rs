//! How a command ends before its thread does: the first exit code that anybody gives counts.

use crate::exit_code::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Ends the process with a code, from any thread.
#[derive(Debug, Clone)]
pub struct Exit(SyncSender<ExitCode>);

impl Exit {
    /// With the end that whoever may leave the process waits for.
    pub fn new() -> (Exit, Receiver<ExitCode>) {
        let (sender, receiver) = sync_channel(8);
        (Exit(sender), receiver)
    }

    /// Ends the process, unless that was done already.
    pub fn leave(&self, code: ExitCode) {
        // Full or closed: somebody else was first.
        let _ = self.0.try_send(code);
    }
}
