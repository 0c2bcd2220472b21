//! Finds the secrets in what the operator gives: by the names that values have, by their place in
//! URLs and headers, and by the look of well-known kinds of tokens.

use super::keep;
use super::view::percent_decoded;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Parts of names whose values are secret, whatever they look like.
const SECRET: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "credentials",
    "apikey",
    "bearer",
];

/// Parts of names whose values are secret unless they look like a setting.
const MAYBE: [&str; 12] = [
    "key",
    "auth",
    "authorization",
    "pass",
    "creds",
    "cred",
    "jwt",
    "session",
    "sid",
    "cookie",
    "signature",
    "pat",
];

/// Parts of the names of headers whose values may be secret.
const TELLING: [&str; 6] = ["auth", "cookie", "token", "secret", "key", "password"];

/// How well-known kinds of tokens begin.
const KINDS: [&str; 14] = [
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "sk-",
    "sk_live_",
    "sk_test_",
    "AKIA",
    "AIza",
    "eyJ",
    "hf_",
];

/// Learns from a command line. Before it is parsed, because the parser's errors show its values. `is_shown` says whether
/// a flag's values are shown by design, whatever its name sounds like.
pub fn learn_line(arguments: impl IntoIterator<Item = String>, is_shown: &dyn Fn(&str) -> bool) {
    let arguments: Vec<String> = arguments.into_iter().collect();
    let mut named = Vec::new();
    let mut before = None;
    for argument in &arguments {
        let (flag, value) = match (before.take(), argument.strip_prefix("--")) {
            (_, Some(long)) => match long.split_once('=') {
                Some((flag, value)) => (Some(flag), value),
                None => {
                    before = Some(long);
                    continue;
                }
            },
            // The value may follow the letter at once: -eTOKEN=…
            (flag, None) => (flag, argument.strip_prefix("-e").unwrap_or(argument)),
        };
        match flag {
            Some("secret") => named.push(value),
            Some(flag) if is_shown(flag) => {}
            Some(flag) if is_secret(flag) => keep(vec![value.to_owned()]),
            _ => learn_text(value),
        }
    }
    for argument in &arguments {
        named.iter().for_each(|name| learn(name, argument));
    }
}

/// Learns from a variable of the environment; `is_shown` says whether its values are shown by design.
pub fn learn_environment(name: &str, value: &str, is_shown: &dyn Fn(&str) -> bool) {
    let own = name.strip_prefix("WASMSWARM_").unwrap_or(name);
    if is_shown(own) {
        return;
    }
    if is_secret(own) {
        keep(vec![value.to_owned()]);
    }
    value.lines().for_each(learn_text);
}

/// Learns the value that has this name in `NAME=VALUE` or `NAME: VALUE`: the operator said that
/// it is secret.
pub fn learn(name: &str, text: &str) {
    let text = text
        .strip_prefix("-e")
        .filter(|rest| rest.starts_with(name))
        .unwrap_or(text);
    let parts = text.split_once(['=', ':']);
    if let Some((_, value)) = parts.filter(|(own, _)| own.trim().eq_ignore_ascii_case(name)) {
        keep(vec![value.to_owned(), value.trim().to_owned()]);
    }
}

/// Learns from a value with a name, such as a header or a key of a file.
pub fn learn_named(name: &str, value: &str) {
    let value = value.trim();
    if is_secret(name) || (is_maybe(name) && !looks_like_a_setting(value)) {
        keep(vec![value.to_owned()]);
        // Of `Bearer …` the second word; of a cookie each value.
        keep(value.split([' ', ';']).filter_map(secret_word).collect());
    }
    learn_text(value);
}

/// Whether a header's value may be a secret. More may be than is: this decides what is kept where nobody looks, not
/// what is taken out of texts.
pub fn may_be_secret(name: &str, value: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    is_secret(name)
        || is_maybe(name)
        || TELLING.iter().any(|part| lower.contains(part))
        || value.split_whitespace().any(looks_like_a_token)
        || !in_url(value).is_empty()
        || !after_scheme(value).is_empty()
}

/// Learns from any text that the operator gave: URLs, pairs, headers, tokens of well-known kinds.
pub fn learn_text(text: &str) {
    let text = text.trim();
    keep(in_url(text));
    keep(after_scheme(text));
    if looks_like_a_token(text) {
        keep(vec![text.to_owned()]);
    }
    let queries = text.split(['?', '&', ';']).skip(1);
    for pair in [text].into_iter().chain(queries) {
        // A header without its colon is a mistake that is shown.
        let parts = pair.split_once(['=', ':']).or_else(|| pair.split_once(' '));
        let Some((name, value)) = parts else {
            continue;
        };
        let name = name.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
        let value = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','));
        let is_name = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if is_name && !value.starts_with("//") {
            let told = is_secret(name) || (is_maybe(name) && !looks_like_a_setting(value));
            if told || looks_like_a_token(value) {
                let words = value.split([' ', ';']).filter_map(secret_word);
                keep(
                    words
                        .chain([value.to_owned()])
                        .chain(percent_decoded(value))
                        .collect(),
                );
            }
            keep(in_url(value));
        }
    }
}

