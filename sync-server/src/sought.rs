//! What kind of words somebody searched by, for the audit trail: never the words. Pure.

/// Figures that are as long may be the beginning of a NIK.
const NIK_FIGURES_MIN: usize = 6;

/// A kind of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sought {
    /// Figures that may be of a NIK.
    Nik,
    /// Parts of a letter's number.
    Number,
    /// All else: names.
    Name,
}

impl Sought {
    /// Of words as they were typed. Where they are of several kinds, the one that tells most of a person counts.
    pub(crate) fn of(words: &str) -> Self {
        let all = || words.split_whitespace();
        let is_nik = |word: &str| word.len() >= NIK_FIGURES_MIN && word.bytes().all(|sign| sign.is_ascii_digit());
        if all().any(is_nik) {
            Self::Nik
        } else if all().all(|word| word.contains(|sign: char| sign.is_ascii_digit())) {
            Self::Number
        } else {
            Self::Name
        }
    }

    /// What the trail keeps: the kind and how many were found, with a plus where there are more.
    pub(crate) fn subject(self, found: usize, is_more: bool) -> String {
        let word = match self {
            Self::Nik => "nik",
            Self::Number => "number",
            Self::Name => "name",
        };
        format!("{word} {found}{}", if is_more { "+" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_by_their_kind_and_never_themselves() {
        for (words, sought) in [
            ("3510014107900001", Sought::Nik),
            ("siti 351001", Sought::Nik),
            ("siti", Sought::Name),
            ("Siti 12", Sought::Name),
            ("474/012/429.523.03/2026", Sought::Number),
            ("2026", Sought::Number),
        ] {
            assert_eq!(Sought::of(words), sought, "{words}");
        }
        assert_eq!(Sought::Nik.subject(3, false), "nik 3");
        assert_eq!(Sought::Name.subject(50, true), "name 50+");
    }
}
