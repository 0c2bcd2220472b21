//! From the text of a `Set-Cookie` field to a cookie (RFC 6265 §5.2 and §5.3), and dates as servers write them (§5.1.1).

use super::cookie::{COOKIE_BYTES, Cookie, CookieScope, domain_of, is_control};

/// The cookie that this text sets where `place` has answered with it. `None`: it is ignored there.
pub(super) fn set_cookie(text: &str, place: &CookieScope<'_>, now_ms: u64) -> Option<Cookie> {
    if text.len() > COOKIE_BYTES || text.bytes().any(is_control) {
        return None;
    }
    let mut parts = text.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (trim(name), trim(value));
    if name.is_empty() {
        return None;
    }
    let mut cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: place.host.to_owned(),
        path: default_path(place.path).to_owned(),
        expires_ms: None,
        secure: false,
        http_only: false,
        host_only: true,
    };
    let mut max_age = false;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (trim(key).to_ascii_lowercase(), trim(value));
        match key.as_str() {
            "expires" if !max_age => cookie.expires_ms = date(value).or(cookie.expires_ms),
            "max-age" => {
                if let Some(end) = end_of_age(value, now_ms) {
                    (max_age, cookie.expires_ms) = (true, Some(end));
                }
            }
            "domain" => set_domain(&mut cookie, value, place)?,
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            // The last one counts, and an odd one stands for the default.
            "path" => default_path(place.path).clone_into(&mut cookie.path),
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            _ => {}
        }
    }
    Some(cookie)
}

/// Widens a cookie to the domain that it names, if the place lies there. `None`: the cookie is refused.
fn set_domain(cookie: &mut Cookie, value: &str, place: &CookieScope<'_>) -> Option<()> {
    let value = value.strip_prefix('.').unwrap_or(value);
    if value.is_empty() {
        place.host.clone_into(&mut cookie.domain);
        cookie.host_only = true;
        return Some(());
    }
    let domain = domain_of(value)?;
    if domain == place.host {
        // A name without a dot and an address have nothing below them.
        cookie.host_only = place.is_address || !domain.contains('.');
    } else if domain.contains('.') && place.lies_below(&domain) {
        cookie.host_only = false;
    } else {
        return None;
    }
    cookie.domain = domain;
    Some(())
}

/// The folder of a path (RFC 6265 §5.1.4).
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(at) if at > 0 && path.starts_with('/') => path.get(..at).unwrap_or("/"),
        _ => "/",
    }
}

/// When a cookie of this age expires; 0 for one that has.
fn end_of_age(text: &str, now_ms: u64) -> Option<u64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = digits.parse::<u64>().unwrap_or(u64::MAX);
    if digits.len() < text.len() || seconds == 0 {
        return Some(0);
    }
    Some(now_ms.saturating_add(seconds.saturating_mul(1000)))
}

/// Milliseconds since 1970 of a date in any of the forms that servers write; 0 for one before.
fn date(text: &str) -> Option<u64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        if time.is_none()
            && let Some(found) = clock(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1, 2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2, 4)
        {
            year = Some(match found {
                70..=99 => found + 1900,
                0..=69 => found + 2000,
                found => found,
            });
        }
    }
    let ((hour, minute, second), day, month, year) = (time?, day?, month?, year?);
    let is_date = (1..=31).contains(&day) && year >= 1601 && hour < 24 && minute < 60 && second < 60;
    let days = is_date.then(|| days_since_1970(year, month, day))?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    Some(u64::try_from(seconds).unwrap_or(0) * 1000)
}

fn is_delimiter(character: char) -> bool {
    matches!(character, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~')
}

/// Hours, minutes and seconds, whatever follows them.
fn clock(token: &str) -> Option<(i64, i64, i64)> {
    let mut parts = token.splitn(3, ':');
    let mut next = || number(parts.next()?, 1, 2);
    Some((next()?, next()?, next()?))
}

/// The number that a token begins with, of so many digits and no more.
fn number(token: &str, least: usize, most: usize) -> Option<i64> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    (least..=most)
        .contains(&digits)
        .then(|| token.get(..digits)?.parse().ok())?
}

fn month_of(token: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let start = token.get(..3)?.to_ascii_lowercase();
    MONTHS
        .iter()
        .zip(1..)
        .find_map(|(month, number)| (*month == start).then_some(number))
}

