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
    fn run(&self, client: &mut Client) -> impl Future<Output = Self::Answer>;

    /// Does it while other requests of this client are under way.
    fn run_beside(&self, client: &Client) -> impl Future<Output = Self::Answer>;
}

/// Where the calls of one kind lie. A slot holds what it is about itself, so that no call allocates.
#[derive(Default)]
pub(super) enum CallSlot<C: HostCall> {
    #[default]
    Empty,
    /// The guest waits, and the task hasn't begun.
    Asked(C),
    /// The task is at it.
    Running,
    /// The guest may go on.
    Answered(C::Answer),
}

impl<C: HostCall> CallSlot<C> {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, CallSlot::Empty)
    }

    pub(super) fn is_asked(&self) -> bool {
        matches!(self, CallSlot::Asked(_))
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self, CallSlot::Running)
    }

    fn begin(&mut self) -> Option<C> {
        // Looked at first: to move what is large out and back again would cost each look as much as a call.
        if !self.is_asked() {
            return None;
        }
        match std::mem::replace(self, CallSlot::Running) {
            CallSlot::Asked(call) => Some(call),
            _ => None,
        }
    }

    fn collect(&mut self) -> Option<C::Answer> {
        if !matches!(self, CallSlot::Answered(_)) {
            return None;
        }
        match std::mem::take(self) {
            CallSlot::Answered(answer) => Some(answer),
            _ => None,
        }
    }
}

/// A set of slots with one for calls of this kind.
pub(super) trait SlotFor<C: HostCall> {
    fn slot(&mut self) -> &mut CallSlot<C>;
}

/// The slots of one VU. Guest and task take turns, so their lock is never waited for.
#[derive(Default)]
pub(super) struct Handover<S>(Mutex<S>);

impl<S> Handover<S> {
    /// The guest's side: leaves a call for the task, to be waited for with [`answered`](Self::answered). The future of a
    /// host call is allocated for each, so it is kept small: it needn't hold the call.
    pub(super) fn put<C: HostCall>(&self, call: C)
    where
        S: SlotFor<C>,
    {
        *self.slots().slot() = CallSlot::Asked(call);
    }

    /// The guest's side: suspends it until the call of this kind that it has left is done.
    pub(super) fn answered<C: HostCall>(&self) -> impl Future<Output = C::Answer> + '_
    where
        S: SlotFor<C>,
    {
        // Nobody needs to be woken: whoever answers polls next.
        poll_fn(|_| match SlotFor::<C>::slot(&mut *self.slots()).collect() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
    }

    /// The task's side: takes the call of this kind that the guest waits for, if it does.
    pub(super) fn begin<C: HostCall>(&self) -> Option<C>
    where
        S: SlotFor<C>,
    {
        SlotFor::<C>::slot(&mut *self.slots()).begin()
    }

    /// The task's side: leaves the answer to a call that was begun.
    pub(super) fn answer<C: HostCall>(&self, answer: C::Answer)
    where
        S: SlotFor<C>,
    {
        *self.slots().slot() = CallSlot::<C>::Answered(answer);
    }

    pub(super) fn slots(&self) -> MutexGuard<'_, S> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpSettings, Transport};

    /// A kind of call that nothing else knows.
    struct Double(u32);

    impl HostCall for Double {
        type Answer = u32;

        async fn run(&self, client: &mut Client) -> u32 {
            self.run_beside(client).await
        }

        async fn run_beside(&self, _: &Client) -> u32 {
            2 * self.0
        }
    }

    #[derive(Default)]
    struct Slots {
        double: CallSlot<Double>,
    }

    impl SlotFor<Double> for Slots {
        fn slot(&mut self) -> &mut CallSlot<Double> {
            &mut self.double
        }
    }

    #[tokio::test]
    async fn a_kind_of_call_takes_a_type_and_a_slot() {
        let mut client = Client::new(Transport::new(&HttpSettings::default()).unwrap(), 0);
        let calls = Handover::<Slots>::default();
        let task = async {
            let call = calls.begin::<Double>().unwrap();
            assert!(calls.begin::<Double>().is_none(), "it is begun once");
            calls.answer::<Double>(call.run(&mut client).await);
        };
        calls.put(Double(4));
        // Whoever answers polls next, so the task has to come first: nobody is woken.
        assert_eq!(tokio::join!(task, calls.answered::<Double>()).1, 8);
        assert!(calls.slots().double.is_empty());
    }
}
