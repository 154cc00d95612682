//! Which offices a document was brought before, and what they may write in it: their decision or answer, and nothing else.

use change_log::{EpochId, Key, Operation, OperationId, RawChange, read_operations};
use office_model::{OfficeCode, Role, Status};
use serde_json::Value;

use crate::layout::{REFERRAL, STATUS, STEP_FROM, STEP_TO, STEP_WHY, STEPS};
use crate::referral::{self, GivenAnswer, Referral};
use crate::refusal::{Refusal, RefusalCode};

/// Numbers of the format for what an operation does, and for a value that is text.
const MAKE_MAP: u64 = 0;
const SET: u64 = 1;
const MAKE_LIST: u64 = 2;
const DELETE: u64 = 3;
const TEXT: u8 = 6;

/// The offices that a document of `office` was ever brought before, ascending: its sub-district, once a step led to
/// where the camat's decision is waited for, and those it was referred to, which are never villages. Neither is taken
/// back, so there are only ever more.
pub(crate) fn brought_before(office: OfficeCode, steps: &[Value], referrals: &[Referral]) -> Vec<OfficeCode> {
    let waits = |step: &Value| {
        let to = step.get(STEP_TO).and_then(Value::as_str).and_then(|word| word.parse::<Status>().ok());
        to.is_some_and(Status::waits_for_sub_district)
    };
    let district = office.district().filter(|district| *district != office);
    let referred = referrals.iter().map(|referral| referral.office);
    let mut offices: Vec<OfficeCode> = district
        .filter(|_| steps.iter().any(waits))
        .into_iter()
        .chain(referred.filter(|referred| !referred.is_village() && *referred != office))
        .collect();
    offices.sort_unstable();
    offices.dedup();
    offices
}

/// Whether all that a change made at `guest` does is to answer for that office, or one step that a sub-district which was
/// waited for may take in a document of `owner`. `visible`: the changes visible in the document, the first one among them.
pub(crate) fn check(
    change: &RawChange<'_>,
    (guest, owner): (OfficeCode, OfficeCode),
    visible: &[&[u8]],
) -> Result<(), Refusal> {
    let decides = owner.district() == Some(guest) && is_decision(change, visible) == Some(true);
    if decides || answers(change, guest) == Some(true) {
        return Ok(());
    }
    let detail = "made at an office that the record was brought before: such an office decides or answers, and changes nothing else";
    Err(Refusal::new(RefusalCode::Decision, detail))
}

/// Whether all that this change does is to set the answer of `office`. Bytes that are no change are no answer.
pub fn is_answer(raw: &[u8], office: OfficeCode) -> bool {
    RawChange::parse(raw).ok().and_then(|change| answers(&change, office)) == Some(true)
}

fn answers(change: &RawChange<'_>, office: OfficeCode) -> Option<bool> {
    let operations = read_operations(change).ok()?;
    let [operation] = operations.as_slice() else { return Some(false) };
    let key = referral::key_of_answer(office);
    let in_place = operation.object.is_none() && operation.key == Key::Map(&key);
    Some(in_place && GivenAnswer::from_text(text(operation)?).is_some())
}

/// Whether a change may take away that the document was brought before an office: it takes away or writes over anything
/// but what programs change every day.
pub(crate) fn may_withdraw(change: &RawChange<'_>) -> bool {
    let Ok(operations) = read_operations(change) else { return true };
    let harmless = |operation: &Operation<'_>| match operation.key {
        Key::Map(key) if operation.object.is_none() => {
            key != STEPS && (operation.action != DELETE || !key.starts_with(REFERRAL))
        }
        _ => false,
    };
    operations.iter().any(|operation| !operation.predecessors.is_empty() && !harmless(operation))
}

/// None: it cannot be read, or what it builds on cannot.
fn is_decision(change: &RawChange<'_>, visible: &[&[u8]]) -> Option<bool> {
    let operations = read_operations(change).ok()?;
    let steps = visible.iter().find_map(|raw| steps_of(&RawChange::parse(raw).ok()?))?;
    let step = operations.iter().position(|operation| operation.action == MAKE_MAP)?;
    let made = OperationId { actor: 0, counter: change.start_op.checked_add(step as u64)? };
    let (mut status, mut from, mut to) = (None, None, None);
    for (place, operation) in operations.iter().enumerate() {
        let is_new = operation.predecessors.is_empty();
        match (operation.object, operation.key) {
            (None, Key::Map(STATUS)) if status.is_none() => status = Some(text(operation)?),
            (Some(list), _) if place == step => {
                let by = if list.actor == 0 { change.actor } else { *change.other_actors.get(list.actor - 1)? };
                if (by, list.counter) != steps || !operation.insert || !is_new {
                    return Some(false);
                }
            }
            (Some(object), Key::Map(STEP_FROM)) if object == made && is_new => from = Some(text(operation)?),
            (Some(object), Key::Map(STEP_TO)) if object == made && is_new => to = Some(text(operation)?),
            (Some(object), Key::Map(STEP_WHY)) if object == made && is_new => drop(text(operation)?),
            _ => return Some(false),
        }
    }
    let (from, to): (Status, Status) = (from?.parse().ok()?, to?.parse().ok()?);
    let may = from.waits_for_sub_district()
        && Role::Camat.may_step(from, to)
        && from.may_become(to, office_model::Approval::Always);
    Some(may && status == Some(to.as_str()))
}

fn text<'a>(operation: &Operation<'a>) -> Option<&'a str> {
    let is_text = operation.action == SET && operation.value_kind == TEXT && !operation.insert;
    std::str::from_utf8(operation.value).ok().filter(|_| is_text)
}

/// The list of steps, if this change made it.
fn steps_of(change: &RawChange<'_>) -> Option<(EpochId, u64)> {
    let operations = read_operations(change).ok()?;
    let place = operations.iter().position(|operation| {
        operation.object.is_none() && operation.key == Key::Map(STEPS) && operation.action == MAKE_LIST
    })?;
    Some((change.actor, change.start_op.checked_add(place as u64)?))
}
