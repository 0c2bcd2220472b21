//! The VUs of one workload on one thread: which are wanted, which run, and how they end.

use super::slot_source::SlotSource;
use super::vu_place::{VuHistory, VuPlace};
use super::vu_signal::{PauseGate, VuSignal};
use crate::engine::run_queue::AbortHandle;
use crate::system::panics;
use futures_util::FutureExt;
use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;

/// Makes VUs. The real ones run guests; tests of executors have simpler ones.
pub(super) trait Spawn: Sized + 'static {
    /// Starts the task of a VU in this place, which ends when it has no more slots or `signal` is
    /// raised. The task owns `guard`.
    fn spawn(
        &self,
        place: VuPlace,
        slots: SlotSource,
        signal: VuSignal,
        guard: ExitGuard<Self>,
    ) -> AbortHandle;
}

/// What is known of one place for a VU.
struct VuEntry {
    place: VuPlace,
    wanted: bool,
    running: Option<RunningVu>,
    /// Whether its VU ended although it was wanted: it isn't replaced.
    spent: bool,
    history: Rc<VuHistory>,
}

struct RunningVu {
    signal: VuSignal,
    abort: AbortHandle,
}

/// The VUs of one workload on one thread. Clones are the same pool.
pub(super) struct VuPool<S: Spawn>(Rc<PoolState<S>>);

struct PoolState<S> {
    spawner: S,
    entries: RefCell<Vec<VuEntry>>,
    /// Numbers of places that may be free, by scenario; the lowest on top.
    vacant: RefCell<Vec<Vec<usize>>>,
    gate: Rc<PauseGate>,
    alive: Cell<usize>,
    left: Notify,
    slots: RefCell<Option<SlotSource>>,
}

impl<S: Spawn> Clone for VuPool<S> {
    fn clone(&self) -> Self {
        VuPool(Rc::clone(&self.0))
    }
}

impl<S: Spawn> VuPool<S> {
    /// Room for VUs in these places; none of them lives yet.
    pub(super) fn new(spawner: S, places: impl IntoIterator<Item = VuPlace>) -> VuPool<S> {
        let entry = |place| VuEntry {
            place,
            wanted: false,
            running: None,
            spent: false,
            history: Rc::default(),
        };
        let entries: Vec<_> = places.into_iter().map(entry).collect();
        let scenarios = entries
            .iter()
            .map(|entry| usize::from(entry.place.scenario) + 1)
            .max();
        let mut vacant = vec![Vec::new(); scenarios.unwrap_or(0)];
        for (number, entry) in entries.iter().enumerate().rev() {
            vacant[usize::from(entry.place.scenario)].push(number);
        }
        VuPool(Rc::new(PoolState {
            spawner,
            entries: RefCell::new(entries),
            vacant: RefCell::new(vacant),
            gate: Rc::default(),
            alive: Cell::new(0),
            left: Notify::new(),
            slots: RefCell::new(None),
        }))
    }

    /// Holds all VUs between iterations, or lets them go on.
    pub(super) fn pause(&self, paused: bool) {
        self.0.gate.close(paused);
    }

    /// Where the slots of VUs that are wanted by [`want`](Self::want) come from.
    pub(super) fn give_slots(&self, slots: SlotSource) {
        *self.0.slots.borrow_mut() = Some(slots);
    }

    /// Wants a VU in the place of this number, and starts it if it isn't there.
    pub(super) fn want(&self, number: usize) {
        if !self.set_wanted(number, true) {
            self.start(number);
        }
    }

    /// No longer wants the VU in the place of this number; it may go on with its iteration for `grace`.
    pub(super) fn release(&self, number: usize, grace: Duration) {
        if self.set_wanted(number, false) {
            self.retire(number, grace);
        }
    }

