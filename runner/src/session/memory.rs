//! The machine's memory: what a run may take of it at most, said before it begins, and an end in order while there is
//! still some left.

use crate::engine::load::{EndReason, StopHandle, StopStage};
use crate::plan::Plan;
use crate::terminal::units;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How often a run looks at what is left.
const GLANCE: Duration = Duration::from_millis(100);

/// What is kept for the results and for the rest of the machine: a twentieth of all, but no less than the first and
/// no more than the second; of a small allowance, a quarter.
const RESERVE: [u64; 2] = [64 << 20, 1 << 30];

/// Where the control groups of this system are.
const GROUPS: &str = "/sys/fs/cgroup";

/// Memory that there is for a run.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    /// All of it; none if it isn't known, as on other systems than Linux.
    total: Option<u64>,
    /// What `--max-memory` says of this process.
    own: Option<u64>,
    /// Control groups that this process is in, and that have a limit.
    groups: Vec<Group>,
}

/// One control group with its limit.
#[derive(Debug, Clone)]
struct Group {
    dir: PathBuf,
    names: &'static Names,
    limit: u64,
}

/// What the files of one version of control groups are called.
#[derive(Debug)]
struct Names {
    limit: &'static str,
    used: &'static str,
    /// Of `memory.stat`: files in memory that can be dropped at once.
    reclaimable: &'static str,
}

static FIRST: Names = Names {
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    reclaimable: "total_inactive_file",
};
static SECOND: Names = Names {
    limit: "memory.max",
    used: "memory.current",
    reclaimable: "inactive_file",
};

impl Memory {
    /// What the operator allows, this process's control groups do, and the machine has.
    pub(super) fn ask(own: Option<usize>) -> Memory {
        let groups = groups(&read("/proc/self/cgroup").unwrap_or_default(), Path::new(GROUPS));
        let machine = line("/proc/meminfo", "MemTotal:").map(|kib| kib << 10);
        let own = own.map(|bytes| bytes as u64);
        let least = groups
            .iter()
            .map(|group| group.limit)
            .chain(machine)
            .chain(own)
            .min();
        Memory {
            total: least,
            own,
            groups,
        }
    }

    /// What the host may hold for all VUs unless the operator says otherwise: half of it.
    pub(super) fn host_share(&self) -> usize {
        let half = self.total.map_or(u64::MAX, |total| total / 2);
        usize::try_from(half).unwrap_or(usize::MAX)
    }

    /// A warning with the figures, if the virtual users may take more than there is.
    pub(super) fn warning(&self, plan: &Plan, host_bytes: usize) -> Option<String> {
        let (total, vus) = (self.total?, plan.peak_vus() as u64);
        let limits = &plan.limits;
        let guests = vus.saturating_mul(limits.vu_memory_bytes as u64);
        let host = vus.saturating_mul(limits.vu_host_memory_bytes as u64);
        let host = host.min(host_bytes as u64);
        let most = guests.saturating_add(host);
        let bytes = |n: u64| units::bytes(n);
        (most > total).then(|| {
            format!(
                "{} virtual users may fill {}: {} of their own ({} each, --vu-memory) and {} that the host holds for \
                 them ({} each, --vu-host-memory; in all at most {}, --host-memory). There are {}: should they be \
                 nearly used up, the run ends with its results",
                units::count(vus),
                bytes(most),
                bytes(guests),
                bytes(limits.vu_memory_bytes as u64),
                bytes(host),
                bytes(limits.vu_host_memory_bytes as u64),
                bytes(host_bytes as u64),
                bytes(total),
            )
        })
    }

    /// What must be left.
    fn reserve(&self) -> Option<u64> {
        let total = self.total?;
        let [least, most] = RESERVE;
        Some((total / 20).clamp(least, most).min(total / 4))
    }

    /// What is left, if that is less than there must be and this process has a part in it.
    fn shortage(&self) -> Option<u64> {
        let reserve = self.reserve()?;
        let used = line("/proc/self/status", "VmRSS:").map(|kib| kib << 10)?;
        let own = self.own.map(|own| own.saturating_sub(used));
        let machine = line("/proc/meminfo", "MemAvailable:").map(|kib| kib << 10);
        let groups = self.groups.iter().filter_map(Group::left);
        let left = groups.chain(own).chain(machine).min()?;
        (left < reserve && used > reserve).then_some(left)
    }
}

impl Group {
    fn left(&self) -> Option<u64> {
        let used: u64 = read(self.dir.join(self.names.used))?.trim().parse().ok()?;
        let free = line(self.dir.join("memory.stat"), self.names.reclaimable).unwrap_or(0);
        Some(self.limit.saturating_sub(used.saturating_sub(free)))
    }
}

