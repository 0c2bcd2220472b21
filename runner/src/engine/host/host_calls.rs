//! What a VU's guest and its task have to do with each other while a call into the guest runs: what the guest waits for,
//! and what it leaves to be done beside.
//!
//! Standard HTTP clients don't wait: they leave an [`OutgoingRequest`] and go on. It is sent beside the guest's call.

use super::host_call::{Handover, HostCall, SlotFor};
use super::http::outgoing::OutgoingRequest;
use super::limits;
use super::protocols::{self, Beside, CallSlots};
use super::stop_flag::StopFlag;
use crate::http::Client;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

/// The host calls of one VU's guest.
pub struct HostCalls {
    stop: Arc<StopFlag>,
    waiting: Handover<CallSlots>,
    left: LeftRequests,
    /// Whether the guest suspended itself because it had computed for long, since anybody looked.
    yielded: AtomicBool,
}

/// Requests that the guest has left and doesn't wait for.
#[derive(Default)]
struct LeftRequests {
    /// Not taken by the task yet.
    new: Mutex<Vec<OutgoingRequest>>,
    /// All that haven't ended. Without any, as in most guests, nobody needs the lock.
    open: AtomicUsize,
}

/// Why the task of a VU is to act.
enum Next<R> {
    /// The guest's call has ended.
    Ended(R),
    /// The guest waits for something.
    Asked,
    /// The guest has left requests.
    Left,
}

impl HostCalls {
    pub(super) fn new(stop: Arc<StopFlag>) -> HostCalls {
        HostCalls {
            stop,
            waiting: Handover::default(),
            left: LeftRequests::default(),
            yielded: AtomicBool::new(false),
        }
    }

    /// Says that the guest is about to be suspended after computing for long.
    pub(super) fn yields(&self) {
        self.yielded.store(true, Ordering::Relaxed);
    }

    /// The guest's side: suspends it until the call is done.
    pub(super) fn ask<C: HostCall>(&self, call: C) -> impl Future<Output = C::Answer> + '_
    where
        CallSlots: SlotFor<C>,
    {
        self.put(call);
        self.answered::<C>()
    }

    /// The guest's side: leaves a call for the task; see [`Handover::put`].
    pub(super) fn put<C: HostCall>(&self, call: C)
    where
        CallSlots: SlotFor<C>,
    {
        self.waiting.put(call);
    }

    /// The guest's side: suspends it until the call of this kind that it has left is done.
    pub(super) fn answered<C: HostCall>(&self) -> impl Future<Output = C::Answer> + '_
    where
        CallSlots: SlotFor<C>,
    {
        self.waiting.answered::<C>()
    }

    /// The guest's side: leaves a request, or gets it back when too many are open.
    #[expect(
        clippy::result_large_err,
        reason = "it is moved once, and only where a guest overdoes it"
    )]
    pub(super) fn leave(&self, request: OutgoingRequest) -> Result<(), OutgoingRequest> {
        self.left.add(request)
    }

    /// The task's side: runs `call`, a call into the guest, with all that the guest waits for meanwhile and all requests
    /// that it leaves: it isn't over before these have ended.
    ///
    /// The call is pinned by its caller: a future that is moved into this one would be held twice by every VU.
    pub async fn serve<R>(&self, client: &mut Client, mut call: Pin<&mut impl Future<Output = R>>) -> R {
        loop {
            let next = poll_fn(|cx| match call.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Next::Ended(result)),
                // Without anything, it is a guest that yielded after computing for long.
                Poll::Pending => self.next(),
            });
            match next.await {
                Next::Ended(result) if !self.left.has_new() => return result,
                Next::Ended(result) => {
                    self.serve_beside(client, pin!(std::future::pending::<R>())).await;
                    return result;
                }
                Next::Asked => protocols::run(&self.waiting, client).await,
                Next::Left => {
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
        let slots = self.waiting.slots();
        let nothing_asked = slots.are_empty() && !self.left.are_open();
        slots.is_pausing() || (nothing_asked && !self.yielded.load(Ordering::Relaxed))
    }

    /// Sends requests that were left while `call` goes on, until none is left; then its result, if it has ended.
    ///
    /// Boxed: rare, and every VU would have to hold it.
    fn serve_beside<'a, R: 'a>(
        &'a self,
        client: &'a Client,
        mut call: Pin<&'a mut impl Future<Output = R>>,
    ) -> Pin<Box<dyn Future<Output = Option<R>> + 'a>> {
        Box::pin(async move {
            let mut result = None;
            let mut under_way = FuturesUnordered::<Beside<'a>>::new();
            loop {
                for request in self.left.take() {
                    under_way.push(Box::pin(self.send(request, client)));
                }
                under_way.extend(protocols::begin_beside(&self.waiting, client));
                if under_way.is_empty() {
                    return result;
                }
                poll_fn(|cx| {
                    if result.is_none()
                        && let Poll::Ready(ended) = call.as_mut().poll(cx)
                    {
                        result = Some(ended);
                    }
                    if self.left.has_new() || self.waiting.slots().is_asked() {
                        return Poll::Ready(());
                    }
                    under_way.poll_next_unpin(cx).map(|_| ())
                })
                .await;
            }
        })
    }

    async fn send(&self, request: OutgoingRequest, client: &Client) {
        let _open = OpenRequest(&self.left);
        request.send(client).await;
    }

    fn next<R>(&self) -> Poll<Next<R>> {
        // What is asked beside requests that were left is done beside them.
        if self.left.has_new() {
            Poll::Ready(Next::Left)
        } else if self.waiting.slots().is_asked() {
            Poll::Ready(Next::Asked)
        } else {
            Poll::Pending
        }
    }
}

