//! Citizens of earlier records: found while their NIK or name is typed, and what is known of them filled in.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use office_model::{Catalogue, Service};
use serde_json::{Map, Value, json};

use crate::action::known_service;
use crate::desk::form::Typed;
use crate::desk::frame::page::Halt;
use crate::desk::moments;
use crate::desk::people::visitor::{Visitor, allow};
use crate::serve::Shared;

/// Citizens offered for what was typed.
const CITIZENS: usize = 8;

/// Fields that every service has: those of the citizen.
pub(super) fn is_of_citizen(key: &str) -> bool {
    Catalogue::current().services().all(|service| service.field(key).is_some())
}

/// What an earlier record knows of its citizen, as typed into this form.
pub(super) fn citizen_of(service: &Service, record: &Value) -> Typed {
    let Some(fields) = record.get("fields").and_then(Value::as_object) else { return Typed::default() };
    let known = fields.iter().filter(|(key, _)| is_of_citizen(key));
    Typed::of_record(service, &known.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>())
}

/// Citizens of earlier records whose NIK or name begins as typed, each with the latest record that knows of them.
pub(in crate::desk) async fn citizens(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Result<Response, Halt> {
    allow(visitor.role().may_record())?;
    let typed = words.get("q").cloned().unwrap_or_default();
    let found = shared.node.blocking(move |node| {
        let reader = node.replica();
        let mut found = Vec::new();
        for id in reader.citizens(&plain(&typed), CITIZENS)? {
            let (Some(row), Some(document)) = (reader.row(id)?, reader.document(id)?) else { continue };
            let Some(service) = known_service(&document) else { continue };
            let known = citizen_of(service, &document.to_json());
            let fields: Value = serde_json::from_str(&known.to_json()).unwrap_or_default();
            let when = moments::long(row.changed_millis);
            found.push(json!({"nik": row.nik, "name": row.name, "when": when, "fields": fields}));
        }
        Ok(found)
    });
    Ok(Json(found.await?).into_response())
}

/// A NIK may be typed with spaces and dots.
fn plain(typed: &str) -> String {
    let digits: String = typed.chars().filter(|letter| !matches!(letter, ' ' | '.' | '-')).collect();
    if !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit()) { digits } else { typed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nik_is_found_however_it_is_typed() {
        assert_eq!(plain("3510 0141.0790-0001"), "3510014107900001");
        assert_eq!(plain("siti aminah"), "siti aminah");
        assert_eq!(plain(""), "");
    }

    #[test]
    fn the_citizens_fields_are_those_that_all_services_have() {
        for key in ["nik", "nama", "tgl_lahir", "rt", "telepon"] {
            assert!(is_of_citizen(key), "{key}");
        }
        assert!(!is_of_citizen("keperluan") && !is_of_citizen("siswa"));
    }
}
