//! Reads what a guest printed before it trapped, and says it in one line.
//!
//! Each language's runtime has a form of its own, in which the message may be first or last. The forms are told apart
//! by how they begin; text of any other form is summed up by its last line that doesn't belong to a stack trace.

use super::limits;

/// The message in the guest's own words, with its place in the source where the text names one.
/// None if nothing was printed.
pub(super) fn headline(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let found = (0..lines.len()).rev().find_map(|at| begins_here(&lines[at..]));
    let headline = found.or_else(|| plain(&lines))?;
    Some(limits::cut(&headline, limits::MESSAGE_BYTES).to_owned())
}

/// The message of a report whose first line this is.
fn begins_here(lines: &[&str]) -> Option<String> {
    let (first, rest) = lines.split_first()?;
    if let Some(at) = first.find("panicked at ") {
        return Some(rust(&first[at..], rest));
    }
    if *first == "Traceback (most recent call last):" {
        return python(rest);
    }
    if let Some(message) = after_panic(first) {
        return Some(with_place(message, rest, go_place));
    }
    None
}

/// `thread 'main' panicked at src/lib.rs:1:2:`, the message on the lines after it, and perhaps a note.
fn rust(first: &str, rest: &[&str]) -> String {
    let is_over =
        |line: &&&str| line.is_empty() || line.starts_with("note: ") || line.starts_with("stack backtrace:");
    let message = rest.iter().take_while(|line| !is_over(line));
    message.fold(first.to_owned(), |all, line| all + " " + line.trim())
}

/// Places, each before its line of source, and then the message, which may go on.
fn python(rest: &[&str]) -> Option<String> {
    let at = rest
        .iter()
        .position(|line| !line.starts_with(' ') && !line.is_empty())?;
    let message: Vec<&str> = rest[at..]
        .iter()
        .take_while(|line| !line.is_empty())
        .copied()
        .collect();
    let place = rest[..at].iter().rev().find_map(|line| python_place(line));
    let message = message.join(" ");
    Some(place.map_or(message.clone(), |place| format!("{message} ({place})")))
}

/// `  File "app.py", line 12, in task`.
fn python_place(line: &str) -> Option<String> {
    let (file, rest) = line
        .trim_start()
        .strip_prefix("File \"")?
        .split_once("\", line ")?;
    let number = rest.split(',').next()?;
    Some(format!("{file}:{number}"))
}

/// Go: `panic: message`, `fatal error: message`. Zig: `panic: message` or `thread 1 panic: message`.
fn after_panic(line: &str) -> Option<&str> {
    let panics = line.starts_with("panic: ") || line.starts_with("fatal error: ");
    let threads = || {
        line.strip_prefix("thread ")?
            .split_once(" panic: ")
            .map(|(_, message)| message)
    };
    if panics { Some(line) } else { threads() }
}

fn with_place(message: &str, rest: &[&str], place: fn(&str) -> Option<&str>) -> String {
    match rest.iter().find_map(|line| place(line)) {
        Some(place) => format!("{message} ({place})"),
        None => message.to_owned(),
    }
}

/// The first line of Go's stack trace outside of its runtime: `\t/home/ann/main.go:12 +0x3`.
fn go_place(line: &str) -> Option<&str> {
    let place = line.strip_prefix('\t')?.split(" +0x").next()?;
    let is_runtime = place.contains("/runtime/") || place.starts_with("runtime/");
    let file = place.rsplit('/').next()?;
    (!is_runtime && file.contains(".go:")).then_some(file)
}

/// The last line that isn't part of a stack trace, or else the last one.
fn plain(lines: &[&str]) -> Option<String> {
    let mut said = lines.iter().rev().filter(|line| !line.is_empty());
    let last = said.clone().next()?;
    let message = said.find(|line| !is_of_a_stack(line)).unwrap_or(last);
    Some(message.trim_start().to_owned())
}

/// Indented, or of the form `function@file:1:2`, or a heading of such lines.
fn is_of_a_stack(line: &str) -> bool {
    let heading = matches!(
        line.to_ascii_lowercase().as_str(),
        "stack:" | "stack trace:" | "backtrace:"
    );
    let frame = line.contains('@') && line.ends_with(|c: char| c.is_ascii_digit()) && !line.contains(' ');
    heading || frame || line.starts_with([' ', '\t']) || line.starts_with("note: ")
}

#[cfg(test)]
mod tests {
    use super::headline;

    #[track_caller]
    fn says(text: &str, expected: &str) {
        assert_eq!(headline(text).as_deref(), Some(expected));
    }

    #[test]
    fn rust_panics() {
        let text = "looking\n\nthread '<unnamed>' (1) panicked at src/lib.rs:12:5:\ncrash on purpose\n\
                    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        says(text, "panicked at src/lib.rs:12:5: crash on purpose");
        says(
            "panicked at src/lib.rs:1:2:\nleft: 1\nright: 2",
            "panicked at src/lib.rs:1:2: left: 1 right: 2",
        );
    }

    #[test]
    fn go_panics() {
        let text = "panic: crash on purpose\n\ngoroutine 1 [running]:\nmain.crash(...)\n\t/src/main.go:12\n\
                    main.run()\n\t/src/main.go:30 +0x3\n";
        says(text, "panic: crash on purpose (main.go:12)");
        let text = "panic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:\n\
                    runtime.goPanicIndex()\n\t/go/src/runtime/panic.go:9 +0x2\nmain.run()\n\t/src/main.go:30 +0x3\n";
        says(
            text,
            "panic: runtime error: index out of range [3] with length 3 (main.go:30)",
        );
    }

    #[test]
    fn zig_panics() {
        says(
            "thread 1 panic: crash on purpose\nUnable to dump stack trace\n",
            "crash on purpose",
        );
        says(
            "panic: reached unreachable code\n",
            "panic: reached unreachable code",
        );
    }

    #[test]
    fn python_tracebacks() {
        let text = "Traceback (most recent call last):\n  File \"sdk.py\", line 3, in run\n    task()\n  \
                    File \"app.py\", line 12, in goodbye\n    raise Crash(\"x\")\nRuntimeError: crash on purpose\n";
        says(text, "RuntimeError: crash on purpose (app.py:12)");
    }

    #[test]
    fn one_line_is_the_message() {
        says(
            "Assertion failed: a == b (main.c: run: 7)\n",
            "Assertion failed: a == b (main.c: run: 7)",
        );
        says(
            "abort: crash on purpose in src/index.ts(12:5)\n",
            "abort: crash on purpose in src/index.ts(12:5)",
        );
    }

    #[test]
    fn a_stack_after_the_message_is_left_out() {
        says(
            "Error: crash on purpose\n    at goodbye (app.js:12)\n",
            "Error: crash on purpose",
        );
        says(
            "Error: crash on purpose\nStack:\n  goodbye@app.js:12:5\n",
            "Error: crash on purpose",
        );
        says(
            "Error: crash on purpose\ngoodbye@app.js:12:5\nrun@app.js:3:1\n",
            "Error: crash on purpose",
        );
    }

    #[test]
    fn silence_says_nothing() {
        assert_eq!(headline(""), None);
        assert_eq!(headline("\n \n"), None);
    }
}
