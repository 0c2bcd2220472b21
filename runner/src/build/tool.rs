//! The tools of a language: finding them, running them, and keeping what they say.

use super::{BuildContext, BuildError, Language, cannot_write};
use crate::system::confine::{self, ProcessEnd, ProcessLimits};
use crate::system::private;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How many of a tool's last lines an error quotes.
const QUOTED_LINES: usize = 20;

/// The longest that a compiler or an installer may take.
const TOOL_TIME: Duration = Duration::from_secs(30 * 60);

/// What a tool may use that runs what it builds. The time of such an evaluation is the script's to decide.
const EVALUATING: ProcessLimits = ProcessLimits {
    memory_bytes: 4 << 30,
    cpu: Duration::from_secs(180),
    wall: TOOL_TIME,
};

/// The first of these programs that is on the path.
pub(super) fn find(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| which::which(name).ok())
}

/// What a tool prints to its output, if it runs and is content.
pub(super) fn print<'a>(program: &Path, arguments: impl IntoIterator<Item = &'a OsStr>) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first number of the form `1.27` in a text, as its two parts.
pub(super) fn numbers(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    parts.find_map(|part| {
        let mut numbers = part.split('.').map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
            _ => None,
        }
    })
}

/// Runs a compiler to its end. What it prints is shown if it fails, and then only its end.
pub(super) fn run(language: Language, command: &mut Command) -> Result<(), BuildError> {
    let (end, last_lines) = quietly(command, TOOL_TIME).map_err(|source| BuildError::Missing {
        language,
        what: format!("{}, which can't be started: {source}", name_of(command)),
        hint: "see whether it runs by itself".to_owned(),
    })?;
    match end {
        ProcessEnd::Exited(0) => Ok(()),
        ProcessEnd::Interrupted => Err(BuildError::Interrupted),
        ProcessEnd::Exited(_) | ProcessEnd::Signal(_) => Err(BuildError::Compile { last_lines }),
        end => Err(BuildError::Limit { why: beyond(&end) }),
    }
}

/// As [`run`], for a tool that runs what it builds, as those do that keep a script's state: with limits.
pub(super) fn run_evaluating(language: Language, command: &Command) -> Result<(), BuildError> {
    run(language, &mut confine::limited(command, EVALUATING))
}

/// Which limit a tool met.
fn beyond(end: &ProcessEnd) -> String {
    match end {
        ProcessEnd::Cpu => format!("within {} s of CPU time", EVALUATING.cpu.as_secs()),
        ProcessEnd::Memory => format!("with {} GiB of memory", EVALUATING.memory_bytes >> 30),
        _ => format!("within {} min", TOOL_TIME.as_secs() / 60),
    }
}

/// Runs what fetches and installs something to its end.
pub(super) fn run_installer(tool: &'static str, command: &mut Command) -> Result<(), BuildError> {
    let ended = quietly(command, TOOL_TIME).map_err(|source| BuildError::Tool { tool, source })?;
    match ended {
        (ProcessEnd::Exited(0), _) => Ok(()),
        (ProcessEnd::Interrupted, _) => Err(BuildError::Interrupted),
        (_, last_lines) => Err(BuildError::Install { tool, last_lines }),
    }
}

/// How the command ended, and the end of what it printed.
fn quietly(command: &mut Command, wall: Duration) -> std::io::Result<(ProcessEnd, String)> {
    let (reader, writer) = std::io::pipe()?;
    let errors = writer.try_clone()?;
    command.stdin(Stdio::null()).stdout(writer).stderr(errors);
    let child = command.spawn();
    // The command holds the pipe's ends; without them the reader sees the end of it.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child?;
    let watched = confine::watch(&child, wall);
    let last_lines = follow(reader, &mut |_| ());
    let (_, end) = watched.finish(&mut child)?;
    Ok((end, last_lines.join("\n")))
}

