//! The values of a record that are no fields of its form.

/// A value of the record itself. Its path does not always tell: a form may have a field of that name, too, as that of the
/// land letter (G10) has a `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnValue {
    /// Where the record stands.
    Status,
    /// The number of its letter.
    Number,
}
