//! When enough is known of a rate: each trial of it is evidence, and trials go on until they agree.
//!
//! Wald's sequential test: where thresholds hold, or not, in 9 of 10 trials, two more that speak for one side than for
//! the other leave less than 1 wrong verdict in 50. A trial in which all thresholds held by far counts for two, and a
//! server that surely fell behind needs no second one. What was measured while the generator was short of something
//! counts for nothing.

use super::growth::Growth;

/// Most trials of a rate.
pub(super) const MOST_TRIALS: usize = 5;
/// By how much more trials must speak for one side.
const ENOUGH: i32 = 2;

/// What the thresholds said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Margin {
    /// All held by far.
    Wide,
    /// All held, one of them barely.
    Narrow,
    /// One didn't.
    Broken,
}

/// What one trial of a rate showed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trial {
    /// How the iterations in flight grew, as far as that could be seen.
    pub(super) growth: Option<Growth>,
    pub(super) margin: Margin,
    /// Iterations found no VU free; what came before that is all that counts.
    pub(super) lacks_vus: Option<String>,
    /// The generator was too slow.
    pub(super) was_slow: Option<String>,
}

/// What all trials of a rate come to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finding {
    Held,
    Broke,
    /// Nobody can tell, and what could be done about that.
    Unclear(String),
}

impl Trial {
    /// Whether it says nothing about the server, and why. A slow generator makes the server look worse than
    /// it is: what held nevertheless, held.
    fn blind(&self) -> Option<&str> {
        let held = self.margin != Margin::Broken && self.growth.is_some_and(|growth| growth.is_steady());
        let saw = |growth: Growth| growth.is_growing();
        let lacks = self
            .lacks_vus
            .as_deref()
            .filter(|_| !self.growth.is_some_and(saw));
        let slow = self.was_slow.as_deref().filter(|_| !held);
        lacks.or(slow)
    }

    fn votes(&self) -> i32 {
        match (self.blind(), self.margin) {
            (Some(_), _) => 0,
            (None, Margin::Wide) => ENOUGH,
            (None, Margin::Narrow) => 1,
            (None, Margin::Broken) => -1,
        }
    }
}

/// All growths that say something.
pub(super) fn growth(trials: &[Trial]) -> Option<Growth> {
    let seen = trials.iter().filter(|trial| trial.blind().is_none());
    Growth::pooled(&seen.filter_map(|trial| trial.growth).collect::<Vec<_>>())
}

/// What the trials come to; none: one more is needed.
pub(super) fn weigh(trials: &[Trial]) -> Option<Finding> {
    let votes: i32 = trials.iter().map(Trial::votes).sum();
    let growth = growth(trials);
    let is = |what: fn(&Growth) -> bool| growth.as_ref().is_some_and(what);
    if is(Growth::is_growing) || votes <= -ENOUGH {
        return Some(Finding::Broke);
    }
    if votes >= ENOUGH && is(Growth::is_steady) {
        return Some(Finding::Held);
    }
    (trials.len() >= MOST_TRIALS).then(|| Finding::Unclear(why(trials)))
}

fn why(trials: &[Trial]) -> String {
    let blind = trials.iter().find_map(Trial::blind);
    match (blind, trials.iter().all(|trial| trial.growth.is_none())) {
        (Some(why), _) => why.to_owned(),
        (None, true) => "too few iterations ended while it was watched: raise --step-time".to_owned(),
        (None, false) => format!("too close to call in {} trials: raise --step-time", trials.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth_of(share: f64, error: f64) -> Option<Growth> {
        Some(Growth {
            share,
            error,
            in_flight: 1.0,
        })
    }

    fn trial(margin: Margin) -> Trial {
        Trial {
            growth: growth_of(0.0, 0.002),
            margin,
            lacks_vus: None,
            was_slow: None,
        }
    }

    #[test]
    fn what_is_clear_needs_one_trial_and_what_is_not_needs_two_that_agree() {
        use Margin::{Broken, Narrow, Wide};
        let weigh = |margins: &[Margin]| weigh(&margins.iter().map(|m| trial(*m)).collect::<Vec<_>>());
        assert_eq!(weigh(&[Wide]), Some(Finding::Held));
        assert_eq!(weigh(&[Narrow]), None);
        assert_eq!(weigh(&[Narrow, Narrow]), Some(Finding::Held));
        assert_eq!(weigh(&[Broken]), None);
        assert_eq!(weigh(&[Broken, Broken]), Some(Finding::Broke));
        assert_eq!(weigh(&[Broken, Wide]), None);
        assert_eq!(weigh(&[Broken, Narrow, Broken, Narrow]), None);
        let undecided = weigh(&[Broken, Narrow, Broken, Narrow, Narrow]);
        assert!(matches!(undecided, Some(Finding::Unclear(why)) if why.contains("--step-time")));
    }

    #[test]
    fn a_server_that_falls_behind_is_known_at_once_though_thresholds_hold() {
        let behind = Trial {
            growth: growth_of(0.2, 0.01),
            ..trial(Margin::Wide)
        };
        assert_eq!(weigh(&[behind]), Some(Finding::Broke));
        let on_the_edge = Trial {
            growth: growth_of(0.02, 0.002),
            ..trial(Margin::Wide)
        };
        assert_eq!(weigh(&vec![on_the_edge.clone(); 4]), None);
        assert!(matches!(weigh(&vec![on_the_edge; 5]), Some(Finding::Unclear(_))));
    }

    #[test]
    fn a_generator_that_was_short_of_something_proves_nothing_against_the_server() {
        let poor = Trial {
            growth: None,
            lacks_vus: Some("raise --max-vus".to_owned()),
            ..trial(Margin::Broken)
        };
        let slow = Trial {
            growth: growth_of(0.3, 0.01),
            was_slow: Some("raise its CPU".to_owned()),
            ..trial(Margin::Broken)
        };
        for (blind, word) in [(poor, "--max-vus"), (slow, "CPU")] {
            assert_eq!(weigh(&vec![blind.clone(); 4]), None);
            let unclear = weigh(&vec![blind; 5]);
            assert!(matches!(unclear, Some(Finding::Unclear(why)) if why.contains(word)));
        }
    }

    #[test]
    fn what_held_on_a_slow_generator_held_and_what_grew_before_vus_ran_out_grew() {
        let slow = Trial {
            was_slow: Some("slow".to_owned()),
            ..trial(Margin::Wide)
        };
        assert_eq!(weigh(&[slow]), Some(Finding::Held));
        let grew = Trial {
            growth: growth_of(0.4, 0.01),
            lacks_vus: Some("no VU".to_owned()),
            ..trial(Margin::Narrow)
        };
        assert_eq!(weigh(&[grew]), Some(Finding::Broke));
    }
}