    /// Starts a VU with slots of its own in a place that is free, of this scenario. None: all taken.
    pub(super) fn add(&self, scenario: u16, slots: SlotSource) -> Option<()> {
        let is_free = |number: usize| {
            self.0
                .entries
                .borrow()
                .get(number)
                .is_some_and(|entry| entry.running.is_none())
        };
        loop {
            let number = self.0.vacant.borrow_mut().get_mut(usize::from(scenario))?.pop()?;
            if is_free(number) {
                self.set_wanted(number, true);
                self.spawn(number, slots);
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
        for entry in self.0.entries.borrow_mut().iter_mut() {
            entry.wanted = false;
            if let Some(running) = &entry.running {
                running.signal.flag().raise();
            }
        }
        if tokio::time::timeout(grace, self.all_left()).await.is_err() {
            for entry in self.0.entries.borrow().iter() {
                entry.running.iter().for_each(|running| running.abort.abort());
            }
            self.all_left().await;
        }
    }

    /// All places, by number.
    pub(super) fn places(&self) -> Vec<VuPlace> {
        self.0.entries.borrow().iter().map(|entry| entry.place).collect()
    }

    /// Says whether a VU is wanted in a place; answers whether it was.
    fn set_wanted(&self, number: usize, wanted: bool) -> bool {
        let mut entries = self.0.entries.borrow_mut();
        let Some(entry) = entries.get_mut(number) else {
            // There is no such place. Saying that nothing has changed keeps the caller from starting or retiring a VU.
            return wanted;
        };
        std::mem::replace(&mut entry.wanted, wanted)
    }

    /// A VU that was told to go and has not gone yet stays, which keeps its connections and its state; else a new one
    /// comes.
    fn start(&self, number: usize) {
        let entries = self.0.entries.borrow();
        let Some(entry) = entries.get(number) else { return };
        if let Some(running) = &entry.running {
            running.signal.flag().lower();
        } else if !entry.spent {
            drop(entries);
            let slots = self.0.slots.borrow().clone();
            slots.into_iter().for_each(|slots| self.spawn(number, slots));
        }
    }

    fn spawn(&self, number: usize, slots: SlotSource) {
        let mut entries = self.0.entries.borrow_mut();
        let Some(entry) = entries.get_mut(number) else {
            return;
        };
        let signal = VuSignal::new(&self.0.gate);
        self.0.alive.set(self.alive() + 1);
        let guard = ExitGuard {
            pool: self.clone(),
            number,
            history: Rc::clone(&entry.history),
        };
        let abort = self.0.spawner.spawn(entry.place, slots, signal.clone(), guard);
        entry.running = Some(RunningVu { signal, abort });
    }

    fn retire(&self, number: usize, grace: Duration) {
        let entries = self.0.entries.borrow();
        let Some(running) = entries.get(number).and_then(|entry| entry.running.as_ref()) else {
            return;
        };
        let (signal, abort) = (running.signal.clone(), running.abort.clone());
        let time = signal.retire();
        tokio::task::spawn_local(async move {
            tokio::time::sleep(grace).await;
            if signal.is_retired_since(time) {
                abort.abort();
            }
        });
    }

    /// A VU has gone. If it was wanted again by then, a new one takes its place.
    fn gone(&self, number: usize) {
        let mut entries = self.0.entries.borrow_mut();
        let Some(entry) = entries.get_mut(number) else {
            return;
        };
        let was_retired = entry
            .running
            .take()
            .is_some_and(|running| running.signal.is_raised());
        self.0.alive.set(self.alive().saturating_sub(1));
        // It ended by itself (its scenario asked for that, or it had its iterations), so another one would do more than
        // was planned.
        entry.spent = entry.wanted && !was_retired;
        let again = entry.wanted && was_retired;
        if let Some(vacant) = self
            .0
            .vacant
            .borrow_mut()
            .get_mut(usize::from(entry.place.scenario))
        {
            vacant.push(number);
        }
        drop(entries);
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
    guard: ExitGuard<S>,
    life: impl Future<Output = ()>,
    panicked: impl FnOnce(String),
) -> impl Future<Output = ()> {
    AssertUnwindSafe(life).catch_unwind().map(move |ended| {
        // Moved in, so that it is there even if the task is dropped before it is ever polled.
        let _guard = guard;
        if ended.is_err() {
            panicked(panics::last_words());
        }
    })
}

/// Tells the pool that a VU has gone, however that happened.
pub(super) struct ExitGuard<S: Spawn> {
    pool: VuPool<S>,
    number: usize,
    history: Rc<VuHistory>,
}

impl<S: Spawn> ExitGuard<S> {
    /// What was in the VU's place before it.
    pub(super) fn history(&self) -> Rc<VuHistory> {
        Rc::clone(&self.history)
    }
}

impl<S: Spawn> Drop for ExitGuard<S> {
    fn drop(&mut self) {
        self.pool.gone(self.number);
    }
}
