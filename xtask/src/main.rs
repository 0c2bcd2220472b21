//! `cargo xtask TASK`: one entry for what contributors do. `tests/run` calls the same steps, in the same order, for
//! continuous integration. A step is a command as one would type it at the root; nothing is decided here but their order.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

/// What can be asked for, and what it is for.
const TASKS: [(&str, &str); 9] = [
    ("setup", "installs what the checks and tests need"),
    (
        "check",
        "formatting, lints of every language, licences, documentation",
    ),
    ("test", "all tests, or those that the arguments name"),
    (
        "quick",
        "the tests that the arguments name, of a program that isn't optimized: the inner loop",
    ),
    (
        "architecture",
        "who may use whom, and how long functions and files are: seconds",
    ),
    (
        "fuzz",
        "bytes of others against all that reads them: fuzz SECONDS, which they share",
    ),
    ("schema", "writes runner/config.schema.json anew"),
    ("runtime", "builds the JavaScript engine that the program carries"),
    (
        "bench",
        "measures wasmswarm beside other generators; takes tests/bench/run's arguments",
    ),
];

/// Workspaces beside the main one: they are built for WebAssembly, each with a profile of its own.
const SIDE_WORKSPACES: [&str; 3] = ["sdk/js/runtime", "tests/components", "tests/guests/wasi-http"];

/// The lints that aren't Rust's; `tests/setup` puts them here.
const LINTERS: &str = "target/guests/linters/bin";

/// An edit compiles for seconds when the program's own crate isn't optimized; its dependencies stay as they are.
const UNOPTIMIZED: [&str; 4] = [
    "--config",
    "profile.release.package.wasmswarm.opt-level=0",
    "--config",
    "profile.release.package.wasmswarm.codegen-units=128",
];

type Done = Result<(), String>;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<_> = arguments.collect();
    match run(&task, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            report(&format!("error: {why}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: &str, rest: &[String]) -> Done {
    match task {
        "setup" => step::<&str>("tests/setup", &[]),
        "check" => check(),
        "test" => cargo(&["test", "--release", "--locked", "--workspace"], rest),
        "quick" => quick(rest),
        "architecture" => cargo(&["test", "--release", "--locked", "--package", "xtask"], rest),
        "fuzz" => fuzz(rest),
        "schema" => schema(),
        "runtime" => step("sdk/js/runtime/build", rest),
        "bench" => step("tests/bench/run", rest),
        "" | "help" | "--help" | "-h" => {
            report(&help());
            Ok(())
        }
        other => Err(format!("there is no task {other:?}\n\n{}", help())),
    }
}

fn help() -> String {
    let tasks = TASKS.map(|(name, what)| format!("  {name:<13} {what}\n"));
    format!("cargo xtask TASK [ARGUMENTS]\n\n{}", tasks.concat())
}

fn check() -> Done {
    cargo(&["fmt", "--all", "--check"], &[])?;
    for workspace in SIDE_WORKSPACES {
        let manifest = format!("{workspace}/Cargo.toml");
        cargo(&["fmt", "--manifest-path", &manifest, "--all", "--check"], &[])?;
    }
    step("sdk/js/runtime/build", &["--check"])?;
    step(&format!("{LINTERS}/ruff"), &["check", "--quiet", "."])?;
    step(&format!("{LINTERS}/shellcheck"), &shell_scripts()?)?;
    // Advisories need a database from a place that many machines can't reach: `cargo deny check advisories` asks for it.
    step(
        &format!("{LINTERS}/cargo-deny"),
        &["--offline", "check", "bans", "licenses", "sources"],
    )?;
    clippy()?;
    // rustdoc takes its flags from the environment only.
    let mut doc = command("cargo");
    doc.args([
        "doc",
        "--release",
        "--locked",
        "--workspace",
        "--no-deps",
        "--quiet",
    ]);
    finish(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn clippy() -> Done {
    let deny = ["--", "-D", "warnings"].map(str::to_owned);
    cargo(
        &["clippy", "--release", "--locked", "--workspace", "--all-targets"],
        &deny,
    )?;
    for workspace in SIDE_WORKSPACES {
        // From within, so that a workspace's own `.cargo/config.toml` holds.
        let mut clippy = command("cargo");
        clippy.args([
            "clippy",
            "--release",
            "--locked",
            "--workspace",
            "--target",
            "wasm32-wasip2",
        ]);
        finish(clippy.args(&deny).current_dir(root().join(workspace)))?;
    }
    Ok(())
}

fn quick(rest: &[String]) -> Done {
    let mut quick = command("cargo");
    quick.args(UNOPTIMIZED).args(["test", "--release", "--locked"]);
    finish(quick.args(rest))
}

fn fuzz(rest: &[String]) -> Done {
    let [seconds] = rest else {
        return Err("fuzz takes the number of seconds that all readers share".to_owned());
    };
    let mut fuzz = command("cargo");
    fuzz.args(["test", "--release", "--locked", "--workspace", "--lib", "fuzz_"]);
    fuzz.args(["--", "--test-threads=1"]);
    finish(fuzz.env("WASMSWARM_FUZZ_SECONDS", seconds))
}

fn schema() -> Done {
    let mut schema = command("cargo");
    schema.args(["run", "--release", "--locked", "--quiet", "--", "schema"]);
    let output = schema.output().map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let path = root().join("runner/config.schema.json");
    std::fs::write(&path, output.stdout).map_err(|error| format!("{}: {error}", path.display()))
}

/// Every file under version control that a shell runs.
fn shell_scripts() -> Result<Vec<String>, String> {
    let output = command("git").args(["grep", "-lE", "^#!.*\\b(ba)?sh$"]).output();
    let output = output.map_err(|error| format!("git: {error}"))?;
    let names = String::from_utf8_lossy(&output.stdout);
    Ok(names.lines().map(str::to_owned).collect())
}

fn cargo(arguments: &[&str], rest: &[String]) -> Done {
    finish(command("cargo").args(arguments).args(rest))
}

fn step<T: AsRef<str>>(program: &str, arguments: &[T]) -> Done {
    finish(command(program).args(arguments.iter().map(AsRef::as_ref)))
}

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Says what is run, so that anybody can run it alone, and runs it.
fn finish(command: &mut Command) -> Done {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .collect();
    let line: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let line = line.join(" ");
    report(&format!("== {line}"));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{line}: {status}")),
        Err(error) => Err(format!(
            "{line}: {error}\nhint: `cargo xtask setup` installs what is missing"
        )),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

#[expect(clippy::print_stderr, reason = "it is a tool of the terminal")]
fn report(text: &str) {
    eprintln!("{text}");
}
