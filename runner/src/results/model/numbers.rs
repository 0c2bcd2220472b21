//! All numbers of a results file, before it is believed: whoever adds counts up mustn't ask each time whether they fit.

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Largest count that is believed: the largest whole number that all readers of JSON have, and more than any run counts.
const LARGEST: u64 = 1 << 53;

/// The part that isn't looked at: the plan has its own reader, and limits that may be any number.
const PLAN: &str = "plan";

/// JSON that holds no count beyond [`LARGEST`].
pub(super) struct Believable;

impl<'de> Deserialize<'de> for Believable {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Looking)
    }
}

struct Looking;

impl<'de> Visitor<'de> for Looking {
    type Value = Believable;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Believable, E> {
        Ok(Believable)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Believable, E> {
        Ok(Believable)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Believable, E> {
        Ok(Believable)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Believable, E> {
        Ok(Believable)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Believable, E> {
        Ok(Believable)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Believable, E> {
        match number {
            ..=LARGEST => Ok(Believable),
            _ => Err(E::custom(format!("no run counts up to {number}"))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Believable, A::Error> {
        while items.next_element::<Believable>()?.is_some() {}
        Ok(Believable)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Believable, A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            if name == PLAN {
                fields.next_value::<IgnoredAny>()?;
            } else {
                fields.next_value::<Believable>()?;
            }
        }
        Ok(Believable)
    }
}
