//! How many VUs a profile asks for, as steps in time.

use super::profile::{Piece, Profile};
use std::time::Duration;

/// From this time on, so many VUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VuStep {
    /// Since the workload began.
    pub at: Duration,
    /// VUs wanted from then on.
    pub vus: u32,
}

/// All steps of a profile of VUs, in order. As in k6, a VU starts when a rising level reaches its
/// number, and ends when a falling level reaches the number before it.
pub fn vu_steps(profile: &Profile) -> impl Iterator<Item = VuStep> + use<> {
    let first = whole(profile.start);
    let mut last = first;
    let pieces: Vec<Piece> = profile.pieces().collect();
    let begin = VuStep {
        at: Duration::ZERO,
        vus: first,
    };
    let steps = pieces.into_iter().flat_map(piece_steps);
    let changes = steps.filter(move |step| std::mem::replace(&mut last, step.vus) != step.vus);
    std::iter::once(begin).chain(changes)
}

/// Levels that ought to be whole numbers miss them by rounding.
fn whole(level: f64) -> u32 {
    (level + 1e-9).floor() as u32
}

fn piece_steps(piece: Piece) -> Box<dyn Iterator<Item = VuStep>> {
    if piece.length == 0.0 || piece.is_jump() {
        let jump = step(&piece, 0.0, whole(piece.level(0.0)));
        return Box::new(std::iter::once(jump));
    }
    Box::new(
        piece
            .monotone_parts()
            .into_iter()
            .flat_map(move |part| part_steps(piece, part)),
    )
}

fn part_steps(piece: Piece, part: (f64, f64)) -> Box<dyn Iterator<Item = VuStep>> {
    let (from, to) = (piece.level(part.0), piece.level(part.1));
    let cross = move |vus: u32| step(&piece, piece.crossing(f64::from(vus), part), vus);
    if to >= from {
        Box::new((whole(from)..=whole(to)).skip(1).map(cross))
    } else {
        let up = |level: f64| (level - 1e-9).ceil().max(0.0) as u32;
        Box::new((up(to)..up(from)).rev().map(cross))
    }
}

fn step(piece: &Piece, t: f64, vus: u32) -> VuStep {
    VuStep {
        at: Duration::from_nanos(((piece.begin + t) * 1e9).round() as u64),
        vus,
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::{Curve, Stage};
    use super::*;

    fn steps(start: f64, stages: &[(u64, f64, Curve)]) -> Vec<(u128, u32)> {
        let stage = |&(ms, target, curve): &(u64, f64, Curve)| Stage {
            duration: Duration::from_millis(ms),
            target,
            curve,
        };
        let profile = Profile {
            start,
            stages: stages.iter().map(stage).collect(),
        };
        vu_steps(&profile)
            .map(|step| ((step.at.as_micros() + 500) / 1000, step.vus))
            .collect()
    }

    #[test]
    fn ramps_go_up_and_down_one_by_one() {
        let both = steps(0.0, &[(2000, 4.0, Curve::Linear), (2000, 0.0, Curve::Linear)]);
        let expected = [
            (0, 0),
            (500, 1),
            (1000, 2),
            (1500, 3),
            (2000, 4),
            (2500, 3),
            (3000, 2),
            (3500, 1),
            (4000, 0),
        ];
        assert_eq!(both, expected);
    }

    #[test]
    fn jumps_happen_at_once() {
        let stages = [
            (0, 5.0, Curve::Linear),
            (1000, 5.0, Curve::Linear),
            (1000, 2.0, Curve::Step),
        ];
        assert_eq!(steps(1.0, &stages), [(0, 1), (0, 5), (1000, 2)]);
    }

    #[test]
    fn a_spike_comes_back() {
        let spike = steps(1.0, &[(1000, 3.0, Curve::Spike)]);
        assert_eq!(spike, [(0, 1), (250, 2), (500, 3), (750, 2), (1000, 1)]);
    }

    #[test]
    fn a_wave_never_leaves_its_band() {
        let wave = Curve::Sine {
            amplitude: 3.0,
            period: Duration::from_secs(1),
        };
        let steps = steps(10.0, &[(3000, 10.0, wave)]);
        assert_eq!(steps.iter().map(|s| s.1).max(), Some(13));
        assert_eq!(steps.iter().map(|s| s.1).min(), Some(7));
        assert!(steps.windows(2).all(|w| w[0].0 <= w[1].0));
        assert!(steps.windows(2).all(|w| w[0].1.abs_diff(w[1].1) == 1));
    }
}
