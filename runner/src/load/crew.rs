//! The VUs of one workload on one thread: which are wanted, which run, and how they end.

use super::turns::{Place, Turns};
use crate::host::StopFlag;
use crate::panics;
use crate::rota::AbortHandle;
use futures_util::FutureExt;
use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Makes VUs. The real ones run guests; tests of executors have simpler ones.
pub(super) trait Spawn: Sized + 'static {
    /// Starts the task of a VU in this place, which ends when it has no more turns or `retire` is
    /// raised. The task owns `leave`.
    fn spawn(&self, place: Place, turns: Turns, retire: Retire, leave: Leave<Self>) -> AbortHandle;
}

/// What tells one VU to hold on or to go.
#[derive(Debug, Clone)]
pub(super) struct Retire {
    flag: Arc<StopFlag>,
    gate: Rc<Gate>,
    /// How often it was raised by a ramp: an older grace must not end a newer one.
    times: Rc<Cell<u32>>,
}

impl Retire {
    pub(super) fn is_raised(&self) -> bool {
        self.flag.is_raised()
    }

    /// Raised when the VU must go; also ends its pauses.
    pub(super) fn flag(&self) -> &Arc<StopFlag> {
        &self.flag
    }

    /// Returns when the run isn't paused, or the VU must go.
    pub(super) async fn while_paused(&self) {
        while self.gate.closed.get() && !self.flag.is_raised() {
            tokio::select! {
                () = self.gate.opened.notified() => {}
                () = self.flag.raised() => {}
            }
        }
    }
}

/// Keeps all VUs of a crew from starting iterations.
#[derive(Debug, Default)]
pub(super) struct Gate {
    closed: Cell<bool>,
    opened: Notify,
}

impl Gate {
    pub(super) fn close(&self, closed: bool) {
        self.closed.set(closed);
        if !closed {
            self.opened.notify_waiters();
        }
    }
}

/// One place for a VU.
struct Slot {
    place: Place,
    wanted: bool,
    running: Option<Running>,
    /// Whether its VU ended although it was wanted: it isn't replaced.
    spent: bool,
    past: Rc<Past>,
}

/// What the VUs that were in a place before have used up: the next one goes on after it, so that
/// none does, or draws, again what another did.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Iterations that they have begun.
    pub(super) iterations: Cell<u64>,
    /// Instances that they have had.
    pub(super) lives: Cell<u64>,
}

impl Past {
    /// The number of one more life, from 0.
    pub(super) fn begin_life(&self) -> u64 {
        self.lives.replace(self.lives.get() + 1)
    }

    /// The number of one more iteration, from 0.
    pub(super) fn begin_iteration(&self) -> u64 {
        self.iterations.replace(self.iterations.get() + 1)
    }
}

struct Running {
    retire: Retire,
    abort: AbortHandle,
}

/// The VUs of one workload on one thread. Clones are the same crew.
pub(super) struct Crew<S: Spawn>(Rc<Inner<S>>);

struct Inner<S> {
    spawner: S,
    slots: RefCell<Vec<Slot>>,
    /// Numbers of slots that may be free, by scenario; the lowest on top.
    vacant: RefCell<Vec<Vec<usize>>>,
    gate: Rc<Gate>,
    alive: Cell<usize>,
    left: Notify,
    turns: RefCell<Option<Turns>>,
}

impl<S: Spawn> Clone for Crew<S> {
    fn clone(&self) -> Self {
        Crew(Rc::clone(&self.0))
    }
}

impl<S: Spawn> Crew<S> {
    /// Room for VUs in these places; none of them lives yet.
    pub(super) fn new(spawner: S, places: impl IntoIterator<Item = Place>) -> Crew<S> {
        let slot = |place| Slot {
            place,
            wanted: false,
            running: None,
            spent: false,
            past: Rc::default(),
        };
        let slots: Vec<_> = places.into_iter().map(slot).collect();
        let scenarios = slots
            .iter()
            .map(|slot| usize::from(slot.place.scenario) + 1)
            .max();
        let mut vacant = vec![Vec::new(); scenarios.unwrap_or(0)];
        for (number, slot) in slots.iter().enumerate().rev() {
            vacant[usize::from(slot.place.scenario)].push(number);
        }
        Crew(Rc::new(Inner {
            spawner,
            slots: RefCell::new(slots),
            vacant: RefCell::new(vacant),
            gate: Rc::default(),
            alive: Cell::new(0),
            left: Notify::new(),
            turns: RefCell::new(None),
        }))
    }

    /// Holds all VUs between iterations, or lets them go on.
    pub(super) fn pause(&self, paused: bool) {
        self.0.gate.close(paused);
    }

    /// Where the turns of VUs that are wanted by [`want`](Self::want) come from.
    pub(super) fn give_turns(&self, turns: Turns) {
        *self.0.turns.borrow_mut() = Some(turns);
    }

    /// Wants a VU in the slot of this number, and starts it if it isn't there.
    pub(super) fn want(&self, number: usize) {
        if !self.set_wanted(number, true) {
            self.start(number);
        }
    }

    /// No longer wants the VU in the slot of this number; it may go on with its iteration for `grace`.
    pub(super) fn release(&self, number: usize, grace: Duration) {
        if self.set_wanted(number, false) {
            self.retire(number, grace);
        }
    }

