//! `find`: the highest rate of iterations at which all thresholds hold and the server keeps up. Each trial of a
//! rate is a run of its own at a constant rate, with VUs of its own; the plugin is prepared, and set up, once.

mod evidence;
mod growth;
mod scalability;
mod trial;

use super::finish;
use super::prepare::{self, Prepared};
use super::set_up::SetUp;
use crate::engine::load::{StopHandle, StopStage};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::FindOptions;
use crate::plan::{Plan, Search, Tried};
use crate::report::{self, FindReport, Step};
use crate::terminal::{self, Paint};
use evidence::{Finding, Trial};
use scalability::LoadPoint;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use trial::{Ran, Size};

/// Searches until `stop` says otherwise, and says what it found and why that is the limit.
///
/// # Errors
/// If nothing can be run, the plugin's set-up fails, or the results can't be written.
pub(super) fn find(options: &FindOptions, stop: StopHandle) -> Result<ExitCode, Failure> {
    let started = SystemTime::now();
    let mut prepared = prepare::prepare_search(&options.run)?;
    check(&prepared.plan)?;
    // Nobody shows the guests' log lines between steps: what doesn't fit is dropped and counted.
    drop(prepared.take_logs());
    let quiet = options.run.output.quiet;
    let mut finding = Searching {
        options,
        stop,
        search: Search::new(options.search()),
        report: FindReport::new(&prepared.plan, started, options.longest()),
        size: Size::default(),
        loads: Vec::new(),
        begun: Instant::now(),
    };
    if !quiet {
        show(&report::find_head(&finding.report))?;
    }
    finding.set_up_and_climb(&prepared)?;
    finding.conclude()
}

/// What only a search needs of a plan.
fn check(plan: &Plan) -> Result<(), Failure> {
    let single = matches!(plan.workloads.as_slice(), [w] if w.executor.rate().is_some());
    if !single {
        let what = "a search needs one workload that starts iterations at a rate";
        return Err(
            Failure::invalid(what).hint("leave out --config and stages; --from and --to set the rates")
        );
    }
    if plan.thresholds.is_empty() {
        let failure = Failure::invalid("a search needs at least one threshold: what must hold?");
        return Err(failure.hint("for instance --threshold 'http_response_time: p(95)<200ms'"));
    }
    Ok(())
}

fn show(text: &str) -> Result<(), Failure> {
    terminal::print(text).map_err(|e| Failure::internal("failed to write to standard output").because(e))
}

/// A search on its way.
struct Searching<'a> {
    options: &'a FindOptions,
    stop: StopHandle,
    search: Search,
    report: FindReport,
    /// What is known of how long iterations take.
    size: Size,
    /// What each rate showed.
    loads: Vec<LoadPoint>,
    begun: Instant,
}

impl Searching<'_> {
    fn set_up_and_climb(&mut self, prepared: &Prepared) -> Result<(), Failure> {
        let stop = self.stop.clone();
        let lifecycle = prepared.lifecycle(&stop);
        let guest = |what: &str, why: String| Failure {
            exit: ExitCode::Guest,
            ..Failure::invalid(format!("{what} failed: {why}"))
        };
        let set_up = SetUp::make(&lifecycle, &prepared.plan).map_err(|why| guest("setup", why))?;
        let climbed = self.climb(prepared, &set_up);
        let torn_down = set_up.tear_down(&lifecycle, &prepared.plan);
        climbed?;
        torn_down.map_err(|why| guest("teardown", why))
    }

    fn climb(&mut self, prepared: &Prepared, set_up: &SetUp) -> Result<(), Failure> {
        while let Some(rate) = self.search.next() {
            let Some(step) = self.step(prepared, set_up, rate)? else {
                return Ok(());
            };
            if !self.options.run.output.quiet {
                show(&report::find_row(&step, Paint::for_stdout()))?;
            }
            self.report.steps.push(step);
        }
        Ok(())
    }

    /// Tries a rate until it is clear what comes of it. None: the search ends before that.
    fn step(&mut self, prepared: &Prepared, set_up: &SetUp, rate: f64) -> Result<Option<Step>, Failure> {
        let mut step = Step::new(rate);
        let mut trials: Vec<Trial> = Vec::new();
        let finding = loop {
            let plan = Arc::new(self.size.plan(&prepared.plan, rate));
            if self.is_over(&plan) {
                return Ok(None);
            }
            let ran = Ran::of(prepared, &plan, set_up, &self.stop, &self.size)?;
            if self.stop.stage() != StopStage::Running {
                self.report.interrupted = true;
                return Ok(None);
            }
            step.add(&ran.snapshot, ran.reasons.clone());
            trials.push(ran.trial());
            self.size.learn(rate, &ran, evidence::growth(&trials));
            std::thread::sleep(self.options.settle());
            if let Some(finding) = evidence::weigh(&trials) {
                break finding;
            }
        };
        self.settle(&mut step, &trials, finding);
        Ok(Some(step))
    }

    /// Whether there is no time for one more trial.
    fn is_over(&mut self, plan: &Plan) -> bool {
        let longest = plan.duration().unwrap_or_default();
        self.report.out_of_time = self.begun.elapsed() + longest > self.options.longest();
        self.report.out_of_time
    }

    /// Enters what came of a rate.
    fn settle(&mut self, step: &mut Step, trials: &[Trial], finding: Finding) {
        let growth = evidence::growth(trials);
        step.answered = growth.map(|growth| growth.answered(step.rate));
        step.in_flight = growth.map(|growth| growth.in_flight);
        let answered = step.answered.map(|[low, high]| f64::midpoint(low, high));
        if let (Some(in_flight), Some(answered)) = (step.in_flight, answered) {
            self.loads.push(LoadPoint { in_flight, answered });
        }
        let is_growing = growth.is_some_and(|growth| growth.is_growing());
        let tried = match &finding {
            Finding::Held => Tried::Held,
            Finding::Broke => Tried::Broke {
                answered: answered.filter(|_| is_growing),
            },
            Finding::Unclear(_) => Tried::Unclear,
        };
        match finding {
            Finding::Held => step.hold(),
            Finding::Broke => step.break_off(is_growing),
            Finding::Unclear(why) => step.leave_open(why),
        }
        self.search.tell(step.rate, tried);
    }

    fn conclude(mut self) -> Result<ExitCode, Failure> {
        self.report.found = self.search.found();
        self.report.limit = self.search.limit();
        self.report.scalability = scalability::fit(&self.loads);
        let code = match self.report.found {
            _ if self.report.interrupted => ExitCode::Interrupted,
            Some(_) => ExitCode::Ok,
            None => ExitCode::Threshold,
        };
        let written = match &self.options.run.output.summary_json {
            None => Ok(()),
            Some(path) => self.write(path),
        };
        show(&report::find_conclusion(&self.report, Paint::for_stdout()))?;
        written?;
        Ok(code)
    }

    fn write(&self, path: &std::path::Path) -> Result<(), Failure> {
        let failed = || Failure::invalid(format!("failed to write the results to {:?}", path.display()));
        let text = report::find_json(&self.report).map_err(|e| failed().because(e))?;
        finish::write_results(path, &text).map_err(|e| failed().because(e))
    }
}
