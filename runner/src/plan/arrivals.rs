//! When the iterations of an open workload are meant to start: a pure function of the seed and
//! the plan. Everybody who asks gets the same times, however the arrivals are then shared out.

use super::profile::{Piece, Profile};
use rand::Rng;
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How arrivals are spaced under a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// Evenly: arrival k comes when the integral of the rate reaches k, the first one at once.
    #[default]
    Even,
    /// At random and independently of each other, as many users who don't know each other come:
    /// a Poisson process.
    Poisson,
}

/// The intended starts, in order: the time of each since the workload began.
///
/// Poisson arrivals under a changing rate come from a unit-rate process whose time is the
/// integral of the rate (the time-rescaling theorem; Cinlar, "Introduction to Stochastic
/// Processes", 1975, §4.7): gaps in that time are exponential with mean 1.
#[derive(Debug, Clone)]
pub struct Arrivals {
    pieces: Vec<Piece>,
    /// The piece that the next arrival lies in, or an earlier one.
    at: usize,
    total: f64,
    /// When nothing arrives any more.
    end: Duration,
    /// The integral of the rate at the next arrival.
    next: f64,
    /// Number of the next arrival, from 0.
    index: u64,
    /// When it is, if that was asked for already.
    time: Option<Duration>,
    random: Option<Pcg64>,
}

impl Arrivals {
    /// The arrivals of a profile of iterations per second. `seed` matters to random spacing only.
    pub fn new(profile: &Profile, spacing: Spacing, seed: u64) -> Arrivals {
        let mut arrivals = Arrivals {
            pieces: profile.pieces().collect(),
            at: 0,
            total: profile.total(),
            end: profile.duration(),
            next: 0.0,
            index: 0,
            time: None,
            random: (spacing == Spacing::Poisson).then(|| Pcg64::new(seed.into(), 0x5851_f42d_4c95_7f2d)),
        };
        arrivals.next = arrivals.random.as_mut().map_or(0.0, unit_exponential);
        arrivals
    }

    /// The next arrival: its number, from 0, and its time. It stays the next one.
    pub fn peek(&mut self) -> Option<(u64, Duration)> {
        self.time = self.time.or_else(|| self.find());
        Some((self.index, self.time?))
    }

    /// Goes on to the arrival after the next one.
    pub fn skip_one(&mut self) {
        self.next += self.random.as_mut().map_or(1.0, unit_exponential);
        self.index += 1;
        self.time = None;
    }

    /// How many evenly spaced arrivals a profile has, without going through them.
    pub fn even_count(profile: &Profile) -> u64 {
        let total = profile.total();
        let last = total - total.max(1.0) * 1e-12;
        if last < 0.0 || total <= 0.0 {
            0
        } else {
            last.floor() as u64 + 1
        }
    }

    /// Goes on with another profile, which must be the same up to the last arrival given.
    pub fn change(&mut self, profile: &Profile) {
        self.pieces = profile.pieces().collect();
        self.total = profile.total();
        self.end = profile.duration();
        self.at = 0;
        self.time = None;
    }

    fn find(&mut self) -> Option<Duration> {
        // Sums of parts and the total differ in their last bits.
        if self.next > self.total - self.total.max(1.0) * 1e-12 {
            return None;
        }
        while let Some(piece) = self.pieces.get(self.at) {
            let area = piece.area(piece.length);
            if self.next < piece.before + area {
                let t = piece.when((self.next - piece.before).max(0.0));
                return Some(self.within(piece.begin + t));
            }
            self.at += 1;
        }
        // It is one of the total, which the sum of the pieces misses by its last bits.
        Some(self.within(f64::INFINITY))
    }

    /// A time, in seconds, that rounding has not put at the end or beyond it: what is counted
    /// beforehand must arrive.
    fn within(&self, seconds: f64) -> Duration {
        let nanos = (seconds * 1e9).round() as u64;
        Duration::from_nanos(nanos).min(self.end.saturating_sub(Duration::from_nanos(1)))
    }
}

