//! Numbers for people: three significant digits, a unit, thousands apart.

use crate::metrics::Unit;
use std::time::Duration;

/// A time given in microseconds: `850µs`, `1.23ms`, `2.10s`, `1m05s`.
pub fn time(us: u64) -> String {
    match us {
        0..=999 => format!("{us}µs"),
        1_000..=999_499 => digits(us as f64 / 1e3, "ms"),
        999_500..=59_949_999 => digits(us as f64 / 1e6, "s"),
        _ => clock(Duration::from_micros(us)),
    }
}

/// A length of time as on a clock: `0s`, `59s`, `1m05s`, `2h03m`.
pub fn clock(length: Duration) -> String {
    let seconds = (length.as_secs_f64() + 0.5).floor() as u64;
    match seconds {
        0..=59 => format!("{seconds}s"),
        60..=3_599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A count: `1,234,567`.
pub fn count(value: u64) -> String {
    let plain = value.to_string();
    let mut out = String::with_capacity(plain.len() + plain.len() / 3);
    for (at, digit) in plain.chars().enumerate() {
        if at > 0 && (plain.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A rate per second, without its unit: `0.25`, `12.3`, `1,234`.
pub fn rate(value: f64) -> String {
    match value {
        v if v >= 99.95 => count(v.round() as u64),
        v if v > 0.0 => digits(v, ""),
        _ => "0".to_owned(),
    }
}

/// A number of bytes: `512 B`, `1.23 MB` (powers of ten).
pub fn bytes(value: u64) -> String {
    match value {
        0..=999 => format!("{value} B"),
        1_000..=999_499 => digits(value as f64 / 1e3, " kB"),
        999_500..=999_499_999 => digits(value as f64 / 1e6, " MB"),
        999_500_000..=999_499_999_999 => digits(value as f64 / 1e9, " GB"),
        _ => digits(value as f64 / 1e12, " TB"),
    }
}

/// A share in percent: `0%`, `0.31%`, `100%`. Never 0 or 100 unless it is.
pub fn share(part: u64, whole: u64) -> String {
    match (part, whole) {
        (0, _) | (_, 0) => "0%".to_owned(),
        (part, whole) if part == whole => "100%".to_owned(),
        (part, whole) => {
            let percent = part as f64 * 100.0 / whole as f64;
            if percent > 99.9 {
                "99.9%".to_owned()
            } else {
                digits(percent.max(0.01), "%")
            }
        }
    }
}

/// A number of any size, such as a custom metric's value: three significant digits or more.
pub fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        v if v >= 1e15 => format!("{value:.3e}"),
        v if v >= 999.5 => {
            let sign = if value < 0.0 { "-" } else { "" };
            format!("{sign}{}", count(v.round() as u64))
        }
        v if v >= 0.01 => {
            let text = digits(value, "");
            let short = text.trim_end_matches('0').trim_end_matches('.');
            if text.contains('.') {
                short.to_owned()
            } else {
                text
            }
        }
        _ => format!("{value:.2e}"),
    }
}

/// A figure in its unit.
pub fn of(figure: f64, unit: Unit) -> String {
    match unit {
        Unit::Milliseconds => time((figure * 1_000.0).round() as u64),
        Unit::PerSecond => format!("{}/s", rate(figure)),
        Unit::Share => format!("{}%", number(figure * 100.0)),
        Unit::Bytes => bytes(figure.round() as u64),
        Unit::Number => number(figure),
    }
}

/// A value of a metric whose name ends with its unit, such as `login_ms` or `page_bytes`, in that; else a plain number.
pub fn in_unit_of(name: &str, value: f64) -> String {
    let unit = name.rsplit(['_', '.', '-']).next().unwrap_or_default();
    let us = match unit {
        _ if value < 0.0 => return number(value),
        "us" | "microseconds" => value,
        "ms" | "milliseconds" => value * 1e3,
        "s" | "sec" | "seconds" => value * 1e6,
        "bytes" => return bytes(value.round() as u64),
        _ => return number(value),
    };
    time(us.round() as u64)
}

fn digits(value: f64, unit: &str) -> String {
    let decimals = match value.abs() {
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_sensible_units() {
        let given = [
            0,
            850,
            999,
            1_000,
            1_234,
            12_345,
            123_456,
            999_600,
            2_100_000,
            59_960_000,
            65_000_000,
            7_380_000_000,
        ];
        let expected = [
            "0µs", "850µs", "999µs", "1.00ms", "1.23ms", "12.3ms", "123ms", "1.00s", "2.10s", "1m00s",
            "1m05s", "2h03m",
        ];
        assert_eq!(given.map(time), expected);
    }

    #[test]
    fn counts_have_thousands_apart() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(count),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn rates_have_three_digits() {
        assert_eq!(
            [0.0, 0.254, 12.34, 99.96, 1_234.4].map(rate),
            ["0", "0.25", "12.3", "100", "1,234"]
        );
    }

    #[test]
    fn bytes_have_decimal_units() {
        let given = [12, 1_500, 999_600, 1_230_000, 45_600_000_000];
        assert_eq!(
            given.map(bytes),
            ["12 B", "1.50 kB", "1.00 MB", "1.23 MB", "45.6 GB"]
        );
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_all() {
        let given = [
            (0, 0),
            (0, 9),
            (1, 1_000_000),
            (31, 10_000),
            (999_999, 1_000_000),
            (7, 7),
        ];
        let expected = ["0%", "0%", "0.01%", "0.31%", "99.9%", "100%"];
        assert_eq!(given.map(|(part, whole)| share(part, whole)), expected);
    }

    #[test]
    fn a_metric_is_shown_in_the_unit_that_its_name_ends_with() {
        let given = [
            ("login_ms", 12.34),
            ("queue.seconds", 0.5),
            ("page_bytes", 1_500.0),
            ("items", 12.0),
            ("ms", 3.0),
            ("drift_ms", -3.0),
        ];
        let expected = ["12.3ms", "500ms", "1.50 kB", "12", "3.00ms", "-3"];
        assert_eq!(given.map(|(name, value)| in_unit_of(name, value)), expected);
    }

    #[test]
    fn numbers_keep_what_matters() {
        let given = [0.0, 0.001, 0.5, 42.0, 300.0, 1_234.5, -1_234.5, 1e18];
        let expected = ["0", "1.00e-3", "0.5", "42", "300", "1,235", "-1,235", "1.000e18"];
        assert_eq!(given.map(number), expected);
    }
}
