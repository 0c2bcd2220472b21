//! What the tests share: running the binary, servers as witnesses, guests.

pub(crate) mod api;
pub(crate) mod cli;
pub(crate) mod collector;
pub(crate) mod guests;
pub(crate) mod http;
pub(crate) mod influxdb;
pub(crate) mod nginx;
pub(crate) mod prometheus;
pub(crate) mod pty;
pub(crate) mod recorder;
pub(crate) mod screen;
pub(crate) mod summary;
pub(crate) mod target;

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

static MACHINE: RwLock<()> = RwLock::new(());

/// For tests that compare times: no other test runs meanwhile.
pub(crate) fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

/// For all other tests that start the binary.
pub(crate) fn together() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is in a folder")
        .to_owned()
}
