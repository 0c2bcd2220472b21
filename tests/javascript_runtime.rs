//! The scripts beside the JavaScript engine print what their lines `// expect: TEXT` say.

use crate::support::cli::run_in;
use crate::support::{root, together};
use std::path::Path;

/// Runs the script in its own folder, as it is named there.
#[track_caller]
fn says_what_it_expects(script: &str) {
    let _machine = together();
    let path = root().join("sdk/js/runtime/tests").join(script);
    let source = std::fs::read_to_string(&path).unwrap();
    let expected: Vec<_> = source
        .lines()
        .filter_map(|line| line.strip_prefix("// expect: "))
        .collect();
    assert!(!expected.is_empty(), "{script} expects nothing");
    let folder = path.parent().unwrap();
    let name = Path::new(script).file_name().unwrap().to_str().unwrap();
    let ran = run_in(folder, &["run", name, "--host", "demo", "--seed", "7"]).exits(0);
    let said = format!("{}\n{}", ran.out, ran.err);
    for text in expected {
        assert!(said.contains(text), "{script} doesn't say {text:?}, but\n{said}");
    }
}

#[test]
fn errors_of_each_kind_are_told_with_their_place() {
    says_what_it_expects("errors.js");
}

#[test]
fn what_the_top_level_made_stays_whole() {
    says_what_it_expects("kept.js");
}

#[test]
fn modules_packages_and_files_are_found() {
    says_what_it_expects("modules/main.js");
}

#[test]
fn random_numbers_come_from_the_seed_of_the_run() {
    says_what_it_expects("random.js");
}

#[test]
fn endless_recursion_is_an_error_that_a_script_can_catch() {
    says_what_it_expects("recursion.js");
}
