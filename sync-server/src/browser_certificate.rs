//! The certificate for browsers: they know no Ed25519 certificates, and nodes pin the one they joined with.

use std::net::IpAddr;

use data_encoding::HEXLOWER;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, SanType};
use replica_store::Replica;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Failure;

/// Kept in the database, so that an operator accepts it once; backups carry it as they carry the other keys.
const SETTING: &str = "desk/certificate";

/// The certificate and its key, as they are kept: hexadecimal.
#[derive(Serialize, Deserialize)]
pub(crate) struct BrowserCertificate {
    /// The names it is for, to notice that they changed.
    names: Vec<String>,
    key: String,
    certificate: String,
}

impl BrowserCertificate {
    /// The one that is kept; a new one when there is none, or the hub's names changed.
    ///
    /// # Errors
    ///
    /// When the disk refuses or the operating system gives no random bytes.
    pub(crate) fn of(replica: &mut Replica, names: &[String]) -> Result<Self, Failure> {
        let kept = replica.setting(SETTING)?.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        if let Some(kept) = kept.filter(|kept| kept.names == names) {
            return Ok(kept);
        }
        let made = Self::make(names)?;
        replica.set_setting(SETTING, &serde_json::to_vec(&made).map_err(Failure::internal)?)?;
        Ok(made)
    }

    fn make(names: &[String]) -> Result<Self, Failure> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Failure::internal)?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Smart Kampung Sync hub");
        for name in names {
            let entry = match name.parse::<IpAddr>() {
                Ok(address) => Some(SanType::IpAddress(address)),
                Err(_) => name.as_str().try_into().ok().map(SanType::DnsName),
            };
            params.subject_alt_names.extend(entry);
        }
        let certificate = params.self_signed(&key).map_err(Failure::internal)?;
        Ok(Self {
            names: names.to_vec(),
            key: HEXLOWER.encode(key.serialized_der()),
            certificate: HEXLOWER.encode(certificate.der()),
        })
    }

    /// What the TLS server presents to browsers.
    ///
    /// # Errors
    ///
    /// When it is damaged.
    pub(crate) fn tls(&self) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Failure> {
        let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).map_err(Failure::internal);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(bytes(&self.key)?));
        Ok((CertificateDer::from(bytes(&self.certificate)?), key))
    }

    /// What browsers show as its SHA-256 fingerprint: an operator compares it once.
    pub(crate) fn fingerprint(&self) -> String {
        let der = HEXLOWER.decode(self.certificate.as_bytes()).unwrap_or_default();
        let pairs: Vec<String> = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_as_long_as_the_names_stay() {
        let roster = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";
        let dir = tempfile::tempdir().unwrap();
        crate::init::init(dir.path(), roster).unwrap();
        let (mut hub, _) = Replica::open(dir.path(), "test", change_log::EpochId([1; 16])).unwrap();
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let first = BrowserCertificate::of(&mut hub, &names).unwrap();
        assert!(first.tls().is_ok());
        assert_eq!(first.fingerprint().len(), 32 * 3 - 1);
        let again = BrowserCertificate::of(&mut hub, &names).unwrap();
        assert_eq!(again.fingerprint(), first.fingerprint());
        let other = BrowserCertificate::of(&mut hub, &["hub.example.go.id".to_owned()]).unwrap();
        assert_ne!(other.fingerprint(), first.fingerprint());
    }
}
