//! The credentials in a URL, `//USER:PASSWORD@HOST`, as the value of an authorization header (RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

/// Basic authorization from a URL's user and password.
pub fn basic_authorization(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decoded = |text: &str| percent_decoded(text.as_bytes());
    let mut pair = decoded(url.username());
    pair.push(b':');
    pair.extend(decoded(url.password().unwrap_or("")));
    Some(format!("Basic {}", STANDARD.encode(pair)))
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let (mut decoded, mut at) = (Vec::with_capacity(text.len()), 0);
    let digit = |at: usize| text.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    while let Some(&byte) = text.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_the_url_encodes() {
        let of = |text: &str| basic_authorization(&Url::parse(text).expect("url"));
        assert_eq!(of("http://user:p%40ss@h/").as_deref(), Some("Basic dXNlcjpwQHNz"));
        assert_eq!(of("http://h/"), None);
    }
}
