//! The form of letter numbers: a template of the office.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::roman_month;
use crate::fault::{Fault, FaultCode};
use crate::office_code::OfficeCode;

/// Longest template, in characters.
const MAX_LENGTH: usize = 100;
/// Most digits a serial is padded to.
const MAX_WIDTH: usize = 9;

/// A template such as `[kode]/[nomor,3]/[kode_desa]/[bulan_romawi]/[tahun]`.
///
/// | token | becomes |
/// | --- | --- |
/// | `[kode]` | archive code of the service |
/// | `[nomor]`, `[nomor,3]` | serial; padded with zeros to so many digits. Needed, once |
/// | `[kode_desa]` | office code without dots |
/// | `[kode_unit]` | the office's own unit code, a setting, such as `429.523.03` |
/// | `[bulan]`, `[bulan_romawi]` | month, `07` or `VII` |
/// | `[tahun]` | year. Needed, since serials begin anew with it |
///
/// `[kode_surat]` and `[nomor_surat]` are read, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NumberTemplate(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Code,
    Serial(usize),
    Office,
    Unit,
    Month,
    RomanMonth,
    Year,
}

/// What a number is made of.
#[derive(Debug, Clone, Copy)]
pub struct NumberParts<'a> {
    /// Archive code of the service.
    pub code: &'a str,
    /// Position in the series, from 1.
    pub serial: u32,
    /// The office that issues it.
    pub office: OfficeCode,
    /// The office's unit code; empty where it has none.
    pub unit: &'a str,
    /// The day of the letter, in WIB.
    pub date: NaiveDate,
}

impl NumberTemplate {
    /// What needs no setting of an office: `[kode]/[nomor]/[kode_desa]/[tahun]`, such as `470/12/3510012001/2026`.
    pub fn standard() -> Self {
        let slash = || Part::Text("/".to_owned());
        Self(vec![Part::Code, slash(), Part::Serial(0), slash(), Part::Office, slash(), Part::Year])
    }

    /// Whether the serial can be told from what stands beside it, as in `[kode]/[nomor]` and not in `1[nomor]`: else another
    /// form of later days could make the same text of another serial.
    pub(crate) fn sets_serial_apart(&self) -> bool {
        let is_mark = |char: char| !char.is_alphanumeric() && char != '.';
        let apart = |beside: Option<&Part>, end: fn(&str) -> Option<char>| match beside {
            None => true,
            Some(Part::Text(text)) => end(text).is_some_and(is_mark),
            Some(_) => false,
        };
        let at = self.0.iter().position(|part| matches!(part, Part::Serial(_)));
        at.is_some_and(|at| {
            let before = at.checked_sub(1).and_then(|before| self.0.get(before));
            apart(before, |text| text.chars().next_back()) && apart(self.0.get(at + 1), |text| text.chars().next())
        })
    }

    /// The template with the unit code written into it.
    ///
    /// # Errors
    ///
    /// When it is too long then, or the code has brackets.
    pub fn with_unit(&self, unit: &str) -> Result<Self, Fault> {
        self.to_string().replace("[kode_unit]", unit).parse()
    }

    /// The number that these parts make.
    pub fn render(&self, parts: &NumberParts<'_>) -> String {
        let one = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Code => parts.code.to_owned(),
            Part::Serial(width) => format!("{:0width$}", parts.serial),
            Part::Office => parts.office.digits(),
            Part::Unit => parts.unit.to_owned(),
            Part::Month => format!("{:02}", parts.date.month()),
            Part::RomanMonth => roman_month(parts.date).to_owned(),
            Part::Year => parts.date.year().to_string(),
        };
        self.0.iter().map(one).collect()
    }
}

impl FromStr for NumberTemplate {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = |id: &str, en: &str| Fault::new(FaultCode::TemplateForm, id, en);
        if text.chars().count() > MAX_LENGTH || text.chars().any(char::is_control) {
            return Err(fault(
                "Pola nomor surat paling panjang 100 karakter, tanpa baris baru.",
                "A template for letter numbers has at most 100 characters, in one line.",
            ));
        }
        let parts = split(text).ok_or_else(|| {
            fault(
                "Pola nomor surat memuat bagian yang tidak dikenal; yang ada: [kode] [nomor,3] [kode_desa] [kode_unit] [bulan] [bulan_romawi] [tahun].",
                "The template has a part that is not known; there are: [kode] [nomor,3] [kode_desa] [kode_unit] [bulan] [bulan_romawi] [tahun].",
            )
        })?;
        if parts.iter().filter(|part| matches!(part, Part::Serial(_))).count() != 1 {
            return Err(fault(
                "Pola nomor surat harus memuat [nomor] tepat satu kali.",
                "The template must have [nomor] exactly once.",
            ));
        }
        if !parts.contains(&Part::Year) {
            return Err(fault(
                "Pola nomor surat harus memuat [tahun], karena nomor dimulai lagi setiap tahun.",
                "The template must have [tahun], since serials begin anew every year.",
            ));
        }
        Ok(Self(parts))
    }
}

