//! VUs that wait for an arrival. Who gives them one is [`IdleVus`](super::idle_vus::IdleVus).

use super::slot::Slot;
use super::vu_signal::VuSignal;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tokio::sync::Notify;

/// The VUs of one scenario that are free, the one that was busy last on top: its memory is warm.
#[derive(Debug, Default)]
pub(super) struct IdleStack {
    vus: RefCell<Vec<Rc<IdleVu>>>,
    joined: Notify,
    /// VUs that were made before the workload began.
    made: Cell<usize>,
}

impl IdleStack {
    /// One more VU was made before the workload begins.
    pub(super) fn made_one(&self) {
        self.made.set(self.made.get() + 1);
    }

    /// Returns when all VUs that were made before the workload begins are free.
    pub(super) async fn all_free(&self) {
        while self.vus.borrow().len() < self.made.get() {
            self.joined.notified().await;
        }
    }

    /// Takes the VU off that was busy last.
    pub(super) fn pop(&self) -> Option<Rc<IdleVu>> {
        self.vus.borrow_mut().pop()
    }
}

/// Where one VU waits for its next arrival.
#[derive(Debug)]
pub(super) struct IdleVu {
    slot: RefCell<Option<Slot>>,
    called: Notify,
    stack: Rc<IdleStack>,
}

impl IdleVu {
    /// A VU that is yet to come, and what it is made for, if there is anything to do already.
    pub(super) fn new(stack: &Rc<IdleStack>, slot: Option<Slot>) -> Rc<IdleVu> {
        Rc::new(IdleVu {
            slot: RefCell::new(slot),
            called: Notify::new(),
            stack: Rc::clone(stack),
        })
    }

    /// Gives the VU something to do.
    pub(super) fn call(&self, slot: Slot) {
        *self.slot.borrow_mut() = Some(slot);
        self.called.notify_one();
    }

    /// Waits for a slot; none when the VU must go.
    pub(super) async fn next(self: &Rc<Self>, signal: &VuSignal) -> Option<Slot> {
        let given = self.given();
        if given.is_some() {
            return given;
        }
        if signal.is_raised() {
            return None;
        }
        self.stack.vus.borrow_mut().push(Rc::clone(self));
        self.stack.joined.notify_one();
        tokio::select! {
            biased;
            () = self.called.notified() => self.given(),
            () = signal.flag().raised() => None,
        }
    }

    /// The slot that the VU was given and hasn't taken yet.
    pub(super) fn given(&self) -> Option<Slot> {
        self.slot.borrow_mut().take()
    }
}
