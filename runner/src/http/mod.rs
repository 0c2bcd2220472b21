//! The HTTP engine: makes one VU's requests and measures them. It stands on `net`, which makes the connections, and
//! imports nothing else of this crate but what the operating system grants.
//!
//! It knows nothing of scenarios, metrics or guests. Its rule for cost: a request on a kept-alive HTTP/1 connection
//! is one `send`, one `recv`, three readings of the clock and no allocation; an idle VU holds a socket and no
//! buffer. Everything that happens less often is boxed and may take its time.

mod batch;
mod client;
mod connect;
mod cookies;
mod decode;
mod error;
mod failure;
mod h1;
mod h2;
mod headers;
mod outcome;
mod redirect;
mod request;
mod response;
mod settings;
mod target;
mod timings;
mod transport;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use cookies::{Cookie, Cookies, JarUse};
pub use error::ErrorCode;
pub use failure::Failure;
pub use headers::Ignored;
pub use outcome::{Hop, Landing, Outcome};
pub use request::{Request, Watch};
pub use response::Response;
pub use settings::{HttpSettings, SettingsError, VersionPolicy};
pub use target::{absolute_url, normal_url};
pub use timings::{Exchange, Protocol, Timings};
pub use transport::Transport;
