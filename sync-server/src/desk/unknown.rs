//! What the address of a list asks for and nobody knows: it is named, with what is shown instead. Pure.

use office_model::Bilingual;

/// So much of it is said back, in characters.
const SAID_MAX: usize = 40;

/// Says that a value is not known. `label` and `instead`: of the field, and of what is shown, in both languages.
pub(super) fn said(typed: &str, label: (&str, &str), instead: (&str, &str)) -> Bilingual {
    let typed: String = typed.trim().chars().take(SAID_MAX).collect();
    Bilingual::new(
        format!("{}: \"{typed}\" tidak dikenal. Yang tampil: {}.", label.0, instead.0.to_lowercase()),
        format!("{}: \"{typed}\" is not known. Shown: {}.", label.1, instead.1.to_lowercase()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_named_with_what_is_shown_instead() {
        let said = said(&"x".repeat(60), ("Keadaan", "State"), ("Semua keadaan", "All states"));
        assert_eq!(said.id, format!("Keadaan: \"{}\" tidak dikenal. Yang tampil: semua keadaan.", "x".repeat(40)));
        assert!(said.en.ends_with("is not known. Shown: all states."), "{said:?}");
    }
}
