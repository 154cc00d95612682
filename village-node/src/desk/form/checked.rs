//! What would be said of a form if it was saved now.

use chrono::NaiveDate;
use office_model::{Bilingual, Catalogue, FieldPath, Nik, Service, Sex, calendar};
use serde_json::{Map, Value, json};

use super::Typed;
use crate::desk::frame::language::Language;

/// `{"problems": {PATH: TEXT}, "warnings": {PATH: TEXT}, "suggestions": {FIELD: VALUE}}`: what the script of the page puts
/// beside the fields, and what the NIK tells of its owner.
pub(crate) fn checked(
    (catalogue, service): (&Catalogue, &Service),
    typed: &Typed,
    today: NaiveDate,
    language: Language,
) -> Value {
    let told = |path: &FieldPath, text: &Bilingual| (path.to_string(), json!(language.say(text)));
    let said = catalogue.look(service, &typed.to_record(), today);
    let problems: Map<String, Value> = said.problems.iter().map(|one| told(&one.path, &one.text)).collect();
    let warnings: Map<String, Value> = said.warnings.iter().map(|one| told(&one.path, &one.text)).collect();
    let nik = typed.get("nik").parse::<Nik>().ok();
    let born = nik.as_ref().and_then(|nik| nik.birth_date_guess(today)).map(calendar::short_date);
    let sex = nik.as_ref().and_then(Nik::sex).map(Sex::as_str);
    json!({
        "problems": problems,
        "warnings": warnings,
        "suggestions": {"tgl_lahir": born, "jk": sex},
    })
}
