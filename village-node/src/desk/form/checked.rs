//! What would be said of a form if it was saved now.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use office_model::{Catalogue, CautionCode, FieldPath, Nik, Said, Service, Sex, calendar};
use serde_json::{Map, Value, json};

use super::Typed;
use crate::desk::frame::language::Language;

/// `{"problems": {PATH: TEXT}, "warnings": {PATH: TEXT}, "suggestions": {FIELD: VALUE}}`: what the script of the page puts
/// beside the fields, and what the NIK tells of its owner. `before`: the record that the form changes.
pub(crate) fn checked(
    (catalogue, service): (&Catalogue, &Service),
    (typed, before): (&Typed, Option<&Map<String, Value>>),
    today: NaiveDate,
    language: Language,
) -> Value {
    let record = typed.to_record();
    let said = look((catalogue, service), (&record, before), today);
    let problems = by_field(said.problems.iter().map(|one| (&one.path, language.say(&one.text))));
    let warnings = by_field(said.warnings.iter().map(|one| (&one.path, language.say(&one.text))));
    let nik = typed.get("nik").parse::<Nik>().ok().filter(|_| !service.is_anonymous(&record));
    let born = nik.as_ref().and_then(|nik| nik.birth_date_guess(today)).map(calendar::short_date);
    let sex = nik.as_ref().and_then(Nik::sex).map(Sex::as_str);
    json!({
        "problems": problems,
        "warnings": warnings,
        "suggestions": {"tgl_lahir": born, "jk": sex},
    })
}

/// What is odd in a form and would be taken, by field. `before`: the record that the form changes.
pub(crate) fn warnings(
    (catalogue, service): (&Catalogue, &Service),
    (typed, before): (&Typed, Option<&Map<String, Value>>),
    today: NaiveDate,
    language: Language,
) -> BTreeMap<String, String> {
    let said = look((catalogue, service), (&typed.to_record(), before), today);
    by_field(said.warnings.iter().map(|one| (&one.path, language.say(&one.text))))
}

/// What the catalogue says of it, and what the record that it changes lets it say.
fn look(
    (catalogue, service): (&Catalogue, &Service),
    (record, before): (&Map<String, Value>, Option<&Map<String, Value>>),
    today: NaiveDate,
) -> Said {
    let mut said = catalogue.look(service, record, today);
    if let (Some(before), Some(asked)) = (before, service.anonymity())
        && catalogue.is_known_from_before(service, before, record)
        && let Ok(path) = FieldPath::field(&asked.key)
    {
        said.warnings.push(CautionCode::KnownFromHistory.at(path));
    }
    said
}

/// All that is said of each field: of one there may be several things to say.
fn by_field<'a>(said: impl Iterator<Item = (&'a FieldPath, &'a str)>) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in said {
        let known = all.entry(path.to_string()).or_default();
        if !known.is_empty() {
            known.push(' ');
        }
        known.push_str(text);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(service: &str, typed: &[(&str, &str)], before: Option<&Value>) -> Value {
        let catalogue = Catalogue::current();
        let service = catalogue.service(&service.parse().unwrap()).unwrap();
        let pairs: Vec<_> = typed.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let typed = Typed::of_pairs(service, &pairs);
        let before = before.map(|before| before.as_object().unwrap());
        checked((catalogue, service), (&typed, before), today, Language::English)
    }

    #[test]
    fn all_that_is_odd_about_a_field_is_said() {
        let typed = [("nik", "3510014107900001"), ("jk", "L"), ("tgl_lahir", "2-7-1990")];
        let told = said("G01", &typed, None)["warnings"]["nik"].as_str().unwrap().to_owned();
        assert!(
            told.contains("The sex in the NIK differs") && told.contains("The birth date in the NIK differs"),
            "{told}"
        );
        assert!(told.contains(" wrong. The birth date"), "two sentences: {told}");
    }

    #[test]
    fn of_whom_stays_unknown_the_nik_suggests_nothing() {
        let typed = [("nik", "3510014107900001"), ("anonim", "tidak")];
        assert_eq!(said("P06", &typed, None)["suggestions"]["jk"], "P");
        let typed = [("nik", "3510014107900001"), ("anonim", "ya")];
        let told = said("P06", &typed, None);
        assert_eq!(told["suggestions"], json!({"tgl_lahir": null, "jk": null}));
        assert!(told["problems"]["nik"].as_str().unwrap().contains("does not keep this"));
        assert_eq!(told["problems"].get("nama"), None);
    }

    #[test]
    fn who_becomes_unknown_is_told_that_the_history_knows() {
        let warned =
            |before: Value| said("P06", &[("anonim", "ya")], Some(&before))["warnings"].get("anonim").is_some();
        assert!(warned(json!({"nama": "Siti"})));
        assert!(!warned(json!({"isi": "Lampu padam"})));
    }
}
