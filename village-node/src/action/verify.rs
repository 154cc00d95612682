//! Everything stored checked against everything else.

use replica_store::Replica;
use serde_json::{Value, json};

use crate::Failure;

/// `{"sound", "logs", "entries", "documents", "problems"}`.
pub(super) fn perform(replica: &Replica) -> Result<Value, Failure> {
    let report = replica.verify()?;
    Ok(json!({
        "sound": report.is_sound(),
        "logs": report.logs,
        "entries": report.entries,
        "documents": report.documents,
        "problems": report.problems,
    }))
}
