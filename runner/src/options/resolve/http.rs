//! How requests travel and where they may go, from the options of HTTP to the plan.

use super::Asked;
use super::grants::Granted;
use crate::options::{HttpOptions, RunOptions};
use crate::plan::{ClientCert, DataPlan, GrantsPlan, HeaderPlan, HttpPlan, HttpProtocol};
use crate::secret::{self, HIDDEN, Secret};
use std::path::Path;
use url::Url;

/// `merged` is what everybody asked for, the plugin included; `options` is what the operator did.
pub(super) fn plan(options: &RunOptions, merged: &HttpOptions, granted: &Granted) -> HttpPlan {
    let defaults = HttpPlan::default();
    HttpPlan {
        timeout: merged.timeout.unwrap_or(defaults.timeout),
        connect_timeout: merged.connect_timeout.unwrap_or(defaults.connect_timeout),
        max_redirects: merged.max_redirects,
        strict_redirects: options.http.max_redirects.is_some(),
        protocol: protocol(merged),
        tls: merged.tls_version.unwrap_or(defaults.tls),
        ca_file: merged.ca_file.as_deref().map(text),
        client_cert: client_cert(merged),
        proxy: merged.proxy.as_deref().map(without_password),
        // The operator's own go first, and the first one counts.
        resolve: [&merged.resolve[..], &granted.resolve].concat(),
        source_addresses: merged.source_address.clone(),
        headers: headers(merged, &options.output.secret),
        cookies: !merged.no_cookies,
        compression: !merged.no_compression,
        keep_alive: !merged.no_keep_alive,
        user_agent: defaults.user_agent,
        traceparent: merged.traceparent,
        max_body_bytes: merged.max_body.unwrap_or(defaults.max_body_bytes),
        dns_ttl: merged.dns_ttl.unwrap_or(defaults.dns_ttl),
        dns_order: merged.dns_policy.unwrap_or(defaults.dns_order),
        parallel_per_host: match merged.parallel_per_host {
            // A batch has fewer.
            Some(0) => usize::from(u16::MAX),
            Some(count) => count as usize,
            None => defaults.parallel_per_host,
        },
    }
}

/// What the operator's grants come to, with those that cover what the plugin asked for.
pub(super) fn grants(
    merged: &HttpOptions,
    granted: &Granted,
    asked: &[Asked],
    data: Vec<DataPlan>,
) -> GrantsPlan {
    GrantsPlan {
        hosts: [&merged.allow_host[..], &granted.allow].concat(),
        blocked_hosts: merged.block_host.clone(),
        blocked_addresses: merged.block_ip.clone(),
        insecure: merged.insecure,
        lacks_insecure: asked.contains(&Asked::Insecure),
        data,
    }
}

/// The values of the headers, in the order of the plan.
pub(super) fn header_values(merged: &HttpOptions) -> Vec<Secret> {
    merged
        .headers
        .iter()
        .map(|(_, value)| Secret::new(value))
        .collect()
}

fn protocol(merged: &HttpOptions) -> HttpProtocol {
    match (merged.http2_prior_knowledge, merged.http1) {
        (true, _) => HttpProtocol::Http2PriorKnowledge,
        (_, true) => HttpProtocol::Http1,
        _ => HttpProtocol::Negotiate,
    }
}

fn client_cert(merged: &HttpOptions) -> Option<ClientCert> {
    Some(ClientCert {
        cert: text(merged.cert.as_deref()?),
        key: text(merged.key.as_deref()?),
    })
}

/// Nothing is lost: values of options are UTF-8, whoever says them.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The engine says what is wrong with what is no URL.
fn without_password(proxy: &str) -> String {
    Url::parse(proxy).map_or_else(|_| HIDDEN.to_owned(), |url| secret::shown_url(&url))
}

fn headers(merged: &HttpOptions, secret: &[String]) -> Vec<HeaderPlan> {
    let is_named = |name: &str| secret.iter().any(|own| own.eq_ignore_ascii_case(name));
    let header = |(name, value): &(String, String)| HeaderPlan {
        name: name.clone(),
        value: (!is_named(name) && !secret::may_be_secret(name, value)).then(|| value.clone()),
    };
    merged.headers.iter().map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_shows_headers_that_are_no_secrets_and_no_password() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let merged = HttpOptions {
            headers: vec![
                header("accept", "text/html"),
                header("X-Api-Key", "hidden"),
                header("Authorization", "Basic hidden"),
                header("x-mine", "hidden"),
            ],
            proxy: Some("http://user:hidden@p:1".to_owned()),
            ..HttpOptions::default()
        };
        let mut options = RunOptions::default();
        options.output.secret = vec!["X-Mine".to_owned()];
        let plan = plan(&options, &merged, &Granted::default());
        let text = serde_json::to_string(&plan).unwrap();
        assert!(!text.contains("hidden") && text.contains("text/html"), "{text}");
        assert_eq!(plan.proxy.as_deref(), Some("http://user:***@p:1/"));
        assert_eq!(header_values(&merged)[1].expose(), "hidden");
    }
}
