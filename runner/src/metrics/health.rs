//! How well the generator itself kept up. A second in which it didn't is marked red: what was
//! measured then says more about the generator than about the server.

use super::burst::Burst;
use super::distribution::{Distribution, Stats};
use super::process::ProcessSecond;
use super::saturating::Saturating as _;
use super::slow::{SlowCause, SlowStretch, SlowStretches};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A start later than this counts as late, in microseconds.
pub const LATE_US: u64 = 10_000;
/// A second is red if its 99th percentile of lateness, or its 95th of timer lag, is above this, in microseconds.
pub const RED_US: u64 = 20_000;

/// A second is red if a quota stopped the program for longer than this in it, in microseconds.
const THROTTLED_US: u64 = 20_000;
/// A second is red if a load thread waited for a CPU for longer than this in it, in microseconds,
const WAITED_US: u64 = 250_000;
/// and for longer than this each time. A server on the same machine that takes its share makes for many short waits.
const WAITED_EACH_US: u64 = 1_000;

/// A second is red if responses waited for longer than this to be read, in microseconds, in one of twenty samples.
const UNREAD_US: u64 = 20_000;

/// A run whose red seconds are more than one in so many isn't to be trusted.
const TRUSTED_ONE_IN: u64 = 100;

/// A second is a guest's if VUs took more than this beyond their shares of a thread while others waited, in microseconds:
/// more than the tenth of their own shares that the others may lose.
const GREED_US: u64 = 80_000;

/// By how much VUs took more of a thread's second than their shares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Greed {
    /// Of the one that took most.
    pub(super) scenario: u16,
    pub(super) excess_us: u64,
}

impl Greed {
    fn or_more(self, other: Greed) -> Greed {
        if other.excess_us > self.excess_us {
            other
        } else {
            self
        }
    }
}

/// How a thread got along with its CPU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuWait {
    /// Time on a CPU, in microseconds.
    pub ran_us: u64,
    /// Time ready to run but on no CPU, in microseconds.
    pub waited_us: u64,
    /// Times on a CPU.
    pub times: u64,
}

impl CpuWait {
    /// What came since an earlier moment.
    pub fn since(&self, before: &CpuWait) -> CpuWait {
        CpuWait {
            ran_us: self.ran_us.saturating_sub(before.ran_us),
            waited_us: self.waited_us.saturating_sub(before.waited_us),
            times: self.times.saturating_sub(before.times),
        }
    }

    fn is_starved(&self) -> bool {
        self.waited_us > WAITED_US && self.waited_us > WAITED_EACH_US.saturating_mul(self.times)
    }
}

/// What one thread noticed in a second of its own lateness.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    /// Of starts of iterations.
    pub(super) late: Burst,
    /// Of its timer.
    pub(super) lag: Burst,
    /// How long responses had been there before they were read, of a sample.
    pub(super) unread: Burst,
    /// Service times of that sample together.
    pub(super) unread_of_us: u64,
    /// How it got along with its CPU.
    pub(super) wait: CpuWait,
}

/// The generator's own lateness over the run.
#[derive(Debug, Default)]
pub(super) struct HealthTotals {
    late: Distribution<u64>,
    lag: Distribution<u64>,
    unread: Distribution<u64>,
    unread_of_us: u64,
    cpu_wait_us: u64,
    process: ProcessTotals,
    guest_seconds: u64,
    /// In the worst second.
    greed: Greed,
    seconds: u64,
    red_seconds: u64,
    slow: SlowStretches,
    second: Second,
}

/// What the operating system said, over the run.
#[derive(Debug, Default)]
struct ProcessTotals {
    throttled_us: u64,
    paused_us: u64,
    suspended_us: u64,
    cpu_us: u64,
    files_max: u64,
    files_limit: u64,
    sockets_max: u64,
    ports: u64,
}

/// The same of the second that isn't closed.
#[derive(Debug, Default)]
struct Second {
    late: Distribution<u64>,
    lag: Distribution<u64>,
    unread: Distribution<u64>,
    throttled_us: u64,
    paused_us: u64,
    suspended_us: u64,
    /// The longest wait of a thread that had no CPU.
    starved_us: u64,
    greed: Greed,
}

impl Second {
    /// What made it slow, and for how long in microseconds; nothing if it wasn't.
    fn causes(&self) -> Vec<(SlowCause, u64)> {
        let beyond = |us: u64, limit: u64| (us > limit).then_some(us);
        let late = beyond(self.late.quantile(0.99), RED_US).map(|_| self.late.max());
        let lag = beyond(self.lag.quantile(0.95), RED_US).map(|_| self.lag.max());
        // Of fewer samples, one hiccup would be more than one in twenty.
        let unread = beyond(self.unread.quantile(0.95), UNREAD_US)
            .filter(|_| self.unread.count() >= 20)
            .map(|_| self.unread.max());
        let causes = [
            (SlowCause::Paused, beyond(self.paused_us, 0)),
            (SlowCause::Suspended, beyond(self.suspended_us, 0)),
            (SlowCause::Throttled, beyond(self.throttled_us, THROTTLED_US)),
            (SlowCause::NoCpu, beyond(self.starved_us, 0)),
            (SlowCause::Guests, beyond(self.greed.excess_us, GREED_US)),
            (SlowCause::LateTimers, lag),
            (SlowCause::LateStarts, late),
            (SlowCause::Unread, unread),
        ];
        causes
            .into_iter()
            .filter_map(|(cause, us)| Some((cause, us?)))
            .collect()
    }

