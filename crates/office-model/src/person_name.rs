//! The name of a person.

use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, FaultCode};
use crate::visible::is_visible;

/// A name of letters, spaces, `'`, `.`, `,` and `-`, with single spaces; 1 to 100 characters. `Debug` is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Longest name, in characters.
    pub const MAX: usize = 100;

    /// The name. Personal data: never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for PersonName {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        // Word processors and phones type these for the plain apostrophe.
        let plain: String = text
            .chars()
            // Copied along unseen.
            .filter(|sign| !matches!(sign, '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{ad}'))
            .map(|letter| if matches!(letter, '\u{2019}' | '\u{2018}' | '`') { '\'' } else { letter })
            .collect();
        let name = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.chars().count() > Self::MAX {
            return Err(Fault::new(
                FaultCode::NameLength,
                "Nama paling panjang 100 huruf.",
                "A name has at most 100 characters.",
            ));
        }
        // Marks of letters stand apart from them in what some programs write.
        let is_mark = |letter: char| matches!(letter, '\u{300}'..='\u{36f}' | '\u{a9c0}');
        let allowed = |letter: char| {
            is_mark(letter)
                || (letter.is_alphabetic() && is_visible(letter))
                || matches!(letter, ' ' | '\'' | '.' | ',' | '-')
        };
        if !name.chars().all(allowed) || !name.chars().any(char::is_alphabetic) {
            return Err(Fault::new(
                FaultCode::NameCharacters,
                "Nama hanya boleh berisi huruf, spasi, dan tanda ' . , - tanpa angka.",
                "A name has only letters, spaces and the signs ' . , - and no digits.",
            ));
        }
        Ok(Self(name))
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_banyuwangi_are_taken() {
        for (text, wanted) in [
            ("Siti Aminah", "Siti Aminah"),
            ("  H.  Moh. Sa\u{2019}roni,  S.Pd. ", "H. Moh. Sa'roni, S.Pd."),
            ("I Gusti Ngurah-Rai", "I Gusti Ngurah-Rai"),
            ("X", "X"),
            ("Si\u{ad}ti\u{200b} Aminah", "Siti Aminah"),
            ("Re\u{301}ne\u{301}", "Re\u{301}ne\u{301}"),
            ("André", "André"),
        ] {
            let name: PersonName = text.parse().unwrap();
            assert_eq!(name.reveal(), wanted);
            assert_eq!(name.reveal().parse::<PersonName>().unwrap(), name);
            assert_eq!(format!("{name:?}"), "PersonName(***)");
        }
    }

    #[test]
    fn other_signs_are_refused() {
        for text in [
            "",
            " ",
            "...",
            "Siti 2",
            "Siti_Aminah",
            "<b>Siti</b>",
            "Siti\u{202e}",
            "Siti/Aminah",
            "\u{3164}\u{3164}",
            "Siti\u{115f}",
        ] {
            assert_eq!(text.parse::<PersonName>().unwrap_err().code, FaultCode::NameCharacters, "{text}");
        }
        assert_eq!("a".repeat(101).parse::<PersonName>().unwrap_err().code, FaultCode::NameLength);
    }
}
