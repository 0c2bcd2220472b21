//! How a level of load (VUs, or iterations per second) changes over time: a piecewise function,
//! its integral, and the inverse of that. Pure arithmetic; time is in seconds.

use super::{LONGEST, Rate};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;
use std::time::Duration;

/// Stages that there may be.
pub(super) const MOST_STAGES: usize = 10_000;

/// The shortest wave of a sine, in seconds.
const LEAST_PERIOD: f64 = 0.1;

/// Waves of one stage that there may be.
const MOST_WAVES: f64 = 100_000.0;

/// A level over time: it begins at `start` and goes through the stages one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The level before the first stage.
    pub start: f64,
    /// What happens, in order.
    pub stages: Vec<Stage>,
}

/// One stretch of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// How long it lasts, in seconds when serialized. Zero: a jump.
    #[serde(serialize_with = "super::seconds", deserialize_with = "super::read_seconds")]
    pub duration: Duration,
    /// The level that it leads to, or, for a spike, its peak, for a sine wave, its mean.
    pub target: f64,
    /// How it gets there.
    #[serde(flatten)]
    pub curve: Curve,
}

/// The way of a level through a stage that begins at level `a`, has the target `b` and lasts `d`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "curve", rename_all = "kebab-case")]
pub enum Curve {
    /// `a + (b - a) t/d`.
    #[default]
    Linear,
    /// Jumps to `b` at once and stays.
    Step,
    /// `a (b/a)^(t/d)`: the same factor in equal times. Both levels must be above 0.
    Exponential,
    /// Up (or down) to `b` and back to `a`: `a + (b - a) sin²(pi t/d)`.
    Spike,
    /// `b + amplitude sin(2 pi t/period)`.
    Sine {
        /// Largest distance from the mean; at most the mean.
        amplitude: f64,
        /// Length of one wave, in seconds when serialized.
        #[serde(serialize_with = "super::seconds", deserialize_with = "super::read_seconds")]
        period: Duration,
    },
}

impl Profile {
    /// The same level all the time.
    pub fn constant(level: f64, duration: Duration) -> Profile {
        let stage = Stage {
            duration,
            target: level,
            curve: Curve::Step,
        };
        Profile {
            start: level,
            stages: vec![stage],
        }
    }

    /// What makes it none that can be calculated with.
    pub(super) fn fault(&self) -> Option<&'static str> {
        if !(1..=MOST_STAGES).contains(&self.stages.len()) {
            return Some("it must have 1 to 10,000 stages");
        }
        let length = self
            .stages
            .iter()
            .try_fold(Duration::ZERO, |sum, s| sum.checked_add(s.duration));
        if length.is_none_or(|length| length.is_zero() || length > LONGEST) {
            return Some("its stages take no time, or more than a year");
        }
        let levels = self.stages.iter().map(|stage| stage.target).chain([self.start]);
        if levels.into_iter().any(|level| Rate::new(level).is_err()) {
            return Some("a stage has a level that is out of range");
        }
        let mut pieces = self.pieces();
        (!pieces.all(|piece| piece.is_possible())).then_some("a stage can't have this curve")
    }

    /// The length of all stages together.
    pub fn duration(&self) -> Duration {
        self.stages.iter().map(|stage| stage.duration).sum()
    }

    /// The level at this time. At a jump, the level after it; after the end, the last level.
    pub fn level(&self, at: Duration) -> f64 {
        let at = at.as_secs_f64();
        let mut end = self.start;
        for piece in self.pieces() {
            if at < piece.begin + piece.length {
                return piece.level(at - piece.begin);
            }
            end = piece.level(piece.length);
        }
        end
    }

    /// The highest level.
    pub fn peak(&self) -> f64 {
        let highest = self.pieces().map(|piece| piece.peak());
        highest.fold(if self.stages.is_empty() { self.start } else { 0.0 }, f64::max)
    }

    /// The integral of the level over the whole profile: how many iterations a rate amounts to.
    pub fn total(&self) -> f64 {
        self.pieces()
            .last()
            .map_or(0.0, |piece| piece.before + piece.area(piece.length))
    }

    /// The integral of the level up to this time.
    pub fn area(&self, at: Duration) -> f64 {
        let at = at.as_secs_f64();
        let mut area = 0.0;
        for piece in self.pieces() {
            area = piece.before + piece.area((at - piece.begin).clamp(0.0, piece.length));
            if at < piece.begin + piece.length {
                break;
            }
        }
        area
    }

    /// This profile up to `at`, and from there on `level` until the original end.
    #[must_use]
    pub fn changed(&self, at: Duration, level: f64) -> Profile {
        let rest = Stage {
            duration: self.duration().saturating_sub(at),
            target: level,
            curve: Curve::Step,
        };
        let mut stages = Vec::new();
        let mut from = self.start;
        let mut begin = Duration::ZERO;
        for stage in &self.stages {
            let end = begin + stage.duration;
            if end <= at {
                stages.push(*stage);
            } else if begin < at {
                stages.extend(cut(from, stage, at - begin));
            }
            from = Piece::new(from, stage, 0.0, 0.0).level(stage.duration.as_secs_f64());
            begin = end;
        }
        stages.push(rest);
        Profile {
            start: self.start,
            stages,
        }
    }

    /// The stages with what lies before them.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        let mut level = self.start;
        let mut begin = 0.0;
        let mut before = 0.0;
        self.stages.iter().map(move |stage| {
            let piece = Piece::new(level, stage, begin, before);
            level = piece.level(piece.length);
            begin += piece.length;
            before += piece.area(piece.length);
            piece
        })
    }
}