fn name_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// The folder that `install` has filled once, under this name in the cache folder. The operator is
/// asked first, with `what` it is and where it goes.
pub(super) fn installed(
    context: &mut BuildContext<'_>,
    name: &str,
    what: &str,
    install: impl FnOnce(&Path, &mut dyn FnMut(&str)) -> Result<(), BuildError>,
) -> Result<PathBuf, BuildError> {
    let tools = context.cache.join("tools");
    let dir = tools.join(name);
    let done = dir.join("installed");
    if done.is_file() {
        return trusted(dir);
    }
    if !(context.agree)(what) {
        return Err(BuildError::NotAgreed {
            what: what.to_owned(),
        });
    }
    let failed = cannot_write(&dir);
    private::make_folder(&tools).map_err(&failed)?;
    // Whoever else wants it meanwhile waits, and finds it.
    let lock = File::create(tools.join(format!("{name}.lock"))).map_err(&failed)?;
    lock.lock().map_err(&failed)?;
    if done.is_file() {
        return trusted(dir);
    }
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(&failed)?;
    }
    install(&dir, context.say)?;
    File::create(done).map_err(&failed)?;
    Ok(dir)
}

/// A folder with programs, if it and all that lies close to its top is ours.
fn trusted(dir: PathBuf) -> Result<PathBuf, BuildError> {
    private::tree(&dir, 2).map_err(BuildError::Untrusted)?;
    Ok(dir)
}

/// Zig, which is a C compiler too.
#[derive(Debug)]
pub(super) struct ZigTool {
    pub(super) program: PathBuf,
    /// Before all others: Python's package is run as a module.
    pub(super) arguments: &'static [&'static str],
    pub(super) version: String,
}

impl ZigTool {
    /// The version that the SDK is written for.
    pub(super) const WANTED: &'static str = "0.17.1";

    /// The one on the path, or in Python's packages.
    pub(super) fn find() -> Option<ZigTool> {
        let on_path = find(&["zig"]).map(|program| (program, &[][..]));
        let in_python = find(&["python3", "python"]).map(|program| (program, &["-m", "ziglang"][..]));
        on_path
            .into_iter()
            .chain(in_python)
            .find_map(|(program, arguments)| {
                let asked = arguments.iter().chain(&["version"]).map(AsRef::as_ref);
                let version = print(&program, asked)?;
                Some(ZigTool {
                    program,
                    arguments,
                    version,
                })
            })
    }

    pub(super) fn command(&self, cache: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.arguments);
        keep_zig_caches(&mut command, cache);
        command
    }
}

/// Where Zig keeps what it has compiled.
pub(super) fn zig_cache(cache: &Path) -> PathBuf {
    cache.join("tools/zig-cache")
}

/// What Zig has compiled goes into the cache folder, not into the project.
pub(super) fn keep_zig_caches(command: &mut Command, cache: &Path) {
    let dir = zig_cache(cache);
    command
        .env("ZIG_GLOBAL_CACHE_DIR", &dir)
        .env("ZIG_LOCAL_CACHE_DIR", dir);
}

/// Reads lines to their end, and keeps the last ones.
pub(super) fn follow(reader: impl Read, on_line: &mut dyn FnMut(&str)) -> Vec<String> {
    let mut last = VecDeque::with_capacity(QUOTED_LINES);
    for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        on_line(&line);
        if last.len() == QUOTED_LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
    last.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_print() {
        assert_eq!(numbers("go version go1.27.3 linux/amd64"), Some((1, 27)));
        assert_eq!(numbers("Debian clang version 16.0.6 (15~deb12u1)"), Some((16, 0)));
        assert_eq!(numbers("Python 3.11.7"), Some((3, 11)));
        assert_eq!(numbers("none"), None);
    }

    #[test]
    fn a_compiler_that_fails_is_quoted() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 1"]);
        let error = run(Language::C, &mut command).unwrap_err();
        assert_eq!(error.to_string(), "it doesn't compile\none\ntwo");
    }
}
