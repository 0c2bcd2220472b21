//! `duet`: two hosts under the same load, in short blocks by turns: A B B A, and again. Each block is a run of its own with
//! virtual users of its own; the k-th block of one host has the seed of the k-th of the other, so the same arrivals, tasks,
//! rows and random values go to both. What slows this machine down for longer than a block slows down both.

mod block;

use super::prepare::{self, Prepared};
use super::saved;
use super::set_up::SetUp;
use crate::engine::load::{StopHandle, StopStage};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::DuetOptions;
use crate::plan::Plan;
use crate::results::compare::{Half, compare_rounds};
use crate::terminal::{self, Paint, Style};
use std::time::Duration;

/// By how much longer than asked a block may be by its plan: the plugin's own stages or iterations would be cut off.
const SLACK: Duration = Duration::from_millis(100);

/// The order of a round's blocks: whatever grows steadily meanwhile is the same on both sides.
const ORDER: [usize; 4] = [0, 1, 1, 0];

/// Runs the blocks by turns, and says in what the second host differs from the first.
///
/// # Errors
/// If nothing can be run, a host can't be reached, the plugin's set-up fails, or the results can't be written.
pub(super) fn duet(options: &DuetOptions, stop: StopHandle) -> Result<ExitCode, Failure> {
    let first = prepare(&options.run)?;
    check(&first.plan, options.block())?;
    let second = prepare(&options.against(first.plan.seed))?;
    let rounds = Duet {
        hosts: [first, second],
        stop: stop.clone(),
        options,
    }
    .play()?;
    if stop.stage() != StopStage::Running {
        return Ok(ExitCode::Interrupted);
    }
    let names = options.names();
    let all = compare_rounds(&rounds, [&names[0], &names[1]], &options.how.max_regression);
    saved::tell(
        &all,
        &options.how.max_regression,
        options.run.output.summary_json.as_deref(),
    )
}

fn prepare(options: &crate::options::RunOptions) -> Result<Prepared, Failure> {
    let mut prepared = prepare::prepare_block(options)?;
    // Nobody shows the guests' log lines between blocks: what doesn't fit is dropped and counted.
    drop(prepared.take_logs());
    Ok(prepared)
}

/// What only a duet needs of a plan.
fn check(plan: &Plan, block: Duration) -> Result<(), Failure> {
    if plan.duration().is_some_and(|length| length <= block + SLACK) && !plan.has_warm_up() {
        return Ok(());
    }
    let what = "a duet needs a load that goes on for one block, and no longer";
    Err(Failure::invalid(what)
        .hint("leave out stages, iterations, warm-ups and --config; -u or --rate set the load"))
}

/// Two hosts, and what they are to do.
struct Duet<'a> {
    hosts: [Prepared; 2],
    stop: StopHandle,
    options: &'a DuetOptions,
}

impl Duet<'_> {
    /// All rounds, between the set-ups of both hosts and their teardowns.
    fn play(&self) -> Result<Vec<[Half; 2]>, Failure> {
        let [one, other] = &self.hosts;
        let set_up = |prepared: &Prepared| {
            let lifecycle = prepared.lifecycle(&self.stop);
            SetUp::make(&lifecycle, &prepared.plan).map_err(|why| guest("setup", &why))
        };
        let tear_down = |prepared: &Prepared, set_up: &SetUp| {
            let lifecycle = prepared.lifecycle(&self.stop);
            let torn_down = set_up.tear_down(&lifecycle, &prepared.plan);
            torn_down.map_err(|why| guest("teardown", &why))
        };
        let first = set_up(one)?;
        let second = match set_up(other) {
            Ok(second) => second,
            Err(failure) => {
                // The first host's teardown follows its set-up, whatever came of the second's.
                let _ = tear_down(one, &first);
                return Err(failure);
            }
        };
        let set_ups = [first, second];
        let rounds = self.rounds(&set_ups);
        let torn_down = [tear_down(one, &set_ups[0]), tear_down(other, &set_ups[1])];
        let rounds = rounds?;
        torn_down.into_iter().collect::<Result<Vec<()>, Failure>>()?;
        Ok(rounds)
    }

    /// The rounds; the first one warms up servers and caches, and isn't counted.
    fn rounds(&self, set_ups: &[SetUp; 2]) -> Result<Vec<[Half; 2]>, Failure> {
        let mut rounds = Vec::new();
        for round in 0..=self.options.rounds() {
            let played = self.round(round, set_ups)?;
            if self.stop.stage() != StopStage::Running {
                break;
            }
            self.say(round);
            if round > 0 {
                rounds.push(played);
            }
        }
        Ok(rounds)
    }

    fn round(&self, round: u64, set_ups: &[SetUp; 2]) -> Result<[Half; 2], Failure> {
        let mut halves = [Half::default(), Half::default()];
        let mut blocks = [0, 0];
        for side in ORDER {
            let (Some(prepared), Some(set_up)) = (self.hosts.get(side), set_ups.get(side)) else {
                continue;
            };
            let (Some(half), Some(block)) = (halves.get_mut(side), blocks.get_mut(side)) else {
                continue;
            };
            let snapshot = block::run(prepared, set_up, 2 * round + *block, &self.stop)?;
            *block += 1;
            if self.stop.stage() != StopStage::Running {
                break;
            }
            half.add(&snapshot);
        }
        Ok(halves)
    }

    fn say(&self, round: u64) {
        if self.options.run.output.quiet {
            return;
        }
        let text = match round {
            0 => "warmed up".to_owned(),
            round => format!("round {round} of {}", self.options.rounds()),
        };
        terminal::print_error(&Paint::for_stderr().paint(Style::Faint, &text));
    }
}

fn guest(what: &str, why: &str) -> Failure {
    Failure {
        exit: ExitCode::Guest,
        ..Failure::invalid(format!("{what} failed: {}", terminal::escape(why)))
    }
}
