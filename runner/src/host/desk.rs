//! Where a guest leaves what it waits for, and where the answer is left for it.
//!
//! A guest runs on a stack of its own, one per VU, which is cold when its turn comes: each page and line that is
//! touched there is a miss. So a host call that blocks only posts an [`Errand`] here and suspends the guest; the VU's
//! task runs the errand on the thread's own stack ([`Desk::serve`]), and then resumes the guest.

use super::http::{Landed, Sending};
use super::state::StopFlag;
use crate::http::Client;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Instant;

/// What a guest waits for.
#[expect(
    clippy::large_enum_variant,
    reason = "the large one is the usual one, and a box would be one more allocation per request"
)]
pub(super) enum Errand {
    /// One request.
    Send(Sending),
    /// Requests at once.
    SendAll(Vec<Sending>),
    /// Time to pass.
    Sleep(Instant),
}

/// What came of an errand.
pub(super) enum Answer {
    /// Of one request.
    Landed(Landed),
    /// Of requests at once, in their order.
    AllLanded(Vec<Landed>),
    /// The time has passed, or the run is being stopped.
    Slept,
}

/// One VU's desk. Guest and task take turns, so its lock is never waited for.
pub struct Desk {
    stop: Arc<StopFlag>,
    tray: Mutex<Tray>,
}

#[derive(Default)]
enum Tray {
    #[default]
    Empty,
    Posted(Errand),
    /// The task has it.
    Running,
    Answered(Answer),
}

impl Desk {
    pub(super) fn new(stop: Arc<StopFlag>) -> Desk {
        Desk {
            stop,
            tray: Mutex::default(),
        }
    }

    /// The guest's side: suspends it until the errand is done.
    pub(super) async fn ask(&self, errand: Errand) -> Answer {
        *self.tray() = Tray::Posted(errand);
        // Nobody needs to be woken: whoever answers polls next.
        poll_fn(|_| {
            let mut tray = self.tray();
            match std::mem::take(&mut *tray) {
                Tray::Answered(answer) => Poll::Ready(answer),
                other => {
                    *tray = other;
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// The task's side: runs `call`, a call into the guest, and all errands that the guest posts meanwhile.
    pub async fn serve<R>(&self, client: &mut Client, call: impl Future<Output = R>) -> R {
        let mut call = pin!(call);
        loop {
            let turn = poll_fn(|cx| match call.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Ok(result)),
                // Without an errand, it is a guest that yielded after computing for long.
                Poll::Pending => self
                    .take()
                    .map_or(Poll::Pending, |errand| Poll::Ready(Err(errand))),
            });
            match turn.await {
                Ok(result) => return result,
                Err(errand) => self.run(client, errand).await,
            }
        }
    }

    async fn run(&self, client: &mut Client, errand: Errand) {
        if !matches!(errand, Errand::Sleep(_)) {
            after_the_others().await;
        }
        let answer = match errand {
            Errand::Send(sending) => Answer::Landed(sending.run(client).await),
            // Rare, and their futures are large.
            Errand::SendAll(sendings) => {
                Answer::AllLanded(Box::pin(Sending::run_all(sendings, client)).await)
            }
            Errand::Sleep(until) => {
                Box::pin(self.stop.pause_until(until)).await;
                Answer::Slept
            }
        };
        *self.tray() = Tray::Answered(answer);
    }

    fn take(&self) -> Option<Errand> {
        let mut tray = self.tray();
        match std::mem::replace(&mut *tray, Tray::Running) {
            Tray::Posted(errand) => Some(errand),
            other => {
                *tray = other;
                None
            }
        }
    }

    fn tray(&self) -> MutexGuard<'_, Tray> {
        self.tray.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the other VUs that are ready now have their turn first, without a look at the network.
///
/// So all of them read and compute, and then all of them write. A server that has caught up sleeps, and waking it is
/// the dearest thing that a write can do; written one right after the other, most requests find it awake.
async fn after_the_others() {
    let mut queued = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut queued, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Settings, Transport};
    use std::time::Duration;
    use tokio::task::{LocalSet, yield_now};

    fn desk() -> (Desk, Client) {
        let client = Client::new(Transport::new(&Settings::default()).unwrap(), 0);
        (Desk::new(Arc::default()), client)
    }

    #[tokio::test]
    async fn a_guest_goes_on_once_its_errand_is_done() {
        let (desk, mut client) = desk();
        let begun = Instant::now();
        let until = begun + Duration::from_millis(20);
        let guest = async {
            for _ in 0..2 {
                assert!(matches!(desk.ask(Errand::Sleep(until)).await, Answer::Slept));
            }
            7
        };
        assert_eq!(desk.serve(&mut client, guest).await, 7);
        assert!(begun.elapsed() >= Duration::from_millis(20));
    }

    #[tokio::test]
    async fn a_guest_may_yield_without_an_errand() {
        let (desk, mut client) = desk();
        let guest = async { yield_now().await };
        desk.serve(&mut client, guest).await;
    }

    #[tokio::test]
    async fn a_guest_that_is_dropped_leaves_nothing_to_do() {
        let (desk, mut client) = desk();
        let long = Instant::now() + Duration::from_secs(60);
        let asked = desk.serve(&mut client, desk.ask(Errand::Sleep(long)));
        assert!(
            tokio::time::timeout(Duration::from_millis(10), asked)
                .await
                .is_err()
        );
        assert!(desk.take().is_none());
    }

    #[tokio::test]
    async fn all_that_are_ready_compute_before_the_first_of_them_sends() {
        let log = Arc::new(Mutex::new(Vec::new()));
        let local = LocalSet::new();
        for vu in 0..3 {
            let log = Arc::clone(&log);
            local.spawn_local(async move {
                log.lock().unwrap().push(("computes", vu));
                after_the_others().await;
                log.lock().unwrap().push(("sends", vu));
            });
        }
        local.await;
        let steps: Vec<_> = log.lock().unwrap().iter().map(|&(step, _)| step).collect();
        assert_eq!(
            steps,
            ["computes", "computes", "computes", "sends", "sends", "sends"]
        );
    }
}
