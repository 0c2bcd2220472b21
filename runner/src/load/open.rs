//! What executors have in common that start iterations at a rate: each arrival has its time, and
//! at that time it is handed to a VU that is free. Late is started late, never left out; an
//! arrival that finds all VUs of the workload busy is dropped and counted.

use super::control::Target;
use super::slot::{Turn, Turns, drop_unused};
use super::stop::Stage;
use super::vu_pool::{Retire, Spawn};
use super::workload_part::{Part, PartEnd, Woken};
use crate::plan::{Arrivals, Profile, Spacing, Workload};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A thread wakes at most this often for arrivals; those in between start together. Keeps the
/// cost of waking below that of the requests; lateness is recorded as it is.
const LEAST_SLEEP: Duration = Duration::from_micros(100);

/// Arrivals that a thread hands out before it looks at anything else: however late it is, it hears
/// that the run is being stopped.
const AT_ONCE: usize = 256;

/// Arrivals that nobody will start, counted before a thread looks at anything else.
const DROPPED_AT_ONCE: usize = 10_000;

/// How late an arrival may be handed out after the end, if the graceful stop is shorter.
const LEAST_DELAY: Duration = Duration::from_secs(1);

/// How long a workload waits for its first VUs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The VUs of one scenario that are free, the one that was busy last on top: its memory is warm.
#[derive(Debug, Default)]
struct Free {
    seats: RefCell<Vec<Rc<Seat>>>,
    joined: Notify,
    /// VUs that were made before the workload began.
    made: Cell<usize>,
}

/// Where one VU waits for its next arrival.
#[derive(Debug)]
pub(super) struct Seat {
    turn: RefCell<Option<Turn>>,
    called: Notify,
    free: Rc<Free>,
}

impl Seat {
    fn new(free: &Rc<Free>, turn: Option<Turn>) -> Rc<Seat> {
        Rc::new(Seat {
            turn: RefCell::new(turn),
            called: Notify::new(),
            free: Rc::clone(free),
        })
    }

    fn call(&self, turn: Turn) {
        *self.turn.borrow_mut() = Some(turn);
        self.called.notify_one();
    }

    /// Waits for a turn; none when the VU must go.
    pub(super) async fn next(self: &Rc<Self>, retire: &Retire) -> Option<Turn> {
        let given = self.turn.borrow_mut().take();
        if given.is_some() {
            return given;
        }
        if retire.is_raised() {
            return None;
        }
        self.free.seats.borrow_mut().push(Rc::clone(self));
        self.free.joined.notify_one();
        tokio::select! {
            biased;
            () = self.called.notified() => self.turn.borrow_mut().take(),
            () = retire.flag().raised() => None,
        }
    }

    /// Lets go of a turn that its VU can't take because it failed to start.
    pub(super) fn refuse(&self) {
        self.turn.borrow_mut().take();
    }
}

/// Starts iterations by a profile of iterations per second. `pre_allocated`: VUs of the whole
/// workload that are made before it begins.
pub(super) async fn run<S: Spawn>(
    part: &mut Part<S>,
    profile: Profile,
    spacing: Spacing,
    pre_allocated: u32,
) -> PartEnd {
    let board = part.board.clone();
    board.preparing(part.index).await;
    let mut desk = Desk::new(part);
    desk.prepare(part, pre_allocated).await;
    board.part_ready(part.index);
    let Some(begun) = board.begun(part.index).await else {
        return PartEnd::Stopped;
    };
    let mut stream = Stream::new(part, profile, spacing);
    let mut woken_at = begun.checked_sub(LEAST_SLEEP).unwrap_or(begun);
    loop {
        let next = stream.next_time(part);
        let earliest =
            (woken_at + LEAST_SLEEP).saturating_duration_since(part.instant(begun, Duration::ZERO));
        match part.wait(begun, Some(next.max(earliest)), false).await {
            Woken::Stopped => {
                if let Handed::Many = stream.hand_out(part, begun, &mut desk) {
                    stream.drop_due(part, begun).await;
                }
                return PartEnd::Stopped;
            }
            Woken::Changed | Woken::Empty => {}
            Woken::Due => {
                woken_at = Instant::now();
                match stream.hand_out(part, begun, &mut desk) {
                    Handed::All => return PartEnd::TimeUp,
                    Handed::Due => {}
                    Handed::Many if stream.is_beyond_hope(part, begun) => {
                        stream.drop_due(part, begun).await;
                        return PartEnd::TimeUp;
                    }
                    Handed::Many => tokio::task::yield_now().await,
                }
            }
        }
    }
}

