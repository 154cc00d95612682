//! Makes any text harmless on paper.

/// The text in one line, as it stands on paper: no control characters, nothing invisible, nothing that turns the direction of writing; runs
/// of blanks are one blank.
pub fn one_line(text: &str) -> String {
    let visible = text.chars().filter(|sign| !invisible(*sign));
    let spaced: String = visible.map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks of direction, joiners, fillers, variation selectors, tags: they print nothing and can make two texts look alike.
fn invisible(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_reaches_the_paper() {
        assert_eq!(one_line(" Siti\u{202e}\t\nNur\u{200b}\u{0}  Aini "), "Siti Nur Aini");
        assert_eq!(one_line("D'Ámbrosio-\u{feff}Ñoño"), "D'Ámbrosio-Ñoño");
    }
}
