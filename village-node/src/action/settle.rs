//! A person decides between different values of a field.

use std::collections::BTreeSet;

use change_log::{ChangeHash, DocumentId};
use office_model::{FieldPath, OwnValue, Status, ValidEdit, says_anonymous};
use replica_store::{Clock, Replica};
use serde_json::{Value, json};
use service_document::{Divergence, HistoryItem, TransactionDocument};

use super::signed::{Signed, signed};
use super::since_check::seen;
use super::standing::is_decision_of_camat;
use super::{catalogue_of, day, fields, load};
use crate::{Blame, Failure};

/// `{"id", "change", "path", "value"}`.
pub(super) fn perform(
    replica: &mut Replica,
    id: DocumentId,
    path: &FieldPath,
    value: &Value,
    clock: &Clock,
) -> Result<Value, Failure> {
    let document = load(replica, id)?;
    let divergences = document.divergences();
    let one = divergences.iter().find(|divergence| divergence.path == *path);
    let typed = value.as_str().map(str::to_owned);
    let is_blank = typed.as_ref().is_some_and(String::is_empty);
    let given = |known: &Value| known == value || typed == Some(known.to_string()) || (is_blank && known.is_null());
    // One of the values that stand there needs no check: it is somebody's. Another one does, if it is a field's; in the
    // place of the record's own ones there is none.
    let known = one.and_then(|divergence| divergence.values.iter().find(|known| given(&known.value)));
    // Of a citizen who stays unknown nothing is chosen: it would be refused, too, if it were typed.
    let is_held_back = says_anonymous(&fields(&document)) && is_of_citizen(&document, path);
    if known.is_some_and(|known| is_held_back && !known.value.is_null()) {
        return Err(stays_unknown());
    }
    let value = match known {
        Some(known) => known.value.clone(),
        None if one.is_some_and(|one| one.own.is_some()) => return Err(stands_nowhere()),
        None if one.is_some() && !is_editable(&document) => return Err(only_what_stands()),
        None if one.is_some() => {
            let today = day(clock).unwrap_or_default();
            let edits = [(path.clone(), value.clone())];
            let checked =
                catalogue_of(&document).validate_edit(&document.row().service, &fields(&document), &edits, today);
            let ValidEdit { edits, .. } = checked.map_err(Failure::values)?;
            edits.into_iter().next().map_or(Value::Null, |(_, value)| value)
        }
        None => value.clone(),
    };
    match one.and_then(|one| Some((one, one.own?))) {
        Some((apart, OwnValue::Status)) => check_camat(&document, apart, &value)?,
        Some((_, OwnValue::Number)) => check_paper(&document, &value)?,
        None => {}
    }
    let change = replica.settle(id, path, &value, clock)?;
    Ok(json!({"id": id, "change": change, "path": path, "value": value}))
}

/// Whether a field is one of those that say who the citizen is.
fn is_of_citizen(document: &TransactionDocument, path: &FieldPath) -> bool {
    catalogue_of(document).citizen_fields().iter().any(|field| field.key == path.root())
}

/// Whether the office may still type into the record.
fn is_editable(document: &TransactionDocument) -> bool {
    document.row().status.parse::<Status>().is_ok_and(Status::is_editable)
}

/// The steps by which a record was moved apart: from where, to where.
pub(super) fn steps_apart(document: &TransactionDocument, apart: &Divergence) -> Vec<(Status, Status)> {
    let history = document.history();
    let step = |value: &service_document::DivergentValue| {
        let item = history.iter().find(|item| item.hash == value.change)?;
        let from = item.changed.iter().find(|edit| edit.own == Some(OwnValue::Status))?.from.as_ref()?;
        Some((from.as_str()?.parse().ok()?, value.value.as_str()?.parse().ok()?))
    };
    apart.values.iter().filter_map(step).collect()
}

/// Every step by which a record was moved apart: those that one side took and not all of them.
pub(super) fn all_steps_apart(document: &TransactionDocument, apart: &Divergence) -> Vec<(Status, Status)> {
    let history = document.history();
    let sides: Vec<BTreeSet<ChangeHash>> = apart.values.iter().map(|value| seen(&history, [value.change])).collect();
    let is_apart = |hash| sides.iter().any(|side| side.contains(hash)) && !sides.iter().all(|side| side.contains(hash));
    history.iter().filter(|item| is_apart(&item.hash)).filter_map(step_of).collect()
}

