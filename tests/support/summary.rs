//! The file of `--summary-json`, with the questions that tests ask it.

use super::cli::Ran;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;
use std::str::FromStr;

/// Requests by method, name and status; status 0 stands for no response.
pub(crate) type Counts = BTreeMap<(String, String, u16), u64>;

/// A run's results.
#[derive(Debug)]
pub(crate) struct Summary(pub(crate) Value);

impl Summary {
    #[track_caller]
    pub(crate) fn read(file: &Path, ran: &Ran) -> Summary {
        let text = std::fs::read_to_string(file).unwrap_or_else(|e| {
            panic!(
                "no summary: {e}\nexit code {}\n{}\n{}",
                ran.code, ran.out, ran.err
            )
        });
        Summary(serde_json::from_str(&text).expect("the summary is JSON"))
    }

    /// A number, by JSON pointer.
    #[track_caller]
    pub(crate) fn number(&self, pointer: &str) -> u64 {
        let found = self
            .0
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {pointer} in the summary"));
        found.as_u64().unwrap_or_else(|| panic!("{pointer} is {found}"))
    }

    /// Every request, by what tells it apart.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for row in self.rows("series") {
            for (status, count) in row["statuses"].as_object().expect("statuses are an object") {
                let key = (
                    text(row, "method"),
                    text(row, "name"),
                    status.parse().expect("a status"),
                );
                *counts.entry(key).or_default() += count.as_u64().expect("a count");
            }
        }
        counts
    }

    /// Requests with this status.
    pub(crate) fn with_status(&self, status: u16) -> u64 {
        self.counts()
            .iter()
            .filter(|(key, _)| key.2 == status)
            .map(|(_, count)| count)
            .sum()
    }

    /// Passes and failures of a check.
    pub(crate) fn check(&self, name: &str) -> (u64, u64) {
        let row = self.rows("checks").iter().find(|row| row["name"] == name);
        row.map_or((0, 0), |row| {
            (
                row["passed"].as_u64().expect("passes"),
                row["failed"].as_u64().expect("failures"),
            )
        })
    }

    /// Passes and failures of all checks.
    pub(crate) fn checks(&self) -> (u64, u64) {
        let sum = |key: &str| {
            let rows = self.rows("checks").iter();
            rows.map(|row| row[key].as_u64().expect("a count")).sum()
        };
        (sum("passed"), sum("failed"))
    }

    /// A custom counter's number of values, by the value of one of its tags.
    #[track_caller]
    pub(crate) fn counters<K: FromStr<Err: Debug> + Ord>(&self, metric: &str, tag: &str) -> BTreeMap<K, u64> {
        let mut counts = BTreeMap::new();
        for row in self.custom(metric) {
            let tags = text(row, "tags");
            let mut pairs = tags.split(',').filter_map(|pair| pair.split_once('='));
            if let Some((_, value)) = pairs.find(|(key, _)| *key == tag) {
                let count = row["value"]["count"].as_u64().expect("a count");
                *counts.entry(value.parse().expect("a value")).or_default() += count;
            }
        }
        counts
    }

    /// Values of a custom trend whose tags begin with this text.
    pub(crate) fn samples(&self, metric: &str, tags: &str) -> u64 {
        let rows = self
            .custom(metric)
            .filter(|row| text(row, "tags").starts_with(tags));
        rows.map(|row| row["value"]["count"].as_u64().expect("a count"))
            .sum()
    }

    fn custom<'a>(&'a self, metric: &'a str) -> impl Iterator<Item = &'a Value> {
        self.rows("custom")
            .iter()
            .filter(move |row| row["name"] == metric)
    }

    /// Name, tags and number of requests of each series.
    pub(crate) fn tagged_requests(&self) -> Vec<(String, String, u64)> {
        let rows = self.rows("series").iter();
        rows.map(|row| {
            let requests = row["requests"].as_u64().expect("a count");
            (text(row, "name"), text(row, "tags"), requests)
        })
        .collect()
    }

    /// Iterations of a scenario: ok, failed, trapped.
    pub(crate) fn iterations(&self, scenario: &str) -> (u64, u64, u64) {
        let rows = self
            .rows("iterations")
            .iter()
            .filter(|row| row["scenario"] == scenario);
        rows.fold((0, 0, 0), |sum, row| {
            let of = |key: &str| row[key].as_u64().expect("a count");
            (sum.0 + of("ok"), sum.1 + of("failed"), sum.2 + of("trapped"))
        })
    }

    /// Messages of failed and trapped iterations and how often each came.
    pub(crate) fn errors(&self, scenario: &str) -> Vec<(String, u64)> {
        let rows = self
            .rows("errors")
            .iter()
            .filter(|row| row["scenario"] == scenario);
        rows.map(|row| (text(row, "message"), row["count"].as_u64().expect("a count")))
            .collect()
    }

    /// Messages of failed requests and how often each came.
    pub(crate) fn failures(&self) -> Vec<(String, u64)> {
        let rows = self.rows("failures").iter();
        rows.map(|row| (text(row, "message"), row["count"].as_u64().expect("a count")))
            .collect()
    }

    /// Asserts what must hold in every run: its figures add up.
    #[track_caller]
    pub(crate) fn adds_up(&self) {
        let wrong = self.0["wrong"].as_array().expect("`wrong` is a list");
        assert!(
            wrong.is_empty(),
            "the run itself says that it is wrong: {wrong:?}"
        );
        let requests = self.number("/totals/requests");
        assert_eq!(
            self.number("/totals/requests_started"),
            requests + self.number("/totals/requests_interrupted")
        );
        let by_series: u64 = self
            .rows("series")
            .iter()
            .map(|row| row["requests"].as_u64().expect("a count"))
            .sum();
        let by_name: u64 = self
            .rows("requests")
            .iter()
            .map(|row| row["requests"].as_u64().expect("a count"))
            .sum();
        assert_eq!((by_series, by_name), (requests, requests));
        assert_eq!(self.counts().values().sum::<u64>(), requests);
    }

    pub(crate) fn rows(&self, list: &str) -> &[Value] {
        self.0[list]
            .as_array()
            .unwrap_or_else(|| panic!("no list {list} in the summary"))
    }
}

fn text(row: &Value, key: &str) -> String {
    row[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {row}"))
        .to_owned()
}
