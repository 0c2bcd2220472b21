//! How far a run has come.

use std::time::Duration;

/// What the plan says about the run's end, and what it is doing.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The length of the run, where time ends it.
    pub run_time: Option<Duration>,
    /// How many iterations there will be, where a number ends it.
    pub iterations: Option<u64>,
    /// What is going on besides running, such as `stopping`; usually empty.
    pub state: String,
    /// What the keys do; empty if they aren't read.
    pub keys: String,
}

impl Progress {
    /// From 0 to 1, by time or by iterations, whichever is further; None if the run has no
    /// planned end.
    pub fn share(&self, elapsed: Duration, iterations_ended: u64) -> Option<f64> {
        let by_time = self
            .run_time
            .map(|length| ratio(elapsed.as_secs_f64(), length.as_secs_f64()));
        let by_count = self
            .iterations
            .map(|planned| ratio(iterations_ended as f64, planned as f64));
        by_time.into_iter().chain(by_count).reduce(f64::max)
    }
}

fn ratio(done: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        (done / whole).clamp(0.0, 1.0)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_that_of_whatever_ends_the_run_first() {
        let progress = Progress {
            run_time: Some(Duration::from_secs(10)),
            iterations: Some(100),
            ..Progress::default()
        };
        assert_eq!(progress.share(Duration::from_secs(5), 75), Some(0.75));
        assert_eq!(progress.share(Duration::from_secs(20), 75), Some(1.0));
        assert_eq!(Progress::default().share(Duration::from_secs(5), 75), None);
    }
}
