//! Each executor's parameters, with k6's defaults, checked.

use super::shape::Ask;
use crate::options::problem::Problem;
use crate::options::scenario::Executor;
use crate::options::values::{LONGEST, MAX_VUS, Rate, TOO_FAST};
use crate::plan::{self, Curve, ExecutorSpec, MOST_RATE, Profile, Spacing, SpawnRate};
use std::time::Duration;

/// Iterations that a rate may amount to; more than a year of a million a second would have time for.
const MAX_ARRIVALS: f64 = 1e13;

/// Most VUs of a plugin's own shape, unless somebody says otherwise.
const SHAPE_VUS: u32 = 1_000;

/// Stages that a workload may have.
const MAX_STAGES: usize = 10_000;

/// A workload without what only the plugin can tell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Load {
    pub(super) spec: ExecutorSpec,
    /// Most VUs; none: as many as the plugin's scenarios need.
    pub(super) vus: Option<u32>,
}

/// The executor that is asked for.
pub(super) fn load(ask: &Ask<'_>) -> Result<Load, Vec<Problem>> {
    let misplaced = ask.misplaced();
    let built = match ask.executor {
        Executor::ConstantVus => constant_vus(ask),
        Executor::RampingVus => ramping_vus(ask),
        Executor::SharedIterations | Executor::PerVuIterations => iterations(ask),
        Executor::ConstantArrivalRate | Executor::RampingArrivalRate => arrival_rate(ask),
        Executor::Custom => custom(ask),
    };
    match built {
        Ok(load) if misplaced.is_empty() => Ok(load),
        Ok(_) => Err(misplaced),
        Err(problems) => Err(misplaced.into_iter().chain(problems).collect()),
    }
}

fn constant_vus(ask: &Ask<'_>) -> Result<Load, Vec<Problem>> {
    let shape = &ask.options.shape;
    let duration = shape.run_time.ok_or_else(|| vec![ask.missing("run_time")])?;
    let vus = vus(ask)?;
    Ok(Load {
        spec: ExecutorSpec::ConstantVus {
            spawn_rate: shape.spawn_rate,
            duration: Some(duration),
        },
        vus,
    })
}

/// As asked; k6's default is 1, in short the plugin decides.
fn vus(ask: &Ask<'_>) -> Result<Option<u32>, Vec<Problem>> {
    let shape = &ask.options.shape;
    let vus = shape.users.or(if ask.is_short { None } else { Some(1) });
    if let (Some(vus), Some(rate)) = (vus, shape.spawn_rate)
        && !starts_in_time(vus as usize, rate)
    {
        let what = format!("{vus} virtual users would take longer than a year to start");
        return Err(vec![ask.problem("spawn_rate", what)]);
    }
    Ok(vus)
}

/// Whether the last VU starts within the longest time there is.
pub(super) fn starts_in_time(vus: usize, spawn_rate: SpawnRate) -> bool {
    vus as f64 / spawn_rate.per_second() <= LONGEST.as_secs_f64()
}

fn iterations(ask: &Ask<'_>) -> Result<Load, Vec<Problem>> {
    let shape = &ask.options.shape;
    let iterations = shape.iterations.unwrap_or(1);
    let default = (!ask.is_short).then_some(Duration::from_secs(600));
    let max_duration = ask.options.max_duration.or(default);
    let spawn_rate = shape.spawn_rate;
    let vus = vus(ask)?;
    let spec = if ask.executor == Executor::SharedIterations {
        ExecutorSpec::SharedIterations {
            spawn_rate,
            iterations,
            max_duration,
        }
    } else {
        if iterations
            .checked_mul(u64::from(vus.unwrap_or(1)))
            .is_none_or(|all| all > 1 << 53)
        {
            return Err(vec![ask.problem(
                ask.iterations_key,
                "the iterations of all virtual users are too many",
            )]);
        }
        ExecutorSpec::PerVuIterations {
            spawn_rate,
            iterations,
            max_duration,
        }
    };
    Ok(Load { spec, vus })
}

fn custom(ask: &Ask<'_>) -> Result<Load, Vec<Problem>> {
    if ask.options.shape.max_vus.is_none() {
        return Err(vec![ask.missing("max_vus")]);
    }
    Ok(own_shape(ask))
}

/// The plugin's own shape, with as many VUs as it may ask for.
pub(super) fn own_shape(ask: &Ask<'_>) -> Load {
    let shape = &ask.options.shape;
    Load {
        spec: ExecutorSpec::Custom {
            max_duration: ask.options.max_duration.or(shape.run_time),
        },
        vus: Some(shape.max_vus.unwrap_or(SHAPE_VUS)),
    }
}

