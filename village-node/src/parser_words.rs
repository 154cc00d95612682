//! What a parser says of JSON, parameters and settings, in both languages and without the values: they may be personal
//! data.

use office_model::Bilingual;

/// What a parser of `serde` says, in words that people know and without a full stop. `said`: its own words in English.
pub(crate) fn parser_words(said: &str) -> Bilingual {
    let (what, place) = said.rsplit_once(" at line ").unwrap_or((said, ""));
    let Bilingual { id, en } = fault(what, place);
    let Some((line, column)) = place.split_once(" column ") else { return Bilingual::new(id, en) };
    Bilingual::new(format!("{id} (baris {line}, kolom {column})"), format!("{en} (line {line}, column {column})"))
}

fn fault(what: &str, place: &str) -> Bilingual {
    let name = what.split('`').nth(1).unwrap_or_default();
    let begins = |words: &str| what.contains(words) && !name.is_empty();
    if begins("missing field") {
        Bilingual::new(format!("`{name}` belum ada"), format!("`{name}` is missing"))
    } else if begins("duplicate field") {
        Bilingual::new(format!("`{name}` ada dua kali"), format!("`{name}` stands there twice"))
    } else if begins("unknown field") || begins("unknown variant") {
        let known =
            what.split_once(", expected ").map(|(_, known)| known.trim_start_matches("one of ")).unwrap_or_default();
        if known.starts_with('`') {
            let known_id = known.replace(" or ", " atau ");
            Bilingual::new(
                format!("`{name}` tidak dikenal; yang dikenal: {known_id}"),
                format!("`{name}` is not known; what is known: {known}"),
            )
        } else {
            Bilingual::new(format!("`{name}` tidak dikenal"), format!("`{name}` is not known"))
        }
    } else if what.contains("invalid type") || what.contains("invalid value") || what.contains("invalid length") {
        let expected = what.rsplit_once(", expected ").map(|(_, expected)| expected).unwrap_or_default();
        match kind(expected) {
            Some((id, en)) => Bilingual::new(
                format!("ada nilai yang lain jenisnya, di situ diminta {id}"),
                format!("a value is of another kind, {en} is expected there"),
            ),
            None => Bilingual::new("ada nilai yang lain jenisnya", "a value is of another kind than expected"),
        }
    } else if what.contains("invalid digit") || what.contains("number too") || what.contains("empty string") {
        // Of the parameters of an address, the name stands before it.
        let name = what.rsplit_once(": ").map(|(before, _)| before.rsplit(' ').next().unwrap_or_default());
        let (of_id, of_en) = name.map_or_else(Default::default, |name| (format!("`{name}` "), format!("`{name}` ")));
        Bilingual::new(
            format!("{of_id}bukan bilangan bulat yang dapat dipakai"),
            format!("{of_en}is no whole number that can be used"),
        )
    } else if what.contains("is not a service id") {
        Bilingual::new(
            "nama layanan itu tidak dikenal, yang diminta seperti G01",
            "that is no service, one such as G01 is expected",
        )
    } else if place.is_empty() {
        Bilingual::new("bentuknya lain daripada yang diminta", "it is of another form than expected")
    } else if is_syntax(what) {
        Bilingual::new("itu bukan JSON yang utuh", "that is no whole JSON")
    } else {
        // Of whole JSON a value that its own type refuses.
        Bilingual::new("nilai di situ tidak dapat dipakai", "the value there cannot be used")
    }
}

/// Whether the parser could not read on, as it says itself.
fn is_syntax(what: &str) -> bool {
    const BEGINNINGS: [&str; 14] = [
        "EOF while",
        "expected `",
        "expected ident",
        "expected value",
        "trailing c",
        "key must be",
        "control character",
        "invalid escape",
        "invalid number",
        "number out of range",
        "invalid unicode",
        "lone leading",
        "unexpected end of hex",
        "recursion limit",
    ];
    BEGINNINGS.iter().any(|beginning| what.starts_with(beginning))
}

/// What a parser expected, as people call it.
fn kind(expected: &str) -> Option<(&'static str, &'static str)> {
    Some(match expected {
        "a string" | "a borrowed string" | "string" => ("teks", "a text"),
        "a map" | "a JSON object" => ("objek", "an object"),
        "a sequence" => ("daftar", "a list"),
        "a boolean" | "bool" => ("true atau false", "true or false"),
        "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => ("bilangan bulat", "a whole number"),
        _ if expected.starts_with("struct ") => ("objek", "an object"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Map, Value};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what a parser says of it is looked at")]
    struct Asked {
        service: String,
        fields: Map<String, Value>,
        count: Option<u32>,
        kind: Option<office_model::ServiceId>,
        office: Option<office_model::OfficeCode>,
    }

    #[test]
    fn what_a_parser_says_is_said_in_both_languages_and_without_the_values() {
        let said = [
            ("{}", "`service` belum ada (baris 1, kolom 2)", "`service` is missing (line 1, column 2)"),
            ("{\"service\": \"G01\", \"fields\": 3}", "diminta objek", "an object is expected"),
            ("{\"service\": 3510014107900001}", "diminta teks", "a text is expected"),
            ("{\"service\": \"G01\", \"fields\": {}, \"count\": \"x\"}", "diminta bilangan bulat", "a whole number"),
            ("{\"fild\": 1}", "`fild` tidak dikenal; yang dikenal: `service`", "`fild` is not known; what is known:"),
            ("{\"kind\": \"ZZ\"}", "nama layanan itu tidak dikenal", "that is no service"),
            ("{\"office\": \"x\"}", "nilai di situ tidak dapat dipakai (baris 1", "the value there cannot be used"),
            ("{\"service\" \"G01\"}", "itu bukan JSON yang utuh", "that is no whole JSON"),
            ("{\"service\": \"G01\"", "itu bukan JSON yang utuh (baris 1", "that is no whole JSON (line 1"),
        ];
        for (text, id, en) in said {
            let error = serde_json::from_str::<Asked>(text).unwrap_err().to_string();
            let words = parser_words(&error);
            assert!(words.id.contains(id) && words.en.contains(en), "{error}: {words:?}");
            assert!(!words.id.contains("3510014107900001") && !words.en.contains("3510014107900001"));
        }
        let words = parser_words("Failed to deserialize query string: limit: invalid digit found in string");
        assert_eq!(words.id, "`limit` bukan bilangan bulat yang dapat dipakai");
    }
}
