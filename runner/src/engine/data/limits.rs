//! How large a data file and its rows may be. What is larger is refused; `error` says how.

/// Largest file: offsets into it have 32 bits.
pub(super) const MAX_BYTES: u64 = u32::MAX as u64;

/// Most rows: their offsets take 256 MiB.
pub(super) const MAX_ROWS: usize = 1 << 26;

/// Largest row.
pub(super) const ROW_BYTES: usize = 1 << 20;
