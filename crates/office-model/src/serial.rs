//! A place in a series of letter numbers.

use std::fmt;
use std::str::FromStr;

/// Longest name of a series, in characters.
const NAME_MAX: usize = 20;
/// Highest serial: numbers have at most so many digits as a template can pad to.
pub(crate) const SERIAL_MAX: u32 = 999_999_999;

/// What numbers are counted in: one series for all letters of an office, or one for each archive code. In both no
/// two letters of an office and year have one number, whatever the office's template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series(String);

/// The text names no series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a series is `all` or an archive code of at most 20 digits and dots")]
pub struct ParseSeriesError;

impl Series {
    /// The one series of an office that has one for all its letters.
    pub fn all() -> Self {
        Self("all".to_owned())
    }

    /// Whether letters with this archive code are counted in it.
    pub fn counts(&self, code: &str) -> bool {
        self.0 == "all" || self.0 == code
    }

    /// `all`, or the archive code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Series {
    type Err = ParseSeriesError;

    fn from_str(text: &str) -> Result<Self, ParseSeriesError> {
        let is_code = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let fits = text.len() <= NAME_MAX && (text == "all" || is_code);
        if fits { Ok(Self(text.to_owned())) } else { Err(ParseSeriesError) }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What makes a letter number unique in its office: series, year (in WIB) and serial, from 1.
///
/// Stored as `all/2026/12`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial {
    /// What it is counted in.
    pub series: Series,
    /// Serials begin anew with the year.
    pub year: i32,
    /// From 1.
    pub serial: u32,
}

/// The text is no serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a serial is written as series, year and number, such as `all/2026/12`")]
pub struct ParseSerialError;

impl FromStr for Serial {
    type Err = ParseSerialError;

    /// Takes only what [`Serial`] shows itself as, so that one serial has one text.
    fn from_str(text: &str) -> Result<Self, ParseSerialError> {
        let mut parts = text.split('/');
        let (Some(series), Some(year), Some(serial), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ParseSerialError);
        };
        let read = Self {
            series: series.parse().map_err(|_| ParseSerialError)?,
            year: year.parse().map_err(|_| ParseSerialError)?,
            serial: serial.parse().map_err(|_| ParseSerialError)?,
        };
        let sound = (1..=SERIAL_MAX).contains(&read.serial) && (1900..=9999).contains(&read.year);
        if sound && read.to_string() == text { Ok(read) } else { Err(ParseSerialError) }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.series, self.year, self.serial)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_serial_has_one_text() {
        let serial: Serial = "all/2026/12".parse().unwrap();
        assert_eq!((serial.series.as_str(), serial.year, serial.serial), ("all", 2026, 12));
        assert!("400.12.2.1/2026/1".parse::<Serial>().is_ok());
        for text in [
            "",
            "all/2026",
            "all/2026/0",
            "all/2026/012",
            "all/2026/+1",
            "x/2026/1",
            "all/26/1",
            "all/2026/1/2",
            "/2026/1",
        ] {
            assert_eq!(text.parse::<Serial>(), Err(ParseSerialError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_serial_shows_itself_again(year in 1900_i32..9999, serial in 1_u32..SERIAL_MAX, code in "all|[0-9.]{1,20}") {
            let made = Serial { series: code.parse().unwrap(), year, serial };
            prop_assert_eq!(made.to_string().parse(), Ok(made));
        }

        #[test]
        fn nothing_else_is_taken(text in "[a-z0-9/.]{0,16}") {
            if let Ok(serial) = text.parse::<Serial>() {
                prop_assert_eq!(serial.to_string(), text);
            }
        }
    }
}
