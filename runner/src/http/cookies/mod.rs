//! One VU's cookie jars (RFC 6265): its own, and those that its guest makes. The engine sends and stores, the guest
//! reads and writes, both here. Nothing is allocated until a cookie is set.

mod cookie;
mod jar;
mod parse;

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use url::{Host, Url};

use super::fields::fields;
use super::origin::HttpOrigin;
use super::transport::Transport;
use super::urls;
use crate::net::normal_host;
use crate::system::memory::{Account, Held};
use cookie::{CookieScope, domain_of};
use jar::{Jar, header};

pub use cookie::Cookie;

/// Jars beside the VU's own that have cookies.
const JARS: usize = 64;

/// The value of a `cookie` header.
pub(super) type Header = Option<Arc<str>>;

/// Which jar a request uses, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JarUse {
    /// 0 is the VU's own; [`NONE`](Self::NONE) is no jar at all.
    pub jar: u64,
    /// Whether its cookies are sent. What responses set is stored either way.
    pub sends: bool,
}

impl JarUse {
    /// No jar: nothing is sent or stored.
    pub const NONE: u64 = u64::MAX;
}

impl Default for JarUse {
    fn default() -> JarUse {
        JarUse { jar: 0, sends: true }
    }
}

/// The jars of one VU.
#[derive(Debug, Default)]
pub struct Cookies {
    /// Knows the base URL, and whether there are to be cookies. None: absolute URLs only.
    transport: Option<Arc<Transport>>,
    /// Whether any jar has ever held a cookie in this life, so that others needn't be looked into.
    any: AtomicBool,
    jars: Mutex<Jars>,
}

#[derive(Debug, Default)]
struct Jars {
    own: Jar,
    /// With its number and the time of its last use, in uses.
    others: Vec<(u64, u64, Jar)>,
    made: u64,
    uses: u64,
    /// What all of them count against.
    held: Option<Held>,
}

impl Jars {
    /// Takes in a cookie, unless there is no room for it.
    fn put(&mut self, number: u64, cookie: Cookie, now_ms: u64) -> bool {
        // Counted first, as if it replaced none and pushed none out.
        let bytes = self.bytes().saturating_add(cookie.cost());
        if self.held.as_mut().is_some_and(|held| held.resize(bytes).is_err()) {
            return false;
        }
        self.open(number).put(cookie, now_ms);
        self.settle();
        true
    }

    /// Counts what is there now, which is no more than before.
    fn settle(&mut self) {
        let bytes = self.bytes();
        if let Some(held) = &mut self.held {
            // Less always fits.
            let _ = held.resize(bytes);
        }
    }

    fn bytes(&self) -> usize {
        let others = self.others.iter().map(|(.., jar)| jar);
        others.chain([&self.own]).map(Jar::cost).sum()
    }

    fn find(&mut self, number: u64) -> Option<&mut Jar> {
        if number == 0 {
            return Some(&mut self.own);
        }
        self.uses += 1;
        let (_, used, jar) = self.others.iter_mut().find(|(own, ..)| *own == number)?;
        *used = self.uses;
        Some(jar)
    }

    /// As `find`, or an empty one in the place of the one that was used longest ago.
    fn open(&mut self, number: u64) -> &mut Jar {
        let is_there = number == 0 || self.others.iter().any(|(own, ..)| *own == number);
        if !is_there {
            if self.others.len() == JARS {
                let longest = (0..JARS).min_by_key(|&at| self.others.get(at).map(|(_, used, _)| *used));
                self.others.swap_remove(longest.unwrap_or(0));
            }
            self.others.push((number, 0, Jar::default()));
        }
        self.uses += 1;
        match self
            .others
            .iter_mut()
            .find(|(own, ..)| number != 0 && *own == number)
        {
            Some((_, used, jar)) => {
                *used = self.uses;
                jar
            }
            None => &mut self.own,
        }
    }
}

/// The guest's side.
impl Cookies {
    /// Whether this jar is the VU's own or was made.
    pub fn knows(&self, jar: u64) -> bool {
        jar <= self.jars().made
    }

    /// Makes a jar.
    pub fn make(&self) -> u64 {
        let mut jars = self.jars();
        jars.made += 1;
        jars.made
    }

