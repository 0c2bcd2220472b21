//! Follows redirects (RFC 9110 §15.4): each hop is checked, measured and reported like a request of its own.

use std::time::Instant;

use url::Url;

use super::client::{Core, Trail};
use super::cookies::{is_cookie, pairs, set_by};
use super::error::{ErrorCode, Fault};
use super::outcome::Hop;
use super::request::Request;
use super::response::{Response, field};
use super::target;
use super::timings::Trace;

/// Whether a response says where to go instead.
pub(super) fn is_redirect(response: &Response) -> bool {
    response.redirects
}

/// Goes where `response` points to, until a response doesn't point elsewhere.
pub(super) async fn follow(
    core: &Core,
    request: &Request<'_>,
    mut response: Response,
    trail: &mut Trail,
) -> Result<Response, Fault> {
    let limit = request.redirects.unwrap_or(core.transport.max_redirects);
    let mut step = Step::first(request);
    let mut url = target::resolve(request.url, core.transport.base.as_ref())?;
    for _ in 0..limit {
        let location = location(&response);
        step.give_way(response.head());
        trail.add_hop(&step, &url, response);
        let next = next_url(&location, &url)?;
        step.turn(
            trail.hops.last().map_or(0, |hop| hop.status),
            next.origin() == url.origin(),
        );
        url = next;
        trail.landed = Some(url.path().to_owned());
        let hop = Request {
            method: &step.method,
            url: url.as_str(),
            headers: &step.headers,
            body: step.body,
            ..*request
        };
        response = core.once(&hop, &mut trail.trace).await?;
        if !is_redirect(&response) {
            return Ok(response);
        }
    }
    trail.add_hop(&step, &url, response);
    Err(Fault::new(
        ErrorCode::TooManyRedirects,
        match request.redirects {
            Some(_) => format!("more than {limit} redirects"),
            None => format!("more than {limit} redirects (--max-redirects)"),
        },
    ))
}

/// What of a request changes from hop to hop.
struct Step<'a> {
    method: String,
    headers: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> Step<'a> {
    fn first(request: &Request<'a>) -> Step<'a> {
        Step {
            method: request.method().to_owned(),
            headers: request.headers.to_vec(),
            body: request.body,
        }
    }

    /// Turns into the request that follows a redirect.
    fn turn(&mut self, status: u16, same_origin: bool) {
        let becomes_get = match status {
            303 => !matches!(self.method.as_str(), "GET" | "HEAD"),
            301 | 302 => self.method == "POST",
            _ => false,
        };
        if becomes_get {
            "GET".clone_into(&mut self.method);
            self.body = &[];
            self.drop_headers(|name| name.starts_with("content-"));
        }
        if !same_origin {
            self.drop_headers(|name| matches!(name, "authorization" | "cookie" | "host"));
        }
    }

    /// Leaves out of the request's own `cookie` headers what a response has set anew: the jar has it now.
    fn give_way(&mut self, head: &[u8]) {
        let names: Vec<String> = set_by(head)
            .filter_map(|text| Some(text.split_once('=')?.0.trim().to_owned()))
            .collect();
        if names.is_empty() {
            return;
        }
        for (_, value) in self.headers.iter_mut().filter(|(name, _)| is_cookie(name)) {
            let stay = pairs(value).filter(|(name, _)| names.iter().all(|set| set != name));
            let stay: Vec<_> = stay.map(|(name, value)| format!("{name}={value}")).collect();
            *value = stay.join("; ");
        }
        self.headers
            .retain(|(name, value)| !is_cookie(name) || !value.is_empty());
    }

    fn drop_headers(&mut self, dropped: impl Fn(&str) -> bool) {
        self.headers
            .retain(|(name, _)| !dropped(&name.to_ascii_lowercase()));
    }
}

impl Trail {
    /// Reports a redirect, and starts the measurement of what follows it.
    fn add_hop(&mut self, step: &Step<'_>, url: &Url, response: Response) {
        self.hops.push(Hop {
            method: step.method.clone(),
            name: url.path().to_owned(),
            url: response.final_url().into_owned(),
            status: response.status,
            exchange: response.exchange,
        });
        self.trace = Trace::start(Instant::now());
    }
}

fn location(response: &Response) -> String {
    field(response.head(), "location")
        .map(std::borrow::Cow::into_owned)
        .unwrap_or_default()
}

/// The URL of the next hop. Another origin gets no user and password, whoever wrote them there.
fn next_url(location: &str, from: &Url) -> Result<Url, Fault> {
    let mut next = target::parse(location, Some(from))?;
    if next.origin() != from.origin() {
        // Both can only fail for URLs that have no host, which have been refused.
        let _ = next.set_username("");
        let _ = next.set_password(None);
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(method: &str, status: u16, same_origin: bool) -> (String, usize, usize) {
        let headers: Vec<_> = ["Content-Type", "Authorization", "Cookie", "x-a"]
            .map(|name| (name.to_owned(), "v".to_owned()))
            .to_vec();
        let mut step = Step {
            method: method.to_owned(),
            headers,
            body: b"body",
        };
        step.turn(status, same_origin);
        (step.method, step.headers.len(), step.body.len())
    }

    #[test]
    fn methods_change_as_the_standard_says() {
        let get = |headers| ("GET".to_owned(), headers, 0);
        assert_eq!(turned("POST", 301, true), get(3));
        assert_eq!(turned("POST", 302, true), get(3));
        assert_eq!(turned("PUT", 303, true), get(3));
        assert_eq!(turned("PUT", 302, true), ("PUT".to_owned(), 4, 4));
        assert_eq!(turned("POST", 307, true), ("POST".to_owned(), 4, 4));
        assert_eq!(turned("POST", 308, true), ("POST".to_owned(), 4, 4));
        assert_eq!(turned("HEAD", 303, true), ("HEAD".to_owned(), 4, 4));
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        assert_eq!(turned("GET", 302, false), ("GET".to_owned(), 2, 4));
        let from = Url::parse("http://u:p@a.test/").expect("url");
        assert_eq!(
            next_url("http://x:y@b.test/", &from).expect("url").as_str(),
            "http://b.test/"
        );
        assert_eq!(
            next_url("/next", &from).expect("url").as_str(),
            "http://u:p@a.test/next"
        );
    }
}
