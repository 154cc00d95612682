//! On the page of a record: where it is referred to, and what those offices answer.

use std::sync::Arc;

use axum::extract::{Path, State};
use change_log::DocumentId;
use desk_kit::values;
use office_model::{Answer as Said, OfficeCode, Role, Roster, Service};
use replica_store::{Reader, Replica};
use service_document::TransactionRow;

use crate::action::load;
use crate::action::since_seen::must_be_seen;
use crate::desk::frame::language::Language;
use crate::desk::frame::page::Answer;
use crate::desk::frame::word::{Part, Word};
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::page::document;
use crate::serve::Shared;
use crate::{Action, Blame, Failure};

/// One office that the record is referred to.
pub(in crate::desk) struct ShownReferral {
    pub(in crate::desk) office: String,
    pub(in crate::desk) asked: String,
    /// Word, label, reason. Several: its machines gave them apart.
    pub(in crate::desk) answers: Vec<(&'static str, String, String)>,
}

/// The referrals of a record.
pub(in crate::desk) fn shown(row: &TransactionRow, language: Language) -> Vec<ShownReferral> {
    let one = |referral: &service_document::Referral| ShownReferral {
        office: values::office(referral.office),
        asked: referral.asked.clone(),
        answers: referral
            .answers
            .iter()
            .map(|given| {
                let label = language.say(&given.answer.label()).to_owned();
                (given.answer.as_str(), label, given.why.clone().unwrap_or_default())
            })
            .collect(),
    };
    row.referrals.iter().map(one).collect()
}

/// Whether the catalogue has records of a service referred by themselves, and the roster has no office for this one.
pub(in crate::desk) fn lacks_office(service: &Service, row: &TransactionRow) -> bool {
    !service.concerns.is_empty()
        && row.referrals.is_empty()
        && service.concerned(row.office, Roster::current()).is_empty()
}

/// The offices that a record can still be referred to, by name: the near ones first.
pub(in crate::desk) fn targets(row: &TransactionRow) -> Vec<(String, String)> {
    let is_new = |code: OfficeCode| !row.referrals.iter().any(|referral| referral.office == code);
    let all = Roster::current().iter().filter(|office| !office.code.is_village() && is_new(office.code));
    let mut all: Vec<_> = all
        .map(|office| {
            let district = office.district.as_ref().map(|district| district.code);
            let is_far = district.is_some() && district != row.office.district();
            (is_far, office.full_name(), office.code.to_string())
        })
        .collect();
    all.sort();
    all.into_iter().map(|(_, name, code)| (code, name)).collect()
}

/// What somebody of this role may answer for this office, where the record was referred to it.
pub(in crate::desk) fn answers(
    reader: &Reader,
    row: &TransactionRow,
    role: Role,
    language: Language,
) -> Vec<(&'static str, String, bool)> {
    let is_asked = row.referrals.iter().any(|referral| Some(referral.office) == reader.office());
    if !is_asked || !role.may_answer() {
        return Vec::new();
    }
    Said::ALL
        .into_iter()
        .map(|answer| (answer.as_str(), language.say(&answer.label()).to_owned(), answer.needs_reason()))
        .collect()
}

pub(in crate::desk) async fn refer(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let asked = form.get("asked").trim().to_owned();
    let to = form.get("office").parse::<OfficeCode>();
    let to = to.map_err(|error| Failure::input("office", "Pilih kantor tujuan rujukan.", error.to_string()));
    let action = to.map(|to| Action::Refer { id, to, asked, clerk: visitor.clerk().clone() });
    take(&shared, visitor, id, (action, &form)).await
}

pub(in crate::desk) async fn answer(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    allow(visitor.role().may_answer())?;
    let id = document(&id)?;
    let reason = Some(form.get("reason").trim().to_owned()).filter(|reason| !reason.is_empty());
    let said = form.get("answer").parse::<Said>();
    let said = said.map_err(|error| Failure::input("answer", "Jawaban tidak dikenal.", error.to_string()));
    let action = said.map(|answer| Action::Answer { id, answer, reason, clerk: visitor.clerk().clone() });
    take(&shared, visitor, id, (action, &form)).await
}

/// Does it; what cannot be done is said on the page of the record, with the words as they were typed.
async fn take(
    shared: &Arc<Shared>,
    visitor: Visitor,
    id: DocumentId,
    (action, form): (Result<Action, Failure>, &Form),
) -> Answer {
    // An answer is to what was on the screen.
    let shown = matches!(action, Ok(Action::Answer { .. })).then(|| form.get("dilihat").to_owned());
    let done = match action {
        Ok(action) => {
            let check = move |replica: &Replica| match &shown {
                Some(shown) => must_be_seen(&load(replica, id)?, shown),
                None => Ok(()),
            };
            visitor.perform_if(shared, action, check).await
        }
        Err(failure) => Err(failure),
    };
    let to = format!("/berkas/{id}#rujukan");
    match done {
        Ok(_) => Ok(visitor.leads(shared, &to, Word::Saved)),
        Err(failure) if failure.blame == Blame::Input => {
            Ok(visitor.refuses(shared, &to, (Part::Referrals, vec![failure.text], form)))
        }
        Err(failure) => Err(failure.into()),
    }
}
