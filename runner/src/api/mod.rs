//! The HTTP API: other programs watch and steer a running test. `docs/api.md` describes it.
//!
//! It has a thread of its own and only reads what the run hands out anyway, so it costs the load
//! threads nothing. It outlives a run: what it shows is the current one, or the last. It listens on loopback, and every request must carry the token.

mod answer;
mod events;
mod guard;
mod listener;
mod problem;
mod request;
mod routes;
mod server;
mod shown;
mod status;
#[cfg(test)]
mod tests;

pub use listener::{Listener, new_token};
pub use server::Server;
pub use status::End;
