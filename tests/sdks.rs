//! The SDKs' own tests. Each language's are run by its own tools; scripts in the tests' folders print what their lines
//! `// expect: TEXT` or `# expect: TEXT` say.

use crate::support::cli::run_in;
use crate::support::{guests, root, together};
use std::path::Path;
use std::process::Command;

/// Runs it in a folder under `sdk`.
#[track_caller]
fn passes(folder: &str, program: impl AsRef<Path>, arguments: &[&str]) -> String {
    let program = program.as_ref();
    let done = Command::new(program)
        .args(arguments)
        .current_dir(root().join("sdk").join(folder))
        .env("PATH", guests::path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap_or_else(|error| panic!("{} doesn't start: {error}", program.display()));
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success(),
        "{} {arguments:?}:\n{said}",
        program.display()
    );
    said.into_owned()
}

#[test]
fn c() {
    passes("c", "tests/run", &[]);
}

#[test]
fn go() {
    let said = passes("go", "go", &["test", "-count=1", "./..."]);
    assert!(
        said.contains("ok  \tgithub.com/wasmswarm/wasmswarm/sdk/go"),
        "{said}"
    );
    passes("go", "go", &["vet", "./..."]);
}

#[test]
fn python() {
    let python = guests::python_with_componentizer();
    let said = passes(
        "python",
        python,
        &["-m", "unittest", "discover", "-s", "tests", "-t", "."],
    );
    assert!(said.contains("\nRan ") && !said.contains("skipped"), "{said}");
}

/// Runs the script in its own folder, as it is named there.
#[track_caller]
fn says_what_it_expects(script: &str) {
    let _machine = together();
    let path = root().join("sdk").join(script);
    let source = std::fs::read_to_string(&path).unwrap();
    let expectation = |line: &str| {
        let comment = line.strip_prefix("// ").or_else(|| line.strip_prefix("# "))?;
        comment.strip_prefix("expect: ").map(str::to_owned)
    };
    let expected: Vec<_> = source.lines().filter_map(expectation).collect();
    assert!(!expected.is_empty(), "{script} expects nothing");
    let folder = path.parent().unwrap();
    let name = Path::new(script).file_name().unwrap().to_str().unwrap();
    let ran = run_in(folder, &["run", name, "--yes", "--host", "demo", "--seed", "7"]).exits(0);
    let said = format!("{}\n{}", ran.out, ran.err);
    for text in expected {
        assert!(said.contains(&text), "{script} doesn't say {text:?}, but\n{said}");
    }
}

#[test]
fn javascript_errors_of_each_kind_are_told_with_their_place() {
    says_what_it_expects("js/runtime/tests/errors.js");
}

#[test]
fn javascript_keeps_what_the_top_level_made_whole() {
    says_what_it_expects("js/runtime/tests/kept.js");
}

#[test]
fn javascript_finds_modules_packages_and_files() {
    says_what_it_expects("js/runtime/tests/modules/main.js");
}

#[test]
fn javascript_takes_random_numbers_from_the_seed_of_the_run() {
    says_what_it_expects("js/runtime/tests/random.js");
}

#[test]
fn javascript_catches_endless_recursion() {
    says_what_it_expects("js/runtime/tests/recursion.js");
}

#[test]
fn python_keeps_what_the_top_level_made_whole() {
    says_what_it_expects("python/tests/guests/kept.py");
}