/// Days of the Gregorian calendar, with the year's end in February so that leap days come last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000;

    fn at<'a>(host: &'a str, path: &'a str) -> CookieScope<'a> {
        CookieScope {
            https: false,
            host,
            is_address: host == "127.0.0.1",
            path,
        }
    }

    fn parsed(text: &str) -> Option<Cookie> {
        set_cookie(text, &at("shop.example.test", "/a/b"), NOW)
    }

    #[test]
    fn names_and_values_are_taken_as_they_are() {
        for (text, name, value) in [
            ("a=1", "a", "1"),
            (" a = 1 2 ; Path=/", "a", "1 2"),
            ("a=\"q\"", "a", "\"q\""),
            ("a=b=c==", "a", "b=c=="),
            ("a=", "a", ""),
            ("ä=ö", "ä", "ö"),
        ] {
            let cookie = parsed(text).expect(text);
            assert_eq!((&*cookie.name, &*cookie.value), (name, value), "{text}");
        }
        for text in ["", "a", "=1", ";a=1", "a=\u{7}", "a=1\r\nb: c"] {
            assert!(parsed(text).is_none(), "{text:?}");
        }
        assert!(parsed(&format!("a={}", "x".repeat(COOKIE_BYTES - 2))).is_some());
        assert!(parsed(&format!("a={}", "x".repeat(COOKIE_BYTES - 1))).is_none());
    }

    #[test]
    fn a_path_that_is_none_stands_for_the_folder() {
        for (text, path) in [
            ("a=1", "/a"),
            ("a=1; Path=/x/y", "/x/y"),
            ("a=1; path=x", "/a"),
            ("a=1; PATH=", "/a"),
            ("a=1; Path=/x; Path=/y", "/y"),
        ] {
            assert_eq!(parsed(text).expect(text).path, path, "{text}");
        }
        let folders = ["/", "/x", "/x/", "/x/y/z"].map(default_path);
        assert_eq!(folders, ["/", "/", "/x", "/x/y"]);
    }

    #[test]
    fn a_domain_is_the_hosts_own_or_one_above_it() {
        let domain = |text: &str| parsed(&format!("a=1; Domain={text}")).map(|c| (c.domain, c.host_only));
        let wide = |name: &str| Some((name.to_owned(), false));
        assert_eq!(domain("example.test"), wide("example.test"));
        assert_eq!(domain(".Example.TEST"), wide("example.test"));
        assert_eq!(domain("shop.example.test"), wide("shop.example.test"));
        assert_eq!(domain(""), Some(("shop.example.test".to_owned(), true)));
        for other in [
            "test",
            "other.test",
            "x.shop.example.test",
            "op.example.test",
            "a b",
        ] {
            assert_eq!(domain(other), None, "{other}");
        }
        let single = set_cookie("a=1; Domain=localhost", &at("localhost", "/"), NOW).expect("own");
        assert!(single.host_only);
        let address = set_cookie("a=1; Domain=127.0.0.1", &at("127.0.0.1", "/"), NOW).expect("own");
        assert!(address.host_only);
        assert!(set_cookie("a=1; Domain=0.0.1", &at("127.0.0.1", "/"), NOW).is_none());
    }

    #[test]
    fn an_age_outranks_a_date() {
        let end = |text: &str| parsed(&format!("a=1; {text}")).expect(text).expires_ms;
        assert_eq!(end("Secure"), None);
        assert_eq!(end("Max-Age=5"), Some(NOW + 5_000));
        assert_eq!(
            end("Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:09 GMT"),
            Some(NOW + 5_000)
        );
        assert_eq!(end("Expires=Thu, 01 Jan 1970 00:00:09 GMT; Max-Age=0"), Some(0));
        assert_eq!(end("max-age=-1"), Some(0));
        assert_eq!(end("max-age=99999999999999999999"), Some(u64::MAX));
        assert_eq!(end("max-age=soon"), None);
        assert_eq!(end("Expires=never"), None);
    }

    #[test]
    fn dates_are_read_in_every_form() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:01 GMT", 1),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Tue, 29 Feb 2028 23:59:59 GMT", 1_835_481_599),
            ("1-Mar-2028 0:0:0", 1_835_481_600),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
            ("Mon, 01 Jan 1601 00:00:00 GMT", 0),
        ] {
            assert_eq!(date(text), Some(seconds * 1000), "{text}");
        }
        for text in [
            "",
            "Thu, 01 Jan 1970",
            "32 Jan 2020 00:00:00",
            "1 Jan 2020 24:00:00",
            "1 Foo 2020 00:00:00",
            "1 Jan 20200 00:00:00",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
