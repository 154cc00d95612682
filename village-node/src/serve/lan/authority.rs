//! The machine's own certificate authority: its root is installed once on the other PCs of the office, and it vouches for
//! whatever addresses this machine has today.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::Path;

use data_encoding::HEXLOWER;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Failure, moment, private_file};

/// The name of the key file in the data folder. Of the machine: no backup carries it.
pub(super) const FILE: &str = "lan-key.json";

/// A key and its certificate.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    hosts: Vec<String>,
}

/// As it is kept: hexadecimal, readable by its owner only.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// What certificate viewers call it.
    name: String,
    /// The host names that it may vouch for.
    hosts: Vec<String>,
    /// PKCS #8.
    key: String,
    /// X.509, DER.
    certificate: String,
}

impl Authority {
    /// The one of a data folder; made when there is none, or when its file is damaged. `host` is what this machine is
    /// called on the network.
    ///
    /// # Errors
    ///
    /// When the disk refuses. A file that is there but cannot be read is never written over.
    pub(super) fn open(dir: &Path, host: Option<&str>) -> Result<Self, Failure> {
        let path = dir.join(FILE);
        match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::file(&path, &error)),
            Ok(bytes) => {
                if let Some(kept) = Self::parse(&bytes) {
                    if private_file::is_open_to_others(&path) {
                        tracing::warn!("others could read {FILE}; it is closed to them now");
                        private_file::close_to_others(&path)?;
                    }
                    return Ok(kept);
                }
                tracing::warn!("{FILE} is damaged: a new key was made, the root has to be installed again");
            }
        }
        let kept = make(host)?;
        private_file::write(&path, &serde_json::to_vec_pretty(&kept).unwrap_or_default())?;
        Self::of(kept).ok_or_else(|| unmade(&"the new key cannot be read"))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        Self::of(serde_json::from_slice(bytes).ok()?)
    }

    fn of(kept: Kept) -> Option<Self> {
        let key = PrivatePkcs8KeyDer::from(HEXLOWER.decode(kept.key.as_bytes()).ok()?);
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&key, &PKCS_ECDSA_P256_SHA256).ok()?;
        let certificate = CertificateDer::from(HEXLOWER.decode(kept.certificate.as_bytes()).ok()?);
        let issuer = Issuer::new(root(&kept.name, &kept.hosts), key);
        Some(Self { issuer, certificate, hosts: kept.hosts })
    }

    /// The host names that it vouches for beside addresses.
    pub(super) fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// The root certificate, which the other PCs are to trust.
    pub(super) fn root(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// SHA-256 of the root certificate in hexadecimal digits, as certificate viewers show it.
    pub(super) fn fingerprint(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(&self.certificate))
    }

    /// A certificate for a key of this machine at one of its addresses.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers.
    pub(super) fn certify(&self, key: &KeyPair, own: IpAddr) -> Result<CertificateDer<'static>, Failure> {
        let mut params = CertificateParams::new(self.hosts.clone()).map_err(|error| unmade(&error))?;
        params.subject_alt_names.push(SanType::IpAddress(own));
        name(&mut params, "Smart Kampung Sync, meja layanan");
        last_for_ever(&mut params);
        params.serial_number = Some(serial()?);
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let made = params.signed_by(key, &self.issuer).map_err(|error| unmade(&error))?;
        Ok(made.into())
    }
}

fn make(host: Option<&str>) -> Result<Kept, Failure> {
    let key = new_key()?;
    // Two roots of one name would be taken for each other by a PC that has both.
    let id = HEXLOWER.encode(&moment::random::<3>()?);
    let name = format!("Smart Kampung Sync {} {id}", host.unwrap_or("PC"));
    let hosts = host.map_or_else(Vec::new, hosts_of);
    let mut params = root(&name, &hosts);
    params.serial_number = Some(serial()?);
    let certificate = params.self_signed(&key).map_err(|error| unmade(&error))?;
    Ok(Kept {
        name,
        hosts,
        key: HEXLOWER.encode(key.serialized_der()),
        certificate: HEXLOWER.encode(certificate.der()),
    })
}

/// A key that browsers take.
///
/// # Errors
///
/// When the operating system has no random numbers.
pub(super) fn new_key() -> Result<KeyPair, Failure> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| unmade(&error))
}

fn root(called: &str, hosts: &[String]) -> CertificateParams {
    let mut params = CertificateParams::default();
    name(&mut params, called);
    last_for_ever(&mut params);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // A key that is stolen from this machine vouches for no site of the internet: those have other names.
    let permitted_subtrees = hosts.iter().cloned().chain(["local".to_owned()]).map(GeneralSubtree::DnsName).collect();
    params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    params
}

