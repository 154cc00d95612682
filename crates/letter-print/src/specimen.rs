//! Letters about nobody: to look at a template or a letterhead before it is used.

use office_model::{Catalogue, Field, FieldKind, Service};
use serde_json::{Map, Value, json};

use crate::{Letter, LetterFacts, Office, PrintError, Signers, Templates};

/// A record of a service about nobody, with every field filled in, or only what it needs.
pub fn specimen_record(catalogue: &Catalogue, service: &Service, every: bool) -> Map<String, Value> {
    let fields = service.fields.iter().filter(|field| every || field.required);
    fields.map(|field| (field.key.clone(), value(catalogue, field, every, 1))).collect()
}

/// The letter of such a record.
///
/// # Errors
///
/// As [`Letter::of`].
pub fn specimen(
    templates: &Templates,
    catalogue: &Catalogue,
    service: &Service,
    (office, signers): (&Office, &Signers),
) -> Result<Letter, PrintError> {
    let facts = LetterFacts {
        service: service.id,
        fields: &specimen_record(catalogue, service, true),
        number: Some("470/12/KEP/429.523.03/2025"),
        date: chrono::NaiveDate::from_ymd_opt(2025, 7, 12).unwrap_or_default(),
        office,
        signers,
        approved: None,
    };
    Letter::of(templates, catalogue, &facts)
}

fn value(catalogue: &Catalogue, field: &Field, every: bool, number: usize) -> Value {
    match &field.kind {
        FieldKind::Name => json!(format!("CONTOH D'ÁMBAR {number}")),
        FieldKind::Nik | FieldKind::Kk => json!("3510240101700001"),
        FieldKind::Phone => json!("+6281200000000"),
        FieldKind::Date { .. } => json!("2025-07-12"),
        FieldKind::Time => json!("14:30"),
        FieldKind::Int { min, .. } => json!((*min).max(7)),
        FieldKind::Money => json!(1_500_000),
        FieldKind::Text { .. } => json!(format!("{} contoh", field.label.id)),
        FieldKind::Digits { count } => json!("1".repeat(usize::try_from(*count).unwrap_or_default())),
        FieldKind::Bool => json!(false),
        FieldKind::Enum { options } => json!(options.first().map(|option| option.value.as_str())),
        FieldKind::Area => json!("35.10.24.2008"),
        FieldKind::Person => specimen_person(catalogue, every, number),
        FieldKind::Persons { .. } => {
            json!((1..=3).map(|number| specimen_person(catalogue, every, number)).collect::<Vec<_>>())
        }
    }
}

/// A person about nobody, as persons stand in records: with every field, or only what is needed.
pub fn specimen_person(catalogue: &Catalogue, every: bool, number: usize) -> Value {
    let fields = catalogue.person_fields().iter().filter(|field| every || field.required);
    Value::Object(fields.map(|field| (field.key.clone(), value(catalogue, field, every, number))).collect())
}
