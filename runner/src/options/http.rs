//! What is tested and how requests travel there.

use super::values;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What is tested and how requests travel there.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpOptions {
    /// Base URL of the system under test, under whose path relative URLs go; `demo` starts a small shop on this machine for the run
    #[arg(short = 'H', long, value_name = "URL")]
    pub host: Option<String>,

    /// Also allow requests to this host: [http[s]://][*.]NAME[:PORT]. All others are denied, but for the one of --host
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,

    /// Accept any certificate
    #[arg(long, visible_alias = "insecure-skip-tls-verify")]
    pub insecure: bool,

    /// Also trust the certificates in this PEM file
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Client certificate, in a PEM file
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,

    /// Private key of the client certificate, in a PEM file
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,

    /// Send requests through this proxy: http[s]://[USER:PASSWORD@]HOST:PORT
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,

    /// Connect to another address than the name's own: HOST[:PORT]=ADDR[:PORT]; of several, the first that answers
    #[arg(long, alias = "hosts", value_name = "OVERRIDE", value_parser = values::pair_text)]
    pub resolve: Vec<String>,

    /// Connect from this address of this machine; several are taken in turn
    #[arg(long, value_name = "ADDR")]
    pub source_address: Vec<IpAddr>,

    /// Speak HTTP/2 without negotiating it
    #[arg(long, conflicts_with = "http1")]
    pub http2_prior_knowledge: bool,

    /// Never negotiate HTTP/2
    #[arg(long)]
    pub http1: bool,

    /// Time limit of a request, redirects included [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = values::time, allow_hyphen_values = true)]
    pub timeout: Option<Duration>,

    /// Time limit of connecting [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = values::time, allow_hyphen_values = true)]
    pub connect_timeout: Option<Duration>,

    /// Redirects to follow at most, whatever the plugin asks for [default: 10, or up to 30 where the plugin asks for more]
    #[arg(long, value_name = "N")]
    pub max_redirects: Option<u32>,

    /// Largest body of a response that is kept for the plugin, before and after decompression; larger ones are failures
    /// [default: 16MiB]
    #[arg(long, value_name = "SIZE", value_parser = values::memory)]
    pub max_body: Option<usize>,

    /// Send this header with every request: 'NAME: VALUE'
    #[arg(id = "headers", long = "header", value_name = "HEADER", value_parser = values::header)]
    pub header: Vec<(String, String)>,

    /// Don't keep cookies
    #[arg(long)]
    pub no_cookies: bool,

    /// Forget a virtual user's cookies before each of its iterations, as k6 does
    #[arg(long)]
    pub reset_cookies: bool,

    /// Don't ask for compressed responses
    #[arg(long)]
    pub no_compression: bool,

    /// Use a new connection for every request
    #[arg(long, visible_alias = "no-connection-reuse")]
    pub no_keep_alive: bool,
}
