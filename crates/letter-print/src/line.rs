//! Breaks a text into lines.

use crate::face::Face;

/// The lines of a text that are at most `width` wide, the first one less by `indent`. A word that fits no line is broken.
pub(crate) fn wrap(text: &str, face: Face, size: f32, width: f32, indent: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let room = |lines: &[String]| if lines.is_empty() { width - indent } else { width };
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if face.width(&longer, size) <= room(&lines) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for sign in word.chars() {
            line.push(sign);
            if face.width(&line, size) > room(&lines) && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, sign.to_string()));
            }
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_line_fits_and_no_word_is_lost(text in "[a-zA-Z ]{0,300}") {
            let lines = wrap(&text, Face::Regular, 12.0, 120.0, 30.0);
            for (index, line) in lines.iter().enumerate() {
                let room = if index == 0 { 90.0 } else { 120.0 };
                prop_assert!(Face::Regular.width(line, 12.0) <= room);
            }
            let letters = |text: &str| text.chars().filter(|sign| *sign != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
