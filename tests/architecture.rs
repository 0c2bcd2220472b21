//! The direction of the dependencies between the modules, as `CONTRIBUTING.md` states it.

use crate::support::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules that use nothing else of the crate.
const LEAVES: [&str; 15] = [
    "metrics",
    "plan",
    "data",
    "http",
    "run_queue",
    "target",
    "scaffold",
    "build",
    "timer",
    "panics",
    "confine",
    "memory",
    "private",
    "secret",
    "bounded",
];

/// The least of the leaves, which those may use: the clock's alarm, and what the operating system grants.
const ROOTS: [&str; 5] = ["timer", "confine", "memory", "private", "bounded"];

struct Source {
    /// The module below the crate's root that the file belongs to.
    module: String,
    path: PathBuf,
    /// Its code, without comments and without what comes after `#[cfg(test)]`.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = root().join("runner/src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 50, "only {} files", files.len());
    files
        .into_iter()
        .filter(|path| !is_test(path))
        .map(|path| read(&root, path))
        .collect()
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests")
        || path.file_stem().is_some_and(|stem| stem == "tests")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
}

fn read(root: &Path, path: PathBuf) -> Source {
    let below = path.strip_prefix(root).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy();
    let text = fs::read_to_string(&path).unwrap();
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    Source {
        module: first.trim_end_matches(".rs").to_owned(),
        code,
        path,
    }
}

/// Modules of the crate that a file names.
fn uses(source: &Source) -> BTreeSet<String> {
    let named = source.code.split("crate::").skip(1).filter_map(|rest| {
        // `$crate::` is how macros name the crate that they are in; the same rule holds.
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        (end > 0).then(|| rest[..end].to_owned())
    });
    let grouped = source.code.split("use crate::{").skip(1).flat_map(|rest| {
        let names = rest.split("};").next().unwrap_or_default();
        names
            .split([',', '{'])
            .map(|name| name.split("::").next().unwrap_or_default().trim().to_owned())
            .collect::<Vec<_>>()
    });
    named
        .chain(grouped)
        .filter(|name| !name.is_empty() && *name != source.module)
        .collect()
}

#[track_caller]
fn assert_none(what: &str, found: impl Iterator<Item = String>) {
    let found: Vec<_> = found.collect();
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

fn naming(sources: &[Source], text: &str, allowed: &[&str]) -> Vec<String> {
    let outside = sources
        .iter()
        .filter(|source| !allowed.contains(&&*source.module));
    outside
        .filter(|source| source.code.contains(text))
        .map(|source| source.path.display().to_string())
        .collect()
}

#[test]
fn leaves_use_nothing_else_of_the_crate() {
    let found = sources()
        .into_iter()
        .filter(|source| LEAVES.contains(&&*source.module))
        .filter_map(|source| {
            let mut used = uses(&source);
            used.retain(|module| !ROOTS.contains(&&**module));
            (!used.is_empty()).then(|| format!("{} uses {used:?}", source.path.display()))
        });
    assert_none("leaves that use other modules", found);
}

#[test]
fn nothing_uses_the_command_line() {
    let outer = ["main", "lib"];
    let found = sources()
        .into_iter()
        .filter(|source| !outer.contains(&&*source.module));
    let found = found
        .filter(|source| uses(source).contains("cli"))
        .map(|source| source.path.display().to_string());
    assert_none("modules that use `cli`", found);
}

#[test]
fn the_api_uses_only_what_a_run_hands_out() {
    let handed_out = ["load", "metrics", "plan", "secret"];
    let found = sources()
        .into_iter()
        .filter(|source| source.module == "api")
        .filter_map(|source| {
            let mut used = uses(&source);
            used.retain(|module| !handed_out.contains(&&**module));
            (!used.is_empty()).then(|| format!("{} uses {used:?}", source.path.display()))
        });
    assert_none("files of the API that use other modules", found);
}

#[test]
fn every_module_exists() {
    let sources = sources();
    let modules: BTreeSet<_> = sources.iter().map(|source| source.module.clone()).collect();
    for leaf in LEAVES {
        assert!(modules.contains(leaf), "no module {leaf}");
    }
}

#[test]
fn only_the_command_line_and_options_read_the_processs_arguments() {
    let sources = sources();
    for text in ["env::args", "env::args_os"] {
        assert_none(
            text,
            naming(&sources, text, &["cli", "options", "main"]).into_iter(),
        );
    }
}

#[test]
fn only_the_terminal_prints() {
    let sources = sources();
    for text in ["println!", "eprintln!", "print!(", "io::stdout()", "io::stderr()"] {
        assert_none(text, naming(&sources, text, &["terminal"]).into_iter());
    }
}

#[test]
fn only_main_exits() {
    assert_none(
        "process::exit",
        naming(&sources(), "process::exit", &["main"]).into_iter(),
    );
}

#[test]
fn every_test_that_the_promises_name_exists() {
    let text = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| promise"));
    let named: Vec<_> = rows
        .filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next())
        .map(|tests| tests.split('`').skip(1).step_by(2).collect::<Vec<_>>())
        .collect();
    assert!(named.len() > 20, "{} promises", named.len());
    let mut files = Vec::new();
    collect(&root().join("runner/src"), &mut files);
    collect(&root().join("tests"), &mut files);
    let code: String = files
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for tests in &named {
        assert!(!tests.is_empty(), "a promise without a test");
        for test in tests {
            assert!(code.contains(&format!("fn {test}()")), "there is no test {test}");
        }
    }
}