impl Iterator for Arrivals {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let (_, time) = self.peek()?;
        self.skip_one();
        Some(time)
    }
}

/// Exponentially distributed with mean 1, by inversion.
fn unit_exponential(random: &mut Pcg64) -> f64 {
    let unit = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    -(1.0 - unit).ln()
}

#[cfg(test)]
mod tests {
    use super::super::profile::{Curve, Stage};
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn millis(profile: &Profile) -> Vec<u128> {
        Arrivals::new(profile, Spacing::Even, 0)
            .map(|t| (t.as_micros() + 500) / 1000)
            .collect()
    }

    fn linear(start: f64, stages: &[(u64, f64)]) -> Profile {
        let stage = |&(ms, target): &(u64, f64)| Stage {
            duration: MS(ms),
            target,
            curve: Curve::Linear,
        };
        Profile {
            start,
            stages: stages.iter().map(stage).collect(),
        }
    }

    #[test]
    fn a_constant_rate_is_evenly_spaced_from_the_beginning() {
        assert_eq!(
            millis(&Profile::constant(4.0, MS(1500))),
            [0, 250, 500, 750, 1000, 1250]
        );
        assert_eq!(millis(&Profile::constant(3.0, MS(1000))), [0, 333, 667]);
    }

    #[test]
    fn a_rate_that_divides_its_time_has_exactly_that_many() {
        for rate in [1.0, 3.0, 7.0, 999.0, 5_000.0, 33_333.0] {
            let profile = Profile::constant(rate, Duration::from_secs(30));
            let count = Arrivals::new(&profile, Spacing::Even, 0).count();
            assert_eq!(count as f64, rate * 30.0);
            assert_eq!(Arrivals::even_count(&profile), count as u64);
        }
    }

    #[test]
    fn ramps_have_more_arrivals_where_the_rate_is_higher() {
        // The integral of 0 to 10/s in 2 s is 2.5 t²: 0 at 0, 1 at 632 ms, 2 at 894 ms, …
        let up = linear(0.0, &[(2000, 10.0)]);
        assert_eq!(
            millis(&up),
            [0, 632, 894, 1095, 1265, 1414, 1549, 1673, 1789, 1897]
        );
        let down = linear(10.0, &[(2000, 0.0)]);
        assert_eq!(Arrivals::even_count(&up), 10);
        assert_eq!(Arrivals::even_count(&linear(0.3, &[(1000, 0.3)])), 1);
        assert_eq!(Arrivals::even_count(&linear(0.0, &[(1000, 0.0)])), 0);
        assert_eq!(millis(&down), [0, 103, 211, 327, 451, 586, 735, 905, 1106, 1368]);
    }

    #[test]
    fn as_many_arrive_as_were_counted_whatever_the_stages() {
        let levels = [0.0, 1e-9, 3e-7, 0.1, 1.0, 7.3, 1e3];
        let lengths = [0, 1, 999, 20_000, 3_600_000];
        let curves = [Curve::Linear, Curve::Step, Curve::Exponential, Curve::Spike];
        let mut draws = Pcg64::new(7, 1);
        let mut pick = |count: usize| (draws.next_u64() % count as u64) as usize;
        for _ in 0..2_000 {
            let mut before = levels[pick(levels.len())];
            let start = before;
            let stages = (0..=pick(4)).map(|_| {
                let target = levels[pick(levels.len())];
                let from = std::mem::replace(&mut before, target);
                let curve = curves[pick(curves.len())];
                let is_possible = curve != Curve::Exponential || (from > 0.0 && target > 0.0);
                let curve = if is_possible { curve } else { Curve::Linear };
                // A spike comes back to where it began.
                before = if curve == Curve::Spike { from } else { target };
                let duration = Duration::from_millis(lengths[pick(lengths.len())]);
                Stage {
                    duration,
                    target,
                    curve,
                }
            });
            let profile = Profile {
                start,
                stages: stages.collect(),
            };
            if profile.total() > 20_000.0 {
                continue;
            }
            let times: Vec<_> = Arrivals::new(&profile, Spacing::Even, 0).collect();
            assert_eq!(times.len() as u64, Arrivals::even_count(&profile), "{profile:?}");
            assert!(times.iter().all(|at| *at < profile.duration()), "{profile:?}");
            assert!(times.is_sorted(), "{profile:?}");
        }
    }

