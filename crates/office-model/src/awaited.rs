//! For whom a record waits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;
use crate::chain::{Approver, Chain, Checker};
use crate::status::Status;

/// Who has to do something about a record next.
///
/// By its status it waits for one of these; beside that it may wait for the answer of an office that it was referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// Whoever serves: it is to be handed in, corrected, or made ready.
    Clerk,
    /// Whoever checks papers in this office.
    Checker,
    /// Whoever signs in this office.
    Head,
    /// The sub-district, which decides.
    SubDistrict,
    /// The citizen, who is to pick it up.
    Citizen,
    /// An office that it was referred to, which has not answered.
    ReferredOffice,
    /// Nobody any more.
    Nobody,
}

/// The text given is nobody for whom records wait.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nothing waits for \"{0}\": one of clerk, checker, head, sub_district, citizen, referred_office, nobody expected"
)]
pub struct ParseAwaitedError(String);

impl Awaited {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Clerk, Self::Checker, Self::Head, Self::SubDistrict, Self::Citizen, Self::ReferredOffice, Self::Nobody];

    /// For whom a record of this status waits, as long as no office's answer is waited for.
    pub const fn of(status: Status) -> Self {
        match status {
            Status::Draf | Status::Dikembalikan | Status::Ditandatangani => Self::Clerk,
            Status::Diajukan => Self::Checker,
            Status::Diperiksa => Self::Head,
            Status::MenungguCamat => Self::SubDistrict,
            Status::SiapDiambil => Self::Citizen,
            Status::Selesai | Status::Ditolak | Status::Dibatalkan => Self::Nobody,
        }
    }

    /// The statuses in which records wait for it.
    pub fn statuses(self) -> impl Iterator<Item = Status> {
        Status::ALL.into_iter().filter(move |status| Self::of(*status) == self)
    }

    /// The word that commands and addresses take.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Checker => "checker",
            Self::Head => "head",
            Self::SubDistrict => "sub_district",
            Self::Citizen => "citizen",
            Self::ReferredOffice => "referred_office",
            Self::Nobody => "nobody",
        }
    }

    /// What people read of records of any service, in an office whose records go through these hands.
    pub fn label_in(self, chain: Chain) -> Bilingual {
        match (self, chain.checker, chain.approver) {
            (Self::Checker, Checker::Secretary, _) => {
                Bilingual::new("Menunggu sekretaris (pemeriksaan)", "Waits for the secretary (check)")
            }
            (Self::Head, _, Approver::HeadOrSecretary) => Bilingual::new(
                "Menunggu kepala atau sekretaris (tanda tangan atau keputusan)",
                "Waits for the head or the secretary (signature or decision)",
            ),
            _ => self.label(),
        }
    }

    /// What people read of any office.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Clerk => Bilingual::new("Menunggu petugas", "Waits for the clerk"),
            Self::Checker => Bilingual::new("Menunggu pemeriksa", "Waits for the checker"),
            Self::Head => Bilingual::new(
                "Menunggu kepala (tanda tangan atau keputusan)",
                "Waits for the head (signature or decision)",
            ),
            Self::SubDistrict => Bilingual::new("Menunggu camat", "Waits for the camat"),
            Self::Citizen => Bilingual::new("Menunggu warga (diambil)", "Waits for the citizen (pick-up)"),
            Self::ReferredOffice => Bilingual::new("Menunggu jawaban rujukan", "Waits for a referral's answer"),
            Self::Nobody => Bilingual::new("Tidak menunggu siapa pun", "Waits for nobody"),
        }
    }
}

impl FromStr for Awaited {
    type Err = ParseAwaitedError;

    fn from_str(text: &str) -> Result<Self, ParseAwaitedError> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| ParseAwaitedError(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_waits_for_one_and_only_final_ones_for_nobody() {
        for status in Status::ALL {
            let waits: Vec<_> = Awaited::ALL.into_iter().filter(|one| one.statuses().any(|of| of == status)).collect();
            assert_eq!(waits, [Awaited::of(status)]);
            assert_eq!(waits == [Awaited::Nobody], status.is_final(), "{status}");
            assert_eq!(waits == [Awaited::SubDistrict], status.waits_for_sub_district(), "{status}");
        }
        for one in Awaited::ALL {
            assert_eq!(one.to_string().parse(), Ok(one));
            assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
        }
        assert!("raja".parse::<Awaited>().is_err());
    }

    #[test]
    fn whoever_checks_or_signs_in_an_office_is_named() {
        let of = |one: Awaited, checker, approver| one.label_in(Chain { checker, approver }).en;
        assert_eq!(of(Awaited::Checker, Checker::Anyone, Approver::Anyone), "Waits for the checker");
        assert_eq!(of(Awaited::Checker, Checker::Secretary, Approver::Head), "Waits for the secretary (check)");
        assert_eq!(of(Awaited::Head, Checker::Secretary, Approver::Head), "Waits for the head (signature or decision)");
        let both = of(Awaited::Head, Checker::Anyone, Approver::HeadOrSecretary);
        assert_eq!(both, "Waits for the head or the secretary (signature or decision)");
        assert_eq!(
            of(Awaited::Citizen, Checker::Secretary, Approver::HeadOrSecretary),
            "Waits for the citizen (pick-up)"
        );
    }
}
