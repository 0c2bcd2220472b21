//! Facts of the machine that a plan depends on: how many threads make sense, and how many virtual users it lets live.
//! Who asks the operating system for them is `session::machine`.

/// Files that are open besides the VUs' connections.
const SPARE_FILES: u64 = 200;

/// Mappings that one VU's memory and stack take, and those of the rest of the process.
const MAPS_PER_VU: u64 = 6;
const SPARE_MAPS: u64 = 1_000;

/// What a machine has and allows. `None`: unknown, and not checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine {
    /// Cores that the process may use.
    pub cores: usize,
    /// Files that may be open at once.
    pub files: Option<u64>,
    /// Mappings of memory that a process may have.
    pub maps: Option<u64>,
    /// Ports for connections from one address to one server.
    pub ports: Option<u64>,
}

impl Machine {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_says_what_to_set() {
        let machine = Machine {
            cores: 1,
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
            cores: 1,
            files: None,
            maps: None,
            ports: Some(28_232),
        };
        assert_eq!(machine.problems(50_000, 2), [] as [&str; 0]);
    }
}
