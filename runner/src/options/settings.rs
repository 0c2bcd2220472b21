//! From options to the settings of the HTTP engine and of the connections below it.

use super::HttpOptions;
use crate::http::{HttpSettings, VersionPolicy};
use crate::net::NetSettings;
use url::Url;

impl HttpOptions {
    /// Settings with the engine's own defaults for what wasn't asked for. `base` is what relative URLs refer to.
    pub fn settings(&self, base: Option<Url>) -> HttpSettings {
        let defaults = HttpSettings::default();
        HttpSettings {
            base,
            net: self.net_settings(),
            timeout: self.timeout.unwrap_or(defaults.timeout),
            max_redirects: self.max_redirects,
            version: self.version(),
            max_body_bytes: self.max_body.unwrap_or(defaults.max_body_bytes),
            headers: self.headers.clone(),
            cookies: !self.no_cookies,
            compression: !self.no_compression,
            keep_alive: !self.no_keep_alive,
            parallel_per_host: match self.parallel_per_host {
                // A batch has fewer.
                Some(0) => usize::from(u16::MAX),
                Some(count) => count as usize,
                None => defaults.parallel_per_host,
            },
            ..defaults
        }
    }

    fn net_settings(&self) -> NetSettings {
        let defaults = NetSettings::default();
        NetSettings {
            allow: self.allow_host.clone(),
            connect_timeout: self.connect_timeout.unwrap_or(defaults.connect_timeout),
            insecure: self.insecure,
            ca_file: self.ca_file.clone(),
            client_cert: self.cert.clone().zip(self.key.clone()),
            proxy: self.proxy.clone(),
            resolve: self.resolve.clone(),
            source_addresses: self.source_address.clone(),
            tls_versions: self.tls_version.unwrap_or(defaults.tls_versions),
            dns_ttl: self.dns_ttl.unwrap_or(defaults.dns_ttl),
            dns_policy: self.dns_policy.unwrap_or(defaults.dns_policy),
            block_ips: self.block_ip.clone(),
            block_hosts: self.block_host.clone(),
        }
    }

    fn version(&self) -> VersionPolicy {
        match (self.http2_prior_knowledge, self.http1) {
            (true, _) => VersionPolicy::Http2PriorKnowledge,
            (_, true) => VersionPolicy::Http1,
            _ => VersionPolicy::Negotiate,
        }
    }
}
