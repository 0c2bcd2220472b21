//! Zig: one root file, compiled between the SDK's own root and its module.

use super::project::Project;
use super::{BuildContext, BuildError, Builder, Language, Made, cannot_write, component, sdk, tool};

/// A Zig whose language is the SDK's.
#[derive(Debug)]
pub(super) struct Zig {
    tool: tool::ZigTool,
}

impl Zig {
    /// The Zig on the path, or Python's package of it.
    pub(super) fn find() -> Result<Zig, BuildError> {
        let missing = |found: &str| BuildError::Missing {
            language: Language::Zig,
            what: format!("Zig {}{found}", tool::ZigTool::WANTED),
            hint: format!(
                "`pip install ziglang=={}`, or take it from https://ziglang.org/download and put it on the path",
                tool::ZigTool::WANTED
            ),
        };
        let tool = tool::ZigTool::find().ok_or_else(|| missing(""))?;
        if tool::numbers(&tool.version) == tool::numbers(tool::ZigTool::WANTED) {
            Ok(Zig { tool })
        } else {
            Err(missing(&format!("; found: {}", tool.version)))
        }
    }
}

impl Builder for Zig {
    fn maker(&self) -> String {
        format!("{} {}", self.tool.version, sdk::ZIG.digest())
    }

    fn build(&self, project: &Project, context: &mut BuildContext<'_>) -> Result<Made, BuildError> {
        (context.say)(&format!(
            "compiling {} with Zig {}",
            project.named().display(),
            self.tool.version
        ));
        let sdk = sdk::ZIG.unpack(&context.cache)?;
        let out = tempfile::tempdir().map_err(cannot_write(&std::env::temp_dir()))?;
        let module = out.path().join("core.wasm");
        let mut command = self.tool.command(&context.cache);
        command
            .args([
                "build-exe",
                "-target",
                "wasm32-wasi",
                "-fno-entry",
                "-rdynamic",
                "-fstrip",
            ])
            .args(["--stack", "1048576", "-O", "ReleaseSafe"])
            .arg(format!("-femit-bin={}", module.display()))
            .args(["--dep", "wasmswarm", "--dep", "scenario"])
            .arg(format!("-Mroot={}", sdk.join("main.zig").display()))
            .arg(format!("-Mwasmswarm={}", sdk.join("wasmswarm.zig").display()))
            .args(["--dep", "wasmswarm"])
            .arg(format!("-Mscenario={}", project.main.display()));
        tool::run(Language::Zig, &mut command)?;
        component::from_core_file(&module).map(Made::from)
    }
}
