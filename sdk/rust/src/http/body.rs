//! What can be a request's body as it is.

use std::borrow::Cow;

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
