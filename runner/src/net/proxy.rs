//! The operator's proxy: its address, and the tunnel through it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use super::basic_auth::basic_authorization;
use super::egress::normal_host;
use super::error::{NetError, NetErrorKind};
use super::stream::NetStream;

/// The largest answer to `CONNECT`.
const ANSWER_BYTES: usize = 64 * 1024;

/// An HTTP or HTTPS proxy.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) https: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of `proxy-authorization`.
    pub(super) authorization: Option<String>,
}

impl Proxy {
    /// Reads `http[s]://[user:password@]host[:port]`. The error shows no password.
    pub(super) fn parse(text: &str) -> Result<Proxy, String> {
        let url = Url::parse(text).map_err(|error| format!("invalid proxy URL: {error}"))?;
        let host = url.host().filter(|_| matches!(url.scheme(), "http" | "https"));
        let (Some(host), Some(port)) = (host, url.port_or_known_default()) else {
            return Err(format!(
                "the proxy URL's scheme is {:?}; http and https are supported",
                url.scheme()
            ));
        };
        Ok(Proxy {
            https: url.scheme() == "https",
            host: normal_host(&host),
            port,
            authorization: basic_authorization(&url),
        })
    }

    /// Asks the proxy for a tunnel to `authority`, which has a port.
    pub(super) async fn tunnel(&self, mut stream: NetStream, authority: &str) -> Result<NetStream, NetError> {
        let mut head = format!("CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n");
        if let Some(value) = &self.authorization {
            head.push_str(&format!("proxy-authorization: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream
            .write_all(head.as_bytes())
            .await
            .map_err(|error| refused(&error))?;
        stream.flush().await.map_err(|error| refused(&error))?;
        match answer(&mut stream).await? {
            200..=299 => Ok(stream),
            status => Err(refused(&format!("it answered CONNECT with status {status}"))),
        }
    }
}

/// Reads the head of the proxy's answer byte by byte, so as to leave the tunnel's bytes alone.
async fn answer(stream: &mut NetStream) -> Result<u16, NetError> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= ANSWER_BYTES {
            return Err(refused(&"its answer to CONNECT is too long"));
        }
        head.push(stream.read_u8().await.map_err(|error| refused(&error))?);
    }
    let mut headers = vec![httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(&head) {
        Ok(_) => Ok(response.code.unwrap_or(0)),
        Err(error) => Err(refused(&format!("its answer to CONNECT isn't HTTP: {error}"))),
    }
}

#[cold]
fn refused(why: &dyn std::fmt::Display) -> NetError {
    NetError::new(NetErrorKind::Proxy, format!("the proxy refused or failed: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_credentials_from_the_url() {
        let proxy = Proxy::parse("https://user:p%40ss@proxy.test").expect("valid");
        assert_eq!(
            (proxy.https, proxy.host.as_str(), proxy.port),
            (true, "proxy.test", 443)
        );
        assert_eq!(proxy.authorization.as_deref(), Some("Basic dXNlcjpwQHNz"));
    }

    #[test]
    fn refuses_other_schemes() {
        assert!(Proxy::parse("socks5://h:1").is_err());
        assert!(Proxy::parse("h:1").is_err());
    }
}
