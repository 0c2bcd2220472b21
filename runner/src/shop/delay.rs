//! How long answers are held back: the notation that people type, and the length for
//! each request, which depends on nothing but the request's number and the seed.

use std::f64::consts::TAU;
use std::str::FromStr;
use std::time::Duration;

/// A rule that gives every request its delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delay {
    /// Answer at once.
    None,
    /// Always the same.
    Constant(Duration),
    /// Drawn evenly between two bounds.
    Uniform(Duration, Duration),
    /// Drawn from a normal distribution with this mean and deviation; never below 0.
    Normal(Duration, Duration),
    /// Walks from the first bound to the second in this many equal steps, both ends
    /// included, and begins again: the exact distribution is known in advance.
    Sweep(Duration, Duration, u32),
    /// Drawn from an exponential distribution with this mean.
    Exponential(Duration),
}

/// Why a text isn't a delay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a delay; write 20ms, 10ms..110ms, normal:20ms,5ms, exp:20ms or sweep:10ms..110ms/1000"
)]
pub struct ParseDelayError {
    text: String,
}

impl Delay {
    /// The delay of one request. `number` counts requests from 0.
    #[must_use]
    pub fn of(&self, number: u64, seed: u64) -> Duration {
        match *self {
            Self::None => Duration::ZERO,
            Self::Constant(length) => length,
            Self::Uniform(low, high) => low + (high - low).mul_f64(unit(seed, number)),
            Self::Normal(mean, deviation) => {
                let drawn = mean.as_secs_f64() + deviation.as_secs_f64() * standard_normal(seed, number);
                Duration::from_secs_f64(drawn.max(0.0))
            }
            Self::Sweep(low, high, steps) => low + step(high - low, number, steps),
            Self::Exponential(mean) => mean.mul_f64(-(1.0 - unit(seed, number)).ln()),
        }
    }
}

impl FromStr for Delay {
    type Err = ParseDelayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.trim()).ok_or_else(|| ParseDelayError {
            text: text.to_owned(),
        })
    }
}

/// A number in [0, 1) that only depends on its arguments (`SplitMix64`, Steele et al. 2014).
pub(super) fn unit(seed: u64, number: u64) -> f64 {
    let mut z = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    // 53 bits are what an f64 holds exactly.
    (z >> 11) as f64 / (1u64 << 53) as f64
}

/// Box and Muller's transform of two even draws.
fn standard_normal(seed: u64, number: u64) -> f64 {
    let radius = (-2.0 * (1.0 - unit(seed, number)).ln()).sqrt();
    radius * (TAU * unit(!seed, number)).cos()
}

fn step(range: Duration, number: u64, steps: u32) -> Duration {
    let index = number % u64::from(steps.max(1));
    range.mul_f64(index as f64 / f64::from(steps.max(2) - 1))
}

fn parse(text: &str) -> Option<Delay> {
    if text == "none" {
        return Some(Delay::None);
    }
    match text.split_once(':') {
        Some(("sweep", rest)) => sweep(rest),
        Some(("exp", mean)) => length(mean).map(Delay::Exponential),
        Some(("normal", rest)) => {
            let (mean, deviation) = rest.split_once(',')?;
            Some(Delay::Normal(length(mean)?, length(deviation)?))
        }
        Some(_) => None,
        None if text.contains("..") => bounds(text).map(|(low, high)| Delay::Uniform(low, high)),
        None => length(text).map(Delay::Constant),
    }
}

fn sweep(text: &str) -> Option<Delay> {
    let (range, steps) = text.split_once('/').unwrap_or((text, "1000"));
    let (low, high) = bounds(range)?;
    let steps: u32 = steps.trim().parse().ok()?;
    (steps >= 2).then_some(Delay::Sweep(low, high, steps))
}

fn bounds(text: &str) -> Option<(Duration, Duration)> {
    let (low, high) = text.split_once("..")?;
    let bounds = (length(low)?, length(high)?);
    (bounds.0 <= bounds.1).then_some(bounds)
}

/// At most an hour, so that sums of delays can't overflow.
fn length(text: &str) -> Option<Duration> {
    humantime::parse_duration(text.trim())
        .ok()
        .filter(|length| *length <= Duration::from_secs(3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(value: u64) -> Duration {
        Duration::from_millis(value)
    }

    #[test]
    fn reads_every_notation() {
        let cases = [
            ("none", Delay::None),
            ("20ms", Delay::Constant(ms(20))),
            ("10ms..110ms", Delay::Uniform(ms(10), ms(110))),
            ("normal:20ms,5ms", Delay::Normal(ms(20), ms(5))),
            ("exp:20ms", Delay::Exponential(ms(20))),
            ("sweep:10ms..110ms/50", Delay::Sweep(ms(10), ms(110), 50)),
            ("sweep:10ms..110ms", Delay::Sweep(ms(10), ms(110), 1000)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_has_no_meaning() {
        for text in [
            "",
            "20",
            "-20ms",
            "110ms..10ms",
            "sweep:1ms..2ms/1",
            "normal:20ms",
            "gauss:1ms",
            "2h",
        ] {
            assert!(text.parse::<Delay>().is_err(), "{text}");
        }
    }

    #[test]
    fn sweeps_from_end_to_end_and_begins_again() {
        let sweep = Delay::Sweep(ms(10), ms(110), 101);
        assert_eq!(
            [0, 1, 50, 100, 101].map(|n| sweep.of(n, 7)),
            [10, 11, 60, 110, 10].map(ms)
        );
    }

    #[test]
    fn draws_have_the_distribution_asked_for() {
        let mean = |delay: Delay| (0..20_000).map(|n| delay.of(n, 3).as_secs_f64()).sum::<f64>() / 20_000.0;
        for delay in [
            Delay::Uniform(ms(10), ms(30)),
            Delay::Normal(ms(20), ms(5)),
            Delay::Exponential(ms(20)),
        ] {
            assert!((mean(delay) - 0.020).abs() < 0.0005, "{delay:?}: {}", mean(delay));
        }
        let exponential = Delay::Exponential(ms(20));
        let above = (0..20_000).filter(|n| exponential.of(*n, 3) > ms(20)).count();
        assert!(
            (7_150..7_560).contains(&above),
            "1/e of the draws are above the mean, not {above}"
        );
    }

    #[test]
    fn draws_repeat_for_the_same_seed_only() {
        let delay = Delay::Uniform(ms(1), ms(1000));
        assert_eq!(delay.of(5, 1), delay.of(5, 1));
        assert_ne!(delay.of(5, 1), delay.of(5, 2));
    }
}
