//! Watches over the program from outside its load threads: whether it was stopped, whether the machine slept, and what it
//! uses. Linux says all of it; elsewhere only stops are known.

use super::pressure::Throttle;
use crate::metrics::ProcessSecond;
use std::time::Duration;

/// A wait that takes this much longer than it should wasn't only a busy machine's: the program didn't run.
const PAUSE: Duration = Duration::from_millis(250);

/// A sleep of the machine that is shorter is an error of reading two clocks one after the other.
const SLEEP: Duration = Duration::from_millis(100);

/// What is known since the last lap, and what it is measured from.
#[derive(Debug)]
pub(super) struct ProcessWatch {
    throttle: Throttle,
    paused: Duration,
    /// How far the clock that goes on while the machine sleeps was ahead of the other.
    ahead: Duration,
    cpu: Duration,
    files_limit: u64,
    ports: u64,
}

impl ProcessWatch {
    /// From now on.
    pub(super) fn open() -> ProcessWatch {
        ProcessWatch {
            throttle: Throttle::open(),
            paused: Duration::ZERO,
            ahead: system::ahead(),
            cpu: system::cpu(),
            files_limit: system::files_limit(),
            ports: system::ports(),
        }
    }

    /// Notes that a wait of at most `asked` took so long. The program may have been stopped at any moment of the wait, so
    /// half of it is taken as waited: the pause is known to half of the wait.
    pub(super) fn waited(&mut self, asked: Duration, took: Duration) {
        if took.saturating_sub(asked) > PAUSE {
            self.paused += took.saturating_sub(asked / 2);
        }
    }

    /// The second since the last lap.
    pub(super) fn lap(&mut self) -> ProcessSecond {
        let (ahead, cpu) = (system::ahead(), system::cpu());
        let slept = ahead.saturating_sub(self.ahead);
        let second = ProcessSecond {
            throttled: self.throttle.lap(),
            paused: std::mem::take(&mut self.paused),
            suspended: if slept > SLEEP { slept } else { Duration::ZERO },
            cpu: cpu.saturating_sub(self.cpu),
            files: system::files(),
            files_limit: self.files_limit,
            sockets: system::sockets(),
            ports: self.ports,
        };
        (self.ahead, self.cpu) = (ahead, cpu);
        second
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::time::{ClockId, clock_gettime};
    use std::fs;
    use std::time::Duration;

    /// How far the clock that counts sleep is ahead of the one that doesn't.
    pub(super) fn ahead() -> Duration {
        // The one that may be ahead last, so that the time between the two readings doesn't look like less than nothing.
        let without = of(ClockId::Monotonic);
        of(ClockId::Boottime).saturating_sub(without)
    }

    /// Time that all threads had CPUs.
    pub(super) fn cpu() -> Duration {
        of(ClockId::ProcessCPUTime)
    }

    fn of(clock: ClockId) -> Duration {
        let time = clock_gettime(clock);
        Duration::new(
            u64::try_from(time.tv_sec).unwrap_or(0),
            u32::try_from(time.tv_nsec).unwrap_or(0),
        )
    }

    /// Open files. Since Linux 6.2 the folder's size is their number; before, it is 0.
    pub(super) fn files() -> u64 {
        fs::metadata("/proc/self/fd").map_or(0, |folder| folder.len())
    }

    pub(super) fn files_limit() -> u64 {
        rlimit::Resource::NOFILE.get_soft().unwrap_or(0)
    }

    /// TCP sockets of this machine's or container's network, with those that wait after their end.
    pub(super) fn sockets() -> u64 {
        let text = fs::read_to_string("/proc/net/sockstat").unwrap_or_default();
        in_use(&text).unwrap_or(0)
    }

    /// `TCP: inuse 5 orphan 0 tw 3 alloc 7 mem 1`: those in use and those that wait.
    pub(super) fn in_use(sockstat: &str) -> Option<u64> {
        let line = sockstat.lines().find_map(|line| line.strip_prefix("TCP: "))?;
        let words: Vec<_> = line.split_whitespace().collect();
        let pairs = words
            .chunks_exact(2)
            .filter(|pair| matches!(pair.first(), Some(&"inuse" | &"tw")));
        let counts = pairs.filter_map(|pair| pair.get(1)?.parse::<u64>().ok());
        Some(counts.sum())
    }

    /// Ports of which one is taken for each new connection.
    pub(super) fn ports() -> u64 {
        let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
        range(&text).unwrap_or(0)
    }

    pub(super) fn range(text: &str) -> Option<u64> {
        let mut ends = text.split_whitespace().map(|end| end.parse::<u64>().ok());
        let (first, last) = (ends.next()??, ends.next()??);
        (last + 1).checked_sub(first)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Duration;

    pub(super) fn ahead() -> Duration {
        Duration::ZERO
    }

    pub(super) fn cpu() -> Duration {
        Duration::ZERO
    }

    pub(super) fn files() -> u64 {
        0
    }

    pub(super) fn files_limit() -> u64 {
        0
    }

    pub(super) fn sockets() -> u64 {
        0
    }

    pub(super) fn ports() -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_what_a_wait_took_beyond_its_time_and_a_busy_machine_is_none() {
        let ms = Duration::from_millis;
        let mut watch = ProcessWatch::open();
        watch.waited(ms(50), ms(51));
        watch.waited(ms(50), ms(290));
        assert_eq!(watch.lap().paused, Duration::ZERO);
        watch.waited(ms(50), ms(1_030));
        assert_eq!(watch.lap().paused, ms(1_005));
        assert_eq!(watch.lap().paused, Duration::ZERO);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn sockets_and_ports_are_read() {
        let text = "sockets: used 9\nTCP: inuse 5 orphan 0 tw 3 alloc 7 mem 1\nUDP: inuse 2 mem 0\n";
        assert_eq!(system::in_use(text), Some(8));
        assert_eq!(system::range("32768\t60999\n"), Some(28_232));
        assert_eq!((system::in_use(""), system::range("")), (None, None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_files_and_a_cpu() {
        let mut watch = ProcessWatch::open();
        let busy = std::time::Instant::now();
        while busy.elapsed() < Duration::from_millis(20) {}
        let second = watch.lap();
        assert!(
            second.cpu > Duration::ZERO && second.files_limit > 0,
            "{second:?}"
        );
        assert_eq!(second.suspended, Duration::ZERO);
    }
}
