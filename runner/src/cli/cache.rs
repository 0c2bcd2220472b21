//! `wasmswarm cache`: shows what is kept on this machine so that the next start is faster, and clears it.

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::system::cache;
use crate::terminal::{escape, units};
use std::path::{Path, PathBuf};

/// What `cache` can be asked for.
#[derive(Debug, clap::Args)]
pub(super) struct CacheCommand {
    #[command(subcommand)]
    action: Option<Action>,

    /// The folder [default: your cache folder]
    #[arg(long, value_name = "DIR", env = "WASMSWARM_CACHE_DIR", global = true)]
    cache_dir: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Remove compiled code and built components; both are made again when they are needed
    Clear {
        /// Also remove tools and SDKs, which are installed again when they are needed
        #[arg(long)]
        all: bool,
    },
}

/// A folder of the cache.
struct Part {
    name: &'static str,
    what: &'static str,
    /// Whether its size has a limit, and it is cleared without `--all`.
    bounded: bool,
}

const PARTS: [Part; 4] = [
    Part {
        name: "compiled",
        what: "machine code of engines and plugins",
        bounded: true,
    },
    Part {
        name: "built",
        what: "components of scripts and projects",
        bounded: true,
    },
    Part {
        name: "tools",
        what: "tools that were installed to build",
        bounded: false,
    },
    Part {
        name: "sdk",
        what: "libraries for plugins",
        bounded: false,
    },
];

pub(super) fn run(command: &CacheCommand) -> Result<ExitCode, Failure> {
    let root = cache::root(command.cache_dir.as_deref()).ok_or_else(|| {
        let failure = Failure::invalid("there is no cache: no home folder is known");
        failure.hint("name the folder with --cache-dir")
    })?;
    match command.action {
        None => show(&root)?,
        Some(Action::Clear { all }) => clear(&root, all)?,
    }
    Ok(ExitCode::Ok)
}

fn show(root: &Path) -> Result<(), Failure> {
    let mut lines = vec![escape(&root.to_string_lossy()).into_owned()];
    for part in &PARTS {
        let (files, bytes) = cache::size(&root.join(part.name));
        let count = if files == 1 { "file" } else { "files" };
        let limit = match part.bounded {
            true => format!(" (at most {})", units::bytes(cache::MAX_BYTES)),
            false => String::new(),
        };
        let size = units::bytes(bytes);
        lines.push(format!(
            "  {:<9} {files:>6} {count:<5} {size:>9}  {}{limit}",
            part.name, part.what
        ));
    }
    let days = cache::MAX_AGE.as_secs() / (24 * 60 * 60);
    lines.push(format!(
        "What has a limit is also removed after {days} days without use. `wasmswarm cache clear` removes it now."
    ));
    super::show(&lines.join("\n"))
}

fn clear(root: &Path, all: bool) -> Result<(), Failure> {
    let before = sizes(root);
    for part in PARTS.iter().filter(|part| part.bounded || all) {
        let dir = root.join(part.name);
        let cleared = match part.bounded {
            true => cache::clear(&dir),
            false => cache::clear_folders(&dir),
        };
        cleared.map_err(|error| {
            let failure = Failure::invalid(format!("failed to clear {:?}", dir.display())).because(error);
            failure.hint("remove the folder yourself; nothing in it is needed but by wasmswarm")
        })?;
    }
    let freed = units::bytes(before.saturating_sub(sizes(root)));
    super::show(&format!("{}: {freed} removed", escape(&root.to_string_lossy())))
}

fn sizes(root: &Path) -> u64 {
    PARTS
        .iter()
        .map(|part| cache::size(&root.join(part.name)).1)
        .sum()
}
