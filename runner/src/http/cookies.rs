//! One VU's cookies (RFC 6265). Nothing is allocated until a server sets one.

use cookie_store::CookieStore;
use url::Url;

use super::response::fields;

/// The cookies of one VU.
#[derive(Debug, Default)]
pub(super) struct Jar(Option<Box<CookieStore>>);

impl Jar {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The `cookie` header for a request to this URL.
    pub(super) fn header(&self, url: &str) -> Option<String> {
        let store = self.0.as_ref()?;
        let url = Url::parse(url).ok()?;
        let pairs: Vec<String> = store
            .get_request_values(&url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Takes in what a response's head sets. Cookies that the URL may not set are ignored, as browsers do.
    pub(super) fn store(&mut self, url: &str, head: &[u8]) {
        let Ok(url) = Url::parse(url) else { return };
        for (name, value) in fields(head) {
            if name.eq_ignore_ascii_case("set-cookie") {
                let _ = self.0.get_or_insert_default().parse(&value, &url);
            }
        }
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
    }
}