    fn is_a_guests(&self) -> bool {
        self.greed.excess_us > GREED_US
    }
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl HealthTotals {
    /// Adds what one thread noticed in a second.
    pub(super) fn absorb(&mut self, thread: &Lateness) {
        let second = &mut self.second;
        for (part, total, second) in [
            (&thread.late, &mut self.late, &mut second.late),
            (&thread.lag, &mut self.lag, &mut second.lag),
            (&thread.unread, &mut self.unread, &mut second.unread),
        ] {
            part.pour_into(total);
            part.pour_into(second);
        }
        self.unread_of_us.raise(thread.unread_of_us);
        self.cpu_wait_us.raise(thread.wait.waited_us);
        if thread.wait.is_starved() {
            second.starved_us = second.starved_us.max(thread.wait.waited_us);
        }
    }

    /// Adds what the operating system says of a second.
    pub(super) fn process(&mut self, process: &ProcessSecond) {
        let (all, second) = (&mut self.process, &mut self.second);
        for (time, total, second) in [
            (process.throttled, &mut all.throttled_us, &mut second.throttled_us),
            (process.paused, &mut all.paused_us, &mut second.paused_us),
            (process.suspended, &mut all.suspended_us, &mut second.suspended_us),
        ] {
            total.raise(microseconds(time));
            second.raise(microseconds(time));
        }
        all.cpu_us.raise(microseconds(process.cpu));
        all.files_max = all.files_max.max(process.files);
        all.sockets_max = all.sockets_max.max(process.sockets);
        (all.files_limit, all.ports) = (process.files_limit, process.ports);
    }

    /// Adds what guests took of one thread's second beyond their shares.
    pub(super) fn starved(&mut self, greed: Greed) {
        self.second.greed = self.second.greed.or_more(greed);
    }

    /// The scenario that took most from others, if a second was a guest's.
    pub(super) fn greediest(&self) -> Option<u16> {
        (self.guest_seconds > 0).then_some(self.greed.scenario)
    }

    /// Ends a second, which began and ended then, and says whether it was red.
    pub(super) fn close(&mut self, when: (f64, f64)) -> bool {
        let second = std::mem::take(&mut self.second);
        let causes = second.causes();
        let red = !causes.is_empty();
        self.guest_seconds += u64::from(second.is_a_guests());
        self.greed = self.greed.or_more(second.greed);
        self.seconds += 1;
        self.red_seconds += u64::from(red);
        if red {
            self.slow.push(when, causes);
        }
        red
    }

    pub(super) fn report(&self, late_starts: u64) -> Health {
        let process = &self.process;
        let share = self.unread.sum() as f64 / self.unread_of_us.max(1) as f64;
        Health {
            late_starts,
            late_p99_us: self.late.quantile(0.99),
            late_max_us: self.late.max(),
            lag_p99_us: self.lag.quantile(0.99),
            lag_max_us: self.lag.max(),
            unread: self.unread.stats(),
            unread_share: share.min(1.0),
            throttled_us: process.throttled_us,
            paused_us: process.paused_us,
            suspended_us: process.suspended_us,
            cpu_us: process.cpu_us,
            cpu_wait_us: self.cpu_wait_us,
            files_max: process.files_max,
            files_limit: process.files_limit,
            sockets_max: process.sockets_max,
            ports: process.ports,
            guest_seconds: self.guest_seconds,
            guest_scenario: String::new(),
            red_seconds: self.red_seconds,
            slow: self.slow.rows().to_vec(),
            trustworthy: self.red_seconds.saturating_mul(TRUSTED_ONE_IN) <= self.seconds,
        }
    }
}

/// How well the generator kept up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// Iterations that started more than [`LATE_US`] after their time though a VU was free.
    pub late_starts: u64,
    /// 99th percentile of all such lateness, in microseconds.
    pub late_p99_us: u64,
    /// Largest lateness, in microseconds.
    pub late_max_us: u64,
    /// 99th percentile of the load threads' timer lag, in microseconds; each looks twenty times a second.
    pub lag_p99_us: u64,
    /// Largest timer lag, in microseconds.
    pub lag_max_us: u64,
    /// How long responses had been received by the kernel before they were read, of a sample of requests, in microseconds.
    /// It is part of what is measured as their service time, and the generator's own.
    pub unread: Stats<u64>,
    /// Which share of the service time of these requests that was.
    pub unread_share: f64,
    /// Time for which a CPU quota stopped the program, on all CPUs together, in microseconds.
    pub throttled_us: u64,
    /// Time for which the program didn't run at all, stopped or frozen, in microseconds.
    pub paused_us: u64,
    /// Time for which the machine slept, in microseconds.
    pub suspended_us: u64,
    /// Time on CPUs, of all threads together, in microseconds.
    pub cpu_us: u64,
    /// Time for which load threads were ready to run but had no CPU, in microseconds.
    pub cpu_wait_us: u64,
    /// Most files that were open at the end of a second.
    pub files_max: u64,
    /// How many files may be open.
    pub files_limit: u64,
    /// Most TCP sockets of the machine at the end of a second, those that wait after their end included.
    pub sockets_max: u64,
    /// Ports from which new connections can be made.
    pub ports: u64,
    /// Seconds in which guests computed so long that others on their thread had less of it than their shares; they are red.
    pub guest_seconds: u64,
    /// The scenario that took most of such a second; empty if there was none.
    pub guest_scenario: String,
    /// Seconds in which the generator, not the server, was slow.
    pub red_seconds: u64,
    /// The stretches that these seconds make, the first 50 of them.
    pub slow: Vec<SlowStretch>,
    /// Whether at most one second in a hundred was red.
    pub trustworthy: bool,
}

