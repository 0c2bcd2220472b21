//! One VU's cookies (RFC 6265). Nothing is allocated until a server sets one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cookie_store::CookieStore;
use url::Url;

use super::response::fields;

/// How long a `cookie` header is used before the cookies are asked again whether they have expired.
const RECENT: Duration = Duration::from_secs(1);

/// The most cookies that a VU holds, and the largest of them; further ones are ignored.
const COOKIES: usize = 500;
const COOKIE_BYTES: usize = 4096;

/// The cookies of one VU.
#[derive(Debug, Default)]
pub(super) struct Jar(Option<Box<Shelf>>);

#[derive(Debug, Default)]
struct Shelf {
    store: CookieStore,
    /// Every cookie has the path `/`, so that one header serves all URLs of an origin.
    everywhere: bool,
    recent: Option<Recent>,
}

#[derive(Debug)]
struct Recent {
    prefix: String,
    header: Option<Arc<str>>,
    at: Instant,
}

impl Jar {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The `cookie` header for a request to this URL.
    pub(super) fn header(&self, url: &str) -> Option<Arc<str>> {
        self.0.as_ref()?.header(url)
    }

    /// The `cookie` header for any request to an origin: mostly a copy of the last one. `Err`: depends on the path.
    pub(super) fn header_everywhere(&mut self, prefix: &str, now: Instant) -> Result<Option<Arc<str>>, ()> {
        let Some(shelf) = self.0.as_deref_mut() else {
            return Ok(None);
        };
        if !shelf.everywhere {
            return Err(());
        }
        if let Some(recent) = &shelf.recent
            && recent.prefix == prefix
            && now.saturating_duration_since(recent.at) < RECENT
        {
            return Ok(recent.header.clone());
        }
        let header = shelf.header(prefix);
        shelf.recent = Some(Recent {
            prefix: prefix.to_owned(),
            header: header.clone(),
            at: now,
        });
        Ok(header)
    }

    /// Takes in what a response's head sets. Cookies that the URL may not set are ignored, as browsers do.
    pub(super) fn store(&mut self, url: &str, head: &[u8]) {
        let Ok(url) = Url::parse(url) else { return };
        let shelf = self.0.get_or_insert_default();
        for (name, value) in fields(head) {
            let full = || shelf.store.iter_any().count() >= COOKIES;
            if name.eq_ignore_ascii_case("set-cookie") && value.len() <= COOKIE_BYTES && !full() {
                let _ = shelf.store.parse(&value, &url);
            }
        }
        shelf.everywhere = shelf.store.iter_any().all(|cookie| &*cookie.path == "/");
        shelf.recent = None;
    }
}

impl Shelf {
    fn header(&self, url: &str) -> Option<Arc<str>> {
        let url = Url::parse(url).ok()?;
        let pairs: Vec<String> = self
            .store
            .get_request_values(&url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; ").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_cookies_where_they_belong() {
        let mut jar = Jar::default();
        assert_eq!(jar.header("http://h.test/"), None);
        let head =
            b"HTTP/1.1 200 OK\r\nset-cookie: a=1; Path=/x\r\nset-cookie: b=2; Domain=other.test\r\n\r\n";
        jar.store("http://h.test/x", head);
        assert_eq!(jar.header("http://h.test/x/y").as_deref(), Some("a=1"));
        assert_eq!(jar.header("http://h.test/y"), None);
        assert_eq!(jar.header("http://other.test/x"), None);
        assert!(jar.header_everywhere("http://h.test", Instant::now()).is_err());
    }

    #[test]
    fn holds_a_bounded_number_of_bounded_cookies() {
        let mut jar = Jar::default();
        for number in 0..COOKIES + 5 {
            jar.store(
                "http://h.test/",
                format!("HTTP/1.1 200 OK\r\nset-cookie: c{number}=x\r\n\r\n").as_bytes(),
            );
        }
        assert_eq!(
            jar.header("http://h.test/")
                .map(|header| header.matches('=').count()),
            Some(COOKIES)
        );
        let mut jar = Jar::default();
        let large = format!(
            "HTTP/1.1 200 OK\r\nset-cookie: c={}\r\n\r\n",
            "x".repeat(COOKIE_BYTES)
        );
        jar.store("http://h.test/", large.as_bytes());
        assert_eq!(jar.header("http://h.test/"), None);
    }

    #[test]
    fn a_header_for_all_paths_is_kept_until_cookies_change_or_expire() {
        let (mut jar, now) = (Jar::default(), Instant::now());
        let header =
            |jar: &mut Jar, prefix, at| jar.header_everywhere(prefix, at).expect("same for all paths");
        assert_eq!(header(&mut jar, "http://h.test", now), None);
        jar.store(
            "http://h.test/login",
            b"HTTP/1.1 200 OK\r\nset-cookie: a=1; Max-Age=1\r\n\r\n",
        );
        assert_eq!(header(&mut jar, "http://h.test", now).as_deref(), Some("a=1"));
        assert_eq!(header(&mut jar, "http://other.test", now), None);
        assert_eq!(header(&mut jar, "http://h.test", now).as_deref(), Some("a=1"));
        jar.store(
            "http://h.test/",
            b"HTTP/1.1 200 OK\r\nset-cookie: a=2; Max-Age=1\r\n\r\n",
        );
        assert_eq!(header(&mut jar, "http://h.test", now).as_deref(), Some("a=2"));
        std::thread::sleep(Duration::from_millis(1100));
        assert_eq!(header(&mut jar, "http://h.test", Instant::now()), None);
    }
}
