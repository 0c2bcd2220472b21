//! From the plan to the settings of the HTTP engine and of the connections below it: the one place where the two meet.

use crate::http::{HttpSettings, VersionPolicy};
use crate::net::{DnsPolicy, NetSettings, TlsVersions};
use crate::options::Secrets;
use crate::plan::{AddressOrder, ClientCert, HttpProtocol, Plan, TlsRange};
use crate::secret::Secret;
use std::path::PathBuf;
use url::Url;

/// What the engine is asked to do, with the secrets that the plan only names.
pub(super) fn settings(plan: &Plan, secrets: &Secrets) -> HttpSettings {
    let http = &plan.http;
    HttpSettings {
        base: base(secrets),
        net: net_settings(plan, secrets),
        timeout: http.timeout,
        max_redirects: http.max_redirects,
        version: version(http.protocol),
        headers: headers(plan, secrets),
        cookies: http.cookies,
        compression: http.compression,
        keep_alive: http.keep_alive,
        user_agent: http.user_agent.clone(),
        max_body_bytes: http.max_body_bytes,
        parallel_per_host: http.parallel_per_host,
    }
}

fn net_settings(plan: &Plan, secrets: &Secrets) -> NetSettings {
    let (http, grants) = (&plan.http, &plan.grants);
    NetSettings {
        allow: grants.hosts.clone(),
        connect_timeout: http.connect_timeout,
        insecure: grants.insecure,
        ca_file: http.ca_file.as_ref().map(PathBuf::from),
        client_cert: http.client_cert.as_ref().map(client_cert),
        proxy: secrets.proxy.as_ref().map(in_the_clear),
        resolve: http.resolve.clone(),
        source_addresses: http.source_addresses.clone(),
        dns_ttl: http.dns_ttl,
        dns_policy: dns_policy(http.dns_order),
        tls_versions: tls_versions(http.tls),
        block_ips: grants.blocked_addresses.clone(),
        block_hosts: grants.blocked_hosts.clone(),
    }
}

/// What relative URLs refer to. It was a URL before it was a secret.
pub(super) fn base(secrets: &Secrets) -> Option<Url> {
    Url::parse(secrets.base.as_ref()?.expose()).ok()
}

fn in_the_clear(secret: &Secret) -> String {
    secret.expose().to_owned()
}

fn headers(plan: &Plan, secrets: &Secrets) -> Vec<(String, String)> {
    let names = plan.http.headers.iter().map(|header| header.name.clone());
    names.zip(secrets.headers.iter().map(in_the_clear)).collect()
}

fn client_cert(files: &ClientCert) -> (PathBuf, PathBuf) {
    (PathBuf::from(&files.cert), PathBuf::from(&files.key))
}

fn version(protocol: HttpProtocol) -> VersionPolicy {
    match protocol {
        HttpProtocol::Negotiate => VersionPolicy::Negotiate,
        HttpProtocol::Http1 => VersionPolicy::Http1,
        HttpProtocol::Http2PriorKnowledge => VersionPolicy::Http2PriorKnowledge,
    }
}

fn tls_versions(range: TlsRange) -> TlsVersions {
    match range {
        TlsRange::Both => TlsVersions::Both,
        TlsRange::Only12 => TlsVersions::Only12,
        TlsRange::Only13 => TlsVersions::Only13,
    }
}

fn dns_policy(order: AddressOrder) -> DnsPolicy {
    match order {
        AddressOrder::Any => DnsPolicy::Any,
        AddressOrder::PreferIpv4 => DnsPolicy::PreferIpv4,
        AddressOrder::PreferIpv6 => DnsPolicy::PreferIpv6,
        AddressOrder::OnlyIpv4 => DnsPolicy::OnlyIpv4,
        AddressOrder::OnlyIpv6 => DnsPolicy::OnlyIpv6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{HeaderPlan, sample};

    #[test]
    fn a_plan_that_asks_for_nothing_is_the_engines_default() {
        let settings = settings(&sample::plan(Vec::new()), &Secrets::default());
        assert_eq!(format!("{settings:?}"), format!("{:?}", HttpSettings::default()));
    }

    #[test]
    fn the_engine_gets_what_the_plan_only_names() {
        let mut plan = sample::plan(Vec::new());
        plan.http.headers = vec![HeaderPlan {
            name: "authorization".to_owned(),
            value: None,
        }];
        let secrets = Secrets {
            base: Some(Secret::new("http://user:pass@h/")),
            headers: vec![Secret::new("Bearer abc")],
            ..Secrets::default()
        };
        let settings = settings(&plan, &secrets);
        assert_eq!(settings.base.unwrap().password(), Some("pass"));
        assert_eq!(
            settings.headers,
            [("authorization".to_owned(), "Bearer abc".to_owned())]
        );
    }
}
