//! What a guest sees of the host, and what belongs to its VU meanwhile.
//!
//! `interface` has one file per interface that a guest may import, with conversions and limits only; a protocol that guests
//! speak has a folder of its own, such as `http`. Behind these, the work itself is elsewhere: requests in `crate::http`,
//! numbers in `metrics`, tasks in `load`.

mod admission;
mod attribution;
pub mod bindings;
mod call;
mod cpu_budget;
mod exchanges;
mod groups;
mod host_call;
mod host_calls;
mod http;
mod http_requests;
mod identity;
mod in_flight;
mod interface;
mod labels;
mod last_words;
pub mod limits;
mod link;
mod log_sink;
mod pause;
mod progress;
mod protocols;
mod rate_limit;
mod run_shared;
mod shared_store;
mod state;
mod stop_flag;
mod symbol;
mod tags;
mod wasi;

pub use crate::engine::data::{DataError, DataSet, DataSets};
pub use call::{explain_call, instantiate, new_store};
pub use exchanges::{Exchanges, MOST_FAILURES, RequestFailure, ShownBody};
pub use host_calls::HostCalls;
pub use http::naming::Naming;
pub use identity::{Purpose, VuIdentity};
pub use link::link;
pub use log_sink::{LogLine, LogSink};
pub use progress::RunProgress;
pub use rate_limit::RateLimit;
pub use run_shared::RunShared;
pub use state::VuState;
pub use stop_flag::StopFlag;
pub use tags::tag_of_label;
