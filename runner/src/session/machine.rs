//! Whether this machine lets that many virtual users live: asked before the run, so that it
//! isn't the run that finds out.

/// Files that are open besides the VUs' connections.
const SPARE_FILES: u64 = 200;

/// Mappings that one VU's memory and stack take, and those of the rest of the process.
const MAPS_PER_VU: u64 = 6;
const SPARE_MAPS: u64 = 1_000;

/// What a machine allows. `None`: unknown, and not checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    files: Option<u64>,
    maps: Option<u64>,
    /// Ports for connections from one address to one server.
    ports: Option<u64>,
}

impl Machine {
    /// Asks the operating system, after raising the limit of open files as far as that is ours to do.
    pub(super) fn ask() -> Machine {
        Machine {
            files: rlimit::increase_nofile_limit(u64::MAX).ok(),
            maps: read("/proc/sys/vm/max_map_count").and_then(|text| text.trim().parse().ok()),
            ports: read("/proc/sys/net/ipv4/ip_local_port_range").and_then(|text| span(&text)),
        }
    }

    /// How many VUs nothing stands in the way of.
    pub(super) fn most_vus(&self, sources: usize) -> usize {
        let addresses = sources.max(1) as u64;
        let files = self.files.map(|files| files.saturating_sub(SPARE_FILES));
        let maps = self
            .maps
            .map(|maps| maps.saturating_sub(SPARE_MAPS) / MAPS_PER_VU);
        let ports = self.ports.map(|ports| ports * addresses);
        let most = [files, maps, ports].into_iter().flatten().min();
        most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// What stands in the way of this many VUs, each with what to set. `sources`: addresses to connect from.
    pub(super) fn problems(&self, vus: usize, sources: usize) -> Vec<String> {
        let vus = vus as u64;
        let (files, maps) = (vus + SPARE_FILES, vus * MAPS_PER_VU + SPARE_MAPS);
        let addresses = sources.max(1) as u64;
        let short = |have: Option<u64>, need: u64| have.filter(|&have| have < need);
        let files = short(self.files, files)
            .map(|have| format!("open files: {have}, and {files} are needed: set `ulimit -n {files}`"));
        let maps = short(self.maps, maps).map(|have| {
            format!("memory mappings: {have}, and {maps} are needed: set `sysctl vm.max_map_count={maps}`")
        });
        let ports = short(self.ports.map(|ports| ports * addresses), vus).map(|have| {
            format!(
                "ports to connect from: {have}, and {vus} are needed: set `sysctl \
                 net.ipv4.ip_local_port_range=\"1024 65535\"`, or pass more addresses with --source-address"
            )
        });
        [files, maps, ports].into_iter().flatten().collect()
    }
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
    fn every_limit_says_what_to_set() {
        let machine = Machine {
            files: Some(1_024),
            maps: Some(65_530),
            ports: Some(28_232),
        };
        assert_eq!(machine.problems(800, 0), [] as [&str; 0]);
        assert_eq!(machine.most_vus(0), 824);
        assert_eq!(machine.problems(824, 0), [] as [&str; 0]);
        assert_eq!(machine.problems(825, 0).len(), 1);
        let problems = machine.problems(30_000, 1);
        assert_eq!(problems.len(), 3);
        assert_eq!(
            problems[0],
            "open files: 1024, and 30200 are needed: set `ulimit -n 30200`"
        );
        assert!(problems[1].ends_with("`sysctl vm.max_map_count=181000`"));
    }

    #[test]
    fn more_source_addresses_have_more_ports() {
        let machine = Machine {
            files: None,
            maps: None,
            ports: Some(28_232),
        };
        assert_eq!(machine.problems(50_000, 2), [] as [&str; 0]);
    }

    #[test]
    fn reads_the_kernels_port_range() {
        assert_eq!(span("32768\t60999\n"), Some(28_232));
        assert_eq!(span("nonsense"), None);
    }
}
