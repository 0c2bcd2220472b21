//! Connections: from a host's name to a stream of bytes, plain or TLS, direct or through the operator's proxy.
//!
//! It knows nothing of the protocols that are spoken on a stream: HTTP stands on it, and others can. A protocol makes
//! a [`Network`] of the operator's settings, asks it for a [`Destination`], which it gets only for hosts that the run
//! may reach, and [`dial`]s that. Nothing else in the crate opens a connection to a system under test.

mod address_range;
mod basic_auth;
mod buffers;
mod deadline;
mod destination;
mod dial;
mod dns;
mod egress;
mod error;
mod happy_eyeballs;
mod local_addresses;
mod network;
mod own_services;
mod proxy;
mod receive_time;
mod settings;
mod stream;
mod timings;
mod tls;
mod trust;

#[cfg(test)]
mod tests;

pub use address_range::AddressRange;
pub use basic_auth::basic_authorization;
pub use buffers::{Buffer, POOLED_BYTES, with_read, with_write};
pub use deadline::Deadline;
pub use destination::Destination;
pub use dial::{DialOptions, Dialled, dial};
pub use dns::Override;
pub use egress::{Egress, normal_host};
pub use error::{NetError, NetErrorKind};
pub use network::Network;
pub use own_services::never_target;
pub use receive_time::is_timed;
pub use settings::{DnsPolicy, NetSettings, TlsVersions, without_password};
pub use stream::{NetStream, TlsAgreement};
pub use timings::{DialPhase, DialTimings, PhaseClock, Stopwatch};
pub use tls::Tls;
