//! The HTTP engine: makes one VU's requests and measures them. A leaf: it imports nothing else of this crate.
//!
//! It knows nothing of scenarios, metrics or guests. Its rule for cost: a request on a kept-alive HTTP/1 connection
//! is one `send`, one `recv`, three readings of the clock and no allocation; an idle VU holds a socket and no
//! buffer. Everything that happens less often is boxed and may take its time.

mod batch;
mod buffers;
mod client;
mod connect;
mod cookies;
mod deadline;
mod decode;
mod dns;
mod egress;
mod error;
mod h1;
mod h2;
mod outcome;
mod proxy;
mod redirect;
mod request;
mod response;
mod settings;
mod stream;
mod target;
mod timings;
mod tls;
mod transport;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use cookies::{Cookie, Cookies, JarUse};
pub use egress::Egress;
pub use error::{ErrorCode, Failure};
pub use outcome::{Hop, Outcome};
pub use request::Request;
pub use response::Response;
pub use settings::{Settings, SettingsError, VersionPolicy};
pub use timings::{Exchange, Protocol, Timings};
pub use transport::Transport;