fn ramping_vus(ask: &Ask<'_>) -> Result<Load, Vec<Problem>> {
    let shape = &ask.options.shape;
    let start = shape.start_vus.or(shape.users).unwrap_or(1);
    let profile = profile(ask, f64::from(start), 1.0)?;
    let peak = profile.peak().max(f64::from(start)).ceil();
    if peak > f64::from(MAX_VUS) {
        return Err(vec![over(
            ask,
            f64::from(MAX_VUS),
            1.0,
            "it must be at most 1,000,000 virtual users",
        )]);
    }
    if peak < 1.0 {
        return Err(vec![ask.problem("stages", "there is never a virtual user")]);
    }
    Ok(Load {
        spec: ExecutorSpec::RampingVus {
            profile,
            graceful_ramp_down: shape.graceful_ramp_down.unwrap_or(Duration::from_secs(30)),
        },
        vus: Some(peak as u32),
    })
}

/// The stages, each checked with the level that it begins at.
fn profile(ask: &Ask<'_>, start: f64, factor: f64) -> Result<Profile, Vec<Problem>> {
    let texts = &ask.options.shape.stages;
    if texts.is_empty() {
        return Err(vec![ask.missing("stages")]);
    }
    if texts.len() > MAX_STAGES {
        return Err(vec![
            ask.problem("stages", format!("there are more than {MAX_STAGES}")),
        ]);
    }
    let mut problems = Vec::new();
    let mut from = start;
    for (text, setting) in texts.iter().zip(ask.settings("stages")) {
        let stage = text.scaled(factor);
        if let Some(beyond) = too_slow(&stage) {
            problems.push(setting.problem(beyond.to_string()));
        }
        if stage.curve == Curve::Exponential && (from <= 0.0 || stage.target <= 0.0) {
            problems.push(setting.problem("an exponential stage can't begin or end at 0"));
        }
        let alone = Profile {
            start: from,
            stages: vec![stage],
        };
        from = alone.level(stage.duration);
    }
    let length: Option<Duration> = texts
        .iter()
        .try_fold(Duration::ZERO, |sum, text| sum.checked_add(text.duration));
    match length {
        Some(Duration::ZERO) => problems.push(ask.problem("stages", "all stages together take no time")),
        Some(length) if length <= LONGEST => {}
        _ => problems.push(ask.problem("stages", "all stages together take longer than a year")),
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Profile {
        start,
        stages: texts.iter().map(|text| text.scaled(factor)).collect(),
    })
}

/// Levels between nothing and the least that can be calculated with.
fn too_slow(stage: &plan::Stage) -> Option<plan::Beyond> {
    let levels = match stage.curve {
        Curve::Sine { amplitude, .. } => [stage.target, amplitude],
        _ => [stage.target; 2],
    };
    let mut beyond = levels
        .into_iter()
        .filter_map(|level| plan::Rate::new(level).err());
    // What is too high is looked for where it is known what of.
    beyond.find(|beyond| *beyond != plan::Beyond::TooFast)
}

/// The problem of the stage, or the start, that goes above a limit.
fn over(ask: &Ask<'_>, limit: f64, factor: f64, what: &str) -> Problem {
    let stages = ask.options.shape.stages.iter().zip(ask.settings("stages"));
    let high = |stage: crate::plan::Stage| match stage.curve {
        Curve::Sine { amplitude, .. } => stage.target + amplitude,
        _ => stage.target,
    };
    let mut highest = stages.filter(|(text, _)| high(text.scaled(factor)) > limit);
    match highest.next() {
        Some((_, setting)) => setting.problem(what),
        None => ask.problem(
            if ask.setting("rate").is_some() {
                "rate"
            } else {
                "start_rate"
            },
            what,
        ),
    }
}

fn arrival_rate(ask: &Ask<'_>) -> Result<Load, Vec<Problem>> {
    let shape = &ask.options.shape;
    let spacing = shape.arrivals.unwrap_or_default();
    let ramps = ask.executor == Executor::RampingArrivalRate;
    let rate = if ramps { ask.options.start_rate } else { shape.rate };
    let profile = if ramps {
        unit(ask, rate).and_then(|factor| {
            let start = rate.map_or(0.0, |rate| rate.amount * factor);
            let profile = profile(ask, start, factor)?;
            bounded(ask, &profile, factor)?;
            Ok(profile)
        })
    } else {
        constant_rate(ask, rate)
    };
    let preallocated = allocation(ask, profile.as_ref().ok());
    let (profile, (pre, max)) = match (profile, preallocated) {
        (Ok(profile), Ok(vus)) => (profile, vus),
        (profile, vus) => {
            let problems = profile.err().into_iter().chain(vus.err());
            return Err(problems.flatten().collect());
        }
    };
    Ok(Load {
        spec: arrivals(ramps, profile, spacing, pre),
        vus: Some(max),
    })
}

