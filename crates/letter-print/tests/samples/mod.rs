//! Letters about nobody, for tests and specimens.

use letter_print::{Letter, LetterFacts, Office, Signer, Signers, Templates};
use office_model::{Catalogue, Field, FieldKind, OfficeKind, Service};
use serde_json::{Map, Value, json};

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
    let fields = service.fields.iter().filter(|field| every || field.required);
    fields.map(|field| (field.key.clone(), value(field, every, 1))).collect()
}

fn value(field: &Field, every: bool, number: usize) -> Value {
    match &field.kind {
        FieldKind::Name => json!(format!("CONTOH D'ÁMBAR {number}")),
        FieldKind::Nik | FieldKind::Kk => json!("3510240101700001"),
        FieldKind::Phone => json!("+6281200000000"),
        FieldKind::Date { .. } => json!("2025-07-12"),
        FieldKind::Time => json!("14:30"),
        FieldKind::Int { min, .. } => json!((*min).max(7)),
        FieldKind::Money => json!(1_500_000),
        FieldKind::Text { .. } => json!(format!("{} contoh", field.label.id)),
        FieldKind::Digits { count } => json!("1".repeat(*count as usize)),
        FieldKind::Bool => json!(false),
        FieldKind::Enum { options } => json!(options[0].value),
        FieldKind::Area => json!("35.10.24.2008"),
        FieldKind::Person => person(every, number),
        FieldKind::Persons { .. } => json!((1..=3).map(|number| person(every, number)).collect::<Vec<_>>()),
    }
}

/// A person with every field, or only what is needed.
pub(crate) fn person(every: bool, number: usize) -> Value {
    let fields = Catalogue::current().person_fields().iter().filter(|field| every || field.required);
    Value::Object(fields.map(|field| (field.key.clone(), value(field, every, number))).collect())
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
    };
    Letter::of(Templates::current().unwrap(), Catalogue::current(), &facts).unwrap()
}

/// An address as long as real ones.
pub(crate) fn url() -> String {
    format!("HTTPS://SMARTKAMPUNG.BANYUWANGIKAB.GO.ID/L/{}", "A7Q2".repeat(115))
}
