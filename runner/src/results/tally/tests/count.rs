//! An output that only counts: what the trait asks of one, in its smallest form.

use crate::metrics::{Aggregator, Limits, RunInfo, Totals};
use crate::plan::Plan;
use crate::results::tally::{Output, Update};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// Counts seconds, and adds up their deltas by itself.
pub(super) struct Count {
    seconds: usize,
    sums: Aggregator,
    /// Told of each second, and at the end of the sum of all.
    news: Sender<News>,
}

/// What it says.
#[derive(Debug, PartialEq)]
pub(super) enum News {
    /// A run began that has so many workloads.
    Begun(usize),
    /// So many requests had been made by the end of this second.
    Second(usize, u64),
    /// Its own sums, and what the last update says.
    Ended(Box<[Totals; 2]>),
}

impl Count {
    pub(super) fn new(news: Sender<News>) -> Count {
        Count {
            seconds: 0,
            sums: Aggregator::new(&Limits::default(), RunInfo::default()),
            news,
        }
    }

    fn add(&mut self, update: &Update, elapsed: Duration) -> Totals {
        update.deltas.iter().for_each(|delta| self.sums.merge(delta));
        self.sums.tick(elapsed).totals
    }

    fn tell(&self, news: News) -> Result<(), String> {
        self.news.send(news).map_err(|_| "nobody listens".to_owned())
    }
}

impl Output for Count {
    fn name(&self) -> String {
        "count".to_owned()
    }

    fn begin(&mut self, plan: &Plan) -> Result<(), String> {
        self.tell(News::Begun(plan.workloads.len()))
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        self.seconds += 1;
        let totals = self.add(update, update.snapshot.elapsed);
        self.tell(News::Second(self.seconds, totals.requests))
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        let own = self.add(last, last.snapshot.elapsed);
        self.tell(News::Ended(Box::new([own, last.snapshot.totals])))
    }
}
