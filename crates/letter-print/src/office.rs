//! The office in whose name a letter is written.

use office_model::OfficeKind;
use serde::{Deserialize, Serialize};

/// What the letterhead shows. Where an office lies is told by name, since the paper does not show codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Desa or kelurahan; it decides what the head is called.
    pub kind: OfficeKind,
    /// Name, `Tamansari`.
    pub name: String,
    /// Name of the kecamatan, `Licin`.
    pub district: String,
    /// Name of the regency, `Banyuwangi`.
    pub regency: String,
    /// Street address; empty where it is not known.
    pub address: String,
    /// Phone as shown; empty where there is none.
    pub phone: String,
    /// Postal code; empty where it is not known.
    pub postal_code: String,
}

impl Office {
    /// One for tests, with nothing that a letterhead may lack.
    #[cfg(test)]
    pub(crate) fn sarongan() -> Self {
        Self {
            kind: OfficeKind::Desa,
            name: "Sarongan".to_owned(),
            district: "Pesanggaran".to_owned(),
            regency: "Banyuwangi".to_owned(),
            address: String::new(),
            phone: String::new(),
            postal_code: String::new(),
        }
    }

    /// `Desa` or `Kelurahan`.
    pub fn kind_word(&self) -> &'static str {
        match self.kind {
            OfficeKind::Kelurahan => "Kelurahan",
            _ => "Desa",
        }
    }

    /// What the head is called: `Kepala Desa` or `Lurah`.
    pub fn head_word(&self) -> &'static str {
        match self.kind {
            OfficeKind::Kelurahan => "Lurah",
            _ => "Kepala Desa",
        }
    }

    /// What the secretary is called.
    pub fn secretary_word(&self) -> &'static str {
        match self.kind {
            OfficeKind::Kelurahan => "Sekretaris Kelurahan",
            _ => "Sekretaris Desa",
        }
    }

    /// `Desa Tamansari`.
    pub fn named(&self) -> String {
        format!("{} {}", self.kind_word(), self.name)
    }

    /// `Desa Tamansari, Kecamatan Licin, Kabupaten Banyuwangi`.
    pub fn place(&self) -> String {
        format!("{}, Kecamatan {}, Kabupaten {}", self.named(), self.district, self.regency)
    }

    /// The line below the names: address, phone, postal code, as far as they are known.
    pub(crate) fn contact(&self) -> String {
        let mut parts = Vec::new();
        if !self.address.is_empty() {
            parts.push(self.address.clone());
        }
        if !self.phone.is_empty() {
            parts.push(format!("Telp. {}", self.phone));
        }
        if !self.postal_code.is_empty() {
            parts.push(format!("Kode Pos {}", self.postal_code));
        }
        parts.join("  \u{b7}  ")
    }
}
