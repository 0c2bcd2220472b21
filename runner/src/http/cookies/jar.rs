//! One jar: cookies in the order in which they are sent, within bounds (RFC 6265 §5.3, §5.4, §6.1).

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cookie::{Cookie, CookieScope};

/// Cookies of one domain.
const OF_ONE_DOMAIN: usize = 200;
/// Cookies of one jar.
const COOKIES: usize = 500;
/// Bytes of one jar: names, values, domains and paths.
const BYTES: usize = 256 << 10;
/// How long a `cookie` header is used again at most.
const RECENT: Duration = Duration::from_secs(3600);

/// Cookies, the one that was set first in front.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
    bytes: usize,
    recent: Option<Recent>,
}

/// The last header that served all paths of an origin.
#[derive(Debug)]
struct Recent {
    prefix: String,
    header: Option<Arc<str>>,
    until: Instant,
}

impl Jar {
    /// Bytes of memory.
    pub(super) fn cost(&self) -> usize {
        self.cookies.len() * size_of::<Cookie>() + 2 * self.bytes
    }

    /// Takes in a cookie, or removes the one that it says has expired.
    pub(super) fn put(&mut self, cookie: Cookie, now_ms: u64) {
        self.recent = None;
        let same = |own: &Cookie| own.is_same(&cookie.domain, &cookie.path, &cookie.name);
        let at = self.cookies.iter().position(same);
        match at {
            Some(at) if cookie.is_over(now_ms) => self.take(at),
            None if cookie.is_over(now_ms) => {}
            // It keeps its place: the time of its creation is that of the first one.
            Some(at) => {
                self.bytes += cookie.bytes();
                if let Some(own) = self.cookies.get_mut(at) {
                    self.bytes -= own.bytes();
                    *own = cookie;
                }
                self.make_room(now_ms);
            }
            None => {
                self.bytes += cookie.bytes();
                self.cookies.push(cookie);
                self.make_room(now_ms);
            }
        }
    }

    /// Those that a request to this place carries, in their order.
    pub(super) fn matching(&self, place: &CookieScope<'_>, now_ms: u64) -> Vec<&Cookie> {
        let fits = |cookie: &&Cookie| cookie.matches(place) && !cookie.is_over(now_ms);
        let mut found: Vec<_> = self.cookies.iter().filter(fits).collect();
        found.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        found
    }

    /// All that haven't expired, in the order in which they were set.
    pub(super) fn all(&self, now_ms: u64) -> impl Iterator<Item = &Cookie> {
        self.cookies.iter().filter(move |cookie| !cookie.is_over(now_ms))
    }

    /// Removes those of this name that a request to this place carries; says how many.
    pub(super) fn delete(&mut self, place: &CookieScope<'_>, name: &str) -> usize {
        self.retain(|cookie| cookie.name != name || !cookie.matches(place))
    }

    /// Removes one; says whether there was one.
    pub(super) fn remove(&mut self, domain: &str, path: &str, name: &str) -> bool {
        self.retain(|cookie| !cookie.is_same(domain, path, name)) > 0
    }

    /// The `cookie` header for any path of an origin: mostly a copy of the last one. `Err`: it depends on the path.
    pub(super) fn everywhere(
        &mut self,
        prefix: &str,
        place: &CookieScope<'_>,
        now: Instant,
        now_ms: impl FnOnce() -> u64,
    ) -> Result<Option<Arc<str>>, ()> {
        if let Some(recent) = &self.recent
            && recent.prefix == prefix
            && now < recent.until
        {
            return Ok(recent.header.clone());
        }
        if self.cookies.iter().any(|cookie| cookie.path != "/") {
            return Err(());
        }
        let now_ms = now_ms();
        let found = self.matching(place, now_ms);
        let header = header(found.iter().map(|cookie| (&*cookie.name, &*cookie.value)));
        let ends = found.iter().filter_map(|cookie| cookie.expires_ms).min();
        let lasts = ends.map_or(RECENT, |end| Duration::from_millis(end.saturating_sub(now_ms)));
        self.recent = Some(Recent {
            prefix: prefix.to_owned(),
            header: header.clone(),
            until: now + lasts.min(RECENT),
        });
        Ok(header)
    }

