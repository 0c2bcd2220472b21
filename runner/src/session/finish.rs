//! What is left of a run: its summary, its results file and its exit code.

use super::measure::Outcome;
use super::reports;
use crate::engine::load::EndReason;
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::metrics::{OutputRow, Snapshot, Verdict};
use crate::options::OutputOptions;
use crate::plan::Plan;
use crate::report;
use crate::results::model::{EndFacts, RunFacts, RunResults};
use crate::results::tally::EndingOutputs;
use crate::terminal::{self, Paint};
use std::path::Path;
use std::time::SystemTime;

/// A run that has ended.
pub(super) struct Ended<'a> {
    pub(super) plan: &'a Plan,
    pub(super) outcome: &'a Outcome,
    /// Whether live changes made it another load than the plan's.
    pub(super) was_changed: bool,
    pub(super) started: SystemTime,
    pub(super) ended: SystemTime,
}

/// Writes what was measured before the guest has its last say: nothing that it does then may lose it.
/// [`finish`] writes it again, and tells what went wrong.
pub(super) fn keep(run: &Ended<'_>, output: &OutputOptions) {
    // What was printed can't be written again.
    let Some(path) = output.summary_json.as_deref().filter(|path| !is_stdout(path)) else {
        return;
    };
    let wrong = contradictions(run);
    let mut end = end(run, &wrong, output);
    end.text
        .push_str("; teardown had not ended when this was written");
    let _ = facts(run, &end, &wrong, |facts| {
        write_json(path, &run.outcome.snapshot, facts)
    });
}

/// Reports the run, and answers how it ended.
///
/// # Errors
/// If the results can't be written, the run ended by a fault, or its figures contradict each other.
pub(super) fn finish(run: &Ended<'_>, output: &OutputOptions) -> Result<ExitCode, Failure> {
    let wrong = contradictions(run);
    let code = exit_code(run, &wrong, output);
    let end = end(run, &wrong, output);
    facts(run, &end, &wrong, |facts| report(run, facts, output))?;
    verdict(code, &run.outcome.reason, wrong)
}

fn report(run: &Ended<'_>, facts: &RunFacts<'_>, output: &OutputOptions) -> Result<(), Failure> {
    // The file first: it is what a closed terminal can't take away.
    let written = write_files(run, facts, output);
    if !run.outcome.is_whole {
        let missing =
            "nobody waited for the load threads: what they measured in their last second is missing";
        terminal::print_error(&terminal::warning_text(missing, Paint::for_stderr()));
    }
    let text = report::summary(
        &run.outcome.snapshot,
        facts,
        terminal::stdout_width(),
        Paint::for_stdout(),
    );
    let printed = match output.summary_json.as_deref() {
        Some(path) if is_stdout(path) => {
            terminal::print_error(text.trim_end());
            Ok(())
        }
        _ => terminal::print(text.trim_end()),
    };
    written?;
    printed.map_err(|e| Failure::invalid("failed to write the summary to standard output").because(e))
}

/// Writes all files, whatever becomes of the others; of several failures the first one is the run's.
fn write_files(run: &Ended<'_>, facts: &RunFacts<'_>, output: &OutputOptions) -> Result<(), Failure> {
    let snapshot = &run.outcome.snapshot;
    let json = output.summary_json.as_deref();
    let mut failures: Vec<_> = json
        .and_then(|path| write_json(path, snapshot, facts).err())
        .into_iter()
        .collect();
    if output.reports.is_asked() {
        match RunResults::of(snapshot, facts) {
            Ok(results) => failures.extend(reports::write(&results, &output.reports)),
            Err(why) => failures.push(Failure::internal("the results can't be made").because(why)),
        }
    }
    let mut failures = failures.into_iter();
    let first = failures.next();
    for failure in failures {
        let text = format!("{}: {}", failure.what, failure.causes.join(": "));
        terminal::print_error(&terminal::warning_text(&text, Paint::for_stderr()));
    }
    first.map_or(Ok(()), Err)
}

/// Waits for the outputs, warns of what they lack, and says how it went with each.
pub(super) fn end_outputs(outputs: EndingOutputs) -> Vec<OutputRow> {
    let ended = outputs.wait();
    for lack in ended.iter().filter_map(lack) {
        terminal::print_error(&terminal::warning_text(&lack, Paint::for_stderr()));
    }
    ended
}

