//! From bytes to something that can be instantiated: source, inspection, compilation, description.
//!
//! Nothing of a plugin runs before [`inspect`] has accepted it. [`describe`] is the first
//! guest code to run, in an instance of its own and under limits.

mod cache;
mod compile;
mod describe;
mod engine;
mod error;
mod inspect;
mod source;

pub use cache::cache_root;
pub use compile::{Compiled, compile};
pub use describe::{Description, describe};
pub use engine::{EPOCH_TICK, EngineSpec, EpochClock, PerVu, build_engine, start_epoch_clock};
pub use error::PluginError;
pub use inspect::{Inspection, WORLD_PACKAGE, inspect};
pub use source::{Source, load};
