//! The arguments as they were typed, but for a curl command that was pasted behind `--curl`: all of it is one value, whatever
//! flags it has.

use std::ffi::OsString;

/// Its flag.
const CURL: &str = "--curl";

/// The arguments of this process, the program's name first.
pub(super) fn arguments() -> Vec<OsString> {
    join_curl(std::env::args_os().collect())
}

/// A command in quotes is one argument already, behind which options of ours may follow. Without quotes the shell has
/// divided it, and the rest of the line is curl's.
fn join_curl(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let Some(flag) = arguments.iter().position(|argument| argument == CURL) else {
        return arguments;
    };
    let is_whole = |text: &str| text.contains(char::is_whitespace);
    let first = arguments.get(flag + 1).and_then(|argument| argument.to_str());
    if first.is_none_or(is_whole) {
        return arguments;
    }
    let rest = arguments.split_off(flag + 1);
    let words = rest.iter().map(|word| quoted(&word.to_string_lossy()));
    arguments.push(words.collect::<Vec<_>>().join(" ").into());
    arguments
}

/// As a shell reads it as one word.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(line: &[&str]) -> Vec<String> {
        let arguments = join_curl(line.iter().map(OsString::from).collect());
        arguments
            .into_iter()
            .map(|one| one.into_string().unwrap())
            .collect()
    }

    #[test]
    fn the_rest_of_the_line_is_curls_unless_the_command_is_in_quotes() {
        assert_eq!(
            joined(&["w", "run", "-u", "2", "--curl", "curl", "http://a", "-u", "it's"]),
            [
                "w",
                "run",
                "-u",
                "2",
                "--curl",
                r"'curl' 'http://a' '-u' 'it'\''s'"
            ]
        );
        let whole = ["w", "run", "--curl", "curl http://a", "-u", "2"];
        assert_eq!(joined(&whole), whole);
        assert_eq!(joined(&["w", "run", "x"]), ["w", "run", "x"]);
    }
}
