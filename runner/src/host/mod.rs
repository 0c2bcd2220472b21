//! What a guest sees of the host: one file per WIT interface, conversions and limits only.
//!
//! The work itself is elsewhere: requests in `http`, numbers in `metrics`, tasks in `load`.

pub mod bindings;
mod bodies;
mod call;
mod ceiling;
mod census;
mod checks;
mod cookies;
mod cpu_budget;
mod data;
mod desk;
mod failure;
mod flight;
mod groups;
mod handles;
mod http;
mod labels;
mod last_words;
pub mod limits;
mod log;
mod metrics;
mod naming;
mod outgoing;
mod output;
mod params;
mod random;
mod request_record;
mod requests;
mod responses;
mod run_shared;
mod sending;
mod shared;
mod state;
mod stop_flag;
mod symbol;
mod tags;
mod url_groups;
mod vu;
mod wasi;

pub use crate::data::{DataError, DataSet, DataSets};
pub use call::{explain_call, instantiate, new_store};
pub use ceiling::Ceiling;
pub use census::Census;
pub use desk::Desk;
pub use log::{LogLine, LogSink};
pub use naming::Naming;
pub use run_shared::RunShared;
pub use state::{Identity, Phase, VuState};
pub use stop_flag::StopFlag;
pub use tags::tag_of_label;
pub use wasi::link;

use wasmtime::component::HasSelf;

/// Marker for `add_to_linker`: every interface is served by the store's data itself.
pub(crate) type Host = HasSelf<VuState>;
