//! The HTTP engine: makes one VU's requests and measures them. It stands on `net`, which makes the connections, and
//! imports nothing else of this crate but what the operating system grants.
//!
//! It knows nothing of scenarios, metrics or guests. Its rule for cost: a request on a kept-alive HTTP/1 connection
//! is one `send`, one `recv`, three readings of the clock and no allocation; an idle VU holds a socket and no
//! buffer. Everything that happens less often is boxed and may take its time.

mod agent;
mod batch;
mod client;
mod connect;
mod cookies;
mod decode;
mod error;
mod failure;
mod fields;
mod h1;
mod h2;
mod headers;
mod origin;
mod outcome;
mod pool;
mod prepared;
mod received;
mod redirect;
mod request;
mod request_trace;
mod response;
mod retry;
mod settings;
mod timings;
mod transport;
mod urls;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use cookies::{Cookie, Cookies, JarUse};
pub use error::ErrorCode;
pub use failure::HttpFailure;
pub use headers::Ignored;
pub use outcome::{Hop, HttpOutcome, Landing};
pub use request::{RedirectWatch, Request};
pub use response::Response;
pub use settings::{HttpSettings, SettingsError, VersionPolicy};
pub use timings::{Exchange, Protocol, Timings};
pub use transport::Transport;
pub use urls::{absolute_url, normal_url};
