//! One office of the regency.

use serde::{Deserialize, Serialize};

use crate::office_code::OfficeCode;
use crate::office_kind::OfficeKind;

/// An office as the roster lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Unique.
    pub code: OfficeCode,
    /// Official name without the word for its kind. Not unique: show it with the district.
    pub name: String,
    /// Always the kind that the code says.
    pub kind: OfficeKind,
    /// The sub-district it lies in; of a sub-district office, itself; nothing for units that serve the whole regency.
    pub district: Option<District>,
}

/// A sub-district (kecamatan).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct District {
    /// Code of the sub-district, which is also that of its office.
    pub code: OfficeCode,
    /// Official name without the word Kecamatan.
    pub name: String,
}

impl Office {
    /// The name that tells an office from all others of the regency: `Desa Tamansari, Kec. Licin`.
    pub fn full_name(&self) -> String {
        let kind = self.kind.label().id;
        match &self.district {
            _ if matches!(self.kind, OfficeKind::WorkingUnit | OfficeKind::HealthFacility) => self.name.clone(),
            Some(district) if district.code != self.code => format!("{kind} {}, Kec. {}", self.name, district.name),
            _ => format!("{kind} {}", self.name),
        }
    }
}
