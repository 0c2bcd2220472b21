//! What kept this program from the CPU: time that its threads waited for one, and time for which a quota stopped all of
//! them. Linux says both; elsewhere nothing is known.

use crate::metrics::CpuWait;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Groups above this one that are looked at.
const MOST_GROUPS: usize = 32;

/// How long the thread that opened this ran and waited.
#[derive(Debug)]
pub(super) struct ThreadClock {
    file: Option<File>,
    before: CpuWait,
}

impl ThreadClock {
    /// Of the calling thread, from now on.
    pub(super) fn open() -> ThreadClock {
        let mut clock = ThreadClock {
            file: File::open("/proc/thread-self/schedstat").ok(),
            before: CpuWait::default(),
        };
        clock.lap();
        clock
    }

    /// Since the last lap.
    pub(super) fn lap(&mut self) -> CpuWait {
        let Some(now) = self
            .file
            .as_ref()
            .and_then(read_again)
            .and_then(|text| waits(&text))
        else {
            return CpuWait::default();
        };
        let lap = now.since(&self.before);
        self.before = now;
        lap
    }
}

#[cfg(unix)]
fn read_again(file: &File) -> Option<String> {
    use std::os::unix::fs::FileExt;
    let mut text = [0; 96];
    let length = file.read_at(&mut text, 0).ok()?;
    text.get(..length)
        .and_then(|text| std::str::from_utf8(text).ok())
        .map(str::to_owned)
}

#[cfg(not(unix))]
fn read_again(_: &File) -> Option<String> {
    None
}

/// `schedstat`: nanoseconds on a CPU, nanoseconds ready but on none, times on one.
fn waits(text: &str) -> Option<CpuWait> {
    let mut figures = text.split_whitespace().map(|figure| figure.parse::<u64>().ok());
    let mut next = || figures.next().flatten();
    Some(CpuWait {
        ran_us: next()? / 1_000,
        waited_us: next()? / 1_000,
        times: next()?,
    })
}

/// How long the quotas of this process's groups stopped it.
#[derive(Debug)]
pub(super) struct Throttle {
    files: Vec<PathBuf>,
    before: Duration,
}

impl Throttle {
    /// Of this process's control groups, from now on.
    pub(super) fn open() -> Throttle {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let mut throttle = Throttle {
            files: stat_files(&groups, Path::new("/sys/fs/cgroup")),
            before: Duration::ZERO,
        };
        throttle.lap();
        throttle
    }

    /// Since the last lap, on all CPUs together.
    pub(super) fn lap(&mut self) -> Duration {
        let texts = self.files.iter().filter_map(|file| fs::read_to_string(file).ok());
        let now: Duration = texts.map(|text| throttled(&text)).sum();
        let lap = now.saturating_sub(self.before);
        self.before = now;
        lap
    }
}

/// The statistics of the group that has this process's CPU time and of all above it, in both versions of control groups.
fn stat_files(groups: &str, root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let has_cpu = controllers.split(',').any(|controller| controller == "cpu");
        if !has_cpu && !controllers.is_empty() {
            continue;
        }
        let base = root.join(controllers);
        // A container sees its own group as the root, or names a path that it can't see.
        let all = Path::new(path.trim_start_matches('/')).ancestors();
        files.extend(
            all.take(MOST_GROUPS)
                .map(|group| base.join(group).join("cpu.stat")),
        );
    }
    files.retain(|file| file.exists());
    files
}

fn throttled(stat: &str) -> Duration {
    let figure = |key: &str| {
        let mut lines = stat.lines().filter_map(|line| line.split_once(' '));
        let value = lines.find(|(name, _)| *name == key)?.1;
        value.trim().parse::<u64>().ok()
    };
    match (figure("throttled_usec"), figure("throttled_time")) {
        (Some(us), _) => Duration::from_micros(us),
        (None, Some(ns)) => Duration::from_nanos(ns),
        (None, None) => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_control_groups_are_read_up_to_their_root() {
        let root = tempfile::tempdir().unwrap();
        let stat = |folder: &str, text: &str| {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join("cpu.stat"), text).unwrap();
        };
        stat("cpu,cpuacct/a/b", "nr_periods 9\nthrottled_time 2000000\n");
        stat("cpu,cpuacct/a", "throttled_time 0\n");
        stat("pod", "usage_usec 5\nnr_throttled 3\nthrottled_usec 70000\n");
        let groups = "4:memory:/x\n3:cpu,cpuacct:/a/b\n2:cpuset:/a\n0::/pod/unseen\n";
        let files = stat_files(groups, root.path());
        assert_eq!(files.len(), 3, "{files:?}");
        let mut throttle = Throttle {
            files,
            before: Duration::ZERO,
        };
        assert_eq!(throttle.lap(), Duration::from_millis(72));
        assert_eq!(throttle.lap(), Duration::ZERO);
        stat("pod", "throttled_usec 75000");
        assert_eq!(throttle.lap(), Duration::from_millis(5));
    }

    #[test]
    fn a_lap_is_what_came_since_the_last() {
        let first = waits("5000000 2000000 10\n").unwrap();
        let then = waits("9000000 2500000 14\n").unwrap();
        assert_eq!(
            then.since(&first),
            CpuWait {
                ran_us: 4_000,
                waited_us: 500,
                times: 4
            }
        );
        assert_eq!(waits("nonsense"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_thread_has_run() {
        let mut clock = ThreadClock::open();
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(30) {
            std::hint::black_box(0);
        }
        let lap = clock.lap();
        assert!(lap.ran_us + lap.waited_us >= 20_000, "{lap:?}");
    }
}
