//! The order in which the VUs of a thread run, and what that has to do with its cache.
//!
//! A thread has many more VUs than its cache holds, so nearly all that a VU touches in its turn has to be fetched. Two
//! things keep that cheap. VUs that are ready run in batches: first each computes until it has something to send, then
//! each sends ([`after_the_others`]), while what belongs to it is still in the cache. And while one VU runs, what the next
//! ones will touch is fetched already ([`suspends_here`]).
//!
//! This is a list of futures and no more: timers and sockets are the runtime's, which polls [`RunQueue::run`].

mod meter;

pub use meter::{is_fresh, used, used_in_turn};

use futures_util::task::AtomicWaker;
use meter::{CpuShares, TakenInSecond};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// Turns between two looks at the network. What so many VUs touch fits a core's own cache.
const BATCH: usize = 32;
/// A turn that took less, in nanoseconds, kept nobody waiting who wasn't known to be ready.
const BRIEF: u64 = 50_000;
/// An excess that any turn may amount to that met cold memory.
const SMALL: Duration = Duration::from_millis(40);
/// How many turns before its own a VU's memory is fetched.
const AHEAD: usize = 4;
/// Bytes of a suspended guest's stack that are fetched: the calls that it will make, and those that it is in.
const STACK: std::ops::Range<isize> = -512..2048;
const LINE: usize = 64;

type VuFuture = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static TURN: Cell<TurnState> = const { Cell::new(TurnState::None) };
    static NEEDED: Cell<Option<Needed>> = const { Cell::new(None) };
}

/// What this thread is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TurnState {
    /// Nothing of a run queue.
    None,
    /// A VU has its turn.
    Running,
    /// It gives the others theirs before it goes on.
    Postponed,
}

/// Lets the other VUs of this batch have their turn first, without a look at the network. Returns at once outside a run queue.
///
/// So all of them read and compute, and then all of them write. A server that has caught up sleeps, and waking it is
/// the dearest thing that a write can do; written one right after the other, most requests find it awake.
pub async fn after_the_others() {
    let mut postponed = false;
    poll_fn(|_| {
        if TURN.get() == TurnState::None || std::mem::replace(&mut postponed, true) {
            return Poll::Ready(());
        }
        TURN.set(TurnState::Postponed);
        Poll::Pending
    })
    .await;
}

/// Says that the VU that has its turn is suspended on a stack of its own, the one that this is called on, and that it
/// will touch `state` once it goes on.
#[inline(never)]
pub fn suspends_here<T>(state: &T) {
    let here = 0_u8;
    NEEDED.set(Some(Needed {
        stack: std::hint::black_box(&raw const here).addr(),
        state: std::ptr::from_ref(state).addr(),
        bytes: size_of::<T>(),
    }));
}

/// Addresses that are only ever fetched, never read: they may be stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Needed {
    stack: usize,
    state: usize,
    bytes: usize,
}

/// The VUs of one thread. Clones are the same queue.
#[derive(Clone, Default)]
pub struct RunQueue(Rc<QueueState>);

#[derive(Default)]
struct QueueState {
    places: RefCell<Vec<Option<QueuedVu>>>,
    vacant: RefCell<Vec<usize>>,
    ready: Arc<ReadyQueue>,
    shares: RefCell<CpuShares>,
    /// A long turn while nobody else was ready, as far as was known: place and nanoseconds.
    alone: Cell<Option<(usize, u64)>>,
}

/// Who has a turn until the next look at the network, and who has another one after it.
#[derive(Default)]
struct Batch {
    first: Vec<usize>,
    then: Vec<usize>,
}

/// One future, and what is known of it.
struct QueuedVu {
    life: VuFuture,
    waker: Waker,
    handle: Arc<VuWaker>,
    /// What it will touch beside itself.
    needs: Option<Needed>,
    /// What it is one of.
    kind: u16,
    /// CPU time of its turns until now, in nanoseconds.
    used: u64,
    taken: TakenInSecond,
}

/// By how much some took more of a second than their shares while others waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// All of them together.
    pub time: Duration,
    /// The kind of the one that took most.
    pub kind: u16,
}

impl Excess {
    /// As it would be in a whole second, of less time on a CPU; but what is small stays as it is.
    pub fn of_a_second(self, on_cpu: Duration) -> Excess {
        if self.time < SMALL {
            return self;
        }
        let share = self.time.as_secs_f64() / on_cpu.as_secs_f64().max(1e-3);
        let time = Duration::from_secs_f64(share.min(1.0));
        Excess { time, ..self }
    }
}

