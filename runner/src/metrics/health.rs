//! How well the generator itself kept up. A second in which it didn't is marked red: what was
//! measured then says more about the generator than about the server.

use super::burst::Burst;
use super::distribution::Distribution;
use serde::Serialize;

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
}

impl Second {
    fn is_red(&self) -> bool {
        let slowest = self.late.quantile(0.99).max(self.lag.quantile(0.95));
        slowest > RED_US || self.throttled_us > THROTTLED_US || self.starved
    }
}

impl HealthTotals {
    /// Adds what one thread noticed in a second.
    pub(super) fn absorb(&mut self, late: &Burst, lag: &Burst, wait: &CpuWait) {
        late.pour_into(&mut self.late);
        lag.pour_into(&mut self.lag);
        late.pour_into(&mut self.second.late);
        lag.pour_into(&mut self.second.lag);
        self.cpu_wait_us += wait.waited_us;
        self.second.starved |= wait.is_starved();
    }

    /// Adds time for which a quota stopped the program, in microseconds.
    pub(super) fn throttled(&mut self, us: u64) {
        self.throttled_us += us;
        self.second.throttled_us += us;
    }

    /// Ends a second and says whether it was red.
    pub(super) fn close(&mut self) -> bool {
        let red = std::mem::take(&mut self.second).is_red();
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
            red_seconds: self.red_seconds,
        }
    }
}

/// How well the generator kept up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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
