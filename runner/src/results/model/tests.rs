//! The results file: written to the byte as before, and read back whatever it is.

use super::*;
use crate::tests::fuzz::gate;
use base64::Engine as _;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use serde_json::Value;

fn document() -> Value {
    let (plan, end) = (serde_json::json!({"seed": 1}), sample::end());
    let results = RunResults::of(&sample::snapshot(), &sample::facts(&plan, &end)).unwrap();
    serde_json::from_str(&results.to_json().unwrap()).unwrap()
}

#[test]
fn says_which_run_it_was_and_how_it_ended() {
    let document = document();
    assert_eq!(document["schema"], "wasmswarm.summary/1");
    assert_eq!(document["plan"]["seed"], 1);
    assert_eq!(document["started"], "2023-11-14T22:13:20.000Z");
    assert_eq!(document["ended"], "2023-11-14T22:13:30.000Z");
    assert_eq!(document["end"]["reason"], "finished");
}

#[test]
fn metrics_have_their_values() {
    let metrics = &document()["metrics"];
    assert_eq!(
        metrics["http_reqs"],
        serde_json::json!({"type": "counter", "values": {"count": 100, "rate": 10.0}})
    );
    assert_eq!(metrics["http_req_failed"]["values"]["rate"], 0.03);
    assert_eq!(metrics["http_req_duration"]["values"]["max"], 1_990);
    assert_eq!(
        metrics["vus_max"],
        serde_json::json!({"type": "gauge", "values": {"value": 1}})
    );
}

#[test]
fn series_carry_exact_statuses_and_whole_histograms() {
    let document = document();
    let series = document["series"].as_array().unwrap();
    let missing: Vec<_> = series.iter().filter(|row| row["class"] == "4xx").collect();
    assert_eq!(missing.len(), 2);
    assert_eq!(missing[0]["statuses"], serde_json::json!({"404": 1}));
    let requests: u64 = series.iter().map(|row| row["requests"].as_u64().unwrap()).sum();
    assert_eq!(requests, 100);
    let mut all = Histogram::<u64>::new(3).unwrap();
    series
        .iter()
        .for_each(|row| all.add(by_its_own_reader(&row["duration_histogram"])).unwrap());
    assert_eq!((all.len(), all.value_at_quantile(0.5)), (100, 1_490));
}

fn by_its_own_reader(text: &Value) -> Histogram<u64> {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(text.as_str().unwrap())
        .unwrap();
    Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap()
}

#[test]
fn every_field_is_documented() {
    let described = include_str!("summary.md");
    let document = document();
    for name in document.as_object().unwrap().keys() {
        assert!(
            described.contains(&format!("`{name}`")),
            "{name} is missing in summary.md"
        );
    }
    let objects = [
        "/totals",
        "/health",
        "/flags",
        "/history/0",
        "/history/0/response",
        "/requests/0",
        "/requests/0/history/0",
    ];
    for object in objects {
        for name in document.pointer(object).unwrap().as_object().unwrap().keys() {
            assert!(
                described.contains(&format!("`{name}`")),
                "{object}/{name} is missing in summary.md"
            );
        }
    }
}

#[test]
fn requests_have_a_history_of_their_own() {
    let document = document();
    let rows = document["requests"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let point = &row["history"][0];
        assert_eq!(
            (&point["requests"], &point["failures"]),
            (&row["requests"], &row["failures"])
        );
        assert_eq!(point["service"]["p99"], row["duration"]["p99"]);
        assert_eq!(point["response"]["max"], row["response"]["max"]);
    }
    assert_eq!(
        document["history"][0]["p99"],
        document["history"][0]["service"]["p99"]
    );
}

/// What version 0.1.0 wrote before there was a model to read it with: [`whole`] in its bytes.
const GOLDEN: &str = include_str!("golden.json");

/// A run that has something in each field.
fn whole() -> RunResults {
    let (plan, end) = (serde_json::json!({"seed": 1}), sample::end());
    let snapshot = sample::snapshot();
    let wrong = ["a count doesn't agree".to_owned()];
    let facts = RunFacts {
        warm_up: Some(&snapshot),
        wrong: &wrong,
        ..sample::facts(&plan, &end)
    };
    RunResults::of(&snapshot, &facts).unwrap()
}

/// Newer versions may add fields, and do nothing else to what was there.
#[test]
fn a_file_holds_all_that_it_always_held() {
    fn kept(old: &Value, new: &Value, place: &str) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => old
                .iter()
                .for_each(|(name, old)| kept(old, &new[name], &format!("{place}.{name}"))),
            (Value::Array(old), Value::Array(new)) => {
                assert_eq!(old.len(), new.len(), "{place}");
                (0..old.len()).for_each(|at| kept(&old[at], &new[at], &format!("{place}[{at}]")));
            }
            _ => assert_eq!(old, new, "{place}"),
        }
    }
    let new = whole().to_json().unwrap();
    let golden = GOLDEN.replacen("0.1.0", env!("CARGO_PKG_VERSION"), 1);
    kept(
        &serde_json::from_str(&golden).unwrap(),
        &serde_json::from_str(&new).unwrap(),
        "",
    );
    // The order of the fields, and how each is written, stay too.
    let mut lines = new.lines();
    for line in golden.lines() {
        let line = line.trim_end_matches(',');
        let found = lines.any(|new| new.trim_end_matches(',') == line);
        assert!(found, "{line:?} is missing, or stands elsewhere");
    }
}

