//! A curl command, as browsers and API documentation hand it out: the request that it makes. What concerns curl's own output
//! is passed over; what would change the request and isn't known here is refused.

use super::{Typed, address, body, method};
use crate::build::PlainRequest;
use crate::options::HttpOptions;
use crate::secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Flags with a value that change nothing about the request.
const WITH_VALUE: &[&str] = &[
    "-o",
    "--output",
    "-w",
    "--write-out",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--retry",
    "--max-redirs",
];

/// Flags without one.
const ALONE: &[&str] = &[
    "-s",
    "--silent",
    "-S",
    "--show-error",
    "-v",
    "--verbose",
    "-i",
    "--include",
    "-f",
    "--fail",
    "-L",
    "--location",
    "--compressed",
    "-g",
    "--globoff",
    "-N",
    "--no-buffer",
    "--http2",
];

/// Short flags whose value may follow the letter at once.
const SHORT_WITH_VALUE: &str = "XHduAebxowm";

/// What was read of a command.
#[derive(Default)]
struct Command {
    urls: Vec<String>,
    method: Option<String>,
    headers: Vec<String>,
    body: Option<Vec<u8>>,
    is_json: bool,
    /// Whether the data belongs to the URL.
    is_query: bool,
    is_head: bool,
    suggested: Vec<(&'static str, String)>,
}

/// The request of a command.
///
/// # Errors
/// What of it can't be done here.
pub(super) fn read(text: &str) -> Result<Typed, String> {
    let words = words(text)?;
    let words = match words.split_first() {
        Some((first, rest)) if first == "curl" => rest,
        _ => &words,
    };
    let mut command = Command::default();
    let mut words = words
        .iter()
        .flat_map(|word| split(word))
        .collect::<Vec<_>>()
        .into_iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') || word == "-" {
            command.urls.push(word);
        } else if !ALONE.contains(&word.as_str()) && !command.take_alone(&word) {
            let value = words.next().ok_or_else(|| format!("{word} has no value"));
            command.take(&word, &value?)?;
        }
    }
    command.finish()
}

impl Command {
    /// Takes in a flag without a value; whether it is one.
    fn take_alone(&mut self, flag: &str) -> bool {
        match flag {
            "-G" | "--get" => self.is_query = true,
            "-I" | "--head" => self.is_head = true,
            "-k" | "--insecure" => self.suggest(HttpOptions::insecure, "true"),
            "--http1.1" => self.suggest(HttpOptions::http1, "true"),
            "--http2-prior-knowledge" => self.suggest(HttpOptions::http2_prior_knowledge, "true"),
            _ => return false,
        }
        true
    }

    fn take(&mut self, flag: &str, value: &str) -> Result<(), String> {
        match flag {
            "--url" => self.urls.push(value.to_owned()),
            "-X" | "--request" => self.method = Some(method(value)?),
            "-H" | "--header" => self.headers.push(value.to_owned()),
            "-A" | "--user-agent" => self.headers.push(format!("user-agent: {value}")),
            "-e" | "--referer" => self.headers.push(format!("referer: {value}")),
            "-b" | "--cookie" if value.contains('=') => self.headers.push(format!("cookie: {value}")),
            "-u" | "--user" => self.log_in(value),
            "-x" | "--proxy" => self.suggest(HttpOptions::proxy, value),
            "--cacert" => self.suggest(HttpOptions::ca_file, value),
            "-d" | "--data" | "--data-ascii" => self.add(body(value)?, value.starts_with('@')),
            "--data-binary" => self.add(body(value)?, false),
            "--data-raw" => self.add(value.as_bytes().to_vec(), false),
            "--data-urlencode" => self.add(urlencoded(value)?, false),
            "--json" => {
                self.is_json = true;
                self.add(body(value)?, false);
            }
            flag if WITH_VALUE.contains(&flag) => {}
            _ => {
                return Err(format!(
                    "curl's {flag} isn't known here; leave it out, or write a script"
                ));
            }
        }
        Ok(())
    }

    fn suggest(&mut self, id: &'static str, text: &str) {
        self.suggested.push((id, text.to_owned()));
    }

    fn log_in(&mut self, user: &str) {
        if let Some((_, password)) = user.split_once(':') {
            secret::learn_named("password", password);
        }
        self.headers
            .push(format!("authorization: Basic {}", STANDARD.encode(user)));
    }

