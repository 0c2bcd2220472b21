//! Why a request has no response: the contract's code for the guest, and the reason in words for the guest that asks
//! and, once for each reason, for the operator's log.

use crate::engine::host::bindings::http::ErrorCode;
use crate::engine::host::log_sink::LogSink;
use crate::http as engine;
use crate::metrics::{Shard, with_shard};

/// A request that has no response.
#[derive(Debug)]
pub(in crate::engine::host) struct Unanswered {
    pub(super) code: engine::ErrorCode,
    /// One line for people. May hold text of the server's.
    pub(in crate::engine::host) detail: String,
    /// Its request, as the results name it; empty where the log need not tell of it.
    subject: String,
}

impl Unanswered {
    /// Of a failure that was recorded under these names just now. Only what this thread hasn't met before is told.
    #[cold]
    pub(super) fn recorded(failure: engine::HttpFailure, method: &str, name: &str) -> Unanswered {
        let is_news = with_shard(|shard: &mut Shard| shard.failure_is_news()).unwrap_or(true);
        let subject = if is_news {
            format!("{method} {name}")
        } else {
            String::new()
        };
        Unanswered {
            code: failure.code,
            detail: failure.detail,
            subject,
        }
    }

    /// Of a response that redirects once too often; that is recorded.
    #[cold]
    pub(super) fn too_many_redirects(detail: String) -> Unanswered {
        Unanswered {
            code: engine::ErrorCode::TooManyRedirects,
            detail,
            subject: String::new(),
        }
    }

    /// The reason in words, or else its code.
    pub(super) fn reason(&self) -> &str {
        if self.detail.is_empty() {
            self.code.name()
        } else {
            &self.detail
        }
    }

    /// The code as the guest has it.
    pub(in crate::engine::host) fn guest_code(&self) -> ErrorCode {
        code_of(self.code)
    }

    /// Tells the operator, if it is news.
    pub(in crate::engine::host) fn tell(&self, log: &LogSink, vu: u64) {
        if !self.subject.is_empty() && !self.detail.is_empty() {
            log.failure(vu, &self.subject, self.code.name(), &self.detail);
        }
    }
}

/// Why requests of a VU's last `send` or `send-all` failed. Takes no memory before the first failure.
#[derive(Debug, Default)]
pub(in crate::engine::host) struct FailureReasons(Vec<(u32, String)>);

impl FailureReasons {
    /// Forgets them, because a new call begins.
    pub(in crate::engine::host) fn clear(&mut self) {
        self.0.clear();
    }

    /// Remembers why the request of this number failed.
    #[cold]
    pub(in crate::engine::host) fn put(&mut self, index: usize, detail: String) {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.0.push((index, detail));
    }

    /// Why the request of this number failed; empty if it didn't.
    pub(in crate::engine::host) fn of(&self, index: u32) -> &str {
        let found = self.0.iter().find(|(own, _)| *own == index);
        found.map_or("", |(_, detail)| detail)
    }
}

fn code_of(code: engine::ErrorCode) -> ErrorCode {
    use engine::ErrorCode as E;
    match code {
        E::InvalidUrl => ErrorCode::InvalidUrl,
        E::InvalidRequest => ErrorCode::InvalidRequest,
        E::HostNotAllowed => ErrorCode::HostNotAllowed,
        E::Dns => ErrorCode::Dns,
        E::ConnectionRefused => ErrorCode::ConnectionRefused,
        E::Connect => ErrorCode::Connect,
        E::Tls => ErrorCode::Tls,
        E::Certificate => ErrorCode::Certificate,
        E::Timeout => ErrorCode::Timeout,
        E::ConnectionClosed => ErrorCode::ConnectionClosed,
        E::Protocol => ErrorCode::Protocol,
        E::ResponseTooLarge => ErrorCode::ResponseTooLarge,
        E::Decode => ErrorCode::Decode,
        E::TooManyRedirects => ErrorCode::TooManyRedirects,
        E::Proxy => ErrorCode::Proxy,
        E::Exhausted => ErrorCode::Exhausted,
        E::Interrupted => ErrorCode::Interrupted,
    }
}
