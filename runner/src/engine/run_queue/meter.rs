//! How much CPU time each VU of a thread uses, and whether one of them leaves the others too little.
//!
//! All that a VU does, and all that the host does for it, happens in its turns, so a turn's length is what it used. Most
//! turns take microseconds, and asking the kernel for the thread's CPU time would cost as much; so lengths are read
//! from the clock, and the kernel is asked only where a turn took long enough to have been interrupted by others.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A turn that took less, in nanoseconds, is taken by the clock.
const SHORT: u64 = 1_000_000;

/// The kernel is asked at least this often, in nanoseconds, so that what it says of a long turn is of that turn.
const STALE: u64 = 10_000_000;

thread_local! {
    static TURN: Cell<Option<CurrentTurn>> = const { Cell::new(None) };
    static ASKED: Cell<Option<KernelTime>> = const { Cell::new(None) };
}

/// The turn that is going on.
#[derive(Debug, Clone, Copy)]
struct CurrentTurn {
    began: Instant,
    /// Nanoseconds that the VU had used before.
    before: u64,
}

/// What the kernel said last.
#[derive(Debug, Clone, Copy)]
struct KernelTime {
    at: Instant,
    cpu: u64,
}

/// The CPU time that the VU that has its turn has used in its life, up to `now`. On a thread without a run queue there is only
/// one guest at a time: the thread's own.
pub fn used(now: Instant) -> Duration {
    Duration::from_nanos(match TURN.get() {
        Some(turn) => turn.before + length(turn, now),
        None => thread_cpu().unwrap_or(0),
    })
}

/// The same, where it costs no call of the kernel: in a turn.
pub fn used_in_turn(now: Instant) -> Option<Duration> {
    TURN.get()
        .map(|turn| Duration::from_nanos(turn.before + length(turn, now)))
}

/// Whether the turn that goes on has only just begun.
pub fn is_fresh(now: Instant) -> bool {
    TURN.get()
        .is_some_and(|turn| now.saturating_duration_since(turn.began) < Duration::from_nanos(STALE / 2))
}

/// Begins a turn of a VU that has used so many nanoseconds before.
pub(super) fn begin(began: Instant, before: u64) {
    TURN.set(Some(CurrentTurn { began, before }));
}

/// Ends the turn, and says how many nanoseconds of CPU time it took.
pub(super) fn end(now: Instant) -> u64 {
    let took = TURN.take().map_or(0, |turn| length(turn, now));
    if took >= SHORT {
        ask(now);
    }
    took
}

/// Asks the kernel, if it wasn't asked lately.
pub(super) fn refresh(now: Instant) {
    let is_stale = |asked: KernelTime| nanos(now.saturating_duration_since(asked.at)) > STALE;
    if ASKED.get().is_none_or(is_stale) {
        ask(now);
    }
}

/// How long a turn took until now: no longer than by the clock, and no longer than the thread ran since the kernel was
/// last asked.
fn length(turn: CurrentTurn, now: Instant) -> u64 {
    let clock = nanos(now.saturating_duration_since(turn.began));
    if clock < SHORT {
        return clock;
    }
    match (thread_cpu(), ASKED.get()) {
        (Some(cpu), Some(asked)) => clock.min(cpu.saturating_sub(asked.cpu)),
        _ => clock,
    }
}

fn ask(at: Instant) {
    ASKED.set(thread_cpu().map(|cpu| KernelTime { at, cpu }));
}

fn nanos(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}

/// CPU time of this thread in nanoseconds.
#[cfg(target_os = "linux")]
pub(super) fn thread_cpu() -> Option<u64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let (seconds, rest) = (
        u64::try_from(time.tv_sec).ok()?,
        u64::try_from(time.tv_nsec).ok()?,
    );
    Some(seconds.saturating_mul(1_000_000_000).saturating_add(rest))
}

/// Elsewhere, the clock has to do.
#[cfg(not(target_os = "linux"))]
pub(super) fn thread_cpu() -> Option<u64> {
    thread_local!(static BEGUN: Instant = Instant::now());
    Some(BEGUN.with(|begun| nanos(begun.elapsed())))
}

