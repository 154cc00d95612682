//! `show`: one transaction with all its fields, personal data included: somebody asked for just this one, and that is noted.

use change_log::DocumentId;
use replica_store::EntryState;
use serde_json::json;

use super::{Answer, load, open};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::operators::by_command;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sync-server show 0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40 --json\n\nWhole, with names and NIKs. Each is noted in the audit trail."
)]
pub(crate) struct Arguments {
    /// The transaction's id, as `list` shows it.
    id: DocumentId,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let document = load(&reader, arguments.id)?;
    let (by, subject) = (by_command("show"), arguments.id.to_string());
    // Noted first: nobody reads it unnoted.
    common.submit(&Act::Note { by, act: "record_opened".to_owned(), subject })?;
    let row = document.row();
    let mut kept_out = 0_u64;
    for (_, state) in reader.document_entries(arguments.id)? {
        kept_out += u64::from(!matches!(state, EntryState::Accepted | EntryState::Pending));
    }
    let json = json!({
        "id": arguments.id,
        "office": row.office,
        "service": row.service,
        "catalogue": row.catalogue,
        "status": row.status,
        "number": row.number,
        "created_millis": row.created_millis,
        "created_by": row.created_by,
        "changed_millis": row.changed_millis,
        "changed_by": row.changed_by,
        "changes": row.changes,
        "quarantined_changes": kept_out,
        "divergences": document.divergences(),
        "two_papers": row.two_papers,
        "record": document.to_json(),
    });
    let text = serde_json::to_string_pretty(&json).map_err(Failure::internal)? + "\n";
    Ok(Answer::new(json, text))
}
