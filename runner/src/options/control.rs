//! How a running test may be watched and steered.

use crate::secret::Secret;
use std::net::{Ipv4Addr, SocketAddr};

/// Where the API listens if no address is given: k6's own port.
const API: &str = "127.0.0.1:6565";

/// How a running test may be watched and steered.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Control")]
pub struct ControlOptions {
    /// Serve an HTTP API on this loopback address or port, to watch and steer the run [default address: 127.0.0.1:6565]
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = API, value_parser = address)]
    pub api: Option<SocketAddr>,

    /// What requests to the API must carry as `authorization: Bearer TOKEN` [default: a new one, printed at the start]
    #[arg(long, value_name = "TOKEN", env = "WASMSWARM_API_TOKEN", hide_env_values = true, value_parser = token)]
    pub api_token: Option<Secret>,

    /// Most users that a change through the API or the keys may lead to [default: twice the plan's, and at
    /// least 100 more, as far as this machine allows]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_users: Option<u32>,
}

/// `ADDR:PORT`, `localhost:PORT` or a port.
fn address(text: &str) -> Result<SocketAddr, String> {
    let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    match (text.parse(), port.parse()) {
        (Ok(address), _) => Ok(address),
        (_, Ok(port)) => Ok(local(port)),
        _ => Err(format!(
            "write it as ADDR:PORT or PORT; for {API}, put --api after the plugin"
        )),
    }
}

/// A token that can stand in a header, and can't be guessed soon.
fn token(text: &str) -> Result<Secret, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain && (8..=256).contains(&text.len()) {
        Ok(Secret::new(text))
    } else {
        Err("it must have 8 to 256 ASCII characters, none of them a space".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_on_loopback() {
        for text in ["7000", "localhost:7000", "127.0.0.1:7000"] {
            assert_eq!(address(text).unwrap().to_string(), "127.0.0.1:7000");
        }
        assert_eq!(address("[::1]:7000").unwrap().to_string(), "[::1]:7000");
        assert!(address("plugin.wasm").unwrap_err().contains("after the plugin"));
    }

    #[test]
    fn tokens_fit_into_a_header() {
        assert_eq!(token("abc-DEF_123=").unwrap().expose(), "abc-DEF_123=");
        for text in ["", "short", "with a space", "line\nbreak", "ünicode-token"] {
            assert!(token(text).is_err(), "{text:?}");
        }
    }
}
