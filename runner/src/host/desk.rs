//! Where a guest leaves what it waits for, and where the answer is left for it.
//!
//! A guest runs on a stack of its own, one per VU, which is cold when its turn comes: each page and line that is
//! touched there is a miss. So a host call that blocks only posts an [`Errand`] here and suspends the guest; the VU's
//! task runs the errand on the thread's own stack ([`Desk::serve`]), and then resumes the guest.
//!
//! Standard HTTP clients don't block: they leave a [`Letter`] and go on. Letters are delivered beside the guest's call.

use super::limits;
use super::outgoing::Letter;
use super::sending::{Landed, Sending};
use super::stop_flag::StopFlag;
use crate::http::Client;
use crate::run_queue::after_the_others;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// The time has passed.
    Slept,
}

/// One VU's desk. Guest and task take turns, so its lock is never waited for.
pub struct Desk {
    stop: Arc<StopFlag>,
    top: Mutex<Top>,
    /// Whether the guest suspended itself because it had computed for long, since anybody looked.
    yielded: AtomicBool,
}

/// What lies there.
#[derive(Default)]
struct Top {
    tray: Tray,
    /// Not taken by the task yet.
    letters: Vec<Letter>,
    /// Letters that weren't delivered yet.
    open: usize,
    /// Whether the errand under way is a pause.
    sleeping: bool,
}

impl Top {
    fn errand(&mut self) -> Option<Errand> {
        match std::mem::replace(&mut self.tray, Tray::Running) {
            Tray::Posted(errand) => Some(errand),
            other => {
                self.tray = other;
                None
            }
        }
    }
}

