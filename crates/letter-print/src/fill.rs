//! Fills a template in with a record.

use std::collections::BTreeMap;

use office_model::{Catalogue, Service};
use serde_json::{Map, Value};

use crate::template::{Line, LineKind};
use crate::{Block, Templates, show};

/// What a template's names stand for.
pub(crate) struct Scope<'a> {
    pub(crate) templates: &'a Templates,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) service: &'a Service,
    pub(crate) fields: &'a Map<String, Value>,
    /// What is no field: office and signer.
    pub(crate) beside: BTreeMap<&'static str, String>,
}

impl Scope<'_> {
    /// The blocks that these lines make.
    pub(crate) fn fill(&self, lines: &[Line], out: &mut Vec<Block>) {
        for line in lines {
            if line.only.as_ref().is_some_and(|(field, value)| self.stored(field).as_deref() != Some(value)) {
                continue;
            }
            match &line.kind {
                LineKind::Part(name) => {
                    for line in self.templates.part(name) {
                        if !matches!(line.kind, LineKind::Part(_)) {
                            self.fill(std::slice::from_ref(line), out);
                        }
                    }
                }
                LineKind::Row { label, text } => {
                    out.extend(self.text(text).map(|value| Block::Row { label: label.clone(), value }));
                }
                LineKind::Paragraph(text) => out.extend(self.text(text).map(Block::Paragraph)),
                LineKind::Person { key, heading } => self.person(key, heading, out),
                LineKind::Persons { key, heading } => self.persons(key, heading, out),
            }
        }
    }

    /// The text with its values; nothing where one outside brackets is empty.
    fn text(&self, template: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, from)) = rest.split_once('[') {
            join(&mut out, &self.plain(before)?);
            let (part, after) = from.split_once(']')?;
            out.push_str(&self.plain(part).unwrap_or_default());
            rest = after;
        }
        join(&mut out, &self.plain(rest)?);
        Some(out)
    }

    fn plain(&self, template: &str) -> Option<String> {
        let mut pieces = template.split('{');
        let mut out = pieces.next()?.to_owned();
        for piece in pieces {
            let (name, after) = piece.split_once('}')?;
            out.push_str(&self.value(name)?);
            join(&mut out, after);
        }
        Some(out)
    }

    /// The value of a name as letters write it.
    fn value(&self, name: &str) -> Option<String> {
        if let Some(beside) = self.beside.get(name) {
            return Some(beside.clone());
        }
        match name.split_once('.') {
            Some((key, field)) => self.of_person(self.fields.get(key)?.as_object()?, field),
            None if name == "ttl" => birth(self.value("tempat_lahir"), self.value("tgl_lahir")),
            None if name == "alamat" => self.address_here(),
            // Whose card says another address stays here, where hamlet, RT and RW say.
            None if name == "alamat_tinggal" => self.value("alamat_ktp").and_then(|_| self.address_here()),
            None if name == "alamat_asal" => self.value("alamat_ktp").or_else(|| {
                // Where that is all that is known, whoever lives elsewhere lives in no hamlet of ours.
                self.address(&self.value("dusun").map(|place| format!("{place} ")).unwrap_or_default())
            }),
            None => show::value(self.service.field(name)?, self.fields.get(name)?),
        }
    }

    fn address_here(&self) -> Option<String> {
        let word = if self.is_kelurahan() { "Lingkungan" } else { "Dusun" };
        self.address(&self.value("dusun").map(|hamlet| hamlet_of(&hamlet, word)).unwrap_or_default())
    }

    fn address(&self, place: &str) -> Option<String> {
        Some(format!("{place}RT {} RW {}", self.value("rt")?, self.value("rw")?))
    }

    fn is_kelurahan(&self) -> bool {
        self.beside.get("kantor").is_some_and(|office| office.starts_with("Kelurahan"))
    }

    fn of_person(&self, person: &Map<String, Value>, name: &str) -> Option<String> {
        if name == "ttl" {
            return birth(self.of_person(person, "tempat_lahir"), self.of_person(person, "tgl_lahir"));
        }
        let field = self.catalogue.person_fields().iter().find(|field| field.key == name)?;
        show::value(field, person.get(name)?)
    }

    fn person(&self, key: &str, heading: &str, out: &mut Vec<Block>) {
        let Some(person) = self.fields.get(key).and_then(Value::as_object) else { return };
        let rows = PERSON.iter().filter_map(|(label, name)| {
            Some(Block::Row { label: (*label).to_owned(), value: self.of_person(person, name)? })
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            out.push(Block::Heading(heading.to_owned()));
            out.extend(rows);
        }
    }

    fn persons(&self, key: &str, heading: &str, out: &mut Vec<Block>) {
        let Some(list) = self.fields.get(key).and_then(Value::as_array).filter(|list| !list.is_empty()) else { return };
        let columns = [("No.", 6), ("Nama", 30), ("NIK", 24), ("Tempat, tanggal lahir", 28), ("Hubungan", 18)];
        let rows = list.iter().filter_map(Value::as_object).enumerate().map(|(index, person)| {
            let cell = |name| self.of_person(person, name).unwrap_or_else(|| "-".to_owned());
            vec![(index + 1).to_string(), cell("nama"), cell("nik"), cell("ttl"), cell("hubungan")]
        });
        out.push(Block::Heading(heading.to_owned()));
        out.push(Block::Table {
            columns: columns.into_iter().map(|(head, parts)| (head.to_owned(), parts)).collect(),
            rows: rows.collect(),
        });
    }

    /// The value as the record stores it, for conditions.
    fn stored(&self, field: &str) -> Option<String> {
        match self.fields.get(field)? {
            Value::String(text) => Some(text.clone()),
            Value::Bool(yes) => Some(yes.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// Puts a text of the template behind what stands already. A value may bring the full stop of the sentence along: a degree
/// ends with one, and people type one. There is one, not two.
fn join(out: &mut String, text: &str) {
    let has_it = out.ends_with('.') && text.starts_with('.') && !text.starts_with("..");
    out.push_str(if has_it { text.get(1..).unwrap_or_default() } else { text });
}

const PERSON: [(&str, &str); 5] = [
    ("Nama", "nama"),
    ("NIK", "nik"),
    ("Tempat, tanggal lahir", "ttl"),
    ("Alamat", "alamat"),
    ("Hubungan", "hubungan"),
];

fn birth(place: Option<String>, date: Option<String>) -> Option<String> {
    match (place, date) {
        (Some(place), Some(date)) => Some(format!("{place}, {date}")),
        (place, date) => place.or(date),
    }
}

/// Clerks write the hamlet with and without the word, which is another one in a kelurahan.
fn hamlet_of(hamlet: &str, word: &str) -> String {
    let has_word = ["dusun", "lingkungan"].iter().any(|word| hamlet.to_lowercase().starts_with(word));
    if has_word { format!("{hamlet} ") } else { format!("{word} {hamlet} ") }
}