    fn retain(&mut self, mut stays: impl FnMut(&Cookie) -> bool) -> usize {
        self.recent = None;
        let before = self.cookies.len();
        self.cookies.retain(|cookie| stays(cookie));
        self.bytes = self.cookies.iter().map(Cookie::bytes).sum();
        before - self.cookies.len()
    }

    fn take(&mut self, at: usize) {
        self.bytes -= self.cookies.remove(at).bytes();
    }

    /// Lets the oldest go, those first that have expired.
    fn make_room(&mut self, now_ms: u64) {
        let of = |jar: &Jar, domain: &str| jar.cookies.iter().filter(|own| own.domain == domain).count();
        let domain = self
            .cookies
            .last()
            .map(|cookie| cookie.domain.clone())
            .unwrap_or_default();
        let crowded = |jar: &Jar| of(jar, &domain) > OF_ONE_DOMAIN;
        if !crowded(self) && self.cookies.len() <= COOKIES && self.bytes <= BYTES {
            return;
        }
        self.retain(|cookie| !cookie.is_over(now_ms));
        while crowded(self) {
            let oldest = self.cookies.iter().position(|own| own.domain == domain);
            self.take(oldest.unwrap_or(0));
        }
        while self.cookies.len() > COOKIES || self.bytes > BYTES {
            self.take(0);
        }
    }
}

