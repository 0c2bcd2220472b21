//! Reads single values of options: durations, sizes, names with values.

use super::names;
use crate::net::AddressRange;
use crate::plan::{self, AskedRate, MOST_RATE, OnStop, Spacing, SpawnRate};
use crate::results::output::{self, AskedOutput};
use std::path::PathBuf;
use std::time::Duration;

/// Most VUs of a run.
pub(super) const MAX_VUS: u32 = 1_000_000;

/// Longer than any test: an option beyond is a slip of the finger.
pub(super) const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

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
        Ok(seconds) if seconds > LONGEST.as_secs_f64() && seconds.is_finite() => LONGEST * 2,
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|_| form())?,
        Err(_) => fractional(text)
            .or_else(|| humantime::parse_duration(text).ok())
            .ok_or_else(form)?,
    };
    if time > LONGEST {
        return Err("it is longer than a year".to_owned());
    }
    // A plan has times as numbers of seconds, which hold the nanoseconds of a day, but not those of a year.
    let is_exact = time <= Duration::from_secs(86_400);
    let whole = time.saturating_sub(Duration::from_nanos(u64::from(time.subsec_nanos() % 1_000)));
    Ok(if is_exact { time } else { whole })
}

/// `1.5s`, which k6 knows and the common form doesn't.
fn fractional(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let factor = unit_of_time(unit)?.as_secs_f64();
    // Beyond the longest, and refused as such: what is far beyond it fits no `Duration`.
    Some(Duration::try_from_secs_f64(number * factor).unwrap_or(LONGEST * 2))
}

fn unit_of_time(unit: &str) -> Option<Duration> {
    Some(match unit {
        "us" | "µs" => Duration::from_micros(1),
        "ms" => Duration::from_millis(1),
        "s" | "sec" | "second" => Duration::from_secs(1),
        "m" | "min" | "minute" => Duration::from_secs(60),
        "h" | "hour" => Duration::from_secs(3600),
        "d" | "day" => Duration::from_secs(24 * 3600),
        _ => return None,
    })
}

/// Addresses: one, or all that share its first bits, as in `10.0.0.0/8`.
///
/// # Errors
/// In words for the command line.
pub(super) fn range_of_addresses(text: &str) -> Result<String, String> {
    match AddressRange::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("write it as 10.0.0.0/8, fd00::/8 or a single address".to_owned()),
    }
}

/// A number of VUs.
///
/// # Errors
/// In words for the command line.
pub(super) fn vus(text: &str) -> Result<u32, String> {
    match vus_or_none(text)? {
        0 => Err(OF_VUS.to_owned()),
        vus => Ok(vus),
    }
}

const OF_VUS: &str = "it must be a whole number from 1 to 1,000,000";

/// As [`vus`], or 0.
///
/// # Errors
/// In words for the command line.
pub(super) fn vus_or_none(text: &str) -> Result<u32, String> {
    let vus = whole(text).filter(|&n| n <= u64::from(MAX_VUS));
    vus.and_then(|n| u32::try_from(n).ok())
        .ok_or_else(|| OF_VUS.to_owned())
}

/// A number above zero.
///
/// # Errors
/// In words for the command line.
pub(super) fn count(text: &str) -> Result<u64, String> {
    let count = whole(text).filter(|&n| (1..=1 << 53).contains(&n));
    count.ok_or_else(|| "it must be a whole number above 0".to_owned())
}

/// A whole number; `1e6` is one as well.
fn whole(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().or_else(|| {
        let number = text.parse::<f64>().ok()?;
        (number.fract() == 0.0 && (0.0..=1e15).contains(&number)).then_some(number as u64)
    })
}

/// `500/s`, `300/m`, `10/250ms`, `500 requests/s`; without a unit, per second or as the workload says.
///
/// # Errors
/// In words for the command line.
pub(super) fn rate_per(text: &str) -> Result<AskedRate, String> {
    let form = || "write it as 500/s, 300/m or '500 requests/s'".to_owned();
    let (amount, per) = match text.split_once('/') {
        Some((amount, per)) => (amount, Some(per_time(per.trim()).ok_or_else(form)?)),
        None => (text, None),
    };
    let amount = amount.trim();
    let end = amount.find(|c: char| c.is_whitespace()).unwrap_or(amount.len());
    let (number, noun) = amount.split_at(end);
    let of_requests = match noun.trim() {
        "" | "iterations" | "iteration" | "it" => false,
        "requests" | "request" | "req" => true,
        _ => return Err(form()),
    };
    match number.parse::<f64>() {
        // No unit of time makes less of it: a day is the longest.
        // No number at all, or negative.
        Ok(amount) if !(amount.is_finite() && amount >= 0.0) => Err(plan::Beyond::NoNumber.to_string()),
        // 0 is where a ramp may begin; a load of nothing is refused where the load is looked at.
        Ok(amount) => {
            let seconds = per.map_or(1.0, |per| per.as_secs_f64());
            // Without a unit, the workload's may make less of it: a day is the longest.
            let least = if per.is_some() {
                amount / seconds
            } else {
                amount.min(MOST_RATE)
            };
            if per.is_none() && amount > MOST_RATE * 86_400.0 {
                return Err(TOO_FAST.to_owned());
            }
            plan::Rate::new(least).map_err(|beyond| beyond.to_string())?;
            Ok(AskedRate {
                amount,
                per,
                of_requests,
            })
        }
        Err(_) => Err(form()),
    }
}

