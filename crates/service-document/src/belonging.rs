//! Whose documents a gate lets through.

use office_model::OfficeCode;

use crate::refusal::{Refusal, RefusalCode};
use crate::row::DocumentRow;

/// What a document must be to the office in whose name it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belonging {
    /// It belongs to this office: so the hub keeps every document, and a village all it holds.
    To(OfficeCode),
    /// It belongs to this office or was brought before it: so an office above the villages keeps what it holds.
    ToOrBefore(OfficeCode),
}

impl Belonging {
    /// The office.
    pub const fn office(self) -> OfficeCode {
        match self {
            Self::To(office) | Self::ToOrBefore(office) => office,
        }
    }

    pub(crate) fn check(self, row: DocumentRow) -> Result<DocumentRow, Refusal> {
        let is_before = |office: &OfficeCode| row.transaction().is_some_and(|row| row.before.contains(office));
        let fits = match self {
            Self::To(office) => row.office() == office,
            Self::ToOrBefore(office) => row.office() == office || is_before(&office),
        };
        if fits {
            return Ok(row);
        }
        let detail = format!("it says {}, the document belongs to {}", row.office(), self.office());
        Err(Refusal::new(RefusalCode::Office, detail))
    }
}