fn arrivals(ramps: bool, profile: Profile, spacing: Spacing, pre_allocated_vus: u32) -> ExecutorSpec {
    if ramps {
        return ExecutorSpec::RampingArrivalRate {
            profile,
            spacing,
            pre_allocated_vus,
        };
    }
    ExecutorSpec::ConstantArrivalRate {
        rate: profile.start,
        duration: profile.duration(),
        spacing,
        pre_allocated_vus,
    }
}

fn constant_rate(ask: &Ask<'_>, rate: Option<Rate>) -> Result<Profile, Vec<Problem>> {
    let missing = [
        rate.is_none().then(|| ask.missing("rate")),
        ask.options
            .shape
            .run_time
            .is_none()
            .then(|| ask.missing("run_time")),
    ];
    let (Some(asked), Some(duration)) = (rate, ask.options.shape.run_time) else {
        return Err(missing.into_iter().flatten().collect());
    };
    let factor = unit(ask, rate)?;
    let profile = Profile::constant(asked.amount * factor, duration);
    bounded(ask, &profile, factor)?;
    Ok(profile)
}

/// What turns a number of the file into iterations per second.
fn unit(ask: &Ask<'_>, rate: Option<Rate>) -> Result<f64, Vec<Problem>> {
    let options = &ask.options;
    let own = rate.and_then(|rate| rate.per);
    if own.is_some() && options.time_unit.is_some() {
        return Err(vec![ask.problem(
            "time_unit",
            "the rate has a unit of its own: give one of the two",
        )]);
    }
    let of_requests = rate.is_some_and(|rate| rate.of_requests);
    let per_iteration = options.shape.requests_per_iteration;
    if per_iteration.is_some() && !of_requests {
        let what = "it is for rates in requests, such as '500 requests/s'";
        return Err(vec![ask.problem("requests_per_iteration", what)]);
    }
    let unit = own.or(options.time_unit).unwrap_or(Duration::from_secs(1));
    Ok(1.0 / unit.as_secs_f64() / per_iteration.unwrap_or(1.0))
}

fn bounded(ask: &Ask<'_>, profile: &Profile, factor: f64) -> Result<(), Vec<Problem>> {
    let rate = if ask.setting("rate").is_some() {
        "rate"
    } else {
        "stages"
    };
    // The levels of stages have been looked at.
    match plan::Rate::new(profile.start) {
        Err(beyond) if beyond != plan::Beyond::TooFast => {
            let id = if ask.setting("rate").is_some() {
                "rate"
            } else {
                "start_rate"
            };
            return Err(vec![ask.problem(id, beyond.to_string())]);
        }
        _ => {}
    }
    if profile.peak().max(profile.start) > MOST_RATE {
        return Err(vec![over(ask, MOST_RATE, factor, TOO_FAST)]);
    }
    let total = profile.total();
    if total > MAX_ARRIVALS {
        return Err(vec![ask.problem(
            rate,
            format!("it amounts to {total:.1e} iterations: too many"),
        )]);
    }
    if total <= 0.0 {
        return Err(vec![ask.problem(rate, "there is never an iteration")]);
    }
    Ok(())
}

/// VUs made beforehand, and the most that there may be.
fn allocation(ask: &Ask<'_>, profile: Option<&Profile>) -> Result<(u32, u32), Vec<Problem>> {
    let shape = &ask.options.shape;
    let peak = profile.map_or(1.0, |profile| profile.peak().max(profile.start));
    let enough = |seconds: f64| ((peak * seconds).ceil() as u32).clamp(1, 10_000);
    let asked = shape.pre_allocated_vus;
    let pre = match (ask.is_short, asked) {
        (_, Some(pre)) => pre,
        (false, None) => return Err(vec![ask.missing("pre_allocated_vus")]),
        (true, None) => {
            let default = shape.users.unwrap_or_else(|| enough(0.1));
            default.min(shape.max_vus.unwrap_or(u32::MAX))
        }
    };
    let max = match (ask.is_short, shape.max_vus) {
        (_, Some(max)) => max,
        (false, None) => pre,
        (true, None) => enough(1.0).max(pre),
    };
    if max < pre {
        let what = format!("it must not be below the {pre} virtual users that are made beforehand");
        return Err(vec![ask.problem("max_vus", what)]);
    }
    Ok((pre, max))
}
