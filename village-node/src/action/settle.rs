//! A person decides between different values of a field.

use change_log::DocumentId;
use office_model::{FieldPath, ValidEdit};
use replica_store::{Clock, Replica};
use serde_json::{Value, json};

use super::{catalogue_of, day, fields, load};
use crate::Failure;

/// `{"id", "change", "path", "value"}`.
pub(super) fn perform(
    replica: &mut Replica,
    id: DocumentId,
    path: &FieldPath,
    value: &Value,
    clock: &Clock,
) -> Result<Value, Failure> {
    let document = load(replica, id)?;
    let divergences = document.divergences();
    let one = divergences.iter().find(|divergence| divergence.path == *path);
    let typed = value.as_str().map(str::to_owned);
    let given = |known: &Value| known == value || typed == Some(known.to_string());
    // One of the values that stand there needs no check: it is somebody's. Another one does, if it is a field's.
    let known = one.and_then(|divergence| divergence.values.iter().find(|known| given(&known.value)));
    let value = match known {
        Some(known) => known.value.clone(),
        None if one.is_some_and(|one| one.own.is_none()) => {
            let today = day(clock).unwrap_or_default();
            let edits = [(path.clone(), value.clone())];
            let checked =
                catalogue_of(&document).validate_edit(&document.row().service, &fields(&document), &edits, today);
            let ValidEdit { edits, .. } = checked.map_err(Failure::values)?;
            edits.into_iter().next().map_or(Value::Null, |(_, value)| value)
        }
        None => value.clone(),
    };
    let change = replica.settle(id, path, &value, clock)?;
    Ok(json!({"id": id, "change": change, "path": path, "value": value}))
}
