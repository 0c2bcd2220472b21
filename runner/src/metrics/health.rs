//! How well the generator itself kept up. A second in which it didn't is marked red: what was
//! measured then says more about the generator than about the server.

use super::burst::Burst;
use super::distribution::Distribution;
use super::saturating::Saturating as _;
use serde::{Deserialize, Serialize};

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

/// The generator's own lateness over the run.
#[derive(Debug, Default)]
pub(super) struct HealthTotals {
    late: Distribution<u64>,
    lag: Distribution<u64>,
    throttled_us: u64,
    cpu_wait_us: u64,
    guest_seconds: u64,
    /// In the worst second.
    greed: Greed,
    red_seconds: u64,
    second: Second,
}

/// The same of the second that isn't closed.
#[derive(Debug, Default)]
struct Second {
    late: Distribution<u64>,
    lag: Distribution<u64>,
    throttled_us: u64,
    starved: bool,
    greed: Greed,
}

impl Second {
    fn is_red(&self) -> bool {
        let slowest = self.late.quantile(0.99).max(self.lag.quantile(0.95));
        slowest > RED_US || self.throttled_us > THROTTLED_US || self.starved || self.is_a_guests()
    }

    fn is_a_guests(&self) -> bool {
        self.greed.excess_us > GREED_US
    }
}

impl HealthTotals {
    /// Adds what one thread noticed in a second.
    pub(super) fn absorb(&mut self, late: &Burst, lag: &Burst, wait: &CpuWait) {
        late.pour_into(&mut self.late);
        lag.pour_into(&mut self.lag);
        late.pour_into(&mut self.second.late);
        lag.pour_into(&mut self.second.lag);
        self.cpu_wait_us.raise(wait.waited_us);
        self.second.starved |= wait.is_starved();
    }

    /// Adds time for which a quota stopped the program, in microseconds.
    pub(super) fn throttled(&mut self, us: u64) {
        self.throttled_us.raise(us);
        self.second.throttled_us.raise(us);
    }

    /// Adds what guests took of one thread's second beyond their shares.
    pub(super) fn starved(&mut self, greed: Greed) {
        self.second.greed = self.second.greed.or_more(greed);
    }

    /// The scenario that took most from others, if a second was a guest's.
    pub(super) fn greediest(&self) -> Option<u16> {
        (self.guest_seconds > 0).then_some(self.greed.scenario)
    }

    /// Ends a second and says whether it was red.
    pub(super) fn close(&mut self) -> bool {
        let second = std::mem::take(&mut self.second);
        let red = second.is_red();
        self.guest_seconds += u64::from(second.is_a_guests());
        self.greed = self.greed.or_more(second.greed);
        self.red_seconds += u64::from(red);
        red
    }

    pub(super) fn report(&self, late_starts: u64) -> Health {
        Health {
            late_starts,
            late_p99_us: self.late.quantile(0.99),
            late_max_us: self.late.max(),
            lag_p99_us: self.lag.quantile(0.99),
            lag_max_us: self.lag.max(),
            throttled_us: self.throttled_us,
            cpu_wait_us: self.cpu_wait_us,
            guest_seconds: self.guest_seconds,
            guest_scenario: String::new(),
            red_seconds: self.red_seconds,
        }
    }
}

/// How well the generator kept up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Time for which a CPU quota stopped the program, on all CPUs together, in microseconds.
    pub throttled_us: u64,
    /// Time for which load threads were ready to run but had no CPU, in microseconds.
    pub cpu_wait_us: u64,
    /// Seconds in which guests computed so long that others on their thread had less of it than their shares; they are red.
    pub guest_seconds: u64,
    /// The scenario that took most of such a second; empty if there was none.
    pub guest_scenario: String,
    /// Seconds in which the generator, not the server, was slow.
    pub red_seconds: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(lags: &[u64], wait: CpuWait, throttled_us: u64) -> bool {
        let mut health = HealthTotals::default();
        let mut lag = Burst::default();
        lags.iter().for_each(|&us| lag.record(us));
        health.absorb(&Burst::default(), &lag, &wait);
        health.throttled(throttled_us);
        health.close()
    }

    #[test]
    fn only_the_slow_seconds_are_red() {
        let mut health = HealthTotals::default();
        let reds = [1_000, 30_000, RED_US, 2_000].map(|us| {
            let mut lag = Burst::default();
            lag.record(us);
            health.absorb(&Burst::default(), &lag, &CpuWait::default());
            health.close()
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
            health.close()
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
}
