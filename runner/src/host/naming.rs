//! What requests are called in the results.

use super::bindings::http::Request;
use super::{labels, url_groups};
use std::borrow::Cow;

/// The method under which a request is recorded.
pub(super) fn method_of(request: &Request) -> &str {
    let method = request.method.as_str();
    if method.is_empty() {
        return "GET";
    }
    // What is recorded, unlike what is sent, must be safe to print, whatever the guest gave.
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let valid = (1..=32).contains(&method.len()) && method.bytes().all(is_token);
    if valid { method } else { "INVALID" }
}

/// The name that results are grouped by: the guest's, or else the URL's path, in which ids are
/// replaced if `groups` asks for it.
pub(super) fn name_of(request: &Request, groups: bool) -> Cow<'_, str> {
    if !request.name.is_empty() {
        return labels::name(&request.name);
    }
    let url = request.url.as_str();
    let path = match url.find("://") {
        Some(scheme) => url
            .get(scheme + 3..)
            .and_then(|rest| rest.find('/').and_then(|p| rest.get(p..))),
        None => Some(url),
    };
    let path = path
        .and_then(|p| p.split(['?', '#']).next())
        .filter(|p| !p.is_empty())
        .unwrap_or("/");
    path_name(path, groups)
}

/// A path as a name.
pub(super) fn path_name(path: &str, groups: bool) -> Cow<'_, str> {
    if !groups {
        return labels::name(path);
    }
    match url_groups::group(path) {
        Cow::Borrowed(path) => labels::name(path),
        Cow::Owned(name) => Cow::Owned(labels::name(&name).into_owned()),
    }
}
