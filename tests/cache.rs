//! What is kept between runs: machine code once per engine, and what `wasmswarm cache` says and removes.

use crate::support::cli::{Background, Ran, wasmswarm};
use crate::support::together;
use std::path::Path;

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = wasmswarm();
    command.args(arguments).current_dir(folder);
    command.env("WASMSWARM_CACHE_DIR", folder.join("cache"));
    Background::start(command).finish()
}

fn compiled(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("cache/compiled")).map_or(0, Iterator::count)
}

#[test]
fn an_edit_of_a_script_compiles_nothing() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inspect = |text: &str| {
        let script = format!("export default function () {{}}\nexport function {text}() {{}}\n");
        std::fs::write(folder.join("shop.js"), script).unwrap();
        let mut command = wasmswarm();
        command.args(["run", "shop.js", "--dry-run"]).current_dir(folder);
        command.env("WASMSWARM_CACHE_DIR", folder.join("cache"));
        command.env("WASMSWARM_LOG", "wasmswarm::engine::plugin=info");
        Background::start(command).finish().exits(0).err
    };
    let first = inspect("one");
    assert!(first.contains("from_cache=false"), "{first}");
    // The engine that evaluates scripts, and the code that all scripts share.
    assert_eq!(compiled(folder), 2);
    for edit in ["two", "three_that_is_longer"] {
        let again = inspect(edit);
        assert!(
            again.contains("from_cache=true") && !again.contains("from_cache=false"),
            "{again}"
        );
    }
    assert_eq!(compiled(folder), 2);

    let shown = run(folder, &["cache"]).exits(0).out;
    assert!(shown.contains("compiled       2 files"), "{shown}");
    let cleared = run(folder, &["cache", "clear"]).exits(0).out;
    assert!(cleared.contains(" MB removed"), "{cleared}");
    assert_eq!(compiled(folder), 0);
    run(folder, &["cache", "empty"]).exits(2).complains("empty");
}
