//! Values as people read them, by the field they belong to.

use office_model::{
    Catalogue, Field, FieldKind, FieldPath, OfficeCode, Phone, Roster, Segment, Service, Status, calendar,
};
use replica_store::Reader;
use serde_json::Value;

use super::language::{Language, Worded as _};
use crate::action::standing::is_own;

/// The papers a citizen brings for a service, by name.
pub(crate) fn papers(catalogue: &Catalogue, service: &Service, language: Language) -> Vec<String> {
    let papers = service.attachments.iter().filter_map(|paper| {
        let paper = catalogue.attachments().iter().find(|one| one.id == *paper)?;
        Some(language.say(&paper.label).to_owned())
    });
    papers.collect()
}

/// The value of a field as text.
pub(crate) fn value(field: Option<&Field>, value: &Value, language: Language) -> String {
    let Some(field) = field else { return plain(value, language) };
    match (&field.kind, value) {
        (FieldKind::Enum { options }, Value::String(text)) => {
            let option = options.iter().find(|option| option.value == *text);
            option.map_or_else(|| text.clone(), |option| language.say(&option.label).to_owned())
        }
        (FieldKind::Date { .. }, Value::String(text)) => {
            calendar::parse_date(text).map_or_else(|_| text.clone(), calendar::short_date)
        }
        (FieldKind::Phone, Value::String(text)) => {
            text.parse::<Phone>().map_or_else(|_| text.clone(), |it| it.national())
        }
        (FieldKind::Money, Value::Number(number)) => {
            number.as_u64().map_or_else(|| number.to_string(), |amount| format!("Rp {}", thousands(amount)))
        }
        (FieldKind::Int { .. }, Value::Number(number)) if matches!(field.key.as_str(), "rt" | "rw") => {
            number.as_u64().map_or_else(|| number.to_string(), |number| format!("{number:03}"))
        }
        _ => plain(value, language),
    }
}

/// A value of which nothing is known.
fn plain(value: &Value, language: Language) -> String {
    let texts = language.texts();
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => texts.yes.to_owned(),
        Value::Bool(false) => texts.no.to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => list.iter().map(|one| plain(one, language)).collect::<Vec<_>>().join("; "),
        Value::Object(map) => map.values().map(|one| plain(one, language)).collect::<Vec<_>>().join(", "),
    }
}

/// `1.500.000`.
fn thousands(amount: u64) -> String {
    let digits = amount.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// The office of a record as people call it; empty where it is this replica's own.
pub(crate) fn other_office(reader: &Reader, office: OfficeCode) -> String {
    if is_own(reader, office) {
        return String::new();
    }
    Roster::current().get(office).map_or_else(|| office.to_string(), office_model::Office::full_name)
}

/// The word of a status as people read it.
pub(crate) fn status(word: &str, language: Language) -> String {
    word.parse::<Status>().map_or_else(|_| word.to_owned(), |status| language.say(&status.label()).to_owned())
}

/// What people call the place of a change: `Tanggal lahir`, `Anggota 2, NIK`.
pub(crate) fn path_label(catalogue: &Catalogue, service: &Service, path: &str, language: Language) -> String {
    let fixed = match path {
        "status" => Some(language.texts().status),
        "number" | "nomor" => Some(language.texts().number),
        _ => None,
    };
    if let Some(fixed) = fixed {
        return fixed.to_owned();
    }
    let Ok(path) = path.parse::<FieldPath>() else { return path.to_owned() };
    let Some(root) = service.field(path.root()) else { return path.to_string() };
    let mut label = language.say(&root.label).to_owned();
    for segment in path.segments().iter().skip(1) {
        match segment {
            Segment::Index(index) => {
                label.push(' ');
                label.push_str(&(index + 1).to_string());
            }
            Segment::Key(key) => {
                let inner = catalogue.person_fields().iter().find(|field| field.key == *key);
                label.push_str(", ");
                label.push_str(inner.map_or(key.as_str(), |field| language.say(&field.label)));
            }
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_read_as_on_paper() {
        let service = Catalogue::current().service(&"S01".parse().unwrap()).unwrap();
        let shown = |key: &str, given: Value, language| value(service.field(key), &given, language);
        let id = Language::Indonesian;
        assert_eq!(shown("penghasilan", json!(1_500_000), id), "Rp 1.500.000");
        assert_eq!(shown("tgl_lahir", json!("1980-02-21"), id), "21-02-1980");
        assert_eq!(shown("jk", json!("P"), id), "Perempuan");
        assert_eq!(shown("jk", json!("P"), Language::English), "Female");
        assert_eq!(shown("rt", json!(7), id), "007");
        assert_eq!(shown("telepon", json!("+6281234567890"), id), "0812-3456-7890");
        assert_eq!(shown("agama", json!("a newer word"), id), "a newer word");
        assert_eq!(value(None, &json!({"a": [1, true]}), id), "1; Ya");
        assert_eq!(thousands(12), "12");
    }

    #[test]
    fn places_have_names() {
        let catalogue = Catalogue::current();
        let service = catalogue.service(&"G03".parse().unwrap()).unwrap();
        let label = |path| path_label(catalogue, service, path, Language::Indonesian);
        assert_eq!(label("anggota[1].nik"), "Anggota keluarga 2, NIK");
        assert_eq!(label("status"), "Status");
        assert_eq!(label("baru"), "baru");
    }
}
