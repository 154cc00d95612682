//! The hub's keys: what it signs with, its certificate authority, and its TLS certificate.

use std::fmt;
use std::io::Write as _;
use std::path::Path;

use change_log::HubId;
use data_encoding::HEXLOWER;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, PKCS_ED25519,
    PublicKeyData as _,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use sync_protocol::SigningKey;
use sync_protocol::enrolment::Code;

use crate::{Failure, clock};

/// The name of the key file in the data folder.
pub const FILE: &str = "hub-keys.json";
/// The key of the copy that a backup carries.
pub const SETTING: &str = "hub-keys";

/// All secret keys of a hub, as they are kept in [`FILE`]: hexadecimal, readable by its owner only.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubKeys {
    /// Seed of the Ed25519 key that signs receipts.
    seed: String,
    /// Key of the certificate authority (PKCS #8) and its certificate.
    authority_key: String,
    authority_certificate: String,
    /// Key of the TLS certificate (PKCS #8), whose public part the nodes pin, and the certificate.
    tls_key: String,
    tls_certificate: String,
}

impl fmt::Debug for HubKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HubKeys")
    }
}

impl HubKeys {
    /// Makes new keys.
    ///
    /// # Errors
    ///
    /// When the operating system gives no random bytes.
    pub fn generate() -> Result<Self, Failure> {
        let seed = clock::random::<32>()?;
        let authority_key = KeyPair::generate_for(&PKCS_ED25519).map_err(Failure::internal)?;
        let authority_der = authority_key.serialize_der();
        let mut of_authority = named("Smart Kampung Sync hub CA")?;
        of_authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        of_authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = CertifiedIssuer::self_signed(of_authority, authority_key).map_err(Failure::internal)?;
        let tls_key = KeyPair::generate_for(&PKCS_ED25519).map_err(Failure::internal)?;
        let tls = named("sync-server")?.signed_by(&tls_key, &authority).map_err(Failure::internal)?;
        Ok(Self {
            seed: HEXLOWER.encode(&seed),
            authority_key: HEXLOWER.encode(&authority_der),
            authority_certificate: HEXLOWER.encode(authority.der()),
            tls_key: HEXLOWER.encode(tls_key.serialized_der()),
            tls_certificate: HEXLOWER.encode(tls.der()),
        })
    }

    /// Reads the key file of a data folder.
    ///
    /// # Errors
    ///
    /// When it is missing or damaged.
    pub fn load(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join(FILE);
        let text = std::fs::read(&path).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                Failure::state(
                    format!("{} holds no hub: its key file {FILE} is missing", dir.display()),
                    "name the right folder with --data, make a hub (sync-server init --roster FILE), or restore a backup",
                )
            } else {
                Failure::file(&path, &error)
            }
        })?;
        Self::parse(&text)
    }

    /// Reads keys in the form of the file.
    ///
    /// # Errors
    ///
    /// When they are damaged.
    pub fn parse(text: &[u8]) -> Result<Self, Failure> {
        let keys: Self = serde_json::from_slice(text).map_err(|_| damaged())?;
        keys.signing_key()?;
        keys.fingerprint()?;
        Ok(keys)
    }

    /// The form of the file.
    ///
    /// # Errors
    ///
    /// Never for keys that were made or read here.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec_pretty(self).map_err(Failure::internal)
    }

    /// Writes the key file, readable by its owner only; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// When there is one already, or the disk refuses.
    pub fn save(&self, dir: &Path) -> Result<(), Failure> {
        let path = dir.join(FILE);
        write_secret(&path, &self.to_bytes()?).map_err(|error| Failure::file(&path, &error))
    }

    /// The key that signs receipts.
    ///
    /// # Errors
    ///
    /// When the keys are damaged.
    pub fn signing_key(&self) -> Result<SigningKey, Failure> {
        let seed: [u8; 32] = bytes(&self.seed)?.try_into().map_err(|_| damaged())?;
        Ok(SigningKey::from_seed(&seed))
    }

    /// The public key that receipts are checked with.
    ///
    /// # Errors
    ///
    /// When the keys are damaged.
    pub fn public_key(&self) -> Result<[u8; 32], Failure> {
        Ok(self.signing_key()?.verifying_key().to_bytes())
    }

    /// The hub's id.
    ///
    /// # Errors
    ///
    /// When the keys are damaged.
    pub fn hub(&self) -> Result<HubId, Failure> {
        Ok(HubId::from_public_key(&self.public_key()?))
    }

    /// First 10 bytes of the SHA-256 of the TLS key's `SubjectPublicKeyInfo`: what an enrolment code carries.
    ///
    /// # Errors
    ///
    /// When the keys are damaged.
    pub fn fingerprint(&self) -> Result<[u8; 10], Failure> {
        let der = PrivatePkcs8KeyDer::from(bytes(&self.tls_key)?);
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ED25519).map_err(|_| damaged())?;
        Ok(Code::fingerprint_of(&key.subject_public_key_info()))
    }

    /// What the TLS server presents.
    ///
    /// # Errors
    ///
    /// When the keys are damaged.
    pub fn tls(&self) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Failure> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(bytes(&self.tls_key)?));
        Ok((CertificateDer::from(bytes(&self.tls_certificate)?), key))
    }
}

fn named(name: &str) -> Result<CertificateParams, Failure> {
    let mut params = CertificateParams::new(vec!["sync-server".to_owned()]).map_err(Failure::internal)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

fn bytes(hex: &str) -> Result<Vec<u8>, Failure> {
    HEXLOWER.decode(hex.as_bytes()).map_err(|_| damaged())
}

fn damaged() -> Failure {
    Failure::machine(
        format!("the hub's key file {FILE} is damaged"),
        "put the file back from a copy, or restore a backup: sync-server restore FILE --data NEW-FOLDER",
    )
}

/// A new file that only its owner may read.
pub(crate) fn write_secret(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_their_file_and_damage_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let keys = HubKeys::generate().unwrap();
        keys.save(dir.path()).unwrap();
        let loaded = HubKeys::load(dir.path()).unwrap();
        assert_eq!(loaded.hub().unwrap(), keys.hub().unwrap());
        assert_eq!(loaded.fingerprint().unwrap(), keys.fingerprint().unwrap());
        assert_eq!(format!("{keys:?}"), "HubKeys");
        assert!(keys.save(dir.path()).is_err(), "keys are never overwritten");
        std::fs::write(dir.path().join(FILE), "{}").unwrap();
        assert!(HubKeys::load(dir.path()).unwrap_err().error.contains("damaged"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_key_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        HubKeys::generate().unwrap().save(dir.path()).unwrap();
        let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
