//! Steps from one status to the next.

use change_log::DocumentId;
use office_model::Status;
use replica_store::{Clock, Replica};
use serde_json::{Value, json};

use crate::Failure;

/// `{"id", "change", "status"}`.
pub(super) fn perform(
    replica: &mut Replica,
    id: DocumentId,
    to: Status,
    reason: Option<&str>,
    clock: &Clock,
) -> Result<Value, Failure> {
    let change = replica.step(id, to, reason, clock)?;
    Ok(json!({"id": id, "change": change, "status": to}))
}
