//! What one instance has of HTTP, beside the client that makes its requests.

use super::bodies::InstanceBodies;
use super::failure::FailureReasons;
use super::responses::Responses;
use crate::engine::host::bindings::http::Response;
use crate::http::{Cookies, JarUse};
use std::sync::Arc;

/// HTTP's part of the data of a VU's store.
#[derive(Default)]
pub(in crate::engine::host) struct HttpState {
    pub(in crate::engine::host) responses: Responses,
    /// Redirects that ended requests of the last call to send them, by the requests' numbers.
    pub(in crate::engine::host) redirects: Vec<(usize, Response)>,
    /// Why requests of the last call failed.
    pub(in crate::engine::host) reasons: FailureReasons,
    pub(in crate::engine::host) bodies: InstanceBodies,
    /// The VU's jars, which its client sends from and stores in.
    pub(in crate::engine::host) cookies: Arc<Cookies>,
    /// What the requests of the running call use of them.
    pub(in crate::engine::host) jar: JarUse,
    /// The same for each request of the next batch.
    pub(in crate::engine::host) batch_jars: Vec<u64>,
}

impl HttpState {
    /// A call into the guest begins: what an earlier one kept is freed, and what it chose is forgotten.
    pub(in crate::engine::host) fn begin_call(&mut self) {
        self.responses.clear();
        self.jar = JarUse::default();
        self.batch_jars.clear();
    }
}