impl Default for Health {
    fn default() -> Self {
        HealthTotals::default().report(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(lags: &[u64], wait: CpuWait, throttled_us: u64) -> bool {
        let mut health = HealthTotals::default();
        let mut thread = Lateness {
            wait,
            ..Lateness::default()
        };
        lags.iter().for_each(|&us| thread.lag.record(us));
        health.absorb(&thread);
        health.process(&ProcessSecond {
            throttled: Duration::from_micros(throttled_us),
            ..ProcessSecond::default()
        });
        health.close((0.0, 1.0))
    }

    #[test]
    fn only_the_slow_seconds_are_red() {
        let mut health = HealthTotals::default();
        let reds = [1_000, 30_000, RED_US, 2_000].map(|us| {
            let mut thread = Lateness::default();
            thread.lag.record(us);
            health.absorb(&thread);
            health.close((0.0, 1.0))
        });
        assert_eq!(reds, [false, true, false, false]);
        let report = health.report(0);
        assert_eq!((report.red_seconds, report.lag_max_us), (1, 30_000));
    }

    #[test]
    fn one_hiccup_among_twenty_looks_is_none_and_two_are() {
        let mut lags = vec![200; 19];
        lags.push(45_000);
        assert!(!close(&lags, CpuWait::default(), 0));
        lags[3] = 30_000;
        assert!(close(&lags, CpuWait::default(), 0));
    }

    #[test]
    fn a_second_that_guests_took_from_others_is_theirs_and_red() {
        let mut health = HealthTotals::default();
        let greed = |scenario, excess_us| Greed { scenario, excess_us };
        // Two threads each.
        let seconds = [
            [greed(0, 60_000), greed(1, 70_000)],
            [greed(0, 0), greed(2, 300_000)],
        ];
        let reds = seconds.map(|threads| {
            threads.into_iter().for_each(|greed| health.starved(greed));
            health.close((0.0, 1.0))
        });
        assert_eq!(reds, [false, true]);
        assert_eq!((health.report(0).guest_seconds, health.greediest()), (1, Some(2)));
    }

    #[test]
    fn a_quota_and_a_crowded_machine_are_told_from_a_server_beside() {
        let wait = |waited_us, times| CpuWait {
            ran_us: 400_000,
            waited_us,
            times,
        };
        assert!(close(&[], CpuWait::default(), 90_000));
        assert!(!close(&[], CpuWait::default(), 5_000));
        assert!(close(&[], wait(600_000, 200), 0), "3 ms each time");
        assert!(!close(&[], wait(600_000, 20_000), 0), "30 us each time");
        assert!(!close(&[], wait(90_000, 30), 0), "seldom");
    }

    #[test]
    fn responses_that_waited_to_be_read_are_booked_to_the_generator() {
        let mut health = HealthTotals::default();
        let mut thread = Lateness::default();
        (0..100).for_each(|_| thread.unread.record(30_000));
        thread.unread_of_us = 100 * 40_000;
        health.absorb(&thread);
        assert!(health.close((0.0, 1.0)));
        let report = health.report(0);
        assert_eq!(
            (report.unread.count, report.unread.max, report.unread_share),
            (100, 30_000, 0.75)
        );
        assert_eq!(report.slow[0].causes[0].cause, SlowCause::Unread);
    }

    #[test]
    fn a_run_is_trusted_up_to_one_red_second_in_a_hundred() {
        let run = |red: u64| {
            let mut health = HealthTotals::default();
            for second in 0..100 {
                health.process(&ProcessSecond {
                    paused: Duration::from_millis(if second < red { 300 } else { 0 }),
                    ..ProcessSecond::default()
                });
                health.close((second as f64, second as f64 + 1.0));
            }
            health.report(0)
        };
        assert!(run(0).trustworthy && run(1).trustworthy && !run(2).trustworthy);
        assert_eq!(
            (run(2).red_seconds, run(2).paused_us, run(2).slow.len()),
            (2, 600_000, 1)
        );
    }
}
