//! An InfluxDB of its own.

use super::http;
use super::nginx::free_port;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running InfluxDB 1. Killed when dropped.
pub(crate) struct Influx {
    child: Child,
    _folder: TempDir,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
}

impl Influx {
    pub(crate) fn start() -> Influx {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let address = format!("127.0.0.1:{}", free_port());
        let config = format!(
            "reporting-disabled = true\nbind-address = \"127.0.0.1:{}\"\n\
             [meta]\ndir = \"{}\"\n[data]\ndir = \"{}\"\nwal-dir = \"{}\"\nquery-log-enabled = false\n\
             [http]\nbind-address = \"{address}\"\nlog-enabled = false\n[logging]\nlevel = \"error\"\nsuppress-logo = true\n\
             [monitor]\nstore-enabled = false\n",
            free_port(),
            path("meta"),
            path("data"),
            path("wal")
        );
        let file = folder.path().join("influxdb.conf");
        std::fs::write(&file, config).expect("a writable folder");
        let child = Command::new("influxd")
            .arg("-config")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("InfluxDB is installed (apt-get install influxdb)");
        let influx = Influx {
            child,
            _folder: folder,
            address,
        };
        let begun = Instant::now();
        while http::get(&influx.address, "/ping").is_none_or(|(status, _)| status != 204) {
            assert!(begun.elapsed() < Duration::from_secs(60), "InfluxDB isn't ready");
            std::thread::sleep(Duration::from_millis(50));
        }
        influx
    }

    /// The first value of each series that a statement finds, by the values of these tags.
    #[track_caller]
    pub(crate) fn query(&self, database: &str, statement: &str, by: &[&str]) -> BTreeMap<Vec<String>, f64> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("db", database)
            .append_pair("q", statement)
            .finish();
        let (status, text) = http::get(&self.address, &format!("/query?{form}")).expect("it answers");
        assert_eq!(status, 200, "{statement}: {text}");
        let answer: Value = serde_json::from_str(&text).expect("the answer is JSON");
        let series = answer["results"][0]["series"].as_array();
        let series = series.unwrap_or_else(|| panic!("{statement}: {text}"));
        let tags = |row: &Value| {
            let tag = |name: &&str| row["tags"][*name].as_str().unwrap_or_default().to_owned();
            by.iter().map(tag).collect()
        };
        series
            .iter()
            .map(|row| (tags(row), row["values"][0][1].as_f64().expect("a number")))
            .collect()
    }
}

impl Drop for Influx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