    /// Starts a VU with turns of its own in a place that is free, of this scenario. None: all taken.
    pub(super) fn add(&self, scenario: u16, turns: Turns) -> Option<()> {
        let is_free = |number: usize| {
            self.0
                .slots
                .borrow()
                .get(number)
                .is_some_and(|slot| slot.running.is_none())
        };
        loop {
            let number = self.0.vacant.borrow_mut().get_mut(usize::from(scenario))?.pop()?;
            if is_free(number) {
                self.set_wanted(number, true);
                self.spawn(number, turns);
                return Some(());
            }
        }
    }

    /// VUs that live.
    pub(super) fn alive(&self) -> usize {
        self.0.alive.get()
    }

    /// Returns when no VU lives.
    pub(super) async fn all_left(&self) {
        while self.alive() > 0 {
            self.0.left.notified().await;
        }
    }

    /// Retires all VUs, and drops those that haven't ended after `grace`.
    pub(super) async fn dismiss(&self, grace: Duration) {
        for slot in self.0.slots.borrow_mut().iter_mut() {
            slot.wanted = false;
            if let Some(running) = &slot.running {
                running.retire.flag.raise();
            }
        }
        if tokio::time::timeout(grace, self.all_left()).await.is_err() {
            for slot in self.0.slots.borrow().iter() {
                slot.running.iter().for_each(|running| running.abort.abort());
            }
            self.all_left().await;
        }
    }

    /// The places of all slots, by number.
    pub(super) fn places(&self) -> Vec<Place> {
        self.0.slots.borrow().iter().map(|slot| slot.place).collect()
    }

    /// Says whether a slot is wanted; answers whether it was.
    fn set_wanted(&self, number: usize, wanted: bool) -> bool {
        let mut slots = self.0.slots.borrow_mut();
        let Some(slot) = slots.get_mut(number) else {
            // Neither starts nor retires anything.
            return wanted;
        };
        std::mem::replace(&mut slot.wanted, wanted)
    }

    /// A retiring VU that has not gone yet stays; else a new one comes.
    fn start(&self, number: usize) {
        let slots = self.0.slots.borrow();
        let Some(slot) = slots.get(number) else { return };
        if let Some(running) = &slot.running {
            running.retire.flag.lower();
        } else if !slot.spent {
            drop(slots);
            let turns = self.0.turns.borrow().clone();
            turns.into_iter().for_each(|turns| self.spawn(number, turns));
        }
    }

    fn spawn(&self, number: usize, turns: Turns) {
        let mut slots = self.0.slots.borrow_mut();
        let Some(slot) = slots.get_mut(number) else { return };
        let retire = Retire {
            flag: Arc::default(),
            gate: Rc::clone(&self.0.gate),
            times: Rc::default(),
        };
        self.0.alive.set(self.alive() + 1);
        let leave = Leave {
            crew: self.clone(),
            number,
            past: Rc::clone(&slot.past),
        };
        let abort = self.0.spawner.spawn(slot.place, turns, retire.clone(), leave);
        slot.running = Some(Running { retire, abort });
    }

    fn retire(&self, number: usize, grace: Duration) {
        let slots = self.0.slots.borrow();
        let Some(running) = slots.get(number).and_then(|slot| slot.running.as_ref()) else {
            return;
        };
        running.retire.flag.raise();
        let (retire, abort) = (running.retire.clone(), running.abort.clone());
        let time = retire.times.get().wrapping_add(1);
        retire.times.set(time);
        tokio::task::spawn_local(async move {
            tokio::time::sleep(grace).await;
            if retire.is_raised() && retire.times.get() == time {
                abort.abort();
            }
        });
    }

    /// A VU has gone. If it was wanted again by then, a new one takes its place.
    fn gone(&self, number: usize) {
        let mut slots = self.0.slots.borrow_mut();
        let Some(slot) = slots.get_mut(number) else { return };
        let was_retired = slot
            .running
            .take()
            .is_some_and(|running| running.retire.is_raised());
        self.0.alive.set(self.alive().saturating_sub(1));
        slot.spent = slot.wanted && !was_retired;
        let again = slot.wanted && was_retired;
        if let Some(vacant) = self
            .0
            .vacant
            .borrow_mut()
            .get_mut(usize::from(slot.place.scenario))
        {
            vacant.push(number);
        }
        drop(slots);
        if again {
            self.start(number);
        }
        self.0.left.notify_waiters();
    }
}

/// Lives a VU's life, and tells of a panic in it: that one is gone, the others go on.
///
/// No `async fn`: that would hold the life twice, as what it was given and as what it awaits, and a life is most of
/// what a VU takes of the processor's cache.
pub(super) fn contained<S: Spawn>(
    leave: Leave<S>,
    life: impl Future<Output = ()>,
    panicked: impl FnOnce(String),
) -> impl Future<Output = ()> {
    AssertUnwindSafe(life).catch_unwind().map(move |ended| {
        // Moved in, so that it is there even if the task is dropped before it is ever polled.
        let _leave = leave;
        if ended.is_err() {
            panicked(panics::last_words());
        }
    })
}

/// Tells the crew that a VU has gone, however that happened.
pub(super) struct Leave<S: Spawn> {
    crew: Crew<S>,
    number: usize,
    past: Rc<Past>,
}

impl<S: Spawn> Leave<S> {
    /// What was in the VU's place before it.
    pub(super) fn past(&self) -> Rc<Past> {
        Rc::clone(&self.past)
    }
}

impl<S: Spawn> Drop for Leave<S> {
    fn drop(&mut self) {
        self.crew.gone(self.number);
    }
}
