//! Records that are right, made from the catalogue itself.

use chrono::NaiveDate;
use office_model::{Catalogue, Field, FieldKind, FieldPath, Service, ServiceId};
use serde_json::{Map, Value, json};

/// The day all these tests happen.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

pub(crate) fn service(id: &str) -> &'static Service {
    Catalogue::current().service(&id.parse::<ServiceId>().unwrap()).unwrap()
}

pub(crate) fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

/// A normalised value that the field takes.
pub(crate) fn value(field: &Field) -> Value {
    match &field.kind {
        FieldKind::Name => json!("Siti Aminah"),
        FieldKind::Nik => json!("3510011707500001"),
        FieldKind::Kk => json!("3510011707150001"),
        FieldKind::Phone => json!("+6281234567890"),
        FieldKind::Date { not_before: Some(_), .. } => json!("2027-01-15"),
        FieldKind::Date { .. } if field.key == "tgl_lahir" => json!("1950-07-17"),
        FieldKind::Date { .. } if field.key == "berlaku_sampai" => json!("2026-12-31"),
        FieldKind::Date { .. } => json!("2026-11-20"),
        FieldKind::Time => json!("14:30"),
        FieldKind::Int { min, .. } => json!(min),
        FieldKind::Money => json!(1_500_000),
        FieldKind::Text { .. } => json!("Jalan"),
        FieldKind::Digits { count } => json!("7".repeat(usize::try_from(*count).unwrap())),
        // The rest of a whole record is there.
        FieldKind::Bool => json!(field.key != "anonim"),
        FieldKind::Enum { options } => json!(options[0].value),
        FieldKind::Area => json!("35.10.01.2001"),
        FieldKind::Person => Value::Object(person_as(&field.key)),
        FieldKind::Persons { .. } => json!([person(), person()]),
    }
}

pub(crate) fn person() -> Map<String, Value> {
    let fields = Catalogue::current().person_fields();
    fields.iter().map(|field| (field.key.clone(), value(field))).collect()
}

/// Witnesses are others than everybody else.
fn person_as(key: &str) -> Map<String, Value> {
    let nik = match key {
        "saksi1" => "3510011707500002",
        "saksi2" => "3510011707500003",
        _ => return person(),
    };
    let mut person = person();
    person.insert("nik".to_owned(), json!(nik));
    person
}

/// A record with every field of the service, normalised.
pub(crate) fn full(service: &Service) -> Map<String, Value> {
    service.fields.iter().map(|field| (field.key.clone(), value(field))).collect()
}

/// The record of a service with some fields set; null takes one away.
#[expect(clippy::needless_pass_by_value, reason = "calls read better with json! in place")]
pub(crate) fn with(id: &str, changes: Value) -> Map<String, Value> {
    let mut record = full(service(id));
    for (key, value) in changes.as_object().unwrap() {
        if value.is_null() {
            record.shift_remove(key);
        } else {
            record.insert(key.clone(), value.clone());
        }
    }
    record
}
