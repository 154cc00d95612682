//! Which offices a document was brought before, and what they may write in it: their decision, and nothing else.

use change_log::{EpochId, Key, Operation, OperationId, RawChange, read_operations};
use office_model::{OfficeCode, Role, Status};
use serde_json::Value;

use crate::layout::{STATUS, STEP_FROM, STEP_TO, STEP_WHY, STEPS};
use crate::refusal::{Refusal, RefusalCode};

/// Numbers of the format for what an operation does, and for a value that is text.
const MAKE_MAP: u64 = 0;
const SET: u64 = 1;
const MAKE_LIST: u64 = 2;
const TEXT: u8 = 6;

/// The offices that a document of `office` was ever brought before, ascending: its sub-district, once a step led to
/// where the camat's decision is waited for. Steps are never taken back, so there are only ever more.
pub(crate) fn brought_before(office: OfficeCode, steps: &[Value]) -> Vec<OfficeCode> {
    let waits = |step: &Value| {
        let to = step.get(STEP_TO).and_then(Value::as_str).and_then(|word| word.parse::<Status>().ok());
        to.is_some_and(Status::waits_for_sub_district)
    };
    let district = office.district().filter(|district| *district != office);
    district.filter(|_| steps.iter().any(waits)).into_iter().collect()
}

/// Whether all that a change does is one step that the office which was waited for may take. `visible`: the changes
/// visible in the document, the first one among them.
pub(crate) fn check(change: &RawChange<'_>, visible: &[&[u8]]) -> Result<(), Refusal> {
    if is_decision(change, visible) == Some(true) {
        return Ok(());
    }
    let detail =
        "made at an office that the record was brought before: such an office decides, and changes nothing else";
    Err(Refusal::new(RefusalCode::Decision, detail))
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
