//! Records that are referred to other offices, and what those answer.

use std::str::FromStr;

use change_log::DocumentId;
use office_model::{Answer, OfficeCode, Roster, Status, has_visible};
use replica_store::{Clock, Reader, Referred, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service_document::{Referral, TransactionDocument};

use super::{known_service, load};
use crate::{Blame, Failure};

/// Records by their referrals, as this office sees them: an office above the villages what was referred to it, a village
/// what it referred to any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum ReferredQuery {
    /// An answer is waited for.
    Open,
    /// There is an answer; at a village: of a record that is still under way.
    Answered,
}

impl FromStr for ReferredQuery {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|one| one.word() == word).ok_or(())
    }
}

impl ReferredQuery {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Open, Self::Answered];

    /// As addresses write it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
        }
    }

    /// As the store takes it.
    pub(crate) fn filter(self, reader: &Reader) -> Referred {
        let to = reader.office().filter(|office| !office.is_village());
        let answered = self == Self::Answered;
        Referred { to, answered, under_way: answered && to.is_none() }
    }
}

/// The offices that a record concerns by the catalogue it was made under and this roster.
pub(super) fn concerned(document: &TransactionDocument) -> Vec<OfficeCode> {
    let service = known_service(document);
    service.map_or_else(Vec::new, |service| service.concerned(document.row().office, Roster::current()))
}

/// `{"id", "office", "change": hash or null when it was referred there already with these words}`.
pub(super) fn refer(
    replica: &mut Replica,
    id: DocumentId,
    (to, asked): (OfficeCode, &str),
    clock: &Clock,
) -> Result<Value, Failure> {
    if Roster::current().get(to).is_none() {
        return Err(unknown_office(to));
    }
    if !has_visible(asked) {
        return Err(asks_nothing());
    }
    if load(replica, id)?.row().status.parse().is_ok_and(Status::is_withdrawn) {
        return Err(withdrawn());
    }
    let change = replica.change(id, clock, |document, stamp| document.refer(&[(to, asked)], stamp))?;
    Ok(json!({"id": id, "office": to, "change": change}))
}

/// `{"id", "answer", "change": hash or null when this was the answer already}`.
pub(super) fn answer(
    replica: &mut Replica,
    id: DocumentId,
    (answer, reason): (Answer, Option<&str>),
    clock: &Clock,
) -> Result<Value, Failure> {
    let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    load(replica, id)?;
    let change = replica.change(id, clock, |document, stamp| document.answer(office, answer, reason, stamp))?;
    Ok(json!({"id": id, "answer": answer, "change": change}))
}

/// As answers show them.
pub(super) fn of(document: &TransactionDocument) -> Value {
    let one = |referral: &Referral| {
        let answers = referral.answers.iter().map(|given| json!({"answer": given.answer, "why": given.why}));
        json!({"office": referral.office, "asked": referral.asked, "answers": answers.collect::<Vec<_>>()})
    };
    document.row().referrals.iter().map(one).collect()
}

/// Nobody is asked for anything in a matter that is no longer one; and what is referred cannot be taken back.
fn withdrawn() -> Failure {
    Failure::new(
        Blame::State,
        "withdrawn",
        "Berkas ini ditolak atau dibatalkan, jadi tidak dirujuk lagi. Tidak ada yang disimpan; buat berkas baru bila urusannya \
         berlanjut.",
        "This record was refused or cancelled, so it is not referred any more. Nothing was saved; make a new one if the matter \
         goes on.",
    )
}

/// Only the catalogue refers without words: its rule says what for.
fn asks_nothing() -> Failure {
    Failure::input(
        "asks_nothing",
        "Tulis apa yang diminta dari kantor itu. Tidak ada yang disimpan; rujukan tidak dapat ditarik kembali.",
        "Write what that office is asked for. Nothing was saved; a referral cannot be taken back.",
    )
}

fn unknown_office(office: OfficeCode) -> Failure {
    Failure::new(
        Blame::Input,
        "unknown_office",
        format!("Kantor {office} tidak ada dalam daftar kantor. Tidak ada yang disimpan; periksa kodenya."),
        format!("There is no office {office} in the roster. Nothing was saved; check the code."),
    )
}
