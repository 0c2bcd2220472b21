//! A call that a guest waits for, whatever it is about, and how it gets from the guest to the VU's task and back. Which
//! kinds of calls there are is said in `protocols`.
//!
//! A guest runs on a stack of its own, one per VU, which is cold when its turn comes: each page and line that is
//! touched there is a miss. So a host call that waits only hands itself over and suspends the guest; the VU's task does
//! the work on the thread's own stack, and then resumes the guest.

use crate::http::Client;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// A kind of call that a guest waits for. Each protocol brings its own.
pub(super) trait HostCall: Send + Sized {
    /// What comes of it.
    type Answer: Send;

    /// Does it.
    fn run(self, client: &mut Client) -> impl Future<Output = Self::Answer>;

    /// Does it while other requests of this client are under way.
    fn run_beside(self, client: &Client) -> impl Future<Output = Self::Answer>;
}

/// Where the calls of one kind lie. A slot holds what it is about itself, so that no call allocates.
#[derive(Default)]
pub(super) enum Slot<C: HostCall> {
    #[default]
    Empty,
    /// The guest waits, and the task hasn't begun.
    Asked(C),
    /// The task is at it.
    Running,
    /// The guest may go on.
    Answered(C::Answer),
}

impl<C: HostCall> Slot<C> {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Slot::Empty)
    }

    pub(super) fn is_asked(&self) -> bool {
        matches!(self, Slot::Asked(_))
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self, Slot::Running)
    }

    fn begin(&mut self) -> Option<C> {
        match std::mem::replace(self, Slot::Running) {
            Slot::Asked(call) => Some(call),
            other => {
                *self = other;
                None
            }
        }
    }

    fn collect(&mut self) -> Option<C::Answer> {
        match std::mem::take(self) {
            Slot::Answered(answer) => Some(answer),
            other => {
                *self = other;
                None
            }
        }
    }
}

/// A set of slots with one for calls of this kind.
pub(super) trait SlotFor<C: HostCall> {
    fn slot(&mut self) -> &mut Slot<C>;
}

/// The slots of one VU. Guest and task take turns, so their lock is never waited for.
#[derive(Default)]
pub(super) struct Handover<S>(Mutex<S>);

impl<S> Handover<S> {
    /// The guest's side: suspends it until the call is done.
    pub(super) async fn ask<C: HostCall>(&self, call: C) -> C::Answer
    where
        S: SlotFor<C>,
    {
        *self.slots().slot() = Slot::Asked(call);
        // Nobody needs to be woken: whoever answers polls next.
        poll_fn(|_| match self.slots().slot().collect() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await
    }

    /// The task's side: takes the call of this kind that the guest waits for, if it does.
    pub(super) fn begin<C: HostCall>(&self) -> Option<C>
    where
        S: SlotFor<C>,
    {
        self.slots().slot().begin()
    }

    /// The task's side: leaves the answer to a call that was begun.
    pub(super) fn answer<C: HostCall>(&self, answer: C::Answer)
    where
        S: SlotFor<C>,
    {
        *self.slots().slot() = Slot::<C>::Answered(answer);
    }

    pub(super) fn slots(&self) -> MutexGuard<'_, S> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
