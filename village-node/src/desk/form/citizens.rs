//! Citizens of earlier records: found while their NIK or name is typed, and what is known of them filled in.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use change_log::DocumentId;
use office_model::{Catalogue, Nik, Service, Status};
use replica_store::{ListFilter, ListedTransaction, Page as Window, Reader};
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::action::{self, fields, known_service};
use crate::desk::form::Typed;
use crate::desk::frame::page::Halt;
use crate::desk::moments;
use crate::desk::people::visitor::{Visitor, allow};
use crate::serve::Shared;

/// Citizens offered for what was typed.
const CITIZENS: usize = 8;
/// So many earlier records of a citizen are read for what the latest leaves blank, newest first: each field is from the newest
/// record that has it. Nobody waits for those of somebody who has hundreds.
const EARLIER: usize = 50;
/// So many records with a NIK are looked at: it may stand in others' records, too, as that of a witness or a father.
const WITH_NIK: usize = 200;
/// So many records that name a person beside their citizen are read for what that person's own do not tell.
const NAMED_IN: usize = 8;
/// What is taken over of a person beside the citizen. How they are related is another matter in each record.
pub(super) const PERSON: [&str; 4] = ["nama", "tempat_lahir", "tgl_lahir", "alamat"];
/// Another record of the same service within so long is told of.
const LATELY_MILLIS: i64 = 14 * 24 * 3_600_000;

/// Fields that every service has: those of the citizen.
pub(super) fn is_of_citizen(key: &str) -> bool {
    Catalogue::current().services().all(|service| service.field(key).is_some())
}

/// What is known of a citizen.
pub(super) struct Known {
    pub(super) nik: String,
    pub(super) name: String,
    /// When the latest record of them was changed: milliseconds since 1970 UTC.
    pub(super) changed_millis: i64,
    /// As typed into a form.
    pub(super) fields: Typed,
}

impl Known {
    /// By the latest record of them alone: many are offered while somebody types. Nothing where that is of a service that
    /// this program does not know.
    fn by_latest(reader: &Reader, latest: DocumentId) -> Result<Option<Self>, Failure> {
        let (Some(row), Some(fields)) = (reader.row(latest)?, citizen_of(reader, latest)?) else { return Ok(None) };
        let (nik, name) = (row.nik.unwrap_or_default(), row.name.unwrap_or_default());
        Ok(Some(Self { nik, name, changed_millis: row.changed_millis, fields }))
    }

    /// By the latest record of them, and what that leaves blank by those before it.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn of(reader: &Reader, latest: DocumentId) -> Result<Option<Self>, Failure> {
        let Some(mut known) = Self::by_latest(reader, latest)? else { return Ok(None) };
        if known.nik.is_empty() {
            return Ok(Some(known));
        }
        let before = reader.search(&known.nik, &ListFilter::default(), Window { after: None, count: WITH_NIK })?;
        let own = |row: &ListedTransaction| row.document != latest && row.nik.as_ref() == Some(&known.nik);
        let before: Vec<_> = before.into_iter().filter(own).take(EARLIER).collect();
        for earlier in before {
            if is_whole(&known.fields) {
                break;
            }
            if let Some(older) = citizen_of(reader, earlier.document)? {
                known.fields.fill_blanks(&older);
            }
        }
        Ok(Some(known))
    }

    /// By their NIK, where some record is theirs.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn by_nik(reader: &Reader, nik: &Nik) -> Result<Option<Self>, Failure> {
        let latest = reader.citizens(nik.reveal(), 1)?.into_iter().next();
        let known = latest.map_or(Ok(None), |latest| Self::of(reader, latest))?;
        Ok(known.filter(|known| known.nik == nik.reveal()))
    }

    /// As the script of the page takes it.
    pub(super) fn to_json(&self) -> Value {
        let fields: Value = serde_json::from_str(&self.fields.to_json()).unwrap_or_default();
        json!({"nik": self.nik, "name": self.name, "when": moments::long(self.changed_millis), "fields": fields})
    }
}

/// Whether every field of the citizen is known.
fn is_whole(known: &Typed) -> bool {
    Catalogue::current().citizen_fields().iter().all(|field| !known.get(&field.key).is_empty())
}

