//! The tools: how they are started, and whether the compile target is there.

use super::super::BuildError;
use super::TARGET;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A command in the folder `dir`, without what an outer `cargo run` left in the environment.
pub(super) fn command(tool: &str, dir: &Path) -> Command {
    let mut command = Command::new(tool);
    command.current_dir(dir).stdin(std::process::Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_left_over(name)) {
        command.env_remove(name);
    }
    command
}

/// Variables that cargo sets for the programs it runs. Those with which people steer cargo stay:
/// `CARGO_HOME`, `CARGO_TARGET_DIR`, `CARGO_NET_…`, `CARGO_PROFILE_…` and the like.
fn is_left_over(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let prefixes = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_FEATURE_",
        "CARGO_CFG_",
    ];
    let names = [
        "CARGO",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_ENCODED_RUSTFLAGS",
        "OUT_DIR",
        "RUSTFLAGS",
    ];
    prefixes.iter().any(|prefix| name.starts_with(prefix)) || names.contains(&&*name)
}

/// Installs the compile target if it is missing, and says so.
pub(super) fn ensure_target(dir: &Path, on_line: &mut dyn FnMut(&str)) -> Result<(), BuildError> {
    if target_is_installed(dir)? {
        return Ok(());
    }
    on_line(&format!(
        "installing the Rust target {TARGET} (rustup target add {TARGET})"
    ));
    match command("rustup", dir).args(["target", "add", TARGET]).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(missing(format!(
            ": {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(missing(", and there is no rustup to install it with".to_owned()))
        }
        Err(source) => Err(BuildError::Tool {
            tool: "rustup",
            source,
        }),
    }
}

fn missing(why: String) -> BuildError {
    BuildError::Target { target: TARGET, why }
}

fn target_is_installed(dir: &Path) -> Result<bool, BuildError> {
    let output = run("rustc", command("rustc", dir).args(["--print", "sysroot"]))?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    Ok(sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

/// Runs a tool to its end.
pub(super) fn run(tool: &'static str, command: &mut Command) -> Result<Output, BuildError> {
    command
        .output()
        .map_err(|source| BuildError::Tool { tool, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_leaves_behind_is_removed() {
        let left = |name: &str| is_left_over(&OsString::from(name));
        assert!(left("CARGO_PKG_NAME") && left("CARGO_MANIFEST_DIR") && left("CARGO"));
        assert!(!left("CARGO_HOME") && !left("CARGO_TARGET_DIR") && !left("CARGO_PROFILE_RELEASE_LTO"));
    }
}