/// Where VUs wait and arrivals are handed to them.
struct Desk {
    /// By scenario.
    free: Vec<Rc<Free>>,
}

impl Desk {
    fn new<S: Spawn>(part: &Part<S>) -> Desk {
        let scenarios = part.crew.places().iter().map(|place| place.scenario).max();
        Desk {
            free: (0..=scenarios.unwrap_or(0)).map(|_| Rc::default()).collect(),
        }
    }

    /// Makes the first VUs, and waits until they are free.
    async fn prepare<S: Spawn>(&mut self, part: &Part<S>, count: u32) {
        let first = part
            .crew
            .places()
            .into_iter()
            .filter(|place| place.index < count as usize);
        for place in first {
            if let Some(free) = self.free.get(usize::from(place.scenario)) {
                part.crew
                    .add(place.scenario, Turns::Assigned(Seat::new(free, None)));
                free.made.set(free.made.get() + 1);
            }
            tokio::task::yield_now().await;
        }
        tokio::select! {
            () = self.all_free() => {}
            // A VU whose start fails tries again and again; the run doesn't wait for it for ever.
            () = tokio::time::sleep(PATIENCE) => {}
            () = part.stop.reached(Stage::Graceful) => {}
        }
    }

    /// Returns when all VUs that were made are free.
    async fn all_free(&self) {
        for free in &self.free {
            while free.seats.borrow().len() < free.made.get() {
                free.joined.notified().await;
            }
        }
    }

    /// Hands a turn to a VU of this scenario that is free, or to a new one. With neither, it is dropped.
    fn hand<S: Spawn>(&mut self, part: &Part<S>, scenario: u16, turn: Turn) {
        let Some(free) = self.free.get(usize::from(scenario)) else {
            return;
        };
        let seat = free.seats.borrow_mut().pop();
        match seat {
            Some(seat) => seat.call(turn),
            None => {
                part.crew
                    .add(scenario, Turns::Assigned(Seat::new(free, Some(turn))));
            }
        }
    }
}

/// What handing out came to.
enum Handed {
    /// All that there are.
    All,
    /// All that are due.
    Due,
    /// As many as may be handed out at once.
    Many,
}

/// This thread's share of the arrivals.
struct Stream {
    profile: Profile,
    arrivals: Arrivals,
    seats: Seats,
    /// Whether the thread has VUs that arrivals could be handed to.
    is_seated: bool,
    /// Changes made so far.
    changes: usize,
    end: Duration,
}

impl Stream {
    fn new<S: Spawn>(part: &Part<S>, profile: Profile, spacing: Spacing) -> Stream {
        Stream {
            arrivals: Arrivals::new(&profile, spacing, part.seed),
            seats: Seats::new(&part.workload),
            is_seated: !part.crew.places().is_empty(),
            end: profile.duration(),
            profile,
            changes: 0,
        }
    }

    /// The next time at which something is to be done.
    fn next_time<S: Spawn>(&mut self, part: &Part<S>) -> Duration {
        let change = part.change(self.changes).map_or(self.end, |change| change.at);
        let arrival = self.next_mine(part).map_or(self.end, |(_, at)| at);
        change.min(arrival).min(self.end)
    }

    /// The next arrival that is this thread's; it stays the next one.
    fn next_mine<S: Spawn>(&mut self, part: &Part<S>) -> Option<(u64, Duration)> {
        if !self.is_seated {
            return None;
        }
        loop {
            let (index, at) = self.arrivals.peek()?;
            if seat_of(part, index) % part.threads == part.thread {
                return Some((index, at));
            }
            self.arrivals.skip_one();
        }
    }