/// What a guest's call has come to, when the task is to act.
#[expect(
    clippy::large_enum_variant,
    reason = "as with `Errand`, the large one is the usual one"
)]
enum Turn<R> {
    Ended(R),
    Errand(Errand),
    Letters,
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
            top: Mutex::default(),
            yielded: AtomicBool::new(false),
        }
    }

    /// Says that the guest is about to be suspended after computing for long.
    pub(super) fn yields(&self) {
        self.yielded.store(true, Ordering::Relaxed);
    }

    /// The guest's side: suspends it until the errand is done.
    pub(super) fn ask(&self, errand: Errand) -> impl Future<Output = Answer> + '_ {
        self.lay_down(errand);
        self.answered()
    }

    /// The guest's side: leaves an errand for the task, to be waited for with [`answered`](Self::answered). The future
    /// of a host call is allocated for each, so it is kept small: it needn't hold the errand.
    pub(super) fn lay_down(&self, errand: Errand) {
        self.top().tray = Tray::Posted(errand);
    }

    /// The guest's side: suspends it until what it left is done.
    pub(super) fn answered(&self) -> impl Future<Output = Answer> + '_ {
        // Nobody needs to be woken: whoever answers polls next.
        poll_fn(|_| {
            let mut top = self.top();
            if !matches!(top.tray, Tray::Answered(_)) {
                return Poll::Pending;
            }
            match std::mem::take(&mut top.tray) {
                Tray::Answered(answer) => Poll::Ready(answer),
                _ => Poll::Pending,
            }
        })
    }

    /// The guest's side: leaves a letter, or gets it back when too many are open.
    #[expect(
        clippy::result_large_err,
        reason = "it is moved once, and only where a guest overdoes it"
    )]
    pub(super) fn post(&self, letter: Letter) -> Result<(), Letter> {
        let mut top = self.top();
        if top.open == limits::PARALLEL {
            return Err(letter);
        }
        top.open += 1;
        top.letters.push(letter);
        Ok(())
    }

    /// The task's side: runs `call`, a call into the guest, with all errands that the guest posts meanwhile and all
    /// letters that it leaves: it isn't over before they are delivered.
    ///
    /// The call is pinned by its caller: a future that is moved into this one would be held twice by every VU.
    pub async fn serve<R>(&self, client: &mut Client, mut call: Pin<&mut impl Future<Output = R>>) -> R {
        loop {
            let turn = poll_fn(|cx| match call.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Turn::Ended(result)),
                // Without anything, it is a guest that yielded after computing for long.
                Poll::Pending => self.take(),
            });
            match turn.await {
                Turn::Ended(result) if self.top().letters.is_empty() => return result,
                Turn::Ended(result) => {
                    self.serve_beside(client, pin!(std::future::pending::<R>())).await;
                    return result;
                }
                Turn::Errand(errand) => self.run(client, errand).await,
                Turn::Letters => {
                    if let Some(result) = self.serve_beside(client, call.as_mut()).await {
                        return result;
                    }
                }
            }
        }
    }

    /// As [`serve`](Self::serve), but none once the guest pauses, or is pausing, while its VU must go, if
    /// pauses are where it `ends`.
    pub async fn serve_until_pause<R>(
        &self,
        client: &mut Client,
        call: Pin<&mut impl Future<Output = R>>,
        ends: bool,
    ) -> Option<R> {
        let mut served = pin!(self.serve(client, call));
        let mut raised = pin!(self.stop.raised());
        poll_fn(|cx| {
            self.yielded.store(false, Ordering::Relaxed);
            if let Poll::Ready(result) = served.as_mut().poll(cx) {
                return Poll::Ready(Some(result));
            }
            if !ends {
                return Poll::Pending;
            }
            if raised.as_mut().poll(cx).is_ready() {
                raised.set(self.stop.raised());
                if !self.stop.is_raised() {
                    // Raised and lowered again: it is the next time that matters.
                    let _ = raised.as_mut().poll(cx);
                } else if self.is_pausing() {
                    return Poll::Ready(None);
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Whether a guest that is suspended waits for time to pass, be it in `vu.sleep` or by WASI's clocks.
    fn is_pausing(&self) -> bool {
        let top = self.top();
        let nothing_asked = matches!(top.tray, Tray::Empty) && top.letters.is_empty() && top.open == 0;
        top.sleeping || (nothing_asked && !self.yielded.load(Ordering::Relaxed))
    }

    /// Delivers letters while `call` goes on, until none is left; then its result, if it has ended.
    ///
    /// Boxed: rare, and every VU would have to hold it.
    fn serve_beside<'a, R: 'a>(
        &'a self,
        client: &'a Client,
        mut call: Pin<&'a mut impl Future<Output = R>>,
    ) -> Pin<Box<dyn Future<Output = Option<R>> + 'a>> {
        Box::pin(async move {
            let mut result = None;
            let mut under_way = FuturesUnordered::<Pin<Box<dyn Future<Output = ()> + 'a>>>::new();
            loop {
                for letter in std::mem::take(&mut self.top().letters) {
                    under_way.push(Box::pin(self.deliver(letter, client)));
                }
                if let Some(errand) = self.top().errand() {
                    under_way.push(Box::pin(self.run_beside(client, errand)));
                }
                if under_way.is_empty() {
                    return result;
                }
                poll_fn(|cx| {
                    if result.is_none()
                        && let Poll::Ready(ended) = call.as_mut().poll(cx)
                    {
                        result = Some(ended);
                    }
                    if self.has_post() {
                        return Poll::Ready(());
                    }
                    under_way.poll_next_unpin(cx).map(|_| ())
                })
                .await;
            }
        })
    }

    async fn deliver(&self, letter: Letter, client: &Client) {
        let _open = Open(self);
        letter.deliver(client).await;
    }

    async fn run(&self, client: &mut Client, errand: Errand) {
        if !matches!(errand, Errand::Sleep(_)) {
            after_the_others().await;
        }
        let answer = match &errand {
            Errand::Send(sending) => Answer::Landed(sending.run(client).await),
            // Rare, and their futures are large.
            _ => Box::pin(self.answer(client, errand)).await,
        };
        self.top().tray = Tray::Answered(answer);
    }

    async fn run_beside(&self, client: &Client, errand: Errand) {
        let answer = self.answer(client, errand).await;
        self.top().tray = Tray::Answered(answer);
    }

    async fn answer(&self, client: &Client, errand: Errand) -> Answer {
        match errand {
            Errand::Send(sending) => Answer::Landed(sending.run_beside(client).await),
            Errand::SendAll(sendings) => Answer::AllLanded(Sending::run_all(sendings, client).await),
            Errand::Sleep(until) => {
                // A stop doesn't cut it short: else all that a guest still has to do would come at once.
                self.top().sleeping = true;
                if until <= Instant::now() {
                    // A guest that sleeps for no time, again and again, must not keep its thread.
                    tokio::task::yield_now().await;
                } else {
                    tokio::time::sleep_until(until.into()).await;
                }
                self.top().sleeping = false;
                Answer::Slept
            }
        }
    }

    fn take<R>(&self) -> Poll<Turn<R>> {
        let mut top = self.top();
        // What is posted beside letters is run beside them.
        if !top.letters.is_empty() {
            return Poll::Ready(Turn::Letters);
        }
        match top.errand() {
            Some(errand) => Poll::Ready(Turn::Errand(errand)),
            None => Poll::Pending,
        }
    }

    fn has_post(&self) -> bool {
        let top = self.top();
        !top.letters.is_empty() || matches!(top.tray, Tray::Posted(_))
    }

    fn top(&self) -> MutexGuard<'_, Top> {
        self.top.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A letter under way, however it ends.
struct Open<'a>(&'a Desk);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut top = self.0.top();
        top.open = top.open.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpSettings, Transport};
    use std::time::Duration;
    use tokio::task::yield_now;

    fn desk() -> (Desk, Client) {
        let client = Client::new(Transport::new(&HttpSettings::default()).unwrap(), 0);
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
        assert_eq!(desk.serve(&mut client, pin!(guest)).await, 7);
        assert!(begun.elapsed() >= Duration::from_millis(20));
    }

    #[tokio::test]
    async fn a_guest_may_yield_without_an_errand() {
        let (desk, mut client) = desk();
        let guest = async { yield_now().await };
        desk.serve(&mut client, pin!(guest)).await;
    }

    /// A guest that pauses, by the host or by itself, and then ends.
    async fn pauses(desk: &Desk, by_host: bool) -> u32 {
        let until = Instant::now() + Duration::from_millis(40);
        if by_host {
            desk.ask(Errand::Sleep(until)).await;
        } else {
            tokio::time::sleep_until(until.into()).await;
        }
        7
    }

    #[tokio::test]
    async fn a_stop_leaves_a_pause_as_it_is_or_ends_it() {
        for by_host in [true, false] {
            let (desk, mut client) = desk();
            let begun = Instant::now();
            let call = pin!(pauses(&desk, by_host));
            let served = desk.serve_until_pause(&mut client, call, false);
            let stop = async { desk.stop.raise() };
            assert_eq!(tokio::join!(served, stop).0, Some(7));
            assert!(begun.elapsed() >= Duration::from_millis(40));
            desk.stop.lower();
            let call = pin!(pauses(&desk, by_host));
            let served = desk.serve_until_pause(&mut client, call, true);
            let stop = async { desk.stop.raise() };
            assert_eq!(tokio::join!(served, stop).0, None);
            let call = pin!(pauses(&desk, by_host));
            let served = desk.serve_until_pause(&mut client, call, true);
            assert_eq!(served.await, None, "the stop came before the pause");
        }
    }

    #[tokio::test]
    async fn a_stop_that_is_taken_back_ends_no_pause() {
        let (desk, mut client) = desk();
        let call = pin!(pauses(&desk, true));
        let served = desk.serve_until_pause(&mut client, call, true);
        let meddle = async {
            yield_now().await;
            desk.stop.raise();
            desk.stop.lower();
        };
        assert_eq!(tokio::join!(served, meddle).0, Some(7));
    }

    #[tokio::test]
    async fn a_guest_that_computes_is_not_pausing() {
        let (desk, mut client) = desk();
        desk.stop.raise();
        let computes = async {
            for _ in 0..3 {
                desk.yields();
                yield_now().await;
            }
            7
        };
        let call = pin!(computes);
        assert_eq!(desk.serve_until_pause(&mut client, call, true).await, Some(7));
    }

    #[tokio::test]
    async fn a_guest_that_is_dropped_leaves_nothing_to_do() {
        let (desk, mut client) = desk();
        let long = Instant::now() + Duration::from_secs(60);
        let call = pin!(desk.ask(Errand::Sleep(long)));
        let asked = desk.serve(&mut client, call);
        assert!(
            tokio::time::timeout(Duration::from_millis(10), asked)
                .await
                .is_err()
        );
        assert!(desk.top().errand().is_none());
    }
}
