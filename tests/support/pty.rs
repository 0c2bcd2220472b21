//! Runs the binary in a terminal of its own, types, and reads the screen. The terminal is made by
//! `script`, a part of every Linux system.

use super::cli::wasmswarm;
use super::screen::Screen;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What the terminal's shell does: "$@" is the run. Its modes are shown before and after it. Keys
/// that are signals also reach the shell, which must outlive them.
const SHELL: &str = "trap : INT QUIT; stty cols 100 rows 30; tty; \"$@\"; code=$?; stty -a; exit $code";

/// A run in a terminal. Killed, with its terminal, when dropped.
pub(crate) struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// `wasmswarm run PLUGIN …`.
    pub(crate) fn run(plugin: &Path, arguments: &[&str]) -> Terminal {
        let binary = wasmswarm();
        let mut words = vec![binary.get_program(), OsStr::new("run"), plugin.as_os_str()];
        words.extend(arguments.iter().map(OsStr::new));
        let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        // Not every shell that `script` may start replaces itself by its last command, and one that
        // doesn't would be ended by Ctrl-C.
        let line = format!("exec sh -c {} sh {}", quoted(OsStr::new(SHELL)), words.join(" "));
        let mut command = Command::new("script");
        command.args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"]);
        for (name, value) in binary.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .env("TERM", "xterm")
            .current_dir(binary.get_current_dir().expect("it is set"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("`script` is installed");
        let screen = Arc::<Mutex<Vec<u8>>>::default();
        let seen = Arc::clone(&screen);
        let mut output = child.stdout.take().expect("standard output is piped");
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.extend_from_slice(&bytes[..count]);
            }
        });
        Terminal {
            keyboard: child.stdin.take().expect("standard input is piped"),
            child,
            screen,
        }
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        let typed = self.keyboard.write_all(keys.as_bytes());
        typed.and_then(|()| self.keyboard.flush()).expect("a terminal");
    }

    /// Everything that was ever drawn.
    pub(crate) fn drawn(&self) -> String {
        let screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&screen).into_owned()
    }

    /// What is on the screen now.
    pub(crate) fn screen(&self) -> Screen {
        Screen::of(&self.drawn())
    }

    /// Waits until this is on the screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?}"), |screen| screen.text().contains(text));
    }

    /// Waits until the screen is so.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&Screen) -> bool) {
        let begun = Instant::now();
        while !is_so(&self.screen()) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "no {what} in:\n{}",
                self.screen().text()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal, such as `TERM`, to the program alone.
    pub(crate) fn signal(&self, name: &str) {
        let mut id = self.child.id();
        // The terminal's shell is its only child, and the program is that one's.
        while let Some(child) = first_child(id) {
            id = child;
        }
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id.to_string()])
            .status();
        assert!(sent.expect("`kill` is installed").success());
    }

    /// Runs `stty` on it, such as to change its size.
    pub(crate) fn set(&self, settings: &[&str]) {
        let mut command = Command::new("stty");
        let set = command.args(["-F", &self.path()]).args(settings).status();
        assert!(set.expect("`stty` is installed").success());
    }

    fn path(&self) -> String {
        let drawn = self.drawn();
        let first = drawn.lines().next();
        first
            .expect("the first line is the terminal's name")
            .trim()
            .to_owned()
    }

    /// The terminal's modes now, as `stty -a` shows them.
    pub(crate) fn modes(&self) -> String {
        let output = Command::new("stty").args(["-F", &self.path(), "-a"]).output();
        String::from_utf8_lossy(&output.expect("`stty` is installed").stdout).into_owned()
    }

    /// Waits for the end. Answers the exit code, what was drawn, and the modes after it.
    pub(crate) fn finish(mut self) -> (i32, String, String) {
        let begun = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().expect("a child that can be waited for") {
                break status.code().unwrap_or(-1);
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "still running:\n{}",
                self.drawn()
            );
            std::thread::sleep(Duration::from_millis(5));
        };
        // The last of it may still be in the pipe.
        std::thread::sleep(Duration::from_millis(100));
        let drawn = self.drawn();
        let modes = drawn.rfind("speed ").and_then(|at| drawn.get(at..));
        (code, drawn.clone(), modes.unwrap_or_default().to_owned())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails when it has ended, which is the usual case. Without its terminal the run ends too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_child(id: u32) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// As one word for a shell.
fn quoted(word: &OsStr) -> String {
    let word = word.to_str().expect("paths are text");
    format!("'{}'", word.replace('\'', r"'\''"))
}
