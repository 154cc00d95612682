//! Why a text is no catalogue at all: in which service and field, and in the words of people. The reader of JSON speaks English and
//! knows lines alone.

use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

use super::{Attachment, FileService, Sector};
use crate::bilingual::Bilingual;
use crate::field::Field;

/// Longest list of what would be right, in characters.
const LIST_MAX: usize = 160;

/// What is wrong, as the reader of the whole text found it.
pub(super) fn problem(json: &str, error: &Error) -> Bilingual {
    let (line, column) = (error.line(), error.column());
    let found = place(json);
    let said = found.as_ref().map_or_else(|| plain(error), |place| place.said.clone());
    let (place_id, place_en) = found.map_or_else(Default::default, |place| (place.id, place.en));
    let indonesian = translated(&said).unwrap_or_else(|| format!("kata program: {said}"));
    Bilingual::new(
        format!("{place_id}baris {line}, kolom {column}: bukan bentuk katalog ({indonesian})"),
        format!("{place_en}line {line}, column {column}: not of a catalogue's form ({said})"),
    )
}

/// Where the first part stands that is of no form, and what the reader says of it.
struct Place {
    id: String,
    en: String,
    said: String,
}

/// Nothing where the text is no JSON, or the fault lies between the parts.
fn place(json: &str) -> Option<Place> {
    let file: Value = serde_json::from_str(json).ok()?;
    if let Some((name, said)) = first_bad::<Sector>(file.get("sectors"), "letter") {
        return Some(Place { id: format!("sektor {name}: "), en: format!("sector {name}: "), said });
    }
    if let Some((name, said)) = first_bad::<Attachment>(file.get("attachments"), "id") {
        return Some(Place { id: format!("lampiran {name}: "), en: format!("attachment {name}: "), said });
    }
    for part in ["common", "letter", "person"] {
        if let Some((key, said)) = first_bad::<Field>(file.get(part), "key") {
            return Some(Place { id: format!("{part}, isian {key}: "), en: format!("{part}, field {key}: "), said });
        }
    }
    let (service, said) = first_bad::<FileService>(file.get("services"), "id")?;
    let (id, en) = (format!("layanan {service}"), format!("service {service}"));
    let whole = file.get("services")?.as_array()?.iter().find(|one| called(one, "id").as_deref() == Some(&service));
    if let Some((key, said)) = first_bad::<Field>(whole.and_then(|one| one.get("fields")), "key") {
        return Some(Place { id: format!("{id}, isian {key}: "), en: format!("{en}, field {key}: "), said });
    }
    Some(Place { id: format!("{id}: "), en: format!("{en}: "), said })
}

/// What a part of a list is called, else its number from 1; and what is said of it.
fn first_bad<T: DeserializeOwned>(list: Option<&Value>, key: &str) -> Option<(String, String)> {
    list?.as_array()?.iter().enumerate().find_map(|(index, one)| {
        let error = serde_json::from_value::<T>(one.clone()).err()?;
        Some((called(one, key).unwrap_or_else(|| (index + 1).to_string()), plain(&error)))
    })
}

fn called(one: &Value, key: &str) -> Option<String> {
    one.get(key).and_then(Value::as_str).map(|name| name.chars().take(40).collect())
}

/// Without the place in the text, which is told apart.
fn plain(error: &Error) -> String {
    let said = error.to_string();
    said.split(" at line ").next().unwrap_or_default().to_owned()
}

