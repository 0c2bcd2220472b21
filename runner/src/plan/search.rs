//! The search for the highest rate that holds: which rate to try next, given what came of the
//! ones before. First upwards until one doesn't hold, then between the two, closer and closer.

use serde::Serialize;

/// How often in a row the search follows what an overloaded server answered before it goes by halves.
const FOLLOWED: u32 = 4;

/// How to search. All rates in iterations per second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SearchPlan {
    /// The first rate.
    pub from: f64,
    /// The highest rate worth trying.
    pub to: f64,
    /// How to go up.
    pub climb: Climb,
    /// How close the rate that holds and the one that doesn't must be, as a share of the former.
    pub precision: f64,
}

/// How the search goes up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Climb {
    /// Twice the rate each time.
    Double,
    /// So much more each time.
    By(f64),
}

/// What came of a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tried {
    /// Everything held.
    Held,
    /// Something didn't. `answered`: iterations per second that ended nevertheless, which of an
    /// overloaded server is about what it can bear.
    Broke {
        /// Iterations per second.
        answered: Option<f64>,
    },
    /// Nobody can tell: the generator was short of something, or it was too close to call.
    Unclear,
}

/// A search on its way.
#[derive(Debug, Clone)]
pub struct Search {
    plan: SearchPlan,
    /// The highest rate that held.
    held: Option<f64>,
    /// The lowest rate that didn't.
    failed: Option<f64>,
    /// The lowest rate of which nobody can tell.
    unclear: Option<f64>,
    /// What the server answered when it was overloaded.
    answered: Option<f64>,
    /// Tries in a row that followed `answered`.
    followed: u32,
}

impl Search {
    /// A search that has tried nothing.
    pub fn new(plan: SearchPlan) -> Search {
        Search {
            plan,
            held: None,
            failed: None,
            unclear: None,
            answered: None,
            followed: 0,
        }
    }

    /// The next rate to try; none when the search is over.
    ///
    /// Between two rates it goes to what the server answered when it was overloaded, where that lies
    /// between them; else to their geometric mean, so that each try halves the ratio that is left to
    /// its square root. With not even the first rate held, it goes down in the same way, by halves,
    /// to a hundredth of it. A rate of which nobody can tell bounds the search as one that broke.
    pub fn next(&self) -> Option<f64> {
        match (self.held, self.ceiling()) {
            (None, None) => Some(self.plan.from),
            (Some(held), None) if held >= self.plan.to => None,
            (Some(held), None) => Some(self.above(held)),
            (Some(held), Some(bound)) if bound / held <= 1.0 + self.plan.precision => None,
            (Some(held), Some(bound)) => Some(self.between(held, bound)),
            (None, Some(bound)) if bound <= self.plan.from / 100.0 => None,
            (None, Some(bound)) => Some(self.below(bound)),
        }
    }

    /// Takes in what came of a rate.
    pub fn tell(&mut self, rate: f64, tried: Tried) {
        let least = |known: Option<f64>| Some(known.map_or(rate, |least| least.min(rate)));
        self.followed = if self.answered.is_some() {
            self.followed + 1
        } else {
            0
        };
        match tried {
            Tried::Held => self.held = Some(self.held.map_or(rate, |best| best.max(rate))),
            Tried::Unclear => self.unclear = least(self.unclear),
            Tried::Broke { answered } => {
                self.failed = least(self.failed);
                if let Some(answered) = answered.filter(|answered| *answered < rate) {
                    self.answered = Some(answered);
                }
            }
        }
    }

    /// The highest rate that held.
    pub fn found(&self) -> Option<f64> {
        self.held
    }

    /// The lowest rate that didn't hold.
    pub fn limit(&self) -> Option<f64> {
        self.failed
    }

    /// The lowest rate that isn't worth trying again.
    fn ceiling(&self) -> Option<f64> {
        [self.failed, self.unclear].into_iter().flatten().reduce(f64::min)
    }

    fn above(&self, held: f64) -> f64 {
        let higher = match self.plan.climb {
            Climb::Double => held * 2.0,
            Climb::By(step) => held + step,
        };
        higher.min(self.plan.to)
    }

    fn between(&self, held: f64, bound: f64) -> f64 {
        let p = self.plan.precision;
        let near = self
            .answered
            .filter(|_| self.followed < FOLLOWED)
            .and_then(|answered| {
                let tries = [1.0 - p / 2.0, 1.0 + p / 2.0, 1.0 + 1.5 * p].map(|share| answered * share);
                let gains = |rate: &f64| *rate > held * (1.0 + p / 4.0) && *rate < bound / (1.0 + p / 4.0);
                tries.into_iter().find(gains)
            });
        rounded(near.unwrap_or_else(|| (held * bound).sqrt()), held, bound)
    }

