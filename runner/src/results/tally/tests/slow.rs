//! Outputs that are too slow, fail or panic cost the run nothing, and are told of at its end.

use super::{LONG, plan, seconds};
use crate::metrics::OutputRow;
use crate::plan::Plan;
use crate::results::tally::output::QUEUE;
use crate::results::tally::{Output, Tally, Update};
use crate::results::thresholds::Evaluator;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Does as a test says, for each second.
struct Odd<F> {
    second: F,
    /// Told of the requests of the whole run, at its end.
    ended: Sender<u64>,
}

impl<F: FnMut(&Update) -> Result<(), String> + Send + 'static> Output for Odd<F> {
    fn name(&self) -> String {
        "odd".to_owned()
    }

    fn begin(&mut self, _: &Plan) -> Result<(), String> {
        Ok(())
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        (self.second)(update)
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        let requests = last.snapshot.totals.requests;
        self.ended.send(requests).map_err(|_| "nobody listens".to_owned())
    }
}

/// Runs so many seconds with an output, which has taken the first before there is a second one; what it says then is
/// asked for after `meanwhile`.
fn run(
    count: u64,
    mut second: impl FnMut(&Update) -> Result<(), String> + Send + 'static,
    meanwhile: impl FnOnce(),
) -> (OutputRow, Receiver<u64>) {
    let plan = plan(&[false]);
    let ((ended, end), (take, taken)) = (channel(), channel());
    let output = Odd {
        second: move |update: &Update| {
            let _ = take.send(());
            second(update)
        },
        ended,
    };
    let mut tally = Tally::new(&plan, Evaluator::default());
    tally.add_output(Box::new(output), &plan).unwrap();
    let source = seconds(count, |second| {
        if second == 1 {
            taken.recv_timeout(LONG).unwrap();
        }
    });
    let results = tally.add_up(source, |_| {});
    assert_eq!(results.snapshot.totals.requests, count * (count + 1) / 2 + 10);
    meanwhile();
    let [odd] = <[OutputRow; 1]>::try_from(results.outputs.wait()).unwrap();
    (odd, end)
}

#[test]
fn a_slow_output_loses_seconds_which_are_counted_and_never_the_end() {
    let (open, gate) = channel::<()>();
    // It stands still in its first second until the run is over: were it waited for, that would never be.
    let stuck = move |_: &Update| {
        let _ = gate.recv_timeout(LONG);
        Ok(())
    };
    let (odd, end) = run(200, stuck, || drop(open));
    assert_eq!(odd.failure, None);
    assert_eq!(odd.dropped, 200 - 1 - QUEUE as u64);
    assert_eq!(end.recv_timeout(LONG).unwrap(), 200 * 201 / 2 + 10);
}

#[test]
fn an_output_that_fails_is_given_nothing_more_and_says_why() {
    let mut seconds = 0;
    let fail = move |_: &Update| {
        seconds += 1;
        if seconds < 2 {
            Ok(())
        } else {
            Err("the disk is full".to_owned())
        }
    };
    let (odd, end) = run(10, fail, || {});
    assert_eq!(odd.failure.as_deref(), Some("the disk is full"));
    assert_eq!((odd.dropped, end.try_recv().ok()), (8, None));
}

#[test]
fn an_output_that_panics_is_told_of_as_one_that_fails() {
    let (odd, _) = run(5, |_| panic!("on purpose"), || {});
    let why = odd.failure.unwrap();
    assert!(
        why.starts_with("panicked at ") && why.ends_with("on purpose"),
        "{why}"
    );
    assert_eq!(odd.dropped, 4);
}
