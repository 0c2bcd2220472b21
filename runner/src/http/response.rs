//! A response as the host keeps it: one buffer, parsed again only where somebody asks.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ProtocolVersion;

use super::decode::decode;
use super::error::HttpError;
use super::fields::fields;
use super::timings::Exchange;
use crate::net::{Buffer, TlsAgreement};
use crate::system::memory::{Account, Held};

/// A completed exchange. Its buffer returns to the thread's pool when it is dropped.
#[derive(Debug)]
pub struct Response {
    /// 100 to 999.
    pub status: u16,
    /// Its measurement; with redirects, that of the last hop.
    pub exchange: Exchange,
    /// The address that was connected to: a proxy's, if there is one.
    pub remote: SocketAddr,
    /// What TLS agreed on; none without TLS.
    pub(super) tls: Option<TlsAgreement>,
    /// Head, body, URL.
    pub(super) bytes: Buffer,
    pub(super) head_len: usize,
    pub(super) url_at: usize,
    /// The body is kept with an encoding that its headers name.
    pub(super) encoded: bool,
    /// The body is kept without the encoding that its headers name.
    pub(super) decoded: bool,
    /// It says where to go instead.
    pub(super) redirects: bool,
    /// What it counts as long as it is kept, if it is large.
    pub(super) _held: Option<Held>,
}

impl Response {
    /// The decompressed body; empty if it was not kept.
    pub fn body(&self) -> &[u8] {
        self.bytes.get(self.head_len..self.url_at).unwrap_or_default()
    }

    /// The same, having come over a connection on which TLS agreed on this.
    pub(super) fn over(self, tls: Option<TlsAgreement>) -> Response {
        Response { tls, ..self }
    }

    /// The first header of this name, in any case. Bytes that aren't UTF-8 become U+FFFD. Names that begin with `:`, which
    /// no header's can, ask about the exchange itself.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        if let Some(about) = name.strip_prefix(':') {
            return self.about(about);
        }
        self.headers()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    fn about(&self, what: &str) -> Option<Cow<'static, str>> {
        match what {
            "protocol" if self.head().starts_with(b"HTTP/1.0") => Some("HTTP/1.0".into()),
            "protocol" => Some(self.exchange.protocol.name().into()),
            "tls-version" => match self.tls?.version {
                ProtocolVersion::TLSv1_2 => Some("tls1.2".into()),
                ProtocolVersion::TLSv1_3 => Some("tls1.3".into()),
                _ => None,
            },
            "tls-cipher-suite" => {
                // Only TLS itself has one family of names for all versions.
                let name = self.tls?.cipher_suite.as_str()?;
                let rest = name.strip_prefix("TLS13_");
                Some(rest.map_or(name.into(), |rest| format!("TLS_{rest}").into()))
            }
            _ => None,
        }
    }

    /// All headers in the order received.
    pub fn headers(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        fields(self.head())
    }

    /// Undoes the encoding of the body, if it is one that is known here.
    pub(super) async fn decode(
        &mut self,
        max_body: usize,
        account: Option<&Arc<Account>>,
    ) -> Result<(), HttpError> {
        let decoded = decode(self.head(), self.body(), max_body, account).await?;
        let Some((body, held)) = decoded else {
            return Ok(());
        };
        self._held = held;
        let url = self.bytes.split_off(self.url_at);
        self.bytes.truncate(self.head_len);
        self.bytes.extend_from_slice(&body);
        self.url_at = self.bytes.len();
        self.bytes.extend_from_slice(&url);
        self.decoded = true;
        Ok(())
    }

    /// Whether the body was decompressed, so that the headers about its encoding and length are those of what was sent.
    pub fn is_decoded(&self) -> bool {
        self.decoded
    }

    /// The URL that answered, after redirects. Without user and password.
    pub fn final_url(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes.get(self.url_at..).unwrap_or_default())
    }

    /// Bytes that it takes.
    pub fn bytes_held(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn head(&self) -> &[u8] {
        self.bytes.get(..self.head_len).unwrap_or_default()
    }
}
