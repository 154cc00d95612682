//! The states of a record and the steps between them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;
use crate::visible::has_visible;

/// Where a record stands on its way from draft to the citizen's hand.
///
/// ```text
/// draf -> diajukan -> diperiksa -> (menunggu_camat) -> ditandatangani -> siap_diambil -> selesai
/// ```
///
/// Beside that way: `dikembalikan` (back to the clerk, who makes it a draft again), `ditolak`, `dibatalkan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written.
    Draf,
    /// Handed in by the clerk.
    Diajukan,
    /// Papers checked by the village.
    Diperiksa,
    /// Waits for the sub-district's decision.
    MenungguCamat,
    /// Signed.
    Ditandatangani,
    /// Waits for the citizen.
    SiapDiambil,
    /// Handed over. Final.
    Selesai,
    /// Sent back to the clerk, with a reason.
    Dikembalikan,
    /// Refused, with a reason. Final.
    Ditolak,
    /// Withdrawn. Final.
    Dibatalkan,
}

/// Whether a service needs the sub-district's approval; it decides whether `menunggu_camat` is on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Always (`y` in the catalogue's source): nothing is signed without it.
    Always,
    /// Never (`n`).
    None,
    /// Under a condition (`c`): people decide which of the two ways a record takes.
    Conditional,
}

/// The text given is no status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a status: one of draf, diajukan, diperiksa, menunggu_camat, ditandatangani, siap_diambil, selesai, dikembalikan, ditolak, dibatalkan expected"
)]
pub struct ParseStatusError(String);

/// A step that may not be taken. The record is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The transition table does not have it.
    #[error("A record in the state {} cannot become {}. Nothing was changed; {}", in_english(*.from), in_english(*.to), next_steps(*.from, *.approval))]
    NotAllowed {
        /// State before.
        from: Status,
        /// State wanted.
        to: Status,
        /// Rule of the service.
        approval: Approval,
    },
    /// It is there already.
    #[error("The record is {} already: somebody took that step before, in another window or on another machine. Nothing was changed", in_english(*.at))]
    TakenBefore {
        /// Where it is.
        at: Status,
    },
    /// The step needs a reason and none was given.
    #[error("A reason is needed {}: say it in a few words, the citizen is told it", to_get(*.to))]
    ReasonMissing {
        /// State wanted.
        to: Status,
    },
    /// The reason is longer than 500 characters.
    #[error("The reason is longer than 500 characters: shorten it")]
    ReasonTooLong,
    /// A temporary NIK cannot go to the sub-district.
    #[error("The record has a temporary NIK, which the sub-district cannot accept: enter the real NIK first")]
    TemporaryNik,
}

impl Status {
    /// Every state, in the order of the way.
    pub const ALL: [Self; 10] = [
        Self::Draf,
        Self::Diajukan,
        Self::Diperiksa,
        Self::MenungguCamat,
        Self::Ditandatangani,
        Self::SiapDiambil,
        Self::Selesai,
        Self::Dikembalikan,
        Self::Ditolak,
        Self::Dibatalkan,
    ];
    /// The state a record begins in.
    pub const FIRST: Self = Self::Draf;
    /// Longest reason, in characters.
    pub const MAX_REASON: usize = 500;

