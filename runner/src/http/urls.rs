//! From the text of a URL to the parts that a request needs.
//!
//! Usual URLs are only split, by a scan that proves that parsing would change nothing; so a million different URLs
//! cost what one costs, and no cache has to hold them. All others go through the `url` crate.

use url::{Position, Url};

use super::error::{ErrorCode, HttpError};

/// A URL that needs no parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SplitUrl<'a> {
    /// `None`: relative to the base URL.
    pub(super) prefix: Option<&'a str>,
    /// Path and query, beginning with `/`.
    pub(super) path: &'a str,
}

/// Splits a URL whose parts are certainly in normal form; `None` for any other, good or bad.
pub(super) fn split(url: &str) -> Option<SplitUrl<'_>> {
    if url.starts_with('/') {
        return (!url.starts_with("//") && is_plain(url)).then_some(SplitUrl {
            prefix: None,
            path: url,
        });
    }
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))?;
    let path = rest.find('/').map(|at| &rest[at..])?;
    let prefix = &url[..url.len() - path.len()];
    is_plain(path).then_some(SplitUrl {
        prefix: Some(prefix),
        path,
    })
}

/// The path that a base URL's relative URLs go under, without the last slash.
pub(super) fn path_below(base: &Url) -> &str {
    base.path().trim_end_matches('/')
}

/// Resolves the URL of a request: what is relative goes under the base's path, whether it begins with a slash or not.
pub(super) fn resolve(url: &str, base: Option<&Url>) -> Result<Url, HttpError> {
    let below = base.map_or("", path_below);
    let text = url.trim_matches(|character| character <= ' ');
    let is_below = || Url::parse(text) == Err(url::ParseError::RelativeUrlWithoutBase);
    if below.is_empty() || text.is_empty() || text.starts_with("//") || !is_below() {
        return parse(url, base);
    }
    let between = if text.starts_with(['/', '\\', '?', '#']) {
        ""
    } else {
        "/"
    };
    parse(&format!("{below}{between}{text}"), base)
}

/// Resolves a URL against another as the standard says, and checks its scheme.
pub(super) fn parse(url: &str, base: Option<&Url>) -> Result<Url, HttpError> {
    let parsed = match base {
        Some(base) => base.join(url),
        None => Url::parse(url),
    };
    let parsed = parsed.map_err(|error| match (error, base) {
        (url::ParseError::RelativeUrlWithoutBase, _) => {
            invalid(format!("relative URL {url:?}, but the run has no host"))
        }
        _ => invalid(format!("invalid URL {url:?}: {error}")),
    })?;
    match parsed.scheme() {
        "http" | "https" => Ok(parsed),
        scheme => Err(invalid(format!("URL scheme {scheme:?} is not http or https"))),
    }
}

/// The URL that a request's text means; none if it can't be requested.
pub fn absolute_url(url: &str, base: Option<&Url>) -> Option<Url> {
    parse(url, base).ok()
}

/// A URL as others are compared with it: without user, password and fragment.
pub fn normal_url(mut url: Url) -> String {
    // Both can only fail for URLs that have no host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url.into()
}

/// Path and query of a URL.
pub(super) fn path_of(url: &Url) -> String {
    url[Position::BeforePath..Position::AfterQuery].to_owned()
}

#[cold]
fn invalid(detail: String) -> HttpError {
    HttpError::new(ErrorCode::InvalidUrl, detail)
}

/// Whether the URL standard's parser would leave this path and query as they are: no byte that it encodes or
/// strips, no dot segment, no fragment.
fn is_plain(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.iter().enumerate().all(|(at, &byte)| match byte {
        b'.' => bytes[at.saturating_sub(1)] != b'/',
        b'%' => !matches!(bytes.get(at + 1..at + 3), Some(b"2e" | b"2E")),
        _ => PLAIN[byte as usize],
    })
}

const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let others = b"/?-_~!$&()*+,;=:@[]";
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_plain_urls() {
        let relative = split("/a/b.c?x=1&y=%20").expect("plain");
        assert_eq!((relative.prefix, relative.path), (None, "/a/b.c?x=1&y=%20"));
        let absolute = split("https://h:1/a").expect("plain");
        assert_eq!((absolute.prefix, absolute.path), (Some("https://h:1"), "/a"));
    }

    #[test]
    fn leaves_everything_else_to_the_parser() {
        for url in [
            "",
            "a",
            "?x",
            "//h/a",
            "http://h",
            "http://h?x",
            "ftp://h/a",
            "/a b",
            "/é",
            "/a#b",
            "/./a",
            "/a/..",
            "/%2e%2E/a",
            "/a\\b",
            "/\t",
            "/a'b",
            "/a\"",
            "HTTP://h/a",
        ] {
            assert_eq!(split(url), None, "{url}");
        }
    }

    #[test]
    fn a_split_path_is_what_the_parser_would_give() {
        let base = Url::parse("http://h:8080/x/y").expect("base");
        for url in [
            "/",
            "/a//b?c=/d/",
            "/a:b@c;d=(1,2)*!$~_-+[x]",
            "/a.b?x=..",
            "/%41",
        ] {
            let parsed = parse(url, Some(&base)).expect("valid");
            assert_eq!(split(url).expect("plain").path, path_of(&parsed));
        }
    }

    #[test]
    fn names_what_is_wrong_with_a_url() {
        let detail = |url| parse(url, None).expect_err("invalid").detail;
        assert_eq!(detail("/a"), "relative URL \"/a\", but the run has no host");
        assert_eq!(detail("ftp://h/"), "URL scheme \"ftp\" is not http or https");
        assert_eq!(
            parse("http://", None).expect_err("invalid").code,
            ErrorCode::InvalidUrl
        );
    }
}