/// The step that a change took, from where to where.
fn step_of(item: &HistoryItem) -> Option<(Status, Status)> {
    let edit = item.changed.iter().find(|edit| edit.own == Some(OwnValue::Status))?;
    let word = |value: &Option<Value>| value.as_ref()?.as_str()?.parse().ok();
    Some((word(&edit.from)?, word(&edit.to)?))
}

/// Whether the village took the record back before it could know of what the camat decided.
fn is_taken_back(document: &TransactionDocument, apart: &Divergence) -> bool {
    let is_back = |(from, to): &(Status, Status)| from.waits_for_sub_district() && *to == Status::Diperiksa;
    all_steps_apart(document, apart).iter().any(is_back)
}

/// Where the camat decided, the village goes by it; unless it took the record back before it could know.
fn check_camat(document: &TransactionDocument, apart: &Divergence, value: &Value) -> Result<(), Failure> {
    if is_taken_back(document, apart) {
        return Ok(());
    }
    let chosen = value.as_str().and_then(|word| word.parse::<Status>().ok());
    let is_camats = |(from, to): &(Status, Status)| is_decision_of_camat(*from, *to);
    let decided: Vec<Status> =
        steps_apart(document, apart).iter().filter(|step| is_camats(step)).map(|(_, to)| *to).collect();
    let may = decided.is_empty() || chosen.is_some_and(|to| to == Status::Dibatalkan || decided.contains(&to));
    if may { Ok(()) } else { Err(camat_decided()) }
}

/// The number of a letter that is signed is the one on its paper.
fn check_paper(document: &TransactionDocument, value: &Value) -> Result<(), Failure> {
    let (Signed::Once(paper) | Signed::Apart(paper)) = signed(document)? else { return Ok(()) };
    match &paper.number {
        Some(number) if value.as_str() != Some(number) => Err(other_paper(number)),
        _ => Ok(()),
    }
}

/// What somebody else was shown, or decided on, is not typed anew.
fn only_what_stands() -> Failure {
    Failure::new(
        Blame::State,
        "only_what_stands",
        "Berkas ini tidak dapat diubah lagi, jadi yang berbeda hanya diputuskan di antara nilai yang sudah ada; nilai itu tidak \
         ada di antaranya. Tidak ada yang berubah; pilih salah satu nilai yang tampil.",
        "This record cannot be changed any more, so that where it differs one of the values that are there is chosen; that one \
         is not among them. Nothing was changed; choose one of those that are shown.",
    )
}

fn stays_unknown() -> Failure {
    Failure::new(
        Blame::State,
        "stays_unknown",
        "Pengaduan ini anonim, jadi tidak memuat apa pun tentang warganya. Tidak ada yang berubah; pilih yang dihapus, atau putuskan \
         dahulu bahwa pengaduannya tidak anonim.",
        "This complaint is anonymous and holds nothing about the citizen. Nothing was changed; choose what was taken away, or \
         settle first that it is not anonymous.",
    )
}

fn stands_nowhere() -> Failure {
    Failure::input(
        "stands_nowhere",
        "Status dan nomor surat diputuskan di antara nilai yang sudah ada; nilai itu tidak ada di antaranya. Tidak ada yang \
         berubah; pilih salah satu nilai yang tampil.",
        "Where status or number of a letter stand apart, one of the values that are there is chosen; that one is not among \
         them. Nothing was changed; choose one of those that are shown.",
    )
}

fn camat_decided() -> Failure {
    Failure::new(
        Blame::State,
        "camat_decided",
        "Camat sudah memutuskan berkas ini, dan desa tidak mengubah keputusannya. Tidak ada yang berubah; pilih keputusan \
         camat, atau Dibatalkan.",
        "The camat decided on this record, and the village does not change that. Nothing was changed; choose the camat's \
         decision, or that it is cancelled.",
    )
}

fn other_paper(number: &str) -> Failure {
    Failure::new(
        Blame::State,
        "other_paper",
        format!(
            "Surat ini sudah ditandatangani dengan nomor {number}, dan nomor itu ada di kertasnya. Tidak ada yang berubah; pilih \
             nomor itu."
        ),
        format!(
            "This letter was signed with the number {number}, which is on its paper. Nothing was changed; choose that one."
        ),
    )
}