/// CPU time, by how it was found out.
#[derive(Debug, Clone, Copy, Default)]
struct Time {
    /// Of short turns, in nanoseconds. They may have been interrupted, so this may be too much.
    clocked: u64,
    /// Of long turns, in nanoseconds.
    asked: u64,
}

impl Time {
    fn add(&mut self, nanos: u64) {
        if nanos < SHORT {
            self.clocked += nanos;
        } else {
            self.asked += nanos;
        }
    }

    fn all(self) -> u64 {
        self.clocked.saturating_add(self.asked)
    }
}

/// How much of the times of a second is true: all of them together can't be more than the thread ran.
///
/// Where a server shares the core, it runs whenever a turn wakes it, and the clock counts that for the VU. Without this
/// correction each of many VUs that are alike would seem to take more than its share of what the server left.
#[derive(Debug, Clone, Copy)]
struct Truth {
    clocked: f64,
    asked: f64,
}

impl Truth {
    fn of(all: Time, ran: u64) -> Truth {
        let part = |ran: u64, claimed: u64| (ran as f64 / claimed.max(1) as f64).min(1.0);
        Truth {
            asked: part(ran, all.asked),
            clocked: part(ran.saturating_sub(all.asked), all.clocked),
        }
    }

    fn correct(self, time: Time) -> u64 {
        (time.clocked as f64 * self.clocked + time.asked as f64 * self.asked) as u64
    }
}

/// What one VU took of a second while others were ready, too.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TakenInSecond {
    /// Number of the second.
    second: u64,
    time: Time,
}

/// One second of a thread: who took how much of it.
#[derive(Debug, Default)]
pub(super) struct CpuShares {
    second: u64,
    /// CPU time that the thread had used when it began, in nanoseconds.
    ran_before: u64,
    /// Of all turns.
    all: Time,
    /// VUs that had a turn.
    active: u64,
    /// Places of those that took more than [`HEAVY`].
    heavy: Vec<usize>,
}

/// Whoever takes less of a second, in nanoseconds, isn't looked at.
const HEAVY: u64 = 2_000_000;

impl CpuShares {
    /// Adds a turn of the VU in this place. `others`: whether others waited meanwhile.
    pub(super) fn add(&mut self, place: usize, taken: &mut TakenInSecond, nanos: u64, others: bool) {
        self.all.add(nanos);
        // The first second has the number 1, which no VU has been in.
        if taken.second != self.second + 1 {
            *taken = TakenInSecond {
                second: self.second + 1,
                time: Time::default(),
            };
            self.active += 1;
        }
        if others {
            self.charge(place, taken, nanos);
        }
    }

    /// Says of a turn that was added before that others waited meanwhile after all.
    pub(super) fn charge(&mut self, place: usize, taken: &mut TakenInSecond, nanos: u64) {
        if taken.second != self.second + 1 {
            // That second has been closed since.
            return;
        }
        let was_heavy = taken.time.all() > HEAVY;
        taken.time.add(nanos);
        if !was_heavy && taken.time.all() > HEAVY {
            self.heavy.push(place);
        }
    }

