//! The built-in shop as a process of its own, and its counters as the witness.

use super::cli::wasmswarm;
use super::summary::Counts;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

/// A running `wasmswarm target`. Killed when dropped.
pub(crate) struct Shop {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

impl Shop {
    /// On a free port, with these options.
    pub(crate) fn start(arguments: &[&str]) -> Shop {
        let mut command = wasmswarm();
        command
            .args(["target", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stderr(std::process::Stdio::inherit());
        let mut child = command.spawn().expect("the binary starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("standard output is piped");
        BufReader::new(out).read_line(&mut line).expect("a first line");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("first line: {line:?}"));
        Shop {
            url: url.to_owned(),
            child,
        }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// What it answered, by method, route and status.
    pub(crate) fn counts(&self) -> Counts {
        let counters = self.counters();
        let rows = counters["by"].as_array().expect("a list");
        let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
        rows.iter()
            .map(|row| {
                let status = u16::try_from(row["status"].as_u64().expect("a status")).expect("a status");
                (
                    (text(row, "method"), text(row, "route"), status),
                    row["count"].as_u64().expect("a count"),
                )
            })
            .collect()
    }

    /// All its counters.
    pub(crate) fn counters(&self) -> Value {
        let mut stream = TcpStream::connect(self.address()).expect("the shop is there");
        let request = "GET /-/counters HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        serde_json::from_str(answer.split_once("\r\n\r\n").expect("a head").1).expect("counters are JSON")
    }

    /// Answers nothing for this long.
    pub(crate) fn freeze(&self, milliseconds: u32) {
        let mut stream = TcpStream::connect(self.address()).expect("the shop is there");
        let request = format!(
            "POST /-/freeze?{milliseconds} HTTP/1.1\r\nhost: shop\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("a child that can be waited for");
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
