//! What a caller is shown: a certificate for the very address that was called, whichever this machine has today.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::KeyPair;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};

use super::authority::{Authority, new_key};
use crate::Failure;

/// Addresses whose configuration is kept: more than any machine has at once.
const KEPT: usize = 64;

/// The authority, and what it made since this program began.
pub(super) struct Certificates {
    pub(super) authority: Authority,
    /// In memory only: a new one each time the program begins costs nothing and cannot be stolen from the disk.
    key: KeyPair,
    made: Mutex<BTreeMap<IpAddr, Arc<ServerConfig>>>,
}

impl Certificates {
    /// Of this authority.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers.
    pub(super) fn new(authority: Authority) -> Result<Self, Failure> {
        Ok(Self { authority, key: new_key()?, made: Mutex::default() })
    }

    /// How TLS is spoken at one of this machine's addresses.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers.
    pub(super) fn at(&self, own: IpAddr) -> Result<Arc<ServerConfig>, Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = made.get(&own) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.make(own)?);
        if made.len() >= KEPT {
            made.clear();
        }
        made.insert(own, Arc::clone(&config));
        Ok(config)
    }

    fn make(&self, own: IpAddr) -> Result<ServerConfig, Failure> {
        // The root along with it, so that a certificate viewer shows what is to be compared.
        let chain = vec![self.authority.certify(&self.key, own)?, self.authority.root().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            // Browsers speak 1.3; of the programs that use the API, those on the TLS of Windows 10 speak 1.2 at most.
            .with_protocol_versions(&[&TLS13, &TLS12])
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| unusable(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn unusable(error: &rustls::Error) -> Failure {
    Failure::machine(
        "tls",
        format!(
            "Sambungan aman (TLS) tidak dapat disiapkan. Data yang sudah tersimpan aman; mohon laporkan. ({error})"
        ),
        format!("The safe connection (TLS) could not be set up. What was saved is safe; please report this. ({error})"),
    )
}
