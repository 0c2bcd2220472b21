//! Components that are made to exhaust whoever compiles them, and caches that are made to be run: what is counted is
//! refused at once, what can't be counted meets the limits of a child process, and the operator's Ctrl-C ends it.

use crate::support::cli::{Background, Ran, run, wasmswarm};
use crate::support::together;
use std::fs::{Permissions, set_permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A component that looks like a plugin from the outside, with this in it.
fn plugin(folder: &TempDir, within: &str) -> PathBuf {
    let text = format!(
        "(component {within} (instance $i) (export \"wasmswarm:scenario/scenario@0.1.0\" (instance $i)))"
    );
    let path = folder.path().join("bomb.wasm");
    std::fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
    path
}

fn inspected(within: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    run([Path::new("inspect"), &plugin(&folder, within)])
}

/// A function of so many conditional additions; it takes a while to compile.
fn function(steps: usize) -> String {
    let step = "(local.set 1 (i64.add (local.get 1) (i64.mul (local.get 0) (i64.const 7)))) (if (i64.eqz (local.get 1)) (then (local.set 0 (local.get 1))))";
    format!("(func (param i64) (local i64) {})", step.repeat(steps))
}

#[test]
fn what_can_be_counted_is_refused_before_it_is_compiled() {
    let _machine = together();
    let chain: String = (1..=24)
        .map(|n| {
            let before = n - 1;
            format!("(component $c{n} (alias outer 1 $c{before} (component $x)) (instance (instantiate $x)) (instance (instantiate $x)))")
        })
        .collect();
    let instances = format!(
        "(component $c0 (core module $m) (core instance (instantiate $m))) {chain} (instance (instantiate $c24))"
    );
    let flow = format!(
        "(core module (func (local {}) {}))",
        "f64 ".repeat(2_000),
        "(block (br_if 0 (i32.const 1)))".repeat(15_000)
    );
    let items = format!(
        "(core module (func) {})",
        format!("(elem func {})", "0 ".repeat(50_000)).repeat(21)
    );
    for (bomb, why) in [
        (instances, "it becomes more than 2000 instances"),
        (flow, "paths for values"),
        (items, "all its tables have 1050000 items (limit 1000000)"),
    ] {
        inspected(&bomb)
            .exits(104)
            .complains(why)
            .within(Duration::from_secs(10));
    }
}

#[test]
fn what_is_not_valid_is_said_by_whoever_compiles_it() {
    let _machine = together();
    inspected("(core module (func (result i32)))")
        .exits(104)
        .complains("it is not valid WebAssembly: type mismatch");
}

/// The child that compiles; `None` once there is none.
fn child_of(parent: u32) -> Option<u32> {
    let list = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    let children = std::fs::read_dir(format!("/proc/{parent}/task")).ok()?;
    let of_tasks = children.filter_map(|task| {
        let path = task.ok()?.path().join("children");
        std::fs::read_to_string(path).ok()
    });
    of_tasks
        .chain([list])
        .find_map(|list| list.split_whitespace().next()?.parse().ok())
}

#[test]
fn ctrl_c_ends_a_compilation_wherever_it_arrives() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let heavy = function(9_000);
    let bomb = plugin(&folder, &format!("(core module {})", heavy.repeat(40)));
    for command in ["run", "inspect"] {
        let mut started = wasmswarm();
        started
            .arg(command)
            .arg(&bomb)
            .env("WASMSWARM_CACHE_DIR", folder.path().join("cache"));
        let running = Background::start(started);
        let begun = Instant::now();
        let child = loop {
            if let Some(child) = child_of(running.id()) {
                break child;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "nobody compiles");
            std::thread::sleep(Duration::from_millis(2));
        };
        running.signal("INT");
        let ended = Instant::now();
        let ran = running.finish();
        // Without a run, the signal does what it does to any program.
        assert_eq!(ran.code, if command == "run" { 105 } else { -1 }, "{}", ran.err);
        assert!(ended.elapsed() < Duration::from_secs(10));
        while Path::new(&format!("/proc/{child}/exe")).exists() {
            assert!(ended.elapsed() < Duration::from_secs(10), "the child lives on");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

#[test]
fn a_compilation_has_no_files_no_environment_and_limits() {
    let _machine = together();
    let mut child = Command::new(env!("CARGO_BIN_EXE_wasmswarm"))
        .args(["__compile", "4294967296", "33554432", "1048576"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let limit = |name: &str| {
        let text = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned();
        line[name.len()..].split_whitespace().next().unwrap().to_owned()
    };
    while limit("Max file size") != "0" {
        assert!(begun.elapsed() < Duration::from_secs(20), "it isn't limited");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(limit("Max open files"), "3");
    assert_eq!(limit("Max cpu time"), "32");
    assert_eq!(limit("Max data size"), (2_u64 << 30).to_string());
    assert_eq!(limit("Max core file size"), "0");
    // Half of the input is none.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"\0asm").unwrap();
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(4));
}

#[test]
fn a_tool_that_evaluates_ends_at_its_limit() {
    let _machine = together();
    let mut child = Command::new(env!("CARGO_BIN_EXE_wasmswarm"))
        .args(["__limited", "1000000000", "1", "sh", "-c", "while :; do :; done"])
        .spawn()
        .unwrap();
    use std::os::unix::process::ExitStatusExt;
    // SIGXCPU.
    assert_eq!(child.wait().unwrap().signal(), Some(24));
}

const SCRIPT: &str = "export default function () {}\n";

#[test]
fn a_cache_that_others_can_write_to_is_not_used_and_named() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let (cache, script) = (folder.path().join("cache"), folder.path().join("shop.js"));
    std::fs::create_dir(&cache).unwrap();
    std::fs::write(&script, SCRIPT).unwrap();
    for (place, mode) in [
        (cache.as_path(), 0o777),
        (cache.as_path(), 0o775),
        (folder.path(), 0o707),
    ] {
        set_permissions(place, Permissions::from_mode(mode)).unwrap();
        let mut command = wasmswarm();
        command.arg("build").arg(&script).arg("--cache-dir").arg(&cache);
        let ran = Background::start(command).finish();
        ran.exits(104).complains("may write to it");
        assert_eq!(std::fs::read_dir(&cache).unwrap().count(), 0);
        set_permissions(place, Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn a_program_that_lies_where_a_tool_would_is_not_run() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let (cache, ran_it) = (folder.path().join("cache"), folder.path().join("ran"));
    let bin = cache.join("tools/componentize-py-0.25.1/bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::write(bin.join("../installed"), "").unwrap();
    std::fs::write(
        bin.join("python"),
        format!("#!/bin/sh\ntouch {}\nexit 1\n", ran_it.display()),
    )
    .unwrap();
    std::fs::write(
        folder.path().join("locustfile.py"),
        "from locust import HttpUser\n",
    )
    .unwrap();
    set_permissions(&cache, Permissions::from_mode(0o700)).unwrap();
    // Whoever may write to the program, or to its folder, may be anybody.
    for (place, mode) in [
        (bin.join("python"), 0o757),
        (bin.clone(), 0o777),
        (cache.join("tools"), 0o777),
    ] {
        set_permissions(bin.join("python"), Permissions::from_mode(0o755)).unwrap();
        set_permissions(&place, Permissions::from_mode(mode)).unwrap();
        let mut command = wasmswarm();
        command.arg("build").arg(folder.path().join("locustfile.py"));
        command.arg("--cache-dir").arg(&cache);
        Background::start(command)
            .finish()
            .exits(104)
            .complains("may write to it");
        assert!(!ran_it.exists(), "run with {} at {mode:o}", place.display());
        set_permissions(&place, Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn without_a_home_nothing_is_kept_in_a_folder_of_everybody() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("shop.js");
    std::fs::write(&script, SCRIPT).unwrap();
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = wasmswarm();
    // Neither a variable nor, as nobody's home does not exist, an entry of the system leads anywhere.
    command
        .arg("build")
        .arg(&script)
        .current_dir(folder.path())
        .env("TMPDIR", &temporary)
        .env("HOME", "/proc/none")
        .env_remove("XDG_CACHE_HOME")
        .env_remove("WASMSWARM_CACHE_DIR");
    let ran = Background::start(command).finish().exits(0);
    assert!(ran.err.contains("nothing that is built is kept"), "{}", ran.err);
    assert_eq!(
        std::fs::read_dir(&temporary).unwrap().count(),
        0,
        "something was left"
    );
}
