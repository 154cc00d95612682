//! What a node seals letters with: its key, the hub's certificate of it, and the address that QR codes begin with.

use change_log::HubId;
use office_model::Bilingual;
use serde::{Deserialize, Serialize};
use sync_protocol::{LetterSeal, NodeCertificate, SealedLetter, SigningKey, VerifyingKey};

use crate::node::plain_url;
use crate::{Identity, http};

/// Longest address that letters begin with, in bytes: longer ones make codes that no phone reads.
const PUBLIC_URL_MAX: usize = 100;

/// What the hub gave a node to seal letters with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealing {
    /// The hub's certificate of this node, in hexadecimal.
    pub certificate: String,
    /// Where citizens reach the hub's pages; nothing where that is where nodes call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
}

impl Sealing {
    /// What the hub said, if it is this node's: a certificate of its key and office, and an address of pages.
    pub(crate) fn of(identity: &Identity, certificate: String, public_url: Option<String>) -> Option<Self> {
        let public_url = public_url.map(|url| plain_url(&url));
        let good = |url: &String| url.len() <= PUBLIC_URL_MAX && http::page(url, "/l/").is_ok();
        let sealing = Self { certificate, public_url: public_url.filter(good) };
        sealing.checked(identity).map(|_| sealing)
    }

    fn checked(&self, identity: &Identity) -> Option<NodeCertificate> {
        let certificate: NodeCertificate = self.certificate.parse().ok()?;
        let hub_key = VerifyingKey::from_bytes(&identity.hub_public_key.0).ok()?;
        let node = certificate.verify(&hub_key).ok()?;
        let own = SigningKey::from_seed(&identity.secret_key.0).verifying_key();
        (node.key == own && node.office == identity.office).then_some(certificate)
    }
}

/// Seals letters.
#[derive(Debug, Clone)]
pub(crate) struct Sealer {
    key: SigningKey,
    hub: HubId,
    hub_key: Option<VerifyingKey>,
    certificate: Option<NodeCertificate>,
    public_url: String,
}

/// Why a letter bears no seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsealed {
    /// It is not signed yet.
    NotSigned,
    /// It has no number.
    NoNumber,
    /// Two people entered different values, and nobody decided.
    Undecided,
    /// Two machines signed it apart, and not the same.
    SignedApart,
    /// The hub has not certified this node yet.
    NoCertificate,
    /// A line of it is too long for a seal.
    TooLong,
}

impl Sealer {
    /// Of a node. What it holds and is not its own counts for nothing.
    pub(crate) fn of(identity: &Identity) -> Self {
        let sealing = identity.sealing.as_ref();
        Self {
            key: SigningKey::from_seed(&identity.secret_key.0),
            hub: identity.hub,
            hub_key: VerifyingKey::from_bytes(&identity.hub_public_key.0).ok(),
            certificate: sealing.and_then(|sealing| sealing.checked(identity)),
            public_url: sealing
                .and_then(|sealing| sealing.public_url.clone())
                .unwrap_or_else(|| identity.hub_url.clone()),
        }
    }

    /// Whether the hub certified this node.
    pub(crate) const fn is_certified(&self) -> bool {
        self.certificate.is_some()
    }

    /// The address that the QR code of a letter holds: the same for the same letter, whenever it is printed, and by whichever
    /// machine where `mark`, which the signature holds, is under it. Where it is not, this machine seals.
    pub(crate) fn address(&self, letter: &SealedLetter, mark: Option<&str>) -> Result<String, Unsealed> {
        let signed = mark.zip(self.hub_key.as_ref()).and_then(|(mark, key)| LetterSeal::of_mark(letter, mark, key));
        Ok(signed.map_or_else(|| self.seal(letter), Ok)?.address(&self.public_url))
    }

    /// What the signature of a letter is to hold for each machine to print one seal.
    pub(crate) fn mark(&self, letter: &SealedLetter) -> Result<String, Unsealed> {
        Ok(self.seal(letter)?.mark())
    }

