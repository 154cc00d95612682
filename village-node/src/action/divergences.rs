//! Everything that two people entered differently and nobody settled yet.

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
