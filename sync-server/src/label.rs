//! What people call something: one line of signs that can be seen. Pure.

/// Whether a sign may stand in a name. Controls break lines and tables; signs that turn the reading direction, or are not seen
/// at all, make one name look like another.
pub(crate) fn is_visible(sign: char) -> bool {
    !sign.is_control()
        && !matches!(sign,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// Whether a text may be a name.
pub(crate) fn is_plain(text: &str) -> bool {
    text.chars().all(is_visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_seen_of_it() {
        for good in ["Laptop pelayanan", "PC-2 (loket)", "Ñusa’s", ""] {
            assert!(is_plain(good), "{good}");
        }
        for bad in [
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200f}",
            "a\nb",
            "a\tb",
            "a\u{7f}",
            "a\u{200b}b",
            "\u{feff}a",
            "a\u{2028}b",
        ] {
            assert!(!is_plain(bad), "{bad:?}");
        }
    }
}
