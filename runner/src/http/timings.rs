//! Where an exchange's time went, and the clock that takes the readings.
//!
//! The clock is read once per boundary between two phases: start, last byte written, first byte read, last byte
//! read; and around DNS, connect and TLS on a new connection (`net::Stopwatch`).

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use super::headers::Ignored;
use crate::net::{self, DialPhase, PhaseClock, Stopwatch};

/// Microseconds per phase. A phase that did not happen is 0. Saturates at 71 minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Waiting for a free connection, and everything else before `dns`.
    pub blocked: u32,
    /// Name look-up.
    pub dns: u32,
    /// TCP connect, and the tunnel through a proxy.
    pub connect: u32,
    /// TLS handshake.
    pub tls: u32,
    /// Building and writing the request.
    pub sending: u32,
    /// From the last byte written to the first byte read.
    pub waiting: u32,
    /// From the first to the last byte read.
    pub receiving: u32,
}

impl Timings {
    /// Service time in µs: `sending + waiting + receiving`, k6's `http_req_duration`.
    pub fn duration_us(&self) -> u64 {
        u64::from(self.sending) + u64::from(self.waiting) + u64::from(self.receiving)
    }
}

/// The protocol an exchange was made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.0, 1.1, or nothing agreed yet.
    #[default]
    Http1,
    /// HTTP/2.
    Http2,
}

impl Protocol {
    /// `HTTP/1.1` or `HTTP/2.0`, as k6's `proto` tag has it.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Http1 => "HTTP/1.1",
            Protocol::Http2 => "HTTP/2.0",
        }
    }
}

/// One request and its response, or what there was of it.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// When the engine took up the request (monotonic).
    pub started: Instant,
    /// Where the time went.
    pub timings: Timings,
    /// How long the beginning of the response had been received before it was read, in µs: part of `waiting`. Known of
    /// a sample of exchanges, and at least 1 then: so it takes no more room than a number.
    pub unread: Option<NonZeroU32>,
    /// Bytes of head and body written. Above TLS; for HTTP/2 header fields are counted before compression.
    pub bytes_sent: u64,
    /// Bytes of head and body read, with chunk framing, before decompression. Above TLS; for HTTP/2 as above.
    pub bytes_received: u64,
    /// What was spoken.
    pub protocol: Protocol,
    /// Whether a kept-alive connection carried it.
    pub reused: bool,
    /// Kept-alive connections that turned out closed by the server and were replaced for this exchange.
    pub reconnects: u8,
}

/// What the exchange is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExchangePhase {
    Blocked,
    /// A connection is being made.
    Dialling(DialPhase),
    Sending,
    Waiting,
    Receiving,
}

impl ExchangePhase {
    /// What an exchange in this phase is doing, for people.
    pub(super) fn doing(self) -> &'static str {
        match self {
            ExchangePhase::Blocked => "waiting for a connection",
            ExchangePhase::Dialling(phase) => phase.doing(),
            ExchangePhase::Sending => "sending the request",
            ExchangePhase::Waiting => "waiting for the response",
            ExchangePhase::Receiving => "receiving the response",
        }
    }
}

/// The running measurement of one exchange.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) exchange: Exchange,
    phase: ExchangePhase,
    stopwatch: Stopwatch,
    /// Whether this exchange belongs to the sample whose reads are timed.
    is_timed: bool,
    /// Headers that are not sent as they were given.
    pub(super) ignored: Ignored,
}

impl Trace {
    /// Starts the clock, in the phase `Blocked`.
    pub(super) fn start(now: Instant) -> Trace {
        let exchange = Exchange {
            started: now,
            timings: Timings::default(),
            unread: None,
            bytes_sent: 0,
            bytes_received: 0,
            protocol: Protocol::Http1,
            reused: false,
            reconnects: 0,
        };
        Trace {
            exchange,
            phase: ExchangePhase::Blocked,
            stopwatch: Stopwatch::start(now),
            is_timed: false,
            ignored: Ignored::default(),
        }
    }

    /// Closes the current phase now and opens the next.
    pub(super) fn enter(&mut self, next: ExchangePhase) {
        self.settle(Instant::now());
        self.phase = next;
    }