/// In Indonesian what the reader of JSON says; nothing for what it says rarely.
fn translated(said: &str) -> Option<String> {
    let quoted = || said.split('`').nth(1).unwrap_or_default();
    let expected = || {
        let list = said.split_once("expected ").map_or("", |(_, list)| list);
        let words: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        let list: String = words.join(", ").chars().take(LIST_MAX).collect();
        list
    };
    Some(match said {
        _ if said.starts_with("missing field") => format!("kunci \"{}\" belum ada", quoted()),
        _ if said.starts_with("duplicate field") => format!("kunci \"{}\" tercantum dua kali", quoted()),
        _ if said.starts_with("unknown field") => {
            format!("kunci \"{}\" tidak dikenal; yang dikenal: {}", quoted(), expected())
        }
        _ if said.starts_with("unknown variant") => {
            format!("\"{}\" bukan pilihan; yang ada: {}", quoted(), expected())
        }
        _ if said.starts_with("invalid type: ") => {
            let (found, wanted) = said.strip_prefix("invalid type: ")?.split_once(", expected ")?;
            format!("isinya {}, seharusnya {}", kind(found), kind(wanted))
        }
        _ if said.contains("is neither `faskes`") => {
            format!(
                "{} bukan \"faskes\" dan bukan kode satuan kerja atau fasilitas kesehatan",
                said.split(" is ").next()?
            )
        }
        _ if said.starts_with("EOF while parsing") => {
            "teksnya terpotong: ada kurung atau tanda kutip yang belum ditutup".to_owned()
        }
        "trailing comma" => "ada koma berlebih sebelum kurung tutup".to_owned(),
        "trailing characters" => "masih ada tulisan sesudah kurung tutup yang terakhir".to_owned(),
        "expected value" => "di sini belum ada isi".to_owned(),
        "key must be a string" => "nama kunci harus diapit tanda kutip".to_owned(),
        "expected `:`" => "sesudah nama kunci harus ada titik dua".to_owned(),
        _ if said.starts_with("expected `,` or") => "di sini harus ada koma atau kurung tutup".to_owned(),
        _ if said.starts_with("control character") => {
            "ada ganti baris atau tanda kendali di antara tanda kutip".to_owned()
        }
        _ => return None,
    })
}

/// A kind of value, as people call it.
fn kind(word: &str) -> &str {
    match word {
        "null" => "kosong (null)",
        "map" | "a map" => "kelompok { }",
        "sequence" | "a sequence" => "daftar [ ]",
        "a boolean" => "true atau false",
        "a string" => "teks di antara tanda kutip",
        "u8" | "u16" | "u32" | "u64" | "i32" | "i64" => "bilangan bulat",
        _ if word.starts_with("string ") => "teks",
        _ if word.starts_with("integer ") => "bilangan",
        _ if word.starts_with("floating point ") => "pecahan",
        _ if word.starts_with("boolean ") => "true atau false",
        _ if word.starts_with("struct ") => "kelompok { }",
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Catalogue;

    fn told(change: impl FnOnce(&mut serde_json::Value)) -> (String, String) {
        let mut json: serde_json::Value = serde_json::from_str(Catalogue::shipped_text()).unwrap();
        change(&mut json);
        let problem = Catalogue::parse(&json.to_string()).unwrap_err().problems.remove(0);
        (problem.id, problem.en)
    }

    #[test]
    fn the_service_and_its_field_are_named_in_both_languages() {
        let (id, en) = told(|json| json["services"][0]["fields"][0]["kind"] = json!("nmae"));
        let service = Catalogue::current().ids().first().unwrap();
        assert!(id.starts_with(&format!("layanan {service}, isian ")), "{id}");
        assert!(id.contains("\"nmae\" bukan pilihan; yang ada: name, nik, kk"), "{id}");
        assert!(en.starts_with(&format!("service {service}, field ")) && en.contains("unknown variant"), "{en}");
        let (id, _) = told(|json| drop(json["services"][2].as_object_mut().unwrap().remove("approval")));
        assert!(id.starts_with("layanan ") && id.contains("kunci \"approval\" belum ada"), "{id}");
        let (id, _) = told(|json| json["services"][1]["concerns"] = json!(["35.10.01"]));
        assert!(id.contains("\"35.10.01\" bukan \"faskes\""), "{id}");
        let (id, _) = told(|json| json["person"][0]["label"] = json!("Nama"));
        assert!(id.starts_with("person, isian ") && id.contains("isinya teks, seharusnya kelompok"), "{id}");
        let (id, _) = told(|json| json["version"] = json!("dua"));
        assert!(id.starts_with("baris 1, kolom ") && id.contains("isinya teks, seharusnya bilangan bulat"), "{id}");
    }

    #[test]
    fn a_text_that_is_no_json_is_told_by_its_line() {
        for (text, wanted) in [
            ("{\"version\": 1", "terpotong"),
            ("{\"version\": 1,}", "koma berlebih"),
            ("{version: 1}", "diapit tanda kutip"),
            ("{\"version\" 1}", "titik dua"),
            ("x", "belum ada isi"),
        ] {
            let problem = Catalogue::parse(text).unwrap_err().problems.remove(0);
            assert!(problem.id.starts_with("baris 1, kolom ") && problem.id.contains(wanted), "{}", problem.id);
        }
    }
}
