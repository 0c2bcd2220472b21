//! A run with its API, and a client for it that hides nothing.

use super::cli::{Background, wasmswarm};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// A run that listens.
pub(crate) struct Steered {
    pub(crate) run: Background,
    pub(crate) api: Api,
}

impl Steered {
    /// `wasmswarm run PLUGIN … --api` on a free port.
    pub(crate) fn start(plugin: &Path, arguments: &[&str]) -> Steered {
        let mut command = wasmswarm();
        command.arg("run").arg(plugin).args(arguments);
        command.args(["--headless", "--api", "127.0.0.1:0"]);
        let run = Background::start(command);
        let line = run.line_of_stderr("API: ");
        let token = between(&line, "Bearer ", "\"");
        let address = between(&line, "http://", "/v1/status");
        Steered {
            run,
            api: Api { address, token },
        }
    }
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).expect("a curl line").1;
    rest.split_once(after).expect("a curl line").0.to_owned()
}

/// Where the API is, and its token.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(crate) address: String,
    pub(crate) token: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Api {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &self.usual_headers(), "")
    }

    pub(crate) fn post(&self, path: &str) -> Answer {
        self.send("POST", path, &self.usual_headers(), "")
    }

    pub(crate) fn patch(&self, path: &str, body: &str) -> Answer {
        self.send("PATCH", path, &self.usual_headers(), body)
    }

    pub(crate) fn usual_headers(&self) -> String {
        format!(
            "host: {}\r\nauthorization: Bearer {}\r\n",
            self.address, self.token
        )
    }

    /// One request on a connection of its own.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut stream = self.open(method, path, &format!("{headers}connection: close\r\n"), body);
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer in time");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer {
            status: status.expect("a status"),
            body: serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {text}")),
            head: head.to_owned(),
        }
    }

    fn open(&self, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("the API listens");
        let limit = Some(Duration::from_secs(20));
        stream.set_read_timeout(limit).expect("a limit above 0");
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\n{headers}content-length: {length}\r\n\r\n");
        // A body that is too large may be refused before it is sent.
        let _ = stream.write_all((head + body).as_bytes());
        stream
    }

    /// Follows the events; the status is 200 or this panics.
    pub(crate) fn events(&self) -> Events {
        let stream = self.open("GET", "/v1/events", &self.usual_headers(), "");
        let mut lines = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).expect("a head") > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        Events(lines)
    }
}

/// A stream of events.
pub(crate) struct Events(BufReader<TcpStream>);

impl Iterator for Events {
    type Item = (String, Value);

    /// The next event's name and data; chunks are taken off line by line.
    fn next(&mut self) -> Option<(String, Value)> {
        let mut name = None;
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).expect("an event in time") == 0 {
                return None;
            }
            let line = line.trim_end();
            if let Some(of) = line.strip_prefix("event: ") {
                name = Some(of.to_owned());
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some((name?, serde_json::from_str(data).expect("data is JSON")));
            }
        }
    }
}

impl Events {
    /// The next snapshot.
    #[track_caller]
    pub(crate) fn snapshot(&mut self) -> Value {
        let (name, data) = self.next().expect("one more event");
        assert_eq!(name, "snapshot", "{data}");
        data
    }

    /// The first snapshot of a run that has been going on for a second.
    #[track_caller]
    pub(crate) fn first_second(&mut self) -> Value {
        loop {
            let snapshot = self.snapshot();
            if snapshot["elapsed"].as_f64().expect("a time") >= 1.0 {
                return snapshot;
            }
        }
    }

    /// What the run ended with, after the snapshots that come before it.
    #[track_caller]
    pub(crate) fn end(&mut self) -> Value {
        let end = self.find(|(name, _)| name == "end");
        assert!(self.next().is_none(), "something after the end");
        end.expect("an end").1
    }
}
