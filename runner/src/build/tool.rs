//! The tools of a language: finding them, running them, and keeping what they say.

use super::{BuildError, Language};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How many of a tool's last lines an error quotes.
const QUOTED_LINES: usize = 20;

/// The first of these programs that is on the path.
pub(super) fn find(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| which::which(name).ok())
}

/// What a tool prints about itself, if it runs at all.
pub(super) fn version(program: &Path, arguments: &[&str]) -> Option<String> {
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
    let name = command.get_program().to_string_lossy().into_owned();
    let cannot_start = |source: std::io::Error| BuildError::Missing {
        language,
        what: format!("{name}, which can't be started: {source}"),
        hint: "see whether it runs by itself".to_owned(),
    };
    let (reader, writer) = std::io::pipe().map_err(cannot_start)?;
    let errors = writer.try_clone().map_err(cannot_start)?;
    command.stdin(Stdio::null()).stdout(writer).stderr(errors);
    let child = command.spawn();
    // The command holds the pipe's ends; without them the reader sees the end of it.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child.map_err(cannot_start)?;
    let last_lines = follow(reader, &mut |_| ());
    let status = child.wait().map_err(cannot_start)?;
    if status.success() {
        Ok(())
    } else {
        Err(BuildError::Compile {
            last_lines: last_lines.join("\n"),
        })
    }
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
