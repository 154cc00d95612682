//! The number of a family card (kartu keluarga).

use std::fmt;
use std::str::FromStr;

use crate::area;
use crate::fault::{CautionCode, Fault, FaultCode};
use crate::nik::{LENGTH, date_digits, date_exists, mask, sixteen_digits};

/// A family card number that is right in form: area of issue, date recorded, serial; 16 digits, the first not 0.
///
/// It changes when a family splits or moves: a value, never a key. `Debug` and `Display` are masked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KkNumber([u8; LENGTH]);

impl KkNumber {
    /// All 16 digits.
    pub fn reveal(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// What is odd about it.
    pub fn cautions(&self) -> Vec<CautionCode> {
        let mut found = Vec::new();
        if !area::district_exists(self.reveal()) {
            found.push(CautionCode::KkAreaUnknown);
        }
        if !date_digits(self.reveal()).is_some_and(|(day, month, year)| date_exists(day, month, year)) {
            found.push(CautionCode::KkDateUnlikely);
        }
        found
    }
}

impl FromStr for KkNumber {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let number = sixteen_digits(text).map(Self).ok_or_else(|| {
            Fault::new(
                FaultCode::KkLength,
                "Nomor KK harus 16 angka; salin dari kartu keluarga.",
                "A family card number must have 16 digits; copy it from the card.",
            )
        })?;
        if number.0[0] == b'0' {
            return Err(Fault::new(
                FaultCode::KkLeadingZero,
                "Nomor KK tidak boleh diawali angka 0.",
                "A family card number must not begin with 0.",
            ));
        }
        Ok(number)
    }
}

impl fmt::Display for KkNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&mask(self.reveal()))
    }
}

impl fmt::Debug for KkNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KkNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_is_checked_and_the_rest_is_a_caution() {
        let table: [(&str, Result<&[CautionCode], FaultCode>); 7] = [
            ("3510011707150001", Ok(&[])),
            ("35.10.01 170715-0001", Ok(&[])),
            ("3510015707150001", Ok(&[CautionCode::KkDateUnlikely])),
            ("3599011707150001", Ok(&[CautionCode::KkAreaUnknown])),
            ("9999999999999999", Ok(&[CautionCode::KkAreaUnknown, CautionCode::KkDateUnlikely])),
            ("0510011707150001", Err(FaultCode::KkLeadingZero)),
            ("351001170715000", Err(FaultCode::KkLength)),
        ];
        for (text, wanted) in table {
            let got = text.parse::<KkNumber>().map(|number| number.cautions()).map_err(|fault| fault.code);
            assert_eq!(got.as_deref().map_err(|code| *code), wanted, "{text}");
        }
    }

    #[test]
    fn it_is_never_shown_whole() {
        let number: KkNumber = "3510011707150001".parse().unwrap();
        assert_eq!(format!("{number} {number:?}"), "3510********0001 KkNumber(3510********0001)");
    }
}
