//! The HTTP engine: makes one VU's requests and measures them. A leaf: it imports nothing else of this crate.
//!
//! It knows nothing of scenarios, metrics or guests. Its rule for cost: a request on a kept-alive HTTP/1 connection
//! is one `send`, one `recv`, three readings of the clock and no allocation; an idle VU holds a socket and no
//! buffer. Everything that happens less often is boxed and may take its time.

mod addresses;
mod batch;
mod block;
mod buffers;
mod client;
mod connect;
mod cookies;
mod deadline;
mod decode;
mod dial;
mod dns;
mod egress;
mod error;
mod h1;
mod h2;
mod headers;
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
mod trust;

#[cfg(test)]
mod tests;

pub use addresses::never_target;
pub use block::AddressRange;
pub use client::Client;
pub use cookies::{Cookie, Cookies, JarUse};
pub use dns::Override;
pub use egress::Egress;
pub use error::{ErrorCode, Failure};
pub use headers::Ignored;
pub use outcome::{Hop, Landing, Outcome};
pub use request::{Request, Watch};
pub use response::Response;
pub use settings::{DnsPolicy, Settings, SettingsError, TlsVersions, VersionPolicy};
pub use target::{absolute_url, normal_url};
pub use timings::{Exchange, Protocol, Timings};
pub use transport::Transport;
