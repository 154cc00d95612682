//! Everything that two people entered differently and nobody settled yet.

use replica_store::{ListFilter, Page, Replica};
use serde_json::{Value, json};
use service_document::TransactionDocument;

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
            line.insert("divergences".to_owned(), of(&document));
        }
        transactions.push(line);
    }
    Ok(json!({"transactions": transactions}))
}

/// The divergences of one document, each value with who gave it.
pub(super) fn of(document: &TransactionDocument) -> Value {
    let all = document.divergences().into_iter().map(|divergence| {
        let values: Vec<Value> = divergence
            .values
            .into_iter()
            .map(|value| {
                json!({
                    "value": value.value,
                    "clerk": value.clerk,
                    "millis": value.millis,
                    "hub_offset_millis": value.hub_offset_millis,
                    "epoch": value.epoch,
                    "change": value.change,
                })
            })
            .collect();
        json!({"path": divergence.path, "values": values})
    });
    Value::Array(all.collect())
}
