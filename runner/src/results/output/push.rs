//! Sends what streams have to say to servers over HTTP, and keeps account of what didn't arrive. A server may be dead, slow,
//! silent or talkative: nothing takes longer than [`PATIENCE`], and no more of an answer is read than its beginning. It
//! knows no format.

use crate::secret;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use std::time::Duration;
use tokio::runtime::Runtime;

/// How long a push may take, from the look-up of the name to the answer's beginning. A push that is under way when the
/// run ends and the last one together stay below what outputs are waited for then.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// What is read of an answer that says what is wrong.
const ANSWER: usize = 512;

/// Variables of the environment, by name.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Those of this process; an empty one is as good as none.
pub(super) fn variables(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// What stands behind `=`, if anything does.
pub(super) fn target(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Pushes to one address.
#[derive(Debug)]
pub(super) struct Pusher {
    runtime: Runtime,
    client: Client,
    url: Url,
    headers: HeaderMap,
}

/// Why something wasn't taken.
#[derive(Debug)]
pub(super) struct PushError {
    pub(super) why: String,
    /// Whether the same may be taken later.
    pub(super) may_pass: bool,
}

impl Pusher {
    /// Pushes there, with these headers. A user and a password in the address are sent as such.
    ///
    /// # Errors
    /// If the address or a header isn't one.
    pub(super) fn new(url: Url, headers: &[(String, String)]) -> Result<Pusher, String> {
        let builder = Client::builder()
            .redirect(Policy::none())
            .user_agent(concat!("wasmswarm/", env!("CARGO_PKG_VERSION")));
        // A proxy can't reach this machine.
        let is_here = url.host_str().is_some_and(|host| {
            let host = host.trim_matches(['[', ']']);
            host == "localhost"
                || host
                    .parse()
                    .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        });
        let builder = if is_here { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| error.to_string())?;
        Ok(Pusher {
            runtime: runtime()?,
            client,
            url,
            headers: header_map(headers)?,
        })
    }

    /// Sends a body.
    pub(super) fn post(&self, headers: &[(&'static str, &str)], body: Vec<u8>) -> Result<(), PushError> {
        let mut request = self
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let exchange = async {
            let response = request.send().await.map_err(|error| {
                // With its address, which may hold a password.
                PushError::passing(chain(&error.without_url()))
            })?;
            answer(response).await
        };
        self.runtime.block_on(async {
            let answer = tokio::time::timeout(PATIENCE, exchange).await;
            answer.unwrap_or_else(|_| Err(PushError::late()))
        })
    }
}

async fn answer(mut response: reqwest::Response) -> Result<(), PushError> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let mut text = Vec::new();
    while text.len() < ANSWER
        && let Ok(Some(chunk)) = response.chunk().await
    {
        text.extend_from_slice(&chunk[..chunk.len().min(ANSWER - text.len())]);
    }
    let text = String::from_utf8_lossy(&text);
    Err(PushError {
        why: format!("status {}: {}", status.as_u16(), text.trim()),
        may_pass: status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS,
    })
}

impl PushError {
    pub(super) fn passing(why: String) -> PushError {
        PushError { why, may_pass: true }
    }

    pub(super) fn late() -> PushError {
        let seconds = PATIENCE.as_secs();
        PushError::passing(format!("no answer within {seconds} s"))
    }
}

/// What a stream tried to send, and what came of it.
#[derive(Debug, Default)]
pub(super) struct Losses {
    tried: u64,
    failed: u64,
    last: Option<String>,
    /// Seconds of the run whose data are lost for good.
    pub(super) seconds: u64,
}

impl Losses {
    /// Counts a push.
    pub(super) fn note(&mut self, result: &Result<(), PushError>) {
        self.tried += 1;
        if let Err(refusal) = result {
            self.failed += 1;
            self.last = Some(refusal.why.clone());
        }
    }

    /// The same of a stream that tries again what wasn't taken: nothing went wrong if all of it was taken in the end.
    pub(super) fn verdict_of_lost(&self) -> Result<(), String> {
        if self.seconds == 0 { Ok(()) } else { self.verdict() }
    }

    /// What went wrong, if anything did.
    pub(super) fn verdict(&self) -> Result<(), String> {
        match &self.last {
            None => Ok(()),
            Some(last) => Err(format!(
                "{} of {} pushes failed; the last one: {last}",
                self.failed, self.tried
            )),
        }
    }
}

/// Of a stream that sends everything since the beginning each time: when it is to do so.
#[derive(Debug)]
pub(super) struct Rhythm {
    every: u64,
    waiting: u64,
}

impl Rhythm {
    pub(super) fn new(every: Duration) -> Rhythm {
        let every = every.as_secs().max(1);
        Rhythm { every, waiting: 0 }
    }

    /// A second is over. Whether it is time to send.
    pub(super) fn is_due(&mut self) -> bool {
        self.waiting += 1;
        self.waiting >= self.every
    }

    /// It was sent, or not: the next time comes as late.
    pub(super) fn sent(&mut self, result: &Result<(), PushError>, losses: &mut Losses) {
        if result.is_err() {
            losses.seconds += self.waiting;
        }
        self.waiting = 0;
    }
}

/// An error with all that caused it.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// What a thread of its own waits with.
pub(super) fn runtime() -> Result<Runtime, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().map_err(|error| error.to_string())
}

/// An address that begins with `http://` or `https://`.
pub(super) fn address(text: &str) -> Result<Url, String> {
    let is_one = |url: &Url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    let url = Url::parse(text).ok().filter(is_one);
    url.ok_or_else(|| format!("{text:?} isn't a URL that begins with http:// or https://"))
}

/// Headers that an environment variable lists, `name=value` or `name:value`, joined by commas. Their values are secrets.
pub(super) fn headers_of(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once(['=', ':']));
    let decoded = |text: &str| {
        let text = text.trim();
        let bytes = percent_decoded(text);
        String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
    };
    let headers = pairs.map(|(name, value)| (name.trim().to_ascii_lowercase(), decoded(value)));
    headers
        .inspect(|(_, value)| secret::learn_named("authorization", value))
        .collect()
}

/// OpenTelemetry has values of headers percent-encoded.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        match byte.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::try_from(value.as_str());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            return Err("a header that the environment gives isn't one".to_owned());
        };
        value.set_sensitive(true);
        map.append(name, value);
    }
    Ok(map)
}

