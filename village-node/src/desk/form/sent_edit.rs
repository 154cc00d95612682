//! A form that changes a record, as it was sent, against what it was made of: what it changes, and what others changed meanwhile.

use std::collections::BTreeSet;

use office_model::{FaultCode, FieldKind, FieldPath, Problem, Segment, Service};
use replica_store::Reader;
use serde_json::Value;
use service_document::TransactionDocument;

use super::meanwhile::Meanwhile;
use super::{Typed, rows};
use crate::Failure;
use crate::action::since_seen::at_heads;
use crate::action::{catalogue_of, fields, today};

/// A form as it was sent, against what it was made of.
pub(super) struct SentEdit {
    /// The values that it was made of, where that can still be told.
    seen: Option<Typed>,
    /// Those of now.
    now: Typed,
    typed: Typed,
    /// The changes that it was made of, as it says them.
    heads: String,
    /// What it changes.
    pub(super) edits: Vec<(FieldPath, Value)>,
}

impl SentEdit {
    /// `heads`: the changes that the form was made of, as it says them.
    pub(super) fn of(document: &TransactionDocument, service: &Service, typed: Typed, heads: &str) -> Self {
        let now = Typed::of_record(service, &fields(document));
        let seen = seen(document, service, heads);
        let edits = edits_of(service, (seen.as_ref().unwrap_or(&now), &now), &typed);
        Self { seen, now, typed, heads: heads.to_owned(), edits }
    }

    /// What was typed, and in the fields that were not touched here what others changed meanwhile: saved as it is shown, it
    /// undoes none of that. A list of persons counts as one field.
    pub(super) fn with_what_others_changed(&self) -> Typed {
        let Some(seen) = &self.seen else { return self.typed.clone() };
        let touched: BTreeSet<String> =
            self.typed.changes_since(seen).into_iter().map(|(path, _)| field_of(&path)).collect();
        let mut texts = self.typed.texts().clone();
        for (path, value) in self.now.changes_since(seen) {
            if !touched.contains(&field_of(&path)) {
                texts.insert(path.to_string(), value);
            }
        }
        Typed::of_texts(texts)
    }

    /// What it would write over unseen, and what stands there now.
    pub(super) fn changed_meanwhile(&self) -> Vec<(FieldPath, String)> {
        // Where nobody knows what was seen, all that differs is shown first.
        let seen = self.seen.as_ref().unwrap_or(&self.typed);
        changed_meanwhile(&self.edits, (seen, &self.now, &self.typed))
    }

    /// Why it is not saved as it is.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn problems(&self, reader: &Reader, document: &TransactionDocument) -> Result<Vec<Problem>, Failure> {
        let changed = self.changed_meanwhile();
        if !changed.is_empty() {
            let meanwhile = Meanwhile::of(reader, document, &self.heads)?;
            let told = |(path, value): (FieldPath, String)| {
                let text = meanwhile.said(&path, &value);
                Problem { path, code: FaultCode::ChangedMeanwhile, text }
            };
            return Ok(changed.into_iter().map(told).collect());
        }
        let (catalogue, service) = (catalogue_of(document), document.row().service);
        let wrong = catalogue.validate_edit(&service, &fields(document), &self.edits, today(reader)).err();
        Ok(wrong.unwrap_or_default())
    }
}

/// The values that a form was made of.
pub(super) fn seen(document: &TransactionDocument, service: &Service, heads: &str) -> Option<Typed> {
    let record = at_heads(document, heads)?;
    Some(Typed::of_record(service, record.get("fields")?.as_object()?))
}

/// The field that a path is part of: a list as a whole, else the very place.
fn field_of(path: &FieldPath) -> String {
    if is_list(path) { path.root().to_owned() } else { path.to_string() }
}

/// What this form changes and somebody else has changed to something else since it was opened: not to be written over
/// unseen. Saved again, the form that shows it stands.
fn changed_meanwhile(
    edits: &[(FieldPath, Value)],
    (seen, now, typed): (&Typed, &Typed, &Typed),
) -> Vec<(FieldPath, String)> {
    let others: Vec<(FieldPath, String)> = now.changes_since(seen);
    let clashes = others.into_iter().filter(|(path, value)| {
        let is_of = |edited: &FieldPath| edited == path || (is_list(edited) && edited.root() == path.root());
        let is_here = edits.iter().any(|(edited, _)| is_of(edited));
        is_here && typed.get(&path.to_string()) != value
    });
    clashes.collect()
}

/// Whether a path is of a list: its rows have no names, so those of two people are not told apart.
pub(super) fn is_list(path: &FieldPath) -> bool {
    path.segments().iter().any(|segment| matches!(segment, Segment::Index(_)))
}