    /// The word documents store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draf => "draf",
            Self::Diajukan => "diajukan",
            Self::Diperiksa => "diperiksa",
            Self::MenungguCamat => "menunggu_camat",
            Self::Ditandatangani => "ditandatangani",
            Self::SiapDiambil => "siap_diambil",
            Self::Selesai => "selesai",
            Self::Dikembalikan => "dikembalikan",
            Self::Ditolak => "ditolak",
            Self::Dibatalkan => "dibatalkan",
        }
    }

    /// What people read.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Draf => Bilingual::new("Draf", "Draft"),
            Self::Diajukan => Bilingual::new("Diajukan", "Submitted"),
            Self::Diperiksa => Bilingual::new("Diperiksa", "Checked"),
            Self::MenungguCamat => Bilingual::new("Menunggu camat", "Waiting for the camat"),
            Self::Ditandatangani => Bilingual::new("Ditandatangani", "Signed"),
            Self::SiapDiambil => Bilingual::new("Siap diambil", "Ready to pick up"),
            Self::Selesai => Bilingual::new("Selesai", "Done"),
            Self::Dikembalikan => Bilingual::new("Dikembalikan", "Sent back"),
            Self::Ditolak => Bilingual::new("Ditolak", "Refused"),
            Self::Dibatalkan => Bilingual::new("Dibatalkan", "Cancelled"),
        }
    }

    /// Whether no step leads on from here.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Selesai | Self::Ditolak | Self::Dibatalkan)
    }

    /// Whether a record in this state was refused or cancelled: it has no letter, and what was printed of it is void.
    pub const fn is_withdrawn(self) -> bool {
        matches!(self, Self::Ditolak | Self::Dibatalkan)
    }

    /// Whether the letter of a record in this state is signed, and stands.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Ditandatangani | Self::SiapDiambil | Self::Selesai)
    }

    /// Whether the fields of a record in this state may still be edited: until it is signed or closed, but not while the
    /// sub-district decides about them.
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draf | Self::Diajukan | Self::Diperiksa | Self::Dikembalikan)
    }

    /// Whether the office's own people found nothing wrong with it, and it goes its way.
    pub const fn is_checked(self) -> bool {
        matches!(self, Self::Diperiksa | Self::MenungguCamat | Self::Ditandatangani | Self::SiapDiambil)
    }

    /// Whether the sub-district decides about a record in this state, and not the village.
    pub const fn waits_for_sub_district(self) -> bool {
        matches!(self, Self::MenungguCamat)
    }

    /// Whether the office's promised time runs in this state: it has what it needs from the citizen, and the citizen has
    /// nothing yet. A draft is not submitted; what was sent back waits for the citizen.
    pub const fn is_promised(self) -> bool {
        matches!(self, Self::Diajukan | Self::Diperiksa | Self::MenungguCamat | Self::Ditandatangani)
    }

    /// Whether a record in this state can become `to`, for a service with this rule.
    ///
    /// The table: a state goes one step forward; whoever decides about it may send it back or refuse it; it can be
    /// cancelled until it is handed over (a signed letter is void then, and keeps its number). What was sent back is put right,
    /// and submitted again at once or as a draft. What was changed after the check is handed in to be checked anew; what waits
    /// for the camat can be taken back by its village, to where it was.
    pub const fn may_become(self, to: Self, approval: Approval) -> bool {
        use Status as S;
        match (self, to) {
            (S::Draf, S::Diajukan | S::Dibatalkan)
            | (S::Diajukan, S::Diperiksa | S::Dikembalikan | S::Ditolak | S::Dibatalkan)
            | (S::Diperiksa, S::Diajukan | S::Dikembalikan | S::Ditolak | S::Dibatalkan)
            | (S::MenungguCamat, S::Diperiksa | S::Ditandatangani | S::Dikembalikan | S::Ditolak | S::Dibatalkan)
            | (S::Ditandatangani, S::SiapDiambil | S::Dibatalkan)
            | (S::SiapDiambil, S::Selesai | S::Dibatalkan)
            | (S::Dikembalikan, S::Draf | S::Diajukan | S::Dibatalkan) => true,
            (S::Diperiksa, S::MenungguCamat) => matches!(approval, Approval::Always | Approval::Conditional),
            (S::Diperiksa, S::Ditandatangani) => matches!(approval, Approval::None | Approval::Conditional),
            _ => false,
        }
    }

    /// The states a record in this state can become, in the order of the way.
    pub fn next(self, approval: Approval) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |to| self.may_become(*to, approval))
    }

    /// Whether a step to this state must say why: where something ends, its number with it, or the citizen has to come again.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Dikembalikan | Self::Ditolak | Self::Dibatalkan)
    }

    /// Checks a step with its reason, both as a person gave them.
    ///
    /// # Errors
    ///
    /// When the table does not have the step, or a due reason is missing, or it is too long.
    pub fn check_step(self, to: Self, approval: Approval, reason: Option<&str>) -> Result<(), StepError> {
        if self == to {
            return Err(StepError::TakenBefore { at: to });
        }
        if !self.may_become(to, approval) {
            return Err(StepError::NotAllowed { from: self, to, approval });
        }
        let reason = reason.map(str::trim).unwrap_or_default();
        if !has_visible(reason) && to.needs_reason() {
            return Err(StepError::ReasonMissing { to });
        }
        if reason.chars().count() > Self::MAX_REASON {
            return Err(StepError::ReasonTooLong);
        }
        Ok(())
    }
}

impl StepError {
    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed { .. } | Self::TakenBefore { .. } => "step_not_allowed",
            Self::ReasonMissing { .. } => "reason_missing",
            Self::ReasonTooLong => "reason_too_long",
            Self::TemporaryNik => "temporary_nik",
        }
    }

    /// What people read.
    pub fn text(&self) -> Bilingual {
        let id = match self {
            Self::NotAllowed { from, to, approval } => {
                let (from_label, to_label) = (from.label().id, to.label().id);
                let next: Vec<String> = from.next(*approval).map(|status| status.label().id).collect();
                let next = if next.is_empty() { "tidak ada langkah lagi".to_owned() } else { next.join(", ") };
                format!(
                    "Berkas berstatus {from_label} tidak dapat menjadi {to_label}. Tidak ada yang berubah; langkah yang mungkin: {next}."
                )
            }
            Self::TakenBefore { at } => format!(
                "Berkas ini sudah berstatus {}: langkah itu sudah diambil, di jendela atau komputer lain. Tidak ada yang berubah.",
                at.label().id
            ),
            Self::ReasonMissing { to } => {
                format!("Alasan wajib diisi untuk status {}; warga akan membacanya.", to.label().id)
            }
            Self::ReasonTooLong => "Alasan lebih dari 500 karakter; persingkat.".to_owned(),
            Self::TemporaryNik => {
                "Berkas dengan NIK sementara tidak dapat dikirim ke kecamatan; isi NIK yang sebenarnya.".to_owned()
            }
        };
        Bilingual::new(id, format!("{self}."))
    }
}

fn next_steps(from: Status, approval: Approval) -> String {
    let next: Vec<String> = from.next(approval).map(in_english).collect();
    if next.is_empty() { "it is final".to_owned() } else { format!("it can become: {}", next.join(", ")) }
}

/// A state as people read it, with the word that commands take.
fn in_english(status: Status) -> String {
    format!("{} ({status})", status.label().en)
}

/// What somebody does with a record so that it comes to that state.
fn to_get(to: Status) -> String {
    match to {
        Status::Dikembalikan => "to send a record back".to_owned(),
        Status::Ditolak => "to refuse a record".to_owned(),
        Status::Dibatalkan => "to cancel a record".to_owned(),
        other => format!("to make a record {}", in_english(other)),
    }
}

impl FromStr for Status {
    type Err = ParseStatusError;

    fn from_str(text: &str) -> Result<Self, ParseStatusError> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| ParseStatusError(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