    fn below(&self, bound: f64) -> f64 {
        let near = self
            .answered
            .filter(|_| self.followed < FOLLOWED)
            .map(|answered| answered * (1.0 - self.plan.precision / 2.0))
            .filter(|rate| (self.plan.from / 100.0..bound).contains(rate));
        near.unwrap_or(bound / 2.0)
    }
}

/// Whole rates read better, where there is one in between.
fn rounded(rate: f64, low: f64, high: f64) -> f64 {
    let whole = rate.round();
    if whole > low && whole < high { whole } else { rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(plan: SearchPlan, of: impl Fn(f64) -> Tried) -> (Vec<f64>, Search) {
        let mut search = Search::new(plan);
        let mut rates = Vec::new();
        while let Some(rate) = search.next() {
            rates.push(rate);
            search.tell(rate, of(rate));
            assert!(rates.len() < 100);
        }
        (rates, search)
    }

    /// A server that says nothing about its capacity when it breaks.
    fn silent(capacity: f64) -> impl Fn(f64) -> Tried {
        move |rate| match rate <= capacity {
            true => Tried::Held,
            false => Tried::Broke { answered: None },
        }
    }

    const PLAN: SearchPlan = SearchPlan {
        from: 100.0,
        to: 10_000.0,
        climb: Climb::Double,
        precision: 0.05,
    };

    #[test]
    fn goes_up_and_closes_in() {
        let (rates, search) = tried(PLAN, silent(500.0));
        assert_eq!(rates, [100.0, 200.0, 400.0, 800.0, 566.0, 476.0, 519.0, 497.0]);
        assert_eq!(search.found(), Some(497.0));
    }

    #[test]
    fn every_capacity_is_found_within_the_precision() {
        for capacity in 1..2_000 {
            let capacity = f64::from(capacity) * 5.0;
            let found = tried(PLAN, silent(capacity)).1.found().unwrap();
            assert!(
                found <= capacity && found >= capacity / 1.05 - 1.0,
                "{capacity}: {found}"
            );
        }
    }

    #[test]
    fn what_an_overloaded_server_answers_shortens_the_search() {
        for share in [0.98, 1.0, 1.02] {
            let server = |rate| match rate <= 500.0 {
                true => Tried::Held,
                false => Tried::Broke {
                    answered: Some(500.0 * share),
                },
            };
            let (rates, search) = tried(PLAN, server);
            let found = search.found().unwrap();
            assert!((475.0..=500.0).contains(&found), "{share}: {found}");
            assert!(rates.len() <= 7, "{share}: {rates:?}");
        }
    }

    #[test]
    fn a_server_that_collapses_under_load_misleads_nobody() {
        let server = |rate| match rate <= 500.0 {
            true => Tried::Held,
            false => Tried::Broke {
                answered: Some(130.0),
            },
        };
        let found = tried(PLAN, server).1.found().unwrap();
        assert!((475.0..=500.0).contains(&found), "{found}");
    }

    #[test]
    fn what_nobody_can_tell_bounds_the_search_and_is_no_limit() {
        let generator = |rate| match rate <= 700.0 {
            true => Tried::Held,
            false => Tried::Unclear,
        };
        let (_, search) = tried(PLAN, generator);
        let found = search.found().unwrap();
        assert!((665.0..=700.0).contains(&found), "{found}");
        assert_eq!(search.limit(), None);
    }

    #[test]
    fn stops_at_the_highest_rate_that_was_asked_for() {
        let (rates, search) = tried(PLAN, silent(1e9));
        assert_eq!((rates.last(), search.found()), (Some(&10_000.0), Some(10_000.0)));
    }

    #[test]
    fn finds_nothing_where_nothing_holds() {
        let (rates, search) = tried(PLAN, silent(0.1));
        assert_eq!((rates.len(), search.found()), (8, None));
    }

    #[test]
    fn climbs_by_steps_if_asked() {
        let climb = Climb::By(150.0);
        let (rates, _) = tried(SearchPlan { climb, ..PLAN }, silent(500.0));
        assert_eq!(rates[..5], [100.0, 250.0, 400.0, 550.0, 469.0]);
    }
}
