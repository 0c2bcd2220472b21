//! What executors have in common that start iterations at a rate: each arrival has its time, and
//! at that time it is handed to a VU that is free. Late is started late, never left out; an
//! arrival that finds all VUs of the workload busy is dropped and counted.

use super::idle_vus::IdleVus;
use super::thread_arrivals::{Dispatched, ThreadArrivals};
use super::vu_pool::Spawn;
use super::workload_part::{PartEnd, WakeReason, WorkloadPart};
use crate::plan::{Profile, Spacing};
use std::time::Duration;
use tokio::time::Instant;

/// A thread wakes at most this often for arrivals; those in between start together. Keeps the
/// cost of waking below that of the requests; lateness is recorded as it is.
const LEAST_SLEEP: Duration = Duration::from_micros(100);

/// Starts iterations by a profile of iterations per second. `pre_allocated`: VUs of the whole
/// workload that are made before it begins.
pub(super) async fn run<S: Spawn>(
    part: &mut WorkloadPart<S>,
    profile: Profile,
    spacing: Spacing,
    pre_allocated: u32,
) -> PartEnd {
    let phases = part.phases.clone();
    phases.preparing(part.index).await;
    let mut idle = IdleVus::new(part);
    idle.prepare(part, pre_allocated).await;
    phases.part_ready(part.index);
    let Some(begun) = phases.begun(part.index).await else {
        return PartEnd::Stopped;
    };
    let mut arrivals = ThreadArrivals::new(part, profile, spacing);
    let mut woken_at = begun.checked_sub(LEAST_SLEEP).unwrap_or(begun);
    loop {
        let next = arrivals.next_time(part);
        let earliest =
            (woken_at + LEAST_SLEEP).saturating_duration_since(part.instant(begun, Duration::ZERO));
        match part.wait(begun, Some(next.max(earliest)), false).await {
            WakeReason::Stopped => {
                if let Dispatched::Many = arrivals.hand_out(part, begun, &mut idle) {
                    arrivals.drop_due(part, begun).await;
                }
                return PartEnd::Stopped;
            }
            WakeReason::Changed | WakeReason::Empty => {}
            WakeReason::Due => {
                woken_at = Instant::now();
                match arrivals.hand_out(part, begun, &mut idle) {
                    Dispatched::All => return PartEnd::TimeUp,
                    Dispatched::Due => {}
                    Dispatched::Many if arrivals.is_beyond_hope(part, begun) => {
                        arrivals.drop_due(part, begun).await;
                        return PartEnd::TimeUp;
                    }
                    Dispatched::Many => tokio::task::yield_now().await,
                }
            }
        }
    }
}
