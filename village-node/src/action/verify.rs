//! Everything stored checked against everything else.

use exchange_driver::{NodeIdentity, verify_node};
use replica_store::{Replica, Role, Watch};
use serde_json::{Value, json};

use crate::Failure;

/// `{"sound", "logs", "entries", "documents", "problems", "advice", "receipts"}`.
pub(super) fn perform(replica: &Replica, identity: &NodeIdentity, watch: &mut Watch<'_>) -> Result<Value, Failure> {
    let verified = verify_node(replica, identity, watch)?;
    let report = &verified.report;
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let receipts: Vec<Value> = verified
        .covered
        .iter()
        .map(|log| json!({"log": log.epoch.to_string(), "acknowledged": log.position, "receipt": log.signed}))
        .collect();
    Ok(json!({
        "sound": report.is_sound(),
        "logs": report.logs,
        "entries": report.entries,
        "documents": report.documents,
        "files": report.blobs,
        "problems": problems,
        "advice": verified.advice(Role::Node),
        "receipts": receipts,
    }))
}
