//! Encodings of text in requests: forms and queries (WHATWG URL, "application/x-www-form-urlencoded
//! serializing"), and basic authentication (RFC 7617, base64 of RFC 4648).

const HEX: &[u8; 16] = b"0123456789ABCDEF";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Pairs as a form's body.
pub(super) fn form<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> String {
    let mut text = String::new();
    for (key, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        push_pair(&mut text, key.as_ref(), value.as_ref());
    }
    text
}

/// Appends one encoded pair.
pub(super) fn push_pair(text: &mut String, key: &str, value: &str) {
    push_encoded(text, key);
    text.push('=');
    push_encoded(text, value);
}

/// The value of an `authorization` header.
pub(super) fn basic(user: &str, password: &str) -> String {
    let mut text = String::from("Basic ");
    push_base64(&mut text, format!("{user}:{password}").as_bytes());
    text
}

fn push_encoded(text: &mut String, plain: &str) {
    for byte in plain.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                text.push(char::from(byte))
            }
            b' ' => text.push('+'),
            _ => text.extend([
                '%',
                digit(HEX, u32::from(byte >> 4)),
                digit(HEX, u32::from(byte & 15)),
            ]),
        }
    }
}

fn push_base64(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let sextet = bits >> (18 - 6 * place) & 63;
            text.push(if place > chunk.len() {
                '='
            } else {
                digit(BASE64, sextet)
            });
        }
    }
}

/// `value` is below the alphabet's length: both callers mask it.
fn digit(alphabet: &[u8], value: u32) -> char {
    alphabet.get(value as usize).map_or('=', |&byte| char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_encode_all_but_the_safe_bytes() {
        assert_eq!(form([("a b", "1&2"), ("ü", "*-._~")]), "a+b=1%262&%C3%BC=*-._%7E");
    }

    #[test]
    fn basic_authentication_matches_rfc_7617() {
        assert_eq!(
            basic("Aladdin", "open sesame"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(basic("", ""), "Basic Og==");
        assert_eq!(basic("a", "b"), "Basic YTpi");
    }
}
