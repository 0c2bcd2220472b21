//! The commands beside `run`: a new project runs at once, and plugins can be looked at.

use crate::support::cli::{run, run_plugin, wasmswarm};
use crate::support::target::Shop;
use crate::support::{cli, guests, together};

#[test]
fn a_new_project_builds_and_runs() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let mut command = wasmswarm();
    command.args(["new", "my-test"]).current_dir(folder.path());
    cli::Background::start(command).finish().exits(0);
    let shop = Shop::start(&[]);
    let project = folder.path().join("my-test");
    let (ran, summary) = run_plugin(&project, &["--host", &shop.url, "--iterations", "5"]);
    ran.exits(0);
    summary.adds_up();
    assert!(summary.number("/totals/requests") >= 5);
    assert_eq!(
        summary.number("/totals/requests"),
        shop.counters()["total"].as_u64().unwrap()
    );
}

#[test]
fn a_folder_that_exists_isnt_overwritten() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("taken")).unwrap();
    std::fs::write(folder.path().join("taken/file"), "mine").unwrap();
    let mut command = wasmswarm();
    command.args(["new", "taken"]).current_dir(folder.path());
    let ran = cli::Background::start(command).finish();
    assert_eq!(ran.code, 104, "{}", ran.err);
    assert_eq!(
        std::fs::read_to_string(folder.path().join("taken/file")).unwrap(),
        "mine"
    );
}

#[test]
fn inspect_shows_scenarios_and_tasks() {
    let _machine = together();
    let plugin = guests::plugin("storefront");
    let ran = run(["inspect".as_ref(), plugin.as_os_str()]).exits(0);
    for text in ["shopper", "catalogue", "checkout"] {
        assert!(
            ran.out.to_lowercase().contains(text),
            "no {text:?} in\n{}",
            ran.out
        );
    }
}

#[test]
fn the_target_refuses_to_be_reached_from_outside() {
    let _machine = together();
    run(["target", "--listen", "0.0.0.0:0"])
        .exits(104)
        .complains("loopback");
}

#[test]
fn help_and_version_are_no_errors() {
    let _machine = together();
    assert!(run(["--version"]).exits(0).out.starts_with("wasmswarm 0."));
    for arguments in [
        &["--help"][..],
        &["run", "--help"],
        &["inspect", "--help"],
        &["target", "--help"],
        &["new", "--help"],
    ] {
        assert!(
            run(arguments).exits(0).out.contains("Usage: wasmswarm"),
            "{arguments:?}"
        );
    }
}
