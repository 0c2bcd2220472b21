//! The request builder. What isn't set costs nothing: no allocation, no formatting.

use super::{Error, IntoBody, Response, SharedBody, Statuses, text, wit};
use crate::cookies;
use crate::time::{IntoDuration, micros};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Display;

type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// A request that isn't sent yet. Every method but [`send`](Request::send) is optional.
#[must_use = "a request does nothing until `send`"]
#[derive(Clone, Debug)]
pub struct Request<'a> {
    method: &'a str,
    url: Cow<'a, str>,
    headers: Pairs<'a>,
    body: Cow<'a, [u8]>,
    name: Cow<'a, str>,
    tags: Pairs<'a>,
    timeout: u64,
    redirects: wit::RedirectPolicy,
    expected: Vec<(u16, u16)>,
    keep: wit::KeepPolicy,
    jar: u64,
    shared: Option<u64>,
    error: Option<Error>,
}

/// Header and tag pairs as the contract borrows them.
pub(super) struct Lists<'r> {
    headers: Vec<(&'r str, &'r str)>,
    tags: Vec<(&'r str, &'r str)>,
}

impl<'a> Request<'a> {
    pub(super) fn new(method: &'a str, url: Cow<'a, str>) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: Cow::Borrowed(&[]),
            name: Cow::Borrowed(""),
            tags: Vec::new(),
            timeout: 0,
            redirects: wit::RedirectPolicy::Inherit,
            expected: Vec::new(),
            keep: wit::KeepPolicy::All,
            jar: 0,
            shared: None,
            error: None,
        }
    }

    /// The name that groups requests in the results: `/items/{id}` for `/items/17`. Without it, the URL's path. It
    /// never keeps a request from being sent: what is longer than 200 bytes is cut.
    pub fn name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Adds a tag that splits the results further. 16 count, of 200 bytes each; the rest is left out.
    pub fn tag(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.tags.push((key.into(), value.into()));
        self
    }

    /// Adds a header; the same name may be added again.
    pub fn header(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter to the URL's query, percent-encoded.
    pub fn query(mut self, key: &str, value: impl Display) -> Self {
        let fragment = self.url.find('#').map(|at| self.url.to_mut().split_off(at));
        let url = self.url.to_mut();
        url.push(if url.contains('?') { '&' } else { '?' });
        text::push_pair(url, key, &value.to_string());
        url.push_str(fragment.as_deref().unwrap_or_default());
        self
    }

    /// Authenticates with a user name and a password.
    pub fn basic_auth(self, user: &str, password: &str) -> Self {
        self.header("authorization", text::basic(user, password))
    }

    /// Authenticates with a bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Sends these bytes, or this text, as they are. At most 16 MiB, unless the operator allows more.
    pub fn body(mut self, body: impl IntoBody<'a>) -> Self {
        self.shared = None;
        self.body = body.into_body();
        self
    }

    /// Sends a body that [`share`](super::share) has handed over, without another copy.
    pub fn shared_body(mut self, body: &SharedBody) -> Self {
        self.body = Cow::Borrowed(&[]);
        self.shared = Some(body.number());
        self
    }

    /// Sends the cookies of this jar, and stores in it what the response sets, instead of the VU's own.
    pub fn jar(mut self, jar: &cookies::Jar) -> Self {
        self.jar = jar.number();
        self
    }

    /// Sends no cookies of a jar, and stores none.
    pub fn no_cookies(mut self) -> Self {
        self.jar = cookies::NONE;
        self
    }

    /// Sends a value as JSON. If it can't be written as JSON, [`send`](Request::send) says so.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => {
                self.shared = None;
                self.body = Cow::Owned(json);
            }
            Err(error) => self.error = Some(Error::json(self.title(), &error)),
        }
        self.default_content_type("application/json")
    }

    /// Sends pairs as an HTML form does.
    ///
    /// ```no_run
    /// # use wasmswarm_sdk::prelude::*;
    /// # fn task() -> Result {
    /// http::post("/login").form([("user", "ann"), ("password", "secret")]).send()?;
    /// # Ok(()) }
    /// ```
    pub fn form<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        self.shared = None;
        self.body = Cow::Owned(text::form(pairs).into_bytes());
        self.default_content_type("application/x-www-form-urlencoded")
    }

    /// Limits the whole exchange, redirects included; a number means seconds.
    pub fn timeout(mut self, limit: impl IntoDuration) -> Self {
        self.timeout = micros(limit.into_duration()).max(1);
        self
    }

    /// Follows at most this many redirects; 0 returns the redirect itself.
    pub fn redirects(mut self, limit: u32) -> Self {
        self.redirects = if limit == 0 {
            wit::RedirectPolicy::None
        } else {
            wit::RedirectPolicy::Follow(limit)
        };
        self
    }

    /// Counts these statuses as success, and no others: `404`, `200..=299`, `[200, 404]`. May be
    /// repeated. Without it: 200 to 399.
    pub fn expect_status(mut self, statuses: impl Statuses) -> Self {
        statuses.add_to(&mut self.expected);
        self
    }

    /// Throws the body away as it comes, of any size and encoding: the cheapest way, when status and headers are enough.
    pub fn discard(mut self) -> Self {
        self.keep = wit::KeepPolicy::Nothing;
        self
    }

    /// Sends the request and waits for the whole response.
    ///
    /// # Errors
    ///
    /// If there is no response. A bad status is not an error; see
    /// [`Response::error_for_status`].
    pub fn send(self) -> Result<Response, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let lists = self.lists();
        let sent = cookies::using(self.jar, || match self.shared {
            Some(body) => wit::send_shared(self.raw(&lists), body),
            None => wit::send(self.raw(&lists)),
        });
        self.received(0, sent)
    }

    pub(super) fn build_error(&self) -> Option<Error> {
        self.error.clone()
    }

    pub(super) fn lists(&self) -> Lists<'_> {
        Lists {
            headers: borrowed(&self.headers),
            tags: borrowed(&self.tags),
        }
    }

    pub(super) fn raw<'r>(&'r self, lists: &'r Lists<'r>) -> wit::Request<'r> {
        wit::Request {
            method: self.method,
            url: &self.url,
            headers: &lists.headers,
            body: &self.body,
            name: &self.name,
            tags: &lists.tags,
            timeout: self.timeout,
            redirects: self.redirects,
            expected: &self.expected,
            keep: self.keep,
        }
    }

    pub(super) fn jar_number(&self) -> u64 {
        self.jar
    }

    /// The number of its shared body, or the one that stands for its own.
    pub(super) fn body_number(&self) -> u64 {
        self.shared.unwrap_or(u64::MAX)
    }

    pub(super) fn received(
        &self,
        index: u32,
        result: Result<wit::Response, wit::ErrorCode>,
    ) -> Result<Response, Error> {
        match result {
            Ok(raw) => Ok(Response::new(raw)),
            Err(code) => Err(Error::no_response(self.title(), code, wit::failure(index))),
        }
    }

    /// What messages call this request. Without the query, so that equal failures read equal.
    #[cold]
    fn title(&self) -> String {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        format!(
            "{} {}",
            self.method,
            if self.name.is_empty() { path } else { &self.name }
        )
    }

    fn default_content_type(self, content_type: &'static str) -> Self {
        if self
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            return self;
        }
        self.header("content-type", content_type)
    }
}

