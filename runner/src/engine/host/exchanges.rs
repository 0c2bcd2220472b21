//! Who looks at whole requests and responses, to find out what goes wrong: the operator, who has them shown among the
//! guest's log lines, and a log of failed ones. Without either, a request only asks whether there is anybody.
//!
//! Requests are shown as the guest gave them: what the host adds, such as cookies, isn't known here.

use super::bindings::http::Request;
use super::bindings::log::Level;
use super::log_sink::LogSink;
use crate::http::Response;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

/// Failed exchanges of a run that are handed over: enough to see what goes wrong, and a bound to the file.
pub const MOST_FAILURES: u64 = 1_000;

/// Bytes of a body in the log of failures.
const LOGGED_BODY: usize = 4 << 10;

/// How much of an exchange is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownBody {
    /// Heads alone.
    None,
    /// Heads, and so many bytes of each body.
    Start(usize),
}

/// A request that failed, with what came of it.
#[derive(Debug, serde::Serialize)]
pub struct RequestFailure {
    /// Which VU it was.
    pub vu: u64,
    /// Method or protocol.
    pub method: String,
    /// The URL as the guest gave it.
    pub url: String,
    /// Why it counts as failed.
    pub failure: String,
    /// The request.
    pub request: LoggedMessage,
    /// The response, if there was one.
    pub response: Option<LoggedMessage>,
}

/// One side of a failed exchange.
#[derive(Debug, serde::Serialize)]
pub struct LoggedMessage {
    /// Status of a response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What the body begins with; bytes that aren't UTF-8 are U+FFFD.
    pub body: String,
    /// Bytes of the whole body.
    pub body_bytes: usize,
}

/// Looks at exchanges.
#[derive(Debug)]
pub struct Exchanges {
    /// What is shown of each, and where.
    shown: Option<(ShownBody, LogSink)>,
    /// Takes those that failed.
    failures: Option<SyncSender<RequestFailure>>,
    /// How many failed.
    failed: AtomicU64,
    /// Those among the first that it had no room for.
    dropped: AtomicU64,
}

impl Exchanges {
    /// Shows each exchange, or hands over those that fail, or both.
    pub fn new(
        shown: Option<(ShownBody, LogSink)>,
        failures: Option<SyncSender<RequestFailure>>,
    ) -> Exchanges {
        Exchanges {
            shown,
            failures,
            failed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// How many failed exchanges weren't handed over.
    pub fn left_out(&self) -> u64 {
        let beyond = self.failed.load(Ordering::Relaxed).saturating_sub(MOST_FAILURES);
        beyond + self.dropped.load(Ordering::Relaxed)
    }
}

/// An exchange of a VU that somebody looks at.
#[derive(Debug, Clone)]
pub(super) struct Looked {
    pub(super) exchanges: Arc<Exchanges>,
    pub(super) vu: u64,
}

/// What came of a request.
#[derive(Clone, Copy)]
pub(super) struct Exchanged<'a> {
    pub(super) request: &'a Request,
    pub(super) body: &'a [u8],
    pub(super) response: Option<&'a Response>,
    /// Why it counts as failed.
    pub(super) failure: Option<&'a str>,
}

impl Looked {
    #[cold]
    pub(super) fn at(&self, seen: Exchanged<'_>) {
        if let Some((shown, log)) = &self.exchanges.shown {
            for line in lines(seen, *shown) {
                log.write(Level::Info, self.vu, &line);
            }
        }
        if let (Some(failures), Some(why)) = (&self.exchanges.failures, seen.failure)
            && self.exchanges.failed.fetch_add(1, Ordering::Relaxed) < MOST_FAILURES
            && failures.try_send(self.failed(seen, why)).is_err()
        {
            self.exchanges.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn failed(&self, seen: Exchanged<'_>, why: &str) -> RequestFailure {
        let request = seen.request;
        RequestFailure {
            vu: self.vu,
            method: request.method.clone(),
            url: request.url.clone(),
            failure: why.to_owned(),
            request: LoggedMessage {
                status: None,
                headers: request.headers.clone(),
                body: start(seen.body, LOGGED_BODY),
                body_bytes: seen.body.len(),
            },
            response: seen.response.map(|response| LoggedMessage {
                status: Some(response.status),
                headers: headers(response),
                body: start(response.body(), LOGGED_BODY),
                body_bytes: response.body().len(),
            }),
        }
    }
}

fn headers(response: &Response) -> Vec<(String, String)> {
    let all = response.headers();
    all.map(|(name, value)| (name.to_owned(), value.into_owned()))
        .collect()
}

fn start(body: &[u8], bytes: usize) -> String {
    String::from_utf8_lossy(body.get(..bytes).unwrap_or(body)).into_owned()
}

/// The exchange as people read it.
fn lines(seen: Exchanged<'_>, shown: ShownBody) -> Vec<String> {
    let request = seen.request;
    let method = if request.method.is_empty() {
        "GET"
    } else {
        &request.method
    };
    let mut lines = vec![format!("> {method} {}", request.url)];
    lines.extend(
        request
            .headers
            .iter()
            .map(|(name, value)| format!("> {name}: {value}")),
    );
    lines.extend(body_lines(">", seen.body, shown));
    if let Some(response) = seen.response {
        let mut line = format!("< {}", response.status);
        let ms = response.exchange.timings.duration_us() as f64 / 1_000.0;
        // Writing to a string can't fail.
        let _ = write!(line, " in {ms} ms from {}", response.final_url());
        lines.push(line);
        let headers = headers(response).into_iter();
        lines.extend(headers.map(|(name, value)| format!("< {name}: {value}")));
        lines.extend(body_lines("<", response.body(), shown));
    }
    lines.extend(seen.failure.map(|why| format!("! failed: {why}")));
    lines
}

fn body_lines(mark: &str, body: &[u8], shown: ShownBody) -> Vec<String> {
    let ShownBody::Start(bytes) = shown else {
        return Vec::new();
    };
    if body.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![mark.to_owned()];
    let text = start(body, bytes);
    lines.extend(text.lines().map(|line| format!("{mark} {line}")));
    if body.len() > bytes {
        lines.push(format!("{mark} … {bytes} of {} bytes", body.len()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_body_the_start_is_shown_and_how_long_it_is() {
        let lines = body_lines("<", b"one\ntwo three", ShownBody::Start(7));
        assert_eq!(lines, ["<", "< one", "< two", "< … 7 of 13 bytes"]);
        assert!(body_lines("<", b"one", ShownBody::None).is_empty());
        assert!(body_lines("<", b"", ShownBody::Start(7)).is_empty());
    }
}
