//! What a load thread says about one request or iteration. Borrowed, copied nowhere.

/// Which series a request belongs to.
#[derive(Debug, Clone, Copy)]
pub struct RequestKey<'a> {
    /// Index of the scenario.
    pub scenario: u16,
    /// HTTP method, or the protocol of an exchange that isn't HTTP.
    pub method: &'a str,
    /// The group that the request counts in, such as `/users/{id}`.
    pub name: &'a str,
    /// Status code; 0 if there was no response.
    pub status: u16,
    /// Whether it was a success at the time of the response, before the guest had its say.
    pub expected: bool,
    /// `key=value` pairs, sorted and joined by commas; usually empty.
    pub tags: &'a str,
}

/// What was measured of one exchange. Times in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestSample<'a> {
    /// Service time: sending, waiting and receiving.
    pub duration_us: u64,
    /// Response time: from the scheduled start to the last byte read.
    pub response_us: u64,
    /// Waiting for a connection; like k6's, it includes DNS, connect and TLS.
    pub blocked_us: u64,
    /// Name look-up; 0 on a kept-alive connection.
    pub dns_us: u64,
    /// TCP connect; 0 on a kept-alive connection.
    pub connect_us: u64,
    /// TLS handshake; 0 on a kept-alive or plain connection.
    pub tls_us: u64,
    /// Writing the request.
    pub sending_us: u64,
    /// From the last byte written to the first byte read.
    pub waiting_us: u64,
    /// From the first to the last byte read.
    pub receiving_us: u64,
    /// How long the kernel had had the beginning of the response when it was read: part of `waiting_us` and the
    /// generator's own. Known of a sample of requests.
    pub unread_us: Option<u64>,
    /// Bytes written for this request.
    pub bytes_sent: u64,
    /// Bytes read for this request.
    pub bytes_received: u64,
    /// Whether it counts as failed.
    pub failed: bool,
    /// Why it failed, such as `status 404` or `connection-refused`.
    pub failure: Option<&'a str>,
    /// The same in words; empty where the message says it all.
    pub detail: &'a str,
    /// Whether the connection had served a request before.
    pub reused: bool,
    /// Whether nothing of it was ever written, so that it has no service time: not even one of 0.
    pub never_sent: bool,
}

/// A recorded request, by which its verdict can still be changed. Only for the shard that gave
/// it; stays valid after [`Shard::take`](super::Shard::take).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestHandle {
    pub(super) slot: usize,
}

/// How an iteration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IterationOutcome {
    /// The task returned success.
    Ok,
    /// The task returned an error.
    Failed,
    /// The guest trapped or was stopped for going beyond a limit.
    Trapped,
    /// The run ended first. Not an iteration to k6, nor here.
    Interrupted,
}