/// The groups with a limit that a process is in, by what `/proc/self/cgroup` says: its own, and those around it.
fn groups(text: &str, root: &Path) -> Vec<Group> {
    let placed = text.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
        match controllers {
            "" => Some((root.to_owned(), path, &SECOND)),
            list if list.split(',').any(|name| name == "memory") => Some((root.join("memory"), path, &FIRST)),
            _ => None,
        }
    });
    placed
        .flat_map(|(top, path, names)| {
            let own = top.join(path);
            let around = own.ancestors().take_while(|dir| dir.starts_with(&top));
            around.filter_map(|dir| Group::at(dir, names)).collect::<Vec<_>>()
        })
        .collect()
}

impl Group {
    fn at(dir: &Path, names: &'static Names) -> Option<Group> {
        // Without a limit there is a word, or a number as large as can be.
        let limit: u64 = read(dir.join(names.limit))?.trim().parse().ok()?;
        (limit < 1 << 60).then(|| Group {
            dir: dir.to_owned(),
            names,
            limit,
        })
    }
}

/// Ends the run, as soon as memory is nearly used up, until this is dropped.
pub(super) struct Watch {
    _over: Sender<()>,
}

/// Starts to watch.
///
/// # Errors
/// If the operating system refuses the thread.
pub(super) fn watch(memory: Memory, stop: StopHandle) -> std::io::Result<Watch> {
    let (over, is_over) = channel::<()>();
    std::thread::Builder::new()
        .name("memory".to_owned())
        .spawn(move || {
            while is_over.recv_timeout(GLANCE) == Err(RecvTimeoutError::Timeout) {
                if let (Some(left), Some(total)) = (memory.shortage(), memory.total) {
                    let figures = format!("{} of {} were left", units::bytes(left), units::bytes(total));
                    return stop.stop(StopStage::Hard, EndReason::OutOfMemory(figures));
                }
            }
        })?;
    Ok(Watch { _over: over })
}

/// The number that follows a word at the beginning of a line.
fn line(path: impl AsRef<Path>, word: &str) -> Option<u64> {
    let text = read(path)?;
    let rest = text.lines().find_map(|line| line.strip_prefix(word))?;
    rest.split_whitespace().next()?.parse().ok()
}

fn read(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Begin, ConstantVus, ExecutorSpec, Workload, sample};

    fn workload(vus: usize) -> Workload {
        Workload {
            name: String::new(),
            executor: ExecutorSpec::ConstantVus(ConstantVus {
                spawn_rate: None,
                duration: None,
            }),
            vus: vec![0; vus],
            spare: Vec::new(),
            begin: Begin::default(),
            graceful_stop: Duration::ZERO,
            on_stop: Default::default(),
            warm_up: false,
        }
    }

    fn memory(total: u64) -> Memory {
        Memory {
            total: Some(total),
            own: None,
            groups: Vec::new(),
        }
    }

    #[test]
    fn the_tightest_group_counts_of_either_version() {
        let root = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        put("memory.max", "max\n");
        put("a/memory.max", "1000\n");
        put("a/memory.current", "900\n");
        put("a/memory.stat", "anon 700\ninactive_file 200\nx 1\n");
        put("a/b/memory.max", "5000\n");
        put("a/b/memory.current", "100\n");
        let found = groups("0::/a/b\n", root.path());
        let left: Vec<_> = found.iter().map(|group| group.left()).collect();
        assert_eq!(left, [Some(4900), Some(300)]);
        put("memory/c/memory.limit_in_bytes", "800\n");
        put("memory/c/memory.usage_in_bytes", "600\n");
        put("memory/memory.limit_in_bytes", "9223372036854771712\n");
        let found = groups("9:cpu:/c\n4:memory,x:/c\n", root.path());
        assert_eq!(found.iter().filter_map(Group::left).collect::<Vec<_>>(), [200]);
    }

    #[test]
    fn a_plan_that_may_fill_more_than_there_is_is_told_so() {
        let mut plan = sample::plan(vec![workload(10)]);
        plan.limits.vu_memory_bytes = 64_000_000;
        plan.limits.vu_host_memory_bytes = 32_000_000;
        assert_eq!(memory(960_000_000).warning(&plan, usize::MAX), None);
        let own_limit = memory(700_000_000).warning(&plan, 60_000_000);
        assert_eq!(own_limit, None, "the host's own limit counts");
        let warning = memory(700_000_000).warning(&plan, usize::MAX).unwrap();
        for figure in ["10 virtual users", "960 MB", "640 MB", "64", "320 MB", "700 MB"] {
            assert!(warning.contains(figure), "{figure}: {warning}");
        }
    }

    #[test]
    fn what_must_be_left_grows_with_what_there_is() {
        let reserve = |mib: u64| memory(mib << 20).reserve().map(|bytes| bytes >> 20);
        assert_eq!(
            [100, 1_000, 4_000, 64_000].map(reserve),
            [25, 64, 200, 1024].map(Some)
        );
    }
}