/// The first part of a stage that is cut off after `length`: exact for straight lines and
/// exponentials; a wave goes on as a wave, half a spike is drawn as one to its level.
fn cut(from: f64, stage: &Stage, length: Duration) -> Option<Stage> {
    let level = Piece::new(from, stage, 0.0, 0.0).level(length.as_secs_f64());
    let (target, curve) = match stage.curve {
        Curve::Step | Curve::Sine { .. } => (stage.target, stage.curve),
        Curve::Exponential => (level, Curve::Exponential),
        Curve::Linear | Curve::Spike => (level, Curve::Linear),
    };
    (!length.is_zero()).then_some(Stage {
        duration: length,
        target,
        curve,
    })
}

/// A stage in its place: where it begins, at which level, and the integral of all before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) begin: f64,
    pub(super) length: f64,
    pub(super) before: f64,
    from: f64,
    target: f64,
    curve: Curve,
}

impl Piece {
    fn new(from: f64, stage: &Stage, begin: f64, before: f64) -> Piece {
        Piece {
            begin,
            length: stage.duration.as_secs_f64(),
            before,
            from,
            target: stage.target,
            curve: stage.curve,
        }
    }

    /// Whether the curve leads from its first level to its last, through none below 0.
    fn is_possible(&self) -> bool {
        match self.curve {
            Curve::Linear | Curve::Step | Curve::Spike => true,
            Curve::Exponential => self.from > 0.0 && self.target > 0.0,
            Curve::Sine { amplitude, period } => {
                let period = period.as_secs_f64();
                (0.0..=self.target).contains(&amplitude)
                    && period >= LEAST_PERIOD
                    && self.length / period <= MOST_WAVES
            }
        }
    }

    /// Whether the level changes at its beginning only.
    pub(super) fn is_jump(&self) -> bool {
        self.curve == Curve::Step
    }

    /// The level `t` seconds into the stage.
    pub(super) fn level(&self, t: f64) -> f64 {
        let (a, b, d) = (self.from, self.target, self.length);
        let part = if d > 0.0 { t / d } else { 1.0 };
        match self.curve {
            Curve::Linear => a + (b - a) * part,
            Curve::Step => b,
            Curve::Exponential => a * (b / a).powf(part),
            Curve::Spike => a + (b - a) * (PI * part).sin().powi(2),
            Curve::Sine { amplitude, period } => b + amplitude * (2.0 * PI * t / period.as_secs_f64()).sin(),
        }
    }

    /// The integral of the level over the first `t` seconds of the stage.
    pub(super) fn area(&self, t: f64) -> f64 {
        let (a, b, d) = (self.from, self.target, self.length);
        if d <= 0.0 {
            return 0.0;
        }
        match self.curve {
            Curve::Linear => a * t + (b - a) * t * t / (2.0 * d),
            Curve::Step => b * t,
            Curve::Exponential => {
                let growth = (b / a).ln();
                // Flat enough that the formula below would divide 0 by 0.
                if growth.abs() < 1e-9 {
                    a * t
                } else {
                    a * d / growth * ((growth * t / d).exp() - 1.0)
                }
            }
            Curve::Spike => a * t + (b - a) * (t / 2.0 - d * (2.0 * PI * t / d).sin() / (4.0 * PI)),
            Curve::Sine { amplitude, period } => {
                let wave = 2.0 * PI / period.as_secs_f64();
                b * t + amplitude / wave * (1.0 - (wave * t).cos())
            }
        }
    }

    /// When, in seconds into the stage, the integral reaches `area`, which must lie in the stage.
    pub(super) fn when(&self, area: f64) -> f64 {
        let t = match self.curve {
            Curve::Step => area / self.target,
            Curve::Linear => self.when_linear(area),
            _ => self.search(|t| self.area(t) >= area),
        };
        t.clamp(0.0, self.length)
    }

    /// Solves `a t + (b - a) t²/(2 d) = area` in the form that doesn't cancel.
    fn when_linear(&self, area: f64) -> f64 {
        let slope = (self.target - self.from) / self.length;
        let root = (self.from * self.from + 2.0 * slope * area).max(0.0).sqrt();
        let t = 2.0 * area / (self.from + root);
        // 0/0: the very beginning of a ramp from nothing.
        if t.is_finite() { t } else { 0.0 }
    }

