//! The steps that a record's page offers, the likeliest first.

use office_model::{Approval, Chain, Outcome, Role, Service, Status};

use crate::desk::frame::language::Language;
use crate::desk::frame::word::{Part, Word};

/// A step that may be taken.
pub(super) struct Step {
    pub(super) to: &'static str,
    pub(super) label: &'static str,
    pub(super) needs_reason: bool,
    /// The one that most people here come for.
    pub(super) is_main: bool,
}

/// A step that was not taken, as its page says it.
pub(super) struct RefusedStep {
    /// Why; empty where none was refused.
    pub(super) why: String,
    /// What else is said of it, line by line.
    pub(super) more: Vec<String>,
    /// The reason that was given with it.
    pub(super) reason: String,
    /// Whether that is what is wrong.
    pub(super) is_reason_wrong: bool,
}

impl RefusedStep {
    pub(super) fn of(word: &Word, language: Language) -> Self {
        let of_reason = word.refusal_of(Part::Reason);
        let refusal = of_reason.or_else(|| word.refusal_of(Part::Steps));
        let mut lines: Vec<String> = refusal
            .map(|refusal| refusal.why.iter().map(|why| language.say(why).to_owned()).collect())
            .unwrap_or_default();
        let more = if lines.is_empty() { Vec::new() } else { lines.split_off(1) };
        Self {
            why: lines.pop().unwrap_or_default(),
            more,
            reason: refusal.map(|refusal| refusal.typed.get("reason").to_owned()).unwrap_or_default(),
            is_reason_wrong: of_reason.is_some(),
        }
    }
}

/// What decides on the steps beside where the record stands.
#[derive(Clone, Copy)]
pub(super) struct Offer<'s> {
    pub(super) service: &'s Service,
    pub(super) chain: Chain,
    pub(super) role: Role,
    /// Whether something was changed after the papers were checked.
    pub(super) is_unseen: bool,
    /// Whether the form tells that its letter goes to the camat; nothing where people judge that.
    pub(super) approval_due: Option<bool>,
}

impl Offer<'_> {
    /// The steps from this status.
    pub(super) fn steps(self, from: Status, language: Language) -> Vec<Step> {
        let mut to: Vec<Status> = from.next(self.service.approval).filter(|to| self.is_offered(from, *to)).collect();
        if from == Status::Diperiksa && self.is_unseen && self.may(Status::Diajukan, Status::Diperiksa) {
            // Whoever checks does so at once, rather than to ask themselves.
            to.retain(|to| *to != Status::Diajukan);
            to.insert(0, Status::Diperiksa);
        }
        to.sort_by_key(|to| !self.is_main(from, *to));
        let one = |to: Status| Step {
            to: to.as_str(),
            label: verb_for(self.service.outcome(), from, to, language),
            needs_reason: to.needs_reason(),
            is_main: self.is_main(from, to),
        };
        to.into_iter().map(one).collect()
    }

    fn is_offered(self, from: Status, to: Status) -> bool {
        let is_checked_anew = (from, to) == (Status::Diperiksa, Status::Diajukan);
        self.may(from, to) && (self.is_unseen || !is_checked_anew)
    }

    fn may(self, from: Status, to: Status) -> bool {
        self.chain.may_step(self.role, from, to)
    }

    const fn is_main(self, from: Status, to: Status) -> bool {
        match (from, to) {
            (Status::Diperiksa, Status::Diajukan | Status::Diperiksa) => true,
            (Status::Diperiksa, Status::MenungguCamat) => !self.is_unseen && self.goes_to_camat(),
            (Status::Diperiksa, Status::Ditandatangani) => !self.is_unseen && !self.goes_to_camat(),
            // Put right, it goes on its way: as a draft it seldom waits once more.
            (Status::Dikembalikan, to) => matches!(to, Status::Diajukan),
            // To take back what the camat has before him is an exception.
            (Status::MenungguCamat, to) => matches!(to, Status::Ditandatangani),
            (_, to) => !to.needs_reason(),
        }
    }

    /// Under a condition a letter goes to the camat where the form says so; else people look at the condition.
    const fn goes_to_camat(self) -> bool {
        match self.service.approval {
            Approval::Always => true,
            Approval::None => false,
            Approval::Conditional => matches!(self.approval_due, Some(true)),
        }
    }
}

/// What a clerk does when a record of such a service becomes this.
const fn verb_for(outcome: Outcome, from: Status, to: Status, language: Language) -> &'static str {
    let (id, en) = match (outcome, from, to) {
        (Outcome::Decision, Status::Diajukan, Status::Diperiksa) => ("Sudah diperiksa", "It is checked"),
        (_, Status::MenungguCamat, Status::Ditandatangani) => ("Setujui", "Approve"),
        (Outcome::Decision, _, Status::Ditandatangani) => ("Sudah ditangani", "It is dealt with"),
        (Outcome::Decision, _, Status::SiapDiambil) => ("Siap disampaikan", "Ready to be told"),
        (Outcome::Decision, _, Status::Selesai) => ("Sudah disampaikan", "It was told"),
        _ => return verb(from, to, language),
    };
    match language {
        Language::Indonesian => id,
        Language::English => en,
    }
}

