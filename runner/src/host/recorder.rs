//! Each load thread's own shard of the metrics.
//!
//! A shard is only ever touched by its thread, so recording takes no lock. It is
//! installed when the thread starts its part of a run and taken out when that ends.

use crate::metrics::Shard;
use std::cell::RefCell;

thread_local! {
    static SHARD: RefCell<Option<Shard>> = const { RefCell::new(None) };
}

/// Makes `shard` this thread's recorder.
pub fn install_shard(shard: Shard) {
    SHARD.with(|cell| *cell.borrow_mut() = Some(shard));
}

/// Ends recording on this thread.
pub fn take_shard() -> Option<Shard> {
    SHARD.with(|cell| cell.borrow_mut().take())
}

/// Records on this thread's shard. None on a thread that has none, such as the one that
/// runs `setup`: what happens there is not load.
#[inline]
pub fn with_shard<R>(record: impl FnOnce(&mut Shard) -> R) -> Option<R> {
    SHARD.with(|cell| cell.borrow_mut().as_mut().map(record))
}
