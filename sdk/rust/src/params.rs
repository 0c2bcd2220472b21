//! Parameters: what the operator passed with `-e NAME=value`.

use crate::Result;
use crate::bindings::wasmswarm::scenario::params;
use std::fmt::Display;
use std::str::FromStr;

/// The value of one parameter, if it was passed.
#[must_use]
pub fn get(name: &str) -> Option<String> {
    params::get(name)
}

/// The value of one parameter, read as `T`, if it was passed.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// # fn task() -> Result {
/// let page_size: u32 = params::parse("PAGE_SIZE")?.unwrap_or(20);
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// If it was passed and can't be read as `T`.
pub fn parse<T: FromStr<Err: Display>>(name: &str) -> Result<Option<T>> {
    get(name).map(|value| read(name, &value)).transpose()
}

fn read<T: FromStr<Err: Display>>(name: &str, value: &str) -> Result<T> {
    value
        .parse()
        .map_err(|error| format!("parameter {name}={value}: {error}").into())
}

/// All parameters, sorted by name.
#[must_use]
pub fn all() -> Vec<(String, String)> {
    params::all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_parse_is_named() {
        assert_eq!(read::<u8>("N", "12").unwrap(), 12);
        let text = read::<u8>("N", "x").unwrap_err().to_string();
        assert_eq!(text, "parameter N=x: invalid digit found in string");
    }
}
