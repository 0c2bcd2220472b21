//! The stretches of a run in which the generator, not the server, was slow, each with what made it so.

use super::saturating::Saturating as _;
use serde::{Serialize, Serializer};

/// Stretches that are told apart. A run with more of them has a worse problem than which they were.
const MOST: usize = 50;

/// Why the generator was slow in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlowCause {
    /// The program didn't run at all.
    Paused,
    /// The machine slept.
    Suspended,
    /// A quota stopped the program.
    Throttled,
    /// Load threads had no CPU.
    NoCpu,
    /// Guests computed while others waited.
    Guests,
    /// Timers of the load threads fired late.
    LateTimers,
    /// Iterations began late though a VU was free.
    LateStarts,
    /// Responses had arrived, and weren't read.
    Unread,
}

impl SlowCause {
    /// What happened, for so long.
    fn words(self, us: u64) -> String {
        let time = milliseconds(us);
        match self {
            SlowCause::Paused => format!("the program was stopped for {time}"),
            SlowCause::Suspended => format!("the machine slept for {time}"),
            SlowCause::Throttled => format!("a CPU quota stopped the program for {time}"),
            SlowCause::NoCpu => format!("load threads waited for a CPU for {time}"),
            SlowCause::Guests => {
                format!("virtual users computed for {time} more than their share")
            }
            SlowCause::LateTimers => format!("the load threads' timers fired up to {time} late"),
            SlowCause::LateStarts => format!("iterations began up to {time} late"),
            SlowCause::Unread => format!("responses that had arrived waited up to {time} to be read"),
        }
    }

    /// Whether it adds up over seconds; else the largest counts.
    fn adds_up(self) -> bool {
        !matches!(
            self,
            SlowCause::LateTimers | SlowCause::LateStarts | SlowCause::Unread
        )
    }
}

fn milliseconds(us: u64) -> String {
    match us {
        0..10_000_000 => format!("{} ms", us.div_ceil(1_000)),
        _ => format!("{:.1} s", us as f64 / 1e6),
    }
}

/// One stretch of seconds in which the generator was slow, for the same reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlowStretch {
    from_ms: u64,
    to_ms: u64,
    causes: Vec<(SlowCause, u64)>,
}

impl SlowStretch {
    /// When it was and what happened, as a sentence without a full stop.
    pub fn sentence(&self) -> String {
        let (from, to) = (self.from_ms as f64 / 1e3, self.to_ms as f64 / 1e3);
        let causes: Vec<_> = self.causes.iter().map(|&(cause, us)| cause.words(us)).collect();
        format!("from {from:.1} s to {to:.1} s, {}", causes.join("; "))
    }

    /// What happened, and for how many microseconds.
    pub fn causes(&self) -> &[(SlowCause, u64)] {
        &self.causes
    }

    fn is_followed_by(&self, next: &SlowStretch) -> bool {
        let same = |stretch: &SlowStretch| stretch.causes.iter().map(|(cause, _)| *cause).collect::<Vec<_>>();
        self.to_ms == next.from_ms && same(self) == same(next)
    }

    fn join(&mut self, next: &SlowStretch) {
        self.to_ms = next.to_ms;
        for ((cause, us), (_, more)) in self.causes.iter_mut().zip(&next.causes) {
            if cause.adds_up() {
                us.raise(*more);
            } else {
                *us = (*us).max(*more);
            }
        }
    }
}

impl Serialize for SlowStretch {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Cause {
            cause: SlowCause,
            us: u64,
        }
        #[derive(Serialize)]
        struct Row {
            from: f64,
            to: f64,
            causes: Vec<Cause>,
            text: String,
        }
        let causes = self.causes.iter().map(|&(cause, us)| Cause { cause, us });
        let row = Row {
            from: self.from_ms as f64 / 1e3,
            to: self.to_ms as f64 / 1e3,
            causes: causes.collect(),
            text: self.sentence(),
        };
        row.serialize(out)
    }
}

/// All stretches so far, the first ones if there are too many.
#[derive(Debug, Default)]
pub(super) struct SlowStretches(Vec<SlowStretch>);

impl SlowStretches {
    /// Adds a second that ended then, with what made it slow.
    pub(super) fn push(&mut self, (from, to): (f64, f64), mut causes: Vec<(SlowCause, u64)>) {
        causes.sort_unstable_by_key(|(cause, _)| *cause);
        let milliseconds = |seconds: f64| (seconds * 1e3).round() as u64;
        let (from_ms, to_ms) = (milliseconds(from), milliseconds(to));
        let next = SlowStretch {
            from_ms,
            to_ms,
            causes,
        };
        let has_room = self.0.len() < MOST;
        match self.0.last_mut() {
            Some(last) if last.is_followed_by(&next) => last.join(&next),
            _ if has_room => self.0.push(next),
            _ => {}
        }
    }

    pub(super) fn rows(&self) -> &[SlowStretch] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_of_one_cause_become_one_stretch() {
        let mut all = SlowStretches::default();
        all.push((1.0, 2.0), vec![(SlowCause::Throttled, 700_000)]);
        all.push((2.0, 3.0), vec![(SlowCause::Throttled, 100_000)]);
        all.push((4.0, 5.0), vec![(SlowCause::Throttled, 50_000)]);
        all.push(
            (5.0, 6.0),
            vec![(SlowCause::LateTimers, 30_000), (SlowCause::Paused, 1_020_000)],
        );
        let sentences: Vec<_> = all.rows().iter().map(SlowStretch::sentence).collect();
        assert_eq!(
            sentences,
            [
                "from 1.0 s to 3.0 s, a CPU quota stopped the program for 800 ms",
                "from 4.0 s to 5.0 s, a CPU quota stopped the program for 50 ms",
                "from 5.0 s to 6.0 s, the program was stopped for 1020 ms; \
                 the load threads' timers fired up to 30 ms late"
            ]
        );
    }

    #[test]
    fn their_number_is_bounded() {
        let mut all = SlowStretches::default();
        for at in 0..1_000_u32 {
            let at = f64::from(at) * 2.0;
            all.push((at, at + 1.0), vec![(SlowCause::NoCpu, 300_000)]);
        }
        assert_eq!(all.rows().len(), MOST);
    }
}
