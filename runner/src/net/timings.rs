//! Where the time of making a connection goes, and the clock that takes the readings.
//!
//! The clock is read once per boundary between two phases. Boundaries are kept as whole microseconds since the start,
//! so that phases always add up to the whole.

use std::time::Instant;

/// What making a connection is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialPhase {
    /// Looking up the name.
    Dns,
    /// TCP connect, and the tunnel through a proxy.
    Connect,
    /// TLS handshake.
    Tls,
}

impl DialPhase {
    /// What is being done in this phase, for people.
    pub fn doing(self) -> &'static str {
        match self {
            DialPhase::Dns => "looking up the name",
            DialPhase::Connect => "connecting",
            DialPhase::Tls => "in the TLS handshake",
        }
    }
}

/// Who measures how a connection is made. It belongs to the caller, so that it outlives a dial that is cut short: the
/// time that was spent until then is known too.
pub trait PhaseClock {
    /// This phase begins now, and the one before it ends.
    fn begin(&mut self, phase: DialPhase);
}

/// A clock that is read at boundaries only. When it was started is its owner's to know, who shows that to others too:
/// every idle VU pays for what is kept twice.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    /// The last boundary, in µs since the start.
    boundary: u32,
    /// The last boundary.
    ended: Instant,
}

impl Stopwatch {
    /// Starts at this moment.
    pub fn start(now: Instant) -> Stopwatch {
        Stopwatch {
            boundary: 0,
            ended: now,
        }
    }

    /// Sets a boundary at this moment; returns the µs since the last one. Saturates at 71 minutes since the start.
    pub fn lap(&mut self, started: Instant, now: Instant) -> u32 {
        let elapsed = now.saturating_duration_since(started).as_micros();
        let boundary = u32::try_from(elapsed).unwrap_or(u32::MAX);
        let spent = boundary.saturating_sub(self.boundary);
        self.boundary = boundary;
        self.ended = now;
        spent
    }

    /// The µs from the start to the last boundary.
    pub fn elapsed_us(&self) -> u32 {
        self.boundary
    }

    /// The last reading of the clock.
    pub fn ended(&self) -> Instant {
        self.ended
    }
}

/// Microseconds per phase of making one connection. A phase that did not happen is 0. For protocols that have no
/// clock of their own.
#[derive(Clone, Copy, Debug)]
pub struct DialTimings {
    /// Name look-up.
    pub dns: u32,
    /// TCP connect, and the tunnel through a proxy.
    pub connect: u32,
    /// TLS handshake.
    pub tls: u32,
    started: Instant,
    stopwatch: Stopwatch,
    phase: Option<DialPhase>,
}

impl DialTimings {
    /// Starts the clock, in no phase.
    pub fn start() -> DialTimings {
        let started = Instant::now();
        DialTimings {
            dns: 0,
            connect: 0,
            tls: 0,
            started,
            stopwatch: Stopwatch::start(started),
            phase: None,
        }
    }

    /// Closes the current phase now.
    pub fn finish(&mut self) {
        let spent = self.stopwatch.lap(self.started, Instant::now());
        let slot = match self.phase.take() {
            None => return,
            Some(DialPhase::Dns) => &mut self.dns,
            Some(DialPhase::Connect) => &mut self.connect,
            Some(DialPhase::Tls) => &mut self.tls,
        };
        *slot = slot.saturating_add(spent);
    }
}

impl PhaseClock for DialTimings {
    fn begin(&mut self, phase: DialPhase) {
        self.finish();
        self.phase = Some(phase);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn laps_are_whole_microseconds_that_add_up() {
        let start = Instant::now();
        let mut stopwatch = Stopwatch::start(start);
        assert_eq!(stopwatch.lap(start, start + Duration::from_nanos(1_900)), 1);
        assert_eq!(stopwatch.lap(start, start + Duration::from_nanos(5_100)), 4);
        assert_eq!(stopwatch.elapsed_us(), 5);
        assert_eq!(stopwatch.ended(), start + Duration::from_nanos(5_100));
    }

    #[test]
    fn time_counts_for_the_phase_that_it_passed_in() {
        let mut timings = DialTimings::start();
        timings.begin(DialPhase::Connect);
        std::thread::sleep(Duration::from_millis(2));
        timings.begin(DialPhase::Tls);
        timings.finish();
        assert!(timings.connect >= 2_000 && timings.dns == 0);
    }
}