/// Ends a VU's life before its time, at its next turn.
#[derive(Debug, Clone)]
pub struct AbortHandle(Arc<VuWaker>);

impl AbortHandle {
    /// Drops the future, not now, but before it would be polled again.
    pub fn abort(&self) {
        self.0.aborted.store(true, Ordering::Release);
        self.0.wake_by_ref();
    }
}

/// Who is ready, in order. Others than the queue's own thread only take its lock to stop a run.
#[derive(Debug, Default)]
struct ReadyQueue {
    vus: Mutex<ReadyVus>,
    driver: AtomicWaker,
}

#[derive(Debug, Default)]
struct ReadyVus {
    places: VecDeque<usize>,
    /// Whether the driver waits for somebody to be ready.
    parked: bool,
}

impl ReadyQueue {
    fn lock(&self) -> MutexGuard<'_, ReadyVus> {
        self.vus.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, place: usize) {
        let mut ready = self.lock();
        ready.places.push_back(place);
        if std::mem::take(&mut ready.parked) {
            drop(ready);
            self.driver.wake();
        }
    }

    /// Takes a batch off the front.
    fn take(&self, batch: &mut Vec<usize>) {
        let mut ready = self.lock();
        let most = ready.places.len().min(BATCH);
        batch.extend(ready.places.drain(..most));
    }

    /// Whether anybody else than the one in this place is ready.
    fn has_others(&self, place: usize) -> bool {
        self.lock().places.iter().take(2).any(|&other| other != place)
    }

    fn poll_any(&self, cx: &Context<'_>) -> Poll<()> {
        self.driver.register(cx.waker());
        let mut ready = self.lock();
        ready.parked = ready.places.is_empty();
        if ready.parked {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

/// Wakes one VU: puts it in the ready queue, unless it is there.
#[derive(Debug)]
struct VuWaker {
    place: usize,
    queued: AtomicBool,
    aborted: AtomicBool,
    ready: Arc<ReadyQueue>,
}

impl Wake for VuWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.ready.push(self.place);
        }
    }
}

impl RunQueue {
    /// Adds a future of no kind.
    #[cfg(test)]
    pub fn spawn(&self, life: impl Future<Output = ()> + 'static) -> AbortHandle {
        self.spawn_as(0, life)
    }

    /// Adds a future of a kind, whose first turn comes after those that are ready by now.
    pub fn spawn_as(&self, kind: u16, life: impl Future<Output = ()> + 'static) -> AbortHandle {
        let mut places = self.0.places.borrow_mut();
        let place = self.0.vacant.borrow_mut().pop().unwrap_or_else(|| {
            places.push(None);
            places.len() - 1
        });
        let handle = Arc::new(VuWaker {
            place,
            queued: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
            ready: Arc::clone(&self.0.ready),
        });
        places[place] = Some(QueuedVu {
            life: Box::pin(life),
            waker: Arc::clone(&handle).into(),
            handle: Arc::clone(&handle),
            needs: None,
            kind,
            used: 0,
            taken: TakenInSecond::default(),
        });
        handle.wake_by_ref();
        AbortHandle(handle)
    }

    /// Gives turns for ever. To be polled without a budget: the runtime's would end with the first VUs of a batch.
    pub async fn run(&self) {
        let mut batch = Batch::default();
        loop {
            poll_fn(|cx| self.0.ready.poll_any(cx)).await;
            self.round(&mut batch);
            tokio::task::yield_now().await;
        }
    }

    /// Ends a second in which the thread had a CPU, or could have had one, for so long. Whether some took more of it than
    /// their shares while others waited, and by how much.
    pub fn close_second(&self, length: Duration) -> Option<Excess> {
        let places = self.0.places.borrow();
        let vu = |place: usize| places.get(place).and_then(Option::as_ref);
        let ran = meter::thread_cpu().unwrap_or(u64::MAX);
        let (nanos, place) = self
            .0
            .shares
            .borrow_mut()
            .close(length, ran, |place| vu(place).map(|vu| vu.taken))?;
        Some(Excess {
            time: Duration::from_nanos(nanos),
            kind: vu(place)?.kind,
        })
    }

    /// Drops all that are left.
    pub fn clear(&self) {
        let members = std::mem::take(&mut *self.0.places.borrow_mut());
        self.0.vacant.borrow_mut().clear();
        drop(members);
    }

