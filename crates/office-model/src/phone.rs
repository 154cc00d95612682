//! Telephone numbers of Indonesia.

use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, FaultCode};

/// Area codes of three digits, the leading 0 counted; all others have four.
const SHORT_AREA_CODES: [&str; 5] = ["21", "22", "24", "31", "61"];

/// A number kept as E.164 (`+628123456789`). `Debug` is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// `+628123456789`: the form that is stored.
    pub fn as_e164(&self) -> &str {
        &self.0
    }

    /// `0812-3456-7890`, `0333-421234`: the form people read.
    pub fn national(&self) -> String {
        let rest = self.subscriber();
        if self.is_mobile() {
            let (first, rest) = rest.split_at_checked(3).unwrap_or((rest, ""));
            let (second, third) = rest.split_at_checked(4).unwrap_or((rest, ""));
            let dash = if third.is_empty() { "" } else { "-" };
            return format!("0{first}-{second}{dash}{third}");
        }
        let area = if SHORT_AREA_CODES.iter().any(|code| rest.starts_with(code)) { 2 } else { 3 };
        let (area, number) = rest.split_at_checked(area).unwrap_or((rest, ""));
        format!("0{area}-{number}")
    }

    /// Whether it is a mobile number.
    pub fn is_mobile(&self) -> bool {
        self.subscriber().starts_with('8')
    }

    fn subscriber(&self) -> &str {
        self.0.strip_prefix("+62").unwrap_or_default()
    }
}

impl FromStr for Phone {
    type Err = Fault;

    /// Reads a number that begins with 0, 62 or +62; spaces, dots, dashes and brackets are skipped.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let form = || {
            Fault::new(
                FaultCode::PhoneForm,
                "Nomor telepon diawali 0, 62, atau +62 dan hanya berisi angka, misalnya 0812-3456-7890.",
                "A phone number begins with 0, 62 or +62 and has only digits, such as 0812-3456-7890.",
            )
        };
        let plain: String =
            text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '.' | '-' | '(' | ')')).collect();
        let rest = ["+62", "62", "0"].iter().find_map(|prefix| plain.strip_prefix(prefix)).ok_or_else(form)?;
        if !rest.bytes().all(|byte| byte.is_ascii_digit())
            || !rest.starts_with(|first: char| matches!(first, '2'..='9'))
        {
            return Err(form());
        }
        // Lengths are counted with the leading 0, as people write them.
        let allowed = if rest.starts_with('8') { 10..=13 } else { 9..=12 };
        if !allowed.contains(&(rest.len() + 1)) {
            return Err(Fault::new(
                FaultCode::PhoneLength,
                "Nomor HP terdiri dari 10 sampai 13 angka, telepon rumah 9 sampai 12 angka, termasuk 0 di depan.",
                "A mobile number has 10 to 13 digits, a landline 9 to 12, the leading 0 counted.",
            ));
        }
        Ok(Self(format!("+62{rest}")))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(***)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_and_shown() {
        let table = [
            ("0812-3456-7890", "+6281234567890", "0812-3456-7890"),
            ("+62 812 3456 7890", "+6281234567890", "0812-3456-7890"),
            ("6281234567890", "+6281234567890", "0812-3456-7890"),
            ("0812345678", "+62812345678", "0812-3456-78"),
            ("(0333) 421234", "+62333421234", "0333-421234"),
            ("021 5551234", "+62215551234", "021-5551234"),
        ];
        for (text, stored, shown) in table {
            let phone: Phone = text.parse().unwrap();
            assert_eq!((phone.as_e164(), phone.national().as_str()), (stored, shown), "{text}");
            assert_eq!(format!("{phone:?}"), "Phone(***)");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, code) in [
            ("", FaultCode::PhoneForm),
            ("812345678", FaultCode::PhoneForm),
            ("0012345678", FaultCode::PhoneForm),
            ("0112345678", FaultCode::PhoneForm),
            ("08123abc", FaultCode::PhoneForm),
            ("+1 555 1234567", FaultCode::PhoneForm),
            ("081234567", FaultCode::PhoneLength),
            ("08123456789012", FaultCode::PhoneLength),
            ("03334212", FaultCode::PhoneLength),
        ] {
            assert_eq!(text.parse::<Phone>().unwrap_err().code, code, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_shown_form_is_read_as_the_same_number(text in "(0|62|\\+62)[2-9][0-9]{7,12}") {
            if let Ok(phone) = text.parse::<Phone>() {
                prop_assert_eq!(&phone.national().parse::<Phone>().unwrap(), &phone);
                prop_assert_eq!(&phone.as_e164().parse::<Phone>().unwrap(), &phone);
            }
        }
    }
}
