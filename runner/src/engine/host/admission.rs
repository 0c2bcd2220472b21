//! What was decided of a request before it is made, whatever protocol it is of: whom it belongs to, when it may begin, and
//! since when its time counts.

use super::attribution::Attribution;
use super::in_flight::InFlight;
use super::rate_limit::RateLimit;
use std::sync::Arc;
use std::time::Instant;

/// A request that may be made.
#[derive(Debug)]
pub(super) struct Admission {
    pub(super) attribution: Attribution,
    /// When it was meant to begin, or else when the guest asked for it.
    pub(super) intended: Instant,
    /// When it may begin, if the run limits its requests' rate.
    pub(super) slot: Option<Instant>,
    /// That limit, for the redirects.
    pub(super) rate_limit: Option<Arc<RateLimit>>,
}

impl Admission {
    /// The same for a request whose trace has this id.
    pub(super) fn traced(mut self, trace: Option<u128>) -> Admission {
        self.attribution.trace = trace;
        self
    }

    /// Waits until the request may begin.
    pub(super) async fn wait(&self) {
        wait_for(self.slot).await;
    }

    /// Begins the request, or one that follows from it.
    pub(super) fn begin(&self) -> InFlight {
        InFlight::new(self.attribution.purpose)
    }

    /// When a request that follows from this one may begin, if that is limited.
    pub(super) fn follow_up(&self) -> Option<Instant> {
        Some(self.rate_limit.as_ref()?.book(1, Instant::now()))
    }

    /// How long it has taken until then, as a VU sees it.
    pub(super) fn response_us(&self, ended: Instant) -> u64 {
        let took = ended.saturating_duration_since(self.intended);
        u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
    }
}

async fn wait_for(slot: Option<Instant>) {
    // The runtime's timer counts in whole milliseconds and rounds up: even a moment that has passed would take one, and a
    // limit that is never met would slow the load down.
    if let Some(slot) = slot.filter(|&slot| slot > Instant::now()) {
        // Boxed: rare, and every VU would have to hold it.
        Box::pin(tokio::time::sleep_until(slot.into())).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::time::Duration;

    #[tokio::test]
    async fn only_a_slot_to_come_is_waited_for() {
        assert!(wait_for(None).now_or_never().is_some());
        assert!(wait_for(Some(Instant::now())).now_or_never().is_some());
        let slot = Instant::now() + Duration::from_millis(20);
        assert!(wait_for(Some(slot)).now_or_never().is_none());
        wait_for(Some(slot)).await;
        assert!(Instant::now() >= slot);
    }
}