fn hosts_of(host: &str) -> Vec<String> {
    let mut hosts = vec![host.to_owned()];
    if !host.contains('.') {
        hosts.push(format!("{host}.local"));
    }
    hosts
}

fn name(params: &mut CertificateParams, called: &str) {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, called);
}

/// The clocks of village PCs may say 1970 or 2040; a date that locks the office out would protect nobody.
fn last_for_ever(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(1970, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
}

/// Drawn by chance: some browsers refuse two certificates of one authority with the same number.
fn serial() -> Result<SerialNumber, Failure> {
    let mut bytes = moment::random::<16>()?;
    // Positive, and not shorter.
    bytes[0] = bytes[0] & 0x3f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

fn unmade(error: &dyn std::fmt::Display) -> Failure {
    Failure::machine(
        "lan_certificate",
        format!(
            "Sertifikat untuk jaringan kantor tidak dapat dibuat. Data yang sudah tersimpan aman; mulai ulang village-node. \
             ({error})"
        ),
        format!(
            "No certificate for the office's network could be made. What was saved is safe; start village-node again. \
             ({error})"
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::pki_types::{ServerName, UnixTime};
    use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

    use super::*;

    /// Whether somebody who trusts the root takes a certificate for that name at that time.
    fn is_taken(root: &CertificateDer<'_>, leaf: &CertificateDer<'_>, name: &str, seconds: u64) -> bool {
        let anchors = [anchor_from_trusted_cert(root).unwrap()];
        let leaf = EndEntityCert::try_from(leaf).unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let algorithms = [webpki::ring::ECDSA_P256_SHA256];
        leaf.verify_for_usage(&algorithms, &anchors, &[], now, KeyUsage::server_auth(), None, None).is_ok()
            && leaf.verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap()).is_ok()
    }

    #[test]
    fn the_root_vouches_for_the_machines_addresses_and_names_whatever_the_clock_says() {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::open(dir.path(), Some("pc-desa")).unwrap();
        let key = new_key().unwrap();
        let leaf = authority.certify(&key, "192.168.1.5".parse().unwrap()).unwrap();
        let of_1970_2026_and_2040 = [1, 1_795_000_000, 2_220_000_000];
        for seconds in of_1970_2026_and_2040 {
            for name in ["192.168.1.5", "pc-desa", "pc-desa.local"] {
                assert!(is_taken(authority.root(), &leaf, name, seconds), "{name} at {seconds}");
            }
        }
        assert!(!is_taken(authority.root(), &leaf, "192.168.1.6", 1));
        let other = authority.certify(&key, "fd00::2".parse().unwrap()).unwrap();
        assert!(is_taken(authority.root(), &other, "fd00::2", 1));
    }

    #[test]
    fn a_stolen_key_vouches_for_no_site_of_the_internet() {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::open(dir.path(), Some("pc-desa")).unwrap();
        let mut thief = Authority::open(dir.path(), None).unwrap();
        thief.hosts = vec!["bank.example".to_owned()];
        let leaf = thief.certify(&new_key().unwrap(), "192.168.1.5".parse().unwrap()).unwrap();
        assert!(!is_taken(authority.root(), &leaf, "bank.example", 1));
        thief.hosts = vec!["pc-lain.local".to_owned()];
        let leaf = thief.certify(&new_key().unwrap(), "192.168.1.5".parse().unwrap()).unwrap();
        assert!(is_taken(authority.root(), &leaf, "pc-lain.local", 1), "names of the network alone");
    }

    #[test]
    fn the_root_stays_until_its_file_is_lost_or_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let fingerprint = |host| Authority::open(dir.path(), host).unwrap().fingerprint();
        let first = fingerprint(Some("pc-desa"));
        assert_eq!(first.len(), 64);
        assert_eq!(first, fingerprint(Some("renamed")));
        assert!(!private_file::is_open_to_others(&dir.path().join(FILE)));
        std::fs::write(dir.path().join(FILE), b"{}").unwrap();
        let second = fingerprint(None);
        assert_ne!(first, second);
        std::fs::remove_file(dir.path().join(FILE)).unwrap();
        assert_ne!(second, fingerprint(None));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_could_read_is_closed_to_them_and_one_that_cannot_be_read_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE);
        let first = Authority::open(dir.path(), None).unwrap().fingerprint();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        assert_eq!(Authority::open(dir.path(), None).unwrap().fingerprint(), first);
        assert!(!private_file::is_open_to_others(&file));
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        assert_eq!(Authority::open(dir.path(), None).err().unwrap().code, "file");
    }
}