fn split(mut text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    while let Some((before, rest)) = text.split_once('[') {
        let (token, after) = rest.split_once(']')?;
        parts.extend(plain(before)?);
        parts.push(part(token)?);
        text = after;
    }
    parts.extend(plain(text)?);
    Some(parts)
}

/// The text between tokens as a part, or none where it is empty; nothing when a bracket has no partner.
fn plain(text: &str) -> Option<Vec<Part>> {
    if text.contains([']', '[']) {
        return None;
    }
    Some(if text.is_empty() { Vec::new() } else { vec![Part::Text(text.to_owned())] })
}

fn part(token: &str) -> Option<Part> {
    let (name, width) = match token.split_once(',') {
        Some((name, width)) => (name.trim(), Some(width.trim().parse().ok().filter(|width| *width <= MAX_WIDTH)?)),
        None => (token.trim(), None),
    };
    Some(match (name, width) {
        ("nomor" | "nomor_surat", width) => Part::Serial(width.unwrap_or(0)),
        (_, Some(_)) => return None,
        ("kode" | "kode_surat", _) => Part::Code,
        ("kode_desa", _) => Part::Office,
        ("kode_unit", _) => Part::Unit,
        ("bulan", _) => Part::Month,
        ("bulan_romawi", _) => Part::RomanMonth,
        ("tahun", _) => Part::Year,
        _ => return None,
    })
}

impl fmt::Display for NumberTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Code => f.write_str("[kode]"),
            Part::Serial(0) => f.write_str("[nomor]"),
            Part::Serial(width) => write!(f, "[nomor,{width}]"),
            Part::Office => f.write_str("[kode_desa]"),
            Part::Unit => f.write_str("[kode_unit]"),
            Part::Month => f.write_str("[bulan]"),
            Part::RomanMonth => f.write_str("[bulan_romawi]"),
            Part::Year => f.write_str("[tahun]"),
        })
    }
}

impl TryFrom<String> for NumberTemplate {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<NumberTemplate> for String {
    fn from(template: NumberTemplate) -> Self {
        template.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(serial: u32) -> NumberParts<'static> {
        NumberParts {
            code: "470",
            serial,
            office: "35.10.01.2001".parse().unwrap(),
            unit: "429.523.03",
            date: NaiveDate::from_ymd_opt(2025, 7, 12).unwrap(),
        }
    }

    #[test]
    fn known_forms_come_out_as_printed() {
        let table = [
            ("[kode_surat]/[nomor_surat, 3]/[kode_desa]/[bulan_romawi]/[tahun]", "470/012/3510012001/VII/2025"),
            ("[kode]/[nomor]/KEP/[kode_unit]/[tahun]", "470/12/KEP/429.523.03/2025"),
            ("No. [nomor,5]-[bulan]-[tahun]", "No. 00012-07-2025"),
        ];
        for (template, wanted) in table {
            assert_eq!(template.parse::<NumberTemplate>().unwrap().render(&parts(12)), wanted);
        }
        assert_eq!("[kode]/[nomor]/[kode_desa]/[tahun]".parse(), Ok(NumberTemplate::standard()));
    }

    #[test]
    fn other_templates_are_refused() {
        let long = format!("[nomor][tahun]{}", "x".repeat(100));
        for text in [
            "",
            "[nomor]",
            "[tahun]",
            "[nomor][nomor][tahun]",
            "[nomor][tahun][x]",
            "[nomor][tahun",
            "[nomor]][tahun]",
            "[nomor,x][tahun]",
            "[nomor,10][tahun]",
            "[nomor][tahun,4]",
            "[nomor]\n[tahun]",
            &long,
        ] {
            assert_eq!(text.parse::<NumberTemplate>().unwrap_err().code, FaultCode::TemplateForm, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_template_shows_itself_again(text in "(\\[(kode|nomor|nomor,[0-9]|tahun|bulan|kode_unit)\\]|[/ A-Z.]){0,8}") {
            if let Ok(template) = text.parse::<NumberTemplate>() {
                prop_assert_eq!(&template.to_string().parse::<NumberTemplate>().unwrap(), &template);
            }
        }

        #[test]
        fn two_serials_never_make_one_number(a in 0_u32..100_000, b in 0_u32..100_000) {
            let template: NumberTemplate = "[kode]/[nomor,3]/[tahun]".parse().unwrap();
            prop_assert_eq!(template.render(&parts(a)) == template.render(&parts(b)), a == b);
        }
    }
}
