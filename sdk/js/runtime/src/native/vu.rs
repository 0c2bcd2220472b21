//! The virtual user: who it is, its tags, pauses, parameters and random numbers.

use super::nothing;
use crate::bindings::wasmswarm::scenario::{params as host_params, vu};
use crate::value::{Answer, Call, Js, count, number};
use crate::{parameters, phase};
use rquickjs::{Ctx, qjs};
use std::cell::Cell;

thread_local! {
    static NAMES: Cell<[qjs::JSAtom; 5]> = const { Cell::new([0; 5]) };
    /// State of the generator of random numbers, once it has a seed.
    static STATE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Makes the names that results need.
pub(super) fn prepare(context: &Ctx<'_>) {
    // SAFETY: the context lives on after this call.
    let js = unsafe { Js::new(context.as_raw()) };
    let names = ["id", "scenarioIndex", "scenario", "iteration", "iterationIndex"];
    NAMES.set(names.map(|name| js.atom(name)));
}

pub(super) fn current(call: &Call<'_>) -> Answer {
    let identity = vu::current();
    let values = [
        count(identity.id),
        count(u64::from(identity.scenario_index)),
        call.js.text(&identity.scenario)?,
        count(identity.iteration),
        count(identity.iteration_index),
    ];
    call.js.object(&NAMES.get(), values)
}

pub(super) fn set_tag(call: &Call<'_>) -> Answer {
    vu::set_tag(&call.text(0)?, &call.text(1)?);
    nothing()
}

pub(super) fn enter_group(call: &Call<'_>) -> Answer {
    vu::enter_group(&call.text(0)?);
    nothing()
}

pub(super) fn leave_group(_: &Call<'_>) -> Answer {
    vu::leave_group();
    nothing()
}

pub(super) fn sleep(call: &Call<'_>) -> Answer {
    vu::sleep(call.count(0)?);
    nothing()
}

pub(super) fn stop(_: &Call<'_>) -> Answer {
    vu::stop();
    nothing()
}

pub(super) fn abort(call: &Call<'_>) -> Answer {
    vu::abort(&call.text(0)?);
    nothing()
}

/// `[active, planned, completed, interrupted]`
pub(super) fn progress_of_run(call: &Call<'_>) -> Answer {
    let progress = vu::progress_of_run();
    call.js.array(&[
        count(u64::from(progress.active_vus)),
        count(u64::from(progress.planned_vus)),
        count(progress.completed_iterations),
        count(progress.interrupted_iterations),
    ])
}

pub(super) fn mark_failed(call: &Call<'_>) -> Answer {
    vu::mark_failed(&call.text(0)?);
    nothing()
}

pub(super) fn now(_: &Call<'_>) -> Answer {
    Ok(count(vu::now()))
}

/// A number of 53 random bits, in [0, 1).
pub(super) fn random(_: &Call<'_>) -> Answer {
    Ok(number((next_random() >> 11) as f64 / (1_u64 << 53) as f64))
}

pub(super) fn random_bytes(call: &Call<'_>) -> Answer {
    let mut bytes = vec![0; call.count(0)?.min(1 << 26) as usize];
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&next_random().to_le_bytes()[..chunk.len()]);
    }
    call.js.array_buffer(&bytes)
}

/// SplitMix64, from a seed that the host gives each VU. While the script is built the numbers are
/// always the same, and the VUs begin anew.
fn next_random() -> u64 {
    let state = match STATE.get() {
        Some(state) => state,
        None if phase::is_running() => vu::random(),
        None => 0,
    };
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(Some(state));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The next number takes a new seed.
pub(crate) fn forget_seed() {
    STATE.set(None);
}

pub(super) fn param(call: &Call<'_>) -> Answer {
    let name = call.text(0)?;
    let value = if phase::is_running() {
        host_params::get(&name)
    } else {
        parameters::get(&name)
    };
    value.map_or_else(nothing, |value| call.js.text(&value))
}

pub(super) fn params(call: &Call<'_>) -> Answer {
    let all = if phase::is_running() {
        host_params::all()
    } else {
        parameters::all()
    };
    call.js.pairs(&all)
}