impl LeftRequests {
    fn are_open(&self) -> bool {
        // Guest and task take turns, so nothing has to be ordered.
        self.open.load(Ordering::Relaxed) > 0
    }

    #[expect(clippy::result_large_err, reason = "as with `HostCalls::leave`")]
    fn add(&self, request: OutgoingRequest) -> Result<(), OutgoingRequest> {
        if self.open.load(Ordering::Relaxed) == limits::PARALLEL {
            return Err(request);
        }
        self.open.fetch_add(1, Ordering::Relaxed);
        self.new
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        Ok(())
    }

    fn has_new(&self) -> bool {
        self.are_open() && !self.new.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn take(&self) -> Vec<OutgoingRequest> {
        std::mem::take(&mut *self.new.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request that was left and is under way, however it ends.
struct OpenRequest<'a>(&'a LeftRequests);

impl Drop for OpenRequest<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::pause::Pause;
    use super::*;
    use crate::http::{HttpSettings, Transport};
    use std::time::{Duration, Instant};
    use tokio::task::yield_now;

    fn host_calls() -> (HostCalls, Client) {
        let client = Client::new(Transport::new(&HttpSettings::default()).unwrap(), 0);
        (HostCalls::new(Arc::default()), client)
    }

    #[tokio::test]
    async fn a_guest_goes_on_once_its_call_is_done() {
        let (calls, mut client) = host_calls();
        let begun = Instant::now();
        let until = begun + Duration::from_millis(20);
        let guest = async {
            for _ in 0..2 {
                calls.ask(Pause(until)).await;
            }
            7
        };
        assert_eq!(calls.serve(&mut client, pin!(guest)).await, 7);
        assert!(begun.elapsed() >= Duration::from_millis(20));
    }

    #[tokio::test]
    async fn a_guest_may_yield_without_a_call() {
        let (calls, mut client) = host_calls();
        let guest = async { yield_now().await };
        calls.serve(&mut client, pin!(guest)).await;
    }

    /// A guest that pauses, by the host or by itself, and then ends.
    async fn pauses(calls: &HostCalls, by_host: bool) -> u32 {
        let until = Instant::now() + Duration::from_millis(40);
        if by_host {
            calls.ask(Pause(until)).await;
        } else {
            tokio::time::sleep_until(until.into()).await;
        }
        7
    }

    #[tokio::test]
    async fn a_stop_leaves_a_pause_as_it_is_or_ends_it() {
        for by_host in [true, false] {
            let (calls, mut client) = host_calls();
            let begun = Instant::now();
            let call = pin!(pauses(&calls, by_host));
            let served = calls.serve_until_pause(&mut client, call, false);
            let stop = async { calls.stop.raise() };
            assert_eq!(tokio::join!(served, stop).0, Some(7));
            assert!(begun.elapsed() >= Duration::from_millis(40));
            calls.stop.lower();
            let call = pin!(pauses(&calls, by_host));
            let served = calls.serve_until_pause(&mut client, call, true);
            let stop = async { calls.stop.raise() };
            assert_eq!(tokio::join!(served, stop).0, None);
            let call = pin!(pauses(&calls, by_host));
            let served = calls.serve_until_pause(&mut client, call, true);
            assert_eq!(served.await, None, "the stop came before the pause");
        }
    }

    #[tokio::test]
    async fn a_stop_that_is_taken_back_ends_no_pause() {
        let (calls, mut client) = host_calls();
        let call = pin!(pauses(&calls, true));
        let served = calls.serve_until_pause(&mut client, call, true);
        let meddle = async {
            yield_now().await;
            calls.stop.raise();
            calls.stop.lower();
        };
        assert_eq!(tokio::join!(served, meddle).0, Some(7));
    }

    #[tokio::test]
    async fn a_guest_that_computes_is_not_pausing() {
        let (calls, mut client) = host_calls();
        calls.stop.raise();
        let computes = async {
            for _ in 0..3 {
                calls.yields();
                yield_now().await;
            }
            7
        };
        assert_eq!(
            calls.serve_until_pause(&mut client, pin!(computes), true).await,
            Some(7)
        );
    }

    #[tokio::test]
    async fn a_guest_that_is_dropped_leaves_nothing_to_do() {
        let (calls, mut client) = host_calls();
        let long = Instant::now() + Duration::from_secs(60);
        let call = pin!(calls.ask(Pause(long)));
        let asked = calls.serve(&mut client, call);
        assert!(
            tokio::time::timeout(Duration::from_millis(10), asked)
                .await
                .is_err()
        );
        assert!(calls.waiting.begin::<Pause>().is_none());
    }
}