/// The value of a `cookie` header; none without cookies.
pub(super) fn header<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Arc<str>> {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.extend([name, "=", value]);
    }
    (!text.is_empty()).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::super::parse::set_cookie;
    use super::*;

    const NOW: u64 = 1_000_000;

    fn at<'a>(host: &'a str, path: &'a str) -> CookieScope<'a> {
        CookieScope {
            https: false,
            host,
            is_address: host.starts_with("127."),
            path,
        }
    }

    fn store(jar: &mut Jar, place: &CookieScope<'_>, text: &str) {
        jar.put(set_cookie(text, place, NOW).expect(text), NOW);
    }

    fn sent(jar: &Jar, place: &CookieScope<'_>, now_ms: u64) -> String {
        let pairs = jar.matching(place, now_ms);
        let pairs: Vec<_> = pairs.iter().map(|c| format!("{}={}", c.name, c.value)).collect();
        pairs.join("; ")
    }

    #[test]
    fn longer_paths_come_first_and_then_what_was_set_first() {
        let (mut jar, place) = (Jar::default(), at("h.test", "/a/b/c"));
        for text in [
            "z=1; Path=/",
            "b=1; Path=/a",
            "y=1; Path=/",
            "a=1; Path=/a/b",
            "x=1; Path=/",
        ] {
            store(&mut jar, &place, text);
        }
        assert_eq!(sent(&jar, &place, NOW), "a=1; b=1; z=1; y=1; x=1");
        store(&mut jar, &place, "z=2; Path=/");
        assert_eq!(sent(&jar, &at("h.test", "/"), NOW), "z=2; y=1; x=1");
    }

    #[test]
    fn cookies_go_where_they_belong() {
        let mut jar = Jar::default();
        let place = at("a.h.test", "/shop/cart");
        for text in [
            "own=1; Path=/shop",
            "wide=1; Path=/; Domain=h.test",
            "safe=1; Path=/; Secure",
        ] {
            store(&mut jar, &place, text);
        }
        for (host, path, cookies) in [
            ("a.h.test", "/shop", "own=1; wide=1"),
            ("a.h.test", "/shop/", "own=1; wide=1"),
            ("a.h.test", "/shopping", "wide=1"),
            ("b.h.test", "/shop", "wide=1"),
            ("h.test", "/", "wide=1"),
            ("xh.test", "/", ""),
            ("b.a.h.test", "/shop", "wide=1"),
        ] {
            assert_eq!(sent(&jar, &at(host, path), NOW), cookies, "{host}{path}");
        }
        let secure = CookieScope {
            https: true,
            ..at("a.h.test", "/")
        };
        assert_eq!(sent(&jar, &secure, NOW), "wide=1; safe=1");
    }

    #[test]
    fn what_has_expired_is_gone() {
        let (mut jar, place) = (Jar::default(), at("h.test", "/"));
        store(&mut jar, &place, "a=1; Max-Age=2");
        store(&mut jar, &place, "b=1");
        assert_eq!(sent(&jar, &place, NOW + 1_999), "a=1; b=1");
        assert_eq!(sent(&jar, &place, NOW + 2_000), "b=1");
        assert_eq!(jar.all(NOW + 2_000).count(), 1);
        store(&mut jar, &place, "b=; Max-Age=0");
        assert_eq!(sent(&jar, &place, NOW), "a=1");
        store(&mut jar, &place, "never=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(jar.cookies.len(), 1);
    }

    #[test]
    fn the_oldest_give_way() {
        let mut jar = Jar::default();
        for number in 0..OF_ONE_DOMAIN + 5 {
            store(&mut jar, &at("h.test", "/"), &format!("c{number}=x"));
        }
        assert_eq!(jar.cookies.len(), OF_ONE_DOMAIN);
        assert_eq!(jar.cookies[0].name, "c5");
        for number in 0..COOKIES {
            store(&mut jar, &at(&format!("h{number}.test"), "/"), "c=x");
        }
        assert_eq!(jar.cookies.len(), COOKIES);
        let large = "x".repeat(4_000);
        for number in 0..150 {
            store(&mut jar, &at("l.test", "/"), &format!("l{number}={large}"));
        }
        assert!(jar.bytes <= BYTES && jar.bytes > BYTES - 8_192, "{}", jar.bytes);
        assert_eq!(jar.bytes, jar.cookies.iter().map(Cookie::bytes).sum::<usize>());
    }

    #[test]
    fn one_is_removed_by_what_names_it() {
        let (mut jar, place) = (Jar::default(), at("h.test", "/a"));
        for text in ["n=1; Path=/", "n=2; Path=/a", "n=3; Path=/b", "m=4; Path=/"] {
            store(&mut jar, &place, text);
        }
        assert!(jar.remove("h.test", "/b", "n") && !jar.remove("h.test", "/b", "n"));
        assert_eq!(jar.delete(&place, "n"), 2);
        assert_eq!(sent(&jar, &place, NOW), "m=4");
    }

    #[test]
    fn a_header_for_all_paths_is_used_again_until_a_cookie_changes_or_expires() {
        let (mut jar, now, place) = (Jar::default(), Instant::now(), at("h.test", "/"));
        let ask = |jar: &mut Jar, after: u64| {
            let at = now + Duration::from_millis(after);
            let header = jar.everywhere("http://h.test", &place, at, || NOW + after);
            header.map(|header| header.as_deref().map(ToOwned::to_owned))
        };
        assert_eq!(ask(&mut jar, 0), Ok(None));
        store(&mut jar, &place, "a=1; Max-Age=1");
        assert_eq!(ask(&mut jar, 0), Ok(Some("a=1".to_owned())));
        assert_eq!(ask(&mut jar, 999), Ok(Some("a=1".to_owned())));
        assert_eq!(ask(&mut jar, 1_000), Ok(None));
        store(&mut jar, &place, "b=1; Path=/x");
        assert_eq!(ask(&mut jar, 0), Err(()));
    }

    #[test]
    fn what_cannot_be_sent_is_no_cookie() {
        let cookie = Cookie {
            name: "a".to_owned(),
            value: "1".to_owned(),
            domain: ".H.test".to_owned(),
            path: String::new(),
            expires_ms: None,
            secure: false,
            http_only: false,
            host_only: false,
        };
        let normal = cookie.clone().normal().expect("fine");
        assert_eq!((&*normal.domain, &*normal.path), ("h.test", "/"));
        let with = |change: fn(&mut Cookie)| {
            let mut changed = cookie.clone();
            change(&mut changed);
            changed.normal()
        };
        assert!(with(|c| c.name.clear()).is_none());
        assert!(with(|c| c.domain.clear()).is_none());
        assert!(with(|c| c.value.push_str("; b=2")).is_none());
        assert!(with(|c| c.value.push_str("\r\nx: y")).is_none());
        assert!(with(|c| c.value = "x".repeat(5_000)).is_none());
    }
}