/// What a record says of its citizen, as typed into a form; nothing where there is no such record, or this program does not
/// know its service.
fn citizen_of(reader: &Reader, id: DocumentId) -> Result<Option<Typed>, Failure> {
    let Some(document) = reader.document(id)? else { return Ok(None) };
    let Some(service) = known_service(&document) else { return Ok(None) };
    let known = fields(&document).into_iter().filter(|(key, _)| is_of_citizen(key));
    Ok(Some(Typed::of_record(service, &known.collect::<Map<_, _>>())))
}

/// The record of this citizen and service that was made in the last days and counts, the latest: its id, when it was made and
/// where it stands. Whoever begins another one may not know of it.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) fn lately(
    reader: &Reader,
    nik: &Nik,
    service: &Service,
) -> Result<Option<(DocumentId, i64, String)>, Failure> {
    let since = action::now(reader).saturating_sub(LATELY_MILLIS);
    let filter =
        ListFilter { service: Some(service.id.to_string()), made: Some(since..i64::MAX), ..ListFilter::default() };
    let rows = reader.search(nik.reveal(), &filter, Window { after: None, count: WITH_NIK })?;
    let counts = |row: &ListedTransaction| {
        row.nik.as_deref() == Some(nik.reveal()) && !row.status.parse().is_ok_and(Status::is_withdrawn)
    };
    Ok(rows.into_iter().find(counts).map(|row| (row.document, row.created_millis, row.status)))
}

/// What a record says of the person with this NIK whom it names beside its citizen, such as a witness; nothing where that is
/// specially protected.
fn person_in(reader: &Reader, id: DocumentId, nik: &Nik) -> Result<Option<Typed>, Failure> {
    let Some(document) = reader.document(id)? else { return Ok(None) };
    let Some(service) = known_service(&document) else { return Ok(None) };
    let fields = fields(&document);
    let open =
        service.fields.iter().filter(|field| field.specific.is_none()).filter_map(|field| fields.get(&field.key));
    let persons = open.flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    let found = persons
        .filter_map(Value::as_object)
        .find(|person| person.get("nik").and_then(Value::as_str) == Some(nik.reveal()));
    Ok(found.map(Typed::of_person))
}

/// What is known of a person whom a form names beside its citizen: by the records that are theirs, and what those leave blank
/// by others that name them.
fn person(reader: &Reader, nik: &Nik) -> Result<Option<Typed>, Failure> {
    let own = Known::by_nik(reader, nik)?.map(|known| known.fields.citizen_as_person());
    let is_whole = |known: &Typed| PERSON.iter().all(|key| !known.get(key).is_empty());
    let mut known = own.unwrap_or_default();
    if !is_whole(&known) {
        let rows = reader.search(nik.reveal(), &ListFilter::default(), Window { after: None, count: WITH_NIK })?;
        let others = rows.into_iter().filter(|row| row.nik.as_deref() != Some(nik.reveal()));
        for row in others.take(NAMED_IN) {
            if let Some(other) = person_in(reader, row.document, nik)? {
                known.fill_blanks(&other);
            }
        }
    }
    Ok((!known.is_blank()).then_some(known))
}

/// Citizens of earlier records whose NIK or name begins as typed, each with what the latest of them says; once one is chosen,
/// the check of the form tells what the others know. Asked for the whole NIK of a person beside the citizen (`orang`): what is
/// known of that person, or nothing.
pub(in crate::desk) async fn citizens(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Result<Response, Halt> {
    allow(visitor.role().may_record())?;
    if let Some(typed) = words.get("orang") {
        let Ok(nik) = plain(typed).parse::<Nik>() else { return Ok(Json(Value::Null).into_response()) };
        let known = shared.node.blocking(move |node| person(&node.replica(), &nik));
        let known = known.await?.map(|known| serde_json::from_str::<Value>(&known.to_json()).unwrap_or_default());
        return Ok(Json(known).into_response());
    }
    let typed = words.get("q").cloned().unwrap_or_default();
    let found = shared.node.blocking(move |node| {
        let reader = node.replica();
        let mut found = Vec::new();
        for id in reader.citizens(&plain(&typed), CITIZENS)? {
            found.extend(Known::by_latest(&reader, id)?.map(|known| known.to_json()));
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
        for key in ["nik", "no_kk", "nama", "tgl_lahir", "alamat_ktp", "rt", "telepon"] {
            assert!(is_of_citizen(key), "{key}");
        }
        assert!(!is_of_citizen("keperluan") && !is_of_citizen("siswa"));
    }
}
