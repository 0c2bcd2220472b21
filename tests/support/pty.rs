//! Runs the binary in a terminal of its own, types, and reads the screen.

use super::cli::wasmswarm;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A run in a terminal. Killed, with its terminal, when dropped.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    path: String,
}

impl Terminal {
    /// `wasmswarm run PLUGIN …`.
    pub(crate) fn run(plugin: &Path, arguments: &[&str]) -> Terminal {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        grantpt(&keyboard).expect("it is ours");
        unlockpt(&keyboard).expect("it is ours");
        let path = ptsname(&keyboard, Vec::new()).expect("it has a name");
        let path = path.into_string().expect("its name is text");
        let open = || OpenOptions::new().read(true).write(true).open(&path);
        let binary = wasmswarm();
        // A session of its own, so that Ctrl-C reaches the run and nobody else.
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait"]).arg(binary.get_program());
        for (name, value) in binary.get_envs() {
            command.env(name, value.expect("only set"));
        }
        command
            .arg("run")
            .arg(plugin)
            .args(arguments)
            .env("TERM", "xterm")
            .current_dir(binary.get_current_dir().expect("it is set"));
        command
            .stdin(open().expect("it can be opened"))
            .stdout(open().expect("it can be opened"))
            .stderr(open().expect("it can be opened"));
        let child = command.spawn().expect("`setsid` is installed");
        let keyboard = File::from(keyboard);
        let screen = Arc::<Mutex<Vec<u8>>>::default();
        let (mut reader, seen) = (
            keyboard.try_clone().expect("a second handle"),
            Arc::clone(&screen),
        );
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Reading fails when the last of the other side has gone.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.extend_from_slice(&bytes[..count]);
            }
        });
        Terminal {
            child,
            keyboard,
            screen,
            path,
        }
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("a terminal");
    }

    /// Everything that was ever drawn.
    pub(crate) fn drawn(&self) -> String {
        let screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&screen).into_owned()
    }

    /// Waits until this is drawn, after what was drawn before.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        let before = self.drawn().len();
        while !self.drawn().get(before..).is_some_and(|new| new.contains(text)) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "no {text:?} in:\n{}",
                self.drawn()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The terminal's modes, as `stty -a` shows them.
    pub(crate) fn modes(&self) -> String {
        let output = Command::new("stty").args(["-F", &self.path, "-a"]).output();
        String::from_utf8_lossy(&output.expect("`stty` is installed").stdout).into_owned()
    }

    /// Waits for the end. Answers the exit code.
    pub(crate) fn finish(mut self) -> (i32, Terminal) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child that can be waited for") {
                return (status.code().unwrap_or(-1), self);
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "still running:\n{}",
                self.drawn()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails when it has ended, which is the usual case. Without its terminal the run ends too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
