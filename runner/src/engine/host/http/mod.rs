//! HTTP as guests speak it: their requests on the way to the engine, which is `crate::http`, and what they may ask about
//! the responses.

pub(super) mod bodies;
pub(super) mod call;
pub(super) mod failure;
pub(super) mod naming;
pub(super) mod outgoing;
pub(super) mod record;
pub(super) mod responses;
pub(super) mod state;
pub(super) mod trace;
mod url_groups;
