//! Connections without HTTP: a protocol of the simplest kind, one that says its bytes back, stands on `net` alone.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::{
    Destination, DialOptions, DialTimings, Dialled, NetError, NetErrorKind, NetSettings, Network, dial,
};

const SAID: &[u8] = b"as it was said";

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    (listener, address)
}

/// Says back what one client says first.
async fn say_back(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut said = vec![0; SAID.len()];
    stream.read_exact(&mut said).await.expect("read");
    stream.write_all(&said).await.expect("write");
    stream.flush().await.expect("flush");
}

/// A server that says one client's bytes back.
async fn echo() -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(async move { say_back(listener.accept().await.expect("accept").0).await });
    address
}

/// The same over TLS, as `echo.test`, which agrees on the protocol `echo/1`; with the file of its certificate.
async fn secure_echo() -> (SocketAddr, tempfile::NamedTempFile) {
    let made = rcgen::generate_simple_self_signed(vec!["echo.test".to_owned()]).expect("certificate");
    let mut file = tempfile::NamedTempFile::new().expect("file");
    file.write_all(made.cert.pem().as_bytes()).expect("write");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("certificate");
    config.alpn_protocols = vec![b"echo/1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("accept");
        // A client that doesn't trust the certificate hangs up.
        if let Ok(stream) = acceptor.accept(socket).await {
            say_back(stream).await;
        }
    });
    (address, file)
}

/// A proxy for one tunnel, which it sends to this address wherever the client wants to go.
async fn proxy(to: SocketAddr) -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("accept");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.expect("CONNECT"));
        }
        assert!(head.starts_with(b"CONNECT echo.test:7 HTTP/1.1\r\n"));
        client
            .write_all(b"HTTP/1.1 200 Fine\r\n\r\n")
            .await
            .expect("write");
        let mut onward = TcpStream::connect(to).await.expect("connect");
        // The client hangs up when it has heard enough.
        let _ = copy_bidirectional(&mut client, &mut onward).await;
    });
    address
}

fn destination(network: &Network, url: &str) -> Result<Destination, NetError> {
    let url = Url::parse(url).expect("url");
    let port = url.port().expect("port");
    network.destination(url.scheme() == "https", &url.host().expect("host"), port)
}

/// Dials the host and port of a URL in a run for it; measured.
async fn dialled(settings: &NetSettings, url: &str) -> (Result<Dialled, NetError>, DialTimings) {
    let home = Url::parse(url).expect("url");
    let network = Network::new(settings, Some(&home)).expect("settings");
    let tls = network.tls_offering(&["echo/1"]);
    let options = DialOptions {
        name: url,
        limit: network.connect_timeout(),
        tls: &tls,
        source: 0,
        asks_proxy: false,
    };
    let to = destination(&network, url).expect("granted");
    let mut timings = DialTimings::start();
    let made = dial(&network, &to, options, &mut timings).await;
    timings.finish();
    (made, timings)
}

/// What a server answers to `SAID`.
async fn said_back(dialled: &mut Dialled) -> Vec<u8> {
    dialled.stream.write_all(SAID).await.expect("write");
    dialled.stream.flush().await.expect("flush");
    let mut answer = vec![0; SAID.len()];
    dialled.stream.read_exact(&mut answer).await.expect("read");
    answer
}

#[tokio::test]
async fn dials_a_plain_server() {
    let address = echo().await;
    let (made, timings) = dialled(&NetSettings::default(), &format!("http://{address}/")).await;
    let mut made = made.expect("connection");
    assert_eq!((made.remote, made.stream.agreed_protocol()), (address, None));
    assert_eq!(said_back(&mut made).await, SAID);
    assert!(timings.connect > 0 && timings.tls == 0, "{timings:?}");
}

#[tokio::test]
async fn dials_a_server_over_tls_and_agrees_on_a_protocol() {
    let (address, certificate) = secure_echo().await;
    let settings = NetSettings {
        ca_file: Some(certificate.path().to_owned()),
        resolve: vec![format!("echo.test:7={address}")],
        ..NetSettings::default()
    };
    let (made, timings) = dialled(&settings, "https://echo.test:7/").await;
    let mut made = made.expect("connection");
    assert_eq!(made.stream.agreed_protocol(), Some(&b"echo/1"[..]));
    assert_eq!(said_back(&mut made).await, SAID);
    assert!(timings.tls > 0, "{timings:?}");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_an_error_of_its_own_kind() {
    let (address, _certificate) = secure_echo().await;
    let settings = NetSettings {
        resolve: vec![format!("echo.test:7={address}")],
        ..NetSettings::default()
    };
    let (made, _) = dialled(&settings, "https://echo.test:7/").await;
    assert_eq!(made.expect_err("untrusted").kind, NetErrorKind::Certificate);
}

#[tokio::test]
async fn a_plain_protocol_gets_a_tunnel_through_a_proxy() {
    let proxy = proxy(echo().await).await;
    let settings = NetSettings {
        proxy: Some(format!("http://{proxy}")),
        ..NetSettings::default()
    };
    let (made, _) = dialled(&settings, "http://echo.test:7/").await;
    let mut made = made.expect("connection");
    assert_eq!((said_back(&mut made).await, made.remote), (SAID.to_vec(), proxy));
}

#[test]
fn there_is_no_way_to_a_host_that_was_not_granted() {
    let settings = NetSettings {
        allow: vec!["echo.test:7".into(), "*.test".into()],
        block_hosts: vec!["blocked.test".into()],
        ..NetSettings::default()
    };
    let network = Network::new(&settings, None).expect("settings");
    assert!(destination(&network, "https://echo.test:7/").is_ok());
    for (url, why) in [
        (
            "https://other.example:7/",
            "the run doesn't allow other.example:7; --allow-host grants it",
        ),
        (
            "https://blocked.test:7/",
            "the run doesn't allow blocked.test: --block-host excludes it",
        ),
    ] {
        let error = destination(&network, url).expect_err("denied");
        assert_eq!(
            (error.kind, error.detail.as_str()),
            (NetErrorKind::HostNotAllowed, why)
        );
    }
}

#[tokio::test]
async fn a_limit_that_passes_says_what_it_passed_in() {
    let (listener, address) = listen().await;
    let settings = NetSettings {
        connect_timeout: std::time::Duration::from_secs(1),
        ..NetSettings::default()
    };
    // It connects, and hears nothing of a handshake.
    let url = format!("https://{address}/");
    let (made, timings) = dialled(&settings, &url).await;
    drop(listener);
    let error = made.expect_err("silent");
    assert_eq!(error.kind, NetErrorKind::Timeout);
    let why = format!("1s of --connect-timeout passed while in the TLS handshake, to {url}");
    assert!(error.detail.starts_with(&why), "{}", error.detail);
    assert!(timings.tls > 0, "{timings:?}");
}
