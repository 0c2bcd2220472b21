//! AssemblyScript: with the compiler that the project has installed.

use super::project::Project;
use super::{BuildContext, BuildError, Builder, Language, Made, cannot_write, component, sdk, tool};
use crate::system::bounded;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the compiler lies in a project.
const ASC: &str = "node_modules/assemblyscript/bin/asc.js";

/// What says its version.
const PACKAGE: &str = "node_modules/assemblyscript/package.json";

/// Hooks of the language's runtime that the SDK provides.
const HOOKS: [&str; 4] = [
    "abort=~lib/wasmswarm/output/onAbort",
    "seed=~lib/wasmswarm/output/onSeed",
    "trace=~lib/wasmswarm/output/onTrace",
    "console=~lib/wasmswarm/output/console",
];

/// Node, and the project's compiler.
#[derive(Debug)]
pub(super) struct Asc {
    node: PathBuf,
    version: String,
}

impl Asc {
    /// What the project in `dir` is compiled with.
    pub(super) fn find(dir: &Path) -> Result<Asc, BuildError> {
        let missing = |what: &str, hint: String| BuildError::Missing {
            language: Language::AssemblyScript,
            what: what.to_owned(),
            hint,
        };
        let node = tool::find(&["node", "nodejs"])
            .ok_or_else(|| missing("Node.js", "install Node.js 20 or newer with npm".to_owned()))?;
        let asc = dir.join(ASC);
        if !asc.is_file() {
            let hint = format!(
                "run `npm install` in {}",
                std::path::absolute(dir).unwrap_or_default().display()
            );
            return Err(missing(
                "the package `assemblyscript` in the project's node_modules",
                hint,
            ));
        }
        let version = version_in(&dir.join(PACKAGE))
            .ok_or_else(|| missing("a version of its compiler", format!("see {PACKAGE}")))?;
        Ok(Asc { node, version })
    }
}

/// The compiler would say so too, but takes half a second for it.
fn version_in(package: &Path) -> Option<String> {
    let package: serde_json::Value = serde_json::from_slice(&bounded::read(package, 1 << 20).ok()?).ok()?;
    package["version"].as_str().map(str::to_owned)
}

impl Builder for Asc {
    fn maker(&self) -> String {
        format!("{} {}", self.version, sdk::ASSEMBLYSCRIPT.digest())
    }

    fn build(&self, project: &Project, context: &mut BuildContext<'_>) -> Result<Made, BuildError> {
        (context.say)(&format!(
            "compiling {} with AssemblyScript {}",
            project.named().display(),
            self.version
        ));
        let sdk = sdk::ASSEMBLYSCRIPT.unpack(&context.cache)?;
        let out = tempfile::tempdir().map_err(cannot_write(&std::env::temp_dir()))?;
        let module = out.path().join("core.wasm");
        let dir =
            std::path::absolute(Path::new(".").join(&project.dir)).map_err(cannot_write(&project.dir))?;
        let sdk = std::path::absolute(&sdk).map_err(cannot_write(&sdk))?;
        let mut command = Command::new(&self.node);
        command
            .current_dir(&dir)
            .args([ASC, "assembly/index.ts"])
            .arg(sdk.join("exports.ts"))
            .arg("--path")
            .arg(&sdk)
            .arg("--transform")
            .arg(sdk.join("transform.mjs"))
            .args(["--runtime", "incremental", "-O3"])
            .args(HOOKS.iter().flat_map(|hook| ["--use", hook]))
            .arg("-o")
            .arg(&module);
        tool::run(Language::AssemblyScript, &mut command)?;
        component::from_core_file(&module).map(Made::from)
    }
}
