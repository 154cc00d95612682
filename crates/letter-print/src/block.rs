//! The parts that the body of a letter is made of.

/// One part of the body, filled in and ready to be laid out.
#[derive(Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph, justified, its first line indented.
    Paragraph(String),
    /// A label and its value with aligned colons.
    Row {
        /// What it is.
        label: String,
        /// The value.
        value: String,
    },
    /// A heading above rows, in bold.
    Heading(String),
    /// A table with a head; it may run over several pages.
    Table {
        /// The head, and how wide each column is in parts.
        columns: Vec<(String, u16)>,
        /// The cells, row by row.
        rows: Vec<Vec<String>>,
    },
}

impl std::fmt::Debug for Block {
    /// Without the values: they are personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Paragraph(text) => write!(f, "Paragraph({} bytes)", text.len()),
            Self::Row { label, value } => write!(f, "Row({label}, {} bytes)", value.len()),
            Self::Heading(text) => write!(f, "Heading({text})"),
            Self::Table { columns, rows } => write!(f, "Table({} columns, {} rows)", columns.len(), rows.len()),
        }
    }
}
