//! Nothing that the operator's files or a plugin's words ask for is read or reserved without a bound.

use crate::support::cli::{Background, run, wasmswarm};
use crate::support::{guests, root, together};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A run that may have 2 GB, of which the engine reserves half, and ends in an error soon.
#[track_caller]
fn refused(arguments: &[&str], says: &str) {
    let binary = wasmswarm().get_program().to_owned();
    let mut command = wasmswarm();
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -d 2000000; exec \"$0\" \"$@\""])
        .arg(binary);
    for (name, value) in command.get_envs() {
        limited.env(name, value.unwrap_or_default());
    }
    limited
        .current_dir(root())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    command = limited;
    command
        .arg("run")
        .arg(guests::plugin("quickstart"))
        .args(arguments);
    let ran = Background::start(command).finish();
    assert_eq!(ran.code, 104, "{arguments:?}\n{}", ran.err);
    assert!(
        ran.err.contains(says),
        "{arguments:?}: nothing about {says:?}:\n{}",
        ran.err
    );
    ran.within(Duration::from_secs(20));
}

fn pipe(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path.to_str().unwrap().to_owned()
}

#[test]
fn files_that_never_end_are_not_read() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("endless.csv");
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    let data = format!("users={}", link.display());
    let https = ["-i", "1", "--host", "https://127.0.0.1:1"];
    let with = |more: &[&'static str]| [&https[..], more].concat();
    let says = "not a regular file";
    refused(&with(&["--ca-file", "/dev/zero"]), says);
    refused(&with(&["--cert", "/dev/zero", "--key", "/dev/zero"]), says);
    refused(&with(&["--baseline", "/dev/urandom"]), says);
    refused(&["-i", "1", "--host", "demo", "--data", &data], says);
    refused(&["--config", &pipe(folder.path(), "c.yaml")], says);
    refused(
        &[
            "-i",
            "1",
            "--host",
            "demo",
            "--baseline",
            &pipe(folder.path(), "b.json"),
        ],
        says,
    );
    refused(&with(&["--ca-file", "/proc"]), "folder");
}

#[test]
fn virtual_users_are_counted_before_there_is_room_for_them() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.toml");
    let one = |n: usize| {
        format!(
            "[scenarios.s{n}]\nexecutor = \"constant-vus\"\nvus = 990000\nduration = \"1s\"\nexec = \"Visitor\"\n"
        )
    };
    std::fs::write(&file, (0..900).map(one).collect::<String>()).unwrap();
    let file = file.to_str().unwrap().to_owned();
    refused(
        &["--dry-run", "--config", &file],
        "891000000 virtual users: at most 1,000,000",
    );
}

#[test]
fn extreme_stages_are_refused_and_never_a_contradiction() {
    let _machine = together();
    for stage in [
        "1s:5e-324",
        "1s:1e-300:exponential",
        "1s:1e308",
        "1s:1:sine:5e-324:1s",
        "1s:NaN",
    ] {
        let ran = run([
            "run".into(),
            guests::plugin("quickstart").into_os_string(),
            "--host".into(),
            "demo".into(),
            "--rate".into(),
            "0/s".into(),
            "--stage".into(),
            stage.into(),
            "--stage".into(),
            "1s:10:exponential".into(),
        ]);
        assert!([2, 104].contains(&ran.code), "{stage}: {}\n{}", ran.code, ran.err);
    }
}
