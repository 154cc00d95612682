//! Which offices above the villages a service concerns, by a rule of the catalogue.

use serde::{Deserialize, Serialize};

use crate::office_code::OfficeCode;
use crate::office_kind::OfficeKind;
use crate::roster::Roster;

/// One rule. In the catalogue it is a word: `faskes`, or the code of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Concern {
    /// The health facilities of the village's own sub-district.
    HealthFacilities,
    /// This working unit or health facility, wherever the village lies.
    Office(OfficeCode),
}

/// The text given is no such rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is neither `faskes` nor the code of a working unit or health facility")]
pub struct ParseConcernError(String);

impl Concern {
    /// The offices that a record of `office` concerns by this rule, by code. None where the roster has none.
    pub fn offices(self, office: OfficeCode, roster: &Roster) -> Vec<OfficeCode> {
        match self {
            Self::Office(concerned) => {
                let found = roster.get(concerned).filter(|found| found.code.regency() == office.regency());
                found.map(|found| found.code).into_iter().collect()
            }
            Self::HealthFacilities => {
                let Some(district) = office.district() else { return Vec::new() };
                let near = |other: &&crate::Office| {
                    other.kind == OfficeKind::HealthFacility
                        && other.district.as_ref().is_some_and(|lies_in| lies_in.code == district)
                };
                roster.iter().filter(near).map(|other| other.code).collect()
            }
        }
    }
}

impl TryFrom<String> for Concern {
    type Error = ParseConcernError;

    fn try_from(text: String) -> Result<Self, ParseConcernError> {
        if text == OfficeKind::HealthFacility.as_str() {
            return Ok(Self::HealthFacilities);
        }
        let code = text.parse::<OfficeCode>().ok();
        let above = code.filter(|code| matches!(code.kind(), OfficeKind::WorkingUnit | OfficeKind::HealthFacility));
        above.map(Self::Office).ok_or_else(|| ParseConcernError(text.chars().take(32).collect()))
    }
}

impl From<Concern> for String {
    fn from(concern: Concern) -> Self {
        match concern {
            Concern::HealthFacilities => OfficeKind::HealthFacility.as_str().to_owned(),
            Concern::Office(code) => code.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: &str = "code,name,kind,district_code,district
35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran
35.10.02.2001,Lain,desa,35.10.02,Siliragung
35.10.H.001,Puskesmas Pesanggaran,faskes,35.10.01,Pesanggaran
35.10.H.002,Puskesmas Siliragung,faskes,35.10.02,Siliragung
35.10.H.003,RSUD,faskes,,
35.10.U.001,Dinas Sosial,unit,,
";

    #[test]
    fn a_rule_names_those_that_the_roster_has() {
        let roster = Roster::parse(ROSTER).unwrap();
        let village: OfficeCode = "35.10.01.2001".parse().unwrap();
        let of = |word: &str| {
            let concern: Concern = serde_json::from_value(word.into()).unwrap();
            assert_eq!(serde_json::to_value(concern).unwrap(), word);
            concern.offices(village, &roster).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of("faskes"), ["35.10.H.001"]);
        assert_eq!(of("35.10.U.001"), ["35.10.U.001"]);
        assert!(of("35.10.U.002").is_empty());
        for word in ["", "unit", "35.10.01", "35.10.01.2001"] {
            assert!(serde_json::from_value::<Concern>(word.into()).is_err(), "{word}");
        }
    }
}
