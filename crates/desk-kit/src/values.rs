//! Values as people read them, by the field they belong to.

use office_model::{
    Answer, Catalogue, Field, FieldKind, FieldPath, Office, OfficeCode, OwnValue, Phone, Roster, Segment, Service,
    Status, calendar,
};
use serde_json::Value;

use crate::Language;

/// The value of a field as text.
pub fn value(field: Option<&Field>, value: &Value, language: Language) -> String {
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
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => language.pick("Ya", "Yes").to_owned(),
        Value::Bool(false) => language.pick("Tidak", "No").to_owned(),
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

/// The word of a status as people read it; `service`: that of the record, where it is known.
pub fn status(word: &str, service: Option<&Service>, language: Language) -> String {
    let label = |status: Status| match service {
        Some(service) => status.label_for(service.outcome()),
        None => status.label(),
    };
    word.parse().map_or_else(|_| word.to_owned(), |status| language.say(&label(status)).to_owned())
}

/// Whose a record is: the name, or what stands in its place where a service takes records of somebody unknown. Empty for
/// others that have none.
pub fn name(name: Option<&str>, service: Option<&Service>, language: Language) -> String {
    let unnamed = || service.and_then(Service::unnamed).map(|word| language.say(&word).to_owned());
    name.filter(|name| !name.is_empty()).map(str::to_owned).or_else(unnamed).unwrap_or_default()
}

/// What people call the place of a change: `Tanggal lahir`, `Anggota 2, NIK`.
pub fn path_label(
    (catalogue, service): (&Catalogue, &Service),
    (path, own): (&str, Option<OwnValue>),
    language: Language,
) -> String {
    match own {
        Some(OwnValue::Status) => return language.pick("Status", "Status").to_owned(),
        Some(OwnValue::Number) => return language.pick("Nomor", "Number").to_owned(),
        None => {}
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

/// An office as people call it.
pub fn office(code: OfficeCode) -> String {
    Roster::current().get(code).map_or_else(|| code.to_string(), Office::full_name)
}

/// Where a change referred a record to, or whose answer it holds, as people read it: `Dirujuk ke Puskesmas Licin`. Nothing
/// for other places.
pub fn referral_label(path: &str, language: Language) -> Option<String> {
    let (label, code) = match (path.strip_prefix("referral/"), path.strip_prefix("answer/")) {
        (Some(code), _) => (language.pick("Dirujuk ke", "Referred to"), code),
        (None, Some(code)) => (language.pick("Jawaban dari", "Answer of"), code),
        (None, None) => return None,
    };
    Some(format!("{label} {}", code.parse().map_or_else(|_| code.to_owned(), office)))
}

/// What a record holds at such a place, as people read it; `why` is what follows the word of an answer.
pub fn referral_value(path: &str, value: &Value, language: Language, why: impl FnOnce(&str) -> String) -> String {
    let text = value.as_str().unwrap_or_default();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word.parse::<Answer>() {
        Ok(answer) if path.starts_with("answer/") => {
            let rest = if rest.is_empty() { String::new() } else { why(rest) };
            format!("{} {rest}", language.say(&answer.label())).trim_end().to_owned()
        }
        _ if text.is_empty() => String::new(),
        _ => why(text),
    }
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
    fn whom_and_where_is_said_by_the_service() {
        let service = |id: &str| Catalogue::current().service(&id.parse().unwrap());
        let (id, en) = (Language::Indonesian, Language::English);
        assert_eq!(name(None, service("P06"), id), "Anonim");
        assert_eq!(name(Some(""), service("P06"), en), "Anonymous");
        assert_eq!(name(Some("Siti"), service("P06"), id), "Siti");
        assert_eq!(name(None, service("G01"), id), "");
        assert_eq!(name(None, None, id), "");
        assert_eq!(status("ditandatangani", service("G01"), id), "Ditandatangani");
        assert_eq!(status("ditandatangani", service("P06"), id), "Ditangani");
        assert_eq!(status("ditandatangani", None, id), "Ditandatangani");
        assert_eq!(status("a newer word", service("P06"), id), "a newer word");
    }

    #[test]
    fn referrals_and_answers_read_as_sentences() {
        let (id, en) = (Language::Indonesian, Language::English);
        assert_eq!(referral_label("referral/35.10.01", id).as_deref(), Some("Dirujuk ke Kecamatan Pesanggaran"));
        assert_eq!(referral_label("answer/35.10.H.001", en).as_deref(), Some("Answer of 35.10.H.001"));
        assert_eq!(referral_label("nama", id), None);
        let said = |path, text: &str| referral_value(path, &json!(text), id, |why| format!("({why})"));
        assert_eq!(said("answer/35.10.01", "ditolak salah alamat"), "Ditolak (salah alamat)");
        assert_eq!(said("answer/35.10.01", "selesai"), "Selesai ditangani");
        assert_eq!(said("referral/35.10.01", "selesai di sana"), "(selesai di sana)");
        assert_eq!(said("referral/35.10.01", ""), "");
    }

    #[test]
    fn places_have_names() {
        let catalogue = Catalogue::current();
        let service = catalogue.service(&"G03".parse().unwrap()).unwrap();
        let label = |path| path_label((catalogue, service), (path, None), Language::Indonesian);
        assert_eq!(label("anggota[1].nik"), "Anggota keluarga 2, NIK");
        let own = |path, own| path_label((catalogue, service), (path, Some(own)), Language::Indonesian);
        assert_eq!(own("status", OwnValue::Status), "Status");
        assert_eq!(own("record.number", OwnValue::Number), "Nomor");
        let land = catalogue.service(&"G10".parse().unwrap()).unwrap();
        let label_of_land = path_label((catalogue, land), ("status", None), Language::Indonesian);
        assert_eq!(label_of_land, land.field("status").unwrap().label.id, "a field of the form");
        assert_eq!(label("baru"), "baru");
    }
}
