//! Python: with the componentizer from the package index, in a virtual environment of our own.
//!
//! The SDK's own `build.py` does the work; see there.

mod immortal;

use super::project::Project;
use super::reach::Reach;
use super::{
    BuildContext, BuildError, Builder, Language, Made, Parameters, cannot_write, kept, room, sdk, tool,
};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package that makes components of Python modules; it brings its own Python for the guest.
const COMPONENTIZER: &str = "componentize-py==0.25.1";

/// The oldest Python that it runs in.
const OLDEST: (u32, u32) = (3, 10);

/// Keeps Python from taking modules out of the folder in which the command was typed: a stranger's
/// `pip.py` there would run outside of any sandbox.
const ISOLATED: &str = "-I";

/// The componentizer; installed when it is needed.
#[derive(Debug)]
pub(super) struct ComponentizePy;

impl Builder for ComponentizePy {
    fn maker(&self) -> String {
        format!("{COMPONENTIZER} {}", sdk::PYTHON.digest())
    }

    fn build(&self, project: &Project, context: &mut BuildContext<'_>) -> Result<Made, BuildError> {
        let python = environment(context)?;
        (context.say)(&format!(
            "building {} with {COMPONENTIZER}",
            project.named().display()
        ));
        let sdk = sdk::PYTHON.unpack(&context.cache)?;
        let out = tempfile::tempdir().map_err(cannot_write(&std::env::temp_dir()))?;
        let (wasm, read) = (out.path().join("plugin.wasm"), out.path().join("inputs.json"));
        let orders = out.path().join("orders.json");
        let order = Orders {
            reach: context.reach(project)?,
            parameters: &context.parameters,
        };
        write_orders(&orders, &order)?;
        let mut command = Command::new(python);
        command
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| KEPT_VARIABLES.iter().any(|kept| name == *kept)))
            .arg(sdk.join("build.py"))
            .arg(&project.main)
            .arg("--wit")
            .arg(sdk.join("wit"))
            .arg("--output")
            .arg(&wasm)
            .arg("--orders")
            .arg(&orders)
            .arg("--inputs")
            .arg(&read);
        tool::run_evaluating(Language::Python, &command)?;
        let mut component = std::fs::read(&wasm).map_err(|source| BuildError::Read { path: wasm, source })?;
        immortal::make_immortal(&mut component).map_err(|problem| BuildError::Memory {
            tool: COMPONENTIZER,
            message: problem.to_string(),
        })?;
        room::round_up(&mut component).map_err(|problem| BuildError::Memory {
            tool: COMPONENTIZER,
            message: problem.to_string(),
        })?;
        Ok(Made {
            component,
            read: Some(inputs_in(&read, &context.parameters)?),
        })
    }
}

/// What of the operator's environment the tools need. Nothing of it reaches the script.
const KEPT_VARIABLES: [&str; 7] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
];

/// What the build is told.
#[derive(serde::Serialize)]
struct Orders<'a> {
    /// Which files it may read.
    reach: Reach,
    /// What the operator passes: the top level may read it.
    parameters: &'a Parameters,
}

/// In a file of its own, because others see a program's arguments.
fn write_orders(path: &Path, orders: &Orders<'_>) -> Result<(), BuildError> {
    let text = serde_json::to_vec(orders).map_err(|error| cannot_write(path)(error.into()))?;
    std::fs::write(path, text).map_err(cannot_write(path))
}

/// What the build says of files: those it read, and those whose absence mattered; and of parameters:
/// which it asked for.
#[derive(serde::Deserialize)]
struct Account {
    read: Vec<PathBuf>,
    absent: Vec<PathBuf>,
    asked: Vec<String>,
}

/// The files that the build read, by its own account.
fn inputs_in(account: &Path, parameters: &Parameters) -> Result<kept::Inputs, BuildError> {
    let unreadable = |source| BuildError::Read {
        path: account.to_owned(),
        source,
    };
    let text = std::fs::read(account).map_err(unreadable)?;
    let account: Account = serde_json::from_slice(&text).map_err(|error| unreadable(error.into()))?;
    let mut inputs = kept::digests(account.read);
    inputs
        .files
        .extend(account.absent.into_iter().map(|path| (path, None)));
    inputs.ask(account.asked, parameters);
    Ok(inputs)
}

/// The Python of the environment that has the componentizer.
fn environment(context: &mut BuildContext<'_>) -> Result<PathBuf, BuildError> {
    let name = COMPONENTIZER.replace("==", "-");
    let place = format!(
        "{COMPONENTIZER} from the Python package index into {}",
        context.cache.display()
    );
    let dir = tool::installed(context, &name, &place, |dir, say| {
        let python = python()?;
        say("making a virtual environment");
        let venv = Command::new(&python)
            .args([ISOLATED, "-m", "venv", "--clear"])
            .arg(dir)
            .output();
        let made = venv.is_ok_and(|output| output.status.success());
        if !made {
            return Err(missing(
                "Python's module `venv`",
                "on Debian or Ubuntu `apt-get install python3-venv`",
            ));
        }
        say(&format!("installing {COMPONENTIZER}"));
        let mut pip = Command::new(python_of(dir));
        pip.args([
            ISOLATED,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            COMPONENTIZER,
        ]);
        tool::run_installer("pip", &mut pip)
    })?;
    Ok(python_of(&dir))
}

fn python_of(environment: &Path) -> PathBuf {
    environment.join("bin/python")
}

/// The operator's own Python.
fn python() -> Result<PathBuf, BuildError> {
    let (major, minor) = OLDEST;
    let need = |found: &str| {
        missing(
            &format!("Python {major}.{minor} or newer to build with{found}"),
            "install it from https://www.python.org or with your system's packages; or build the component on another machine",
        )
    };
    let program = tool::find(&["python3", "python"]).ok_or_else(|| need(""))?;
    let version =
        tool::print(&program, ["--version".as_ref()]).ok_or_else(|| need("; the one here doesn't run"))?;
    if tool::numbers(&version) < Some(OLDEST) {
        return Err(need(&format!("; found: {version}")));
    }
    Ok(program)
}

fn missing(what: &str, hint: &str) -> BuildError {
    BuildError::Missing {
        language: Language::Python,
        what: what.to_owned(),
        hint: hint.to_owned(),
    }
}