    /// Several data are joined as curl joins them, which leaves out the ends of lines of a file.
    fn add(&mut self, mut data: Vec<u8>, without_lines: bool) {
        if without_lines {
            data.retain(|byte| !matches!(byte, b'\r' | b'\n'));
        }
        match &mut self.body {
            Some(body) => {
                body.push(b'&');
                body.append(&mut data);
            }
            None => self.body = Some(data),
        }
    }

    fn finish(mut self) -> Result<Typed, String> {
        let mut urls = self.urls.iter().map(|url| {
            // curl takes http:// for granted.
            let whole = if url.contains("://") {
                url.clone()
            } else {
                format!("http://{url}")
            };
            address(&whole).map_err(|why| format!("{url:?}: {why}"))
        });
        let mut url = urls.next().ok_or("it has no address")??;
        if urls.next().is_some() {
            return Err("it has more than one address".to_owned());
        }
        if self.is_query
            && let Some(data) = self.body.take()
        {
            let data = String::from_utf8_lossy(&data).into_owned();
            let query = url
                .query()
                .map_or(data.clone(), |query| format!("{query}&{data}"));
            url.set_query(Some(&query));
        }
        self.complete_headers();
        let method = match self.method {
            Some(method) => method,
            None if self.is_head => "HEAD".to_owned(),
            None if self.body.is_some() => "POST".to_owned(),
            None => "GET".to_owned(),
        };
        // curl takes `NAME:` for "don't send this", and `NAME;` for an empty value.
        let headers = self
            .headers
            .into_iter()
            .filter(|text| !text.trim_end().ends_with(':'));
        let headers = headers.map(|text| match text.strip_suffix(';') {
            Some(name) if !text.contains(':') => format!("{name}: "),
            _ => text,
        });
        self.suggested
            .extend(headers.map(|text| (HttpOptions::headers, text)));
        Ok(Typed {
            requests: vec![PlainRequest {
                method,
                url: url.into(),
                body: self.body.unwrap_or_default(),
                name: String::new(),
            }],
            suggested: self.suggested,
        })
    }

    /// What curl says of a body by itself.
    fn complete_headers(&mut self) {
        let names: Vec<_> = self
            .headers
            .iter()
            .filter_map(|text| text.split([':', ';']).next())
            .collect();
        let has = |name: &str| names.iter().any(|own| own.trim().eq_ignore_ascii_case(name));
        let mut more = Vec::new();
        if self.body.is_some() && !has("content-type") {
            let kind = if self.is_json {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            more.push(format!("content-type: {kind}"));
        }
        if self.is_json && !has("accept") {
            more.push("accept: application/json".to_owned());
        }
        self.headers.append(&mut more);
    }
}

/// `-XPOST` and `--request=POST` as a flag and its value, `-sk` as two flags.
fn split(word: &str) -> Vec<String> {
    let Some(letters) = word
        .strip_prefix('-')
        .filter(|rest| !rest.starts_with('-') && rest.len() > 1)
    else {
        return match word.split_once('=') {
            Some((flag, value)) if word.starts_with("--") => vec![flag.to_owned(), value.to_owned()],
            _ => vec![word.to_owned()],
        };
    };
    let mut flags = Vec::new();
    for (at, letter) in letters.char_indices() {
        flags.push(format!("-{letter}"));
        if SHORT_WITH_VALUE.contains(letter) {
            let value = &letters[at + letter.len_utf8()..];
            flags.extend((!value.is_empty()).then(|| value.to_owned()));
            break;
        }
    }
    flags
}

/// `NAME=CONTENT`, or CONTENT alone, with the content encoded.
fn urlencoded(text: &str) -> Result<Vec<u8>, String> {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    match text.split_once('=') {
        _ if text.starts_with('@') => {
            let content = body(text)?;
            Ok(encode(&String::from_utf8_lossy(&content)).into_bytes())
        }
        Some(("", content)) => Ok(encode(content).into_bytes()),
        Some((name, content)) => Ok(format!("{name}={}", encode(content)).into_bytes()),
        None => Ok(encode(text).into_bytes()),
    }
}

/// The words of a command as a shell divides it: quotes, `$'…'`, backslashes, and lines that go on after one.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        let own = |word: &mut Option<String>, char| word.get_or_insert_default().push(char);
        match char {
            '\'' => quoted(&mut rest, '\'', word.get_or_insert_default(), Escapes::None)?,
            '"' => quoted(&mut rest, '"', word.get_or_insert_default(), Escapes::Few)?,
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                quoted(&mut rest, '\'', word.get_or_insert_default(), Escapes::All)?;
            }
            '\\' => match rest.next() {
                Some('\n') | None => {}
                Some(next) => own(&mut word, next),
            },
            char if char.is_whitespace() => words.extend(word.take()),
            char => own(&mut word, char),
        }
    }
    words.extend(word);
    Ok(words)
}

