//! What holds the house together: who may use whom, that nothing goes in circles, that a name means one thing, that functions
//! and files stay short, and that printing, exiting and reading arguments happen in one place each.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

// It is the root of its own test, so the files beside it need paths.
#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/shape.rs"]
mod shape;
#[path = "architecture/table.rs"]
mod table;
#[path = "architecture/tree.rs"]
mod tree;

use circles::circles;
use shape::Shape;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use table::{MAY_USE, STANDING_CIRCLES, STANDING_NAMES};
use tree::Tree;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Text of every file below `runner/src`, by its path there.
static SOURCES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let sources = collect(&root().join("runner/src"));
    assert!(sources.len() > 200, "only {} files", sources.len());
    sources
});

fn collect(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(folder).unwrap().display().to_string();
                files.insert(below, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn program() -> Tree {
    Tree::new(SOURCES.clone())
}

/// A crate of a few lines, to show what the rules see.
fn planted(files: &[(&str, &str)]) -> Tree {
    Tree::new(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
    )
}

/// What each row of a table uses. A row is a folder or a file; what no row names goes by its first part.
fn used_by_rows(tree: &Tree, rows: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let row = |path: &tree::ModulePath| {
        let path = path.join("/");
        let known = rows
            .iter()
            .filter(|row| path == **row || path.starts_with(&format!("{row}/")));
        known
            .max_by_key(|row| row.len())
            .map_or(path.clone(), |row| (*row).to_owned())
    };
    let mut table: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (user, used) in tree.uses().iter().filter(|(user, _)| !user.is_empty()) {
        let user = row(user);
        let used = used.iter().map(row).filter(|used| *used != user);
        table.entry(user.clone()).or_default().extend(used);
    }
    table
}

fn rows(table: &str) -> Vec<(&str, BTreeSet<&str>)> {
    let rows = table.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next().map(|row| (row, words.collect()))
    });
    rows.collect()
}

/// Where the sources and the table differ.
fn differences(tree: &Tree, table: &str) -> Vec<String> {
    let rows = rows(table);
    let names: Vec<_> = rows.iter().map(|(row, _)| *row).collect();
    let uses = used_by_rows(tree, &names);
    // A folder that only groups rows has none of its own, and uses nothing but what is below it.
    let groups = |row: &str, used: &BTreeSet<String>| {
        let below = format!("{row}/");
        names.iter().any(|name| name.starts_with(&below))
            && used.iter().all(|other| other.starts_with(&below))
    };
    let mut differences: Vec<_> = uses
        .iter()
        .filter(|(row, used)| !names.contains(&row.as_str()) && !groups(row, used))
        .map(|(row, _)| format!("{row} has no row in the table"))
        .collect();
    for (row, allowed) in &rows {
        let Some(used) = uses.get(*row) else {
            differences.push(format!("{row} is in the table and doesn't exist"));
            continue;
        };
        let used: BTreeSet<_> = used.iter().map(String::as_str).collect();
        differences.extend(
            used.difference(allowed)
                .map(|other| format!("{row} uses {other} and may not")),
        );
        differences.extend(
            allowed
                .difference(&used)
                .map(|other| format!("{row} may use {other} and doesn't")),
        );
    }
    differences
}

#[track_caller]
fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

/// Both ways: what is new, and what is listed and gone.
#[track_caller]
fn assert_listed(what: &str, found: &BTreeSet<String>, listed: &[&str]) {
    let listed: BTreeSet<_> = listed.iter().map(|&entry| entry.to_owned()).collect();
    let new = found.difference(&listed).map(|entry| format!("new: {entry}"));
    let gone = listed
        .difference(found)
        .map(|entry| format!("gone, take it off the list: {entry}"));
    assert_none(what, &new.chain(gone).collect::<Vec<_>>());
}

#[test]
fn every_part_uses_what_the_table_says() {
    assert_none(
        "tests/architecture/table.rs, MAY_USE",
        &differences(&program(), MAY_USE),
    );
}

#[test]
fn the_table_goes_one_way() {
    let rows = rows(MAY_USE);
    for (at, (row, used)) in rows.iter().enumerate() {
        let below: BTreeSet<_> = rows[at + 1..].iter().map(|(row, _)| *row).collect();
        let above: Vec<_> = used.difference(&below).collect();
        assert!(
            above.is_empty(),
            "{row} uses {above:?}, which don't stand below it"
        );
    }
}

#[test]
fn no_circles_but_those_that_are_listed() {
    let found = circles(&program().uses()).into_iter().collect();
    assert_listed(
        "tests/architecture/table.rs, STANDING_CIRCLES",
        &found,
        STANDING_CIRCLES,
    );
}