/// What a form changes in a record. A person of whom nothing is left, where none has to be, is taken away whole.
pub(super) fn edits(service: &Service, before: &Typed, typed: &Typed) -> Vec<(FieldPath, Value)> {
    let mut edits = Vec::new();
    let mut emptied: BTreeSet<String> = BTreeSet::new();
    let is_optional_person =
        |key: &str| service.field(key).is_some_and(|field| field.kind == FieldKind::Person && !field.required);
    for (path, text) in typed.changes_since(before) {
        if let [Segment::Key(group), Segment::Key(_)] = path.segments()
            && is_optional_person(group)
            && typed.is_blank_below(group)
        {
            emptied.insert(group.clone());
            continue;
        }
        // What the form has no place for, of a newer catalogue, stays as it is.
        if !is_list(&path) && typed.has(&path.to_string()) {
            edits.push((path, value_of(text)));
        }
    }
    edits.extend(emptied.iter().filter_map(|group| Some((group.parse().ok()?, Value::Null))));
    let lists = service.fields.iter().filter(|field| matches!(field.kind, FieldKind::Persons { .. }));
    edits.extend(lists.flat_map(|field| list_edits(&field.key, before, typed)));
    edits.retain(|(path, _)| service.field(path.root()).is_some());
    edits
}

fn value_of(text: String) -> Value {
    if text.is_empty() { Value::Null } else { Value::String(text) }
}

/// What a form changes in a list of persons: those who stay are changed in place, new ones are added whole at its end, and those
/// who were removed are taken away, the last first.
fn list_edits(key: &str, before: &Typed, typed: &Typed) -> Vec<(FieldPath, Value)> {
    let (was, is) = (before.list(key), typed.list(key));
    let matched = rows::matched(&was, &is);
    let record = typed.to_record();
    let persons = record.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut edits: Vec<(String, Value)> = Vec::new();
    let mut added = Vec::new();
    for (at, (row, place)) in is.iter().zip(&matched).enumerate() {
        let Some(place) = *place else {
            added.extend(persons.get(at).cloned());
            continue;
        };
        let stood = was.get(place);
        let changed = row.iter().filter(|(rest, text)| {
            stood.and_then(|stood| stood.get(*rest)).map_or("", String::as_str) != text.as_str()
        });
        edits.extend(changed.map(|(rest, text)| (format!("{key}[{place}]{rest}"), value_of(text.clone()))));
    }
    edits.extend((was.len()..).zip(added).map(|(at, person)| (format!("{key}[{at}]"), person)));
    let gone = (0..was.len()).rev().filter(|at| !matched.contains(&Some(*at)));
    edits.extend(gone.map(|at| (format!("{key}[{at}]"), Value::Null)));
    edits.into_iter().filter_map(|(path, value)| Some((path.parse().ok()?, value))).collect()
}

