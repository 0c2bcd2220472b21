//! Dependencies that were compiled for another project on this machine: a new project begins with them.
//!
//! Projects don't share one target folder, because two with the same name would take each other's component. A new target
//! folder is filled instead, with links to what was compiled before; cargo decides by itself what of it holds.

use super::TARGET;
use super::cargo::CargoProject;
use crate::build::{kept, tool};
use crate::system::private;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// What of a profile's folder is compiled, and cargo's account of it.
const PARTS: [&str; 3] = [".fingerprint", "build", "deps"];

/// The part with that account: small files, which cargo writes over, so that each project needs its own.
const ACCOUNT: &str = ".fingerprint";

/// Says that what lies in a folder can be made again. Cargo and backups know it.
const TAG: (&str, &str) = (
    "CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds what wasmswarm's build has compiled.\n",
);

/// How deep the folders of a part go: `build` has one for each package, with what its script has written.
const DEPTH: usize = 8;

/// A target folder that isn't there yet, and what it can begin with.
pub(super) struct Seed {
    target: PathBuf,
    kept: PathBuf,
    /// The project's own package, as its files are called. It stays out: nobody else can use it.
    package: String,
}

impl Seed {
    /// None for a project that has been built already, or if there is no place to keep anything.
    pub(super) fn of(project: &CargoProject, cache: &Path) -> Option<Seed> {
        if project.target.exists() || !cache.is_absolute() {
            return None;
        }
        let compiler = tool::print(Path::new("rustc"), ["-vV".as_ref()])?;
        let tools = private::make_folder(&cache.join("tools")).ok()?;
        let digest = kept::digest(compiler.as_bytes());
        Some(Seed {
            target: project.target.clone(),
            kept: tools.join(format!("rust-{}", &digest[..16])),
            package: project.package.replace('-', "_"),
        })
    }

    /// Fills the target folder. What can't be linked is compiled.
    pub(super) fn plant(&self) {
        if private::tree(&self.kept, 2).is_ok()
            && let Err(error) = self.copy(&self.kept, &self.target)
        {
            tracing::info!(%error, "the project doesn't begin with what was compiled before");
        }
    }

    /// Keeps what was compiled now for the next new project.
    pub(super) fn keep(&self) {
        if let Err(error) = self.keep_all() {
            tracing::info!(%error, "what was compiled isn't kept for other projects");
        }
    }

    fn keep_all(&self) -> io::Result<()> {
        let parent = self.kept.parent().unwrap_or(&self.kept);
        let whole = tempfile::tempdir_in(parent)?;
        self.copy(&self.target, whole.path())?;
        std::fs::write(whole.path().join(TAG.0), TAG.1)?;
        if self.kept.exists() {
            std::fs::remove_dir_all(&self.kept)?;
        }
        // Renamed into place, so that nobody finds half of it. Where another project was faster, its own is there.
        std::fs::rename(whole.path(), &self.kept)
    }

    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        for profile in ["release".to_owned(), format!("{TARGET}/release")] {
            for part in PARTS {
                let (from, to) = (from.join(&profile).join(part), to.join(&profile).join(part));
                if from.is_dir() {
                    self.copy_folder(&from, &to, part == ACCOUNT, DEPTH)?;
                }
            }
        }
        Ok(())
    }

    fn copy_folder(&self, from: &Path, to: &Path, anew: bool, depth: usize) -> io::Result<()> {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            let (name, to) = (entry.file_name(), to.join(entry.file_name()));
            let kind = entry.file_type()?;
            if self.is_own(&name.to_string_lossy()) {
                continue;
            }
            if kind.is_dir() && depth > 0 {
                self.copy_folder(&entry.path(), &to, anew, depth - 1)?;
            } else if kind.is_file() && (anew || std::fs::hard_link(entry.path(), &to).is_err()) {
                copy_with_time(&entry.path(), &to)?;
            }
        }
        Ok(())
    }

    /// Whether a file or folder is of the project's own package: `lib`, its name, and a digest or an ending.
    fn is_own(&self, name: &str) -> bool {
        let plain = name.replace('-', "_");
        let plain = plain.strip_prefix("lib").unwrap_or(&plain);
        let rest = plain.strip_prefix(&self.package);
        rest.is_some_and(|rest| rest.starts_with(['.', '_']) && !rest[1..].contains('_'))
    }
}

/// Cargo compares times to see what is up to date.
fn copy_with_time(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::copy(from, to)?;
    let modified = std::fs::metadata(from)?.modified()?;
    File::options().append(true).open(to)?.set_modified(modified)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(top: &Path, target: &str, package: &str) -> Seed {
        Seed {
            target: top.join(target),
            kept: top.join("tools/rust-1"),
            package: package.to_owned(),
        }
    }

    #[test]
    fn a_new_project_begins_with_the_dependencies_of_another() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        std::fs::create_dir(top.join("tools")).unwrap();
        let deps = top.join("a/wasm32-wasip2/release/deps");
        let account = top.join("a/release/.fingerprint/serde-12");
        std::fs::create_dir_all(&deps).unwrap();
        std::fs::create_dir_all(&account).unwrap();
        for name in ["libserde-12.rlib", "my_shop.wasm", "libmy_shop_kit-1.rlib"] {
            std::fs::write(deps.join(name), name).unwrap();
        }
        std::fs::write(account.join("dep-lib-serde"), "then").unwrap();
        let then = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        let file = File::options().append(true).open(account.join("dep-lib-serde"));
        file.unwrap().set_modified(then).unwrap();

        seed(&top, "a", "my_shop").keep();
        let next = seed(&top, "b", "my_shop");
        next.plant();
        let deps = next.target.join("wasm32-wasip2/release/deps");
        assert!(deps.join("libserde-12.rlib").exists() && deps.join("libmy_shop_kit-1.rlib").exists());
        assert!(!deps.join("my_shop.wasm").exists(), "that is another project's");
        let account = next.target.join("release/.fingerprint/serde-12/dep-lib-serde");
        assert_eq!(std::fs::metadata(&account).unwrap().modified().unwrap(), then);
        std::fs::write(account, "now").unwrap();
        let theirs = top.join("a/release/.fingerprint/serde-12/dep-lib-serde");
        assert_eq!(std::fs::read_to_string(theirs).unwrap(), "then");
        assert!(next.kept.join(TAG.0).exists());
    }
}