    /// Renames the current phase without a reading: what passed since the last boundary counts as `phase`.
    pub(super) fn rename(&mut self, phase: ExchangePhase) {
        self.phase = phase;
    }

    /// Begins to wait for the response, and decides whether to ask how long it had been there.
    pub(super) fn wait(&mut self) {
        self.enter(ExchangePhase::Waiting);
        self.is_timed = net::is_timed(self.ended());
    }

    /// Whether the next read is to be timed.
    pub(super) fn times_read(&self) -> bool {
        self.is_timed
    }

    /// Notes for how long what was read had been there. It can't have been there before it was waited for: the wall clock,
    /// by which the kernel stamps, may have been set meanwhile.
    pub(super) fn note_unread(&mut self, unread: Option<Duration>) {
        self.is_timed = false;
        let most = self.exchange.timings.waiting;
        let us = unread.map(|unread| u32::try_from(unread.as_micros()).unwrap_or(u32::MAX));
        self.exchange.unread = us.and_then(|us| NonZeroU32::new(us.min(most).max(1)));
    }

    /// The phase under way.
    pub(super) fn phase(&self) -> ExchangePhase {
        self.phase
    }

    /// The last reading of the clock.
    pub(super) fn ended(&self) -> Instant {
        self.stopwatch.ended()
    }

    /// Closes the current phase now.
    pub(super) fn finish(&mut self) {
        self.settle(Instant::now());
    }

    /// Forgets an attempt on a connection that the server had closed: its time counts as `Blocked`.
    pub(super) fn restart(&mut self) {
        self.settle(Instant::now());
        let reconnects = self.exchange.reconnects.saturating_add(1);
        let blocked = self.stopwatch.elapsed_us();
        self.exchange = Trace::start(self.exchange.started).exchange;
        self.exchange.reconnects = reconnects;
        self.exchange.timings.blocked = blocked;
        self.phase = ExchangePhase::Blocked;
    }

    fn settle(&mut self, now: Instant) {
        let spent = self.stopwatch.lap(self.exchange.started, now);
        let timings = &mut self.exchange.timings;
        let slot = match self.phase {
            ExchangePhase::Blocked => &mut timings.blocked,
            ExchangePhase::Dialling(DialPhase::Dns) => &mut timings.dns,
            ExchangePhase::Dialling(DialPhase::Connect) => &mut timings.connect,
            ExchangePhase::Dialling(DialPhase::Tls) => &mut timings.tls,
            ExchangePhase::Sending => &mut timings.sending,
            ExchangePhase::Waiting => &mut timings.waiting,
            ExchangePhase::Receiving => &mut timings.receiving,
        };
        *slot = slot.saturating_add(spent);
    }
}

impl PhaseClock for Trace {
    fn begin(&mut self, phase: DialPhase) {
        self.enter(ExchangePhase::Dialling(phase));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_is_sending_waiting_and_receiving() {
        let timings = Timings {
            blocked: 1,
            dns: 2,
            connect: 4,
            tls: 8,
            sending: 16,
            waiting: 32,
            receiving: 64,
        };
        assert_eq!(timings.duration_us(), 112);
    }

    #[test]
    fn phases_add_up_to_the_whole() {
        let start = Instant::now();
        let mut trace = Trace::start(start);
        trace.rename(ExchangePhase::Sending);
        trace.settle(start + Duration::from_nanos(1_900));
        trace.rename(ExchangePhase::Waiting);
        trace.settle(start + Duration::from_nanos(5_100));
        assert_eq!(
            (trace.exchange.timings.sending, trace.exchange.timings.waiting),
            (1, 4)
        );
        assert_eq!(trace.exchange.timings.duration_us(), 5);
    }

    #[test]
    fn a_restart_counts_the_lost_attempt_as_blocked() {
        let start = Instant::now()
            .checked_sub(Duration::from_millis(5))
            .expect("5 ms ago");
        let mut trace = Trace::start(start);
        trace.rename(ExchangePhase::Waiting);
        trace.restart();
        assert!(trace.exchange.timings.blocked >= 5_000);
        assert_eq!(
            (trace.exchange.timings.waiting, trace.exchange.reconnects),
            (0, 1)
        );
    }
}
