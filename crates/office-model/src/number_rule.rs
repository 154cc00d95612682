//! How an office numbers its letters.

use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::fault::{Fault, FaultCode};
use crate::letter_number::NumberTemplate;
use crate::serial::Series;

/// Longest unit code, in characters.
const UNIT_MAX: usize = 30;

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberScope {
    /// All letters of the office.
    #[default]
    All,
    /// Letters with one archive code.
    Code,
}

/// How an office numbers its letters. The hub keeps it; every lease says what it was granted under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberRule {
    /// The form of a number.
    pub template: NumberTemplate,
    /// What `[kode_unit]` stands for, such as `429.523.03`; empty where the office has none.
    pub unit: String,
    /// What is counted together.
    pub scope: NumberScope,
}

impl Default for NumberRule {
    /// What an office has until the hub's operator sets its own: `470/12/3510012001/2026`.
    fn default() -> Self {
        Self { template: NumberTemplate::standard(), unit: String::new(), scope: NumberScope::All }
    }
}

impl NumberRule {
    /// A rule, if it makes sense.
    ///
    /// # Errors
    ///
    /// When the template has `[kode_unit]` and there is no unit code, or the unit code has other characters than letters,
    /// digits, `.`, `-`, `/`; or two letters could get one number by it.
    pub fn checked(template: NumberTemplate, unit: String, scope: NumberScope) -> Result<Self, Fault> {
        let shown = template.to_string();
        let is_unit = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '/');
        if unit.chars().count() > UNIT_MAX || !unit.chars().all(is_unit) {
            return Err(Fault::new(
                FaultCode::TemplateForm,
                "Kode unit berisi huruf, angka, titik, garis hubung dan garis miring, paling panjang 30 karakter.",
                "A unit code has letters, digits, dots, hyphens and slashes, at most 30 characters.",
            ));
        }
        if shown.contains("[kode_unit]") && unit.is_empty() {
            return Err(Fault::new(
                FaultCode::TemplateForm,
                "Pola nomor memuat [kode_unit], tetapi kode unit kantor ini belum diisi.",
                "The template has [kode_unit], but this office has no unit code.",
            ));
        }
        if scope == NumberScope::Code && !shown.contains("[kode]") {
            return Err(Fault::new(
                FaultCode::TemplateForm,
                "Pola nomor harus memuat [kode] bila setiap kode arsip dihitung sendiri; tanpa itu nomor bisa sama.",
                "The template must have [kode] when each archive code is counted by itself; without it numbers could be alike.",
            ));
        }
        if !template.with_unit(&unit)?.sets_serial_apart() {
            return Err(Fault::new(
                FaultCode::TemplateForm,
                "Di kiri dan kanan [nomor] harus ada tanda pemisah seperti garis miring atau garis hubung.",
                "On both sides of [nomor] there must be a mark such as a slash or a hyphen.",
            ));
        }
        Ok(Self { template, unit, scope })
    }

    /// The template with the unit code in its place: what a lease carries.
    pub fn lease_template(&self) -> NumberTemplate {
        self.template.with_unit(&self.unit).unwrap_or_else(|_| self.template.clone())
    }

    /// The series that an office with this rule has.
    pub fn series(&self) -> Vec<Series> {
        match self.scope {
            NumberScope::All => vec![Series::all()],
            NumberScope::Code => {
                let catalogue = Catalogue::current();
                let letters = catalogue.ids().iter().filter_map(|id| catalogue.service(id)).filter(|one| one.is_letter);
                let mut codes: Vec<Series> =
                    letters.filter_map(|service| service.current_code().parse().ok()).collect();
                codes.sort();
                codes.dedup();
                codes
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_makes_numbers_that_differ() {
        let template: NumberTemplate = "[kode]/[nomor]/KEP/[kode_unit]/[tahun]".parse().unwrap();
        let rule = NumberRule::checked(template.clone(), "429.523.03".to_owned(), NumberScope::Code).unwrap();
        assert_eq!(rule.lease_template().to_string(), "[kode]/[nomor]/KEP/429.523.03/[tahun]");
        assert!(NumberRule::checked(template.clone(), String::new(), NumberScope::All).is_err());
        assert!(NumberRule::checked(template, "429[x]".to_owned(), NumberScope::All).is_err());
        let without_code: NumberTemplate = "[nomor]/[tahun]".parse().unwrap();
        assert!(NumberRule::checked(without_code.clone(), String::new(), NumberScope::Code).is_err());
        assert!(NumberRule::checked(without_code, String::new(), NumberScope::All).is_ok());
        for text in ["1[nomor]/[tahun]", "[kode][nomor]/[tahun]", "[nomor][tahun]", "[nomor].1/[tahun]"] {
            let template: NumberTemplate = text.parse().unwrap();
            assert!(NumberRule::checked(template, String::new(), NumberScope::All).is_err(), "{text}");
        }
    }

    #[test]
    fn every_letter_of_the_catalogue_is_counted_once() {
        let catalogue = Catalogue::current();
        for scope in [NumberScope::All, NumberScope::Code] {
            let series = NumberRule { scope, ..NumberRule::default() }.series();
            for service in catalogue.ids().iter().filter_map(|id| catalogue.service(id)).filter(|one| one.is_letter) {
                let counting = series.iter().filter(|series| series.counts(service.current_code())).count();
                assert_eq!(counting, 1, "{} {scope:?}", service.id);
            }
        }
    }
}
