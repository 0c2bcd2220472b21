//! HTTP as guests speak it: their requests on the way to the engine, which is `crate::http`, and what they may ask about
//! the responses.

pub(super) mod bodies;
pub(super) mod call;
mod failure;
pub(super) mod naming;
pub(super) mod outgoing;
mod record;
mod requests;
mod responses;
pub(super) mod state;
mod url_groups;
