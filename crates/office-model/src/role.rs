//! What a person may do in an office.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;
use crate::office_kind::OfficeKind;
use crate::status::Status;

/// The part someone plays in an office. Titles differ from place to place and are settings; roles are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Serves citizens: records, edits, hands out.
    Petugas,
    /// Checks papers; may sign on behalf of the head.
    Sekretaris,
    /// Leads a village (kepala desa or lurah) and signs.
    Kepala,
    /// Prepares the camat's decisions at a sub-district office, and decides where its chain lets officers.
    PetugasKecamatan,
    /// Decides at a sub-district office.
    Camat,
    /// Answers what is referred to a working unit or a health facility.
    PetugasUnit,
    /// Keeps the accounts of a node. Sees no records.
    Admin,
}

/// The text given is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a role: one of petugas, sekretaris, kepala, petugas_kecamatan, camat, petugas_unit, admin expected"
)]
pub struct ParseRoleError(String);

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Petugas,
        Self::Sekretaris,
        Self::Kepala,
        Self::PetugasKecamatan,
        Self::Camat,
        Self::PetugasUnit,
        Self::Admin,
    ];

    /// The role of whoever serves at an office of this kind.
    pub const fn serving(kind: OfficeKind) -> Self {
        match kind {
            OfficeKind::Desa | OfficeKind::Kelurahan => Self::Petugas,
            OfficeKind::SubDistrict => Self::PetugasKecamatan,
            OfficeKind::WorkingUnit | OfficeKind::HealthFacility => Self::PetugasUnit,
        }
    }

    /// The word records store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Petugas => "petugas",
            Self::Sekretaris => "sekretaris",
            Self::Kepala => "kepala",
            Self::PetugasKecamatan => "petugas_kecamatan",
            Self::Camat => "camat",
            Self::PetugasUnit => "petugas_unit",
            Self::Admin => "admin",
        }
    }

    /// What people read.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Petugas => Bilingual::new("Petugas", "Clerk"),
            Self::Sekretaris => Bilingual::new("Sekretaris", "Secretary"),
            Self::Kepala => Bilingual::new("Kepala", "Head"),
            Self::PetugasKecamatan => Bilingual::new("Petugas kecamatan", "Sub-district officer"),
            Self::Camat => Bilingual::new("Camat", "Camat"),
            Self::PetugasUnit => Bilingual::new("Petugas unit", "Officer of a unit"),
            Self::Admin => Bilingual::new("Admin", "Administrator"),
        }
    }

    /// Whether the role belongs to a sub-district office.
    pub const fn is_sub_district(self) -> bool {
        matches!(self, Self::PetugasKecamatan | Self::Camat)
    }

    /// Whether someone of this role may answer what was referred to the office.
    pub const fn may_answer(self) -> bool {
        matches!(self, Self::PetugasUnit | Self::PetugasKecamatan | Self::Camat)
    }

    /// Whether an office of this kind has someone of this role.
    pub const fn is_of(self, kind: OfficeKind) -> bool {
        match self {
            Self::Admin => true,
            Self::Petugas | Self::Sekretaris | Self::Kepala => matches!(kind, OfficeKind::Desa | OfficeKind::Kelurahan),
            Self::PetugasKecamatan | Self::Camat => matches!(kind, OfficeKind::SubDistrict),
            Self::PetugasUnit => matches!(kind, OfficeKind::WorkingUnit | OfficeKind::HealthFacility),
        }
    }

    /// Whether someone of this role keeps the accounts of a node, its office's profile, and reads its audit trail.
    pub const fn may_manage(self) -> bool {
        matches!(self, Self::Admin | Self::Kepala | Self::Camat)
    }

    /// Whether someone of this role sees records.
    pub const fn may_read(self) -> bool {
        !matches!(self, Self::Admin)
    }

    /// Whether someone of this role may write and change fields of records.
    pub const fn may_record(self) -> bool {
        matches!(self, Self::Petugas | Self::Sekretaris | Self::Kepala)
    }

    /// Whether someone of this role may take a step that leads on from `from`, whatever chain the office has (see [`crate::Chain`]).
    ///
    /// Inside the village every role may take every step. Only the sub-district's decision is its own; to take a record that
    /// waits for it back, or to withdraw it, is the village's alone.
    pub const fn may_step(self, from: Status, to: Status) -> bool {
        if from.waits_for_sub_district() {
            let is_of_village = matches!(to, Status::Diperiksa | Status::Dibatalkan);
            return if is_of_village { self.may_record() } else { self.is_sub_district() };
        }
        self.may_record()
    }
}

impl FromStr for Role {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, ParseRoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| ParseRoleError(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sub_district_decides_what_waits_for_it() {
        for kind in OfficeKind::ALL {
            assert!(Role::serving(kind).is_of(kind), "{kind:?}");
        }
        for role in Role::ALL {
            assert_eq!(role.may_step(Status::MenungguCamat, Status::Ditandatangani), role.is_sub_district(), "{role}");
            assert_eq!(role.may_step(Status::Draf, Status::Diajukan), role.may_record(), "{role}");
            assert_eq!(role.as_str().parse::<Role>().unwrap(), role);
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        for role in Role::ALL {
            for to in [Status::Dibatalkan, Status::Diperiksa] {
                let may = role.may_step(Status::MenungguCamat, to);
                assert_eq!(may, role.may_record(), "{role} {to}: the village alone takes back what is its own");
            }
        }
        assert!("raja".parse::<Role>().is_err());
    }
}
