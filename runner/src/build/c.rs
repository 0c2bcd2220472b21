//! C and C++: with a clang that has WebAssembly's libraries at hand, or with Zig's.

use super::project::Project;
use super::{BuildContext, BuildError, Builder, Language, Made, cannot_write, component, kept, sdk, tool};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest clang whose output is known to work.
const OLDEST_CLANG: u32 = 16;

/// Names that a clang has, the newest first.
const CLANGS: [&str; 11] = [
    "clang", "clang-25", "clang-24", "clang-23", "clang-22", "clang-21", "clang-20", "clang-19", "clang-18",
    "clang-17", "clang-16",
];

/// What every translation unit is compiled with.
const COMPILE: [&str; 2] = ["-O2", "-Wall"];

/// What the module is linked with. Names of functions stay, so that traps say where they happened.
const LINK: [&str; 3] = [
    "-mexec-model=reactor",
    "-Wl,--strip-debug",
    "-Wl,-z,stack-size=1048576",
];

/// Beside `LINK`: a stack that overflows traps, and doesn't run into data. It is Zig's default.
const STACK_FIRST: &str = "-Wl,--stack-first";

/// Beside `COMPILE`, for C++: a scenario has no use for either, and both are paid for in size.
const CPP: [&str; 3] = ["-std=c++20", "-fno-exceptions", "-fno-rtti"];

/// A compiler that makes WebAssembly.
#[derive(Debug)]
pub(super) struct Compiler {
    language: Language,
    c: Driver,
    cpp: Driver,
    version: String,
    is_zig: bool,
}

/// One of a compiler's two commands.
#[derive(Debug, Clone)]
struct Driver {
    program: PathBuf,
    /// What makes it one for this language and target.
    arguments: Vec<OsString>,
}

impl Driver {
    fn command(&self, cache: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        tool::keep_zig_caches(&mut command, cache);
        command
    }

    /// Whether it has the headers of the C++ library: `version` is the smallest of them.
    fn has_headers(&self) -> bool {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(CPP);
        command.args(["-fsyntax-only", "-include", "version", "-x", "c++", "/dev/null"]);
        command.stdin(std::process::Stdio::null());
        command.output().is_ok_and(|output| output.status.success())
    }

    /// The path that clang answers with, if it knows one.
    fn file(&self, question: &str) -> Option<PathBuf> {
        let arguments: Vec<_> = self.arguments.iter().map(OsString::as_os_str).collect();
        let answer = tool::print(&self.program, arguments.into_iter().chain([question.as_ref()]))?;
        let path = PathBuf::from(answer);
        (path.is_absolute() && path.is_file()).then_some(path)
    }
}

impl Compiler {
    /// The first compiler that has all it needs.
    pub(super) fn find(language: Language) -> Result<Compiler, BuildError> {
        let mut why = Vec::new();
        for clang in clangs() {
            match Self::clang(language, &clang) {
                Ok(compiler) => return Ok(compiler),
                Err(lacking) => why.push(format!("{} {lacking}", clang.display())),
            }
        }
        if let Some(zig) = tool::ZigTool::find() {
            return Ok(Self::zig(language, &zig));
        }
        Err(missing(language, &why))
    }

    /// This clang, or what it lacks.
    fn clang(language: Language, program: &Path) -> Result<Compiler, String> {
        let version = tool::print(program, ["--version".as_ref()]).ok_or("doesn't run")?;
        let number = tool::numbers(&version).map_or(0, |(major, _)| major);
        if number < OLDEST_CLANG {
            return Err(format!("is older than {OLDEST_CLANG}"));
        }
        let driver = |name: &str| Driver {
            program: sibling(program, name),
            arguments: vec!["--target=wasm32-wasi".into()],
        };
        let (c, mut cpp) = (driver("clang"), driver("clang++"));
        c.file("-print-file-name=crt1-reactor.o")
            .ok_or("has no C library for wasm32-wasi")?;
        c.file("-print-libgcc-file-name")
            .ok_or("has no runtime library for wasm32")?;
        if language == Language::Cpp {
            cpp = with_library(cpp)?;
        }
        let linkers = ["wasm-ld".to_owned(), format!("wasm-ld-{number}")];
        let on_path = linkers.iter().find_map(|name| tool::find(&[name]));
        let linker = on_path.or_else(|| c.file("-print-prog-name=wasm-ld"));
        linker.ok_or("has no wasm-ld")?;
        let version = version.lines().next().unwrap_or_default().to_owned();
        Ok(Compiler {
            language,
            c,
            cpp,
            version,
            is_zig: false,
        })
    }

    fn zig(language: Language, zig: &tool::ZigTool) -> Compiler {
        let driver = |name: &str| Driver {
            program: zig.program.clone(),
            arguments: zig
                .arguments
                .iter()
                .map(OsString::from)
                .chain([name, "-target", "wasm32-wasi"].map(OsString::from))
                .collect(),
        };
        Compiler {
            language,
            c: driver("cc"),
            cpp: driver("c++"),
            version: format!("zig {}", zig.version),
            is_zig: true,
        }
    }

    /// Compiles one translation unit to an object in `out`.
    fn compile(&self, source: &Path, sdk: &Path, out: &Path, cache: &Path) -> Result<PathBuf, BuildError> {
        let is_cpp = source.extension().is_some_and(|ending| ending != "c");
        let driver = if is_cpp { &self.cpp } else { &self.c };
        // Two folders may hold files of one name.
        let name = kept::hex(source.as_os_str().as_encoded_bytes());
        let object = out
            .join(&name[name.len().saturating_sub(64)..])
            .with_extension("o");
        let mut command = driver.command(cache);
        command.args(COMPILE).args(if is_cpp { &CPP[..] } else { &[] });
        command
            .arg("-I")
            .arg(sdk)
            .arg("-c")
            .arg(source)
            .arg("-o")
            .arg(&object);
        tool::run(self.language, &mut command)?;
        Ok(object)
    }
}