#[test]
fn a_name_means_one_type() {
    let shape = Shape::of(&program().files);
    let shared = shape.shared_names();
    let places: Vec<_> = shared
        .iter()
        .map(|(name, files)| format!("{name}: {files:?}"))
        .collect();
    let found = shared.keys().map(|name| (*name).to_owned()).collect();
    let what = format!(
        "{}\ntests/architecture/table.rs, STANDING_NAMES",
        places.join("\n")
    );
    assert_listed(&what, &found, STANDING_NAMES);
}

#[test]
fn functions_and_files_are_short() {
    let shape = Shape::of(&program().files);
    let (median, most) = (shape.percentile(50), shape.percentile(90));
    println!(
        "{} functions: median {median} lines, 90 % have at most {most}",
        shape.functions.len()
    );
    let long = shape.functions.iter().filter(|(lines, _)| *lines > 70);
    let long = long.map(|(lines, name)| format!("{name}: {lines} lines"));
    let files = SOURCES.iter().map(|(path, text)| (path, text.lines().count()));
    let files = files
        .filter(|(_, lines)| *lines > 550)
        .map(|(path, lines)| format!("{path}: {lines} lines"));
    assert_none(
        "longer than 70 and 550 lines",
        &long.chain(files).collect::<Vec<_>>(),
    );
    assert!(median <= 8 && most <= 25, "median {median}, 90 % {most}");
}