/// To the byte, but for the last digit of long fractions: serde_json reads those to 15 digits.
#[test]
fn what_is_read_is_written_again() {
    let number = |line: &str| {
        let value = line.rsplit(": ").next()?;
        value.trim_end_matches(',').parse::<f64>().ok()
    };
    let text = whole().to_json().unwrap();
    let again = RunResults::parse(&text).unwrap().to_json().unwrap();
    assert_eq!(text.lines().count(), again.lines().count());
    for (before, after) in text.lines().zip(again.lines()) {
        let close = number(before)
            .zip(number(after))
            .is_some_and(|(before, after)| (before - after).abs() <= before.abs() * 1e-15);
        assert!(before == after || close, "{before:?} became {after:?}");
    }
}

#[test]
fn older_files_and_newer_ones_are_read() {
    let old = RunResults::parse(GOLDEN).unwrap();
    assert_eq!((old.totals.requests, old.requests.len()), (100, 2));
    let newer = GOLDEN.replacen("\"plugin\"", "\"unheard_of\": {\"a\": [null]}, \"plugin\"", 1);
    assert_eq!(RunResults::parse(&newer).unwrap().plugin, "shop.wasm");
}

#[test]
fn a_run_read_back_is_the_snapshot_that_it_was_written_from() {
    let (before, results) = (sample::snapshot(), whole());
    let after = RunResults::parse(&results.to_json().unwrap())
        .unwrap()
        .snapshot()
        .unwrap();
    let shown = |snapshot: &Snapshot| {
        let mut shown = serde_json::to_value(snapshot).unwrap();
        // What only a run has: its last seconds, and who of its VUs does what now.
        shown["recent"].take();
        shown["vus"]["by_scenario"].take();
        shown
    };
    assert_eq!(shown(&before), shown(&after));
    let times = |snapshot: &Snapshot| {
        snapshot
            .series
            .iter()
            .map(|row| row.times.as_ref().unwrap().duration.stats())
            .collect::<Vec<_>>()
    };
    assert_eq!(times(&before), times(&after));
}

#[test]
fn what_is_no_results_file_is_refused_with_the_reason() {
    let half = &GOLDEN[..GOLDEN.len() / 2];
    let reason = |text: &str| RunResults::parse(text).unwrap_err();
    assert!(reason(half).contains("ends in the middle"), "{}", reason(half));
    assert!(reason("").contains("it is empty"));
    assert!(reason("{}").contains("no results file"));
    assert!(reason("[1]").contains("no results file"));
    let find = GOLDEN.replacen(SCHEMA, "wasmswarm.find/1", 1);
    assert!(reason(&find).contains("wasmswarm.find/1"));
    let longer = GOLDEN.replacen("\"seconds\": 10.0", "\"seconds\": -1", 1);
    assert!(reason(&longer).contains("-1 seconds"), "{}", reason(&longer));
    let more = GOLDEN.replacen("\"requests\": 100", "\"requests\": 18446744073709551615", 1);
    assert!(
        reason(&more).contains("18446744073709551615"),
        "{}",
        reason(&more)
    );
    let when = GOLDEN.replacen("2023-11-14T22:13:20.000Z", "yesterday", 1);
    assert!(reason(&when).contains("yesterday"));
}

#[test]
fn a_histogram_that_unpacks_to_more_than_any_of_ours_is_refused() {
    use std::io::Write as _;
    let packed = |bytes: &[u8]| {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(bytes).unwrap();
        let packed = packed.finish().unwrap();
        let mut all = 0x1c84_9304_u32.to_be_bytes().to_vec();
        all.extend(u32::try_from(packed.len()).unwrap().to_be_bytes());
        all.extend(packed);
        base64::engine::general_purpose::STANDARD.encode(all)
    };
    let header = |length: u32, digits: u32, high: u64| {
        let mut bytes = 0x1c84_9303_u32.to_be_bytes().to_vec();
        [length, 0, digits]
            .iter()
            .for_each(|field| bytes.extend(field.to_be_bytes()));
        [1, high, 1.0_f64.to_bits()]
            .iter()
            .for_each(|field| bytes.extend(field.to_be_bytes()));
        bytes
    };
    let stats = crate::metrics::Stats::default();
    let bomb = vec![0; 64 << 20];
    for hostile in [
        packed(&bomb),
        packed(&header(u32::MAX, 3, 2_047)),
        packed(&header(0, 5, u64::MAX)),
        packed(&[1, 2, 3]),
        "not base64".to_owned(),
        String::new(),
    ] {
        let why = super::decoded(&hostile, &stats).unwrap_err();
        assert!(why.contains("histogram"), "{why}");
    }
}

#[test]
fn fuzz_results_are_refused_or_can_be_rendered_and_written_again() {
    let words = [
        "\"",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "null",
        "-1",
        "1e999",
        "duration_histogram",
        "requests",
    ];
    gate(1_500, |dice| {
        let Ok(results) = RunResults::parse(&dice.text(&[GOLDEN], &words)) else {
            return;
        };
        if let Ok(snapshot) = results.snapshot() {
            assert!(snapshot.series.len() == results.series.len());
        }
        let again = results.to_json().unwrap();
        RunResults::parse(&again).unwrap();
    });
}
