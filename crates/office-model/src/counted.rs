//! English tells one thing from several; Indonesian does not.

/// A count with what is counted: `1 letter`, `2 letters`.
pub fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_all_else_are_several() {
        assert_eq!(counted(1, "letter", "letters"), "1 letter");
        assert_eq!((counted(0, "letter", "letters"), counted(21, "x", "xs")), ("0 letters".into(), "21 xs".into()));
    }
}
