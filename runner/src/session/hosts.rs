//! The hosts that a script names in whole URLs, as k6's scripts do. Nothing is reached that the operator didn't grant; so these
//! are offered by name before the script is built, rather than found out one denied request after the other.

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{self, RunOptions};
use crate::system::bounded;
use crate::terminal;
use std::path::Path;
use url::Url;

/// The largest script that is looked through.
const MAX_SCRIPT: u64 = 4 << 20;

/// The most hosts that are offered.
const MOST_HOSTS: usize = 8;

/// How scripts end that may be looked through: other languages name their host in other ways.
const SCRIPTS: [&str; 4] = ["js", "mjs", "ts", "mts"];

/// The options with what the operator grants when asked, if they grant nothing yet and the script names hosts.
///
/// # Errors
/// If nobody grants them.
pub(super) fn offer(options: &RunOptions) -> Result<Option<RunOptions>, Failure> {
    if options.http.host.is_some() || !options.http.allow_host.is_empty() || !options.requests.is_empty() {
        return Ok(None);
    }
    let hosts = hosts_of(Path::new(&options.plugin), &options.given.params);
    if hosts.is_empty() {
        return Ok(None);
    }
    let named = terminal::escape(&hosts.join(", ")).into_owned();
    if terminal::agrees(&format!("the script names {named}: may this run reach it?")) {
        return Ok(Some(options.with_hosts(&hosts)));
    }
    let failure = Failure {
        exit: ExitCode::NotGranted,
        ..Failure::invalid(format!("the script names {named}, which wasn't granted"))
    };
    let flags: Vec<_> = hosts.iter().map(|host| format!("--allow-host {host}")).collect();
    Err(failure.hint(format!(
        "if that is yours to test: {}",
        options::command_with(&flags.join(" "))
    )))
}

/// The hosts of the parameters and of a script's text, each once.
fn hosts_of(script: &Path, params: &[(String, String)]) -> Vec<String> {
    let ending = script.extension().and_then(|ending| ending.to_str());
    if !ending.is_some_and(|ending| SCRIPTS.contains(&ending)) {
        return Vec::new();
    }
    let Ok(text) = bounded::text(script, MAX_SCRIPT) else {
        // The build says why it can't be read.
        return Vec::new();
    };
    let named = named_in(&text);
    if named.is_empty() {
        return named;
    }
    // A script that names a host for want of a parameter means the parameter's.
    let mut hosts: Vec<_> = params.iter().filter_map(|(_, value)| host_in(value)).collect();
    hosts.extend(named);
    let mut seen = Vec::new();
    hosts.retain(|host| {
        let is_new = !seen.contains(host);
        seen.push(host.clone());
        is_new
    });
    hosts.truncate(MOST_HOSTS);
    hosts
}

/// The hosts of all URLs that begin a text in quotes, but for those of modules and of the script's own `host`.
fn named_in(text: &str) -> Vec<String> {
    let mut hosts = Vec::new();
    for (at, _) in text.match_indices("http") {
        let (before, rest) = text.split_at(at);
        let Some(before) = before.strip_suffix(['"', '\'', '`']) else {
            continue;
        };
        let before = before.trim_end();
        let is_other = ["from", "import", "import(", "require(", "host:"];
        if is_other.iter().any(|word| before.ends_with(word)) || is_comment(before) {
            continue;
        }
        let end = rest.find(['"', '\'', '`', '\n']).unwrap_or(rest.len());
        hosts.extend(host_in(&rest[..end]));
    }
    hosts
}

/// Whether the line that `before` ends in is a comment.
fn is_comment(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")
}

/// The host of a URL, as `--allow-host` takes it; none if a template decides it.
fn host_in(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    if scheme != "http" && scheme != "https" {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.contains(['$', '{', '%']) {
        return None;
    }
    let url = Url::parse(&format!("{scheme}://{authority}")).ok()?;
    let host = url.host_str()?;
    Some(
        url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_those_of_urls_in_quotes() {
        let script = r#"
            import { uuid } from "https://jslib.k6.io/k6-utils/1.4.0/index.js";
            // see 'https://docs.test/'
            export const options = { host: "https://own.test" };
            const base = __ENV.BASE || "http://a.test:8080/x";
            http.get('https://b.test/');
            http.get(`https://${name}.test/`);
            http.get(`https://b.test/${id}`);
            const noted = "say http://c.test";
        "#;
        assert_eq!(named_in(script), ["a.test:8080", "b.test", "b.test"]);
    }

    #[test]
    fn a_parameter_outranks_the_host_that_stands_in_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("k6.js");
        std::fs::write(&script, "http.get(__ENV.BASE || 'http://a.test')").unwrap();
        let params = [("BASE".to_owned(), "http://127.0.0.1:3000".to_owned())];
        assert_eq!(hosts_of(&script, &params), ["127.0.0.1:3000", "a.test"]);
        assert!(hosts_of(&folder.path().join("k6.py"), &params).is_empty());
    }
}
