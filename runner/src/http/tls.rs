//! TLS: whom to trust, what to show, and the handshake.

use std::path::Path;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::TlsConnector;

use super::error::{ErrorCode, Fault};
use super::settings::{Settings, VersionPolicy};
use super::stream::Stream;
use crate::bounded;

/// Larger files hold no certificates: all authorities of the Web take 220 KB.
const PEM_BYTES: u64 = 16 << 20;

/// TLS for targets and for proxies. No sessions are resumed: each connection makes the handshake of a new visitor.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    target: Arc<ClientConfig>,
    proxy: Arc<ClientConfig>,
}

impl Tls {
    /// Reads the certificates; adds what is wrong to `problems`.
    pub(super) fn new(settings: &Settings, problems: &mut Vec<String>) -> Option<Tls> {
        let mut base = base(settings, problems)?;
        base.resumption = Resumption::disabled();
        let proxy = Arc::new(base.clone());
        base.alpn_protocols = match settings.version {
            VersionPolicy::Negotiate => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            VersionPolicy::Http1 => vec![b"http/1.1".to_vec()],
            VersionPolicy::Http2PriorKnowledge => vec![b"h2".to_vec()],
        };
        Some(Tls {
            target: Arc::new(base),
            proxy,
        })
    }

    /// TLS with the target.
    pub(super) async fn to_target(&self, stream: Stream, host: &str) -> Result<Stream, Fault> {
        handshake(&self.target, stream, host).await
    }

    /// TLS with a proxy.
    pub(super) async fn to_proxy(&self, stream: Stream, host: &str) -> Result<Stream, Fault> {
        handshake(&self.proxy, stream, host).await
    }
}

async fn handshake(config: &Arc<ClientConfig>, stream: Stream, host: &str) -> Result<Stream, Fault> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Fault::new(ErrorCode::Tls, format!("{host:?} can't be a TLS server name")))?;
    let connecting = TlsConnector::from(config.clone()).connect(name, stream);
    let stream = Box::pin(connecting)
        .await
        .map_err(|error| Fault::handshake(&error, host))?;
    Ok(Stream::Tls(Box::new(stream)))
}

fn base(settings: &Settings, problems: &mut Vec<String>) -> Option<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = roots(settings, problems);
    let identity = settings
        .client_cert
        .as_ref()
        .map(|(chain, key)| identity(chain, key));
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder
        .map_err(|error| problems.push(format!("TLS: {error}")))
        .ok()?;
    let builder = if settings.insecure {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TrustAll(provider)))
    } else {
        builder.with_root_certificates(roots)
    };
    match identity {
        None => Some(builder.with_no_client_auth()),
        Some(Err(problem)) => {
            problems.push(problem);
            None
        }
        Some(Ok((chain, key))) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|error| problems.push(format!("client certificate: {error}")))
            .ok(),
    }
}

/// Mozilla's roots, the system's and the operator's.
fn roots(settings: &Settings, problems: &mut Vec<String>) -> RootCertStore {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if settings.insecure {
        return roots;
    }
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = &settings.ca_file {
        match certificates(path) {
            Ok(own) => {
                roots.add_parsable_certificates(own);
            }
            Err(problem) => problems.push(problem),
        }
    }
    roots
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(chain: &Path, key: &Path) -> Result<Identity, String> {
    let chain = certificates(chain)?;
    let problem =
        |error: &dyn std::fmt::Display| format!("can't read a private key from {}: {error}", key.display());
    let text = bounded::read(key, PEM_BYTES).map_err(|error| problem(&error))?;
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(|error| problem(&error))?;
    Ok((chain, key))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let problem =
        |error: &dyn std::fmt::Display| format!("can't read certificates from {}: {error}", path.display());
    let text = bounded::read(path, PEM_BYTES).map_err(|error| problem(&error))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if found.is_empty() => Err(problem(&"the file holds none")),
        Ok(found) => Ok(found),
        Err(error) => Err(problem(&error)),
    }
}

/// What `insecure` asks for: any certificate, but a real handshake.
#[derive(Debug)]
struct TrustAll(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustAll {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
