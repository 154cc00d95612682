//! Letters about nobody, for tests and specimens.

use letter_print::{Letter, LetterFacts, Office, Signer, Signers, Templates, specimen_record};
use office_model::{Catalogue, OfficeKind, Service};
use serde_json::{Map, Value};

/// An office with all that a letterhead shows.
pub(crate) fn office() -> Office {
    Office {
        kind: OfficeKind::Desa,
        name: "Tamansari".into(),
        district: "Licin".into(),
        regency: "Banyuwangi".into(),
        address: "Jalan Raya Kawah Ijen Nomor 1".into(),
        phone: "(0333) 000000".into(),
        postal_code: "68454".into(),
    }
}

/// Signers of all three kinds.
pub(crate) fn signers() -> Signers {
    let signer =
        |name: &str, title: &str, nip: &str| Signer { name: name.into(), title: title.into(), nip: nip.into() };
    Signers {
        kepala: signer("SUGENG CONTOH", "", ""),
        an_sekretaris: signer("SRI CONTOH, S.Sos.", "", "19700101 199003 2 001"),
        ub: signer("BUDI CONTOH", "Kasi Pelayanan", ""),
    }
}

/// A record of a service with every field filled in, or only what it needs.
pub(crate) fn record(service: &Service, every: bool) -> Map<String, Value> {
    specimen_record(Catalogue::current(), service, every)
}

/// The letter of a record.
pub(crate) fn letter(service: &Service, fields: &Map<String, Value>) -> Letter {
    let (office, signers) = (office(), signers());
    let facts = LetterFacts {
        service: service.id,
        fields,
        number: Some("470/12/KEP/429.523.03/2025"),
        date: "2025-07-12".parse().unwrap(),
        office: &office,
        signers: &signers,
        approved: None,
    };
    Letter::of(Templates::current().unwrap(), Catalogue::current(), &facts).unwrap()
}

/// An address as long as real ones.
pub(crate) fn url() -> String {
    format!("HTTPS://SMARTKAMPUNG.BANYUWANGIKAB.GO.ID/L/{}", "A7Q2".repeat(115))
}
