//! One transaction with everything in it, personal data included: somebody asked for just this one.

use change_log::DocumentId;
use replica_store::{EntryState, Replica};
use serde_json::{Value, json};
use service_document::TransactionDocument;

use super::since_check::since_check;
use super::{load, referrals, service_label};
use crate::Failure;

/// The document, its row, what waits to be settled, and whether the hub has all of it.
pub(super) fn perform(replica: &Replica, id: DocumentId) -> Result<Value, Failure> {
    let document = load(replica, id)?;
    let row = document.row();
    let (mut unsent, mut quarantined) = (0_u64, 0_u64);
    for (entry, state) in replica.document_entries(id)? {
        let sent = replica.log(entry.epoch)?.is_none_or(|log| !log.own || entry.position <= log.acknowledged);
        unsent += u64::from(!sent);
        quarantined += u64::from(!matches!(state, EntryState::Accepted | EntryState::Pending));
    }
    Ok(json!({
        "id": id,
        "office": row.office,
        "service": row.service,
        "service_label": service_label(row.service),
        "catalogue": row.catalogue,
        "status": row.status,
        "number": row.number,
        "created_millis": row.created_millis,
        "created_by": row.created_by,
        "changed_millis": row.changed_millis,
        "changed_by": row.changed_by,
        "changes": row.changes,
        "unsent_changes": unsent,
        "quarantined_changes": quarantined,
        "referrals": referrals::of(&document),
        "divergences": document.divergences(),
        "two_papers": row.two_papers,
        "changed_since_check": changed_since_check(&document),
        "heads": document.heads(),
        "record": document.to_json(),
    }))
}

/// The places that were changed after the papers were checked, in the order of their changes.
fn changed_since_check(document: &TransactionDocument) -> Vec<String> {
    let mut paths = Vec::new();
    for edit in since_check(document).into_iter().flat_map(|item| item.changed) {
        if !paths.contains(&edit.path) {
            paths.push(edit.path);
        }
    }
    paths
}
