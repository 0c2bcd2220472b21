//! Runs the binary, with a time limit, and keeps all that it said.

use super::root;
use super::summary::Summary;
use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

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
    command.env("NO_COLOR", "1").current_dir(root());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it with these arguments; at most four minutes.
pub(crate) fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Ran {
    let mut command = wasmswarm();
    command.args(arguments);
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
    child: Child,
    started: Instant,
    output: Option<(JoinHandle<String>, JoinHandle<String>)>,
}

impl Background {
    pub(crate) fn start(mut command: Command) -> Background {
        let started = Instant::now();
        let mut child = command.spawn().expect("the binary starts");
        let out = collect(child.stdout.take().expect("standard output is piped"));
        let err = collect(child.stderr.take().expect("standard error is piped"));
        Background {
            child,
            started,
            output: Some((out, err)),
        }
    }

    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.expect("`kill` is installed").success());
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Ran {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child that can be waited for") {
                break status;
            }
            assert!(
                self.started.elapsed() < Duration::from_secs(240),
                "still running after four minutes"
            );
            std::thread::sleep(Duration::from_millis(2));
        };
        let took = self.started.elapsed();
        let (out, err) = self.output.take().expect("only taken here");
        let text = |thread: JoinHandle<String>| thread.join().expect("readers don't panic");
        Ran {
            code: status.code().unwrap_or(-1),
            out: text(out),
            err: text(err),
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

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
