//! The code that names an office.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::office_kind::OfficeKind;

/// Longest form: a village's, `35.10.01.2001`.
const LENGTH: usize = 13;

/// The code of an office, in one of four forms:
///
/// | office | form | example |
/// | --- | --- | --- |
/// | village office | Kemendagri code of the desa (`2...`) or kelurahan (`1...`) | `35.10.01.2001` |
/// | sub-district office | Kemendagri code of the kecamatan | `35.10.01` |
/// | working unit of the regency | regency, `U`, three digits of our own | `35.10.U.007` |
/// | health facility of the regency | regency, `H`, three digits of our own | `35.10.H.012` |
///
/// Codes are ordered as their texts are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfficeCode {
    // ASCII, padded with zero bytes: so the derived order is the order of the texts.
    bytes: [u8; LENGTH],
}

/// The text given is not an office code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{text}\" is not an office code: {reason}. Write it like 35.10.01.2001 (village), 35.10.01 (sub-district), \
     35.10.U.007 (working unit) or 35.10.H.012 (health facility)"
)]
pub struct ParseOfficeCodeError {
    text: String,
    reason: &'static str,
}

impl OfficeCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        let end = self.bytes.iter().position(|byte| *byte == 0).unwrap_or(LENGTH);
        self.bytes.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The kind of office that has such a code.
    pub fn kind(&self) -> OfficeKind {
        match (self.bytes[6], self.bytes[9]) {
            (b'U', _) => OfficeKind::WorkingUnit,
            (b'H', _) => OfficeKind::HealthFacility,
            (_, 0) => OfficeKind::SubDistrict,
            (_, b'1') => OfficeKind::Kelurahan,
            (_, _) => OfficeKind::Desa,
        }
    }

    /// Whether it is the code of a desa or kelurahan.
    pub fn is_village(&self) -> bool {
        self.kind().is_village()
    }

    /// Code of the regency, such as `35.10`.
    pub fn regency(&self) -> &str {
        self.as_str().get(..5).unwrap_or_default()
    }

    /// The sub-district that a village lies in; a sub-district itself; nothing for units and health facilities.
    pub fn district(&self) -> Option<Self> {
        match self.kind() {
            OfficeKind::WorkingUnit | OfficeKind::HealthFacility => None,
            OfficeKind::SubDistrict => Some(*self),
            OfficeKind::Desa | OfficeKind::Kelurahan => Some(Self::from_ascii(self.as_str().get(..8)?)),
        }
    }

    /// The code without its dots, as letter numbers and temporary NIKs write it: `3510012001`.
    pub fn digits(&self) -> String {
        self.as_str().replace('.', "")
    }

    fn from_ascii(text: &str) -> Self {
        let mut bytes = [0; LENGTH];
        for (to, from) in bytes.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        Self { bytes }
    }
}

fn check(text: &str) -> Result<(), &'static str> {
    let all_digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('.').collect();
    let (province, regency, rest) = match parts.as_slice() {
        [province, regency, rest @ ..] if matches!(rest.len(), 1 | 2) => (*province, *regency, rest),
        _ => return Err("three or four parts with dots between them are needed"),
    };
    if !all_digits(province, 2) || province.starts_with('0') {
        return Err("the province (first part) must be two digits and must not begin with 0");
    }
    if !all_digits(regency, 2) || regency == "00" {
        return Err("the regency (second part) must be two digits, not 00");
    }
    match rest {
        ["U" | "H", number] if all_digits(number, 3) && *number != "000" => Ok(()),
        ["U" | "H", ..] => Err("three digits, not 000, must follow U or H"),
        [district, ..] if !all_digits(district, 2) || *district == "00" => {
            Err("the sub-district (third part) must be two digits, not 00, or U or H")
        }
        [_, village] if !all_digits(village, 4) => Err("the village (fourth part) must be four digits"),
        [_, village] if !village.starts_with(['1', '2']) => {
            Err("the village (fourth part) must begin with 1 (kelurahan) or 2 (desa)")
        }
        _ => Ok(()),
    }
}

impl FromStr for OfficeCode {
    type Err = ParseOfficeCodeError;

    fn from_str(text: &str) -> Result<Self, ParseOfficeCodeError> {
        match check(text) {
            Ok(()) => Ok(Self::from_ascii(text)),
            Err(reason) => Err(ParseOfficeCodeError { text: text.chars().take(32).collect(), reason }),
        }
    }
}

impl TryFrom<String> for OfficeCode {
    type Error = ParseOfficeCodeError;

    fn try_from(text: String) -> Result<Self, ParseOfficeCodeError> {
        text.parse()
    }
}

impl From<OfficeCode> for String {
    fn from(code: OfficeCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeCode({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_has_its_form() {
        let table = [
            ("35.10.01.2001", OfficeKind::Desa, Some("35.10.01"), "3510012001"),
            ("35.10.16.1007", OfficeKind::Kelurahan, Some("35.10.16"), "3510161007"),
            ("35.10.25", OfficeKind::SubDistrict, Some("35.10.25"), "351025"),
            ("35.10.U.007", OfficeKind::WorkingUnit, None, "3510U007"),
            ("35.10.H.012", OfficeKind::HealthFacility, None, "3510H012"),
        ];
        for (text, kind, district, digits) in table {
            let code: OfficeCode = text.parse().unwrap();
            assert_eq!(code.to_string(), text);
            assert_eq!(code.kind(), kind);
            assert_eq!(code.district().map(|code| code.to_string()).as_deref(), district);
            assert_eq!(code.regency(), "35.10");
            assert_eq!(code.digits(), digits);
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<OfficeCode>(&format!("\"{text}\"")).unwrap(), code);
        }
    }

    #[test]
    fn a_wrong_code_is_refused_with_the_part_that_is_wrong() {
        let table = [
            ("", "three or four parts"),
            ("35.10", "three or four parts"),
            ("35.10.01.2001.1", "three or four parts"),
            ("05.10.01", "province"),
            ("3a.10.01", "province"),
            ("35.00.01", "regency"),
            ("35.1.01", "regency"),
            ("35.10.00", "sub-district"),
            ("35.10.1.2001", "sub-district"),
            ("35.10.01.201", "four digits"),
            ("35.10.01.3001", "begin with 1"),
            ("35.10.U", "three digits"),
            ("35.10.U.7", "three digits"),
            ("35.10.H.000", "three digits"),
            ("35.10.u.007", "sub-district"),
            ("35.10.01.2001 ", "four digits"),
            ("35.10.٠١", "sub-district"),
        ];
        for (text, reason) in table {
            let error = text.parse::<OfficeCode>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn whatever_parses_shows_itself_again(text in "[0-9]{2}\\.[0-9]{2}\\.([0-9]{2}|U|H)(\\.[0-9]{3,4})?") {
            if let Ok(code) = text.parse::<OfficeCode>() {
                prop_assert_eq!(code.as_str(), text);
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            drop(text.parse::<OfficeCode>());
        }

        #[test]
        fn order_is_the_order_of_the_texts(a in "35\\.10\\.(0[1-9]|U|H)\\.(2[0-9]{3}|00[1-9])", b in "35\\.1[01]\\.0[1-9]") {
            if let (Ok(left), Ok(right)) = (a.parse::<OfficeCode>(), b.parse::<OfficeCode>()) {
                prop_assert_eq!(left.cmp(&right), a.cmp(&b));
            }
        }
    }
}