impl Builder for Compiler {
    fn maker(&self) -> String {
        format!("{} {}", self.version, sdk::C.digest())
    }

    fn build(&self, project: &Project, context: &mut BuildContext<'_>) -> Result<Made, BuildError> {
        let first = if self.is_zig && !tool::zig_cache(&context.cache).exists() {
            ", and its C library first"
        } else {
            ""
        };
        (context.say)(&format!(
            "compiling {} with {}{first}",
            project.named().display(),
            self.version
        ));
        let sdk = sdk::C.unpack(&context.cache)?;
        let out = tempfile::tempdir().map_err(cannot_write(&std::env::temp_dir()))?;
        let mut sources = own_sources(project)?;
        let endings: &[&str] = match self.language {
            Language::Cpp => &["c", "cpp"],
            _ => &["c"],
        };
        for part in ["src", "abi"] {
            sources.extend(files(&sdk.join(part), endings)?);
        }
        let objects = sources
            .iter()
            .map(|source| self.compile(source, &sdk, out.path(), &context.cache));
        let objects: Vec<_> = objects.collect::<Result<_, _>>()?;
        let module = out.path().join("core.wasm");
        let linker = if self.language == Language::Cpp {
            &self.cpp
        } else {
            &self.c
        };
        let mut command = linker.command(&context.cache);
        command.args(LINK);
        if !self.is_zig {
            command.arg(STACK_FIRST);
        }
        command.args(objects).arg("-o").arg(&module);
        tool::run(self.language, &mut command)?;
        component::from_core_file(&module).map(Made::from)
    }
}

/// The C++ compiler with its library's headers, or what it lacks. Debian's compiler finds its
/// library, but not the headers of it.
fn with_library(driver: Driver) -> Result<Driver, &'static str> {
    let library = driver.file("-print-file-name=libc++.a");
    let library = library.ok_or("has no C++ library for wasm32-wasi")?;
    let mut beside = driver.clone();
    let target = library.parent().unwrap_or(Path::new("/"));
    let headers = target.join("../../include/wasm32-wasi/c++/v1");
    beside.arguments.extend(["-isystem".into(), headers.into()]);
    let found = [driver, beside].into_iter().find(Driver::has_headers);
    found.ok_or("finds no headers of the C++ library for wasm32-wasi that fit it")
}

/// The author's translation units: one file, or all that are in the folder.
fn own_sources(project: &Project) -> Result<Vec<PathBuf>, BuildError> {
    if !project.is_folder {
        return Ok(vec![project.main.clone()]);
    }
    let endings: &[&str] = match project.language {
        Language::Cpp => &["cpp", "cc", "cxx", "c"],
        _ => &["c"],
    };
    files(&project.dir, endings)
}

fn files(dir: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, BuildError> {
    let mut found = kept::files(dir, usize::MAX, endings).map_err(|source| BuildError::Read {
        path: dir.to_owned(),
        source,
    })?;
    found.sort();
    Ok(found)
}

/// Every clang there is, the one that the operator names first.
fn clangs() -> Vec<PathBuf> {
    let named = std::env::var_os("WASI_SDK_PATH").map(|dir| PathBuf::from(dir).join("bin/clang"));
    let found = CLANGS.iter().filter_map(|name| tool::find(&[name]));
    named.into_iter().chain(found).collect()
}

/// `clang++-16` for `clang-16`.
fn sibling(clang: &Path, name: &str) -> PathBuf {
    let file = clang.file_name().unwrap_or_default().to_string_lossy();
    clang.with_file_name(file.replacen("clang", name, 1))
}

fn missing(language: Language, why: &[String]) -> BuildError {
    let found = match why {
        [] => String::new(),
        _ => format!("; found: {}", why.join(", ")),
    };
    let packages = match language {
        Language::Cpp => {
            "clang-16 lld-16 wasi-libc libclang-rt-16-dev-wasm32 libc++-16-dev-wasm32 libc++abi-16-dev-wasm32"
        }
        _ => "clang-16 lld-16 wasi-libc libclang-rt-16-dev-wasm32",
    };
    BuildError::Missing {
        language,
        what: format!("clang {OLDEST_CLANG} or newer with libraries for wasm32-wasi, or Zig{found}"),
        hint: format!(
            "on Debian or Ubuntu `apt-get install {packages}`; anywhere `pip install ziglang=={}`, or unpack the WASI SDK and set \
             WASI_SDK_PATH to its folder",
            tool::ZigTool::WANTED
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_command_has_the_same_ending() {
        let other = |path: &str| sibling(Path::new(path), "clang++");
        assert_eq!(other("/usr/bin/clang-16"), Path::new("/usr/bin/clang++-16"));
        assert_eq!(other("/opt/wasi/bin/clang"), Path::new("/opt/wasi/bin/clang++"));
    }

    #[test]
    fn what_is_missing_is_said_with_how_to_get_it() {
        let error = missing(Language::Cpp, &["/usr/bin/clang-14 is older than 16".to_owned()]);
        assert_eq!(
            error.to_string(),
            "C++ plugins need clang 16 or newer with libraries for wasm32-wasi, or Zig; found: /usr/bin/clang-14 is older than 16"
        );
        assert!(error.hint().unwrap().contains("libc++-16-dev-wasm32"));
    }
}