    fn seal(&self, letter: &SealedLetter) -> Result<LetterSeal, Unsealed> {
        let certificate = self.certificate.as_ref().ok_or(Unsealed::NoCertificate)?;
        LetterSeal::sign(letter, certificate, &self.key, self.hub).map_err(|_| Unsealed::TooLong)
    }
}

impl Unsealed {
    /// A word for programs.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotSigned => "not_signed",
            Self::NoNumber => "no_number",
            Self::Undecided => "undecided",
            Self::SignedApart => "signed_apart",
            Self::NoCertificate => "no_certificate",
            Self::TooLong => "too_long",
        }
    }

    /// Why, and what to do.
    pub(crate) fn text(self) -> Bilingual {
        match self {
            Self::NotSigned => Bilingual::new(
                "Surat dicetak tanpa segel QR: belum ditandatangani. Catat langkah \"Sudah ditandatangani\", lalu cetak lagi.",
                "The letter is printed without a QR seal: it is not signed yet. Take the step \"It is signed\", then print it \
                 again.",
            ),
            Self::NoNumber => Bilingual::new(
                "Surat dicetak tanpa segel QR: belum bernomor.",
                "The letter is printed without a QR seal: it has no number.",
            ),
            Self::Undecided => Bilingual::new(
                "Surat dicetak tanpa segel QR: ada isian yang berbeda dan belum diputuskan. Putuskan dahulu, lalu cetak lagi.",
                "The letter is printed without a QR seal: people entered different values. Decide between them, then print it \
                 again.",
            ),
            Self::SignedApart => Bilingual::new(
                "Surat ini ditandatangani di dua komputer yang sedang terpisah, dan isinya berbeda: ada dua surat dengan satu nomor. \
                 Tidak ada yang dicetak lagi; tarik yang sudah keluar, batalkan berkas ini, dan buat yang baru.",
                "This letter was signed on two machines that were apart, and what they signed differs: there are two papers with \
                 one number. None is printed again; take back what went out, cancel this record, and make a new one.",
            ),
            Self::NoCertificate => Bilingual::new(
                "Surat dicetak tanpa segel QR: komputer ini belum menerima sertifikatnya dari pusat. Sertifikat datang sendiri \
                 pada sinkronisasi berikutnya.",
                "The letter is printed without a QR seal: this machine has no certificate from the hub yet. It comes by itself \
                 with the next sync.",
            ),
            Self::TooLong => Bilingual::new(
                "Surat dicetak tanpa segel QR: nomor, nama, atau nama penanda tangan terlalu panjang.",
                "The letter is printed without a QR seal: number, name or the signer's name is too long.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use change_log::{DocumentId, NodeId};
    use sync_protocol::CertifiedNode;

    use super::*;
    use crate::Bytes32;

    const SECRET: [u8; 32] = [7; 32];

    fn hub() -> SigningKey {
        SigningKey::from_seed(&[8; 32])
    }

    fn identity() -> Identity {
        let key = SigningKey::from_seed(&SECRET).verifying_key();
        Identity {
            office: "35.10.01.2001".parse().unwrap(),
            node: NodeId::from_public_key(&key.to_bytes()),
            hub: hub().verifying_key().hub_id(),
            hub_public_key: Bytes32(hub().verifying_key().to_bytes()),
            hub_url: "https://hub.example:8217".to_owned(),
            server_pin: Bytes32([9; 32]),
            secret_key: Bytes32(SECRET),
            sealing: None,
        }
    }

    fn certificate(hub: &SigningKey, secret: [u8; 32], office: &str) -> String {
        let key = SigningKey::from_seed(&secret).verifying_key();
        let node = CertifiedNode { key, office: office.parse().unwrap(), issued_seconds: 1_795_000_000 };
        NodeCertificate::issue(hub, node).to_string()
    }

    impl Sealer {
        /// One that the hub certified.
        pub(crate) fn certified_for_tests() -> Self {
            let sealing = Sealing::of(&identity(), certificate(&hub(), SECRET, "35.10.01.2001"), None);
            Self::of(&Identity { sealing, ..identity() })
        }
    }

    fn letter(name: &str) -> SealedLetter {
        SealedLetter {
            document: DocumentId("0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40".parse().unwrap()),
            service: "G01".parse().unwrap(),
            number: "470/0012/429.523.03/2026".to_owned(),
            name: name.to_owned(),
            date: "2026-11-23".parse().unwrap(),
            signer: String::new(),
        }
    }

    #[test]
    fn a_certificate_that_is_not_this_machines_is_not_taken() {
        let of = |certificate: String| Sealing::of(&identity(), certificate, None);
        assert!(of(certificate(&hub(), SECRET, "35.10.01.2001")).is_some());
        assert!(of(certificate(&hub(), [6; 32], "35.10.01.2001")).is_none(), "another machine's");
        assert!(of(certificate(&hub(), SECRET, "35.10.01.2002")).is_none(), "another office's");
        let other_hub = SigningKey::from_seed(&[5; 32]);
        assert!(of(certificate(&other_hub, SECRET, "35.10.01.2001")).is_none(), "another hub's");
        assert!(of("none".to_owned()).is_none());
    }

    #[test]
    fn letters_begin_with_the_public_address_or_where_the_hub_is_called() {
        let begins = |public: Option<&str>| {
            let certificate = certificate(&hub(), SECRET, "35.10.01.2001");
            let sealing = Sealing::of(&identity(), certificate, public.map(str::to_owned));
            let address = Sealer::of(&Identity { sealing, ..identity() }).address(&letter("SITI"), None).unwrap();
            address.split_once("/l/").unwrap().0.to_owned()
        };
        assert_eq!(begins(Some("https://surat.example/")), "https://surat.example");
        assert_eq!(begins(None), "https://hub.example:8217");
        let long = format!("https://{}.example", "x".repeat(100));
        for bad in ["http://surat.example", "nonsense", &long] {
            assert_eq!(begins(Some(bad)), "https://hub.example:8217", "{bad}");
        }
    }

    #[test]
    fn the_seal_of_who_signed_is_printed_by_each_machine() {
        let signer = Sealer::certified_for_tests();
        let mark = signer.mark(&letter("SITI")).unwrap();
        let other = |certificate: Option<String>| {
            let identity = Identity { secret_key: Bytes32([6; 32]), ..identity() };
            let sealing = certificate.and_then(|certificate| Sealing::of(&identity, certificate, None));
            Sealer::of(&Identity { sealing, ..identity })
        };
        let sealed = signer.address(&letter("SITI"), None);
        let certified = other(Some(certificate(&hub(), [6; 32], "35.10.01.2001")));
        assert_ne!(certified.address(&letter("SITI"), None), sealed);
        assert_eq!(certified.address(&letter("SITI"), Some(&mark)), sealed);
        assert_eq!(
            other(None).address(&letter("SITI"), Some(&mark)),
            sealed,
            "it needs no certificate of its own for that"
        );
        // A mark under another letter is nobody's word for this one.
        assert_eq!(certified.address(&letter("SITA"), Some(&mark)), certified.address(&letter("SITA"), None));
        assert_eq!(other(None).address(&letter("SITA"), Some(&mark)), Err(Unsealed::NoCertificate));
    }

    #[test]
    fn what_cannot_be_sealed_says_why() {
        assert_eq!(Sealer::of(&identity()).address(&letter("SITI"), None), Err(Unsealed::NoCertificate));
        let sealer = Sealer::certified_for_tests();
        assert_eq!(sealer.address(&letter(&"N".repeat(1000)), None), Err(Unsealed::TooLong));
        let all = [
            Unsealed::NotSigned,
            Unsealed::NoNumber,
            Unsealed::Undecided,
            Unsealed::SignedApart,
            Unsealed::NoCertificate,
            Unsealed::TooLong,
        ];
        let codes: std::collections::BTreeSet<&str> = all.iter().map(|why| why.code()).collect();
        assert_eq!(codes.len(), all.len());
    }
}
