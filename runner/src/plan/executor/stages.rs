//! Stages as they are asked for, on their way into a profile, and how they are told.

use super::asked::{AskedLoad, LoadFault};
use super::interface::Figures;
use crate::plan::profile::{Curve, MOST_STAGES, Profile, Stage};
use crate::plan::quantity::{Beyond, LONGEST, Rate};
use std::time::Duration;

/// Stages that are told; a chart shows the rest.
const TOLD: usize = 8;

/// The stages, each checked with the level that it begins at. `factor` turns their unit into that of the profile.
pub(super) fn profile(asked: &AskedLoad, start: f64, factor: f64) -> Result<Profile, Vec<LoadFault>> {
    let stages = &asked.stages;
    if stages.is_empty() {
        return Err(vec![LoadFault::missing("stages")]);
    }
    if stages.len() > MOST_STAGES {
        let why = format!("there are more than {MOST_STAGES}");
        return Err(vec![LoadFault::of("stages", why)]);
    }
    let stages: Vec<Stage> = stages.iter().map(|stage| scaled(stage, factor)).collect();
    let mut faults = faults_of_each(start, &stages);
    faults.extend(fault_of_length(&stages));
    if faults.is_empty() {
        Ok(Profile { start, stages })
    } else {
        Err(faults)
    }
}

fn faults_of_each(start: f64, stages: &[Stage]) -> Vec<LoadFault> {
    let mut faults = Vec::new();
    let mut from = start;
    for (number, &stage) in stages.iter().enumerate() {
        if let Some(beyond) = too_slow(&stage) {
            faults.push(LoadFault::of_stage(number, beyond.to_string()));
        }
        if stage.curve == Curve::Exponential && (from <= 0.0 || stage.target <= 0.0) {
            let why = "an exponential stage can't begin or end at 0";
            faults.push(LoadFault::of_stage(number, why));
        }
        let alone = Profile {
            start: from,
            stages: vec![stage],
        };
        from = alone.level(stage.duration);
    }
    faults
}

fn fault_of_length(stages: &[Stage]) -> Option<LoadFault> {
    let mut durations = stages.iter().map(|stage| stage.duration);
    match durations.try_fold(Duration::ZERO, Duration::checked_add) {
        Some(Duration::ZERO) => Some(LoadFault::of("stages", "all stages together take no time")),
        Some(length) if length <= LONGEST => None,
        _ => Some(LoadFault::of(
            "stages",
            "all stages together take longer than a year",
        )),
    }
}

fn scaled(stage: &Stage, factor: f64) -> Stage {
    let curve = match stage.curve {
        Curve::Sine { amplitude, period } => Curve::Sine {
            amplitude: amplitude * factor,
            period,
        },
        other => other,
    };
    Stage {
        target: stage.target * factor,
        curve,
        ..*stage
    }
}

/// Levels between nothing and the least that can be calculated with.
fn too_slow(stage: &Stage) -> Option<Beyond> {
    let levels = match stage.curve {
        Curve::Sine { amplitude, .. } => [stage.target, amplitude],
        _ => [stage.target; 2],
    };
    let mut beyond = levels.into_iter().filter_map(|level| Rate::new(level).err());
    // What is too high is looked for where it is known what of.
    beyond.find(|beyond| *beyond != Beyond::TooFast)
}

/// The fault of the stage, or the start, that goes above a limit.
pub(super) fn over(asked: &AskedLoad, limit: f64, factor: f64, why: &str) -> LoadFault {
    let high = |stage: Stage| match stage.curve {
        Curve::Sine { amplitude, .. } => stage.target + amplitude,
        _ => stage.target,
    };
    let highest = asked
        .stages
        .iter()
        .position(|stage| high(scaled(stage, factor)) > limit);
    match highest {
        Some(number) => LoadFault::of_stage(number, why),
        None => LoadFault::of(asked.start_key(), why),
    }
}

/// The first stages in words.
pub(super) fn describe(profile: &Profile, figures: &dyn Figures) -> String {
    let mut text = figures.number(profile.start);
    for stage in profile.stages.iter().take(TOLD) {
        let (target, length) = (figures.number(stage.target), figures.length(stage.duration));
        text += &format!(" → {target} in {length}");
    }
    if profile.stages.len() > TOLD {
        text += &format!(" → … ({} stages)", profile.stages.len());
    }
    text
}
