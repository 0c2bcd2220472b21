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
