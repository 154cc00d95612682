//! Signs that letters can show: those that the font of letters has.

/// Whether a letter can show a sign; a box stands for all others. A test of the letters holds this against the font.
pub const fn is_letter_sign(sign: char) -> bool {
    matches!(sign,
        '\n' | ' '..='~' | '\u{a0}'..='\u{17f}'
        // Arabic names in Latin letters, and what else is built of those.
        | '\u{1e00}'..='\u{1e9b}' | '\u{1ea0}'..='\u{1ef9}' | '\u{2bc}' | '\u{2be}'..='\u{2bf}'
        | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{3a9}' | '\u{3b1}'..='\u{3c9}' | '\u{410}'..='\u{44f}'
        // Dashes, quotes and other marks.
        | '\u{2010}' | '\u{2012}'..='\u{2014}' | '\u{2018}'..='\u{201e}' | '\u{2020}'..='\u{2022}' | '\u{2026}' | '\u{2030}'
        | '\u{2032}'..='\u{2033}' | '\u{2039}'..='\u{203a}' | '\u{20ac}' | '\u{2116}' | '\u{2122}' | '\u{2190}'..='\u{2193}'
        | '\u{2212}' | '\u{2248}' | '\u{2260}' | '\u{2264}'..='\u{2265}')
}
