//! What the owner of the data folder does by commands: by the rules of the clerk that it is done as, and with its trace in
//! the audit trail, as at the desk.

use change_log::DocumentId;
use office_model::{Chain, ClerkId, Role};
use replica_store::{AuditItem, Reader, Replica};
use serde_json::Value;

use super::{Action, chain, fields, has_specific, known_service, load};
use crate::failure::NOT_FOR_ROLE;
use crate::{Act, Blame, Failure};

/// Stands behind what an act is about: it was done by a command.
const BY_COMMAND: &str = "(village-node)";

/// Refuses what is not for the clerk that it is done as. Somebody without an account here may do all but pass by the chain
/// that the office was given: who reads this folder could read its records with any program.
///
/// # Errors
///
/// When it is not for them, there is no such record, or the database cannot be read.
pub(crate) fn check(replica: &Replica, action: &Action) -> Result<(), Failure> {
    let Some(clerk) = writes_as(action) else { return Ok(()) };
    let Some(account) = replica.account(clerk.as_str())? else {
        let passes_by = matches!(action, Action::Step { .. }) && chain::of(replica)? != Chain::default();
        return if passes_by { Err(needs_account(clerk)) } else { Ok(()) };
    };
    if account.disabled_millis.is_some() {
        return Err(shut(clerk));
    }
    // An account of a role that this program does not know opens nothing at the desk either.
    let Ok(role) = account.role.parse::<Role>() else { return Err(not_for_role(clerk, &account.role)) };
    let may = match action {
        Action::Step { id, to, .. } => chain::may_step(replica, role, *id, *to)?,
        Action::Answer { .. } => role.may_answer(),
        _ => role.may_record(),
    };
    if may { Ok(()) } else { Err(not_for_role(clerk, role.as_str())) }
}

/// Who changes records.
fn writes_as(action: &Action) -> Option<&ClerkId> {
    match action {
        Action::Record { clerk, .. }
        | Action::Set { clerk, .. }
        | Action::Step { clerk, .. }
        | Action::Refer { clerk, .. }
        | Action::Answer { clerk, .. }
        | Action::Settle { clerk, .. }
        | Action::IssueNumber { clerk, .. }
        | Action::Attach { clerk, .. }
        | Action::Detach { clerk, .. } => Some(clerk),
        _ => None,
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
    clerk: &str,
    now_millis: i64,
) -> Result<(), Failure> {
    let clerk = writes_as(action).map_or(clerk, ClerkId::as_str);
    for (act, subject) in traces(replica, action, answer)? {
        note_act(replica, act, &subject, clerk, now_millis)?;
    }
    Ok(())
}

/// Notes one act that is no action, done by a command.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note_act(
    replica: &mut Replica,
    act: Act,
    subject: &str,
    clerk: &str,
    now_millis: i64,
) -> Result<(), Failure> {
    let subject = format!("{subject} {BY_COMMAND}").trim_start().to_owned();
    let (clerk, act) = (clerk.to_owned(), act.as_str().to_owned());
    Ok(replica.note_act(&AuditItem { at_millis: now_millis, clerk, act, subject })?)
}

/// The acts that an action was, and what about.
fn traces(reader: &Reader, action: &Action, answer: &Value) -> Result<Vec<(Act, String)>, Failure> {
    let one = |act: Act, id: &DocumentId| vec![(act, id.to_string())];
    let specific = |id: &DocumentId| -> Result<Vec<(Act, String)>, Failure> {
        Ok(if is_specific(reader, *id)? { one(Act::SpecificRead, id) } else { Vec::new() })
    };
    Ok(match action {
        Action::Record { .. } => {
            let saved = answer.get("saved").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let first = saved.first().and_then(|one| one.get("id")).and_then(Value::as_str);
            let more = if saved.len() > 1 { format!(" (+{})", saved.len() - 1) } else { String::new() };
            first.map(|id| (Act::Record, format!("{id}{more}"))).into_iter().collect()
        }
        Action::Set { id, .. } => one(Act::Edit, id),
        Action::Step { id, .. } => one(Act::Step, id),
        Action::Refer { id, .. } => one(Act::Refer, id),
        Action::Answer { id, .. } => one(Act::Answer, id),
        Action::Settle { id, .. } => one(Act::Settle, id),
        Action::IssueNumber { id, .. } => one(Act::Number, id),
        Action::Attach { id, .. } => one(Act::Attach, id),
        Action::Detach { id, .. } => one(Act::Detach, id),
        Action::Letter { id, .. } => one(Act::Letter, id),
        Action::Export { id } => one(Act::Export, id),
        Action::Backup { .. } => vec![(Act::Backup, String::new())],
        Action::Show { id } | Action::History { id } => specific(id)?,
        Action::Divergences { .. } => {
            let ids = answer.get("transactions").and_then(Value::as_array).into_iter().flatten();
            let ids = ids.filter_map(|one| one.get("id").and_then(Value::as_str)?.parse().ok());
            ids.map(|id: DocumentId| specific(&id)).collect::<Result<Vec<_>, _>>()?.concat()
        }
        // The first three are noted where they are done, whoever asks; the others show no values.
        Action::Book { .. }
        | Action::PutAccount { .. }
        | Action::AddApplication { .. }
        | Action::RevokeApplication { .. }
        | Action::List { .. }
        | Action::Numbers
        | Action::Register { .. }
        | Action::Status
        | Action::Verify
        | Action::Attachments { .. }
        | Action::Accounts
        | Action::Applications => Vec::new(),
    })
}

/// Whether specially protected data stands in a record.
fn is_specific(reader: &Reader, id: DocumentId) -> Result<bool, Failure> {
    let document = load(reader, id)?;
    Ok(known_service(&document).is_some_and(|service| has_specific(service, &fields(&document))))
}

fn shut(clerk: &ClerkId) -> Failure {
    Failure::new(
        Blame::State,
        NOT_FOR_ROLE,
        format!(
            "Akun {clerk} di komputer ini sudah ditutup. Tidak ada yang berubah; sebutkan orang lain dengan --clerk."
        ),
        format!("The account {clerk} of this machine is shut. Nothing was changed; name somebody else with --clerk."),
    )
}

fn not_for_role(clerk: &ClerkId, role: &str) -> Failure {
    Failure::new(
        Blame::State,
        NOT_FOR_ROLE,
        format!(
            "Ini bukan untuk peran {role} dari akun {clerk}. Tidak ada yang berubah; yang berhak melakukannya, atau ubah \
             susunan langkah di halaman Kantor."
        ),
        format!(
            "This is not for the role {role} of the account {clerk}. Nothing was changed; somebody whose part it is does \
             it, or change the chain of steps on the page Office."
        ),
    )
}

fn needs_account(clerk: &ClerkId) -> Failure {
    Failure::new(
        Blame::State,
        NOT_FOR_ROLE,
        format!(
            "Kantor ini mengatur siapa mengambil langkah apa, dan {clerk} tidak punya akun di komputer ini. Tidak ada yang \
             berubah; sebutkan orang yang punya akun dengan --clerk, atau buat akunnya dengan `account put`."
        ),
        format!(
            "This office says who takes which step, and {clerk} has no account on this machine. Nothing was changed; name \
             somebody who has one with --clerk, or make one with `account put`."
        ),
    )
}