/// What a form that was made of `seen` changes in a record that stands like `now`. A list that others changed meanwhile has
/// other places by now: what is to become of it is told from how it stands.
fn edits_of(service: &Service, (seen, now): (&Typed, &Typed), typed: &Typed) -> Vec<(FieldPath, Value)> {
    let mut all = edits(service, seen, typed);
    for field in service.fields.iter().filter(|field| matches!(field.kind, FieldKind::Persons { .. })) {
        let key = field.key.as_str();
        let is_touched = all.iter().any(|(path, _)| path.root() == key);
        if is_touched && seen.list(key) != now.list(key) {
            all.retain(|(path, _)| path.root() != key);
            all.extend(list_edits(key, now, typed));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use change_log::EpochId;
    use office_model::Catalogue;
    use serde_json::{Map, json};
    use service_document::{Authored, NewTransaction, Stamp};

    use super::*;

    fn service(id: &str) -> &'static Service {
        Catalogue::current().service(&id.parse().unwrap()).unwrap()
    }

    fn record(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn sent(service: &Service, pairs: &[(&str, &str)]) -> Typed {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Typed::of_pairs(service, &pairs)
    }

    fn paths(edits: &[(FieldPath, Value)]) -> Vec<(String, Value)> {
        edits.iter().map(|(path, value)| (path.to_string(), value.clone())).collect()
    }

    #[test]
    fn a_person_of_whom_nothing_is_left_is_taken_away_whole() {
        let service = service("G05");
        let before = Typed::of_record(service, &record(&json!({"ayah": {"nama": "Budi", "nik": "3510014107900001"}})));
        let emptied = sent(service, &[("ayah.nama", ""), ("ayah.nik", ""), ("ayah.pekerjaan", "")]);
        assert_eq!(paths(&edits(service, &before, &emptied)), [("ayah".to_owned(), Value::Null)]);
        let half = sent(service, &[("ayah.nama", "Budi"), ("ayah.nik", "")]);
        assert_eq!(paths(&edits(service, &before, &half)), [("ayah.nik".to_owned(), Value::Null)]);
    }

    #[test]
    fn what_the_form_has_no_place_for_stays() {
        let service = service("G05");
        let before = Typed::of_record(service, &record(&json!({"ayah": {"nama": "Budi", "gelar": "Haji"}})));
        let typed = sent(service, &[("ayah.nama", "Budiman")]);
        assert_eq!(paths(&edits(service, &before, &typed)), [("ayah.nama".to_owned(), json!("Budiman"))]);
    }

    /// A form of a family card as its page sends it, with these members.
    fn family(names: &[&str]) -> Typed {
        let places: Vec<String> = (0..names.len()).map(|at| format!("anggota[{at}].nama")).collect();
        let pairs: Vec<(&str, &str)> = places.iter().map(String::as_str).zip(names.iter().copied()).collect();
        sent(service("G03"), &pairs)
    }

    #[test]
    fn a_person_who_is_removed_takes_nobody_elses_place() {
        let (service, before) = (service("G03"), family(&["Ani", "Budi", "Cici"]));
        let changes = |names: &[&str]| paths(&edits(service, &before, &family(names)));
        assert_eq!(changes(&["Ani", "", "Cici"]), [("anggota[1]".to_owned(), Value::Null)]);
        let expected = [
            ("anggota[2].nama".to_owned(), json!("Cicih")),
            ("anggota[3]".to_owned(), json!({"nama": "Dedi"})),
            ("anggota[0]".to_owned(), Value::Null),
        ];
        assert_eq!(changes(&["", "Budi", "Cicih", "Dedi"]), expected);
        assert_eq!(changes(&[]).len(), 3);
    }

    #[test]
    fn two_machines_that_change_one_list_change_the_persons_they_mean() {
        let service = service("G03");
        let stamp = |machine: u8, millis: i64| Stamp {
            epoch: EpochId([machine; 16]),
            millis,
            hub_offset_millis: None,
            clerk: "siti".to_owned(),
        };
        let new = NewTransaction {
            office: "35.10.01.2001".parse().unwrap(),
            service: "G03".parse().unwrap(),
            catalogue_version: 1,
            fields: record(&json!({"anggota": [{"nama": "Ani"}, {"nama": "Budi"}, {"nama": "Cici"}]})),
            number: None,
            serials: None,
        };
        let (_, first) = TransactionDocument::create(&new, &stamp(1, 1)).unwrap();
        let load =
            |changes: &[&Authored]| TransactionDocument::load(changes.iter().map(|one| one.raw.as_slice())).unwrap();
        let change = |machine: u8, names: &[&str]| {
            let mut document = load(&[&first]);
            let heads = document.heads().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            let sent = SentEdit::of(&document, service, family(names), &heads);
            document.edit(&sent.edits, &stamp(machine, 2)).unwrap().unwrap()
        };
        let removed = change(1, &["Ani", "Cici"]);
        let names = |other: &Authored| -> Vec<String> {
            let merged = load(&[&first, &removed, other]);
            let all = fields(&merged)["anggota"].as_array().unwrap().clone();
            all.iter().map(|one| one["nama"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&change(2, &["Ani", "Budi Santoso", "Cici"])), ["Ani", "Cici"], "who is removed stays so");
        assert_eq!(names(&change(2, &["Ani", "Budi", "Cici Lestari"])), ["Ani", "Cici Lestari"]);
        assert_eq!(names(&change(2, &["Ani", "Cici"])), ["Ani", "Cici"], "both removed the same person");
        assert_eq!(names(&change(2, &["Ani", "Budi", "Cici", "Dedi"])), ["Ani", "Cici", "Dedi"]);
        // At one machine: the same person was removed in another tab meanwhile.
        let now = load(&[&first, &removed]);
        let heads = load(&[&first]).heads()[0].to_string();
        let sent = |names: &[&str]| SentEdit::of(&now, service, family(names), &heads);
        assert_eq!(sent(&["Ani", "Cici"]).edits, []);
        assert!(!sent(&["Ani", "Budi Santoso", "Cici"]).changed_meanwhile().is_empty());
    }

    #[test]
    fn lines_that_a_browser_ends_in_its_own_way_were_not_touched() {
        let service = service("P04");
        let before = Typed::of_record(service, &record(&json!({"rincian": "satu\ndua", "barang": "Dompet"})));
        let typed = sent(service, &[("rincian", "satu\r\ndua"), ("barang", "Dompet hitam")]);
        assert_eq!(paths(&edits(service, &before, &typed)), [("barang".to_owned(), json!("Dompet hitam"))]);
    }
}