/// What a backslash does between quotes.
#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    /// It is one.
    None,
    /// It protects quotes, `$`, backticks and itself.
    Few,
    /// It is C's: `\n` is a new line.
    All,
}

fn quoted(
    rest: &mut impl Iterator<Item = char>,
    end: char,
    word: &mut String,
    escapes: Escapes,
) -> Result<(), String> {
    let unended = || format!("a {end} is never closed");
    loop {
        match rest.next().ok_or_else(unended)? {
            char if char == end => return Ok(()),
            '\\' if escapes != Escapes::None => {
                let next = rest.next().ok_or_else(unended)?;
                match (escapes, next) {
                    (Escapes::All, 'n') => word.push('\n'),
                    (Escapes::All, 'r') => word.push('\r'),
                    (Escapes::All, 't') => word.push('\t'),
                    (Escapes::All, 'u') => word.push(code_point(rest)?),
                    (Escapes::Few, '\n') => {}
                    (Escapes::All, _) | (Escapes::Few, '"' | '\\' | '$' | '`') => word.push(next),
                    _ => word.extend(['\\', next]),
                }
            }
            char => word.push(char),
        }
    }
}

/// The four digits after `\u`.
fn code_point(rest: &mut impl Iterator<Item = char>) -> Result<char, String> {
    let digits: String = rest.take(4).collect();
    let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
    code.ok_or_else(|| format!("\\u{digits} is no character"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(typed: &Typed) -> Vec<&str> {
        let of = typed
            .suggested
            .iter()
            .filter(|(id, _)| *id == HttpOptions::headers);
        of.map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn what_a_browser_copies_is_understood() {
        let typed = read(
            "curl 'https://a.test/api?x=1' \\\n  -X 'PUT' -H 'accept: */*' \\\n  -H $'x-note: it\\'s' \
             --data-raw '{\"a\": \"b\"}' --compressed -sSL --insecure",
        );
        let typed = typed.unwrap();
        let request = &typed.requests[0];
        assert_eq!(
            (request.method.as_str(), request.url.as_str()),
            ("PUT", "https://a.test/api?x=1")
        );
        assert_eq!(request.body, b"{\"a\": \"b\"}");
        assert_eq!(
            headers(&typed),
            [
                "accept: */*",
                "x-note: it's",
                "content-type: application/x-www-form-urlencoded"
            ]
        );
        assert!(
            typed
                .suggested
                .contains(&(HttpOptions::insecure, "true".to_owned()))
        );
    }

    #[test]
    fn data_and_logins_become_what_curl_sends() {
        let typed = read("curl a.test -d a=1 -db=2 -u me:pass").unwrap();
        let request = &typed.requests[0];
        assert_eq!(
            (request.method.as_str(), request.url.as_str()),
            ("POST", "http://a.test/")
        );
        assert_eq!(request.body, b"a=1&b=2");
        assert_eq!(headers(&typed)[0], "authorization: Basic bWU6cGFzcw==");
        let typed = read("curl -G 'http://a.test/?q=1' --data-urlencode 'n=a b'").unwrap();
        assert_eq!(typed.requests[0].url, "http://a.test/?q=1&n=a+b");
        let typed = read("curl --json '{}' http://a.test").unwrap();
        assert_eq!(
            headers(&typed),
            ["content-type: application/json", "accept: application/json"]
        );
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        for (command, why) in [
            ("curl", "it has no address"),
            ("curl http://a http://b", "it has more than one address"),
            (
                "curl http://a -F x=y",
                "curl's -F isn't known here; leave it out, or write a script",
            ),
            ("curl 'http://a", "a ' is never closed"),
            ("curl http://a -H", "-H has no value"),
        ] {
            assert_eq!(read(command).unwrap_err(), why);
        }
    }
}