    #[test]
    fn nothing_arrives_while_the_rate_is_zero() {
        let profile = linear(2.0, &[(1000, 2.0), (0, 0.0), (5000, 0.0), (0, 2.0), (1000, 2.0)]);
        assert_eq!(millis(&profile), [0, 500, 6000, 6500]);
    }

    #[test]
    fn poisson_arrivals_are_dispersed_like_a_poisson_process() {
        let profile = Profile::constant(1000.0, Duration::from_secs(100));
        let mut seconds = [0_u32; 1000];
        for t in Arrivals::new(&profile, Spacing::Poisson, 7) {
            seconds[t.as_millis() as usize / 100] += 1;
        }
        let mean = seconds.iter().sum::<u32>() as f64 / 1000.0;
        let variance = seconds
            .iter()
            .map(|&n| (f64::from(n) - mean).powi(2))
            .sum::<f64>()
            / 999.0;
        assert!((mean - 100.0).abs() < 2.0, "{mean}");
        assert!((variance / mean - 1.0).abs() < 0.1, "{}", variance / mean);
    }

    #[test]
    fn poisson_gaps_are_exponential_whatever_the_rate_does() {
        use crate::plan::statistics::{assert_distributed, assert_weights};
        let profiles = [
            Profile::constant(1000.0, Duration::from_secs(100)),
            linear(100.0, &[(50_000, 3_000.0), (50_000, 0.0)]),
        ];
        for profile in profiles {
            let times = Arrivals::new(&profile, Spacing::Poisson, 7).map(|at| profile.area(at));
            let mut before = 0.0;
            let gaps: Vec<f64> = times
                .map(|area| area - std::mem::replace(&mut before, area))
                .collect();
            assert!(gaps.len() > 90_000);
            let distribution = |gap: f64| 1.0 - (-gap).exp();
            assert_distributed(gaps.iter().copied(), distribution);
            // A gap says nothing of the next one: by quarters of equal probability.
            let quarter = |gap: f64| ((distribution(gap) * 4.0) as usize).min(3);
            let mut pairs = vec![0; 16];
            gaps.windows(2)
                .for_each(|pair| pairs[quarter(pair[0]) * 4 + quarter(pair[1])] += 1);
            assert_weights(&pairs, &[1; 16]);
        }
    }

    #[test]
    fn the_seed_decides_random_arrivals() {
        let profile = Profile::constant(50.0, MS(1000));
        let times = |seed| Arrivals::new(&profile, Spacing::Poisson, seed).collect::<Vec<_>>();
        assert_eq!(times(1), times(1));
        assert_ne!(times(1), times(2));
    }

    #[test]
    fn a_change_goes_on_where_the_old_rate_stopped() {
        let profile = Profile::constant(10.0, MS(1000));
        let mut arrivals = Arrivals::new(&profile, Spacing::Even, 0);
        let mut times: Vec<_> = arrivals.by_ref().take(5).collect();
        arrivals.change(&profile.changed(MS(450), 20.0));
        times.extend(arrivals);
        let times: Vec<_> = times.iter().map(Duration::as_millis).collect();
        assert_eq!(
            times,
            [
                0, 100, 200, 300, 400, 475, 525, 575, 625, 675, 725, 775, 825, 875, 925, 975
            ]
        );
    }
}
