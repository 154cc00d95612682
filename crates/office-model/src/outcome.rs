//! What a service ends in, and the words that people read on the way there.

use crate::awaited::Awaited;
use crate::bilingual::Bilingual;
use crate::chain::{Approver, Chain};
use crate::service::Service;
use crate::status::Status;

/// The way is the same for both, and so are the words that are stored; a complaint is not signed, though.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A letter, which is signed and handed over.
    Letter,
    /// A decision: what was brought forward is dealt with, and the citizen is told.
    Decision,
}

impl Service {
    /// What it ends in.
    pub const fn outcome(&self) -> Outcome {
        if self.is_letter { Outcome::Letter } else { Outcome::Decision }
    }
}

impl Status {
    /// What people read of a record of such a service.
    pub fn label_for(self, outcome: Outcome) -> Bilingual {
        match (outcome, self) {
            (Outcome::Decision, Self::Ditandatangani) => Bilingual::new("Ditangani", "Dealt with"),
            (Outcome::Decision, Self::SiapDiambil) => Bilingual::new("Siap disampaikan", "Ready to be told"),
            _ => self.label(),
        }
    }
}

impl Awaited {
    /// What people read of a record of such a service, in an office whose records go through these hands.
    pub fn label_for(self, outcome: Outcome, chain: Chain) -> Bilingual {
        let (what_id, what_en) = match outcome {
            Outcome::Letter => ("tanda tangan", "signature"),
            Outcome::Decision => ("keputusan", "decision"),
        };
        match (self, outcome, chain.approver) {
            (Self::Head, _, Approver::HeadOrSecretary) => Bilingual::new(
                format!("Menunggu kepala atau sekretaris ({what_id})"),
                format!("Waits for the head or the secretary ({what_en})"),
            ),
            (Self::Head, ..) => {
                Bilingual::new(format!("Menunggu kepala ({what_id})"), format!("Waits for the head ({what_en})"))
            }
            (Self::Citizen, Outcome::Decision, _) => {
                Bilingual::new("Menunggu warga (disampaikan)", "Waits for the citizen (to be told)")
            }
            _ => self.label_in(chain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Catalogue, Checker};

    fn outcome(service: &str) -> Outcome {
        Catalogue::current().service(&service.parse().unwrap()).unwrap().outcome()
    }

    #[test]
    fn a_complaint_is_dealt_with_and_a_letter_is_signed() {
        let of = |service: &str, status: Status| status.label_for(outcome(service)).en;
        assert_eq!(of("G01", Status::Ditandatangani), "Signed");
        assert_eq!(of("G01", Status::SiapDiambil), "Ready to pick up");
        for service in ["P06", "H03"] {
            assert_eq!(of(service, Status::Ditandatangani), "Dealt with");
            assert_eq!(of(service, Status::SiapDiambil), "Ready to be told");
            assert_eq!(of(service, Status::Diajukan), "Submitted");
        }
    }

    #[test]
    fn what_the_head_is_awaited_for_is_said_by_the_service() {
        let chain = |approver| Chain { checker: Checker::Secretary, approver };
        let of = |service: &str, one: Awaited, approver| one.label_for(outcome(service), chain(approver)).id;
        assert_eq!(of("G01", Awaited::Head, Approver::Head), "Menunggu kepala (tanda tangan)");
        assert_eq!(of("P06", Awaited::Head, Approver::Head), "Menunggu kepala (keputusan)");
        assert_eq!(of("P06", Awaited::Head, Approver::HeadOrSecretary), "Menunggu kepala atau sekretaris (keputusan)");
        assert_eq!(of("G01", Awaited::Citizen, Approver::Head), "Menunggu warga (diambil)");
        assert_eq!(of("P06", Awaited::Citizen, Approver::Head), "Menunggu warga (disampaikan)");
        assert_eq!(of("P06", Awaited::Checker, Approver::Head), "Menunggu sekretaris (pemeriksaan)");
    }
}
