//! The Automerge file of a transaction, which every Automerge implementation can read.

use change_log::DocumentId;
use data_encoding::BASE64;
use replica_store::Replica;
use serde_json::{Value, json};

use super::load;
use crate::Failure;

/// `{"id", "bytes": base64, "heads"}`.
pub(super) fn perform(replica: &Replica, id: DocumentId) -> Result<Value, Failure> {
    let document = load(replica, id)?;
    Ok(json!({"id": id, "bytes": BASE64.encode(&document.save()), "heads": document.heads()}))
}
