//! What can be a request's body as it is.

use super::{Error, wit};
use std::borrow::Cow;

/// A body that the host has and that many requests can send: see [`share`].
#[derive(Clone, Copy, Debug)]
pub struct SharedBody(u64);

impl SharedBody {
    pub(super) fn number(self) -> u64 {
        self.0
    }
}

/// Hands over a body that many requests send, so that it crosses into the host once per VU. Equal bodies are kept
/// once for the whole run, however many VUs share them.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// # fn task(upload: &http::SharedBody) -> Result {
/// // In `#[on_start]`: self.upload = Some(http::share(&vec![7; 1 << 20])?);
/// http::post("/upload").shared_body(upload).send()?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// If it is larger than a body may be, or if there is no room: an instance can share 64 bodies, and the different ones
/// of a run have at most 256 MiB.
pub fn share<'a>(body: impl IntoBody<'a>) -> Result<SharedBody, Error> {
    let shared = wit::share_body(&body.into_body());
    let explain = |code| Error::no_response("share a body".to_owned(), code, wit::failure(0));
    shared.map(SharedBody).map_err(explain)
}

/// Bytes or text to send.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a body",
    label = "use `.json(&value)` for a value"
)]
pub trait IntoBody<'a> {
    /// The bytes.
    fn into_body(self) -> Cow<'a, [u8]>;
}

impl<'a> IntoBody<'a> for &'a str {
    fn into_body(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}

impl<'a> IntoBody<'a> for &'a Vec<u8> {
    fn into_body(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<'a> IntoBody<'a> for &'a String {
    fn into_body(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}

impl<'a> IntoBody<'a> for &'a [u8] {
    fn into_body(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<'a, const N: usize> IntoBody<'a> for &'a [u8; N] {
    fn into_body(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<'a> IntoBody<'a> for String {
    fn into_body(self) -> Cow<'a, [u8]> {
        Cow::Owned(self.into_bytes())
    }
}

impl<'a> IntoBody<'a> for Vec<u8> {
    fn into_body(self) -> Cow<'a, [u8]> {
        Cow::Owned(self)
    }
}
