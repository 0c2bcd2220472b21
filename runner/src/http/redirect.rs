//! A request with its redirects (RFC 9110 §15.4): each hop is checked, measured and reported like a request of its own.

use std::time::Instant;

use url::Url;

use super::agent::Agent;
use super::cookies::{is_cookie, pairs, set_by};
use super::error::HttpError;
use super::fields::field;
use super::outcome::{Hop, Landing};
use super::request::{RedirectWatch, Request};
use super::request_trace::RequestTrace;
use super::response::Response;
use super::timings::Trace;
use super::urls;

/// The whole way of a request, but for its time limit: where it is redirected to, and out of what its body is encoded
/// in.
pub(super) async fn run(
    agent: &Agent,
    request: &Request<'_>,
    trace: &mut RequestTrace,
) -> Result<Response, HttpError> {
    let response = agent.exchange(request, &mut trace.hop).await?;
    if !response.encoded && !response.redirects {
        return Ok(response);
    }
    Box::pin(finish(agent, request, response, trace)).await
}

/// Follows redirects, and decompresses the body.
async fn finish(
    agent: &Agent,
    request: &Request<'_>,
    mut response: Response,
    trace: &mut RequestTrace,
) -> Result<Response, HttpError> {
    if response.redirects && agent.transport.redirects_of(request.redirects) > 0 {
        response = follow(agent, request, response, trace).await?;
    }
    if response.encoded {
        response
            .decode(agent.transport.max_body_bytes, agent.account.as_ref())
            .await?;
    }
    Ok(response)
}

/// Goes where `response` points to, until a response doesn't point elsewhere, or the limit is met: then the last
/// redirect is the response.
async fn follow(
    agent: &Agent,
    request: &Request<'_>,
    mut response: Response,
    trace: &mut RequestTrace,
) -> Result<Response, HttpError> {
    let limit = agent.transport.redirects_of(request.redirects);
    let mut step = HopRequest::first(request);
    let mut url = urls::resolve(request.url, agent.transport.base.as_ref())?;
    for _ in 0..limit {
        // What can't be followed is no hop: it is what the request came to.
        let next = next_url(&location(&response), &url)?;
        agent.transport.origin(&next)?;
        let status = response.status;
        step.give_way(response.head());
        trace.add_hop(&step, &url, response, request.watch).await;
        step.turn(status, next.origin() == url.origin());
        url = next;
        trace.landed = Some(Box::new(Landing {
            method: step.method.clone(),
            url: url.to_string(),
            name: url.path().to_owned(),
        }));
        let hop = Request {
            method: &step.method,
            url: url.as_str(),
            headers: &step.headers,
            body: step.body,
            ..*request
        };
        response = agent.exchange(&hop, &mut trace.hop).await?;
        if !response.redirects {
            return Ok(response);
        }
    }
    let by_itself = request.redirects.is_some_and(|own| own <= limit);
    let option = if by_itself { "" } else { " (--max-redirects)" };
    trace.stopped = Some(format!(
        "more than {limit} redirects{option}, the last to {:?}",
        location(&response)
    ));
    Ok(response)
}

/// What of a request changes from hop to hop.
struct HopRequest<'a> {
    method: String,
    headers: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> HopRequest<'a> {
    fn first(request: &Request<'a>) -> HopRequest<'a> {
        HopRequest {
            method: request.method().to_owned(),
            headers: request.headers.to_vec(),
            body: request.body,
        }
    }

    /// Turns into the request that follows a redirect. As in Go's client and in browsers' practice, 301, 302 and
    /// 303 lead to a page, which is asked for with `GET`; 307 and 308 repeat the request.
    fn turn(&mut self, status: u16, same_origin: bool) {
        if matches!(status, 301..=303) {
            if self.method != "HEAD" {
                "GET".clone_into(&mut self.method);
            }
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

impl RequestTrace {
    /// Reports a redirect, and starts the measurement of what follows it once that may be sent.
    async fn add_hop(
        &mut self,
        step: &HopRequest<'_>,
        url: &Url,
        response: Response,
        watch: Option<&dyn RedirectWatch>,
    ) {
        let hop = Hop {
            method: step.method.clone(),
            name: url.path().to_owned(),
            url: response.final_url().into_owned(),
            status: response.status,
            exchange: response.exchange,
        };
        drop(response);
        if let Some(watch) = watch {
            watch.redirected(&hop);
            if let Some(at) = watch.next_at().filter(|&at| at > Instant::now()) {
                tokio::time::sleep_until(at.into()).await;
            }
        }
        self.hops.push(hop);
        self.hop = Trace::start(Instant::now());
    }
}

/// Where a response leads. Servers write it in any charset, so bytes beyond ASCII are sent back as they are, in the way in
/// which URLs have them.
fn location(response: &Response) -> String {
    let mut text = String::new();
    for &byte in field(response.head(), "location").unwrap_or_default() {
        match byte {
            0x80.. => text.push_str(&format!("%{byte:02X}")),
            _ => text.push(char::from(byte)),
        }
    }
    text
}

/// The URL of the next hop. Another origin gets no user and password, whoever wrote them there.
fn next_url(location: &str, from: &Url) -> Result<Url, HttpError> {
    let mut next = urls::parse(location, Some(from))?;
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
        let mut step = HopRequest {
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
        for (method, status) in [
            ("PUT", 301),
            ("DELETE", 302),
            ("PATCH", 303),
            ("PROPFIND", 302),
            ("GET", 303),
        ] {
            assert_eq!(turned(method, status, true), get(3), "{method} {status}");
        }
        assert_eq!(turned("DELETE", 307, true), ("DELETE".to_owned(), 4, 4));
        assert_eq!(turned("POST", 307, true), ("POST".to_owned(), 4, 4));
        assert_eq!(turned("POST", 308, true), ("POST".to_owned(), 4, 4));
        assert_eq!(turned("HEAD", 303, true), ("HEAD".to_owned(), 3, 0));
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        assert_eq!(turned("GET", 307, false), ("GET".to_owned(), 2, 4));
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
