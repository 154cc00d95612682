//! The kinds of office.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;

/// What an office is. It follows from the form of its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OfficeKind {
    /// A village led by an elected head.
    #[serde(rename = "desa")]
    Desa,
    /// A village led by an appointed civil servant.
    #[serde(rename = "kelurahan")]
    Kelurahan,
    /// The office of a kecamatan, led by the camat.
    #[serde(rename = "kecamatan")]
    SubDistrict,
    /// A working unit of the regency (dinas, badan, bagian).
    #[serde(rename = "unit")]
    WorkingUnit,
    /// A puskesmas or hospital.
    #[serde(rename = "faskes")]
    HealthFacility,
}

impl OfficeKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Desa, Self::Kelurahan, Self::SubDistrict, Self::WorkingUnit, Self::HealthFacility];

    /// The word rosters use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desa => "desa",
            Self::Kelurahan => "kelurahan",
            Self::SubDistrict => "kecamatan",
            Self::WorkingUnit => "unit",
            Self::HealthFacility => "faskes",
        }
    }

    /// Whether it serves citizens of one village.
    pub const fn is_village(self) -> bool {
        matches!(self, Self::Desa | Self::Kelurahan)
    }

    /// What people call it.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Desa => Bilingual::new("Desa", "Village"),
            Self::Kelurahan => Bilingual::new("Kelurahan", "Urban village"),
            Self::SubDistrict => Bilingual::new("Kecamatan", "Sub-district office"),
            Self::WorkingUnit => Bilingual::new("Satuan kerja", "Working unit"),
            Self::HealthFacility => Bilingual::new("Fasilitas kesehatan", "Health facility"),
        }
    }
}

impl fmt::Display for OfficeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
