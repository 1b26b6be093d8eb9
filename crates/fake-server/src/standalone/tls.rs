//! TLS: a certificate that is given, or one that is made for the occasion.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{TlsAcceptor, rustls};

/// How long a made certificate is good for. Some clients take none that is good for longer.
const GOOD_FOR: Duration = Duration::from_hours(397 * 24);

/// A made certificate is good from so long ago on, for clients whose clock is behind.
const GOOD_SINCE: Duration = Duration::from_hours(24);

/// A certificate with its key, ready to serve https.
#[derive(Clone)]
pub struct Tls {
    config: Arc<rustls::ServerConfig>,
}

/// Why a certificate cannot be used or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The text holds no certificate in PEM.
    #[error("there is no certificate in it: it has to be PEM, the server's own certificate first")]
    NoCertificate,
    /// A certificate in the text is no valid PEM.
    #[error("the certificate is no valid PEM: {0}")]
    Certificate(#[source] rustls::pki_types::pem::Error),
    /// The text holds no private key in PEM.
    #[error("there is no private key in it: it has to be PEM, and not encrypted ({0})")]
    Key(#[source] rustls::pki_types::pem::Error),
    /// Certificate and key do not go together, or are of a kind that cannot be used.
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// A certificate cannot be for this name.
    #[error("{0:?} is no name of a host, and no address")]
    Name(String),
    /// A certificate cannot be made.
    #[error("failed to make a certificate: {0}")]
    Make(#[from] rcgen::Error),
}

fn is_of_a_host(name: &str) -> bool {
    ServerName::try_from(name).is_ok()
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// Serves with a certificate (its chain after it) and a private key that are given as PEM.
    ///
    /// # Errors
    /// What cannot be read or used.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<Vec<_>, _>>()
            .map_err(TlsError::Certificate)?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(TlsError::Key)?;
        Self::new(chain, key)
    }

    /// Makes a certificate for these names and addresses, signed by an authority that is made for
    /// it alone and whose key is thrown away. Returns the authority's certificate as PEM too: a
    /// client that trusts it trusts this server.
    ///
    /// # Errors
    /// A name that cannot stand in a certificate.
    pub fn self_made(names: Vec<String>) -> Result<(Self, String), TlsError> {
        if let Some(name) = names.iter().find(|name| !is_of_a_host(name)) {
            return Err(TlsError::Name(name.clone()));
        }
        let now = SystemTime::now();
        let params = |names: Vec<String>, name: &str| {
            let mut params = CertificateParams::new(names)?;
            params.not_before = (now - GOOD_SINCE).into();
            params.not_after = (now + GOOD_FOR - GOOD_SINCE).into();
            params.distinguished_name.push(DnType::CommonName, name);
            Ok::<_, rcgen::Error>(params)
        };
        let mut authority = params(Vec::new(), "assetproof serve, made for this run")?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let mut own = params(names, "assetproof serve")?;
        own.is_ca = IsCa::ExplicitNoCa;
        own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        own.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = own.signed_by(&key, &authority)?;
        let chain = vec![certificate.der().clone(), authority.der().clone()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Ok((Self::new(chain, key.into())?, authority.pem()))
    }

    fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
        })
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(Arc::clone(&self.config))
            .accept(stream)
            .await
    }
}
