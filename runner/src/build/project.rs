//! What is to be built: which language a folder or a file is written in, and where its source lies.

use super::{BuildError, Language};
use std::path::{Path, PathBuf};

/// What is to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) language: Language,
    /// The folder that the source lies in, as given: empty for the current one.
    pub(super) dir: PathBuf,
    /// The file that the build begins with.
    pub(super) main: PathBuf,
    /// Whether the folder was named, not the file: then all of the folder belongs to it.
    pub(super) is_folder: bool,
}

impl Project {
    /// What the file or folder at `path` is.
    pub(super) fn find(path: &Path) -> Result<Project, BuildError> {
        if path.is_dir() {
            Self::of_folder(path)
        } else {
            Self::of_file(path)
        }
    }

    /// A script without a file, in the current folder.
    pub(super) fn of_standard_input() -> Project {
        Project {
            language: Language::JavaScript,
            dir: PathBuf::new(),
            main: PathBuf::from(super::STANDARD_INPUT),
            is_folder: false,
        }
    }

    fn of_folder(dir: &Path) -> Result<Project, BuildError> {
        let marked = |language: Language| {
            let found = language.marks().iter().map(|mark| dir.join(mark));
            found.into_iter().find(|file| file.is_file()).map(|main| Project {
                language,
                dir: dir.to_owned(),
                main,
                is_folder: true,
            })
        };
        let found = Language::ALL.into_iter().find_map(marked);
        found.ok_or_else(|| BuildError::NotAProject { dir: dir.to_owned() })
    }

    fn of_file(path: &Path) -> Result<Project, BuildError> {
        if !path.is_file() {
            return Err(BuildError::NoFile {
                path: path.to_owned(),
            });
        }
        let language = if is_core_module(path) {
            Some(Language::CoreModule)
        } else {
            Language::of_file(path)
        };
        Ok(Project {
            language: language.ok_or_else(|| BuildError::UnknownLanguage {
                path: path.to_owned(),
            })?,
            dir: path.parent().unwrap_or(Path::new("")).to_owned(),
            main: path.to_owned(),
            is_folder: false,
        })
    }

    /// What the operator named: the folder or the file.
    pub(super) fn named(&self) -> &Path {
        if self.is_folder { &self.dir } else { &self.main }
    }

    /// The name that its component gets by default.
    pub(super) fn name(&self) -> String {
        let named = if self.is_folder {
            std::path::absolute(&self.dir).ok()
        } else {
            Some(self.main.clone())
        };
        let name = named.as_deref().and_then(if self.is_folder {
            Path::file_name
        } else {
            Path::file_stem
        });
        name.map_or_else(|| "plugin".to_owned(), |name| name.to_string_lossy().into_owned())
    }
}

/// Whether the file begins like a core WebAssembly module.
fn is_core_module(path: &Path) -> bool {
    use std::io::Read as _;
    let mut head = [0; 8];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == *b"\0asm\x01\0\0\0"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        dir
    }

    #[test]
    fn folders_are_known_by_their_files() {
        for (files, language, main) in [
            (&["Cargo.toml", "src/lib.rs"][..], Language::Rust, "Cargo.toml"),
            (
                &["scenario.ts", "package.json"],
                Language::TypeScript,
                "scenario.ts",
            ),
            (
                &["assembly/index.ts", "package.json"],
                Language::AssemblyScript,
                "assembly/index.ts",
            ),
            (
                &["scenario.py", "locustfile.py"],
                Language::Python,
                "locustfile.py",
            ),
            (&["src/scenario.c", "src/other.c"], Language::C, "src/scenario.c"),
        ] {
            let dir = folder(files);
            let project = Project::find(dir.path()).unwrap();
            assert_eq!(
                (project.language, project.main),
                (language, dir.path().join(main))
            );
        }
        let dir = folder(&["shop.txt"]);
        assert!(matches!(
            Project::find(dir.path()),
            Err(BuildError::NotAProject { .. })
        ));
    }

    #[test]
    fn files_are_known_by_their_names() {
        let dir = folder(&["shop.mts", "shop.rb"]);
        let project = Project::find(&dir.path().join("shop.mts")).unwrap();
        assert_eq!(
            (project.language, project.name().as_str()),
            (Language::TypeScript, "shop")
        );
        let error = Project::find(&dir.path().join("shop.rb")).unwrap_err();
        assert!(matches!(error, BuildError::UnknownLanguage { .. }));
        let error = Project::find(&dir.path().join("shop.py")).unwrap_err();
        assert!(matches!(error, BuildError::NoFile { .. }));
    }
}
