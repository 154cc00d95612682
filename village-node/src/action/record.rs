//! New transactions: each checked against the catalogue, the good ones saved with one commit.

use office_model::{Catalogue, Problem, ServiceId, Valid, calendar};
use replica_store::{Clock, Replica, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use service_document::NewTransaction;

use crate::Failure;

/// One transaction to record.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRecord {
    /// The service asked for.
    pub service: ServiceId,
    /// The form's values.
    pub fields: Map<String, Value>,
}

/// `{"saved": [{"index", "id", "warnings"}], "refused": [{"index", "code", "text", "problems"}]}`, indexes from 0.
pub(super) fn perform(replica: &mut Replica, records: &[NewRecord], clock: &Clock) -> Result<Value, Failure> {
    let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    let catalogue = Catalogue::current();
    let today = calendar::wib_date(clock.millis).ok_or_else(wrong_clock)?;
    let mut good: Vec<(usize, NewTransaction, Value)> = Vec::new();
    let mut refused = Vec::new();
    for (index, record) in records.iter().enumerate() {
        match catalogue.validate(&record.service, &record.fields, today) {
            Ok(Valid { fields, warnings }) => {
                let new = NewTransaction {
                    office,
                    service: record.service,
                    catalogue_version: catalogue.version(),
                    fields,
                    number: None,
                };
                good.push((index, new, json!(warnings)));
            }
            Err(problems) => refused.push((index, Failure::values(problems))),
        }
    }
    let mut saved = Vec::new();
    let all: Vec<NewTransaction> = good.iter().map(|(_, new, _)| new.clone()).collect();
    match replica.create_transactions(&all, clock) {
        Ok(ids) => {
            for ((index, _, warnings), id) in good.iter().zip(ids) {
                saved.push(json!({"index": index, "id": id, "warnings": warnings}));
            }
        }
        // One of them cannot be stored: the others still can.
        Err(StoreError::Document(_)) => {
            for (index, new, warnings) in &good {
                match replica.create_transaction(new, clock) {
                    Ok(id) => saved.push(json!({"index": index, "id": id, "warnings": warnings})),
                    Err(StoreError::Document(error)) => refused.push((*index, error.into())),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Err(error) => return Err(error.into()),
    }
    refused.sort_by_key(|(index, _)| *index);
    let refused: Vec<Value> = refused.iter().map(|(index, failure)| refusal(*index, failure)).collect();
    Ok(json!({"saved": saved, "refused": refused}))
}

fn refusal(index: usize, failure: &Failure) -> Value {
    let problems: &[Problem] = &failure.problems;
    json!({"index": index, "code": failure.code, "text": failure.text, "problems": problems})
}

fn wrong_clock() -> Failure {
    Failure::machine(
        "clock",
        "Jam komputer ini tidak masuk akal. Tidak ada yang disimpan; betulkan tanggalnya.",
        "This machine's clock makes no sense. Nothing was saved; set the date right.",
    )
}