/// A word of a secret value that is secret by itself: not the name of a scheme or of a cookie.
fn secret_word(word: &str) -> Option<String> {
    let value = word
        .split_once('=')
        .filter(|(_, value)| !value.trim_matches('=').is_empty());
    let word = value.map_or(word, |(_, value)| value).trim();
    let is_scheme = ["basic", "bearer", "token", "digest", "negotiate"]
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(word));
    (word.len() >= 6 && !is_scheme).then(|| word.to_owned())
}

/// What follows `Bearer` or `Basic`, and of the latter what it decodes to.
fn after_scheme(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let scheme = word.rsplit([':', '=']).next().unwrap_or(word);
        let Some(value) = words.peek() else { break };
        let value = value.trim_matches(|c| matches!(c, '"' | '\'' | ','));
        if scheme.eq_ignore_ascii_case("bearer") {
            found.push(value.to_owned());
        } else if scheme.eq_ignore_ascii_case("basic") {
            let decoded = STANDARD.decode(value).or_else(|_| URL_SAFE_NO_PAD.decode(value));
            if let Some(pair) = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                found.extend([value.to_owned(), pair.clone()]);
                found.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
            }
        }
    }
    found
}

/// The password of a URL, written as it is and decoded, also where the URL is broken by it.
fn in_url(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let starts = text.match_indices("://").map(|(at, mark)| at + mark.len());
    let bare = (!text.contains("://") && !text.contains(char::is_whitespace)).then_some(0);
    for start in starts.chain(bare) {
        let rest = text.get(start..).unwrap_or_default();
        // A URL by itself may have a space in it, which is why it is refused and shown.
        let before = text.get(..start).unwrap_or_default();
        let is_alone = !before.contains(char::is_whitespace);
        let first = rest.split(char::is_whitespace).next().unwrap_or_default();
        let rest = if is_alone { rest } else { first };
        found.extend(userinfo(rest, start > 0).into_iter().flatten());
    }
    found
}

fn userinfo(rest: &str, is_url: bool) -> Option<Vec<String>> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    // A password with a slash ends the authority early: then what stands there is no port.
    let is_host = || {
        authority
            .rsplit_once(':')
            .is_none_or(|(_, port)| port.parse::<u16>().is_ok())
    };
    let user = match authority.rfind('@') {
        Some(at) => authority.get(..at)?,
        None if is_host() => return None,
        None => rest.get(..rest.rfind('@')?)?,
    };
    let both = |text: &str| {
        [Some(text.to_owned()), percent_decoded(text)]
            .into_iter()
            .flatten()
    };
    let mut found: Vec<String> = Vec::new();
    match user.split_once(':') {
        Some((_, "")) => {}
        Some((_, password)) => found.extend(both(password).chain(both(user))),
        // Some services take a token for the user's name.
        None if is_url && user.len() >= 8 => found.extend(both(user)),
        None => {}
    }
    Some(found)
}

/// Words of a name: `apiKey`, `API_KEY` and `x-api-key` have the same two at their end.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let is_new = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && before.is_ascii_lowercase());
        if is_new {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words
}

fn is_secret(name: &str) -> bool {
    let words = words(name);
    let joined = words.concat();
    let tells = |text: &str| SECRET.iter().any(|part| text.ends_with(part));
    words.iter().any(|word| tells(word)) || tells(&joined)
}

fn is_maybe(name: &str) -> bool {
    words(name).iter().any(|word| MAYBE.contains(&word.as_str()))
}

/// Numbers, times, switches and short words are no secrets.
fn looks_like_a_setting(value: &str) -> bool {
    value.len() < 6 || value.parse::<f64>().is_ok_and(|_| value.len() < 10)
}

/// Long and mixed, as only generated texts are, or of a kind that its beginning tells.
fn looks_like_a_token(text: &str) -> bool {
    let is_one = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-+=.~/".contains(&byte));
    if !is_one || text.len() < 20 {
        return false;
    }
    let has = |of: fn(&u8) -> bool| text.bytes().any(|byte| of(&byte));
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    let hex = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    KINDS.iter().any(|kind| text.starts_with(kind)) || hex || (mixed && !text.contains(['.', '/', '-']))
}