    /// Those that a request to this URL carries, in their order.
    pub fn matching(&self, jar: u64, url: &str) -> Vec<Cookie> {
        let Some(url) = self.url(url) else {
            return Vec::new();
        };
        let mut jars = self.jars();
        let found = jars.find(jar).map(|jar| jar.matching(&url.place(), now_ms()));
        found.unwrap_or_default().into_iter().cloned().collect()
    }

    /// All of a jar, in the order in which they were set.
    pub fn all(&self, jar: u64) -> Vec<Cookie> {
        let mut jars = self.jars();
        let jar = jars.find(jar);
        jar.map(|jar| jar.all(now_ms()).cloned().collect())
            .unwrap_or_default()
    }

    /// Takes in a `Set-Cookie` text, as if this URL had answered with it. False: it is ignored there, or there is no room.
    pub fn set(&self, jar: u64, url: &str, text: &str) -> bool {
        let Some(url) = self.url(url) else { return false };
        let cookie = parse::set_cookie(text, &url.place(), now_ms());
        cookie.is_some_and(|cookie| self.take_in(jar, cookie))
    }

    /// Puts in a cookie as it is. False: it can't be sent, or there is no room.
    pub fn put(&self, jar: u64, cookie: Cookie) -> bool {
        cookie.normal().is_some_and(|cookie| self.take_in(jar, cookie))
    }

    /// Removes those of this name that a request to this URL carries; says how many.
    pub fn delete(&self, jar: u64, url: &str, name: &str) -> usize {
        let Some(url) = self.url(url) else { return 0 };
        let mut jars = self.jars();
        let count = jars.find(jar).map_or(0, |jar| jar.delete(&url.place(), name));
        jars.settle();
        count
    }

    /// Removes one by what names it; says whether there was one.
    pub fn remove(&self, jar: u64, domain: &str, path: &str, name: &str) -> bool {
        let domain = domain.strip_prefix('.').unwrap_or(domain);
        let domain = domain_of(domain).unwrap_or_default();
        let mut jars = self.jars();
        let removed = jars.find(jar).is_some_and(|jar| jar.remove(&domain, path, name));
        jars.settle();
        removed
    }

    /// Empties a jar.
    pub fn clear(&self, jar: u64) {
        let mut jars = self.jars();
        if jar == 0 {
            jars.own = Jar::default();
        }
        jars.others.retain(|(own, ..)| *own != jar);
        jars.settle();
    }

    fn take_in(&self, jar: u64, cookie: Cookie) -> bool {
        if self.is_off() {
            return false;
        }
        self.any.store(true, Ordering::Relaxed);
        self.jars().put(jar, cookie, now_ms())
    }

    fn url(&self, url: &str) -> Option<GuestUrl> {
        let base = self
            .transport
            .as_ref()
            .and_then(|transport| transport.base.as_ref());
        GuestUrl::new(urls::resolve(url, base).ok()?)
    }
}

/// The engine's side.
impl Cookies {
    /// No cookies yet, for requests that go this way.
    pub(super) fn new(transport: Arc<Transport>) -> Cookies {
        Cookies {
            transport: Some(transport),
            ..Cookies::default()
        }
    }

    /// Counts all cookies against this account from now on. If it hasn't the room for them, they are gone.
    pub(super) fn charge_to(&self, account: &Arc<Account>) {
        let mut jars = self.jars();
        let mut held = Held::new(account);
        if held.resize(jars.bytes()).is_err() {
            (jars.own, jars.others) = Default::default();
        }
        jars.held = Some(held);
    }

    /// Forgets everything, the numbers of jars included, but for what they count against.
    pub(super) fn reset(&self) {
        let mut jars = self.jars();
        let held = jars.held.take();
        *jars = Jars {
            held,
            ..Jars::default()
        };
        jars.settle();
        drop(jars);
        self.any.store(false, Ordering::Relaxed);
    }

    /// The header for a request with these headers of its own to an origin, whatever its path. `Err`: that depends on the path, or on the request's
    /// own header.
    pub(super) fn anywhere(
        &self,
        used: JarUse,
        headers: &[(String, String)],
        origin: &HttpOrigin,
        now: Instant,
    ) -> Result<Header, ()> {
        if !self.has_some_for(used) {
            return Ok(None);
        }
        let mut jars = self.jars();
        let Some(jar) = jars.find(used.jar) else {
            return Ok(None);
        };
        let header = jar.everywhere(&origin.prefix, &place(origin, "/"), now, now_ms)?;
        if header.is_some() && written(headers, origin).next().is_some() {
            return Err(());
        }
        Ok(header)
    }

