//! Personal data as lists show it: enough to recognise, not enough to misuse.

/// A NIK with its middle hidden: `3510••••••••0001`.
pub(crate) fn nik(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let count = letters.len();
    if count <= 8 {
        return "•".repeat(count);
    }
    let shown = |index: usize| index < 4 || index >= count - 4;
    letters.iter().enumerate().map(|(index, letter)| if shown(index) { *letter } else { '•' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_birth_date_in_a_nik_is_hidden() {
        assert_eq!(nik("3510014107900001"), "3510••••••••0001");
        assert_eq!(nik("12345678"), "••••••••");
        assert_eq!(nik(""), "");
    }
}
