//! Under which name a request is recorded: the guest's, the URL that a threshold asks about, or else the path.

use super::url_groups;
use crate::engine::host::bindings::http::Request;
use crate::engine::host::labels;
use crate::http::{absolute_url, normal_url};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use url::Url;

/// What names depend on beside the request.
#[derive(Debug, Clone, Default)]
pub struct Naming {
    /// Whether ids in the paths of requests without a name are replaced.
    pub group_urls: bool,
    /// What thresholds ask about by whole URLs; none if none does.
    watched: Option<Arc<WatchedUrls>>,
}

/// URLs that requests without a name are told apart by, as k6 tells all of them apart.
#[derive(Debug)]
struct WatchedUrls {
    /// In normal form.
    urls: HashSet<String>,
    /// What relative URLs are relative to.
    base: Option<Url>,
}

impl Naming {
    /// With requests to these URLs, which are in normal form, under names of their own.
    pub fn new(group_urls: bool, urls: Vec<String>, base: Option<Url>) -> Naming {
        let watched = WatchedUrls {
            urls: urls.into_iter().collect(),
            base,
        };
        Naming {
            group_urls,
            watched: (!watched.urls.is_empty()).then(|| Arc::new(watched)),
        }
    }

    /// The name of a request as the guest asked for it.
    pub(super) fn of<'a>(&self, request: &'a Request) -> Cow<'a, str> {
        if !request.name.is_empty() {
            return labels::name(&request.name);
        }
        if let Some(name) = self.watched_name(&request.url) {
            return Cow::Owned(name);
        }
        self.of_path(path_of(&request.url))
    }

    /// The name of one hop of a request that was redirected: a name that the guest gave is that of all hops.
    pub(super) fn of_hop<'a>(&self, request: &'a Request, url: &str, path: &'a str) -> Cow<'a, str> {
        if !request.name.is_empty() {
            return labels::name(&request.name);
        }
        match self.watched_name(url) {
            Some(name) => Cow::Owned(name),
            None => self.of_path(path),
        }
    }

    /// A path as a name.
    fn of_path<'a>(&self, path: &'a str) -> Cow<'a, str> {
        if !self.group_urls {
            return labels::name(path);
        }
        match url_groups::group(path) {
            Cow::Borrowed(path) => labels::name(path),
            Cow::Owned(name) => Cow::Owned(labels::name(&name).into_owned()),
        }
    }

    /// The URL itself, if a threshold asks about it.
    fn watched_name(&self, url: &str) -> Option<String> {
        let watched = self.watched.as_ref()?;
        let normal = normal_url(absolute_url(url, watched.base.as_ref())?);
        watched.urls.contains(&normal).then_some(normal)
    }
}

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

/// A URL's path, without its query.
fn path_of(url: &str) -> &str {
    let path = match url.find("://") {
        Some(scheme) => url
            .get(scheme + 3..)
            .and_then(|rest| rest.find('/').and_then(|p| rest.get(p..))),
        None => Some(url),
    };
    path.and_then(|p| p.split(['?', '#']).next())
        .filter(|p| !p.is_empty())
        .unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::host::bindings::http::{KeepPolicy, RedirectPolicy};

    fn request(url: &str, name: &str) -> Request {
        Request {
            method: String::new(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            name: name.to_owned(),
            tags: Vec::new(),
            timeout: 0,
            redirects: RedirectPolicy::Inherit,
            expected: Vec::new(),
            keep: KeepPolicy::All,
        }
    }

    #[test]
    fn a_url_that_is_asked_about_has_a_name_of_its_own() {
        let base = Url::parse("http://shop.test:81/").ok();
        let naming = Naming::new(false, vec!["http://shop.test:81/cart?id=7".to_owned()], base);
        for (url, name) in [
            ("/cart?id=7", "http://shop.test:81/cart?id=7"),
            (
                "http://u:p@SHOP.test:81/cart?id=7#top",
                "http://shop.test:81/cart?id=7",
            ),
            ("/cart?id=8", "/cart"),
            ("/cart", "/cart"),
            ("http://other.test/cart?id=7", "/cart"),
            ("no url at all", "no url at all"),
        ] {
            assert_eq!(naming.of(&request(url, "")), name, "{url}");
        }
        assert_eq!(naming.of(&request("/cart?id=7", "mine")), "mine");
    }

    #[test]
    fn a_name_that_was_given_is_that_of_all_hops() {
        let naming = Naming::new(false, vec!["http://shop.test/end".to_owned()], None);
        let hop = |name| {
            naming
                .of_hop(&request("/begin", name), "http://shop.test/end", "/end")
                .into_owned()
        };
        assert_eq!(
            (hop("log in"), hop("")),
            ("log in".to_owned(), "http://shop.test/end".to_owned())
        );
    }
}