/// A length of time, such as `5s` or `500ms`.
pub(super) fn interval(text: &str) -> Option<Duration> {
    humantime::parse_duration(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Instant;

    /// The address of a server that treats its first connection so.
    fn server(treat: impl FnOnce(TcpStream) + Send + 'static) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://u:hunter22@{}/x", listener.local_addr().unwrap());
        std::thread::spawn(move || treat(listener.accept().unwrap().0));
        Url::parse(&url).unwrap()
    }

    fn post(url: Url) -> Result<(), PushError> {
        // As `main` does; a second time does nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Pusher::new(url, &[]).unwrap().post(&[], b"x".to_vec())
    }

    #[test]
    fn a_dead_server_is_no_secret_teller() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://u:hunter22@{}/x", listener.local_addr().unwrap());
        drop(listener);
        let refusal = post(Url::parse(&url).unwrap()).unwrap_err();
        assert!(refusal.may_pass);
        assert!(
            refusal.why.contains("refused") && !refusal.why.contains("hunter22"),
            "{}",
            refusal.why
        );
    }

    #[test]
    fn a_silent_server_costs_a_limited_time() {
        let begun = Instant::now();
        // It reads until the other side has gone, and says nothing.
        let url = server(|mut stream| while stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {});
        let refusal = post(url).unwrap_err();
        assert!(refusal.why.contains("no answer"), "{}", refusal.why);
        assert!(begun.elapsed() >= PATIENCE && begun.elapsed() < 2 * PATIENCE);
    }

    #[test]
    fn of_an_endless_answer_the_beginning_is_read() {
        let url = server(|mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 400 No\r\n\r\n");
            // Bounded, in case nobody hangs up.
            for _ in 0..100_000 {
                if stream.write_all(&[b'z'; 65_536]).is_err() {
                    return;
                }
            }
        });
        let refusal = post(url).unwrap_err();
        assert!(!refusal.may_pass);
        assert!(refusal.why.starts_with("status 400: zzz") && refusal.why.len() < 600);
    }

    #[test]
    fn headers_are_read_as_opentelemetry_and_k6_write_them() {
        let headers = headers_of("Api-Key=a%20b, x:y");
        let expected = [("api-key", "a b"), ("x", "y")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(headers, expected);
    }
}
