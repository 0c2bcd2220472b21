//! From a row's text fields to a type: a serde deserializer that reads numbers from text.

use serde::de::value::{Error, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Reads a row as `T`.
pub(super) fn read<T: DeserializeOwned>(fields: Vec<(String, String)>) -> Result<T, Error> {
    T::deserialize(MapDeserializer::new(
        fields.into_iter().map(|(column, text)| (column, Field(text))),
    ))
}

/// The text of one field.
struct Field(String);

impl IntoDeserializer<'_> for Field {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parse {
    ($($method:ident => $visit:ident $ty:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0.trim().parse::<$ty>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Error::custom(format_args!("\"{}\" is not a {}", self.0, stringify!($ty)))),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Field {
    type Error = Error;

    parse! {
        deserialize_bool => visit_bool bool;
        deserialize_i8 => visit_i8 i8;
        deserialize_i16 => visit_i16 i16;
        deserialize_i32 => visit_i32 i32;
        deserialize_i64 => visit_i64 i64;
        deserialize_u8 => visit_u8 u8;
        deserialize_u16 => visit_u16 u16;
        deserialize_u32 => visit_u32 u32;
        deserialize_u64 => visit_u64 u64;
        deserialize_f32 => visit_f32 f32;
        deserialize_f64 => visit_f64 f64;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn row(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields
            .iter()
            .map(|&(column, text)| (column.to_owned(), text.to_owned()))
            .collect()
    }

    #[test]
    fn a_row_is_a_map_of_text() {
        let map: BTreeMap<String, String> = read(row(&[("b", "2"), ("a", "x")])).unwrap();
        assert_eq!(
            map.into_iter().collect::<Vec<_>>(),
            row(&[("a", "x"), ("b", "2")])
        );
    }

    #[test]
    fn fields_are_read_as_the_type_wants_them() {
        let numbers: BTreeMap<String, Option<u16>> = read(row(&[("a", "7"), ("b", "")])).unwrap();
        assert_eq!(numbers.get("a"), Some(&Some(7)));
        assert_eq!(numbers.get("b"), Some(&None));
    }

    #[test]
    fn a_field_of_the_wrong_type_is_quoted() {
        let error = read::<BTreeMap<String, u8>>(row(&[("a", "300")])).unwrap_err();
        assert_eq!(error.to_string(), "\"300\" is not a u8");
    }
}
