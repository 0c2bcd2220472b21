//! From bytes to something that can be instantiated: source, inspection, compilation, description.
//!
//! Nothing of a plugin runs before [`inspect`] has accepted it. [`describe`] is the first
//! guest code to run, in an instance of its own and under limits.

mod bodies;
mod compile;
mod describe;
mod engine;
mod error;
mod expansion;
mod image;
mod inspect;
mod source;
mod template;

pub use compile::{COMPILE, Compiled, compile, compile_here};
pub use describe::{Description, describe};
pub use engine::{Code, EPOCH_TICK, EngineSpec, EpochClock, PerVu, build_engine, start_epoch_clock};
pub use error::PluginError;
pub use inspect::{Inspection, WORLD_PACKAGE, inspect};
pub use source::{Source, in_memory, load};
