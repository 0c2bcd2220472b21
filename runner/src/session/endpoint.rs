//! The system under test: its base URL, and the built-in shop where that is asked for.

use crate::engine::plugin::Description;
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{self, HttpOptions};
use crate::secret;
use crate::shop::{self, RunningShop};
use crate::terminal;
use url::Url;

/// What a plugin imports if it makes requests.
const HTTP_IMPORT: &str = "wasmswarm:scenario/http@0.1.0";

/// The same of a standard HTTP client, without its version.
const STANDARD_IMPORT: &str = "wasi:http/outgoing-handler@";

/// Where requests go.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// What relative URLs refer to; none if the plugin names whole URLs.
    pub(super) base: Option<Url>,
    /// Serves while it lives, if the run has a shop of its own.
    pub(super) shop: Option<RunningShop>,
}

/// Reads `--host`, and starts the shop for `--host demo`.
pub(super) fn open(
    options: &HttpOptions,
    description: &Description,
    imports: &[String],
) -> Result<Endpoint, Failure> {
    match options.host.as_deref() {
        Some("demo") => demo(),
        Some(host) => Ok(Endpoint {
            base: Some(parse(host)?),
            shop: None,
        }),
        None => {
            let asks = |import: &String| import == HTTP_IMPORT || import.starts_with(STANDARD_IMPORT);
            if imports.iter().any(asks) && options.allow_host.is_empty() {
                Err(nowhere(description))
            } else {
                Ok(Endpoint {
                    base: None,
                    shop: None,
                })
            }
        }
    }
}

/// What `--host` names, without starting or contacting anything. The shop has no URL before it is started.
pub(super) fn name(options: &HttpOptions) -> Result<Named, Failure> {
    match options.host.as_deref() {
        Some("demo") => Ok((Some("demo".to_owned()), None)),
        Some(host) => Ok(shown(Some(parse(host)?))),
        None => Ok((None, None)),
    }
}

/// How the system under test is shown, and what relative URLs refer to.
pub(super) type Named = (Option<String>, Option<Url>);

/// A base URL with what is shown of it.
pub(super) fn shown(base: Option<Url>) -> Named {
    (base.as_ref().map(secret::shown_url), base)
}

fn demo() -> Result<Endpoint, Failure> {
    let failed =
        |e: &dyn std::fmt::Display| Failure::internal("failed to start the built-in shop").because(e);
    let shop = shop::start(shop::Options::default()).map_err(|e| failed(&e))?;
    let base = Url::parse(&format!("http://{}/", shop.addr)).map_err(|e| failed(&e))?;
    Ok(Endpoint {
        base: Some(base),
        shop: Some(shop),
    })
}

fn parse(host: &str) -> Result<Url, Failure> {
    let refuse = |why: String| {
        let failure = Failure::invalid(format!("the host {host:?} can't be used")).because(why);
        failure.hint(meant(host))
    };
    let url = Url::parse(host).map_err(|e| refuse(e.to_string()))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(refuse("it doesn't begin with http:// or https://".to_owned())),
    }
}

/// What was meant by a host that isn't a URL.
fn meant(host: &str) -> String {
    let is_name = |char: char| char.is_ascii_alphanumeric() || ".-:[]/_".contains(char);
    let shape = "http://HOST[:PORT] or https://HOST[:PORT], or `demo` for the built-in shop";
    if host.contains(": ") {
        return format!("-H is --host here; a header is --header {host:?}");
    }
    let url = format!("http://{host}");
    if !host.contains("//") && host.chars().all(is_name) && Url::parse(&url).is_ok() {
        return format!("did you mean {url}? It is written as {shape}");
    }
    format!("write it as {shape}")
}

/// The plugin makes requests, and the operator granted no host.
fn nowhere(description: &Description) -> Failure {
    match &description.host {
        Some(host) => {
            let host = terminal::escape(host);
            let what = format!("the plugin wants to test {host}, which wasn't granted");
            let failure = Failure {
                exit: ExitCode::NotGranted,
                ..Failure::invalid(what)
            };
            let flag = format!("--host {host}");
            failure.hint(format!(
                "if that is yours to test: {}",
                options::command_with(&flag)
            ))
        }
        None => Failure::invalid("no host to test was given")
            .because("the plugin makes requests")
            .hint(format!(
                "{}; instead of `demo`, the built-in shop, name the URL of yours",
                options::command_with("--host demo")
            )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_needs_its_scheme() {
        assert_eq!(parse("https://a.test:8443/x").unwrap().port(), Some(8443));
        let refusal = parse("localhost:8080").unwrap_err();
        assert_eq!(refusal.causes, ["it doesn't begin with http:// or https://"]);
        assert!(
            refusal
                .hint
                .unwrap()
                .starts_with("did you mean http://localhost:8080?")
        );
        let header = parse("accept: text/plain").unwrap_err();
        assert!(header.hint.unwrap().contains("--header \"accept: text/plain\""));
        assert_eq!(parse("example").unwrap_err().exit, ExitCode::Invalid);
    }

    #[test]
    fn the_plugins_own_host_is_not_granted_by_itself() {
        let mut description = Description {
            about: String::new(),
            scenarios: Vec::new(),
            ..Description::default()
        };
        let imports = [HTTP_IMPORT.to_owned()];
        let nobodys = open(&HttpOptions::default(), &description, &imports).unwrap_err();
        assert_eq!(nobodys.exit, ExitCode::Invalid);
        description.host = Some("http://else.test".to_owned());
        let refusal = open(&HttpOptions::default(), &description, &imports).unwrap_err();
        assert_eq!(refusal.exit, ExitCode::NotGranted);
    }

    #[test]
    fn a_plugin_without_requests_needs_no_host() {
        let description = Description {
            about: String::new(),
            scenarios: Vec::new(),
            ..Description::default()
        };
        assert!(
            open(&HttpOptions::default(), &description, &[])
                .unwrap()
                .base
                .is_none()
        );
    }
}
