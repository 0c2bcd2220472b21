//! Which files of the operator's a script may read while it is built, and the reading itself.
//!
//! A script may come from a stranger, and what it read it can send to the server that it is granted.
//! So it reads from its own folder, from the folder in which the command was typed if the script lies
//! within that one, and from what the operator names. It isn't told whether other files exist.

use super::BuildError;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

/// The most bytes that one file may have.
const MAX_BYTES: u64 = 64 << 20;

/// What the operator grants beside the script's own folder and the one in which the command was typed.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// Folders, or single files: of `--allow-read`.
    pub folders: Vec<PathBuf>,
    /// Files of `--data`.
    pub files: Vec<PathBuf>,
}

/// One place that may be read, with all that is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// As it was named, and without links.
    names: [PathBuf; 2],
    /// Whether names with a dot in front are left out: where people keep keys, and no scripts.
    without_hidden: bool,
}

/// All places that one script may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reach {
    places: Vec<Place>,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) content: Vec<u8>,
    /// Where it lies, without links.
    pub(super) path: PathBuf,
}

/// Why a file isn't read.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It lies elsewhere; this folder would have to be granted.
    Elsewhere(PathBuf),
    /// There is none.
    Absent,
    /// The system refuses it.
    Unreadable(io::Error),
}

impl Reach {
    /// For a script in this folder, which is empty for the current one.
    pub(super) fn of(folder: &Path, grants: &Grants) -> Result<Reach, BuildError> {
        let place = |path: &Path, without_hidden| {
            Place::new(path, without_hidden).map_err(|source| BuildError::Read {
                path: path.to_owned(),
                source,
            })
        };
        let own = place(folder, false)?;
        let mut places = Vec::new();
        if let Ok(typed) = std::env::current_dir()
            && typed.parent().is_some()
        {
            let typed = place(&typed, true)?;
            if own.names[1].starts_with(&typed.names[1]) {
                places.push(typed);
            }
        }
        places.push(own);
        for granted in grants.folders.iter().chain(&grants.files) {
            let granted = Place::new(granted, false).map_err(|source| BuildError::NoGrant {
                path: granted.clone(),
                source,
            });
            places.push(granted?);
        }
        Ok(Reach { places })
    }

    /// Writes it for a builder that reads files itself.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        std::fs::write(path, serde_json::to_vec(self)?)
    }

    /// Whether something of this name may be looked for: by the name alone.
    pub(super) fn names(&self, path: &Path) -> bool {
        let path = plain(path);
        self.places.iter().any(|place| place.has(&path))
    }

    /// Whether a file that was read or looked for may be read still.
    pub(super) fn still_covers(&self, path: &Path) -> bool {
        self.names(path) && path.canonicalize().map_or(true, |real| self.names(&real))
    }

    /// Reads a file. What is opened is what was checked, whoever changes links meanwhile.
    pub(super) fn read(&self, path: &Path) -> Result<Found, Refusal> {
        let elsewhere = |path: &Path| Refusal::Elsewhere(path.parent().unwrap_or(path).to_owned());
        if !self.names(path) {
            return Err(elsewhere(&plain(path)));
        }
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Refusal::Absent),
            Err(error) => return Err(Refusal::Unreadable(error)),
        };
        if !self.names(&real) {
            return Err(elsewhere(&real));
        }
        match open_exactly(&real).and_then(read_whole) {
            Ok(content) => Ok(Found { content, path: real }),
            Err(error) => Err(Refusal::Unreadable(error)),
        }
    }
}

/// Reads a file that the operator named, wherever it lies.
pub(super) fn read_named(path: &Path) -> io::Result<Vec<u8>> {
    path.canonicalize()
        .and_then(|real| open_exactly(&real))
        .and_then(read_whole)
}

/// What lets a script read this folder.
pub(super) fn hint(folder: &Path) -> String {
    format!(
        "a script reads its own folder, and the one in which the command was typed if it lies in there; \
         `--allow-read {}` lets it read that folder too",
        folder.display()
    )
}

impl Place {
    fn new(path: &Path, without_hidden: bool) -> io::Result<Place> {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        Ok(Place {
            names: [plain(path), path.canonicalize()?],
            without_hidden,
        })
    }

    fn has(&self, path: &Path) -> bool {
        let within = |name: &PathBuf| path.strip_prefix(name).ok();
        let inside = self.names.iter().find_map(within);
        inside.is_some_and(|inside| !self.without_hidden || !is_hidden(inside))
    }
}

/// Whether a part of the path has a dot in front. Below `node_modules` the packages' manager decides names.
fn is_hidden(path: &Path) -> bool {
    path.components()
        .map(Component::as_os_str)
        .take_while(|part| *part != "node_modules")
        .any(|part| part.as_encoded_bytes().starts_with(b"."))
}

/// The whole path, with every `.` and `..` resolved by name only.
fn plain(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => (),
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// Opens a path that has no links in it, and fails if it has one by now.
#[cfg(unix)]
fn open_exactly(real: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, openat};
    let folder = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // Without waiting for a writer, should it be a pipe.
    let file = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut parts = real.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    let last = parts.next_back().ok_or(io::ErrorKind::IsADirectory)?;
    let search = if cfg!(target_os = "linux") {
        libc::O_PATH
    } else {
        0
    };
    let folder = folder | OFlags::from_bits_retain(search.cast_unsigned());
    let mut at = rustix::fs::open("/", folder, Mode::empty())?;
    for part in parts {
        at = openat(&at, part, folder, Mode::empty())?;
    }
    Ok(openat(&at, last, file, Mode::empty())?.into())
}