fn lack(output: &OutputRow) -> Option<String> {
    let OutputRow {
        name,
        dropped,
        failure,
    } = output;
    match (dropped, failure) {
        (0, None) => None,
        (_, None) => Some(format!(
            "the output {name} was too slow: it lacks {dropped} seconds"
        )),
        (_, Some(why)) => {
            let why = terminal::escape(why);
            Some(format!(
                "the output {name} failed, and lacks {dropped} seconds: {why}"
            ))
        }
    }
}

fn end(run: &Ended<'_>, wrong: &[String], output: &OutputOptions) -> EndFacts {
    EndFacts {
        reason: word(&run.outcome.reason).to_owned(),
        code: exit_code(run, wrong, output).number(),
        text: ending(run.outcome),
    }
}

/// Lets `act` have what reports say of a run.
fn facts(
    run: &Ended<'_>,
    end: &EndFacts,
    wrong: &[String],
    act: impl FnOnce(&RunFacts<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let plan = serde_json::to_value(run.plan)
        .map_err(|e| Failure::internal("the plan has no JSON form").because(e))?;
    act(&RunFacts {
        plugin: &run.plan.plugin.source,
        plan: &plan,
        is_open: is_open(run.plan),
        plan_hash: &run.plan.hash(),
        warm_up: run.outcome.warm_up.as_ref(),
        started: run.started,
        ended: run.ended,
        end,
        wrong,
    })
}

/// Whether iterations start when the plan says so, in any of its workloads.
fn is_open(plan: &Plan) -> bool {
    let mut kinds = plan.workloads.iter().map(|workload| workload.executor.kind());
    kinds.any(|kind| kind.has_rate() || kind.follows_shape())
}

/// Whether the books balance. The plan is only asked if nothing cut the run short or changed it.
fn contradictions(run: &Ended<'_>) -> Vec<String> {
    let is_whole = matches!(run.outcome.reason, EndReason::Completed | EndReason::TimeUp) && !run.was_changed;
    let planned = |warm_up| run.plan.iterations(warm_up).filter(|_| is_whole);
    match (&run.outcome.reason, &run.outcome.warm_up) {
        (EndReason::SetupFailed(_), _) => Vec::new(),
        // Said as what it is: the last part of the books is missing.
        _ if !run.outcome.is_whole => Vec::new(),
        (_, None) => run.outcome.snapshot.reconcile(planned(false)),
        (_, Some(warm_up)) => {
            let mut wrong = run.outcome.snapshot.reconcile(planned(false));
            let of_warm_up = warm_up.reconcile(planned(true)).into_iter();
            wrong.extend(of_warm_up.map(|what| format!("warm-up: {what}")));
            wrong
        }
    }
}

fn exit_code(run: &Ended<'_>, wrong: &[String], output: &OutputOptions) -> ExitCode {
    let totals = &run.outcome.snapshot.totals;
    let failed = totals.failures + totals.iterations.failed + totals.iterations.trapped;
    match &run.outcome.reason {
        _ if !wrong.is_empty() => ExitCode::Internal,
        EndReason::Defect(_) => ExitCode::Internal,
        EndReason::Interrupted | EndReason::StoppedByApi => ExitCode::Interrupted,
        // What thresholds say of figures that aren't to be trusted is no verdict.
        EndReason::ThresholdFailed(_) | EndReason::TimeUp | EndReason::Completed
            if output.fail_on_saturation && !run.outcome.snapshot.health.trustworthy =>
        {
            ExitCode::Saturated
        }
        EndReason::ThresholdFailed(_) => ExitCode::Threshold,
        EndReason::Aborted(_) => ExitCode::StoppedByScenario,
        EndReason::NotGranted(_) => ExitCode::NotGranted,
        EndReason::OutOfMemory(_) => ExitCode::Memory,
        EndReason::TooManyTraps(_)
        | EndReason::NeverStarted(..)
        | EndReason::ShapeFailed(_)
        | EndReason::SetupFailed(_)
        | EndReason::TeardownFailed(_) => ExitCode::Guest,
        EndReason::TimeUp | EndReason::Completed if run.outcome.marked_failed.is_some() => {
            ExitCode::MarkedFailed
        }
        EndReason::TimeUp | EndReason::Completed
            if run.outcome.snapshot.thresholds.iter().any(Verdict::has_failed) =>
        {
            ExitCode::Threshold
        }
        EndReason::TimeUp | EndReason::Completed => match output.exit_code_on_error {
            Some(code) if failed > 0 => ExitCode::Failures(code),
            _ => ExitCode::Ok,
        },
    }
}

/// Why the run ended, and what a scenario said of it.
fn ending(outcome: &Outcome) -> String {
    match &outcome.marked_failed {
        Some(why) if why.is_empty() => format!("{}; a scenario called it a failure", outcome.reason),
        Some(why) => format!("{}; a scenario called it a failure: {why}", outcome.reason),
        None => outcome.reason.to_string(),
    }
}

fn word(reason: &EndReason) -> &'static str {
    match reason {
        EndReason::TimeUp | EndReason::Completed => "finished",
        EndReason::Interrupted | EndReason::StoppedByApi => "interrupted",
        EndReason::Aborted(_)
        | EndReason::NotGranted(_)
        | EndReason::ThresholdFailed(_)
        | EndReason::ShapeFailed(_)
        | EndReason::OutOfMemory(_)
        | EndReason::NeverStarted(..)
        | EndReason::TooManyTraps(_) => "aborted",
        EndReason::SetupFailed(_) | EndReason::TeardownFailed(_) | EndReason::Defect(_) => "failed",
    }
}

