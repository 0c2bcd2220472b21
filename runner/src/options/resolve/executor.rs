//! From what is asked of one workload to its executor. What makes sense, each executor says itself; where it was asked,
//! for those who have to mend it, is known here.

use super::shape::Ask;
use crate::options::problem::Problem;
use crate::plan::{AskedLoad, ExecutorWithVus, FaultKind, LoadFault};

/// The executor that is asked for.
pub(super) fn load(ask: &Ask<'_>) -> Result<ExecutorWithVus, Vec<Problem>> {
    let misplaced = ask.misplaced();
    match ask.executor.ask(&asked(ask)) {
        Ok(load) if misplaced.is_empty() => Ok(load),
        Ok(_) => Err(misplaced),
        Err(faults) => {
            let problems = faults.iter().map(|fault| problem(ask, fault));
            Err(misplaced.into_iter().chain(problems).collect())
        }
    }
}

/// The values, without where they were said.
pub(super) fn asked(ask: &Ask<'_>) -> AskedLoad {
    let (options, shape) = (&ask.options, &ask.options.shape);
    AskedLoad {
        is_short: ask.is_short,
        iterations_key: ask.iterations_key,
        users: shape.users,
        spawn_rate: shape.spawn_rate,
        run_time: shape.run_time,
        iterations: shape.iterations,
        max_duration: options.max_duration,
        stages: shape.stages.clone(),
        start_vus: shape.start_vus,
        graceful_ramp_down: shape.graceful_ramp_down,
        rate: shape.rate,
        start_rate: options.start_rate,
        time_unit: options.time_unit,
        arrivals: shape.arrivals,
        requests_per_iteration: shape.requests_per_iteration,
        pre_allocated_vus: shape.pre_allocated_vus,
        max_vus: shape.max_vus,
    }
}

/// A fault, at the place of the value that is at fault.
pub(super) fn problem(ask: &Ask<'_>, fault: &LoadFault) -> Problem {
    let why = match &fault.kind {
        FaultKind::Missing => return ask.missing(fault.key),
        FaultKind::Because(why) => why,
    };
    let settings = ask.settings(fault.key);
    match fault.stage.and_then(|number| settings.get(number)) {
        Some(setting) => setting.problem(why),
        None => ask.problem(fault.key, why),
    }
}
