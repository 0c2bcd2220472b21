//! Go: a `main` package, compiled for WASI as a library.

use super::language::Project;
use super::{BuildError, Builder, Language, Made, Workshop, cannot_write, component, sdk, tool};
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
}

impl Builder for Go {
    fn maker(&self) -> String {
        format!("{} {}", self.version, sdk::GO.digest())
    }

    fn build(&self, project: &Project, shop: &mut Workshop<'_>) -> Result<Made, BuildError> {
        (shop.say)(&format!(
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
            .env("GOTOOLCHAIN", "local")
            .args([
                "build",
                "-buildmode=c-shared",
                "-ldflags=-s -w -checklinkname=0",
                "-o",
            ])
            .arg(&module);
        let package = out.path().join("package");
        if project.is_folder {
            command.current_dir(&project.dir).arg(".");
        } else if is_in_a_module(&project.main) {
            command.arg(&project.main);
        } else {
            let sdk = sdk::GO.unpack(&shop.cache)?;
            write_module(&package, &project.main, &sdk).map_err(cannot_write(&package))?;
            command.current_dir(&package).arg(".");
        }
        tool::run(Language::Go, &mut command)?;
        component::from_core_file(&module).map(Made::from)
    }
}

/// Whether the file's folder, or one around it, says what it needs.
fn is_in_a_module(file: &Path) -> bool {
    let file = std::path::absolute(file).unwrap_or_default();
    file.ancestors().skip(1).any(|dir| dir.join("go.mod").is_file())
}

/// A module around a copy of one file, which needs the SDK and nothing else.
fn write_module(dir: &Path, file: &Path, sdk: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let sdk = std::path::absolute(sdk)?;
    let (major, minor) = OLDEST;
    let manifest = format!(
        "module scenario\n\ngo {major}.{minor}\n\nrequire {SDK} v0.0.0\n\nreplace {SDK} => \"{}\"\n",
        sdk.display()
    );
    std::fs::write(dir.join("go.mod"), manifest)?;
    std::fs::copy(file, dir.join(file.file_name().unwrap_or_default()))?;
    Ok(())
}
