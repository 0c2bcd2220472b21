//! What is tested and how requests travel there.

#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the comments are help texts, where brackets hold what may be left out"
)]

use super::row::{ON_REQUEST, OPERATOR, PLUGIN, Shown, options};
use super::values;
use crate::plan::{AddressOrder, TlsRange};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

options! {
    /// What is tested and how requests travel there.
    #[command(next_help_heading = "HTTP")]
    pub struct HttpOptions {
        /// Base URL of the system under test, under whose path relative URLs go; `demo` starts a small shop on this
        /// machine for the run
        #[arg(short = 'H', long, value_name = "URL")]
        pub host: Option<String> = PLUGIN.shown(Shown::ButSecrets),

        /// Also allow requests to this host: [http[s]://][*.]NAME[:PORT]. All others are denied, but for the one of
        /// --host
        #[arg(long, value_name = "HOST")]
        pub allow_host: Vec<String> = OPERATOR,

        /// Accept any certificate
        #[arg(long, visible_alias = "insecure-skip-tls-verify")]
        pub insecure: bool = ON_REQUEST,

        /// Also trust the certificates in this PEM file
        #[arg(long, value_name = "FILE")]
        pub ca_file: Option<PathBuf> = OPERATOR.shown(Shown::Always),

        /// Client certificate, in a PEM file
        #[arg(long, value_name = "FILE", requires = "key")]
        pub cert: Option<PathBuf> = ON_REQUEST.shown(Shown::Always).needs(HttpOptions::key),

        /// Private key of the client certificate, in a PEM file
        #[arg(long, value_name = "FILE", requires = "cert")]
        pub key: Option<PathBuf> = ON_REQUEST.shown(Shown::Always).needs(HttpOptions::cert),

        /// Send requests through this proxy: http[s]://[USER:PASSWORD@]HOST:PORT
        #[arg(long, value_name = "URL")]
        pub proxy: Option<String> = OPERATOR.shown(Shown::Never),

        /// Connect to another address than the name's own: HOST[:PORT]=ADDR[:PORT]; of several, the first that answers
        #[arg(long, alias = "hosts", value_name = "OVERRIDE", value_parser = values::pair_text)]
        pub resolve: Vec<String> = ON_REQUEST.by_name('=').shown(Shown::Always),

        /// Connect from this address of this machine; several are taken in turn
        #[arg(long, value_name = "ADDR")]
        pub source_address: Vec<IpAddr> = ON_REQUEST,

        /// Speak HTTP/2 without negotiating it
        #[arg(long, conflicts_with = "http1")]
        pub http2_prior_knowledge: bool = OPERATOR,

        /// Never negotiate HTTP/2
        #[arg(long)]
        pub http1: bool = OPERATOR,

        /// Time limit of a request, redirects included [default: 60s]
        #[arg(long, value_name = "TIME", value_parser = values::time, allow_hyphen_values = true)]
        pub timeout: Option<Duration> = OPERATOR,

        /// Time limit of connecting [default: 10s]
        #[arg(long, value_name = "TIME", value_parser = values::time, allow_hyphen_values = true)]
        pub connect_timeout: Option<Duration> = OPERATOR,

        /// Redirects to follow at most, whatever the plugin asks for [default: 10, or up to 30 where the plugin asks
        /// for more]
        #[arg(long, value_name = "N")]
        pub max_redirects: Option<u32> = PLUGIN,

        /// Largest body of a response that is kept for the plugin, before and after decompression; larger ones are
        /// failures [default: 16MiB]
        #[arg(long, value_name = "SIZE", value_parser = values::memory)]
        pub max_body: Option<usize> = OPERATOR,

        /// Send this header with every request: 'NAME: VALUE'
        #[arg(long = "header", value_name = "HEADER", value_parser = values::header)]
        pub headers: Vec<(String, String)> = OPERATOR.by_name(':').shown(Shown::Never),

        /// Send a traceparent header with each request, so that tracing knows it, and keep the trace ids of the slowest
        #[arg(long)]
        pub traceparent: bool = OPERATOR,

        /// Don't keep cookies
        #[arg(long)]
        pub no_cookies: bool = OPERATOR,

        /// Forget a virtual user's cookies before each of its iterations, as k6 does
        #[arg(long)]
        pub reset_cookies: bool = PLUGIN,

        /// Don't ask for compressed responses
        #[arg(long)]
        pub no_compression: bool = OPERATOR,

        /// Use a new connection for every request
        #[arg(long, visible_alias = "no-connection-reuse")]
        pub no_keep_alive: bool = PLUGIN,

        /// Close a virtual user's connections before each of its iterations
        #[arg(long, visible_alias = "no-vu-connection-reuse")]
        pub reset_connections: bool = PLUGIN,

        /// Requests of one batch that go to one host at once over HTTP/1; 0: all of them [default: 6]
        #[arg(long, visible_alias = "batch-per-host", value_name = "N")]
        pub parallel_per_host: Option<u32> = PLUGIN,

        /// Versions of TLS to speak: 1.2, 1.3 or 1.2-1.3 [default: 1.2-1.3]
        #[arg(long, value_name = "VERSIONS")]
        pub tls_version: Option<TlsRange> = PLUGIN,

        /// How long the addresses of a name are used before it is looked up again [default: 5m]
        #[arg(long, value_name = "TIME", value_parser = values::time_or_zero)]
        pub dns_ttl: Option<Duration> = PLUGIN,

        /// Which addresses of a name to use, and in which order [default: as the system gives them]
        #[arg(long, value_name = "POLICY", value_enum)]
        pub dns_policy: Option<AddressOrder> = PLUGIN,

        /// Never connect to addresses in this range: ADDR[/BITS]
        #[arg(long, visible_alias = "blacklist-ip", value_name = "RANGE", value_parser = values::range_of_addresses)]
        pub block_ip: Vec<String> = PLUGIN,

        /// Never send requests to a host of this name; *.NAME stands for all names below it
        #[arg(long, visible_alias = "block-hostnames", value_name = "NAME")]
        pub block_host: Vec<String> = PLUGIN,
    }
}
