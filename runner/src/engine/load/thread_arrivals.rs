//! The arrivals that one thread hands out, at their times, of a workload at a rate.

use super::arrival_scenarios::ArrivalScenarios;
use super::control::LoadLevel;
use super::idle_vus::IdleVus;
use super::slot::{Slot, drop_unused};
use super::stop::StopStage;
use super::vu_pool::Spawn;
use super::workload_part::WorkloadPart;
use crate::plan::{Arrivals, PartArrivals, Profile, Spacing};
use std::time::Duration;
use tokio::time::Instant;

/// Arrivals that a thread hands out before it looks at anything else: however late it is, it hears
/// that the run is being stopped.
const AT_ONCE: usize = 256;

/// Arrivals that nobody will start, counted before a thread looks at anything else.
const DROPPED_AT_ONCE: usize = 10_000;

/// How late an arrival may be handed out after the end, if the graceful stop is shorter.
const LEAST_DELAY: Duration = Duration::from_secs(1);

/// What handing out came to.
pub(super) enum Dispatched {
    /// All that there are.
    All,
    /// All that are due.
    Due,
    /// As many as may be handed out at once.
    Many,
}

/// The arrivals that one thread has.
pub(super) struct ThreadArrivals {
    profile: Profile,
    arrivals: PartArrivals,
    scenarios: ArrivalScenarios,
    /// Changes made so far.
    changes: usize,
    end: Duration,
}

impl ThreadArrivals {
    pub(super) fn new<S: Spawn>(
        part: &WorkloadPart<S>,
        profile: Profile,
        spacing: Spacing,
    ) -> ThreadArrivals {
        let all = Arrivals::new(&profile, spacing, part.seed);
        ThreadArrivals {
            arrivals: part.partition.arrivals(all, part.workload.room()),
            scenarios: ArrivalScenarios::new(&part.workload),
            end: profile.duration(),
            profile,
            changes: 0,
        }
    }

    /// The next time at which something is to be done.
    pub(super) fn next_time<S: Spawn>(&mut self, part: &WorkloadPart<S>) -> Duration {
        let change = part.change(self.changes).map_or(self.end, |change| change.at);
        let arrival = self.arrivals.peek().map_or(self.end, |(_, at)| at);
        change.min(arrival).min(self.end)
    }

    /// Hands out arrivals that are due, and makes changes.
    pub(super) fn hand_out<S: Spawn>(
        &mut self,
        part: &WorkloadPart<S>,
        begun: Instant,
        idle: &mut IdleVus,
    ) -> Dispatched {
        let elapsed = elapsed(part, begun);
        for _ in 0..AT_ONCE {
            let at = self.next_time(part);
            if at > elapsed {
                return Dispatched::Due;
            }
            if let Some(change) = part.change(self.changes).filter(|change| change.at <= at) {
                self.changes += 1;
                self.follow(change.at, &change.to);
                continue;
            }
            match self
                .arrivals
                .peek()
                .filter(|(_, arrival)| *arrival <= at && *arrival < self.end)
            {
                Some((index, at)) => {
                    self.arrivals.skip_one();
                    let (scenario, position) = self.scenarios.of(index);
                    let slot = Slot::new(index, Some(part.instant(begun, at)), Some(position));
                    idle.hand(part, scenario, slot);
                }
                None => return Dispatched::All,
            }
        }
        Dispatched::Many
    }

    /// Whether it is so late that what is due can't be started within the graceful stop.
    pub(super) fn is_beyond_hope<S: Spawn>(&self, part: &WorkloadPart<S>, begun: Instant) -> bool {
        let delay = part.workload.graceful_stop.max(LEAST_DELAY);
        elapsed(part, begun) > self.end.saturating_add(delay)
    }

    /// Counts the arrivals that are due as dropped, unless the run is stopped hard meanwhile.
    pub(super) async fn drop_due<S: Spawn>(&mut self, part: &WorkloadPart<S>, begun: Instant) {
        let elapsed = elapsed(part, begun);
        while part.stop.stage() < StopStage::Hard {
            let is_due = |at: Duration, end: Duration| at <= elapsed && at < end;
            for _ in 0..DROPPED_AT_ONCE {
                let end = self.end;
                if self.arrivals.peek().is_none_or(|(_, at)| !is_due(at, end)) {
                    return;
                }
                self.arrivals.skip_one();
                drop_unused(1);
            }
            tokio::task::yield_now().await;
        }
    }

    fn follow(&mut self, at: Duration, to: &LoadLevel) {
        match to {
            LoadLevel::Rate(rate) => {
                self.profile = self.profile.changed(at, rate.per_second());
                self.arrivals.change(&self.profile);
            }
            LoadLevel::End => self.end = at,
            LoadLevel::Users { .. } => {}
        }
    }
}

/// Time of the workload's plan since it began.
fn elapsed<S: Spawn>(part: &WorkloadPart<S>, begun: Instant) -> Duration {
    let now = part.signals.paused.unwrap_or_else(Instant::now);
    now.saturating_duration_since(part.instant(begun, Duration::ZERO))
}