    /// The header for a request, in which that of its own is included. None: the jar adds nothing.
    pub(super) fn header(
        &self,
        used: JarUse,
        headers: &[(String, String)],
        origin: &HttpOrigin,
        path: &str,
    ) -> Header {
        if !self.has_some_for(used) {
            return None;
        }
        let path = path.split('?').next().unwrap_or("/");
        let mut jars = self.jars();
        let found = jars.find(used.jar)?.matching(&place(origin, path), now_ms());
        let mut own = written(headers, origin).peekable();
        if own.peek().is_none() {
            return header(found.iter().map(|cookie| (&*cookie.name, &*cookie.value)));
        }
        let own = own.collect::<Vec<_>>().join("; ");
        let is_new = |cookie: &&&Cookie| pairs(&own).all(|(name, _)| name != cookie.name);
        let more = found.iter().filter(is_new);
        let more = header(more.map(|cookie| (&*cookie.name, &*cookie.value)))?;
        Some(if own.is_empty() {
            more
        } else {
            format!("{own}; {more}").into()
        })
    }

    /// Takes in what a response's head sets. Cookies that the URL may not set are ignored, as browsers do.
    pub(super) fn store(&self, used: JarUse, origin: &HttpOrigin, path: &str, head: &[u8]) {
        if used.jar == JarUse::NONE {
            return;
        }
        let path = path.split('?').next().unwrap_or("/");
        let place = place(origin, path);
        for text in set_by(head) {
            if let Some(cookie) = parse::set_cookie(&text, &place, now_ms()) {
                self.take_in(used.jar, cookie);
            }
        }
    }

    fn has_some_for(&self, used: JarUse) -> bool {
        used.sends && used.jar != JarUse::NONE && self.any.load(Ordering::Relaxed)
    }

    fn is_off(&self) -> bool {
        self.transport
            .as_ref()
            .is_some_and(|transport| !transport.cookies)
    }

    fn jars(&self) -> MutexGuard<'_, Jars> {
        self.jars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The texts of a head's `Set-Cookie` fields.
pub(super) fn set_by(head: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    let is_one = |name: &str| name.eq_ignore_ascii_case("set-cookie");
    fields(head).filter_map(move |(name, value)| is_one(name).then_some(value))
}

/// The cookies that a `cookie` header holds.
pub(super) fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(';').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.trim(), value.trim())
    })
}

/// What the guest, or else the operator, has written into `cookie` headers.
fn written<'a>(headers: &'a [(String, String)], origin: &'a HttpOrigin) -> impl Iterator<Item = &'a str> {
    let named = |(name, value): &'a (String, String)| is_cookie(name).then_some(value.as_str());
    let guest = headers.iter().filter_map(named);
    let replaced = headers.iter().any(|(name, _)| is_cookie(name));
    guest.chain(
        origin
            .standing
            .iter()
            .filter_map(named)
            .filter(move |_| !replaced),
    )
}

/// Whether a header is `cookie`.
pub(super) fn is_cookie(name: &str) -> bool {
    name.eq_ignore_ascii_case("cookie")
}

fn place<'a>(origin: &'a HttpOrigin, path: &'a str) -> CookieScope<'a> {
    CookieScope {
        https: origin.destination.is_secure(),
        host: origin.destination.host(),
        is_address: is_address(origin.destination.host()),
        path,
    }
}

