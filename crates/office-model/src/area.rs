//! Kemendagri codes of areas, and which of them are in today's list.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::fault::{Fault, FaultCode};

/// One line a regency: `3510 01-25`. Source and licence: `data/README.md`.
const DISTRICTS: &str = include_str!("../../../data/indonesia-districts.txt");

/// A Kemendagri area code: province, regency, district or village, with dots between its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AreaCode(String);

impl AreaCode {
    /// The code with its dots, `35.10.01.2001`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for AreaCode {
    type Err = Fault;

    /// Reads a code with or without dots, of 2, 4, 6 or 10 digits. Only the province must be a known one.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let digits: String = text.chars().filter(|letter| !matches!(letter, '.' | ' ')).collect();
        let form = || {
            Fault::new(
                FaultCode::AreaForm,
                "Kode wilayah terdiri dari 2, 4, 6, atau 10 angka, misalnya 35.10.01.2001.",
                "An area code has 2, 4, 6 or 10 digits, such as 35.10.01.2001.",
            )
        };
        if !matches!(digits.len(), 2 | 4 | 6 | 10) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(form());
        }
        if !province_exists(&digits) {
            return Err(Fault::new(
                FaultCode::AreaProvince,
                "Dua angka pertama kode wilayah bukan kode provinsi.",
                "The first two digits of the area code are not those of a province.",
            ));
        }
        let parts = [digits.get(..2), digits.get(2..4), digits.get(4..6), digits.get(6..10)];
        Ok(Self(parts.into_iter().flatten().collect::<Vec<_>>().join(".")))
    }
}

/// Whether the first two of these digits are a province of today.
pub(crate) fn province_exists(digits: &str) -> bool {
    digits
        .get(..2)
        .is_some_and(|province| districts().range(province..).next().is_some_and(|(key, _)| key.starts_with(province)))
}

/// Whether the first six of these digits are a district of today.
pub(crate) fn district_exists(digits: &str) -> bool {
    let (Some(regency), Some(district)) = (digits.get(..4), digits.get(4..6)) else { return false };
    let Ok(district) = district.parse::<u8>() else { return false };
    districts().get(regency).is_some_and(|runs| runs.iter().any(|(first, last)| (*first..=*last).contains(&district)))
}

type Runs = Vec<(u8, u8)>;

fn districts() -> &'static BTreeMap<&'static str, Runs> {
    static TABLE: LazyLock<BTreeMap<&'static str, Runs>> = LazyLock::new(|| {
        DISTRICTS.lines().filter_map(|line| line.split_once(' ')).map(|(code, runs)| (code, parse_runs(runs))).collect()
    });
    &TABLE
}

fn parse_runs(text: &str) -> Runs {
    text.split(' ')
        .filter_map(|run| {
            let (first, last) = run.split_once('-').unwrap_or((run, run));
            Some((first.parse().ok()?, last.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        let table = districts();
        assert_eq!(table.len(), 514);
        let count: usize =
            table.values().flatten().map(|(first, last)| usize::from(last.checked_sub(*first).unwrap()) + 1).sum();
        assert_eq!(count, 7_285);
        let provinces: std::collections::BTreeSet<&str> = table.keys().map(|code| &code[..2]).collect();
        assert_eq!(provinces.len(), 38);
    }

    #[test]
    fn provinces_and_districts_are_known() {
        for (digits, province, district) in [
            ("351025", true, true),
            ("351026", true, false),
            ("359901", true, false),
            ("990101", false, false),
            ("3", false, false),
        ] {
            assert_eq!((province_exists(digits), district_exists(digits)), (province, district), "{digits}");
        }
    }

    #[test]
    fn a_code_is_stored_with_dots() {
        for (text, wanted) in
            [("3510012001", "35.10.01.2001"), ("35.10", "35.10"), ("35 10 01", "35.10.01"), ("35", "35")]
        {
            assert_eq!(text.parse::<AreaCode>().unwrap().as_str(), wanted);
        }
        for (text, code) in [
            ("", FaultCode::AreaForm),
            ("351", FaultCode::AreaForm),
            ("35.1x", FaultCode::AreaForm),
            ("99.01", FaultCode::AreaProvince),
        ] {
            assert_eq!(text.parse::<AreaCode>().unwrap_err().code, code);
        }
    }
}