/// What a clerk does when a record becomes this.
const fn verb(from: Status, to: Status, language: Language) -> &'static str {
    let (id, en) = match (from, to) {
        (Status::Dikembalikan, Status::Diajukan) => ("Ajukan lagi", "Submit again"),
        (Status::Diperiksa, Status::Diajukan) => ("Minta diperiksa lagi", "Have it checked again"),
        (Status::Diperiksa, Status::Diperiksa) => ("Sudah diperiksa lagi", "It is checked again"),
        (Status::MenungguCamat, Status::Diperiksa) => ("Tarik kembali dari camat", "Take back from the camat"),
        (_, Status::Draf) => ("Kerjakan lagi sebagai draf", "Take up again as a draft"),
        (_, Status::Diajukan) => ("Ajukan", "Submit"),
        (_, Status::Diperiksa) => ("Sudah diperiksa", "Papers are checked"),
        (_, Status::MenungguCamat) => ("Teruskan ke camat", "Pass on to the camat"),
        (_, Status::Ditandatangani) => ("Sudah ditandatangani", "It is signed"),
        (_, Status::SiapDiambil) => ("Siap diambil", "Ready to pick up"),
        (_, Status::Selesai) => ("Sudah diserahkan", "Handed over"),
        (_, Status::Dikembalikan) => ("Kembalikan", "Send back"),
        (_, Status::Ditolak) => ("Tolak", "Refuse"),
        (_, Status::Dibatalkan) => ("Batalkan", "Cancel"),
    };
    match language {
        Language::Indonesian => id,
        Language::English => en,
    }
}

#[cfg(test)]
mod tests {
    use office_model::{Approver, Catalogue, Checker};

    use super::*;

    fn offered(
        service: &str,
        from: Status,
        (chain, role): (Chain, Role),
        what: (bool, Option<bool>),
    ) -> Vec<(&'static str, bool)> {
        let service = Catalogue::current().service(&service.parse().unwrap()).unwrap();
        let offer = Offer { service, chain, role, is_unseen: what.0, approval_due: what.1 };
        offer.steps(from, Language::English).iter().map(|step| (step.to, step.is_main)).collect()
    }

    const FULL: Chain = Chain { checker: Checker::Secretary, approver: Approver::Head };

    #[test]
    fn the_likeliest_step_stands_first() {
        let clerk = (Chain::default(), Role::Petugas);
        let of = |service, from, due| offered(service, from, clerk, (false, due))[0];
        assert_eq!(of("G01", Status::Diperiksa, None), ("ditandatangani", true));
        assert_eq!(of("H01", Status::Diperiksa, None), ("menunggu_camat", true));
        assert_eq!(of("S01", Status::Diperiksa, None), ("ditandatangani", true), "only if somebody asks for it");
        assert_eq!(of("G07", Status::Diperiksa, Some(false)), ("ditandatangani", true));
        assert_eq!(of("G07", Status::Diperiksa, Some(true)), ("menunggu_camat", true));
        assert_eq!(of("G01", Status::Dikembalikan, None), ("diajukan", true));
        assert_eq!(of("G01", Status::Draf, None), ("diajukan", true));
    }

    #[test]
    fn the_camat_approves_letters_and_proposals_alike() {
        for service in ["S01", "S02"] {
            let service = Catalogue::current().service(&service.parse().unwrap()).unwrap();
            let label = |from| verb_for(service.outcome(), from, Status::Ditandatangani, Language::Indonesian);
            assert_eq!(label(Status::MenungguCamat), "Setujui");
            assert_ne!(label(Status::Diperiksa), "Setujui", "{}", service.id);
        }
    }

    #[test]
    fn what_waits_for_the_camat_can_be_taken_back_by_whom_it_was_passed_on() {
        let of = |role| offered("S01", Status::MenungguCamat, (FULL, role), (false, None));
        assert_eq!(of(Role::Kepala), [("diperiksa", false), ("dibatalkan", false)]);
        assert_eq!(of(Role::Petugas), [("dibatalkan", false)]);
        assert_eq!(of(Role::Camat)[0], ("ditandatangani", true));
        assert!(of(Role::Camat).iter().all(|(to, _)| !["diperiksa", "dibatalkan"].contains(to)));
    }

    #[test]
    fn what_was_changed_after_the_check_is_checked_again_first() {
        let of = |role, is_unseen| offered("G01", Status::Diperiksa, (FULL, role), (is_unseen, None));
        assert_eq!(of(Role::Petugas, true), [("diajukan", true), ("dibatalkan", false)]);
        assert_eq!(of(Role::Sekretaris, true), [("diperiksa", true), ("dikembalikan", false), ("dibatalkan", false)]);
        assert_eq!(of(Role::Kepala, true)[..2], [("diperiksa", true), ("ditandatangani", false)]);
        assert_eq!(of(Role::Petugas, false), [("dibatalkan", false)]);
        assert_eq!(of(Role::Sekretaris, false), [("dikembalikan", false), ("dibatalkan", false)]);
    }
}