fn borrowed<'r>(pairs: &'r Pairs<'_>) -> Vec<(&'r str, &'r str)> {
    pairs.iter().map(|(key, value)| (&**key, &**value)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{get, post};
    use super::*;

    #[test]
    fn what_is_not_set_is_the_default() {
        let request = get("/");
        let lists = request.lists();
        let raw = request.raw(&lists);
        assert_eq!((raw.method, raw.url, raw.name, raw.timeout), ("GET", "/", "", 0));
        assert!(
            raw.headers.is_empty() && raw.tags.is_empty() && raw.body.is_empty() && raw.expected.is_empty()
        );
        assert_eq!(raw.keep, wit::KeepPolicy::All);
    }

    #[test]
    fn query_parameters_go_before_the_fragment() {
        let request = get("/search#top").query("q", "mugs & more").query("page", 2);
        assert_eq!(request.url, "/search?q=mugs+%26+more&page=2#top");
    }

    #[test]
    fn json_sets_a_content_type_unless_there_is_one() {
        let plain = post("/").json(&[1, 2]);
        assert_eq!(plain.body.as_ref(), b"[1,2]");
        assert_eq!(plain.lists().headers, [("content-type", "application/json")]);
        let own = post("/").header("Content-Type", "application/x+json").json(&1);
        assert_eq!(own.lists().headers, [("Content-Type", "application/x+json")]);
    }

    #[test]
    fn json_that_cannot_be_written_fails_when_sent() {
        let map = std::collections::BTreeMap::from([((1, 2), 3)]);
        let error = post("/a?b=c").json(&map).send().unwrap_err();
        assert_eq!(
            error.to_string(),
            "POST /a: the body can't be written as JSON: key must be a string"
        );
    }

    #[test]
    fn expected_statuses_add_up() {
        let request = get("/")
            .expect_status(404)
            .expect_status(200..=299)
            .expect_status([409, 410]);
        assert_eq!(request.expected, [(404, 404), (200, 299), (409, 409), (410, 410)]);
    }
}
