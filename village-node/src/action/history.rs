//! Who changed what and when, and what was made apart.

use change_log::DocumentId;
use replica_store::Replica;
use serde_json::{Value, json};

use super::{load, machine};
use crate::Failure;

/// `{"id", "changes": [...]}`, causes before effects.
pub(super) fn perform(replica: &Replica, id: DocumentId) -> Result<Value, Failure> {
    let document = load(replica, id)?;
    let history = document.history();
    let machines = machine::of(replica, document.row().office, &history)?;
    let changes: Vec<Value> = history
        .into_iter()
        .map(|item| {
            let edits: Vec<Value> = item
                .changed
                .into_iter()
                .map(|edit| json!({"path": edit.path, "from": edit.from, "to": edit.to, "settled": edit.settled}))
                .collect();
            json!({
                "hash": item.hash,
                "after": item.after,
                "epoch": item.epoch,
                "machine": machines.get(&item.epoch).map(machine::Machine::json),
                "clerk": item.clerk,
                "millis": item.millis,
                "hub_offset_millis": item.hub_offset_millis,
                "reason": item.why,
                "edits": edits,
            })
        })
        .collect();
    Ok(json!({"id": id, "changes": changes}))
}
