//! What can be wrong, and what to do about it.

use office_model::Bilingual;

/// A kind of incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Stored data is not what was stored.
    Integrity,
    /// The disk takes nothing.
    DiskFails,
    /// The disk is nearly full.
    DiskLow,
    /// The last backup is missing, old or broken.
    Backup,
    /// An enrolment code was tried again after it was used.
    CodeReused,
    /// An office has not called for too long.
    OfficeSilent,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Integrity, Self::DiskFails, Self::DiskLow, Self::Backup, Self::CodeReused, Self::OfficeSilent];

    /// The word for programs and the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::DiskFails => "disk_fails",
            Self::DiskLow => "disk_low",
            Self::Backup => "backup",
            Self::CodeReused => "code_reused",
            Self::OfficeSilent => "office_silent",
        }
    }

    /// Whether it is the hub itself that is not well.
    pub(crate) const fn is_of_hub(self) -> bool {
        matches!(self, Self::Integrity | Self::DiskFails | Self::DiskLow | Self::Backup)
    }

    /// The kind of a word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What people read.
    pub(crate) fn title(self) -> Bilingual {
        match self {
            Self::Integrity => Bilingual::new("Data pusat rusak", "The hub's data is damaged"),
            Self::DiskFails => Bilingual::new("Disk pusat tidak dapat ditulisi", "The hub's disk takes nothing"),
            Self::DiskLow => Bilingual::new("Disk pusat hampir penuh", "The hub's disk is nearly full"),
            Self::Backup => Bilingual::new("Cadangan pusat perlu diurus", "The hub's backup needs care"),
            Self::CodeReused => {
                Bilingual::new("Kode pendaftaran dicoba lagi", "An enrolment code was tried a second time")
            }
            Self::OfficeSilent => Bilingual::new("Kantor terlalu lama diam", "An office is silent too long"),
        }
    }

    /// What the detail of an alarm is.
    pub(crate) fn measure(self) -> Bilingual {
        match self {
            Self::Integrity => Bilingual::new("ditemukan", "found"),
            Self::DiskFails => Bilingual::new("sebab", "reason"),
            Self::DiskLow => Bilingual::new("sisa", "left"),
            Self::Backup => Bilingual::new("umur atau sebab", "age or reason"),
            Self::CodeReused => Bilingual::new("kode", "code"),
            Self::OfficeSilent => Bilingual::new("terakhir terdengar", "last heard"),
        }
    }

    /// What to do about it.
    pub(crate) fn advice(self) -> Bilingual {
        match self {
            Self::Integrity => Bilingual::new(
                "Jangan hapus apa pun. Jalankan sync-server verify: ia menyebut yang rusak dan langkahnya.",
                "Delete nothing. Run sync-server verify: it names what is damaged and what to do.",
            ),
            Self::DiskFails => Bilingual::new(
                "Periksa disk dan hak tulis folder data. Yang sudah diterima aman; kantor mengirim sisanya lagi sendiri.",
                "Check the disk and who may write the data folder. What was received is safe; offices send the rest again by themselves.",
            ),
            Self::DiskLow => Bilingual::new(
                "Kosongkan atau perbesar disk folder data sebelum penuh.",
                "Make room on the data folder's disk, or a larger one, before it is full.",
            ),
            Self::Backup => Bilingual::new(
                "Buat cadangan: sync-server backup BERKAS, lalu simpan di tempat lain.",
                "Make a backup: sync-server backup FILE, and keep it elsewhere.",
            ),
            Self::CodeReused => Bilingual::new(
                "Tanyakan siapa yang memegang kode itu; keluarkan komputer yang bukan milik kantor: sync-server revoke.",
                "Ask who had the code; shut out a machine that is not the office's: sync-server revoke.",
            ),
            Self::OfficeSilent => Bilingual::new(
                "Telepon kantornya: apakah komputernya menyala, village-node berjalan, dan internet tersambung.",
                "Call the office: whether its machine is on, village-node runs and the internet is connected.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        assert!(Kind::ALL.into_iter().all(|kind| Kind::of(kind.as_str()) == Some(kind)));
        assert_eq!(Kind::of("else"), None);
    }
}
