//! Stretches of time: what was measured in the last so many seconds, or in each so many. Keeps
//! a bounded number of parts, however long the run and the stretch.

use crate::metrics::Amount;
use std::collections::VecDeque;
use std::time::Duration;

/// Into how many parts a sliding stretch is divided at most: each can be some hundred kilobytes.
const PARTS: u64 = 60;

/// The last so many seconds. A stretch of more than a minute is divided into parts of several
/// seconds, and reaches back by up to one part more.
#[derive(Debug)]
pub(super) struct Sliding {
    length: f64,
    part: f64,
    parts: usize,
    done: VecDeque<(f64, Amount)>,
    open: (f64, Amount),
}

impl Sliding {
    pub(super) fn new(length: Duration) -> Self {
        let seconds = length.as_secs().max(1);
        let part = seconds.div_ceil(PARTS);
        Self {
            length: seconds as f64,
            part: part as f64,
            parts: usize::try_from(seconds.div_ceil(part)).unwrap_or(1),
            done: VecDeque::new(),
            open: (0.0, Amount::default()),
        }
    }

    /// Adds what there was in the next seconds.
    pub(super) fn push(&mut self, seconds: f64, amount: &Amount) {
        self.open.0 += seconds;
        self.open.1.merge(amount);
        if self.open.0 >= self.part {
            self.done.push_back(std::mem::take(&mut self.open));
        }
        while self.done.len() > self.parts {
            self.done.pop_front();
        }
    }

    /// Whether the stretch has its whole length.
    pub(super) fn is_whole(&self) -> bool {
        self.seconds() >= self.length
    }

    /// How long it is, and what there was in it.
    pub(super) fn sum(&self) -> (f64, Amount) {
        let mut all = Amount::default();
        self.done.iter().for_each(|(_, amount)| all.merge(amount));
        all.merge(&self.open.1);
        (self.seconds(), all)
    }

    fn seconds(&self) -> f64 {
        self.done.iter().map(|(seconds, _)| seconds).sum::<f64>() + self.open.0
    }
}

/// One stretch after the other.
#[derive(Debug)]
pub(super) struct Tiled {
    length: f64,
    open: (f64, Amount),
}

impl Tiled {
    pub(super) fn new(length: Duration) -> Self {
        Self {
            length: length.as_secs_f64(),
            open: (0.0, Amount::default()),
        }
    }

    /// Adds what there was in the next seconds. Answers with a stretch if that makes it whole.
    pub(super) fn push(&mut self, seconds: f64, amount: &Amount) -> Option<(f64, Amount)> {
        self.open.0 += seconds;
        self.open.1.merge(amount);
        (self.open.0 >= self.length).then(|| std::mem::take(&mut self.open))
    }
}
