//! The people whose data was on a machine: who is to be told when it is lost.

use std::collections::BTreeMap;

use change_log::{DocumentId, NodeId};
use letter_print::csv;
use replica_store::{Node, Reader, StoreError};
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::commands::mask;
use crate::desk::masked_name;

/// Clocks of village machines are wrong: what was made so long after the last contact, by its own time, still counts.
const MARGIN_MILLIS: i64 = 24 * 3_600_000;

/// Somebody whose data was on a machine.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) nik: Option<String>,
    /// In so many records.
    pub(crate) records: u32,
    /// One of them, the last that arrived.
    pub(crate) record: DocumentId,
}

/// All of them.
pub(crate) struct People {
    pub(crate) node: Node,
    /// So many records were on it,
    pub(crate) records: usize,
    /// with these people, by name.
    pub(crate) persons: Vec<Person>,
}

/// Of a person: the NIK, else the name, by which two records are about the same one.
type Key = (Option<String>, String);

impl People {
    /// Reads the records that were on a machine when it last called, each whole: about 0.1 ms a record.
    ///
    /// # Errors
    ///
    /// When there is no such machine, or the database cannot be read.
    pub(crate) fn on(reader: &Reader, node: NodeId) -> Result<Self, Failure> {
        let node = reader.registered_node(node)?.ok_or(StoreError::NoNode)?;
        let until = node.last_contact_millis.unwrap_or(node.enrolled_millis).saturating_add(MARGIN_MILLIS);
        let records = reader.held_by(node.id, &node.office, until)?;
        let mut people: BTreeMap<Key, Person> = BTreeMap::new();
        for id in &records {
            // What cannot be read is named by `verify`; whoever else was on the machine is to be told all the same.
            let Ok(Some(document)) = reader.document(*id) else { continue };
            let content = document.to_json();
            if let Some(fields) = content.get("fields").and_then(Value::as_object) {
                let mut found: BTreeMap<Key, (String, Option<String>)> = BTreeMap::new();
                visit(fields, &mut found);
                for (key, (name, nik)) in found {
                    let person = people.entry(key).or_insert_with(|| Person {
                        name: name.clone(),
                        nik,
                        records: 0,
                        record: *id,
                    });
                    if person.name.is_empty() {
                        person.name = name;
                    }
                    person.records += 1;
                    person.record = *id;
                }
            }
        }
        let mut people: Vec<Person> = people.into_values().collect();
        people.sort_by(|one, other| (&one.name, &one.nik).cmp(&(&other.name, &other.nik)));
        Ok(Self { records: records.len(), persons: people, node })
    }

    /// As programs read it.
    pub(crate) fn to_json(&self, is_whole: bool) -> Value {
        let people = self.persons.iter().map(|person| {
            json!({
                "name": person.name(is_whole),
                "nik": person.nik(is_whole),
                "records": person.records,
                "record": person.record,
            })
        });
        json!({
            "node": self.node.id,
            "office": self.node.office,
            "last_contact_millis": self.node.last_contact_millis,
            "records": self.records,
            "people": people.collect::<Vec<_>>(),
        })
    }

    /// As a spreadsheet program reads it; no cell is ever a formula.
    pub(crate) fn to_csv(&self, is_whole: bool) -> String {
        let mut text = csv::UTF_8.to_owned();
        csv::line(&mut text, &["nama", "nik", "jumlah_berkas", "berkas_terakhir"]);
        for person in &self.persons {
            let (count, record) = (person.records.to_string(), person.record.to_string());
            csv::line(&mut text, &[person.name(is_whole), person.nik(is_whole), count, record]);
        }
        text
    }
}

impl Person {
    pub(crate) fn name(&self, is_whole: bool) -> String {
        if is_whole { self.name.clone() } else { masked_name(&self.name) }
    }

    /// Empty where none is known.
    pub(crate) fn nik(&self, is_whole: bool) -> String {
        let nik = self.nik.as_deref().unwrap_or_default();
        if is_whole { nik.to_owned() } else { mask(nik) }
    }
}

/// A group with a name or a NIK is a person; so is a name of somebody else in it.
fn visit(group: &Map<String, Value>, found: &mut BTreeMap<Key, (String, Option<String>)>) {
    let text = |key: &str| group.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let (name, nik) = (text("nama").unwrap_or_default().to_owned(), text("nik").map(str::to_owned));
    if !name.is_empty() || nik.is_some() {
        let by_name = if nik.is_some() { String::new() } else { name.to_lowercase() };
        let known = found.entry((nik.clone(), by_name)).or_insert_with(|| (name.clone(), nik));
        // One record may name somebody by the NIK alone, and later whole.
        if known.0.is_empty() {
            known.0 = name;
        }
    }
    for (key, value) in group {
        match value {
            Value::Object(below) => visit(below, found),
            Value::Array(list) => list.iter().filter_map(Value::as_object).for_each(|below| visit(below, found)),
            Value::String(name) if key.ends_with("_nama") && !name.trim().is_empty() => {
                found.insert((None, name.trim().to_lowercase()), (name.trim().to_owned(), None));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_in_a_record_is_found_once() {
        let fields = json!({
            "nama": "Siti", "nik": "3510014107900001", "nama_lain": "Titi", "anak_nama": "Bayu",
            "ayah": {"nama": "Budi", "nik": "3510010101700002"},
            "pengikut": [{"nama": "Ani"}, {"nama": "ANI"}, {"nik": "3510010101700002"}],
        });
        let mut found = BTreeMap::new();
        visit(fields.as_object().unwrap(), &mut found);
        let names: Vec<_> = found.into_values().map(|(name, _)| name.to_lowercase()).collect();
        assert_eq!(names, ["ani", "bayu", "budi", "siti"]);
    }
}
