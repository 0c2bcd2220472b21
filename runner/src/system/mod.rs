//! What stands between this program and the operating system: memory, folders of one's own, limited children, bounded reading, kept machine code,
//! precise timers, panics.

pub mod bounded;
pub mod cache;
pub mod confine;
pub mod memory;
pub mod panics;
pub mod private;
pub mod timer;