    /// Ends a second in which the thread could have run for so long, and after which it had used so many nanoseconds of CPU
    /// time. `taken`: what the VU in a place took. Returns by how much some took more than their shares, in nanoseconds,
    /// and the place of the one that took most.
    pub(super) fn close(
        &mut self,
        length: Duration,
        ran: u64,
        taken: impl Fn(usize) -> Option<TakenInSecond>,
    ) -> Option<(u64, usize)> {
        let share = nanos(length) / self.active.max(1);
        let second = self.second + 1;
        let truth = Truth::of(self.all, ran.saturating_sub(self.ran_before));
        let excess = |place: &usize| {
            let taken = taken(*place).filter(|taken| taken.second == second)?;
            Some((truth.correct(taken.time).saturating_sub(share), *place))
        };
        let all: Vec<_> = self.heavy.iter().filter_map(excess).collect();
        self.heavy.clear();
        *self = CpuShares {
            second,
            ran_before: ran,
            heavy: std::mem::take(&mut self.heavy),
            ..CpuShares::default()
        };
        let most = all.iter().max_by_key(|(nanos, _)| *nanos)?.1;
        Some((all.iter().map(|(nanos, _)| nanos).sum(), most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn spin(length: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < length {
            std::hint::black_box(0);
        }
    }

    #[test]
    fn a_turn_is_as_long_as_it_ran_and_time_off_the_cpu_is_nobodys() {
        refresh(Instant::now());
        begin(Instant::now(), 7 * MS);
        std::thread::sleep(Duration::from_millis(60));
        spin(Duration::from_millis(5));
        let used = used(Instant::now());
        let took = end(Instant::now());
        assert!(
            used >= Duration::from_millis(7) && took < 40 * MS,
            "{used:?}, {took}"
        );
        assert!(used.as_millis() < 47, "{used:?}");
    }

    #[test]
    fn outside_a_run_queue_it_is_the_threads_own_time() {
        let before = used(Instant::now());
        while used(Instant::now()) - before < Duration::from_millis(3) {
            std::hint::black_box(0);
        }
        std::thread::sleep(Duration::from_millis(50));
        assert!(used(Instant::now()) - before < Duration::from_millis(40));
    }

    /// A second in which VUs had so many milliseconds each while others waited.
    fn second(taken_ms: &[u64]) -> Option<(u64, usize)> {
        let mut shares = CpuShares::default();
        let mut taken = vec![TakenInSecond::default(); taken_ms.len()];
        for (place, (taken, ms)) in taken.iter_mut().zip(taken_ms).enumerate() {
            (0..*ms).for_each(|_| shares.add(place, taken, MS, true));
        }
        shares.close(Duration::from_secs(1), 1_000 * MS, |place| {
            taken.get(place).copied()
        })
    }

    #[test]
    fn who_takes_more_than_a_share_of_a_second_is_found() {
        assert_eq!(second(&[950, 20, 20]), Some((950 * MS - 1_000 * MS / 3, 0)));
        assert_eq!(second(&[500, 500]), Some((0, 1)));
        assert_eq!(second(&[1, 1, 2]), None);
        let (excess, _) = second(&[
            90, 1, 90, 1, 90, 1, 90, 1, 90, 1, 90, 1, 90, 1, 90, 1, 90, 1, 90, 1,
        ])
        .unwrap();
        assert_eq!(excess, 10 * 40 * MS, "ten that are each below a tenth, of twenty");
    }

    #[test]
    fn what_nobody_waited_for_is_free_and_each_second_begins_anew() {
        let mut shares = CpuShares::default();
        let mut taken = [TakenInSecond::default(); 2];
        shares.add(0, &mut taken[0], 900 * MS, false);
        shares.add(1, &mut taken[1], MS, true);
        let mut ran = 0;
        let mut close = |shares: &mut CpuShares, taken: &[TakenInSecond; 2]| {
            ran += 1_000 * MS;
            shares.close(Duration::from_secs(1), ran, |place| taken.get(place).copied())
        };
        assert_eq!(close(&mut shares, &taken), None);
        shares.add(0, &mut taken[0], 800 * MS, true);
        shares.add(1, &mut taken[1], MS, true);
        assert_eq!(close(&mut shares, &taken), Some((300 * MS, 0)));
        assert_eq!(close(&mut shares, &taken), None);
    }

    /// A second of which others had 600 ms of the CPU. VUs had so many turns of so many microseconds each by the clock.
    fn crowded_second(turns: &[(u64, u64)]) -> (u64, usize) {
        let mut shares = CpuShares::default();
        let mut taken = vec![TakenInSecond::default(); turns.len()];
        for (place, (taken, (count, us))) in taken.iter_mut().zip(turns).enumerate() {
            (0..*count).for_each(|_| shares.add(place, taken, us * 1_000, true));
        }
        let left = 400 * MS;
        shares
            .close(Duration::from_nanos(left), left, |place| {
                taken.get(place).copied()
            })
            .unwrap()
    }

    #[test]
    fn what_interrupted_the_turns_is_nobodys_share() {
        let (excess, _) = crowded_second(&[(1_250, 100); 8]);
        assert!(excess < MS, "eight that are alike: {excess}");
        let (excess, _) = crowded_second(&[(30, 4_000); 8]);
        assert!(excess < MS, "the same with long turns: {excess}");
        // One that took 300 ms of the 400 for itself, beside one whose turns were interrupted for 600.
        assert_eq!(crowded_second(&[(60, 5_000), (7_000, 100)]), (100 * MS, 0));
    }
}
