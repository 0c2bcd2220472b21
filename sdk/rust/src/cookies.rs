//! The VU's cookies, as the host keeps, sends and stores them (RFC 6265): there is no other jar.
//!
//! ```no_run
//! # use wasmswarm_sdk::prelude::*;
//! # fn task() -> Result {
//! http::post("/login").send()?;
//! let session = cookies::get("/", "sid").ok_or("no session")?;
//!
//! cookies::set("/", "consent=yes; Path=/");
//! cookies::delete("/", "sid");
//!
//! // A second session beside the VU's own.
//! let other = cookies::Jar::new();
//! http::get("/").jar(&other).send()?;
//! # Ok(()) }
//! ```
//!
//! URLs are absolute, or relative to the run's host. A `cookie` header that a request sets goes out together with
//! the jar's cookies: its own first, and of the jar those that have another name.

use crate::bindings::wasmswarm::scenario::cookies as wit;

#[doc(inline)]
pub use wit::Cookie;

/// The VU's own jar, and no jar.
const OWN: u64 = 0;
pub(crate) const NONE: u64 = u64::MAX;

/// What a request to this URL carries, in that order.
#[must_use]
pub fn matching(url: &str) -> Vec<Cookie> {
    wit::matching(OWN, url)
}

/// The value of the first cookie of this name that a request to this URL carries.
#[must_use]
pub fn get(url: &str, name: &str) -> Option<String> {
    first(wit::matching(OWN, url), name)
}

/// All cookies that haven't expired, in the order in which they were set.
#[must_use]
pub fn all() -> Vec<Cookie> {
    wit::all(OWN)
}

/// Takes in the text of a `Set-Cookie` header, as if this URL had answered with it. False if it is ignored there.
pub fn set(url: &str, text: &str) -> bool {
    wit::set(OWN, url, text)
}

/// Removes the cookies of this name that a request to this URL carries, and returns how many these were.
pub fn delete(url: &str, name: &str) -> u32 {
    wit::delete(OWN, url, name)
}

/// Removes all cookies.
pub fn clear() {
    wit::clear(OWN);
}

/// Another jar than the VU's own: see [`Request::jar`](crate::http::Request::jar). Of a VU's jars, the 64 that were
/// used last have cookies.
#[derive(Debug)]
pub struct Jar(u64);

impl Jar {
    /// An empty one.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it is made by the host, not a value")]
    pub fn new() -> Jar {
        Jar(wit::new_jar())
    }

    /// What a request to this URL carries, in that order.
    #[must_use]
    pub fn matching(&self, url: &str) -> Vec<Cookie> {
        wit::matching(self.0, url)
    }

    /// The value of the first cookie of this name that a request to this URL carries.
    #[must_use]
    pub fn get(&self, url: &str, name: &str) -> Option<String> {
        first(wit::matching(self.0, url), name)
    }

    /// All cookies that haven't expired, in the order in which they were set.
    #[must_use]
    pub fn all(&self) -> Vec<Cookie> {
        wit::all(self.0)
    }

    /// Takes in the text of a `Set-Cookie` header, as if this URL had answered with it. False if it is ignored there.
    pub fn set(&self, url: &str, text: &str) -> bool {
        wit::set(self.0, url, text)
    }

    /// Removes the cookies of this name that a request to this URL carries, and returns how many these were.
    pub fn delete(&self, url: &str, name: &str) -> u32 {
        wit::delete(self.0, url, name)
    }

    /// Removes all cookies.
    pub fn clear(&self) {
        wit::clear(self.0);
    }

    pub(crate) fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Jar {
    fn drop(&mut self) {
        wit::drop_jar(self.0);
    }
}

/// Lets one call send with this jar, and those after it with the VU's own.
pub(crate) fn using<R>(jar: u64, send: impl FnOnce() -> R) -> R {
    if jar == OWN {
        return send();
    }
    wit::use_jar(jar);
    let result = send();
    wit::use_jar(OWN);
    result
}

/// The same for each request of a batch on its own.
pub(crate) fn each_using(jars: &[u64]) {
    if jars.iter().any(|&jar| jar != OWN) {
        wit::use_jars(jars);
    }
}

fn first(cookies: Vec<Cookie>, name: &str) -> Option<String> {
    let found = cookies.into_iter().find(|cookie| cookie.name == name);
    found.map(|cookie| cookie.value)
}
