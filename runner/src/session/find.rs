//! `find`: the highest rate of iterations at which all thresholds hold. Each step is a run of its
//! own at a constant rate, with VUs of its own; the plugin is prepared, and set up, once.

use super::exit::Exit;
use super::prepare::{self, Prepared};
use super::{finish, no_thread, signals, thresholds};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::load::{self, Control, EndReason, Lifecycle, Outcome, Run, Stage, StopHandle};
use crate::metrics::Snapshot;
use crate::options::FindOptions;
use crate::plan::{ExecutorSpec, Plan, Search};
use crate::report::{self, FindReport, Step};
use crate::terminal::{self, Paint};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// Share of a step's seconds in which the generator may be slow before the step says nothing
/// about the server.
const SLOW_SHARE: f64 = 0.2;

/// Searches, and says what it found and why that is the limit.
///
/// # Errors
/// If nothing can be run, the plugin's set-up fails, or the results can't be written.
pub fn find(options: &FindOptions, exit: &Exit) -> Result<ExitCode, Failure> {
    let stop = StopHandle::new();
    signals::listen(stop.clone(), exit.clone()).map_err(no_thread)?;
    let started = SystemTime::now();
    let mut prepared = prepare::prepare(&options.run)?;
    check(&prepared.plan)?;
    // Nobody shows the guests' log lines between steps: what doesn't fit is dropped and counted.
    drop(prepared.take_logs());
    let quiet = options.run.output.quiet;
    let mut finding = Finding {
        options,
        stop,
        search: Search::new(options.search()),
        report: FindReport::new(&prepared.plan, started),
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

/// What the plugin set up, once for all steps.
struct SetUp {
    setup: Arc<Vec<u8>>,
    scenarios: Vec<Vec<u8>>,
}

/// A search on its way.
struct Finding<'a> {
    options: &'a FindOptions,
    stop: StopHandle,
    search: Search,
    report: FindReport,
}

impl Finding<'_> {
    fn set_up_and_climb(&mut self, prepared: &Prepared) -> Result<(), Failure> {
        let lifecycle = Lifecycle {
            pre: &prepared.linked.pre,
            shared: &prepared.shared,
            transport: &prepared.transport,
            limits: &prepared.plan.limits,
        };
        let guest = |what: &str, why: String| Failure {
            exit: ExitCode::Guest,
            ..Failure::invalid(format!("{what} failed: {why}"))
        };
        let setup = Arc::new(lifecycle.setup().map_err(|why| guest("setup", why))?);
        let plan = &prepared.plan;
        let scenarios = super::setup_scenarios(&lifecycle, plan, &setup).map_err(|why| {
            // The run's own teardown follows its setup, however far it got.
            let _ = lifecycle.teardown(&setup);
            guest("setup", why)
        })?;
        let data = SetUp { setup, scenarios };
        let climbed = self.climb(prepared, &data);
        let torn_down = super::teardown_scenarios(&lifecycle, plan, &data.scenarios);
        let torn_down = torn_down.and(lifecycle.teardown(&data.setup));
        climbed?;
        torn_down.map_err(|why| guest("teardown", why))
    }

    fn climb(&mut self, prepared: &Prepared, data: &SetUp) -> Result<(), Failure> {
        while let Some(rate) = self.search.next() {
            let plan = Arc::new(at_rate(&prepared.plan, rate));
            let outcome = self.run(prepared, &plan, data)?;
            if self.stop.stage() != Stage::Running {
                self.report.interrupted = true;
                return Ok(());
            }
            let step = judge(rate, &plan, &outcome)?;
            self.search.tell(rate, step.held);
            if !self.options.run.output.quiet {
                show(&report::find_row(&step, Paint::for_stdout()))?;
            }
            self.report.steps.push(step);
            std::thread::sleep(self.options.settle());
        }
        Ok(())
    }

    /// One step. What stops the search stops it as well.
    fn run(&self, prepared: &Prepared, plan: &Arc<Plan>, data: &SetUp) -> Result<Outcome, Failure> {
        let stop = StopHandle::new();
        let run = Run {
            plan: Arc::clone(plan),
            shared: Arc::clone(&prepared.shared),
            pre: prepared.linked.pre.clone(),
            transport: Arc::clone(&prepared.transport),
            setup_data: Arc::clone(&data.setup),
            scenario_data: data.scenarios.clone(),
            stop: stop.clone(),
            control: Control::new(Arc::clone(plan)),
            snapshots: watch::channel(Arc::new(Snapshot::default())).0,
        };
        let evaluator = thresholds::prepare(plan, prepared.baseline.as_ref())?;
        let forward = forward(self.stop.clone(), stop.clone()).map_err(no_thread)?;
        let outcome = load::execute(run, evaluator).map_err(no_thread);
        // Ends the forwarding, which waits for one of the two.
        stop.stop(Stage::Hard, EndReason::Completed);
        // A panic in there would only have kept a signal from arriving.
        let _ = forward.join();
        outcome
    }

    fn conclude(mut self) -> Result<ExitCode, Failure> {
        self.report.found = self.search.found();
        self.report.limit = self.search.limit();
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

/// Passes stops of the search on to the step that runs, until that is over.
fn forward(search: StopHandle, step: StopHandle) -> io::Result<std::thread::JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    std::thread::Builder::new()
        .name("forward".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                for stage in [Stage::Graceful, Stage::Hard] {
                    tokio::select! {
                        () = search.reached(stage) => step.stop(stage, EndReason::Interrupted),
                        () = step.reached(Stage::Hard) => return,
                    }
                }
            });
        })
}

/// The plan of a step.
fn at_rate(plan: &Plan, iterations_per_second: f64) -> Plan {
    let mut plan = plan.clone();
    for workload in &mut plan.workloads {
        if let ExecutorSpec::ConstantArrivalRate { rate, .. } = &mut workload.executor {
            *rate = iterations_per_second;
        }
    }
    plan
}

/// Whether a rate held, and why not.
fn judge(rate: f64, plan: &Plan, outcome: &Outcome) -> Result<Step, Failure> {
    let snapshot = &outcome.snapshot;
    let wrong = snapshot.reconcile(
        plan.iterations(false)
            .filter(|_| outcome.reason == EndReason::TimeUp),
    );
    if !wrong.is_empty() {
        let failure = Failure {
            causes: wrong,
            ..Failure::internal("the figures of a step contradict each other")
        };
        return Err(failure.hint("don't trust them; this is a defect of wasmswarm, please report it"));
    }
    let broken = reasons(plan, outcome);
    Ok(Step::new(rate, snapshot, broken))
}

fn reasons(plan: &Plan, outcome: &Outcome) -> Vec<String> {
    let snapshot = &outcome.snapshot;
    let failed = snapshot.thresholds.iter().filter(|verdict| verdict.has_failed());
    let mut reasons: Vec<_> = failed.map(report::broken).collect();
    let totals = &snapshot.totals;
    if totals.iterations_dropped > 0 {
        reasons.push(format!(
            "{} of {} iterations found no virtual user free (--max-vus)",
            totals.iterations_dropped, totals.iterations_planned
        ));
    }
    match &outcome.reason {
        EndReason::TimeUp | EndReason::Completed => {}
        other => reasons.push(other.to_string()),
    }
    let seconds = plan.duration().unwrap_or(Duration::from_secs(1)).as_secs_f64();
    if snapshot.health.red_seconds as f64 > seconds * SLOW_SHARE {
        reasons.push("this machine was too slow to make that load: the server may bear more".to_owned());
    }
    reasons
}
