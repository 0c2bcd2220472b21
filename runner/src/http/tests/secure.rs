//! TLS and HTTP/2.

use std::convert::Infallible;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::server::{Step, play, read_request, reply};
use super::{base, client, get, response, transport, with_net};
use crate::http::{ErrorCode, HttpSettings, Protocol, Request, VersionPolicy};

struct Authority {
    acceptor: TlsAcceptor,
    file: tempfile::NamedTempFile,
}

/// A certificate for `api.test`, and a server that shows it.
fn authority(protocols: &[&str]) -> Authority {
    let made = rcgen::generate_simple_self_signed(vec!["api.test".to_owned()]).expect("certificate");
    authority_of(&made.cert, &made.signing_key, protocols)
}

fn authority_of(certificate: &rcgen::Certificate, key: &rcgen::KeyPair, protocols: &[&str]) -> Authority {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    file.write_all(certificate.pem().as_bytes()).expect("write");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS");
    let mut config = builder
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("cert");
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Authority {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        file,
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    (listener, address)
}

fn settings(authority: &Authority, address: SocketAddr) -> HttpSettings {
    with_net(base(&format!("https://api.test:{}/", address.port())), |net| {
        net.ca_file = Some(authority.file.path().to_owned());
        net.resolve = vec!["api.test=127.0.0.1".into(), "wrong.test=127.0.0.1".into()];
        net.allow = vec!["wrong.test".into()];
    })
}

/// Serves TLS connections with a script for each.
async fn start(authority: &Authority, scripts: Vec<Vec<Step>>) -> SocketAddr {
    let (listener, address) = listen().await;
    let acceptor = authority.acceptor.clone();
    tokio::spawn(async move {
        for script in scripts {
            let (socket, _) = listener.accept().await.expect("accept");
            if let Ok(stream) = acceptor.accept(socket).await {
                tokio::spawn(play(stream, script, Arc::new(Mutex::new(Vec::new()))));
            }
        }
    });
    address
}

/// An HTTP/2 server: answers with the path, and counts the largest number of exchanges at once.
fn serve_http2(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, most: Arc<AtomicUsize>) {
    let now = Arc::new(AtomicUsize::new(0));
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let (now, most) = (now.clone(), most.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            let body = Full::new(Bytes::from(request.uri().to_string()));
            Ok::<_, Infallible>(
                http::Response::builder()
                    .header("x-a", "1")
                    .body(body)
                    .expect("response"),
            )
        }
    });
    let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    tokio::spawn(builder.serve_connection(TokioIo::new(stream), service));
}

#[tokio::test]
async fn speaks_http1_over_tls() {
    let authority = authority(&["http/1.1"]);
    let address = start(
        &authority,
        vec![vec![reply("200 OK", "one"), reply("200 OK", "two")]],
    )
    .await;
    let mut client = client(&settings(&authority, address));
    let first = response(client.send(&get("/")).await);
    assert_eq!(
        (first.body(), first.exchange.protocol),
        (&b"one"[..], Protocol::Http1)
    );
    assert!(first.exchange.timings.tls > 0);
    let about = |what| first.header(what).unwrap_or_default().into_owned();
    assert_eq!(
        [about(":protocol"), about(":tls-version"), about(":nothing")],
        ["HTTP/1.1", "tls1.3", ""]
    );
    let suite = about(":tls-cipher-suite");
    assert!(suite.starts_with("TLS_") && !suite.contains("TLS13"), "{suite}");
    let second = response(client.send(&get("/")).await);
    assert_eq!(
        (second.body(), second.exchange.reused, second.exchange.timings.tls),
        (&b"two"[..], true, 0)
    );
}

#[tokio::test]
async fn a_certificate_must_be_trusted_and_fit_the_name() {
    let authority = authority(&[]);
    let address = start(&authority, (0..6).map(|_| vec![reply("200 OK", "")]).collect()).await;
    let trusting = settings(&authority, address);
    let code = |outcome: crate::http::HttpOutcome| outcome.result.expect_err("certificate").code;
    let untrusting = with_net(trusting.clone(), |net| net.ca_file = None);
    assert_eq!(
        code(client(&untrusting).send(&get("/")).await),
        ErrorCode::Certificate
    );
    let wrong = format!("https://wrong.test:{}/", address.port());
    assert_eq!(
        code(client(&trusting).send(&get(&wrong)).await),
        ErrorCode::Certificate
    );
    let insecure = with_net(untrusting.clone(), |net| net.insecure = true);
    assert_eq!(response(client(&insecure).send(&get(&wrong)).await).status, 200);
    assert!(transport(&trusting).preflight().await.is_ok());
    assert_eq!(
        transport(&untrusting)
            .preflight()
            .await
            .expect_err("certificate")
            .code,
        ErrorCode::Certificate
    );
}

