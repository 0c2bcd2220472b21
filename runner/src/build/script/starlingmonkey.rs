//! The other engine for scripts: a browser's, which npm brings.
//!
//! The SDK's own `build.mjs` does the work; see there.

use super::super::project::Project;
use super::super::{BuildContext, BuildError, Builder, Language, Made, cannot_write, sdk, tool};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Node.js that its tools run in.
const OLDEST: (u32, u32) = (20, 0);

/// Node.js; the engine is installed when it is needed.
#[derive(Debug)]
pub(super) struct ComponentizeJs {
    node: PathBuf,
    npm: PathBuf,
}

impl ComponentizeJs {
    pub(super) fn find() -> Result<ComponentizeJs, BuildError> {
        let missing = |found: &str| BuildError::Missing {
            language: Language::JavaScript,
            what: format!("Node.js {} or newer with npm for this engine{found}", OLDEST.0),
            hint: "install it from https://nodejs.org, or leave out --engine".to_owned(),
        };
        let node = tool::find(&["node", "nodejs"]).ok_or_else(|| missing(""))?;
        let npm = tool::find(&["npm"]).ok_or_else(|| missing("; npm is missing"))?;
        let version = tool::print(&node, ["--version".as_ref()])
            .ok_or_else(|| missing("; the one here doesn't run"))?;
        if tool::numbers(&version) < Some(OLDEST) {
            return Err(missing(&format!("; found: {version}")));
        }
        Ok(ComponentizeJs { node, npm })
    }

    /// The folder with `build.mjs`, the engine and the rest of the library.
    fn install(&self, context: &mut BuildContext<'_>) -> Result<PathBuf, BuildError> {
        let sdk = sdk::JAVASCRIPT.unpack(&context.cache)?;
        let name = format!("starlingmonkey-{}", &sdk::JAVASCRIPT.digest()[..16]);
        let place = format!(
            "StarlingMonkey from npm (about 400 MB) into {}",
            context.cache.display()
        );
        tool::installed(context, &name, &place, |dir, say| {
            copy(&sdk, dir).map_err(cannot_write(dir))?;
            say("installing StarlingMonkey with npm");
            let mut npm = Command::new(&self.npm);
            npm.current_dir(dir.join("starlingmonkey")).args([
                "install",
                "--omit=dev",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ]);
            tool::run_installer("npm", &mut npm)
        })
    }
}

impl Builder for ComponentizeJs {
    fn maker(&self) -> String {
        format!("starlingmonkey {}", sdk::JAVASCRIPT.digest())
    }

    fn build(&self, project: &Project, context: &mut BuildContext<'_>) -> Result<Made, BuildError> {
        let sdk = self.install(context)?;
        (context.say)(&format!(
            "building {} with StarlingMonkey",
            project.named().display()
        ));
        let out = tempfile::tempdir().map_err(cannot_write(&std::env::temp_dir()))?;
        let (wasm, reach) = (out.path().join("plugin.wasm"), out.path().join("reach.json"));
        context
            .reach(project)?
            .write(&reach)
            .map_err(cannot_write(&reach))?;
        let mut command = Command::new(&self.node);
        command
            .arg(sdk.join("starlingmonkey/build.mjs"))
            .arg(&project.main)
            .arg("--wit")
            .arg(sdk.join("wit"))
            .arg("--reach")
            .arg(&reach)
            .arg("-o")
            .arg(&wasm);
        tool::run_evaluating(project.language, &command)?;
        let component = std::fs::read(&wasm).map_err(|source| BuildError::Read { path: wasm, source })?;
        Ok(Made::from(component))
    }
}

/// Copies a folder's files into another folder.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