/// Whether a host in normal form is an address: no name ends with a digit (WHATWG URL §3.5) or holds a colon.
fn is_address(host: &str) -> bool {
    host.contains(':')
        || host.ends_with(|last: char| last.is_ascii_digit()) && host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// A URL of the guest's.
struct GuestUrl {
    url: Url,
    host: String,
}

impl GuestUrl {
    fn new(url: Url) -> Option<GuestUrl> {
        let host = match url.host()? {
            Host::Domain(name) => normal_host(&Host::Domain(name)),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Some(GuestUrl { url, host })
    }

    fn place(&self) -> CookieScope<'_> {
        CookieScope {
            https: self.url.scheme() == "https",
            host: &self.host,
            is_address: is_address(&self.host),
            path: self.url.path(),
        }
    }
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpSettings;

    const URL: &str = "http://h.test/shop/cart";

    fn sent(cookies: &Cookies, jar: u64, url: &str) -> String {
        let all = cookies.matching(jar, url);
        let all: Vec<_> = all.iter().map(|c| format!("{}={}", c.name, c.value)).collect();
        all.join("; ")
    }

    #[test]
    fn jars_are_apart_from_each_other() {
        let cookies = Cookies::default();
        let (first, second) = (cookies.make(), cookies.make());
        assert!(cookies.knows(second) && !cookies.knows(second + 1));
        for (jar, text) in [(0, "a=own"), (first, "a=first"), (second, "a=second")] {
            assert!(cookies.set(jar, URL, text));
        }
        cookies.clear(first);
        let all = [0, first, second].map(|jar| sent(&cookies, jar, URL));
        assert_eq!(all, ["a=own", "", "a=second"]);
        assert_eq!(cookies.delete(second, URL, "a"), 1);
        assert!(cookies.remove(0, "h.test", "/shop", "a"));
        assert!(cookies.all(0).is_empty() && cookies.all(second).is_empty());
    }

    #[test]
    fn the_jar_that_was_used_longest_ago_gives_way() {
        let cookies = Cookies::default();
        let jars: Vec<u64> = (0..JARS).map(|_| cookies.make()).collect();
        jars.iter().for_each(|&jar| assert!(cookies.set(jar, URL, "a=1")));
        assert_eq!(sent(&cookies, jars[0], URL), "a=1");
        let further = cookies.make();
        assert!(cookies.set(further, URL, "a=2"));
        assert_eq!(sent(&cookies, jars[0], URL), "a=1");
        assert_eq!(sent(&cookies, jars[1], URL), "");
        assert_eq!(sent(&cookies, further, URL), "a=2");
    }

    #[test]
    fn what_the_jars_hold_counts_against_the_account() {
        let account = Account::new(&Arc::default(), 3_000);
        let cookies = Cookies::default();
        cookies.charge_to(&account);
        let jar = cookies.make();
        let value = "x".repeat(500);
        let set = |jar, name: &str| cookies.set(jar, URL, &format!("{name}={value}"));
        assert!(set(0, "a") && set(jar, "b"));
        let used = account.used();
        assert!(
            (2_000..3_000).contains(&used),
            "each is in its jar and in a header: {used}"
        );
        assert!(!set(0, "c"));
        assert_eq!((account.used(), account.take_refusals()), (used, 1));
        assert!(!set(0, "a"), "replacing needs the room for a moment");
        cookies.clear(jar);
        assert!(account.used() < used && set(0, "a"));
        assert_eq!(cookies.delete(0, URL, "a"), 1);
        assert_eq!(account.used(), 0);
        assert!(set(0, "c"));
        cookies.reset();
        assert_eq!(account.used(), 0);
    }

    #[test]
    fn cookies_move_to_the_account_of_the_next_instance_or_are_gone() {
        let [large, small] = [10_000, 100].map(|limit| Account::new(&Arc::default(), limit));
        let cookies = Cookies::default();
        cookies.charge_to(&large);
        assert!(cookies.set(0, URL, "a=1"));
        cookies.charge_to(&small);
        assert_eq!((large.used(), small.used()), (0, 0));
        assert!(cookies.all(0).is_empty());
        assert_eq!(small.take_refusals(), 1);
    }

    #[test]
    fn without_cookies_none_is_stored() {
        let settings = HttpSettings {
            cookies: false,
            ..HttpSettings::default()
        };
        let cookies = Cookies::new(Transport::new(&settings).expect("settings"));
        assert!(!cookies.set(0, URL, "a=1"));
        assert!(cookies.all(0).is_empty());
    }

    #[test]
    fn urls_may_be_relative_to_the_runs_host() {
        let settings = HttpSettings {
            base: Url::parse("http://h.test/shop").ok(),
            ..HttpSettings::default()
        };
        let cookies = Cookies::new(Transport::new(&settings).expect("settings"));
        assert!(cookies.set(0, "/cart/add", "a=1"));
        assert_eq!(sent(&cookies, 0, "http://h.test/shop/cart"), "a=1");
        assert_eq!(sent(&cookies, 0, "cart"), "a=1");
        assert_eq!(sent(&cookies, 0, "/other"), "");
        assert!(!cookies.set(0, "ftp://h.test/", "a=1") && !cookies.set(0, "http://", "a=1"));
    }
}
