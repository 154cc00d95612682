//! What the audit trail says of an action: the act, and what it was about.

use change_log::DocumentId;
use office_model::ClerkId;
use replica_store::{AuditItem, Reader, Replica};
use serde_json::Value;

use super::health::HealthListed;
use super::{Action, book, divergences, fields, has_specific, known_service, load};
use crate::{Act, Failure};

/// By which way something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A person, at a page of the desk.
    Desk,
    /// The owner of the data folder, by a command or with its token: told behind what it was about.
    Owner,
}

impl By {
    fn subject(self, about: &str) -> String {
        match self {
            Self::Desk => about.to_owned(),
            Self::Owner => format!("{about} (village-node)").trim_start().to_owned(),
        }
    }
}

/// Notes in the audit trail what was done. `clerk`: who did it, where the action names nobody.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note(
    replica: &mut Replica,
    action: &Action,
    answer: &Value,
    (clerk, by): (&str, By),
    now_millis: i64,
) -> Result<(), Failure> {
    let clerk = action.writes_as().map_or(clerk, ClerkId::as_str);
    for (act, about) in traces(replica, action, answer)? {
        note_act(replica, act, &about, (clerk, by), now_millis)?;
    }
    Ok(())
}

/// Notes one act that is no action.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note_act(
    replica: &mut Replica,
    act: Act,
    about: &str,
    (clerk, by): (&str, By),
    now_millis: i64,
) -> Result<(), Failure> {
    let (clerk, act) = (clerk.to_owned(), act.as_str().to_owned());
    Ok(replica.note_act(&AuditItem { at_millis: now_millis, clerk, act, subject: by.subject(about) })?)
}

/// What was done stands though it could not be noted: a full disk keeps nobody from reading, nor makes a backup that is
/// whole a failure.
pub(crate) fn warn_unnoted(noted: Result<(), Failure>) {
    if let Err(failure) = noted {
        tracing::warn!(code = failure.code, text = failure.text.en, "the audit trail does not tell of this");
    }
}

/// Between a record and the status that a step led to.
const LED_TO: &str = "→ ";

/// What the trail says of an act on a record: which record, and of a step where it led to.
pub(crate) fn about(act: Act, id: DocumentId, answer: &Value) -> String {
    let status = answer.get("status").and_then(Value::as_str).filter(|_| act == Act::Step);
    status.map_or_else(|| id.to_string(), |status| format!("{id} {LED_TO}{status}"))
}

/// The status in what stands behind a record in the trail, and what is left of that; nothing where no step is told of.
pub(crate) fn led_to(behind: &str) -> Option<(&str, &str)> {
    let told = behind.strip_prefix(LED_TO)?;
    Some(told.split_once(' ').unwrap_or((told, "")))
}

/// The acts that an action was, and what about.
fn traces(reader: &Reader, action: &Action, answer: &Value) -> Result<Vec<(Act, String)>, Failure> {
    let one = |act: Act, id: &DocumentId| vec![(act, id.to_string())];
    let specific = |id: &DocumentId, is: bool| if is { one(Act::SpecificRead, id) } else { Vec::new() };
    Ok(match action {
        Action::Record { .. } => {
            let saved = answer.get("saved").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let first = saved.first().and_then(|one| one.get("id")).and_then(Value::as_str);
            let more = if saved.len() > 1 { format!(" (+{})", saved.len() - 1) } else { String::new() };
            first.map(|id| (Act::Record, format!("{id}{more}"))).into_iter().collect()
        }
        Action::Set { id, .. } => one(Act::Edit, id),
        Action::Step { id, .. } => vec![(Act::Step, about(Act::Step, *id, answer))],
        Action::Refer { id, .. } => one(Act::Refer, id),
        Action::Answer { id, .. } => one(Act::Answer, id),
        Action::Settle { id, .. } => one(Act::Settle, id),
        Action::IssueNumber { id, .. } => one(Act::Number, id),
        Action::Attach { id, .. } => one(Act::Attach, id),
        Action::Detach { id, .. } => one(Act::Detach, id),
        Action::SetProfile { .. } => vec![(Act::Letterhead, String::new())],
        Action::Letter { id, .. } => one(Act::Letter, id),
        Action::Export { id } => one(Act::Export, id),
        Action::Backup { .. } => vec![(Act::Backup, String::new())],
        Action::Book { query } => vec![(Act::Register, book::about(reader, query)?)],
        Action::Show { id } => specific(id, shows_specific(reader, *id)?),
        Action::History { id } => specific(id, may_have_had_specific(reader, *id)?),
        Action::Divergences { .. } => {
            divergences::specific(answer).iter().flat_map(|id| one(Act::SpecificRead, id)).collect()
        }
        Action::List { .. } | Action::Register { .. } => {
            let listed = HealthListed::in_answer(answer);
            if listed.is_empty() { Vec::new() } else { vec![(Act::HealthListed, listed.about())] }
        }
        // The first three are noted where they are done, whoever asks; the others show no values.
        Action::PutAccount { .. }
        | Action::AddApplication { .. }
        | Action::RevokeApplication { .. }
        | Action::Numbers
        | Action::Profile
        | Action::Status
        | Action::Verify
        | Action::Attachments { .. }
        | Action::Accounts
        | Action::Applications => Vec::new(),
    })
}

/// Whether specially protected data stands in a record. What no catalogue knows might be anything.
///
/// # Errors
///
/// When there is no such record, or the database cannot be read.
pub(crate) fn shows_specific(reader: &Reader, id: DocumentId) -> Result<bool, Failure> {
    let document = load(reader, id)?;
    Ok(known_service(&document).is_none_or(|service| has_specific(service, &fields(&document))))
}

/// Whether specially protected data may stand in the history of a record: also what was taken away since does.
///
/// # Errors
///
/// When there is no such record, or the database cannot be read.
pub(crate) fn may_have_had_specific(reader: &Reader, id: DocumentId) -> Result<bool, Failure> {
    let document = load(reader, id)?;
    Ok(known_service(&document).is_none_or(|service| service.fields.iter().any(|field| field.specific.is_some())))
}
