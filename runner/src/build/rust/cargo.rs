//! Cargo: what a project is (`cargo metadata`), and building it.

use super::super::BuildError;
use super::super::tool::follow;
use super::TARGET;
use super::toolchain::{command, run};
use serde::Deserialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How guests are optimised unless the project or the environment says otherwise: whole-program,
/// with function names, so that a trap says where it happened. A member of a larger workspace gets
/// it too: that workspace's profile is meant for native programs.
const PROFILE: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_LTO", "true"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
    ("CARGO_PROFILE_RELEASE_STRIP", "debuginfo"),
];

/// The package to build.
#[derive(Debug)]
pub(super) struct CargoProject {
    pub(super) package: String,
    id: String,
    has_profile: bool,
    /// Where cargo puts what it compiles.
    pub(super) target: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

/// One of cargo's messages; of the kinds we don't need only the reason is read.
#[derive(Deserialize)]
struct Message {
    reason: String,
    package_id: Option<String>,
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Finds the package of the folder `dir`.
pub(super) fn inspect(dir: &Path) -> Result<CargoProject, BuildError> {
    let manifest = dir.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(BuildError::NotAProject { dir: dir.to_owned() });
    }
    let metadata = metadata(dir)?;
    let has_profile = real(&metadata.workspace_root) == real(dir) && mentions_profile(&manifest);
    let target = metadata.target_directory.clone();
    let package = own_package(metadata, dir, &manifest)?;
    if !package.targets.iter().any(Target::is_cdylib) {
        return Err(BuildError::NoCdylib {
            package: package.name,
        });
    }
    Ok(CargoProject {
        package: package.name,
        id: package.id,
        has_profile,
        target,
    })
}

fn mentions_profile(manifest: &Path) -> bool {
    std::fs::read_to_string(manifest).is_ok_and(|text| text.contains("[profile.release"))
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn metadata(dir: &Path) -> Result<Metadata, BuildError> {
    let args = ["metadata", "--no-deps", "--format-version", "1"];
    let output = run("cargo", command("cargo", dir).args(args))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(BuildError::Manifest { message });
    }
    serde_json::from_slice(&output.stdout).map_err(|error| BuildError::Manifest {
        message: error.to_string(),
    })
}

fn own_package(metadata: Metadata, dir: &Path, manifest: &Path) -> Result<Package, BuildError> {
    let own = real(manifest);
    let names: Vec<String> = metadata
        .packages
        .iter()
        .map(|package| package.name.clone())
        .collect();
    let found = metadata
        .packages
        .into_iter()
        .find(|package| real(&package.manifest_path) == own);
    found.ok_or_else(|| BuildError::NoPackage {
        dir: dir.to_owned(),
        packages: if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        },
    })
}

impl Target {
    fn is_cdylib(&self) -> bool {
        self.crate_types.iter().any(|kind| kind == "cdylib")
    }
}

/// Builds the package and returns its component's path.
pub(super) fn compile(
    dir: &Path,
    project: &CargoProject,
    on_line: &mut dyn FnMut(&str),
) -> Result<PathBuf, BuildError> {
    let failed = |source| BuildError::Tool {
        tool: "cargo",
        source,
    };
    let mut child = build_command(dir, project).spawn().map_err(failed)?;
    let messages = read_messages(&mut child);
    let last_lines = child
        .stderr
        .take()
        .map(|stderr| follow(stderr, on_line))
        .unwrap_or_default();
    let status = child.wait().map_err(failed)?;
    let messages = messages.and_then(|reader| reader.join().ok()).unwrap_or_default();
    if !status.success() {
        return Err(BuildError::Compile {
            last_lines: last_lines.join("\n"),
        });
    }
    artifact(&messages, project).ok_or_else(|| BuildError::NoCdylib {
        package: project.package.clone(),
    })
}

fn build_command(dir: &Path, project: &CargoProject) -> Command {
    let mut command = command("cargo", dir);
    command.args([
        "build",
        "--release",
        "--target",
        TARGET,
        "--message-format=json-render-diagnostics",
        "-p",
    ]);
    command
        .arg(&project.package)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in PROFILE {
        if !project.has_profile && std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    command
}

/// Reads cargo's messages aside, so that neither of its two pipes can fill up.
fn read_messages(child: &mut Child) -> Option<std::thread::JoinHandle<String>> {
    let mut stdout = child.stdout.take()?;
    Some(std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before a broken pipe is still worth reading; cargo's status says the rest.
        let _ = stdout.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }))
}

fn artifact(messages: &str, project: &CargoProject) -> Option<PathBuf> {
    let parsed = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let own = parsed.filter(|message| {
        message.reason == "compiler-artifact"
            && message.package_id.as_deref() == Some(&project.id)
            && message.target.as_ref().is_some_and(Target::is_cdylib)
    });
    own.flat_map(|message| message.filenames)
        .find(|file| file.extension().is_some_and(|kind| kind == "wasm"))
}
