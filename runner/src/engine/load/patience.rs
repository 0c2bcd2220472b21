//! How long the end of load threads is waited for, once the run is stopped hard.

use super::stop::{StopHandle, StopStage};
use crate::plan::Plan;
use std::time::Duration;
use tokio::time::Instant;

/// How long threads have for their end once the run is stopped hard. The results are then made without what a thread
/// measured last.
const THREADS_END: Duration = Duration::from_secs(20);

/// What each VU that they may have to drop adds to that.
const VU_END: Duration = Duration::from_micros(200);

/// How long they have once the operator has asked for the third time.
const THREADS_END_IN_HASTE: Duration = Duration::from_secs(1);

/// Times that an operator asks who doesn't wait any longer.
const IN_HASTE: u32 = 3;

/// Why threads aren't waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// One of them hangs.
    Hanging,
    /// The operator doesn't wait any longer.
    InHaste,
}

/// How long the end of threads is waited for.
#[derive(Debug)]
pub(super) struct Patience {
    stop: StopHandle,
    limit: Duration,
    stopped: Option<Instant>,
    in_haste: Option<Instant>,
}

impl Patience {
    /// With the threads of this plan.
    pub(super) fn new(plan: &Plan, stop: StopHandle) -> Patience {
        let vus = u32::try_from(plan.peak_vus()).unwrap_or(u32::MAX);
        Patience {
            stop,
            limit: THREADS_END + VU_END * vus,
            stopped: None,
            in_haste: None,
        }
    }

    /// Whether it is over, and why.
    pub(super) fn is_over(&mut self) -> Option<Left> {
        let since = |begun: &mut Option<Instant>| begun.get_or_insert_with(Instant::now).elapsed();
        if self.stop.stage() < StopStage::Hard {
            return None;
        }
        let hangs = since(&mut self.stopped) > self.limit;
        let in_haste = self.stop.asked() >= IN_HASTE && since(&mut self.in_haste) > THREADS_END_IN_HASTE;
        match (in_haste, hangs) {
            (true, _) => Some(Left::InHaste),
            (_, true) => Some(Left::Hanging),
            _ => None,
        }
    }
}
