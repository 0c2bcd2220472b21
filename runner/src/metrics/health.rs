//! How well the generator itself kept up. A second in which it didn't is marked red: what was
//! measured then says more about the generator than about the server.

use super::burst::Burst;
use super::distribution::Distribution;
use serde::Serialize;

/// A start later than this counts as late, in microseconds.
pub const LATE_US: u64 = 10_000;
/// A second is red if its 99th percentile of lag or lateness is above this, in microseconds.
pub const RED_US: u64 = 20_000;

/// The generator's own lateness over the run.
#[derive(Debug, Default)]
pub(super) struct HealthTotals {
    late: Distribution<u64>,
    lag: Distribution<u64>,
    second_late: Distribution<u64>,
    second_lag: Distribution<u64>,
    red_seconds: u64,
}

impl HealthTotals {
    pub(super) fn absorb(&mut self, late: &Burst, lag: &Burst) {
        late.pour_into(&mut self.late);
        lag.pour_into(&mut self.lag);
        late.pour_into(&mut self.second_late);
        lag.pour_into(&mut self.second_lag);
    }

    /// Ends a second and says whether it was red.
    pub(super) fn close(&mut self) -> bool {
        let late = std::mem::take(&mut self.second_late).quantile(0.99);
        let lag = std::mem::take(&mut self.second_lag).quantile(0.99);
        let red = late.max(lag) > RED_US;
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
    /// 99th percentile of the load threads' timer lag, in microseconds.
    pub lag_p99_us: u64,
    /// Largest timer lag, in microseconds.
    pub lag_max_us: u64,
    /// Seconds in which the generator, not the server, was slow.
    pub red_seconds: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(health: &mut HealthTotals, lag_us: u64) -> bool {
        let mut lag = Burst::default();
        lag.record(lag_us);
        health.absorb(&Burst::default(), &lag);
        health.close()
    }

    #[test]
    fn only_the_slow_seconds_are_red() {
        let mut health = HealthTotals::default();
        let reds = [1_000, 30_000, RED_US, 2_000].map(|lag| second(&mut health, lag));
        assert_eq!(reds, [false, true, false, false]);
        let report = health.report(0);
        assert_eq!((report.red_seconds, report.lag_max_us), (1, 30_000));
    }
}
