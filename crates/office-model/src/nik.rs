//! NIK, the number that civil registration gives a person for life.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::area;
use crate::fault::{CautionCode, Fault, FaultCode};
use crate::sex::Sex;

/// Length of a NIK and of a family card number, in digits.
pub(crate) const LENGTH: usize = 16;

/// A NIK that is right in form: `PPKKCC DDMMYY SSSS` (area where first registered, birth date with 40 added to the
/// day of women, serial), or a temporary one that a village gave: `0`, village code, five digits.
///
/// It has no check digit: whether it exists, only civil registration can say. `Debug` and `Display` show the first
/// and the last four digits only; the whole is got by [`Nik::reveal`], never for a log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nik([u8; LENGTH]);

impl Nik {
    /// All 16 digits. For storing, printing on a letter, and showing to a person who may see it.
    pub fn reveal(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether a village gave it to a person who has none; such a NIK cannot go to the sub-district.
    pub fn is_temporary(&self) -> bool {
        self.0[0] == b'0'
    }

    /// Sex, unless temporary.
    pub fn sex(&self) -> Option<Sex> {
        let (day, ..) = self.date_digits()?;
        Some(if day > 40 { Sex::Female } else { Sex::Male })
    }

    /// Birth date, unless temporary. The century is a guess: a year above that of `today` is taken as 19YY, others as
    /// 20YY. Never put it in the place of a date that a person typed.
    pub fn birth_date_guess(&self, today: NaiveDate) -> Option<NaiveDate> {
        let (day, month, year) = self.date_digits()?;
        let day = if day > 40 { day - 40 } else { day };
        let this_year = u32::try_from(today.year().rem_euclid(100)).unwrap_or_default();
        let (likely, other) = if year > this_year { (1900, 2000) } else { (2000, 1900) };
        let date = |century: i32| NaiveDate::from_ymd_opt(century + i32::try_from(year).ok()?, month, day);
        date(likely).or_else(|| date(other))
    }

    /// What is odd about it beside what else is known of the person.
    pub fn cautions(&self, sex: Option<Sex>, born: Option<NaiveDate>) -> Vec<CautionCode> {
        let Some((day, month, year)) = self.date_digits() else { return vec![CautionCode::NikTemporary] };
        let mut found = Vec::new();
        if !area::district_exists(self.reveal()) {
            found.push(CautionCode::NikAreaUnknown);
        }
        if sex.is_some() && sex != self.sex() {
            found.push(CautionCode::NikSexDiffers);
        }
        let day = if day > 40 { day - 40 } else { day };
        let same = |born: NaiveDate| {
            (born.day(), born.month(), born.year().rem_euclid(100).unsigned_abs()) == (day, month, year)
        };
        if born.is_some_and(|born| !same(born)) {
            found.push(CautionCode::NikBirthDateDiffers);
        }
        found
    }

    /// Day (with 40 added for women), month, year of the century; nothing for a temporary NIK.
    fn date_digits(&self) -> Option<(u32, u32, u32)> {
        if self.is_temporary() { None } else { date_digits(self.reveal()) }
    }
}

/// Digits 7 to 12 as three numbers.
pub(crate) fn date_digits(digits: &str) -> Option<(u32, u32, u32)> {
    let part = |from: usize| digits.get(from..from + 2)?.parse().ok();
    Some((part(6)?, part(8)?, part(10)?))
}

/// Whether such a day exists in 19YY or in 20YY.
pub(crate) fn date_exists(day: u32, month: u32, year: u32) -> bool {
    let year = i32::try_from(year).unwrap_or(-1);
    [1900, 2000].into_iter().any(|century| NaiveDate::from_ymd_opt(century + year, month, day).is_some())
}

/// The 16 digits of a text from which spaces, dots and dashes are taken away.
pub(crate) fn sixteen_digits(text: &str) -> Option<[u8; LENGTH]> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '.' | '-'))
        .map(|letter| u8::try_from(letter).ok().filter(u8::is_ascii_digit))
        .collect::<Option<_>>()?;
    digits.try_into().ok()
}

impl FromStr for Nik {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let nik = sixteen_digits(text).map(Self).ok_or_else(|| {
            Fault::new(
                FaultCode::NikLength,
                "NIK harus 16 angka; salin dari KTP atau KK.",
                "A NIK must have 16 digits; copy it from the ID card or the family card.",
            )
        })?;
        let digits = nik.reveal();
        let (area, serial) = if nik.is_temporary() { digits.split_at(11) } else { digits.split_at(12) };
        let area = area.strip_prefix('0').unwrap_or(area);
        if !area::province_exists(area) {
            return Err(Fault::new(
                FaultCode::NikProvince,
                "Kode provinsi pada NIK tidak ada; periksa dua angka pertama (pada NIK sementara: angka ke-2 dan ke-3).",
                "The province in the NIK does not exist; check the first two digits (of a temporary NIK: the 2nd and 3rd).",
            ));
        }
        if area.get(2..4) == Some("00") || area.get(4..6) == Some("00") {
            return Err(Fault::new(
                FaultCode::NikArea,
                "Kode kabupaten dan kecamatan pada NIK tidak boleh 00.",
                "Regency and district in the NIK must not be 00.",
            ));
        }
        if nik
            .date_digits()
            .is_some_and(|(day, month, year)| !date_exists(if day > 40 { day - 40 } else { day }, month, year))
        {
            return Err(Fault::new(
                FaultCode::NikBirthDate,
                "Tanggal lahir pada NIK (angka ke-7 sampai ke-12) tidak ada dalam kalender; untuk perempuan, tanggal ditambah 40.",
                "The birth date in the NIK (digits 7 to 12) does not exist; for women, 40 is added to the day.",
            ));
        }
        if serial.bytes().all(|byte| byte == b'0') {
            return Err(Fault::new(
                FaultCode::NikSerial,
                "Nomor urut pada akhir NIK tidak boleh nol semua.",
                "The serial at the end of the NIK must not be all zeros.",
            ));
        }
        Ok(nik)
    }
}

