//! TLS: what it is set up with, and the handshake. Whether a certificate is trusted is said in `trust.rs`.

use std::path::Path;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::TlsConnector;

use super::error::{NetError, NetErrorKind};
use super::settings::{NetSettings, TlsVersions};
use super::stream::NetStream;
use super::trust::{Trust, TrustAll};
use crate::system::bounded;

/// Larger files hold no certificates: all authorities of the Web take 220 KB.
const PEM_BYTES: u64 = 16 << 20;

/// TLS as a client, with the protocols that it offers to speak. No sessions are resumed: each connection makes the
/// handshake of a new visitor.
#[derive(Clone, Debug)]
pub struct Tls(Arc<ClientConfig>);

impl Tls {
    /// Reads the certificates, and offers no protocol; adds what is wrong to `problems`.
    pub(super) fn new(settings: &NetSettings, problems: &mut Vec<String>) -> Option<Tls> {
        let mut config = config(settings, problems)?;
        config.resumption = Resumption::disabled();
        Some(Tls(Arc::new(config)))
    }

    /// The same with an offer of these protocols (RFC 7301), the preferred one first.
    pub(super) fn offering(&self, protocols: &[&str]) -> Tls {
        let mut config = ClientConfig::clone(&self.0);
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Tls(Arc::new(config))
    }

    /// Makes the handshake with `host`, which is in normal form.
    pub(super) async fn handshake(&self, stream: NetStream, host: &str) -> Result<NetStream, NetError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| NetError::new(NetErrorKind::Tls, format!("{host:?} can't be a TLS server name")))?;
        let connecting = TlsConnector::from(self.0.clone()).connect(name, stream);
        let stream = Box::pin(connecting)
            .await
            .map_err(|error| NetError::handshake(&error, host))?;
        Ok(NetStream::Tls(Box::new(stream)))
    }
}

fn config(settings: &NetSettings, problems: &mut Vec<String>) -> Option<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let own = own_authorities(settings, problems);
    let identity = settings
        .client_cert
        .as_ref()
        .map(|(chain, key)| identity(chain, key));
    let versions: &[&SupportedProtocolVersion] = match settings.tls_versions {
        TlsVersions::Both => &[&TLS13, &TLS12],
        TlsVersions::Only12 => &[&TLS12],
        TlsVersions::Only13 => &[&TLS13],
    };
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions);
    let builder = builder
        .map_err(|error| problems.push(format!("TLS: {error}")))
        .ok()?;
    let builder = if settings.insecure {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TrustAll))
    } else {
        let trust = Trust::new(roots(&own), provider, own);
        let trust = trust
            .map_err(|error| problems.push(format!("TLS: {error}")))
            .ok()?;
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(trust))
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

/// The certificates of `--ca-file`.
fn own_authorities(settings: &NetSettings, problems: &mut Vec<String>) -> Vec<CertificateDer<'static>> {
    let Some(path) = settings.ca_file.as_ref().filter(|_| !settings.insecure) else {
        return Vec::new();
    };
    certificates(path).unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    })
}

/// Mozilla's roots, the system's and the operator's.
fn roots(own: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(own.iter().cloned());
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
