//! The languages that there is a builder for, and how their files are known. Which of them a project is written in, `project`
//! finds out.

use std::fmt;
use std::path::Path;

/// The languages that there is a builder for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// A cargo project.
    Rust,
    /// A script in k6's shape or with the `wasmswarm` module.
    JavaScript,
    /// The same with types, which are stripped.
    TypeScript,
    /// A module in Locust's shape.
    Python,
    /// A `main` package.
    Go,
    /// Translation units of C.
    C,
    /// Translation units of C++.
    Cpp,
    /// A root source file of Zig.
    Zig,
    /// An entry file of AssemblyScript.
    AssemblyScript,
    /// A core module that any toolchain made, or one in the text format.
    CoreModule,
}

impl Language {
    /// All that a source can be written in, in the order in which folders are looked at.
    pub const ALL: [Language; 9] = [
        Language::Rust,
        Language::Go,
        Language::AssemblyScript,
        Language::TypeScript,
        Language::JavaScript,
        Language::Python,
        Language::Cpp,
        Language::C,
        Language::Zig,
    ];

    /// Files whose presence makes a folder a project of this language, the first one first. All but
    /// those of cargo and go are the source that the build begins with.
    pub(super) fn marks(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["Cargo.toml"],
            Self::Go => &["go.mod"],
            Self::AssemblyScript => &["assembly/index.ts"],
            Self::TypeScript => &["scenario.ts", "src/scenario.ts"],
            Self::JavaScript => &["scenario.js", "src/scenario.js"],
            Self::Python => &["locustfile.py", "scenario.py"],
            Self::Cpp => &["scenario.cpp", "src/scenario.cpp"],
            Self::C => &["scenario.c", "src/scenario.c"],
            Self::Zig => &["scenario.zig", "src/scenario.zig"],
            Self::CoreModule => &[],
        }
    }

    /// How the names of its sources end, those of included files too.
    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["rs", "toml"],
            Self::JavaScript | Self::TypeScript => &["js", "mjs", "ts", "mts", "json", "csv"],
            Self::Python => &["py"],
            Self::Go => &["go"],
            Self::C => &["c", "h"],
            Self::Cpp => &["cpp", "cc", "cxx", "hpp", "hh", "h", "c"],
            Self::Zig => &["zig"],
            Self::AssemblyScript => &["ts"],
            Self::CoreModule => &["wasm", "wat"],
        }
    }

    /// Whether a build tells which files it has read; for other languages all that are near count.
    pub(super) fn tells_what_it_read(self) -> bool {
        matches!(self, Self::JavaScript | Self::TypeScript | Self::Python)
    }

    /// By a file's name.
    pub(super) fn of_file(path: &Path) -> Option<Language> {
        Some(match path.extension()?.to_str()? {
            "js" | "mjs" => Self::JavaScript,
            "ts" | "mts" => Self::TypeScript,
            "py" => Self::Python,
            "go" => Self::Go,
            "c" => Self::C,
            "cpp" | "cc" | "cxx" => Self::Cpp,
            "zig" => Self::Zig,
            "wat" => Self::CoreModule,
            _ => return None,
        })
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::JavaScript => "JavaScript",
            Self::TypeScript => "TypeScript",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::C => "C",
            Self::Cpp => "C++",
            Self::Zig => "Zig",
            Self::AssemblyScript => "AssemblyScript",
            Self::CoreModule => "a core module",
        })
    }
}

/// Whether `path` is something to build, rather than a component, an address or nothing.
#[must_use]
pub fn is_source(path: &Path) -> bool {
    path.is_dir() || (path.is_file() && Language::of_file(path).is_some())
}
