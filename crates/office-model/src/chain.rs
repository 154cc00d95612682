//! Through whose hands a record goes inside its office.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;
use crate::role::Role;
use crate::status::Status;

/// Who checks the papers: leads on from [`Status::Diajukan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checker {
    /// Whoever serves.
    #[default]
    Anyone,
    /// The secretary; the head may stand in.
    Secretary,
    /// Nobody: what is handed in counts as checked, and goes right on to who signs.
    Nobody,
}

/// Who lets a letter go out: leads on from [`Status::Diperiksa`], to the signature or to the camat. At a sub-district, who
/// decides what was brought before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// Whoever serves registers what was signed on paper.
    #[default]
    Anyone,
    /// The head, or the secretary on the head's behalf.
    HeadOrSecretary,
    /// The head alone.
    Head,
}

/// The chain of an office: operator, secretary, head, with the parts that this office has.
///
/// Small offices have one person at the counter, who registers what others decided on paper: so by default everyone who
/// records may take every step, and the history says who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Chain {
    /// Who checks.
    pub checker: Checker,
    /// Who approves.
    pub approver: Approver,
}

/// The text given is no part of a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a part of an office's chain")]
pub struct ParseChainError(String);

impl Chain {
    /// Whether someone of this role may take the step from `from` to `to` in an office with this chain.
    ///
    /// Whoever records may always withdraw a record with a reason, and have it checked anew. What is checked can be sent back by
    /// whoever checks as well as by whoever approves. At a sub-district its own chain says whether an officer may decide in the
    /// camat's place; to send back what lacks a paper is never the camat's alone.
    pub const fn may_step(self, role: Role, from: Status, to: Status) -> bool {
        if !role.may_step(from, to) {
            return false;
        }
        if matches!(to, Status::Dibatalkan) {
            return true;
        }
        match from {
            Status::Diajukan => self.may_check(role),
            Status::Diperiksa => match to {
                Status::Diajukan => true,
                Status::Dikembalikan => self.may_approve(role) || self.may_check(role),
                _ => self.may_approve(role),
            },
            Status::MenungguCamat => match to {
                Status::Dikembalikan => true,
                Status::Diperiksa => self.may_approve(role),
                _ => self.may_decide(role),
            },
            _ => true,
        }
    }

    /// What a record that has become `status` becomes by itself, because nobody has that part of the chain.
    pub const fn goes_on(self, status: Status) -> Option<Status> {
        match (status, self.checker) {
            (Status::Diajukan, Checker::Nobody) => Some(Status::Diperiksa),
            _ => None,
        }
    }

    /// Whether it is up to someone of this role to lead a record on from `status`, rather than up to anyone.
    pub const fn is_part_of(self, role: Role, status: Status) -> bool {
        match (status, role) {
            (Status::Diajukan, Role::Sekretaris) | (Status::Diperiksa, Role::Kepala) => true,
            (Status::Diperiksa, Role::Sekretaris) => matches!(self.approver, Approver::HeadOrSecretary),
            _ => false,
        }
    }

    const fn may_check(self, role: Role) -> bool {
        match self.checker {
            Checker::Anyone | Checker::Nobody => true,
            Checker::Secretary => matches!(role, Role::Sekretaris | Role::Kepala),
        }
    }

    const fn may_decide(self, role: Role) -> bool {
        matches!(role, Role::Camat) || matches!(self.approver, Approver::Anyone)
    }

    const fn may_approve(self, role: Role) -> bool {
        match self.approver {
            Approver::Anyone => true,
            Approver::HeadOrSecretary => matches!(role, Role::Kepala | Role::Sekretaris),
            Approver::Head => matches!(role, Role::Kepala),
        }
    }
}

impl Checker {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Anyone, Self::Secretary, Self::Nobody];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Secretary => "secretary",
            Self::Nobody => "nobody",
        }
    }

    /// What people read.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Anyone => Bilingual::new("Siapa pun yang melayani", "Whoever serves"),
            Self::Secretary => Bilingual::new("Sekretaris (kepala dapat menggantikan)", "The secretary (or the head)"),
            Self::Nobody => Bilingual::new(
                "Tidak ada: yang diajukan langsung dianggap sudah diperiksa",
                "Nobody: what is submitted counts as checked",
            ),
        }
    }
}

impl Approver {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Anyone, Self::HeadOrSecretary, Self::Head];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::HeadOrSecretary => "head_or_secretary",
            Self::Head => "head",
        }
    }

    /// What people read.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Anyone => Bilingual::new(
                "Siapa pun yang melayani mencatat tanda tangan di kertas",
                "Whoever serves registers what was signed on paper",
            ),
            Self::HeadOrSecretary => {
                Bilingual::new("Kepala, atau sekretaris atas nama kepala", "The head, or the secretary on behalf")
            }
            Self::Head => Bilingual::new("Kepala saja", "The head alone"),
        }
    }
}