    fn peak(&self) -> f64 {
        match self.curve {
            Curve::Step => self.target,
            Curve::Sine { amplitude, .. } => self.target + amplitude,
            Curve::Linear | Curve::Exponential | Curve::Spike => self.from.max(self.target),
        }
    }

    /// The parts of the stage in which the level only rises or only falls, as times in it.
    pub(super) fn monotone_parts(&self) -> Vec<(f64, f64)> {
        let turns: Vec<f64> = match self.curve {
            Curve::Linear | Curve::Step | Curve::Exponential => Vec::new(),
            Curve::Spike => vec![self.length / 2.0],
            Curve::Sine { period, .. } => {
                let (quarter, half) = (period.as_secs_f64() / 4.0, period.as_secs_f64() / 2.0);
                let count = ((self.length - quarter) / half).ceil().max(0.0) as usize;
                (0..count).map(|n| quarter + half * n as f64).collect()
            }
        };
        let ends = turns.iter().copied().chain([self.length]);
        let begins = [0.0].into_iter().chain(turns.iter().copied());
        begins.zip(ends).collect()
    }

    /// When the level crosses `level` in a part in which it only rises or only falls.
    pub(super) fn crossing(&self, level: f64, (from, to): (f64, f64)) -> f64 {
        if let Curve::Linear = self.curve {
            let slope = (self.target - self.from) / self.length;
            return ((level - self.from) / slope).clamp(from, to);
        }
        let rises = self.level(to) >= self.level(from);
        bisect(from, to, |t| {
            if rises {
                self.level(t) >= level
            } else {
                self.level(t) <= level
            }
        })
    }

    fn search(&self, reached: impl Fn(f64) -> bool) -> f64 {
        bisect(0.0, self.length, reached)
    }
}

/// The first time between `low` and `high` at which a condition holds that then stays true.
fn bisect(mut low: f64, mut high: f64, reached: impl Fn(f64) -> bool) -> f64 {
    // A nanosecond in a year is 55 halvings.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn stage(seconds: u64, target: f64, curve: Curve) -> Stage {
        Stage {
            duration: S(seconds),
            target,
            curve,
        }
    }

    fn all_curves() -> Profile {
        let sine = Curve::Sine {
            amplitude: 5.0,
            period: S(4),
        };
        Profile {
            start: 2.0,
            stages: vec![
                stage(10, 20.0, Curve::Linear),
                stage(5, 40.0, Curve::Step),
                stage(10, 5.0, Curve::Exponential),
                stage(6, 50.0, Curve::Spike),
                stage(10, 10.0, sine),
            ],
        }
    }

    #[test]
    fn levels_follow_the_stages() {
        let profile = all_curves();
        let levels = [0, 5, 10, 14, 20, 28, 32].map(|s| (profile.level(S(s)) * 1000.0).round() / 1000.0);
        assert_eq!(levels, [2.0, 11.0, 40.0, 40.0, 14.142, 50.0, 15.0]);
        assert_eq!(profile.peak(), 50.0);
    }

    #[test]
    fn the_integral_agrees_with_a_fine_sum() {
        let profile = all_curves();
        let steps = 410_000;
        let width = 41.0 / f64::from(steps);
        let at = |n: i32| Duration::from_secs_f64((f64::from(n) + 0.5) * width);
        let sum: f64 = (0..steps).map(|n| profile.level(at(n)) * width).sum();
        assert!((sum - profile.total()).abs() < 0.01, "{sum} {}", profile.total());
        assert!((profile.area(S(41)) - profile.total()).abs() < 1e-9);
    }

    #[test]
    fn the_inverse_leads_back() {
        for piece in all_curves().pieces() {
            for part in [0.001, 0.3, 0.77, 0.999] {
                let t = piece.length * part;
                let back = piece.when(piece.area(t));
                assert!((back - t).abs() < 1e-6, "{piece:?} {t} {back}");
            }
        }
    }

    #[test]
    fn a_change_keeps_what_was_before_it() {
        let profile = all_curves();
        let changed = profile.changed(S(20), 7.0);
        assert_eq!(changed.duration(), profile.duration());
        assert!((changed.area(S(20)) - profile.area(S(20))).abs() < 1e-6);
        assert_eq!(changed.level(S(30)), 7.0);
    }

    #[test]
    fn waves_turn_twice_a_period() {
        let profile = all_curves();
        let wave = profile.pieces().last().unwrap();
        assert_eq!(
            wave.monotone_parts(),
            [
                (0.0, 1.0),
                (1.0, 3.0),
                (3.0, 5.0),
                (5.0, 7.0),
                (7.0, 9.0),
                (9.0, 10.0)
            ]
        );
    }
}