/// `3510********0001`.
pub(crate) fn mask(digits: &str) -> String {
    let (head, tail) = (digits.get(..4).unwrap_or_default(), digits.get(12..).unwrap_or_default());
    format!("{head}********{tail}")
}

impl fmt::Display for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&mask(self.reveal()))
    }
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nik({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn good_numbers_are_read() {
        let today = day(2026, 11, 23);
        let table = [
            ("3510011707850001", Sex::Male, day(1985, 7, 17)),
            ("35.10.01-570785 0001", Sex::Female, day(1985, 7, 17)),
            ("3510257112050002", Sex::Female, day(2005, 12, 31)),
            ("3510012902000001", Sex::Male, day(2000, 2, 29)),
            ("3510012311260001", Sex::Male, day(2026, 11, 23)),
            ("3510016902960001", Sex::Female, day(1996, 2, 29)),
        ];
        for (text, sex, born) in table {
            let nik: Nik = text.parse().unwrap();
            assert_eq!((nik.sex(), nik.birth_date_guess(today)), (Some(sex), Some(born)), "{text}");
            assert!(!nik.is_temporary());
            assert_eq!(nik.cautions(Some(sex), Some(born)), []);
        }
    }

    #[test]
    fn bad_numbers_are_refused() {
        let table = [
            ("", FaultCode::NikLength),
            ("351001170785000", FaultCode::NikLength),
            ("35100117078500011", FaultCode::NikLength),
            ("351001170785000x", FaultCode::NikLength),
            ("３510011707850001", FaultCode::NikLength),
            ("9910011707850001", FaultCode::NikProvince),
            ("3500011707850001", FaultCode::NikArea),
            ("3510001707850001", FaultCode::NikArea),
            ("3510013202850001", FaultCode::NikBirthDate),
            ("3510010002850001", FaultCode::NikBirthDate),
            ("3510014002850001", FaultCode::NikBirthDate),
            ("3510017207850001", FaultCode::NikBirthDate),
            ("3510013002850001", FaultCode::NikBirthDate),
            ("3510012902850001", FaultCode::NikBirthDate),
            ("3510011713850001", FaultCode::NikBirthDate),
            ("3510011707850000", FaultCode::NikSerial),
            ("0990012001000001", FaultCode::NikProvince),
            ("0351001200100000", FaultCode::NikSerial),
        ];
        for (text, code) in table {
            assert_eq!(text.parse::<Nik>().unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn a_temporary_number_is_taken_and_marked() {
        let nik: Nik = "0351001200100001".parse().unwrap();
        assert!(nik.is_temporary());
        assert_eq!((nik.sex(), nik.birth_date_guess(day(2026, 1, 1))), (None, None));
        assert_eq!(nik.cautions(Some(Sex::Male), Some(day(1990, 1, 1))), [CautionCode::NikTemporary]);
    }

    #[test]
    fn what_differs_is_a_caution() {
        let nik: Nik = "3510991707850001".parse().unwrap();
        assert_eq!(
            nik.cautions(Some(Sex::Female), Some(day(1985, 7, 18))),
            [CautionCode::NikAreaUnknown, CautionCode::NikSexDiffers, CautionCode::NikBirthDateDiffers]
        );
        let old: Nik = "3510011707200001".parse().unwrap();
        assert_eq!(old.cautions(None, Some(day(1920, 7, 17))), [], "people over 100 exist");
    }

    proptest! {
        #[test]
        fn no_number_is_ever_shown_whole(serial in 1_u32..9999, days in 0_u64..20_000, woman in any::<bool>()) {
            let born = day(1950, 1, 1) + chrono::Days::new(days);
            let day = born.day() + if woman { 40 } else { 0 };
            let text = format!("351001{day:02}{:02}{:02}{serial:04}", born.month(), born.year() % 100);
            let nik: Nik = text.parse().unwrap();
            prop_assert_eq!(nik.reveal(), &text);
            for shown in [format!("{nik}"), format!("{nik:?}"), format!("{nik:#?}")] {
                prop_assert!(!shown.contains(&text[4..12]));
                prop_assert!(shown.contains("********"));
            }
            prop_assert_eq!(nik.cautions(nik.sex(), Some(born)), []);
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,30}") {
            drop(text.parse::<Nik>());
        }

        #[test]
        fn any_digits_are_answered_without_being_repeated(text in "[0-9]{16}") {
            if let Err(fault) = text.parse::<Nik>() {
                let shown = format!("{fault:?}");
                prop_assert!(!shown.contains(&text));
            }
        }
    }
}
