//! Builds the guests: the examples, the odd ones, and those in other languages. Each kind
//! is built once per test run, and only if a test asks for it.

use super::root;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// One of the examples in `plugins/`.
pub(crate) fn plugin(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let packages = [
            "-p",
            "quickstart",
            "-p",
            "steps",
            "-p",
            "storefront",
            "-p",
            "api-crud",
        ];
        cargo(&root().join("Cargo.toml"), "plugins", &packages)
    });
    folder.join(format!("{}.wasm", name.replace('-', "_")))
}

/// The component with all odd scenarios.
pub(crate) fn odd() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| components("odd", &[])).join("odd.wasm")
}

/// The odd component with one of its features, which all spoil `describe`.
pub(crate) fn odd_with(feature: &str) -> PathBuf {
    static BUILDING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let built = components("odd-describe", &["--features", feature]).join("odd.wasm");
    let kept = guests().join(format!("odd-{feature}.wasm"));
    std::fs::copy(built, &kept).expect("a writable target folder");
    kept
}

/// The guest with a standard HTTP client.
pub(crate) fn wasi_http() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let manifest = root().join("tests/guests/wasi-http/Cargo.toml");
    BUILT
        .get_or_init(|| cargo(&manifest, "wasi-http", &[]))
        .join("wasi_http_guest.wasm")
}

/// A sound component that is a command, not a plugin.
pub(crate) fn other_world() -> PathBuf {
    odd().with_file_name("other-world.wasm")
}

/// The JavaScript guest. Needs Node and the packages that its package.json pins.
pub(crate) fn javascript() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let (source, wasm) = (root().join("tests/guests/js"), guests().join("javascript.wasm"));
            if !source.join("node_modules").exists() {
                finish(
                    "npm",
                    Command::new("npm")
                        .args(["install", "--no-package-lock", "--no-audit", "--no-fund"])
                        .current_dir(&source),
                );
            }
            finish(
                "node",
                Command::new("node")
                    .arg("build.js")
                    .arg(&wasm)
                    .current_dir(&source),
            );
            wasm
        })
        .clone()
}

/// The Python of the environment into which `tests/run` puts `componentize-py`.
pub(crate) fn python_with_componentizer() -> PathBuf {
    guests().join("venv/bin/python")
}

/// The Python guest.
pub(crate) fn python() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let (source, wasm) = (root().join("tests/guests/python"), guests().join("python.wasm"));
            let mut command = Command::new(python_with_componentizer().with_file_name("componentize-py"));
            command.arg("-d").arg(root().join("wit")).args([
                "-w",
                "plugin",
                "componentize",
                "-p",
                ".",
                "app",
                "-o",
            ]);
            finish("componentize-py", command.arg(&wasm).current_dir(source));
            wasm
        })
        .clone()
}

/// The search path with the tools that `tests/toolchains` has installed.
pub(crate) fn path() -> std::ffi::OsString {
    let own = root().join("target/guests/toolchains/bin");
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&rest)))
        .expect("paths without colons")
}

/// Installs what a project's package.json names.
pub(crate) fn npm_install(project: &Path) {
    let mut command = Command::new("npm");
    command.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]);
    finish("npm", command.current_dir(project));
}

/// Where built guests are put.
pub(crate) fn guests() -> PathBuf {
    let folder = root().join("target/guests");
    std::fs::create_dir_all(&folder).expect("a writable target folder");
    folder
}

fn components(folder: &str, arguments: &[&str]) -> PathBuf {
    cargo(&root().join("tests/components/Cargo.toml"), folder, arguments)
}

/// Builds for the guests' target, and says where the components are.
fn cargo(manifest: &Path, folder: &str, arguments: &[&str]) -> PathBuf {
    let target = guests().join(folder);
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        // What the outer cargo tells this process is not meant for the inner one.
        let text = name.to_string_lossy();
        if (text.starts_with("CARGO_") && text != "CARGO_HOME")
            || text.starts_with("RUSTC")
            || text == "RUSTFLAGS"
        {
            command.env_remove(&name);
        }
    }
    command.args([
        "build",
        "--quiet",
        "--locked",
        "--release",
        "--target",
        "wasm32-wasip2",
        "--manifest-path",
    ]);
    finish(
        "cargo",
        command
            .arg(manifest)
            .arg("--target-dir")
            .arg(&target)
            .args(arguments),
    );
    target.join("wasm32-wasip2/release")
}

fn finish(name: &str, command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{name}: {e}; `tests/run` installs what is missing"));
    assert!(
        output.status.success(),
        "{name} failed\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
