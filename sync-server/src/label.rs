//! What people call something: one line of signs that can be seen. Pure.

use office_model::is_visible;

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
