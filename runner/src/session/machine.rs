//! Asks the operating system what a plan depends on, before the run, so that it isn't the run that finds out.

use crate::options::Machine;

/// Asks, after raising the limit of open files as far as that is ours to do.
pub(super) fn ask() -> Machine {
    Machine {
        cores: cores(),
        files: rlimit::increase_nofile_limit(u64::MAX).ok(),
        maps: read("/proc/sys/vm/max_map_count").and_then(|text| text.trim().parse().ok()),
        ports: read("/proc/sys/net/ipv4/ip_local_port_range").and_then(|text| span(&text)),
    }
}

/// A machine of as many cores as this one, of which nothing else is known: for plans that aren't run.
pub(super) fn unlimited() -> Machine {
    Machine {
        cores: cores(),
        ..Machine::default()
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// How many numbers `low high` spans, both included.
fn span(text: &str) -> Option<u64> {
    let (low, high) = text.trim().split_once(char::is_whitespace)?;
    let (low, high): (u64, u64) = (low.parse().ok()?, high.trim().parse().ok()?);
    (high + 1).checked_sub(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_port_range() {
        assert_eq!(span("32768\t60999\n"), Some(28_232));
        assert_eq!(span("nonsense"), None);
    }
}
