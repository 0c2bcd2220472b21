//! The run that the API shows: the current one, or the last.

use super::status::End;
use crate::engine::load::RunHandle;
use std::sync::Arc;
use tokio::sync::watch;

/// A run, and how it ended once it has.
#[derive(Debug, Clone)]
pub(super) struct ShownRun {
    pub(super) run: RunHandle,
    pub(super) ended: Arc<watch::Sender<Option<End>>>,
}

impl ShownRun {
    /// A run that hasn't ended.
    pub(super) fn new(run: RunHandle) -> ShownRun {
        ShownRun {
            run,
            ended: Arc::new(watch::Sender::new(None)),
        }
    }

    /// How it ended, if it has.
    pub(super) fn end(&self) -> Option<End> {
        self.ended.borrow().clone()
    }
}
