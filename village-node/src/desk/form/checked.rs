//! What would be said of a form if it was saved now.

use chrono::NaiveDate;
use office_model::{Bilingual, Catalogue, FieldPath, Nik, Service, Sex, calendar};
use serde_json::{Map, Value, json};

use super::Typed;
use crate::desk::language::Language;

/// `{"problems": {PATH: TEXT}, "warnings": {PATH: TEXT}, "suggestions": {FIELD: VALUE}}`: what the script of the page puts
/// beside the fields, and what the NIK tells of its owner.
pub(crate) fn checked(
    (catalogue, service): (&Catalogue, &Service),
    typed: &Typed,
    today: NaiveDate,
    language: Language,
) -> Value {
    let said = |path: &FieldPath, text: &Bilingual| (path.to_string(), json!(language.say(text)));
    let (mut problems, mut warnings) = (Map::new(), Map::new());
    match catalogue.validate(&service.id, &typed.to_record(), today) {
        Ok(valid) => warnings.extend(valid.warnings.iter().map(|one| said(&one.path, &one.text))),
        Err(all) => problems.extend(all.iter().map(|one| said(&one.path, &one.text))),
    }
    let nik = typed.get("nik").parse::<Nik>().ok();
    let born = nik.as_ref().and_then(|nik| nik.birth_date_guess(today)).map(calendar::short_date);
    let sex = nik.as_ref().and_then(Nik::sex).map(Sex::as_str);
    json!({
        "problems": problems,
        "warnings": warnings,
        "suggestions": {"tgl_lahir": born, "jk": sex},
    })
}
