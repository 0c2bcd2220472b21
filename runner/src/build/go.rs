//! Go: a `main` package, compiled for WASI as a library.

use super::language::Project;
use super::{BuildError, Builder, Language, Made, Workshop, cannot_write, component, sdk, tool};
use std::path::PathBuf;
use std::process::Command;

/// The oldest Go whose exports work.
const OLDEST: (u32, u32) = (1, 24);

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
        let sdk = sdk::GO.unpack(&shop.cache)?;
        let out = tempfile::tempdir().map_err(cannot_write(&std::env::temp_dir()))?;
        let module = out.path().join("core.wasm");
        let mut command = Command::new(&self.program);
        let _ = sdk;
        command
            .current_dir(&project.dir)
            .env("GOOS", "wasip1")
            .env("GOARCH", "wasm")
            .env("GOTOOLCHAIN", "local")
            .args([
                "build",
                "-buildmode=c-shared",
                "-ldflags=-s -w -checklinkname=0",
                "-o",
            ])
            .arg(&module)
            .arg(".");
        tool::run(Language::Go, &mut command)?;
        component::from_core_file(&module).map(Made::from)
    }
}