fn per_time(text: &str) -> Option<Duration> {
    let per = unit_of_time(text).or_else(|| time(text).ok())?;
    (per <= Duration::from_secs(86_400)).then_some(per)
}

/// Requests per second, given as a rate.
///
/// # Errors
/// In words for the command line.
pub fn max_rate(text: &str) -> Result<f64, String> {
    let rate = rate_per(text)?;
    let per_second = rate.amount / rate.per.map_or(1.0, |per| per.as_secs_f64());
    match plan::Rate::new(per_second) {
        Ok(plan::Rate::ZERO) => Err("it must be above 0".to_owned()),
        Ok(rate) => Ok(rate.per_second()),
        Err(beyond) => Err(beyond.to_string()),
    }
}

/// What is said of rates above [`MOST_RATE`].
pub(super) const TOO_FAST: &str = "it must be at most 10,000,000 per second";

/// How arrivals are spaced, by name.
///
/// # Errors
/// In words for the command line.
pub(super) fn spacing(text: &str) -> Result<Spacing, String> {
    Ok(match one_of(text, &["even", "poisson"])? {
        "poisson" => Spacing::Poisson,
        _ => Spacing::Even,
    })
}

/// What iterations do when their time is up, by name.
///
/// # Errors
/// In words for the command line.
pub(super) fn on_stop(text: &str) -> Result<OnStop, String> {
    Ok(match one_of(text, &["finish", "at-pause"])? {
        "at-pause" => OnStop::AtPause,
        _ => OnStop::Finish,
    })
}

/// A name or tag: not empty.
///
/// # Errors
/// In words for the command line.
pub(super) fn word(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        Err("it must not be empty".to_owned())
    } else {
        Ok(text.trim().to_owned())
    }
}

/// The one of `names` that `text` is.
///
/// # Errors
/// In words for the command line.
pub(super) fn one_of<'a>(text: &str, names: &[&'a str]) -> Result<&'a str, String> {
    if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(text)) {
        return Ok(name);
    }
    let list = names.join(", ");
    Err(format!(
        "it must be one of {list}{}",
        names::did_you_mean(text, names)
    ))
}

/// An output: its kind, and behind `=` where it goes.
///
/// # Errors
/// In words for the command line.
pub(super) fn output(text: &str) -> Result<AskedOutput, String> {
    let kinds: Vec<_> = output::KINDS.iter().map(|kind| kind.name).collect();
    one_of(text.split('=').next().unwrap_or(text), &kinds)?;
    output::parse(text)
}

/// VUs per second.
///
/// # Errors
/// In words for the command line.
pub(super) fn spawn_rate(text: &str) -> Result<SpawnRate, String> {
    // What is no number is none of those either.
    let rate = text.parse::<f64>().unwrap_or(f64::NAN);
    SpawnRate::new(rate).map_err(|beyond| beyond.to_string())
}

/// Requests of one iteration.
///
/// # Errors
/// In words for the command line.
pub(super) fn per_iteration(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(requests) if (0.001..=1e6).contains(&requests) => Ok(requests),
        _ => Err("it must be a number from 0.001 to 1,000,000".to_owned()),
    }
}

/// A size of memory between 1 MiB and 4 GiB: `64MiB`, `64M`, `512KiB`; a bare number is in bytes.
///
/// # Errors
/// In words for the command line.
pub(super) fn memory(text: &str) -> Result<usize, String> {
    match bytes(text)? {
        // Wasm memory comes in pages of 64 KiB.
        Some(bytes) if (1 << 20..=4 << 30).contains(&bytes) => Ok(bytes.next_multiple_of(64 << 10)),
        _ => Err("it must be between 1MiB and 4GiB".to_owned()),
    }
}

