//! One of the values that a field of a form offers.

/// An option of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub word: String,
    /// What people read.
    pub label: String,
    /// Whether it is the one that holds.
    pub chosen: bool,
}

impl Choice {
    /// An option.
    pub fn of(word: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { word: word.into(), label: label.into(), chosen }
    }
}
