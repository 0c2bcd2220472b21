//! The search for the highest rate that holds: which rate to try next, given what came of the
//! ones before. First upwards until one doesn't hold, then between the two, closer and closer.

use serde::Serialize;

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

/// A search on its way.
#[derive(Debug, Clone)]
pub struct Search {
    plan: SearchPlan,
    /// The highest rate that held.
    held: Option<f64>,
    /// The lowest rate that didn't.
    failed: Option<f64>,
}

impl Search {
    /// A search that has tried nothing.
    pub fn new(plan: SearchPlan) -> Search {
        Search {
            plan,
            held: None,
            failed: None,
        }
    }

    /// The next rate to try; none when the search is over.
    ///
    /// Between two rates it takes their geometric mean, so that each try halves the ratio that is
    /// left to its square root. With not even the first rate held, it goes down in the same way,
    /// by halves, to a hundredth of it.
    pub fn next(&self) -> Option<f64> {
        match (self.held, self.failed) {
            (None, None) => Some(self.plan.from),
            (Some(held), None) if held >= self.plan.to => None,
            (Some(held), None) => Some(self.above(held)),
            (Some(held), Some(failed)) if failed / held <= 1.0 + self.plan.precision => None,
            (Some(held), Some(failed)) => Some(rounded((held * failed).sqrt(), held, failed)),
            (None, Some(failed)) if failed <= self.plan.from / 100.0 => None,
            (None, Some(failed)) => Some(failed / 2.0),
        }
    }

    /// Takes in what came of a rate.
    pub fn tell(&mut self, rate: f64, held: bool) {
        if held {
            self.held = Some(self.held.map_or(rate, |best| best.max(rate)));
        } else {
            self.failed = Some(self.failed.map_or(rate, |least| least.min(rate)));
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

    fn above(&self, held: f64) -> f64 {
        let higher = match self.plan.climb {
            Climb::Double => held * 2.0,
            Climb::By(step) => held + step,
        };
        higher.min(self.plan.to)
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

    fn tried(plan: SearchPlan, capacity: f64) -> (Vec<f64>, Option<f64>) {
        let mut search = Search::new(plan);
        let mut rates = Vec::new();
        while let Some(rate) = search.next() {
            rates.push(rate);
            search.tell(rate, rate <= capacity);
            assert!(rates.len() < 100);
        }
        (rates, search.found())
    }

    const PLAN: SearchPlan = SearchPlan {
        from: 100.0,
        to: 10_000.0,
        climb: Climb::Double,
        precision: 0.05,
    };

    #[test]
    fn goes_up_and_closes_in() {
        let (rates, found) = tried(PLAN, 500.0);
        assert_eq!(rates, [100.0, 200.0, 400.0, 800.0, 566.0, 476.0, 519.0, 497.0]);
        assert_eq!(found, Some(497.0));
    }

    #[test]
    fn every_capacity_is_found_within_the_precision() {
        for capacity in 1..2_000 {
            let capacity = f64::from(capacity) * 5.0;
            let (_, found) = tried(PLAN, capacity);
            let found = found.unwrap();
            assert!(
                found <= capacity && found >= capacity / 1.05 - 1.0,
                "{capacity}: {found}"
            );
        }
    }

    #[test]
    fn stops_at_the_highest_rate_that_was_asked_for() {
        let (rates, found) = tried(PLAN, 1e9);
        assert_eq!((rates.last(), found), (Some(&10_000.0), Some(10_000.0)));
    }

    #[test]
    fn finds_nothing_where_nothing_holds() {
        let (rates, found) = tried(PLAN, 0.1);
        assert_eq!((rates.len(), found), (8, None));
    }

    #[test]
    fn climbs_by_steps_if_asked() {
        let climb = Climb::By(150.0);
        let (rates, _) = tried(SearchPlan { climb, ..PLAN }, 500.0);
        assert_eq!(rates[..5], [100.0, 250.0, 400.0, 550.0, 469.0]);
    }
}
