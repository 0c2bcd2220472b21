//! Go: a `main` package, compiled for WASI as a library.

use super::project::Project;
use super::{BuildContext, BuildError, Builder, Language, Made, cannot_write, component, sdk, tool};
use crate::system::bounded;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Go whose exports work.
const OLDEST: (u32, u32) = (1, 24);

/// The SDK's module.
const SDK: &str = "github.com/wasmswarm/wasmswarm/sdk/go";

/// The `go` on the path.
#[derive(Debug)]
pub(super) struct Go {
    program: PathBuf,
    version: String,
}

impl Go {
    pub(super) fn find() -> Result<Go, BuildError> {
        let (major, minor) = OLDEST;
        let missing = |found: &str| BuildError::Missing {
            language: Language::Go,
            what: format!("Go {major}.{minor} or newer{found}"),
            hint:
                "install it from https://go.dev/dl or with your system's packages, and put `go` on the path"
                    .to_owned(),
        };
        let program = tool::find(&["go"]).ok_or_else(|| missing(""))?;
        let version = tool::print(&program, ["version".as_ref()])
            .ok_or_else(|| missing("; the one here doesn't run"))?;
        if tool::numbers(&version) < Some(OLDEST) {
            return Err(missing(&format!("; found: {version}")));
        }
        Ok(Go { program, version })
    }

    /// `1.27.3` of `go version go1.27.3 linux/amd64`: no module may ask for more.
    fn number(&self) -> String {
        let name = self.version.split_whitespace().nth(2).unwrap_or_default();
        name.trim_start_matches("go").to_owned()
    }
}

impl Builder for Go {
    fn maker(&self) -> String {
        format!("{} {}", self.version, sdk::GO.digest())
    }

    fn build(&self, project: &Project, context: &mut BuildContext<'_>) -> Result<Made, BuildError> {
        (context.say)(&format!(
            "compiling {} with {}",
            project.named().display(),
            self.version
        ));
        let out = tempfile::tempdir().map_err(cannot_write(&std::env::temp_dir()))?;
        let module = out.path().join("core.wasm");
        let mut command = Command::new(&self.program);
        command
            .env("GOOS", "wasip1")
            .env("GOARCH", "wasm")
            // Flags for modules are errors in a workspace.
            .env("GOFLAGS", "")
            .env("GOTOOLCHAIN", "local")
            .args([
                "build",
                "-buildmode=c-shared",
                "-trimpath",
                "-ldflags=-s -w",
                "-o",
            ])
            .arg(&module);
        // From there, errors name files as the author does.
        let dir =
            std::path::absolute(Path::new(".").join(&project.dir)).map_err(cannot_write(&project.dir))?;
        let root = dir.ancestors().find(|dir| dir.join("go.mod").is_file());
        if !root.is_some_and(says_where_the_sdk_is) {
            let workspace = out.path().join("go.work");
            let sdk = sdk::GO.unpack(&context.cache)?;
            write_workspace(&workspace, &self.number(), &sdk, root).map_err(cannot_write(&workspace))?;
            command.env("GOWORK", workspace);
        }
        let package = if project.is_folder {
            None
        } else {
            project.main.file_name()
        };
        command.current_dir(dir).arg(package.unwrap_or(".".as_ref()));
        tool::run(Language::Go, &mut command)?;
        component::from_core_file(&module).map(Made::from)
    }
}

/// Whether a module has the SDK from somewhere itself.
fn says_where_the_sdk_is(root: &Path) -> bool {
    let manifest = bounded::text(&root.join("go.mod"), 1 << 20).unwrap_or_default();
    let mut lines = manifest.lines().map(str::trim);
    lines.any(|line| line.contains(SDK) && line.contains("=>"))
}

/// A workspace of the SDK and the author's module, if there is one; outside of the author's folder.
fn write_workspace(path: &Path, go: &str, sdk: &Path, root: Option<&Path>) -> std::io::Result<()> {
    let sdk = std::path::absolute(sdk)?;
    let mut text = format!("go {go}\n\nuse {:?}\n", sdk.display().to_string());
    if let Some(root) = root {
        text += &format!("use {:?}\n", root.display().to_string());
    }
    std::fs::write(path, text)
}