fn write_json(path: &Path, snapshot: &Snapshot, facts: &RunFacts<'_>) -> Result<(), Failure> {
    let failed = || Failure::invalid(format!("failed to write the results to {:?}", path.display()));
    let results = RunResults::of(snapshot, facts).map_err(|why| failed().because(why))?;
    let text = results.to_json().map_err(|e| failed().because(e))?;
    write_results(path, &text).map_err(|e| failed().because(e))
}

/// Whether results go to standard output, as `-` says.
pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Writes results in JSON to their file, or to standard output.
pub(super) fn write_results(path: &Path, text: &str) -> std::io::Result<()> {
    if is_stdout(path) {
        terminal::print_json(text.trim_end())
    } else {
        report::write_whole(path, text.as_bytes())
    }
}

/// Ends by a fault are errors as well as reports.
fn verdict(code: ExitCode, reason: &EndReason, wrong: Vec<String>) -> Result<ExitCode, Failure> {
    let failure = Failure {
        exit: code,
        ..Failure::invalid(reason.to_string())
    };
    match (code, reason) {
        (ExitCode::Internal, EndReason::Defect(what)) if wrong.is_empty() => Err(Failure {
            causes: vec![what.clone()],
            ..Failure::internal("a defect of wasmswarm ended this run")
        }
        .hint("the figures up to then are those above; please report it")),
        (ExitCode::Internal, _) => {
            let failure = Failure {
                causes: wrong,
                ..Failure::internal("the figures of this run contradict each other")
            };
            Err(failure.hint("don't trust them; this is a defect of wasmswarm, please report it"))
        }
        (_, EndReason::SetupFailed(_)) => Err(failure.hint("no load was made")),
        (_, EndReason::TeardownFailed(_)) => Err(failure.hint("the figures above are complete")),
        (_, EndReason::TooManyTraps(_)) => {
            Err(failure.hint("the summary lists the messages; --max-traps sets how many are tolerated"))
        }
        (_, EndReason::NeverStarted(..)) => {
            Err(failure.hint("`on-start` failed each time: is the host right, and are its log-in's data?"))
        }
        (_, EndReason::NotGranted(_)) => Err(failure
            .hint("pass --insecure if any certificate is fine, or trust its authority with --ca-file FILE")),
        (_, EndReason::OutOfMemory(_)) => Err(failure.hint(
            "the figures above are complete up to then; use fewer users (-u), a smaller --vu-memory or \
             --vu-host-memory, or a larger machine (or --max-memory)",
        )),
        (_, EndReason::Aborted(_) | EndReason::ShapeFailed(_)) => Err(failure),
        _ => Ok(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_contradict_each_other_end_in_70_whatever_else_happened() {
        let wrong = vec!["8 iterations planned, but 6 started and dropped".to_owned()];
        for reason in [
            EndReason::TimeUp,
            EndReason::Interrupted,
            EndReason::Aborted(String::new()),
        ] {
            let failure = verdict(ExitCode::Internal, &reason, wrong.clone()).unwrap_err();
            assert_eq!(
                (failure.exit, failure.causes),
                (ExitCode::Internal, wrong.clone())
            );
        }
    }
}
