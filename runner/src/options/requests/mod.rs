//! Requests that are typed instead of a plugin: `run URL`. What is asked for becomes a list of requests, of which `build`
//! makes a component, and a layer of options: the hosts that were typed are granted.

mod curl;

use super::layer::Layer;
use super::setting::Setting;
use super::{HttpOptions, Origin, Problem, definition};
use crate::build::PlainRequest;
use crate::system::bounded;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use url::Url;

/// The largest file of addresses, or of a body.
const MAX_FILE: u64 = 16 << 20;

/// The most addresses of a run.
const MAX_URLS: usize = 10_000;

/// What is requested where there is no plugin. Flags only: it stands in a plugin's place, which no file names.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Requests without a plugin")]
pub struct RequestOptions {
    /// Method of the requests [default: GET; with a body POST]
    #[arg(short = 'X', long, visible_short_alias = 'm', value_name = "METHOD", value_parser = method)]
    pub method: Option<String>,

    /// Send this text with each request; @FILE sends what is in a file
    #[arg(long, value_name = "TEXT")]
    pub body: Option<String>,

    /// Request the addresses in this file, one a line, in their order and again from the first
    #[arg(long, visible_alias = "urls-from-file", value_name = "FILE")]
    pub urls: Option<PathBuf>,

    /// Send what this curl command would: in quotes, or as the rest of the line
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["method", "body", "urls"])]
    pub curl: Option<String>,
}

/// What was typed instead of a plugin.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) requests: Vec<PlainRequest>,
    /// Options that a curl command says, below all others: names of fields with their texts.
    pub(super) suggested: Vec<(&'static str, String)>,
}

impl RequestOptions {
    /// Whether one of them says that there is no plugin.
    fn is_asked(&self) -> bool {
        self.method.is_some() || self.body.is_some() || self.urls.is_some() || self.curl.is_some()
    }

    /// The requests, if what was named is no plugin. An address is a component's where it ends in `.wasm`, or where its
    /// digest is given; all others are requested.
    ///
    /// # Errors
    /// Why they can't be sent.
    pub(super) fn typed(&self, names: &[&str], has_digest: bool) -> Result<Option<Typed>, Problem> {
        let is_component = |name: &str| has_digest || without_query(name).ends_with(".wasm");
        let first = names.first().copied().unwrap_or_default();
        if !self.is_asked() && (!is_address(first) || is_component(first)) {
            return Ok(None);
        }
        if let Some(command) = &self.curl {
            let refuse = |why| Problem::new(Origin::CommandLine, "--curl", why);
            if let Some(name) = names.first() {
                return Err(refuse(format!(
                    "the command says what is requested; remove {name:?}"
                )));
            }
            return curl::read(command).map(Some).map_err(refuse);
        }
        let urls = self.addresses(names)?;
        let body = self.body.as_deref().map(body).transpose();
        let body = body.map_err(|why| Problem::new(Origin::CommandLine, "--body", why))?;
        let method = self.method.clone();
        let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
        // Paths alone would say too little where there are several hosts.
        let hosts: HashSet<_> = urls.iter().map(Url::origin).collect();
        let name = |url: &Url| match hosts.len() {
            0 | 1 => String::new(),
            _ => format!(
                "{}{}",
                url.authority().rsplit('@').next().unwrap_or_default(),
                url.path()
            ),
        };
        let request = |url: Url| PlainRequest {
            name: name(&url),
            method: method.clone(),
            url: url.into(),
            body: body.clone().unwrap_or_default(),
        };
        Ok(Some(Typed {
            requests: urls.into_iter().map(request).collect(),
            suggested: Vec::new(),
        }))
    }

    /// All addresses, those that were typed first.
    fn addresses(&self, names: &[&str]) -> Result<Vec<Url>, Problem> {
        let mut urls = Vec::new();
        for name in names {
            urls.push(address(name).map_err(|why| Problem::new(Origin::CommandLine, *name, why))?);
        }
        if let Some(file) = &self.urls {
            let listed = listed(file);
            urls.extend(listed.map_err(|why| Problem::new(Origin::CommandLine, "--urls", why))?);
        }
        if urls.is_empty() {
            let flag = if self.method.is_some() {
                "--method"
            } else {
                "--body"
            };
            let what = "it needs an address to request as well: http://HOST/PATH";
            return Err(Problem::new(Origin::CommandLine, flag, what));
        }
        Ok(urls)
    }
}

impl Typed {
    /// What stands in the place of the plugin's name.
    pub(super) fn name(&self) -> String {
        let first = self.requests.first().map_or("", |request| &request.url);
        match self.requests.len() {
            0 | 1 => first.to_owned(),
            count => format!("{first} and {} more", count - 1),
        }
    }

    /// What the requests say of the run, above all layers: the first one's host is the run's, the others are allowed as
    /// well, beside those that the operator allows.
    pub(super) fn grants(&self, layers: &[Layer]) -> Layer {
        let mut layer = Layer::default();
        let mut origins: Vec<String> = Vec::new();
        for request in &self.requests {
            let origin = Url::parse(&request.url).map(|url| url.origin().ascii_serialization());
            origins.extend(origin.ok().filter(|origin| !origins.contains(origin)));
        }
        let mut origins = origins.into_iter();
        if let Some(host) = origins.next() {
            layer.say(HttpOptions::host, &host);
        }
        let allowed = |layer: &Layer| layer.settings.has(HttpOptions::allow_host);
        if origins.len() > 0 {
            if let Some(other) = layers.iter().rev().find(|layer| allowed(layer)) {
                let others = other.settings.all(HttpOptions::allow_host).iter().cloned();
                others.for_each(|setting| layer.settings.push(HttpOptions::allow_host, setting));
            }
            origins.for_each(|origin| layer.say(HttpOptions::allow_host, &origin));
        }
        layer
    }