/// A server that shows these bytes as its certificate.
async fn showing(certificate: Vec<u8>) -> SocketAddr {
    let key = rcgen::KeyPair::generate().expect("key");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key = rustls::crypto::ring::sign::any_supported_type(&key).expect("key");
    let shown = rustls::sign::CertifiedKey::new(vec![certificate.into()], key);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(shown)));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(socket).await {
                let script = vec![reply("200 OK", "in")];
                tokio::spawn(play(stream, script, Arc::new(Mutex::new(Vec::new()))));
            }
        }
    });
    address
}

#[tokio::test]
async fn insecure_means_any_certificate() {
    let other = rcgen::generate_simple_self_signed(vec!["other.test".to_owned()]).expect("certificate");
    for shown in [b"what nobody can read".to_vec(), other.cert.der().to_vec()] {
        let address = showing(shown).await;
        let secure = base(&format!("https://{address}/"));
        let insecure = with_net(secure.clone(), |net| net.insecure = true);
        assert_eq!(response(client(&insecure).send(&get("/")).await).body(), b"in");
        let refused = client(&secure)
            .send(&get("/"))
            .await
            .result
            .expect_err("certificate");
        assert_eq!(refused.code, ErrorCode::Certificate);
        assert!(refused.detail.contains("--insecure"), "{}", refused.detail);
    }
}

#[tokio::test]
async fn a_certificate_that_is_its_own_authority_is_trusted_if_it_was_named() {
    let made = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).expect("names");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().expect("key");
        let certificate = params.self_signed(&key).expect("certificate");
        (certificate, key)
    };
    let (shown, key) = made(&["api.test"]);
    let authority = authority_of(&shown, &key, &[]);
    let address = start(&authority, (0..4).map(|_| vec![reply("200 OK", "in")]).collect()).await;
    let trusting = settings(&authority, address);
    assert_eq!(response(client(&trusting).send(&get("/")).await).body(), b"in");
    // Not for another name, and not because another one with its name was named.
    let wrong = format!("https://wrong.test:{}/", address.port());
    let refused = client(&trusting)
        .send(&get(&wrong))
        .await
        .result
        .expect_err("name");
    assert_eq!(refused.code, ErrorCode::Certificate);
    let (double, double_key) = made(&["api.test"]);
    let double = authority_of(&double, &double_key, &[]);
    let other = with_net(trusting, |net| net.ca_file = Some(double.file.path().to_owned()));
    let refused = client(&other).send(&get("/")).await.result.expect_err("another");
    assert_eq!(refused.code, ErrorCode::Certificate);
}

#[tokio::test]
async fn a_servers_own_certificate_is_trusted_whoever_signed_it() {
    let issuer_key = rcgen::KeyPair::generate().expect("key");
    let mut issuer = rcgen::CertificateParams::default();
    issuer.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = rcgen::Issuer::new(issuer, issuer_key);
    let key = rcgen::KeyPair::generate().expect("key");
    let params = rcgen::CertificateParams::new(vec!["api.test".to_owned()]).expect("names");
    let shown = params.signed_by(&key, &issuer).expect("certificate");
    let authority = authority_of(&shown, &key, &[]);
    let address = start(&authority, (0..3).map(|_| vec![reply("200 OK", "in")]).collect()).await;
    let trusting = settings(&authority, address);
    assert_eq!(response(client(&trusting).send(&get("/")).await).body(), b"in");
    let wrong = format!("https://wrong.test:{}/", address.port());
    let refused = client(&trusting)
        .send(&get(&wrong))
        .await
        .result
        .expect_err("name");
    assert_eq!(refused.code, ErrorCode::Certificate);
    let untrusting = with_net(trusting, |net| net.ca_file = None);
    let refused = client(&untrusting)
        .send(&get("/"))
        .await
        .result
        .expect_err("issuer");
    assert!(refused.detail.contains("--ca-file"), "{}", refused.detail);
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_error() {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("accept");
        socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .expect("write");
    });
    let failure = client(&base(&format!("https://{address}/")))
        .send(&get("/"))
        .await
        .result
        .expect_err("TLS");
    assert_eq!(failure.code, ErrorCode::Tls, "{}", failure.detail);
}

