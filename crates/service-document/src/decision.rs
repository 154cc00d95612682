//! Which offices a document was brought before, and what they may write in it: their decision or answer, and nothing else.

use change_log::{EpochId, Key, Operation, OperationId, RawChange, read_operations};
use office_model::{OfficeCode, Role, Status};
use serde_json::Value;

use crate::approving_camat::ApprovingCamat;
use crate::layout::{REFERRAL, STATUS, STEP_CAMAT, STEP_FROM, STEP_SEAL, STEP_TO, STEP_UNDER, STEP_WHY, STEPS};
use crate::referral::{self, GivenAnswer, Referral};
use crate::refusal::{Refusal, RefusalCode};

/// Numbers of the format for what an operation does, and for a value that is text.
const MAKE_MAP: u64 = 0;
const SET: u64 = 1;
const MAKE_LIST: u64 = 2;
const DELETE: u64 = 3;
const TEXT: u8 = 6;

/// Most bytes of what an office writes in another one's document at once: 500 characters of a reason, and room.
const GUEST_CHANGE_MAX: usize = 4 * 1024;
/// Most bytes of who and when that it says beside it.
const MESSAGE_MAX: usize = 256;
/// Most answers of an office in one document: it is the village's, and has an end.
const ANSWERS_MAX: usize = 32;

/// The offices that a document of `office` was ever brought before, ascending: its sub-district, once a step led to
/// where the camat's decision is waited for, and those it was referred to, which are never villages. Neither is taken
/// back, so there are only ever more.
pub(crate) fn brought_before(office: OfficeCode, steps: &[Value], referrals: &[Referral]) -> Vec<OfficeCode> {
    let waits = |step: &Value| {
        let to = step.get(STEP_TO).and_then(Value::as_str).and_then(|word| word.parse::<Status>().ok());
        to.is_some_and(Status::waits_for_sub_district)
    };
    let district = office.district().filter(|district| *district != office);
    // Of another regency nobody is here to ask.
    let referred = referrals.iter().map(|referral| referral.office);
    let referred = referred.filter(|referred| referred.regency() == office.regency());
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
    (change, bytes): (&RawChange<'_>, usize),
    (guest, owner): (OfficeCode, OfficeCode),
    visible: &[&[u8]],
) -> Result<(), Refusal> {
    let is_small = change.extra.is_empty() && change.message.len() <= MESSAGE_MAX && bytes <= GUEST_CHANGE_MAX;
    let decides = || owner.district() == Some(guest) && is_decision(change, visible) == Some(true);
    let said = |raw: &&&[u8]| is_answer(raw, guest);
    let may_answer = || visible.iter().filter(said).count() < ANSWERS_MAX && answers(change, guest) == Some(true);
    if is_small && (decides() || may_answer()) {
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

/// Whether a change takes a step or a referral back, or alters it: what was brought before an office once stays so, and a
/// step says for good what it was. `visible`: the changes visible in the document; none in front of its first one.
pub(crate) fn takes_back(change: &RawChange<'_>, visible: &[&[u8]]) -> bool {
    // What cannot be read the trial refuses.
    let Ok(operations) = read_operations(change) else { return false };
    let begins = change.dependencies.is_empty();
    operations.iter().any(|operation| match (operation.object, operation.key) {
        (None, Key::Map(STEPS)) => !begins,
        (None, Key::Map(key)) => operation.action == DELETE && key.starts_with(REFERRAL),
        // In what it made itself it may do as it likes.
        (Some(object), _) if object.actor == 0 && object.counter >= change.start_op => false,
        (Some(object), Key::Map(STEP_FROM | STEP_TO | STEP_WHY | STEP_UNDER | STEP_SEAL | STEP_CAMAT)) => {
            is_step(author(change, object), visible)
        }
        // A step is put in whole: only a map can be one.
        (Some(object), Key::Head | Key::Element(_)) if !operation.insert || operation.action != MAKE_MAP => {
            is_steps(author(change, object), visible)
        }
        _ => false,
    })
}

/// Who made an operation, and its number; nobody where the change names no such epoch.
fn author(change: &RawChange<'_>, id: OperationId) -> Option<(EpochId, u64)> {
    let by = match id.actor.checked_sub(1) {
        None => change.actor,
        Some(other) => *change.other_actors.get(other)?,
    };
    Some((by, id.counter))
}

/// What an operation of the visible changes is.
fn look<T>(
    (by, counter): (EpochId, u64),
    visible: &[&[u8]],
    what: impl Fn(&RawChange<'_>, &Operation<'_>) -> Option<T>,
) -> Option<T> {
    visible.iter().find_map(|raw| {
        let change = RawChange::parse(raw).ok()?;
        let place = usize::try_from(counter.checked_sub(change.start_op)?).ok()?;
        if change.actor != by || place >= usize::try_from(change.op_count).ok()? {
            return None;
        }
        what(&change, read_operations(&change).ok()?.get(place)?)
    })
}

fn is_steps(object: Option<(EpochId, u64)>, visible: &[&[u8]]) -> bool {
    let made = |_: &RawChange<'_>, operation: &Operation<'_>| {
        (operation.object.is_none() && operation.key == Key::Map(STEPS)).then_some(())
    };
    object.and_then(|object| look(object, visible, made)).is_some()
}

fn is_step(object: Option<(EpochId, u64)>, visible: &[&[u8]]) -> bool {
    let list = |change: &RawChange<'_>, operation: &Operation<'_>| author(change, operation.object?);
    let list = object.and_then(|object| look(object, visible, list));
    is_steps(list, visible)
}

/// Whether an operation overwrites nothing but statuses in which the sub-district is waited for.
fn answers_waiting(change: &RawChange<'_>, operation: &Operation<'_>, visible: &[&[u8]]) -> bool {
    let waits = |_: &RawChange<'_>, before: &Operation<'_>| {
        let in_place = before.object.is_none() && before.key == Key::Map(STATUS);
        text(before).filter(|_| in_place)?.parse::<Status>().ok().map(Status::waits_for_sub_district)
    };
    let mut found = operation.predecessors.iter().map(|id| look(author(change, *id)?, visible, waits));
    !operation.predecessors.is_empty() && found.all(|waits| waits == Some(true))
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
            (None, Key::Map(STATUS)) if status.is_none() && answers_waiting(change, operation, visible) => {
                status = Some(text(operation)?);
            }
            (Some(list), _) if place == step => {
                let by = if list.actor == 0 { change.actor } else { *change.other_actors.get(list.actor - 1)? };
                if (by, list.counter) != steps || !operation.insert || !is_new {
                    return Some(false);
                }
            }
            (Some(object), Key::Map(STEP_FROM)) if object == made && is_new => from = Some(text(operation)?),
            (Some(object), Key::Map(STEP_TO)) if object == made && is_new => to = Some(text(operation)?),
            (Some(object), Key::Map(STEP_WHY)) if object == made && is_new => drop(text(operation)?),
            // It is printed on a letter.
            (Some(object), Key::Map(STEP_CAMAT)) if object == made && is_new => {
                drop(ApprovingCamat::from_text(text(operation)?)?);
            }
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
