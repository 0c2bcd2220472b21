//! The thread of one output, and the queue of seconds before it.

use super::{Output, QUEUE, Update};
use crate::metrics::OutputRow;
use crate::plan::Plan;
use crate::system::panics;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Feeds one output, without ever waiting for it while the run goes on.
#[derive(Debug)]
pub(super) struct Feeder {
    queue: SyncSender<Arc<Update>>,
    /// What the run ended with: beside the queue, which may be full.
    last: Arc<OnceLock<Arc<Update>>>,
    work: Work,
}

/// What an output's thread does.
#[derive(Debug)]
pub(super) struct Work {
    name: String,
    /// Seconds that there were for it.
    offered: u64,
    /// Those that it was given.
    given: Arc<AtomicU64>,
    /// What kept it from its work, and how many seconds it was given and couldn't deliver.
    done: Receiver<(Result<(), String>, u64)>,
}

impl Feeder {
    pub(super) fn start(output: Box<dyn Output>, plan: Arc<Plan>) -> io::Result<Feeder> {
        let (queue, updates) = sync_channel(QUEUE);
        let (tell, done) = sync_channel(1);
        let last = Arc::new(OnceLock::new());
        let work = Work {
            name: output.name(),
            offered: 0,
            given: Arc::default(),
            done,
        };
        let (given, end) = (Arc::clone(&work.given), Arc::clone(&last));
        let feed = move || {
            let fed = AssertUnwindSafe(|| {
                let mut output = output;
                let fed = feed(&mut *output, &plan, (updates, &given), &end);
                (fed, output.lost())
            });
            // Whoever doesn't wait for it any more has gone.
            let _ = tell.send(panics::catch(fed).unwrap_or_else(|why| (Err(why), 0)));
        };
        std::thread::Builder::new()
            .name("output".to_owned())
            .spawn(feed)?;
        Ok(Feeder { queue, last, work })
    }

    /// Offers it a second, which is dropped if there is no room.
    pub(super) fn offer(&mut self, update: &Arc<Update>) {
        self.work.offered += 1;
        // Full, or its thread has gone. Nothing is counted here: what was offered and not given is what it lacks, see
        // [`Work::wait`].
        let _ = self.queue.try_send(Arc::clone(update));
    }

    /// Says how the run ended, and that nothing else will come.
    pub(super) fn end(self, last: &Arc<Update>) -> Work {
        // Nobody but this sets it, and only once.
        let _ = self.last.set(Arc::clone(last));
        self.work
    }
}

impl Work {
    /// Waits until it is done.
    pub(super) fn wait(self, until: Instant) -> OutputRow {
        let left = until.saturating_duration_since(Instant::now());
        let gone = |why: &str| (Some(why.to_owned()), 0);
        let (failure, lost) = match self.done.recv_timeout(left) {
            Ok((result, lost)) => (result.err(), lost),
            Err(RecvTimeoutError::Timeout) => gone("it didn't come to its end in time"),
            Err(RecvTimeoutError::Disconnected) => gone("its thread has gone"),
        };
        OutputRow {
            name: self.name,
            dropped: self.offered - self.given.load(Ordering::Acquire) + lost,
            failure,
        }
    }
}

fn feed(
    output: &mut dyn Output,
    plan: &Plan,
    (updates, given): (Receiver<Arc<Update>>, &AtomicU64),
    last: &OnceLock<Arc<Update>>,
) -> Result<(), String> {
    output.begin(plan)?;
    for update in updates {
        given.fetch_add(1, Ordering::AcqRel);
        output.second(&update)?;
    }
    match last.get() {
        Some(last) => output.end(last),
        // The run didn't come about.
        None => Ok(()),
    }
}
