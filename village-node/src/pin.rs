//! Trust in the hub's TLS key, and in nothing else.
//!
//! Names and dates of certificates are not judged: village clocks are wrong, and the hub's address may change. What
//! counts is that the server holds the pinned key, or shows a certificate that the pinned key signed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use sha2::{Digest as _, Sha256};
use webpki::EndEntityCert;

/// What the server must show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// The first 10 bytes of the SHA-256 of a key: as an enrolment code has it.
    Fingerprint([u8; 10]),
    /// The whole SHA-256 of a `SubjectPublicKeyInfo`: kept from the enrolment on.
    Key([u8; 32]),
}

impl Pin {
    fn fits(&self, hash: &[u8; 32]) -> bool {
        match self {
            Self::Fingerprint(first) => hash.starts_with(first),
            Self::Key(whole) => hash == whole,
        }
    }
}

/// Judges the server by a pin; remembers the whole hash of the key that fitted.
pub struct PinVerifier {
    pin: Pin,
    algorithms: WebPkiSupportedAlgorithms,
    seen: Mutex<Option<[u8; 32]>>,
}

impl fmt::Debug for PinVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinVerifier")
    }
}

impl PinVerifier {
    fn new(pin: Pin, provider: &CryptoProvider) -> Arc<Self> {
        Arc::new(Self { pin, algorithms: provider.signature_verification_algorithms, seen: Mutex::new(None) })
    }

    /// SHA-256 of the pinned key's `SubjectPublicKeyInfo`, once a server has shown it.
    pub fn seen(&self) -> Option<[u8; 32]> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, hash: [u8; 32]) -> ServerCertVerified {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash);
        ServerCertVerified::assertion()
    }
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let own = key_hash(end_entity)?;
        if self.pin.fits(&own) {
            return Ok(self.note(own));
        }
        for issuer in intermediates.iter().take(4) {
            let hash = key_hash(issuer)?;
            if self.pin.fits(&hash) && signed_by(end_entity, issuer, &self.algorithms) {
                return Ok(self.note(hash));
            }
        }
        Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.3 only".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn bad_encoding() -> Error {
    Error::InvalidCertificate(CertificateError::BadEncoding)
}

fn key_hash(certificate: &CertificateDer<'_>) -> Result<[u8; 32], Error> {
    let parsed = EndEntityCert::try_from(certificate).map_err(|_| bad_encoding())?;
    Ok(Sha256::digest(parsed.subject_public_key_info()).into())
}

/// Whether `issuer`'s key signed `certificate`.
fn signed_by(
    certificate: &CertificateDer<'_>,
    issuer: &CertificateDer<'_>,
    algorithms: &WebPkiSupportedAlgorithms,
) -> bool {
    let Some((signed, signature)) = signed_parts(certificate) else { return false };
    let Ok(issuer) = EndEntityCert::try_from(issuer) else { return false };
    algorithms.all.iter().any(|algorithm| issuer.verify_signature(*algorithm, signed, signature).is_ok())
}

/// The part of a certificate that is signed, and the signature: `SEQUENCE { signed, algorithm, BIT STRING }`.
fn signed_parts(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, body, _) = element(certificate)?;
    let (signed, _, rest) = element(body)?;
    let (_, _, rest) = element(rest)?;
    let (_, bits, _) = element(rest)?;
    let (unused, signature) = bits.split_first()?;
    (*unused == 0).then_some((signed, signature))
}

/// A DER element: all of it, its content, what follows.
fn element(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let first = usize::from(*bytes.get(1)?);
    let (length, header) = if first < 0x80 {
        (first, 2)
    } else {
        let count = first - 0x80;
        if count == 0 || count > 3 {
            return None;
        }
        let digits = bytes.get(2..2 + count)?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), 2 + count)
    };
    let end = header.checked_add(length)?;
    Some((bytes.get(..end)?, bytes.get(header..end)?, bytes.get(end..)?))
}

/// Of a TLS record that a link cuts in the middle nothing arrives: records are hardly larger than the smallest frames. It costs
/// a twentieth of the bytes.
const RECORD_BYTES: usize = 512;

/// A TLS client that talks to the pinned server only: TLS 1.3, X25519, resumption on, HTTP/2 before HTTP/1.1.
///
/// # Errors
///
/// When the cryptography of this build does not do TLS 1.3.
pub fn client_config(pin: Pin) -> Result<(ClientConfig, Arc<PinVerifier>), Error> {
    let provider = CryptoProvider {
        // No hybrid groups: their keys cost a kilobyte on every new connection.
        kx_groups: vec![rustls::crypto::ring::kx_group::X25519],
        ..rustls::crypto::ring::default_provider()
    };
    let verifier = PinVerifier::new(pin, &provider);
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::<PinVerifier>::clone(&verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.max_fragment_size = Some(RECORD_BYTES);
    Ok((config, verifier))
}
