//! Edits of single fields, checked against the catalogue.

use change_log::DocumentId;
use office_model::{FieldPath, ValidEdit, calendar};
use replica_store::{Clock, Replica};
use serde_json::{Value, json};

use super::{catalogue_of, fields, load};
use crate::Failure;

/// `{"id", "change": hash or null when all was so already, "warnings"}`.
pub(super) fn perform(
    replica: &mut Replica,
    id: DocumentId,
    edits: &[(FieldPath, Value)],
    clock: &Clock,
) -> Result<Value, Failure> {
    let document = load(replica, id)?;
    let today = calendar::wib_date(clock.millis).unwrap_or_default();
    let checked = catalogue_of(&document).validate_edit(&document.row().service, &fields(&document), edits, today);
    let ValidEdit { edits, warnings } = checked.map_err(Failure::values)?;
    let change = replica.edit(id, &edits, clock)?;
    Ok(json!({"id": id, "change": change, "warnings": warnings}))
}
