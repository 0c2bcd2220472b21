//! An established connection: a TCP socket, TLS over one, or TLS over a proxy's TLS. What the bytes mean is up to the
//! protocol that is spoken on it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::{CipherSuite, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::{buffers, receive_time};

/// What both sides of a TLS connection agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsAgreement {
    /// The protocol's version.
    pub version: ProtocolVersion,
    /// How it is encrypted.
    pub cipher_suite: CipherSuite,
}

/// An established connection's bytes.
#[derive(Debug)]
pub enum NetStream {
    /// Without TLS.
    Plain(TcpStream),
    /// TLS over another stream.
    Tls(Box<TlsStream<NetStream>>),
}

impl NetStream {
    /// The socket at the bottom.
    fn socket(&self) -> &TcpStream {
        match self {
            NetStream::Plain(socket) => socket,
            NetStream::Tls(stream) => stream.get_ref().0.socket(),
        }
    }

    /// Reads like any reader, and says for how long the bytes had been there, where that is known.
    pub fn poll_read_timed(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Option<Duration>>> {
        match self {
            NetStream::Plain(socket) => receive_time::poll_read(socket, cx, buf),
            NetStream::Tls(_) => Pin::new(self).poll_read(cx, buf).map_ok(|()| None),
        }
    }

    /// The protocol that TLS agreed on (RFC 7301), if it agreed on one.
    pub fn agreed_protocol(&self) -> Option<&[u8]> {
        match self {
            NetStream::Plain(_) => None,
            NetStream::Tls(stream) => stream.get_ref().1.alpn_protocol(),
        }
    }

    /// What TLS with the server at the end agreed on; none without TLS.
    pub fn agreed_tls(&self) -> Option<TlsAgreement> {
        let NetStream::Tls(stream) = self else {
            return None;
        };
        let connection = stream.get_ref().1;
        Some(TlsAgreement {
            version: connection.protocol_version()?,
            cipher_suite: connection.negotiated_cipher_suite()?.suite(),
        })
    }

    /// Whether a connection at rest was closed, or sent something nobody asked for. Costs no system call while the
    /// socket has no news.
    pub fn is_stale(&mut self, cx: &mut Context<'_>) -> bool {
        match self.socket().poll_read_ready(cx) {
            Poll::Pending => false,
            Poll::Ready(Err(_)) => true,
            Poll::Ready(Ok(())) => buffers::with_read(|buffer| {
                let mut buffer = ReadBuf::new(buffer);
                Pin::new(self).poll_read(cx, &mut buffer).is_ready()
            }),
        }
    }
}

impl AsyncRead for NetStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            NetStream::Plain(socket) => Pin::new(socket).poll_read(cx, buf),
            NetStream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for NetStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            NetStream::Plain(socket) => Pin::new(socket).poll_write(cx, buf),
            NetStream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            NetStream::Plain(socket) => Pin::new(socket).poll_flush(cx),
            NetStream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            NetStream::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            NetStream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
