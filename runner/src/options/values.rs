//! Reads single values of options: durations, sizes, names with values.

use std::path::PathBuf;
use std::time::Duration;

/// Longer than any test: an option beyond is a slip of the finger.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// A time above zero: `10s`, `1m 30s`, `250ms`; a bare number is in seconds.
///
/// # Errors
/// In words for the command line.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let time = time_or_zero(text)?;
    if time.is_zero() {
        Err("it must be above 0".to_owned())
    } else {
        Ok(time)
    }
}

/// As [`time`], or zero.
///
/// # Errors
/// In words for the command line.
pub(super) fn time_or_zero(text: &str) -> Result<Duration, String> {
    if text.starts_with('-') {
        return Err("it must not be negative".to_owned());
    }
    let form = || "write it as 10s, 1m30s or 250ms; a bare number is in seconds".to_owned();
    let time = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|_| form())?,
        Err(_) => humantime::parse_duration(text).map_err(|_| form())?,
    };
    if time > LONGEST {
        Err("it is longer than a year".to_owned())
    } else {
        Ok(time)
    }
}

/// VUs per second: a finite number above zero.
///
/// # Errors
/// In words for the command line.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("it must be a number above 0".to_owned()),
    }
}

/// A size of memory between 1 MiB and 4 GiB: `64MiB`, `64M`, `512KiB`; a bare number is in bytes.
///
/// # Errors
/// In words for the command line.
pub(super) fn memory(text: &str) -> Result<usize, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim() {
        "" | "B" => 0,
        "K" | "KB" | "KiB" => 10,
        "M" | "MB" | "MiB" => 20,
        "G" | "GB" | "GiB" => 30,
        _ => return Err("write it as 64MiB".to_owned()),
    };
    let bytes = number.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift));
    match bytes.and_then(|b| usize::try_from(b).ok()) {
        // Wasm memory comes in pages of 64 KiB.
        Some(bytes) if (1 << 20..=4 << 30).contains(&bytes) => Ok(bytes.next_multiple_of(64 << 10)),
        _ => Err("it must be between 1MiB and 4GiB".to_owned()),
    }
}

/// `NAME=VALUE`.
///
/// # Errors
/// In words for the command line.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

/// `NAME=FILE`.
///
/// # Errors
/// In words for the command line.
pub(super) fn file(text: &str) -> Result<(String, PathBuf), String> {
    match pair(text) {
        Ok((name, file)) if !file.is_empty() => Ok((name, PathBuf::from(file))),
        _ => Err("write it as NAME=FILE".to_owned()),
    }
}

/// `NAME: VALUE`, as a header is written.
///
/// # Errors
/// In words for the command line.
pub(super) fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write it as 'NAME: VALUE'".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_numbers_are_seconds() {
        assert_eq!(time("10"), Ok(Duration::from_secs(10)));
        assert_eq!(time("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(time("1m30s"), Ok(Duration::from_secs(90)));
    }

    #[test]
    fn times_without_sense_are_refused() {
        assert_eq!(time("-5s").unwrap_err(), "it must not be negative");
        assert_eq!(time("0s").unwrap_err(), "it must be above 0");
        assert!(
            ["inf", "NaN", "abc", "", "1e300"]
                .iter()
                .all(|t| time(t).is_err())
        );
    }

    #[test]
    fn memory_is_in_whole_pages_within_bounds() {
        assert_eq!(memory("64MiB"), Ok(64 << 20));
        assert_eq!(memory("1048577"), Ok((1 << 20) + (64 << 10)));
        assert!(
            ["1KiB", "5GiB", "x", "-1M", ""]
                .iter()
                .all(|t| memory(t).is_err())
        );
    }

    #[test]
    fn a_header_may_hold_colons() {
        assert_eq!(header("A: b:c"), Ok(("A".to_owned(), "b:c".to_owned())));
        assert!(header(": x").is_err());
    }
}
