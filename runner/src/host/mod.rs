//! What a guest sees of the host: one file per WIT interface, conversions and limits only.
//!
//! The work itself is elsewhere: requests in `http`, numbers in `metrics`, tasks in `load`.

pub mod bindings;
mod checks;
mod data;
mod groups;
mod http;
pub mod limits;
mod log;
mod metrics;
mod params;
mod recorder;
mod responses;
mod shared;
mod state;
mod tags;
mod vu;
mod wasi;

pub use crate::data::{DataError, DataSet, DataSets};
pub use log::{LogLine, LogSink};
pub use recorder::{install_shard, take_shard, with_shard};
pub use shared::Store as SharedStore;
pub use state::{Identity, Phase, RunShared, StopFlag, VuState};
pub use tags::tag_of_label;
pub use wasi::link;

use wasmtime::component::HasSelf;

/// Marker for `add_to_linker`: every interface is served by the store's data itself.
pub(crate) type Host = HasSelf<VuState>;
