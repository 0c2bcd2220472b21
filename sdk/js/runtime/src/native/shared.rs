//! What all virtual users of a run share.

use super::nothing;
use crate::bindings::wasmswarm::scenario::shared::{self, Error};
use crate::value::{Answer, Call, bool, count, number};

pub(super) fn add(call: &Call<'_>) -> Answer {
    Ok(number(shared::add(&call.text(0)?, call.number(1)? as i64) as f64))
}

pub(super) fn total(call: &Call<'_>) -> Answer {
    Ok(number(shared::total(&call.text(0)?) as f64))
}

pub(super) fn push(call: &Call<'_>) -> Answer {
    let name = call.text(0)?;
    let done = shared::push(&name, &call.bytes(1)?);
    done.map_or_else(|error| failure(call, error), |()| nothing())
}

pub(super) fn pop(call: &Call<'_>) -> Answer {
    buffer(call, shared::pop(&call.text(0)?))
}

pub(super) fn length(call: &Call<'_>) -> Answer {
    Ok(count(shared::length(&call.text(0)?)))
}

pub(super) fn write(call: &Call<'_>) -> Answer {
    let key = call.text(0)?;
    let done = shared::write(&key, &call.bytes(1)?);
    done.map_or_else(|error| failure(call, error), |()| nothing())
}

pub(super) fn read(call: &Call<'_>) -> Answer {
    buffer(call, shared::read(&call.text(0)?))
}

pub(super) fn remove(call: &Call<'_>) -> Answer {
    Ok(bool(shared::remove(&call.text(0)?)))
}

pub(super) fn write_new(call: &Call<'_>) -> Answer {
    let key = call.text(0)?;
    let done = shared::write_new(&key, &call.bytes(1)?);
    done.map_or_else(|error| failure(call, error), |done| Ok(bool(done)))
}

pub(super) fn compare_and_set(call: &Call<'_>) -> Answer {
    let key = call.text(0)?;
    let done = shared::compare_and_set(&key, &call.bytes(1)?, &call.bytes(2)?);
    done.map_or_else(|error| failure(call, error), |done| Ok(bool(done)))
}

fn buffer(call: &Call<'_>, value: Option<Vec<u8>>) -> Answer {
    value.map_or_else(nothing, |value| call.js.array_buffer(&value))
}

fn failure(call: &Call<'_>, error: Error) -> Answer {
    call.js.text(match error {
        Error::Full => "full",
        Error::TooLarge => "too-large",
    })
}