    fn round(&self, batch: &mut Batch) {
        batch.first.clear();
        batch.then.clear();
        self.0.ready.take(&mut batch.first);
        self.look_back(&batch.first);
        self.turns(&batch.first, |place| batch.then.push(place));
        self.turns(&batch.then, |place| self.0.ready.push(place));
    }

    /// Gives these their turns. Those that are to have another one after the others are `postponed`.
    fn turns(&self, places: &[usize], mut postponed: impl FnMut(usize)) {
        if places.is_empty() {
            return;
        }
        places.iter().take(AHEAD).for_each(|&place| self.fetch(place));
        // The end of one turn is the beginning of the next.
        let mut now = Instant::now();
        meter::refresh(now);
        for (at, &place) in places.iter().enumerate() {
            places
                .get(at + AHEAD)
                .into_iter()
                .for_each(|&place| self.fetch(place));
            if self.turn(place, &mut now, places.len() > 1) {
                postponed(place);
            }
        }
    }

    /// Gives a VU its turn, from `now` on. Says whether it is to have another one after the others.
    fn turn(&self, place: usize, now: &mut Instant, has_others: bool) -> bool {
        let vu = self.0.places.borrow_mut().get_mut(place).and_then(Option::take);
        let Some(mut vu) = vu else {
            return false;
        };
        vu.handle.queued.swap(false, Ordering::AcqRel);
        meter::begin(*now, vu.used);
        let goes_on = !vu.handle.aborted.load(Ordering::Acquire) && vu.poll();
        *now = Instant::now();
        self.account(&mut vu, meter::end(*now), has_others);
        let postponed = TURN.replace(TurnState::None) == TurnState::Postponed;
        if goes_on {
            if let Some(slot) = self.0.places.borrow_mut().get_mut(place) {
                *slot = Some(vu);
            }
            return postponed;
        }
        // What it does while it is dropped is its own affair, as is what it did before.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(vu)));
        self.0.vacant.borrow_mut().push(place);
        false
    }

    /// Enters what a turn took, in nanoseconds.
    fn account(&self, vu: &mut QueuedVu, took: u64, has_others: bool) {
        vu.used += took;
        let place = vu.handle.place;
        let is_long = took > BRIEF;
        let others = has_others || is_long && self.0.ready.has_others(place);
        if is_long && !others {
            self.0.alone.set(Some((place, took)));
        }
        self.0.shares.borrow_mut().add(place, &mut vu.taken, took, others);
    }

    /// Others that the network made ready during a long turn were kept waiting by it.
    fn look_back(&self, ready: &[usize]) {
        let Some((place, took)) = self.0.alone.take() else {
            return;
        };
        if let Some(Some(vu)) = self.0.places.borrow_mut().get_mut(place)
            && ready.iter().any(|&other| other != place)
        {
            self.0.shares.borrow_mut().charge(place, &mut vu.taken, took);
        }
    }

    /// Fetches what a VU will touch.
    fn fetch(&self, place: usize) {
        if let Some(Some(vu)) = self.0.places.borrow().get(place) {
            let life = vu.life.as_ref().get_ref();
            fetch(std::ptr::from_ref(life).addr(), size_of_val(life));
            if let Some(needs) = vu.needs {
                fetch(needs.stack.saturating_add_signed(STACK.start), STACK.len());
                fetch(needs.state, needs.bytes);
            }
        }
    }
}

impl QueuedVu {
    /// Whether it goes on. A panic ends it, and nobody else.
    fn poll(&mut self) -> bool {
        TURN.set(TurnState::Running);
        NEEDED.set(None);
        let mut cx = Context::from_waker(&self.waker);
        let polled = catch_unwind(AssertUnwindSafe(|| self.life.as_mut().poll(&mut cx)));
        self.needs = NEEDED.get().or(self.needs);
        matches!(polled, Ok(Poll::Pending))
    }
}

#[cfg(target_arch = "x86_64")]
fn fetch(address: usize, bytes: usize) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    for line in (address & !(LINE - 1)..address.saturating_add(bytes)).step_by(LINE) {
        #[expect(unsafe_code, reason = "the compiler has no other way to say it")]
        // SAFETY: a prefetch reads nothing that the program could see, and can't fault, whatever the address.
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(line));
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn fetch(_: usize, _: usize) {}

#[cfg(test)]
mod tests;
