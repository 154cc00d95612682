//! Everything that two people entered differently and nobody settled yet.

use change_log::DocumentId;
use office_model::{Catalogue, FieldPath, ServiceId};
use replica_store::{ListFilter, Page, Replica};
use serde_json::{Value, json};

use super::{list, load};
use crate::Failure;

/// `{"transactions": [{row, "divergences": [...]}]}`.
pub(super) fn perform(replica: &Replica, limit: usize) -> Result<Value, Failure> {
    let filter = ListFilter { divergent: true, ..ListFilter::default() };
    let rows = replica.list(&filter, Page { after: None, count: limit.min(list::ROWS_MAX) })?;
    let mut transactions = Vec::with_capacity(rows.len());
    for row in rows {
        let mut line = list::row(&row);
        let document = load(replica, row.document)?;
        if let Some(line) = line.as_object_mut() {
            line.insert("divergences".to_owned(), json!(document.divergences()));
        }
        transactions.push(line);
    }
    Ok(json!({"transactions": transactions}))
}

/// The records of which specially protected data is shown.
pub(crate) fn specific(found: &Value) -> Vec<DocumentId> {
    let rows = found.get("transactions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let is_specific = |row: &&Value| {
        let service = text(row, "service").and_then(|id| id.parse::<ServiceId>().ok());
        let Some(service) = service.and_then(|id| Catalogue::current().service(&id)) else { return true };
        let paths = row.get("divergences").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let paths = paths.iter().filter_map(|one| text(one, "path")?.parse::<FieldPath>().ok());
        paths.into_iter().any(|path| service.field(path.root()).is_some_and(|field| field.specific.is_some()))
    };
    rows.iter().filter(is_specific).filter_map(|row| text(row, "id")?.parse().ok()).collect()
}