#[tokio::test]
async fn a_batch_shares_one_http2_connection() {
    let authority = authority(&["h2"]);
    let (listener, address) = listen().await;
    let (most, connections) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (acceptor, seen, counted) = (authority.acceptor.clone(), most.clone(), connections.clone());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            // What it says first is waited for, and must not wait for an acknowledgement itself.
            socket.set_nodelay(true).expect("an option");
            serve_http2(acceptor.accept(socket).await.expect("TLS"), seen.clone());
        }
    });
    let mut client = client(&HttpSettings {
        parallel_per_host: 4,
        ..settings(&authority, address)
    });
    let requests = [get("/0"), get("/1"), get("/2"), get("/3")];
    for (at, outcome) in client.send_all(&requests).await.into_iter().enumerate() {
        let response = response(outcome);
        let expected = format!("https://api.test:{}/{at}", address.port());
        assert_eq!(String::from_utf8_lossy(response.body()), expected);
        assert_eq!(
            (response.header("X-A").as_deref(), response.exchange.protocol),
            (Some("1"), Protocol::Http2)
        );
        assert_eq!(
            (
                response.header(":protocol").as_deref(),
                response.header(":tls-version").as_deref()
            ),
            (Some("HTTP/2.0"), Some("tls1.3"))
        );
        assert_eq!(
            (response.exchange.reused, response.final_url()),
            (at > 0, expected.into())
        );
    }
    assert_eq!(
        (connections.load(Ordering::SeqCst), most.load(Ordering::SeqCst)),
        (1, 4)
    );
    client.send_all(&[get("/"); 9]).await;
    assert_eq!(
        (connections.load(Ordering::SeqCst), most.load(Ordering::SeqCst)),
        (1, 9)
    );
    assert!(
        response(
            client
                .send(&Request {
                    keep: false,
                    ..get("/")
                })
                .await
        )
        .body()
        .is_empty()
    );
}

#[tokio::test]
async fn speaks_http2_without_asking() {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("accept");
        serve_http2(socket, Arc::default());
    });
    let version = VersionPolicy::Http2PriorKnowledge;
    let mut client = client(&HttpSettings {
        version,
        ..base(&format!("http://{address}/"))
    });
    let first = response(client.send(&get("/x")).await);
    assert_eq!((first.status, first.exchange.protocol), (200, Protocol::Http2));
    assert!(first.exchange.timings.waiting >= 20_000, "{:?}", first.exchange);
    assert!(response(client.send(&get("/")).await).exchange.reused);
}

#[tokio::test]
async fn http1_can_be_forced() {
    let authority = authority(&["h2", "http/1.1"]);
    let address = start(&authority, vec![vec![reply("200 OK", "")]]).await;
    let settings = HttpSettings {
        version: VersionPolicy::Http1,
        ..settings(&authority, address)
    };
    assert_eq!(
        response(client(&settings).send(&get("/")).await)
            .exchange
            .protocol,
        Protocol::Http1
    );
}

#[tokio::test]
async fn tunnels_tls_through_a_tls_proxy() {
    let authority = authority(&["http/1.1"]);
    let target = start(&authority, vec![vec![reply("200 OK", "through")]]).await;
    let (listener, proxy) = listen().await;
    let acceptor = authority.acceptor.clone();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("accept");
        let mut stream = acceptor.accept(socket).await.expect("TLS");
        let request = read_request(&mut stream).await.expect("CONNECT");
        assert!(request.starts_with("CONNECT api.test:"), "{request}");
        stream
            .write_all(b"HTTP/1.1 200 Fine\r\n\r\n")
            .await
            .expect("write");
        let mut onward = TcpStream::connect(target).await.expect("target");
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut onward).await;
    });
    let settings = with_net(settings(&authority, target), |net| {
        net.proxy = Some(format!("https://127.0.0.1:{}", proxy.port()));
        net.resolve = vec![];
        net.insecure = true;
    });
    assert_eq!(
        response(client(&settings).send(&get("/")).await).body(),
        b"through"
    );
}