fn find<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, text: &str) -> Result<T, ParseChainError> {
    let found = all.iter().copied().find(|one| word(*one) == text);
    found.ok_or_else(|| ParseChainError(text.chars().take(32).collect()))
}

impl FromStr for Checker {
    type Err = ParseChainError;

    fn from_str(text: &str) -> Result<Self, ParseChainError> {
        find(&Self::ALL, Self::as_str, text)
    }
}

impl FromStr for Approver {
    type Err = ParseChainError;

    fn from_str(text: &str) -> Result<Self, ParseChainError> {
        find(&Self::ALL, Self::as_str, text)
    }
}

impl fmt::Display for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Approver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Approval;

    fn chains() -> impl Iterator<Item = Chain> {
        let with = |checker| Approver::ALL.into_iter().map(move |approver| Chain { checker, approver });
        Checker::ALL.into_iter().flat_map(with)
    }

    #[test]
    fn by_default_whoever_records_may_take_every_step() {
        for (from, to) in Status::ALL.into_iter().flat_map(|from| Status::ALL.map(|to| (from, to))) {
            for role in Role::ALL {
                assert_eq!(Chain::default().may_step(role, from, to), role.may_step(from, to), "{role} {from} {to}");
            }
        }
    }

    #[test]
    fn a_part_is_taken_by_whom_it_is_for_and_by_nobody_else() {
        let full = Chain { checker: Checker::Secretary, approver: Approver::Head };
        let may = |role| {
            let steps = [
                (Status::Draf, Status::Diajukan),
                (Status::Diajukan, Status::Diperiksa),
                (Status::Diajukan, Status::Dikembalikan),
                (Status::Diperiksa, Status::Ditandatangani),
                (Status::Diperiksa, Status::MenungguCamat),
                (Status::Diperiksa, Status::Ditolak),
                (Status::Ditandatangani, Status::SiapDiambil),
            ];
            steps.map(|(from, to)| full.may_step(role, from, to))
        };
        assert_eq!(may(Role::Petugas), [true, false, false, false, false, false, true]);
        assert_eq!(may(Role::Sekretaris), [true, true, true, false, false, false, true]);
        assert_eq!(may(Role::Kepala), [true; 7]);
        assert_eq!(may(Role::Camat), [false; 7]);
        let on_behalf = Chain { approver: Approver::HeadOrSecretary, ..full };
        assert!(on_behalf.may_step(Role::Sekretaris, Status::Diperiksa, Status::Ditandatangani));
        assert!(!on_behalf.may_step(Role::Petugas, Status::Diperiksa, Status::Ditandatangani));
    }

    /// No setting of an office can strand a record: the head can always lead it on, and whoever records withdraw it.
    #[test]
    fn no_chain_strands_a_record() {
        for chain in chains() {
            for from in Status::ALL.into_iter().filter(|from| !from.is_final() && !from.waits_for_sub_district()) {
                for approval in [Approval::Always, Approval::None, Approval::Conditional] {
                    assert!(from.next(approval).all(|to| chain.may_step(Role::Kepala, from, to)), "{chain:?} {from}");
                }
                assert!(chain.may_step(Role::Petugas, from, Status::Dibatalkan));
                if let Some(on) = chain.goes_on(from) {
                    assert!(from.may_become(on, Approval::Always) && !on.needs_reason());
                }
            }
        }
    }

    #[test]
    fn an_officer_of_a_sub_district_decides_where_the_camat_let_them() {
        let from = Status::MenungguCamat;
        for chain in chains() {
            for to in [Status::Ditandatangani, Status::Ditolak, Status::Dikembalikan] {
                assert!(chain.may_step(Role::Camat, from, to), "{chain:?}");
                let officer = to == Status::Dikembalikan || chain.approver == Approver::Anyone;
                assert_eq!(chain.may_step(Role::PetugasKecamatan, from, to), officer, "{chain:?} {to}");
                assert!(!chain.may_step(Role::Kepala, from, to));
            }
            assert!(chain.may_step(Role::Petugas, from, Status::Dibatalkan), "the village's alone");
            assert!(!chain.may_step(Role::Camat, from, Status::Dibatalkan));
        }
    }

    #[test]
    fn words_are_read_back() {
        for chain in chains() {
            assert_eq!(chain.checker.to_string().parse(), Ok(chain.checker));
            assert_eq!(chain.approver.to_string().parse(), Ok(chain.approver));
            let json = serde_json::to_value(chain).unwrap();
            assert_eq!(
                json,
                serde_json::json!({"checker": chain.checker.as_str(), "approver": chain.approver.as_str()})
            );
            assert_eq!(serde_json::from_value::<Chain>(json).unwrap(), chain);
        }
        assert!("raja".parse::<Approver>().is_err() && "raja".parse::<Checker>().is_err());
    }
}
