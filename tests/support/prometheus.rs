//! A Prometheus of its own, which scrapes, takes remote write and answers queries.

use super::http;
use super::nginx::free_port;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running Prometheus with native histograms. Killed when dropped.
pub(crate) struct Prometheus {
    child: Child,
    _folder: TempDir,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
}

impl Prometheus {
    /// Scrapes this address twice a second, and calls what it finds there `scraped`.
    pub(crate) fn start(scraped: &str) -> Prometheus {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = format!(
            "scrape_configs:\n- job_name: scraped\n  scrape_interval: 500ms\n  scrape_timeout: 500ms\n  static_configs:\n  - targets: ['{scraped}']\n"
        );
        let file = folder.path().join("prometheus.yml");
        std::fs::write(&file, config).expect("a writable folder");
        let address = format!("127.0.0.1:{}", free_port());
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .args([
                "--web.enable-remote-write-receiver",
                "--enable-feature=native-histograms",
                "--log.level=error",
            ])
            .stdin(Stdio::null())
            .spawn()
            .expect("Prometheus is installed (apt-get install prometheus)");
        let prometheus = Prometheus {
            child,
            _folder: folder,
            address,
        };
        let begun = Instant::now();
        while http::get(&prometheus.address, "/-/ready").is_none_or(|(status, _)| status != 200) {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "Prometheus isn't ready"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        prometheus
    }

    /// The values of a query at a time in seconds since 1970, by the values of these labels.
    #[track_caller]
    pub(crate) fn query(&self, query: &str, at: f64, by: &[&str]) -> BTreeMap<Vec<String>, f64> {
        let answer = self.answer(query, at);
        let rows = answer["data"]["result"].as_array().expect("a list");
        let labels = |row: &Value| {
            let label = |name: &&str| row["metric"][*name].as_str().unwrap_or_default().to_owned();
            by.iter().map(label).collect()
        };
        let value = |row: &Value| {
            row["value"][1]
                .as_str()
                .expect("a value")
                .parse()
                .expect("a number")
        };
        rows.iter().map(|row| (labels(row), value(row))).collect()
    }

    /// The value of a query without labels.
    #[track_caller]
    pub(crate) fn number(&self, query: &str, at: f64) -> f64 {
        let values = self.query(query, at, &[]);
        *values
            .get(&Vec::new())
            .unwrap_or_else(|| panic!("no value of {query}"))
    }

    /// How many series a query finds, of numbers or histograms.
    #[track_caller]
    pub(crate) fn found(&self, query: &str, at: f64) -> usize {
        let answer = self.answer(query, at);
        answer["data"]["result"].as_array().expect("a list").len()
    }

    #[track_caller]
    fn answer(&self, query: &str, at: f64) -> Value {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("query", query)
            .append_pair("time", &at.to_string())
            .finish();
        let (status, text) = http::get(&self.address, &format!("/api/v1/query?{form}")).expect("it answers");
        assert_eq!(status, 200, "{query}: {text}");
        serde_json::from_str(&text).expect("the answer is JSON")
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