#[test]
fn every_way_of_naming_a_module_is_seen() {
    let ways = [
        ("top/a.rs", "fn f() { crate::low::g() }"),
        ("top/a.rs", "fn f() { super::super::low::g() }"),
        ("top/a.rs", "use crate::{other::{self, h}, low::{g, deep::i}};"),
        ("top/a.rs", "use crate::low::*;"),
        ("top/a.rs", "use crate::low as below; fn f() { below::g() }"),
        ("top/a.rs", "fn f() { assert!(crate::low::g()) }"),
        (
            "top/a.rs",
            "struct S { #[serde(with = \"crate::low::g\")] field: u8 }",
        ),
        ("top/a.rs", "impl crate::low::Trait for u8 {}"),
        (
            "top/a.rs",
            "mod inner { fn f() { super::super::super::low::g() } }",
        ),
        ("top/mod.rs", "pub use crate::low::g; mod a;"),
        ("top/a.rs", "fn f() { crate::other::handed_on() }"),
    ];
    let table = "top other\nother\nlow";
    for (path, text) in ways {
        let tree = planted(&[
            (path, text),
            ("other.rs", "pub use crate::low::g as handed_on; pub fn h() {}"),
            ("low/mod.rs", "pub mod deep; pub fn g() -> bool { true }"),
            ("low/deep.rs", "pub fn i() {}"),
        ]);
        let found = differences(&tree, table);
        assert!(
            found.contains(&"top uses low and may not".to_owned()),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn what_only_tests_use_does_not_count() {
    let tree = planted(&[
        (
            "top.rs",
            "#[cfg(test)] mod tests { use crate::low::g; } #[cfg(test)] fn f() { crate::low::g() } #[cfg(test)] mod more;",
        ),
        ("top/more.rs", "use crate::low::g;"),
        ("low.rs", "pub fn g() {}"),
    ]);
    assert_none("seen", &differences(&tree, "top\nlow"));
}

#[test]
fn what_is_allowed_and_unused_or_gone_is_named() {
    let tree = planted(&[("top.rs", ""), ("low.rs", "")]);
    let found = differences(&tree, "top low\nlow\nold");
    assert_eq!(
        found,
        [
            "top may use low and doesn't",
            "old is in the table and doesn't exist"
        ]
    );
}

#[test]
fn a_circle_between_two_files_of_one_folder_is_found() {
    let one = ("part/one.rs", "use super::two::Two; pub struct One;");
    let two = ("part/two.rs", "pub struct Two;");
    let open = planted(&[("part/mod.rs", "mod one; mod two; pub use one::One;"), one, two]);
    assert_none("open", &circles(&open.uses()));
    let two = ("part/two.rs", "pub struct Two(super::One);");
    let closed = planted(&[("part/mod.rs", "mod one; mod two; pub use one::One;"), one, two]);
    assert_eq!(circles(&closed.uses()), ["part: one two"]);
}

#[test]
fn a_circle_between_three_folders_is_found() {
    let tree = planted(&[
        ("a/deep.rs", "use crate::b::y;"),
        ("b/mod.rs", "pub mod y;"),
        ("b/y.rs", "fn f() { crate::c::g() }"),
        ("c/mod.rs", "pub use z::g; mod z;"),
        ("c/z.rs", "pub fn g() -> crate::a::A { todo!() }"),
        ("a/mod.rs", "pub struct A; mod deep;"),
        ("d.rs", "use crate::a::A;"),
    ]);
    assert_eq!(circles(&tree.uses()), ["src: a b c"]);
}

#[test]
fn a_name_with_two_meanings_is_found() {
    let tree = planted(&[
        ("a.rs", "pub struct Seen; struct Own; fn f() { struct Seen; }"),
        ("b.rs", "pub(crate) enum Seen {} pub struct Own;"),
    ]);
    let shape = Shape::of(&tree.files);
    assert_eq!(shape.shared_names().into_keys().collect::<Vec<_>>(), ["Seen"]);
}

/// Files outside of `allowed` whose code, without comments and tests, has the text in it.
fn naming(text: &str, allowed: &[&str]) -> Vec<String> {
    let is_test = |path: &str| path.split('/').any(|part| part == "tests" || part == "tests.rs");
    let outside = SOURCES.iter().filter(|(path, _)| {
        let module = tree::module_of(path);
        !is_test(path)
            && !module
                .first()
                .is_some_and(|first| allowed.contains(&first.as_str()))
    });
    outside
        .filter(|(_, code)| without_comments(code).contains(text))
        .map(|(path, _)| path.clone())
        .collect()
}

fn without_comments(code: &str) -> String {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn only_the_command_line_and_options_read_the_processs_arguments() {
    for text in ["env::args", "env::args_os"] {
        assert_none(text, &naming(text, &["cli", "options", "main"]));
    }
}

#[test]
fn only_the_terminal_prints() {
    for text in ["println!", "eprintln!", "print!(", "io::stdout()", "io::stderr()"] {
        assert_none(text, &naming(text, &["terminal"]));
    }
}

#[test]
fn only_main_exits() {
    assert_none("process::exit", &naming("process::exit", &["main"]));
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
    let tests = collect(&root().join("tests"));
    let code: String = SOURCES
        .values()
        .chain(tests.values())
        .map(String::as_str)
        .collect();
    for tests in &named {
        assert!(!tests.is_empty(), "a promise without a test");
        for test in tests {
            assert!(code.contains(&format!("fn {test}()")), "there is no test {test}");
        }
    }
}

fn architecture_page() -> String {
    fs::read_to_string(root().join("docs/architecture.md")).unwrap()
}

#[test]
fn the_page_shows_the_table_that_is_enforced() {
    assert!(
        architecture_page().contains(&format!("```text{MAY_USE}```")),
        "docs/architecture.md shows another table than MAY_USE of tests/architecture/table.rs"
    );
}

/// Whether something in the repository is called that: a file or folder, a part, a type, a trait or a function.
fn exists(name: &str, code: &str) -> bool {
    if name.contains('/') || name.contains('.') {
        return [root().join(name), root().join("runner/src").join(name)]
            .iter()
            .any(|path| path.exists());
    }
    if let Some((owner, function)) = name.split_once("::") {
        return exists(owner, code) && exists(&format!("{function}()"), code);
    }
    if let Some(function) = name.strip_suffix("()") {
        return code.contains(&format!("fn {function}(")) || code.contains(&format!("fn {function}<"));
    }
    if name.starts_with(char::is_uppercase) {
        let ends = [" ", "(", "<", ";", ":", "{"];
        let kinds = ["struct", "enum", "trait", "type"];
        return kinds.iter().any(|kind| {
            ends.iter()
                .any(|end| code.contains(&format!("{kind} {name}{end}")))
        });
    }
    let below = format!("{name}/");
    rows(MAY_USE)
        .iter()
        .any(|(row, _)| *row == name || row.starts_with(&below))
}

#[test]
fn every_name_in_the_page_exists() {
    let page = architecture_page();
    let prose: String = page.split("```").step_by(2).collect();
    let names: BTreeSet<_> = prose.split('`').skip(1).step_by(2).collect();
    assert!(names.len() > 50, "{} names", names.len());
    let code: String = SOURCES.values().map(String::as_str).collect();
    // Commands, flags and words of the contract are no names of the sources.
    let others = |name: &&&str| !name.contains([' ', '-']) && !["code", "setup", "send"].contains(*name);
    let gone: Vec<_> = names
        .iter()
        .filter(others)
        .filter(|name| !exists(name, &code))
        .collect();
    assert!(
        gone.is_empty(),
        "docs/architecture.md names what isn't there: {gone:?}"
    );
}

#[test]
fn every_gate_that_is_fuzzed_is_in_the_table() {
    let page = fs::read_to_string(root().join("docs/fuzzing.md")).unwrap();
    let listed = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.starts_with("fuzz_") && !name.ends_with('…'));
    let named = |line: &str| {
        let name = line.trim().strip_prefix("fn fuzz_")?.split('(').next()?;
        Some(format!("fuzz_{name}"))
    };
    let gates: BTreeSet<_> = SOURCES
        .values()
        .flat_map(|code| code.lines())
        .filter_map(named)
        .collect();
    assert_listed("docs/fuzzing.md", &gates, &listed.collect::<Vec<_>>());
    let shared = format!("const GATES: u64 = {};", gates.len());
    assert!(
        SOURCES["tests/fuzz.rs"].contains(&shared),
        "{} gates share the time",
        gates.len()
    );
}
