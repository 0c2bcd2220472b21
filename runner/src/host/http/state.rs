//! What one instance has of HTTP, beside the client that makes its requests.

use super::bodies::InstanceBodies;
use super::failure::FailureReasons;
use super::responses::Responses;
use crate::host::bindings::http::Response;
use crate::http::{Cookies, JarUse};
use std::sync::Arc;

/// HTTP's part of the data of a VU's store.
#[derive(Default)]
pub(in crate::host) struct HttpState {
    pub(in crate::host) responses: Responses,
    /// Redirects that ended requests of the last call to send them, by the requests' numbers.
    pub(in crate::host) redirects: Vec<(usize, Response)>,
    /// Why requests of the last call failed.
    pub(in crate::host) reasons: FailureReasons,
    pub(in crate::host) bodies: InstanceBodies,
    /// The VU's jars, which its client sends from and stores in.
    pub(in crate::host) cookies: Arc<Cookies>,
    /// What the requests of the running call use of them.
    pub(in crate::host) jar: JarUse,
    /// The same for each request of the next batch.
    pub(in crate::host) batch_jars: Vec<u64>,
}

impl HttpState {
    /// A call into the guest begins: what an earlier one kept is freed, and what it chose is forgotten.
    pub(in crate::host) fn begin_call(&mut self) {
        self.responses.clear();
        self.jar = JarUse::default();
        self.batch_jars.clear();
    }
}
