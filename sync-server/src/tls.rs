//! TLS: version 1.3 only, our own certificate, few bytes.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::ServerSessionMemoryCache;

use crate::Failure;
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
pub(crate) fn config(keys: &HubKeys) -> Result<Arc<ServerConfig>, Failure> {
    let (certificate, key) = keys.tls()?;
    // X25519 alone: the hybrid key exchange costs over a kilobyte each way, much on a village link.
    let provider = CryptoProvider { kx_groups: vec![ring::kx_group::X25519], ..ring::default_provider() };
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(Failure::internal)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(Failure::internal)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Of a record that a link cuts in the middle nothing arrives.
    config.max_fragment_size = Some(RECORD_BYTES);
    config.send_tls13_tickets = 1;
    // Kept here rather than sealed into the ticket: a ticket is then a few bytes.
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    Ok(Arc::new(config))
}