/// Memory of the host, with a unit: `8GiB`.
///
/// # Errors
/// In words for the command line.
pub(super) fn host_memory(text: &str) -> Result<usize, String> {
    match bytes(text)? {
        Some(bytes) if (1 << 20..=64 << 40).contains(&bytes) => Ok(bytes),
        _ => Err("it must be between 1MiB and 64TiB".to_owned()),
    }
}

/// A size of something that is sent, up to 1 GiB, written as that of memory is.
///
/// # Errors
/// In words for the command line.
pub(super) fn size(text: &str) -> Result<usize, String> {
    match bytes(text)? {
        Some(bytes) if (1..=1 << 30).contains(&bytes) => Ok(bytes),
        _ => Err("it must be between 1B and 1GiB".to_owned()),
    }
}

/// None: more than there can be.
fn bytes(text: &str) -> Result<Option<usize>, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim() {
        "" | "B" => 0,
        "K" | "KB" | "KiB" => 10,
        "M" | "MB" | "MiB" => 20,
        "G" | "GB" | "GiB" => 30,
        "T" | "TB" | "TiB" => 40,
        _ => return Err("write it as 64MiB".to_owned()),
    };
    let bytes = number.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift));
    Ok(bytes.and_then(|b| usize::try_from(b).ok()))
}

/// `NAME=VALUE`.
///
/// # Errors
/// In words for the command line.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

/// `NAME=VALUE`, kept as one text.
///
/// # Errors
/// In words for the command line.
pub(super) fn pair_text(text: &str) -> Result<String, String> {
    pair(text).map(|_| text.to_owned())
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
    fn rates_have_units() {
        let per_second = |text: &str| rate_per(text).map(|r| (r.amount, r.per, r.of_requests));
        assert_eq!(
            per_second("500/s"),
            Ok((500.0, Some(Duration::from_secs(1)), false))
        );
        assert_eq!(
            per_second("300/m"),
            Ok((300.0, Some(Duration::from_secs(60)), false))
        );
        assert_eq!(
            per_second("10/250ms"),
            Ok((10.0, Some(Duration::from_millis(250)), false))
        );
        assert_eq!(
            per_second("5 requests/s"),
            Ok((5.0, Some(Duration::from_secs(1)), true))
        );
        assert_eq!(per_second("0.5"), Ok((0.5, None, false)));
        assert_eq!(max_rate("600/m"), Ok(10.0));
        assert!(
            rate_per("0/s").is_ok() && max_rate("0/s").is_err(),
            "a ramp may begin at 0"
        );
        for text in [
            "",
            "/s",
            "5/",
            "5/fortnight",
            "5 apples/s",
            "NaN/s",
            "-5/s",
            "inf",
        ] {
            assert!(rate_per(text).is_err(), "{text}");
        }
        assert_eq!(max_rate("1e12/s").unwrap_err(), TOO_FAST);
    }

    #[test]
    fn times_as_k6_writes_them() {
        assert_eq!(time("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(time("0.5h"), Ok(Duration::from_secs(1800)));
        assert_eq!(time("1h30m10s"), Ok(Duration::from_secs(5410)));
        assert_eq!(time("99999999999h").unwrap_err(), "it is longer than a year");
        assert_eq!(time("1e300").unwrap_err(), "it is longer than a year");
        assert!(time("99999999999999999999999h").is_err());
    }

    #[test]
    fn numbers_of_vus_are_bounded() {
        assert_eq!(vus("1000000"), Ok(1_000_000));
        assert_eq!(vus("1e3"), Ok(1000));
        for text in ["0", "1000001", "1e9", "-1", "1.5", "NaN", ""] {
            assert_eq!(vus(text).unwrap_err(), OF_VUS, "{text}");
        }
        assert_eq!(vus_or_none("0"), Ok(0));
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
        assert_eq!(host_memory("8GiB"), Ok(8 << 30));
        assert_eq!(host_memory("2T"), Ok(2 << 40));
        assert!(
            ["1KiB", "65TiB", "99999999999999T", "G"]
                .iter()
                .all(|t| host_memory(t).is_err())
        );
    }

    #[test]
    fn sizes_are_exact_within_bounds() {
        assert_eq!(size("10MB"), Ok(10 << 20));
        assert_eq!(size("1000"), Ok(1000));
        assert!(["0", "2GiB", "x", "-1", ""].iter().all(|t| size(t).is_err()));
    }

    #[test]
    fn a_header_may_hold_colons() {
        assert_eq!(header("A: b:c"), Ok(("A".to_owned(), "b:c".to_owned())));
        assert!(header(": x").is_err());
    }
}