    /// What a curl command says beside the request, below all layers.
    ///
    /// # Errors
    /// What of it can't be used.
    pub(super) fn suggestions(&self) -> Result<Layer, Problem> {
        let mut layer = Layer::default();
        for (id, text) in &self.suggested {
            let refuse = |why| Problem::new(Origin::CommandLine, "--curl", why);
            let option = definition::run()
                .get(id)
                .ok_or_else(|| refuse(format!("there is no {id}")))?;
            option.parse(text).map_err(refuse)?;
            layer.say(id, text);
        }
        Ok(layer)
    }
}

impl Layer {
    /// Takes in a text that is valid for this field.
    fn say(&mut self, id: &'static str, text: &str) {
        let Some(option) = definition::run().get(id) else {
            return;
        };
        if let Ok(value) = option.parse(text) {
            let setting = Setting {
                text: text.to_owned(),
                value,
                origin: Origin::CommandLine,
                key: format!("--{}", option.flag),
            };
            self.settings.push(id, setting);
        }
    }
}

/// Whether this is written as an address, not as a path or the name of a scenario.
pub(super) fn is_address(name: &str) -> bool {
    let scheme = name.split("://").next().unwrap_or_default();
    scheme.len() < name.len()
        && ["http", "https"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// An address that can be requested.
fn address(text: &str) -> Result<Url, String> {
    if !is_address(text) {
        return Err(format!("it isn't an address; did you mean http://{text}?"));
    }
    let mut url = Url::parse(text).map_err(|error| format!("it isn't a valid address: {error}"))?;
    url.set_fragment(None);
    Ok(url)
}

/// The addresses in a file; empty lines and those that begin with `#` are left out.
fn listed(file: &Path) -> Result<Vec<Url>, String> {
    let text = bounded::text(file, MAX_FILE).map_err(|error| format!("{}: {error}", file.display()))?;
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let at = |(index, line): (usize, &str)| {
        address(line).map_err(|why| format!("{}:{}: {line:?}: {why}", file.display(), index + 1))
    };
    let urls = lines.map(at).collect::<Result<Vec<_>, _>>()?;
    match urls.len() {
        0 => Err(format!("{} has no address", file.display())),
        count if count > MAX_URLS => Err(format!(
            "{} has {count} addresses, more than {MAX_URLS}",
            file.display()
        )),
        _ => Ok(urls),
    }
}

/// A text, or a file's content.
fn body(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix('@') {
        Some(file) => bounded::read(Path::new(file), MAX_FILE).map_err(|error| format!("{file}: {error}")),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// A token of RFC 9110.
fn method(text: &str) -> Result<String, String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if text.is_empty() || text.len() > 32 || !text.bytes().all(is_token) {
        return Err("write it as GET, POST or another method's name".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(names: &[&str], has_digest: bool) -> Option<Vec<String>> {
        let typed = RequestOptions::default().typed(names, has_digest).unwrap()?;
        Some(typed.requests.into_iter().map(|request| request.url).collect())
    }

    #[test]
    fn an_address_is_requested_unless_it_is_a_components() {
        assert_eq!(
            urls(&["http://a.test"], false),
            Some(vec!["http://a.test/".to_owned()])
        );
        assert_eq!(
            urls(&["HTTP://a.test/x#y"], false),
            Some(vec!["http://a.test/x".to_owned()])
        );
        assert_eq!(urls(&["http://a.test/plugin.wasm"], false), None);
        assert_eq!(urls(&["http://a.test/plugin.wasm?v=1"], false), None);
        assert_eq!(urls(&["http://a.test/plugin"], true), None);
        assert_eq!(urls(&["plugin.wasm", "http://a.test"], false), None);
        let asked = RequestOptions {
            method: Some("HEAD".to_owned()),
            ..RequestOptions::default()
        };
        assert!(
            asked
                .typed(&["http://a.test/plugin.wasm"], false)
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn what_is_no_address_is_named_with_what_was_meant() {
        let refused = RequestOptions::default().typed(&["http://a.test", "b.test/x"], false);
        let problem = refused.unwrap_err();
        assert_eq!(problem.key, "b.test/x");
        assert!(
            problem.what.contains("did you mean http://b.test/x?"),
            "{}",
            problem.what
        );
    }

    #[test]
    fn the_hosts_that_were_typed_are_granted_beside_others() {
        let names = ["http://a.test/1", "http://a.test/2", "https://b.test:8443/"];
        let typed = RequestOptions::default().typed(&names, false).unwrap().unwrap();
        let mut own = Layer::default();
        own.say(HttpOptions::allow_host, "c.test");
        let layer = typed.grants(&[own, Layer::default()]);
        let texts = |id| {
            layer
                .settings
                .all(id)
                .iter()
                .map(|s| s.text.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(HttpOptions::host), ["http://a.test"]);
        assert_eq!(texts(HttpOptions::allow_host), ["c.test", "https://b.test:8443"]);
    }
}
