//! What the executors of rates have in common when they are asked for: units, bounds, and how many virtual users there
//! are to be.

use super::asked::{AskedLoad, AskedRate, LoadFault};
use super::interface::MOST_ARRIVALS;
use super::stages;
use crate::plan::profile::Profile;
use crate::plan::quantity::{Beyond, MOST_RATE, Rate};
use std::time::Duration;

/// Most virtual users that are made for a rate unless somebody says otherwise.
const MAX_GUESSED_VUS: u32 = 10_000;

/// Seconds that an iteration is thought to take at first, and at most, where nobody says how many virtual users it needs.
const GUESSED: f64 = 0.1;
const GUESSED_AT_MOST: f64 = 1.0;

/// Virtual users of a rate.
pub(super) struct AllocatedVus {
    /// Made before it begins.
    pub(super) before: u32,
    /// Most that there may be.
    pub(super) most: u32,
}

/// What turns a number that was asked for into iterations per second.
pub(super) fn factor(asked: &AskedLoad, rate: Option<AskedRate>) -> Result<f64, Vec<LoadFault>> {
    let own = rate.and_then(|rate| rate.per);
    if own.is_some() && asked.time_unit.is_some() {
        let why = "the rate has a unit of its own: give one of the two";
        return Err(vec![LoadFault::of("time_unit", why)]);
    }
    let of_requests = rate.is_some_and(|rate| rate.of_requests);
    let per_iteration = asked.requests_per_iteration;
    if per_iteration.is_some() && !of_requests {
        let why = "it is for rates in requests, such as '500 requests/s'";
        return Err(vec![LoadFault::of("requests_per_iteration", why)]);
    }
    let unit = own.or(asked.time_unit).unwrap_or(Duration::from_secs(1));
    Ok(1.0 / unit.as_secs_f64() / per_iteration.unwrap_or(1.0))
}

/// Whether the rate can be kept to, and amounts to a number of iterations that makes sense.
pub(super) fn bounded(asked: &AskedLoad, profile: &Profile, factor: f64) -> Result<(), Vec<LoadFault>> {
    let key = if asked.rate.is_some() { "rate" } else { "stages" };
    // The levels of stages have been looked at.
    match Rate::new(profile.start) {
        Err(beyond) if beyond != Beyond::TooFast => {
            return Err(vec![LoadFault::of(asked.start_key(), beyond.to_string())]);
        }
        _ => {}
    }
    if profile.peak().max(profile.start) > MOST_RATE {
        let why = Beyond::TooFast.to_string();
        return Err(vec![stages::over(asked, MOST_RATE, factor, &why)]);
    }
    let total = profile.total();
    if total > MOST_ARRIVALS {
        let why = format!("it amounts to {total:.1e} iterations: too many");
        return Err(vec![LoadFault::of(key, why)]);
    }
    if total <= 0.0 {
        return Err(vec![LoadFault::of(key, "there is never an iteration")]);
    }
    Ok(())
}

/// A profile with the virtual users for it; or all that is wrong with either.
pub(super) fn with_vus(
    asked: &AskedLoad,
    profile: Result<Profile, Vec<LoadFault>>,
) -> Result<(Profile, AllocatedVus), Vec<LoadFault>> {
    match (allocate(asked, profile.as_ref().ok()), profile) {
        (Ok(vus), Ok(profile)) => Ok((profile, vus)),
        (vus, profile) => {
            let faults = profile.err().into_iter().chain(vus.err());
            Err(faults.flatten().collect())
        }
    }
}

fn allocate(asked: &AskedLoad, profile: Option<&Profile>) -> Result<AllocatedVus, Vec<LoadFault>> {
    let peak = profile.map_or(1.0, |profile| profile.peak().max(profile.start));
    let enough = |seconds: f64| ((peak * seconds).ceil() as u32).clamp(1, MAX_GUESSED_VUS);
    let before = match (asked.is_short, asked.pre_allocated_vus) {
        (_, Some(before)) => before,
        (false, None) => return Err(vec![LoadFault::missing("pre_allocated_vus")]),
        (true, None) => {
            let guessed = asked.users.unwrap_or_else(|| enough(GUESSED));
            guessed.min(asked.max_vus.unwrap_or(u32::MAX))
        }
    };
    let most = match (asked.is_short, asked.max_vus) {
        (_, Some(most)) => most,
        (false, None) => before,
        (true, None) => enough(GUESSED_AT_MOST).max(before),
    };
    if most < before {
        let why = format!("it must not be below the {before} virtual users that are made beforehand");
        return Err(vec![LoadFault::of("max_vus", why)]);
    }
    Ok(AllocatedVus { before, most })
}