#[cfg(not(unix))]
fn open_exactly(real: &Path) -> io::Result<File> {
    File::open(real)
}

fn read_whole(file: File) -> io::Result<Vec<u8>> {
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it isn't a file with content"));
    }
    let mut content = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!(
            "it has more than {} MiB",
            MAX_BYTES >> 20
        )));
    }
    Ok(content)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A folder `pack` with a script, beside it a file and a folder that are nobody's business.
    fn pack() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let pack = dir.path().join("pack");
        std::fs::create_dir_all(pack.join("data/.hidden")).unwrap();
        std::fs::create_dir(dir.path().join("other")).unwrap();
        for (name, text) in [
            ("pack/s.js", "script"),
            ("pack/data/a.csv", "rows"),
            ("pack/data/.hidden/k", "key"),
            ("other/secret", "secret"),
            ("packed", "beside"),
        ] {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        (dir, pack)
    }

    fn read(reach: &Reach, path: &Path) -> Result<String, String> {
        match reach.read(path) {
            Ok(found) => Ok(String::from_utf8(found.content).unwrap()),
            Err(Refusal::Elsewhere(folder)) => Err(format!("elsewhere: {}", folder.display())),
            Err(Refusal::Absent) => Err("absent".to_owned()),
            Err(Refusal::Unreadable(error)) => Err(error.to_string()),
        }
    }

    #[test]
    fn the_own_folder_is_read_whatever_the_way_there() {
        let (_dir, pack) = pack();
        let reach = Reach::of(&pack, &Grants::default()).unwrap();
        for way in ["data/a.csv", "./data/../data/a.csv", "../pack/data//a.csv"] {
            assert_eq!(read(&reach, &pack.join(way)), Ok("rows".to_owned()), "{way}");
        }
        symlink(pack.join("data"), pack.join("link")).unwrap();
        assert_eq!(read(&reach, &pack.join("link/a.csv")), Ok("rows".to_owned()));
        assert_eq!(read(&reach, &pack.join("data/.hidden/k")), Ok("key".to_owned()));
        assert_eq!(read(&reach, &pack.join("none")), Err("absent".to_owned()));
    }

    #[test]
    fn nothing_else_is_read_or_told_of() {
        let (dir, pack) = pack();
        let reach = Reach::of(&pack, &Grants::default()).unwrap();
        symlink(dir.path().join("other/secret"), pack.join("out")).unwrap();
        symlink("/", pack.join("root")).unwrap();
        symlink("../../other", pack.join("data/up")).unwrap();
        for way in [
            "../other/secret",
            "../other/none",
            "../packed",
            "data/../../packed",
            "out",
            "root/etc/passwd",
            "data/up/secret",
            "/etc/passwd",
            "/etc/nothing-of-this-name",
            "/proc/self/environ",
            "/proc/self/root/etc/passwd",
            "/proc/self/cwd/../Cargo.toml",
        ] {
            let told = read(&reach, &pack.join(way)).unwrap_err();
            assert!(told.starts_with("elsewhere: "), "{way}: {told}");
        }
    }

    #[test]
    fn grants_are_folders_and_single_files() {
        let (dir, pack) = pack();
        let grants = Grants {
            folders: vec![dir.path().join("other")],
            files: vec![dir.path().join("packed")],
        };
        let reach = Reach::of(&pack, &grants).unwrap();
        assert_eq!(
            read(&reach, &pack.join("../other/secret")),
            Ok("secret".to_owned())
        );
        assert_eq!(read(&reach, &pack.join("../packed")), Ok("beside".to_owned()));
        assert!(reach.still_covers(&pack.join("../packed")));
        let less = Reach::of(&pack, &Grants::default()).unwrap();
        assert!(!less.still_covers(&pack.join("../packed")));
        assert!(
            Reach::of(
                &pack,
                &Grants {
                    folders: vec!["/no/such/folder".into()],
                    files: Vec::new()
                }
            )
            .is_err()
        );
    }

    #[test]
    fn a_pipe_is_not_waited_for_and_a_device_not_read() {
        let (_dir, pack) = pack();
        let pipe = pack.join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        let reach = Reach::of(&pack, &Grants::default()).unwrap();
        assert_eq!(
            read(&reach, &pipe),
            Err("it isn't a file with content".to_owned())
        );
        let grants = Grants {
            folders: vec!["/dev".into()],
            files: Vec::new(),
        };
        let reach = Reach::of(&pack, &grants).unwrap();
        assert_eq!(
            read(&reach, Path::new("/dev/zero")),
            Err("it isn't a file with content".to_owned())
        );
    }

    #[test]
    fn hidden_names_below_the_folder_of_the_command_stay_hidden() {
        let (_dir, pack) = pack();
        let real = pack.canonicalize().unwrap();
        let typed = Place::new(&real, true).unwrap();
        assert!(typed.has(&real.join("data/a.csv")));
        for hidden in [".ssh/id", "data/.hidden/k", ".env"] {
            assert!(!typed.has(&real.join(hidden)), "{hidden}");
        }
        assert!(typed.has(&real.join("node_modules/.pnpm/a/index.js")));
    }

    #[test]
    fn a_link_that_takes_the_place_of_what_was_checked_is_not_followed() {
        let (dir, pack) = pack();
        let real = pack.canonicalize().unwrap().join("data/a.csv");
        assert!(open_exactly(&real).is_ok());
        std::fs::rename(pack.join("data"), pack.join("away")).unwrap();
        symlink(dir.path().join("other"), pack.join("data")).unwrap();
        std::fs::write(dir.path().join("other/a.csv"), "secret").unwrap();
        assert!(open_exactly(&real).is_err());
    }
}
