//! TLS: version 1.3 only, our own certificates, few bytes.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SignatureScheme};

use crate::Failure;
use crate::browser_certificate::BrowserCertificate;
use crate::keys::HubKeys;

/// Resumable connections that are remembered: enough for every office of a regency, some times over.
const SESSIONS: usize = 4096;

/// As the nodes have it.
const RECORD_BYTES: usize = 512;

/// What a TLS acceptor needs.
///
/// # Errors
///
/// When the keys are damaged.
pub(crate) fn config(keys: &HubKeys, browsers: &BrowserCertificate) -> Result<Arc<ServerConfig>, Failure> {
    // X25519 alone: the hybrid key exchange costs over a kilobyte each way, much on a village link.
    let provider = CryptoProvider { kx_groups: vec![ring::kx_group::X25519], ..ring::default_provider() };
    let certified = |(certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>)| {
        CertifiedKey::from_der(vec![certificate], key, &provider).map(Arc::new).map_err(Failure::internal)
    };
    let by_client = ByClient { pinned: certified(keys.tls()?)?, browsers: certified(browsers.tls()?)? };
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider.clone()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(Failure::internal)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(by_client));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Of a record that a link cuts in the middle nothing arrives.
    config.max_fragment_size = Some(RECORD_BYTES);
    config.send_tls13_tickets = 1;
    // Kept here rather than sealed into the ticket: a ticket is then a few bytes.
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    Ok(Arc::new(config))
}

/// Nodes and browsers are told apart by what they can check.
#[derive(Debug)]
struct ByClient {
    /// The Ed25519 one that the nodes pin.
    pinned: Arc<CertifiedKey>,
    browsers: Arc<CertifiedKey>,
}

impl ResolvesServerCert for ByClient {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let knows_pinned = hello.signature_schemes().contains(&SignatureScheme::ED25519);
        Some(Arc::clone(if knows_pinned { &self.pinned } else { &self.browsers }))
    }
}
