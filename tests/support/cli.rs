//! Runs the binary, with a time limit, and keeps all that it said.

use super::summary::Summary;
use super::{guests, root};
use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A run that takes longer than this hangs. It judges no speed: the first build of a locustfile on a busy machine
/// installs its tools and compiles Python, which takes minutes.
const HANGS_AFTER: Duration = Duration::from_secs(15 * 60);

/// How one run of the binary ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Exit code; -1 after a signal.
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

impl Ran {
    /// Asserts the exit code, and shows everything if it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Ran {
        assert_eq!(
            self.code, code,
            "after {:?}\nstdout:\n{}\nstderr:\n{}",
            self.took, self.out, self.err
        );
        self
    }

    /// Asserts the error's shape: one `error:`, a `hint:`, this text, and no control characters.
    #[track_caller]
    pub(crate) fn complains(self, about: &str) -> Ran {
        let errors = self
            .err
            .lines()
            .filter(|line| line.starts_with("error: "))
            .count();
        assert_eq!(errors, 1, "one error line, please:\n{}", self.err);
        assert!(self.err.contains("hint: "), "no hint:\n{}", self.err);
        assert!(self.err.contains(about), "nothing about {about:?}:\n{}", self.err);
        self.says_nothing_raw()
    }

    /// Asserts that no text of a guest reached the terminal as a control sequence.
    #[track_caller]
    pub(crate) fn says_nothing_raw(self) -> Ran {
        assert!(
            !self.err.contains('\u{1b}') && !self.out.contains('\u{1b}'),
            "{}\n{}",
            self.out,
            self.err
        );
        self
    }

    /// Asserts that it took less than this.
    #[track_caller]
    pub(crate) fn within(self, limit: Duration) -> Ran {
        assert!(
            self.took < limit,
            "took {:?}, more than {limit:?}\n{}\n{}",
            self.took,
            self.out,
            self.err
        );
        self
    }
}

/// The binary with its cache in the target folder, so that guests compile once per machine.
pub(crate) fn wasmswarm() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasmswarm"));
    command.env("WASMSWARM_CACHE_DIR", root().join("target/test-cache"));
    // They are ours; the binary would warn that they mean nothing.
    for own in [
        "WASMSWARM_ACCEPT",
        "WASMSWARM_INTERRUPTIONS",
        "WASMSWARM_WRITE_DOCS",
    ] {
        command.env_remove(own);
    }
    command
        .env("NO_COLOR", "1")
        .env("PATH", guests::path())
        .current_dir(root());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it with these arguments; at most as long as [`HANGS_AFTER`].
pub(crate) fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Ran {
    let mut command = wasmswarm();
    command.args(arguments);
    Background::start(command).finish()
}

/// The same in this folder.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = wasmswarm();
    command.args(arguments).current_dir(folder);
    Background::start(command).finish()
}

/// `wasmswarm run PLUGIN …` with the results as data.
pub(crate) fn run_plugin(plugin: &Path, arguments: &[&str]) -> (Ran, Summary) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out.json");
    let mut command = wasmswarm();
    command
        .arg("run")
        .arg(plugin)
        .args(arguments)
        .arg("--headless")
        .arg("--summary-json")
        .arg(&file);
    let ran = Background::start(command).finish();
    let summary = Summary::read(&file, &ran);
    (ran, summary)
}

/// A run under way. Killed when dropped.
pub(crate) struct Background {
    /// As it was started, for whoever reads that it hangs.
    command: String,
    child: Child,
    started: Instant,
    output: Option<(Collected, Collected)>,
}

impl Background {
    pub(crate) fn start(mut command: Command) -> Background {
        let started = Instant::now();
        let mut child = command.spawn().expect("the binary starts");
        let out = collect(child.stdout.take().expect("standard output is piped"));
        let err = collect(child.stderr.take().expect("standard error is piped"));
        Background {
            command: format!("{command:?}"),
            child,
            started,
            output: Some((out, err)),
        }
    }

    /// Waits for a line of standard error that begins like this.
    pub(crate) fn line_of_stderr(&self, beginning: &str) -> String {
        let (_, err) = self.output.as_ref().expect("only taken at the end");
        loop {
            let text = err.so_far();
            let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
            if let Some(line) = whole.lines().find(|line| line.starts_with(beginning)) {
                return line.to_owned();
            }
            assert!(
                self.started.elapsed() < Duration::from_secs(60),
                "no line {beginning:?} in:\n{text}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.expect("`kill` is installed").success());
    }

    /// What is known of a run that doesn't end.
    fn hangs(&self) -> String {
        let (out, err) = self.output.as_ref().expect("only taken at the end");
        format!(
            "still running after {HANGS_AFTER:?}: {}\nstdout so far:\n{}\nstderr so far:\n{}",
            self.command,
            out.so_far(),
            err.so_far()
        )
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Ran {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child that can be waited for") {
                break status;
            }
            assert!(self.started.elapsed() < HANGS_AFTER, "{}", self.hangs());
            std::thread::sleep(Duration::from_millis(2));
        };
        let took = self.started.elapsed();
        let (out, err) = self.output.take().expect("only taken here");
        Ran {
            code: status.code().unwrap_or(-1),
            out: out.whole(),
            err: err.whole(),
            took,
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Fails when it has ended, which is the usual case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What comes out of a pipe.
struct Collected {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Collected {
    fn so_far(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn whole(self) -> String {
        let bytes = Arc::clone(&self.bytes);
        self.reader.join().expect("readers don't panic");
        let bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> Collected {
    let bytes = Arc::<Mutex<Vec<u8>>>::default();
    let collected = Arc::clone(&bytes);
    let reader = std::thread::spawn(move || {
        let mut part = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut part) {
            let mut all = collected.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend_from_slice(&part[..count]);
        }
    });
    Collected { bytes, reader }
}
