//! InfluxDB's line protocol, in k6's shape: the metric is the measurement, its labels are tags, `value` is the field. Where
//! k6 has a point for each request, a second of a series has at most a hundred of them, at equal distances among all
//! values in their order; `count` says how many requests each stands for. So `sum("value")` of counters and `sum("count")`
//! of trends are exact, and `percentile("value", 95)` is right to half a percent of the ranks within each second.

use crate::results::output::k6::TagPairs;
use crate::results::output::registry::{Family, Registry, SeriesValue, spread};
use std::fmt::Write as _;
use std::time::Duration;

/// All that is in a registry, as of the second that ended then, since 1970.
pub(super) fn lines(registry: &Registry, end: Duration) -> String {
    let mut text = String::new();
    for family in registry.families() {
        for (labels, value) in family.series() {
            write_series(&mut text, family, labels, value, end);
        }
    }
    text
}

fn write_series(text: &mut String, family: &Family, labels: &TagPairs, value: &SeriesValue, end: Duration) {
    let head = head(&family.name, labels);
    let at = end.as_nanos();
    // Writing to a string doesn't fail.
    let _ = match value {
        SeriesValue::Sum(value) | SeriesValue::Level(value) => writeln!(text, "{head} value={value} {at}"),
        SeriesValue::Share(nonzero, count) => {
            let rate = *nonzero as f64 / (*count).max(1) as f64;
            writeln!(text, "{head} value={nonzero},count={count}i,rate={rate} {at}")
        }
        SeriesValue::Values(values) => {
            let points = spread(values);
            // One of a series with the same time would replace the other: they are spread over the second as well.
            let step = 1_000_000_000 / (points.len() as u128).max(1);
            let times = (1..=points.len() as u128).map(|n| at.saturating_sub(1_000_000_000) + n * step);
            for ((value, count), at) in points.into_iter().zip(times) {
                let _ = writeln!(text, "{head} value={value},count={count}i {at}");
            }
            Ok(())
        }
        SeriesValue::Histogram(_) => Ok(()),
    };
}

/// The measurement with its tags.
fn head(name: &str, labels: &TagPairs) -> String {
    let mut head = escaped(name, &[',', ' ']);
    let special = [',', ' ', '='];
    for (name, value) in labels.iter() {
        let value = escaped(value, &special);
        // It is a word of the database's own.
        let name = if name == "time" { "tag_time" } else { name.as_str() };
        if !value.is_empty() {
            head.extend([",", &escaped(name, &special), "=", &value]);
        }
    }
    head
}

/// With what has a meaning escaped, and without what can't be: ends of lines, and a backslash at the end.
fn escaped(text: &str, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim_end_matches('\\').chars() {
        let c = if c.is_control() { ' ' } else { c };
        if special.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::output::registry::Keep;

    #[test]
    fn a_second_has_k6s_measurements_and_every_request_a_time_of_its_own() {
        let mut registry = Registry::new(Keep::News);
        registry.requests(&[("/a b", 1_500), ("/a b", 2_000)]);
        let text = lines(&registry, Duration::from_secs(10));
        let tags = "method=GET,name=/a\\ b";
        for line in [
            format!("http_reqs,{tags},status=200 value=2 10000000000"),
            format!("http_req_failed,{tags},status=200 value=0,count=2i,rate=0 10000000000"),
            format!("http_req_duration,{tags},status=200 value=1.5,count=1i 9500000000"),
            format!("http_req_duration,{tags},status=200 value=2,count=1i 10000000000"),
            "vus value=7 10000000000".to_owned(),
        ] {
            assert!(text.lines().any(|own| own == line), "no {line} in\n{text}");
        }
    }

    #[test]
    fn names_can_forge_nothing() {
        let labels: TagPairs = [("a=b", "x\nhttp_reqs value=9\\"), ("time", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        assert_eq!(
            head("m,x y", &labels),
            "m\\,x\\ y,a\\=b=x\\ http_reqs\\ value\\=9,tag_time=1"
        );
    }
}
