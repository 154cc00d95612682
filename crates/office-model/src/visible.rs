//! Signs that can be seen, told from those that only change what is seen.

/// Whether a sign may stand in one line that people read. Controls break lines and tables; signs that turn the reading direction,
/// or are not seen at all, make one text look like another.
pub fn is_visible(sign: char) -> bool {
    !sign.is_control()
        && !matches!(sign,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            // Letters that are blank.
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// Whether there is anything to be read in a text.
pub fn has_visible(text: &str) -> bool {
    text.chars().any(|sign| is_visible(sign) && !sign.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_is_not_seen() {
        assert!("Laptop-2 (loket) Ñusa’s ✓".chars().all(is_visible));
        for sign in [
            '\u{202e}', '\u{2066}', '\u{200f}', '\n', '\t', '\u{7f}', '\u{200b}', '\u{feff}', '\u{2028}', '\u{3164}',
            '\u{2800}',
        ] {
            assert!(!is_visible(sign), "{sign:?}");
            assert!(!has_visible(&format!(" {sign} ")), "{sign:?}");
        }
        assert!(has_visible("\u{200b}-"));
    }
}
