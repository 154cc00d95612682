//! One thing that may be wrong: its kind and whose it is.

use office_model::OfficeCode;
use replica_store::Alarm;

use super::Kind;

/// Told apart from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Incident {
    pub(crate) kind: Kind,
    /// Of which office; nothing: of the hub itself.
    pub(crate) office: Option<OfficeCode>,
}

impl Incident {
    /// Of the hub itself.
    pub(crate) const fn of_hub(kind: Kind) -> Self {
        Self { kind, office: None }
    }

    /// Of an office.
    pub(crate) const fn of(kind: Kind, office: OfficeCode) -> Self {
        Self { kind, office: Some(office) }
    }

    /// As it is kept.
    pub(crate) fn subject(&self) -> String {
        self.office.map(|office| office.to_string()).unwrap_or_default()
    }

    /// What a kept alarm is about; nothing when a newer program kept it.
    pub(crate) fn kept(alarm: &Alarm) -> Option<Self> {
        let kind = Kind::of(&alarm.kind)?;
        let office = if alarm.subject.is_empty() { None } else { Some(alarm.subject.parse().ok()?) };
        Some(Self { kind, office })
    }
}