    /// Hands out arrivals that are due, and makes changes.
    fn hand_out<S: Spawn>(&mut self, part: &Part<S>, begun: Instant, desk: &mut Desk) -> Handed {
        let elapsed = elapsed(part, begun);
        for _ in 0..AT_ONCE {
            let at = self.next_time(part);
            if at > elapsed {
                return Handed::Due;
            }
            if let Some(change) = part.change(self.changes).filter(|change| change.at <= at) {
                self.changes += 1;
                self.follow(change.at, &change.to);
                continue;
            }
            match self
                .next_mine(part)
                .filter(|(_, arrival)| *arrival <= at && *arrival < self.end)
            {
                Some((index, at)) => {
                    self.arrivals.skip_one();
                    let (scenario, position) = self.seats.of(index);
                    let turn = Turn::new(index, Some(part.instant(begun, at)), Some(position));
                    desk.hand(part, scenario, turn);
                }
                None => return Handed::All,
            }
        }
        Handed::Many
    }

    /// Whether it is so late that what is due can't be started within the graceful stop.
    fn is_beyond_hope<S: Spawn>(&self, part: &Part<S>, begun: Instant) -> bool {
        let delay = part.workload.graceful_stop.max(LEAST_DELAY);
        elapsed(part, begun) > self.end.saturating_add(delay)
    }

    /// Counts the arrivals that are due as dropped, unless the run is stopped hard meanwhile.
    async fn drop_due<S: Spawn>(&mut self, part: &Part<S>, begun: Instant) {
        let elapsed = elapsed(part, begun);
        while part.stop.stage() < Stage::Hard {
            let is_due = |at: Duration, end: Duration| at <= elapsed && at < end;
            for _ in 0..DROPPED_AT_ONCE {
                let end = self.end;
                if self.next_mine(part).is_none_or(|(_, at)| !is_due(at, end)) {
                    return;
                }
                self.arrivals.skip_one();
                drop_unused(1);
            }
            tokio::task::yield_now().await;
        }
    }

    fn follow(&mut self, at: Duration, to: &Target) {
        match to {
            Target::Rate(rate) => {
                self.profile = self.profile.changed(at, rate.per_second());
                self.arrivals.change(&self.profile);
            }
            Target::End => self.end = at,
            Target::Users { .. } => {}
        }
    }
}

/// Time of the workload's plan since it began.
fn elapsed<S: Spawn>(part: &Part<S>, begun: Instant) -> Duration {
    let now = part.news.paused.unwrap_or_else(Instant::now);
    now.saturating_duration_since(part.instant(begun, Duration::ZERO))
}

/// The place of the VU that would have this arrival if the VUs took turns. Decides its scenario,
/// and its thread: so threads have arrivals in proportion to their VUs.
fn seat_of<S: Spawn>(part: &Part<S>, index: u64) -> usize {
    (index % part.workload.room().max(1) as u64) as usize
}

/// Which scenario each arrival belongs to, and its place among those of the same scenario. Were its
/// number its place, scenarios that take turns would each get only every other step of a sequence.
#[derive(Debug)]
pub(super) enum Seats {
    /// All arrivals belong to this scenario.
    One(u16),
    /// By seat, the scenario and the seat's number in it; by scenario, its number of seats.
    Mixed(Vec<(u16, u32)>, Vec<u32>),
}

impl Seats {
    pub(super) fn new(workload: &Workload) -> Seats {
        let scenarios: Vec<u16> = (0..workload.room())
            .filter_map(|seat| workload.scenario_of(seat))
            .collect();
        let first = scenarios.first().copied().unwrap_or(0);
        if scenarios.iter().all(|scenario| *scenario == first) {
            return Seats::One(first);
        }
        let mut counts = vec![0_u32; scenarios.iter().max().map_or(0, |last| usize::from(*last) + 1)];
        let numbered = scenarios.iter().map(|&scenario| {
            let count = &mut counts[usize::from(scenario)];
            *count += 1;
            (scenario, *count - 1)
        });
        Seats::Mixed(numbered.collect(), counts)
    }

    pub(super) fn of(&self, index: u64) -> (u16, u64) {
        let (seats, counts) = match self {
            Seats::One(scenario) => return (*scenario, index),
            Seats::Mixed(seats, counts) => (seats, counts),
        };
        let (round, seat) = (index / seats.len() as u64, index % seats.len() as u64);
        let (scenario, number) = seats.get(seat as usize).copied().unwrap_or_default();
        let each = counts.get(usize::from(scenario)).copied().unwrap_or(0);
        (scenario, round * u64::from(each) + u64::from(number))
    }
}
