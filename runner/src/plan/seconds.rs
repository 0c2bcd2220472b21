//! Times in plans, which are written as seconds.

use super::LONGEST;
use serde::{Deserialize, Deserializer, Serializer, de};
use std::time::Duration;

pub(super) fn seconds<S: Serializer>(value: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_f64(value.as_secs_f64())
}

pub(super) fn optional_seconds<S: Serializer>(value: &Option<Duration>, out: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(time) => out.serialize_some(&time.as_secs_f64()),
        None => out.serialize_none(),
    }
}

/// No longer than any time in a plan may be.
pub(super) fn read_seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    time(f64::deserialize(from)?).ok_or_else(out_of_range)
}

pub(super) fn read_optional_seconds<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Duration>, D::Error> {
    let read = |seconds| time(seconds).ok_or_else(out_of_range);
    Option::<f64>::deserialize(from)?.map(read).transpose()
}

fn time(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| *time <= LONGEST)
}

fn out_of_range<E: de::Error>() -> E {
    de::Error::custom("a time is from 0 seconds to a year")
}
