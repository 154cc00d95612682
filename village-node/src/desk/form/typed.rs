//! What was typed: texts by the path of their field.

use std::collections::BTreeMap;

use office_model::{Field, FieldKind, FieldPath, Segment, Service, calendar};
use serde_json::{Map, Value};

use super::citizens::PERSON;
use super::rows::Row;

/// So many fields at most: no form of the catalogue has as many.
const FIELDS_MAX: usize = 3000;

/// What the name of a box begins with that removes the row of a person; the row's path follows.
const REMOVED: &str = "hapus:";

/// Texts by path (`nama`, `ibu.nik`, `anggota[0].nama`). Never shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// The fields of a form that was sent. Rows of persons with nothing in them, and those that are to be removed, are left
    /// out, and the others move up. A text of any length stays, for the check to say what is too long: left out, it would
    /// be missed by nobody.
    pub(crate) fn of_pairs(service: &Service, pairs: &[(String, String)]) -> Self {
        let mut typed = BTreeMap::new();
        let removed: Vec<&str> = pairs.iter().filter_map(|(name, _)| name.strip_prefix(REMOVED)).collect();
        let is_removed =
            |name: &str| removed.iter().any(|row| name.strip_prefix(row).is_some_and(|rest| rest.starts_with('.')));
        for (name, text) in pairs.iter().take(FIELDS_MAX) {
            let is_field = name.parse::<FieldPath>().is_ok_and(|path| service.field(path.root()).is_some());
            if is_field && !is_removed(name) {
                typed.insert(name.clone(), plain(text));
            }
        }
        let mut all = Self(typed);
        for field in &service.fields {
            if matches!(field.kind, FieldKind::Persons { .. }) {
                all.close_ranks(&field.key);
            }
        }
        all
    }

    /// Texts by path, such as a draft keeps them.
    pub(super) fn of_texts(texts: BTreeMap<String, String>) -> Self {
        Self(texts)
    }

    /// The same again.
    pub(super) fn texts(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// As JSON.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The values of a record, as one would type them.
    pub(crate) fn of_record(service: &Service, record: &Map<String, Value>) -> Self {
        let mut typed = BTreeMap::new();
        for field in &service.fields {
            if let Some(value) = record.get(&field.key) {
                write(&mut typed, &field.key, Some(field), value);
            }
        }
        Self(typed)
    }

    /// Whether the form had that place, be it left empty.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The text at a path.
    pub(crate) fn get(&self, path: &str) -> &str {
        self.0.get(path).map_or("", String::as_str)
    }

    /// Takes over what is blank here and is not there.
    pub(super) fn fill_blanks(&mut self, other: &Self) {
        for (path, text) in &other.0 {
            if self.get(path).is_empty() && !text.is_empty() {
                self.0.insert(path.clone(), text.clone());
            }
        }
    }

    /// Only the places that a form of this service has.
    pub(super) fn of_form(self, service: &Service) -> Self {
        let has = |path: &str| path.parse::<FieldPath>().is_ok_and(|path| service.field(path.root()).is_some());
        Self(self.0.into_iter().filter(|(path, _)| has(path)).collect())
    }

    /// What a form asks of a person beside the citizen, as a record names one.
    pub(super) fn of_person(person: &Map<String, Value>) -> Self {
        let mut typed = BTreeMap::new();
        for key in PERSON {
            if let Some(Value::String(text)) = person.get(key) {
                let text = if key == "tgl_lahir" { typed_date(text) } else { plain(text) };
                typed.insert(key.to_owned(), text);
            }
        }
        Self(typed)
    }

    /// What a form asks of a person beside the citizen, from what is known of the same person as a citizen.
    pub(super) fn citizen_as_person(&self) -> Self {
        let number = |key: &str, word: &str| match self.get(key) {
            "" => String::new(),
            number => format!("{word} {number:0>3}"),
        };
        let address = [self.get("dusun").to_owned(), number("rt", "RT"), number("rw", "RW")];
        let address: Vec<String> = address.into_iter().filter(|part| !part.is_empty()).collect();
        let text = |key: &str| if key == "alamat" { address.join(" ") } else { self.get(key).to_owned() };
        Self(PERSON.iter().map(|key| ((*key).to_owned(), text(key))).filter(|(_, text)| !text.is_empty()).collect())
    }

    /// Whether nothing of a person stands in it.
    pub(crate) fn is_blank_below(&self, group: &str) -> bool {
        let is_of_it = |name: &str| name.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'));
        self.0.iter().filter(|(name, _)| is_of_it(name)).all(|(_, text)| text.is_empty())
    }

    /// Whether nothing was typed.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.values().all(String::is_empty)
    }

    /// How many rows of a list of persons have something in them.
    pub(crate) fn rows(&self, key: &str) -> usize {
        self.row_numbers(key).last().map_or(0, |last| last + 1)
    }

    /// The rows of a list of persons up to the last one with something in it.
    pub(super) fn list(&self, key: &str) -> Vec<Row> {
        let begins = format!("{key}[");
        let mut rows = vec![Row::new(); self.rows(key).min(FIELDS_MAX)];
        for (name, text) in &self.0 {
            let place = name.strip_prefix(&begins).and_then(|rest| rest.split_once(']'));
            let Some((number, rest)) = place else { continue };
            if let Some(row) = number.parse().ok().and_then(|number: usize| rows.get_mut(number)) {
                row.insert(rest.to_owned(), text.clone());
            }
        }
        rows
    }

    /// As the catalogue checks it.
    pub(crate) fn to_record(&self) -> Map<String, Value> {
        let mut record = Value::Object(Map::new());
        for (name, text) in self.0.iter().filter(|(_, text)| !text.is_empty()) {
            if let Ok(path) = name.parse::<FieldPath>() {
                put(&mut record, path.segments(), text);
            }
        }
        match record {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// What differs from `before`: the paths of single fields and their new texts; empty for what is taken away.
    pub(crate) fn changes_since(&self, before: &Self) -> Vec<(FieldPath, String)> {
        let mut names: Vec<&String> = self.0.keys().chain(before.0.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let changed = names.into_iter().filter(|name| self.get(name) != before.get(name));
        changed.filter_map(|name| Some((name.parse().ok()?, self.get(name).to_owned()))).collect()
    }

    /// Numbers of the rows of a list that have something in them, ascending.
    fn row_numbers(&self, key: &str) -> Vec<usize> {
        let begins = format!("{key}[");
        let number = |name: &str| name.strip_prefix(&begins)?.split_once(']')?.0.parse::<usize>().ok();
        let filled = self.0.iter().filter(|(_, text)| !text.is_empty());
        let mut numbers: Vec<usize> = filled.filter_map(|(name, _)| number(name)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    fn close_ranks(&mut self, key: &str) {
        let numbers = self.row_numbers(key);
        let begins = format!("{key}[");
        let of_list: Vec<String> = self.0.keys().filter(|name| name.starts_with(&begins)).cloned().collect();
        let mut taken: Vec<(String, String)> = Vec::new();
        for name in of_list {
            let text = self.0.remove(&name).unwrap_or_default();
            let place = name.strip_prefix(&begins).and_then(|rest| rest.split_once(']'));
            let Some((number, rest)) = place else { continue };
            let rank = number.parse().ok().and_then(|number: usize| numbers.binary_search(&number).ok());
            if let Some(rank) = rank {
                taken.push((format!("{key}[{rank}]{rest}"), text));
            }
        }
        self.0.extend(taken);
    }
}

fn write(typed: &mut BTreeMap<String, String>, path: &str, field: Option<&Field>, value: &Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let date = matches!(key.as_str(), "tgl_lahir");
                let path = format!("{path}.{key}");
                match value {
                    Value::String(text) if date => drop(typed.insert(path, typed_date(text))),
                    _ => write(typed, &path, None, value),
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                write(typed, &format!("{path}[{index}]"), None, value);
            }
        }
        Value::Null => {}
        Value::Bool(yes) => drop(typed.insert(path.to_owned(), if *yes { "ya" } else { "tidak" }.to_owned())),
        Value::String(text) => {
            let is_date = field.is_some_and(|field| matches!(field.kind, FieldKind::Date { .. }));
            typed.insert(path.to_owned(), if is_date { typed_date(text) } else { plain(text) });
        }
        Value::Number(number) => drop(typed.insert(path.to_owned(), number.to_string())),
    }
}

/// A text as it is compared: browsers end lines in their own way.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// A stored date as it is typed.
fn typed_date(text: &str) -> String {
    calendar::parse_date(text).map_or_else(|_| text.to_owned(), calendar::short_date)
}

fn put(at: &mut Value, segments: &[Segment], text: &str) {
    let Some((first, rest)) = segments.split_first() else {
        *at = Value::String(text.to_owned());
        return;
    };
    match first {
        Segment::Key(key) => {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            if let Some(map) = at.as_object_mut() {
                put(map.entry(key.clone()).or_insert(Value::Null), rest, text);
            }
        }
        Segment::Index(index) => {
            if !at.is_array() {
                *at = Value::Array(Vec::new());
            }
            let index = usize::try_from(*index).unwrap_or(usize::MAX);
            if let Some(list) = at.as_array_mut()
                && index < FIELDS_MAX
            {
                if list.len() <= index {
                    list.resize(index + 1, Value::Null);
                }
                if let Some(place) = list.get_mut(index) {
                    put(place, rest, text);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use office_model::Catalogue;
    use serde_json::json;

    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn service(id: &str) -> &'static Service {
        Catalogue::current().service(&id.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_person_beside_the_citizen_is_known_by_name_birth_and_address() {
        let citizen =
            [("nik", "3510014107900001"), ("nama", "Siti"), ("tgl_lahir", "01-07-1990"), ("rt", "1"), ("rw", "02")];
        let known = Typed::of_pairs(service("G01"), &pairs(&citizen)).citizen_as_person();
        assert_eq!(known.to_json(), r#"{"alamat":"RT 001 RW 002","nama":"Siti","tgl_lahir":"01-07-1990"}"#);
        let witness = json!({"nik": "3510014107900001", "nama": "Siti", "tgl_lahir": "1990-07-01", "hubungan": "bibi"});
        let known = Typed::of_person(witness.as_object().unwrap());
        assert_eq!(known.to_json(), r#"{"nama":"Siti","tgl_lahir":"01-07-1990"}"#);
    }

    #[test]
    fn rows_with_nothing_in_them_are_left_out() {
        let sent = pairs(&[
            ("anggota[0].nama", ""),
            ("anggota[1].nama", " Siti "),
            ("anggota[1].nik", ""),
            ("anggota[3].nama", "Budi"),
            ("nama", "Wayan"),
            ("form_token", "x"),
            ("no path!", "x"),
        ]);
        let typed = Typed::of_pairs(service("G03"), &sent);
        assert_eq!(typed.rows("anggota"), 2);
        assert_eq!(typed.get("anggota[1].nama"), "Budi");
        let record = Value::Object(typed.to_record());
        assert_eq!(record, json!({"nama": "Wayan", "anggota": [{"nama": "Siti"}, {"nama": "Budi"}]}));
    }

    #[test]
    fn a_text_that_is_too_long_stays_and_the_check_says_by_how_much() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        let catalogue = Catalogue::current();
        for length in [233, 20_000] {
            let text = "x".repeat(length);
            let typed = Typed::of_pairs(service("G01"), &pairs(&[("keperluan", &text), ("nama", &text)]));
            assert_eq!(typed.get("keperluan"), text);
            let said = catalogue.look(service("G01"), &typed.to_record(), today);
            let of = |key: &str| said.problems.iter().find(|one| one.path.to_string() == key).unwrap().text.en.clone();
            let over = format!("This text has {length} characters, {} too many: at most 200.", length - 200);
            assert!(of("keperluan").starts_with(&over), "{}", of("keperluan"));
            assert!(of("nama").contains("100 characters"), "{}", of("nama"));
        }
    }

    #[test]
    fn rows_that_are_to_be_removed_are_left_out() {
        let sent = pairs(&[
            ("anggota[0].nama", "Siti"),
            ("hapus:anggota[0]", "1"),
            ("anggota[1].nama", "Budi"),
            ("anggota[10].nama", "Wayan"),
            ("hapus:anggota[5]", "1"),
        ]);
        let record = Value::Object(Typed::of_pairs(service("G03"), &sent).to_record());
        assert_eq!(record, json!({"anggota": [{"nama": "Budi"}, {"nama": "Wayan"}]}));
    }

    #[test]
    fn a_record_typed_again_is_the_same_record() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        let catalogue = Catalogue::current();
        let sent = pairs(&[
            ("nik", "3510 0141 0790 0001"),
            ("no_kk", "35.10.01 170715-0001"),
            ("nama", "Siti Aminah"),
            ("tempat_lahir", "Banyuwangi"),
            ("tgl_lahir", "1-7-1990"),
            ("jk", "P"),
            ("status_kawin", "kawin"),
            ("pekerjaan", "Petani"),
            ("warga", "desa"),
            ("rt", "1"),
            ("rw", "002"),
            ("telepon", "081234567890"),
            ("keperluan", "Beasiswa"),
            ("penandatangan", "kepala"),
            ("tanggungan", "3"),
            ("penghasilan", "Rp 1.500.000"),
        ]);
        let typed = Typed::of_pairs(service("S01"), &sent);
        let first = catalogue.validate(&"S01".parse().unwrap(), &typed.to_record(), today).unwrap();
        let again = Typed::of_record(service("S01"), &first.fields);
        assert_eq!(again.get("tgl_lahir"), "01-07-1990");
        let second = catalogue.validate(&"S01".parse().unwrap(), &again.to_record(), today).unwrap();
        assert_eq!(first.fields, second.fields);
        let mut other = again.clone();
        other.0.insert("nama".to_owned(), "Siti A.".to_owned());
        other.0.insert("telepon".to_owned(), String::new());
        let found: Vec<(String, String)> =
            other.changes_since(&again).into_iter().map(|(path, text)| (path.to_string(), text)).collect();
        assert_eq!(found, [("nama".to_owned(), "Siti A.".to_owned()), ("telepon".to_owned(), String::new())]);
    }
}
