//! New transactions: each checked against the catalogue, the good ones saved with one commit.

use std::collections::{BTreeMap, BTreeSet};

use change_log::DocumentId;
use office_model::{Catalogue, Problem, ServiceId, Valid, calendar};
use replica_store::{Clock, Replica, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use service_document::{NewTransaction, Stamp, TransactionDocument};

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
    let mut good: Vec<Good> = Vec::new();
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
                good.push(Good { index, new, warnings: json!(warnings) });
            }
            Err(problems) => refused.push((index, Failure::values(problems))),
        }
    }
    let mut saved = Vec::new();
    for (millis, group) in by_time(replica, good, clock)? {
        let clock = Clock { millis, ..clock.clone() };
        let all: Vec<NewTransaction> = group.iter().map(|good| good.new.clone()).collect();
        match replica.create_transactions(&all, &clock) {
            Ok(ids) => saved.extend(group.iter().zip(ids).map(|(good, id)| good.saved(id))),
            // One of them cannot be stored: the others still can.
            Err(StoreError::Document(_)) => {
                for good in &group {
                    match replica.create_transaction(&good.new, &clock) {
                        Ok(id) => saved.push(good.saved(id)),
                        Err(StoreError::Document(error)) => refused.push((good.index, error.into())),
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    saved.sort_by_key(|(index, _)| *index);
    let saved: Vec<Value> = saved.into_iter().map(|(_, line)| line).collect();
    refused.sort_by_key(|(index, _)| *index);
    let refused: Vec<Value> = refused.iter().map(|(index, failure)| refusal(*index, failure)).collect();
    Ok(json!({"saved": saved, "refused": refused}))
}

/// A record that passed.
struct Good {
    index: usize,
    new: NewTransaction,
    warnings: Value,
}

impl Good {
    fn saved(&self, id: DocumentId) -> (usize, Value) {
        (self.index, json!({"index": self.index, "id": id, "warnings": self.warnings}))
    }
}

/// The records by the time each is stamped with. Two records of the same content, clerk and second would be one and
/// the same change, and the hub keeps a change once only: the later one is stamped a millisecond later.
fn by_time(replica: &Replica, good: Vec<Good>, clock: &Clock) -> Result<BTreeMap<i64, Vec<Good>>, Failure> {
    let mut groups: BTreeMap<i64, Vec<Good>> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for good in good {
        let mut stamp = Stamp {
            epoch: replica.epoch(),
            millis: clock.millis,
            hub_offset_millis: clock.hub_offset_millis,
            clerk: clock.clerk.clone(),
        };
        // What cannot be made at all is refused where it is stored.
        while let Ok((_, authored)) = TransactionDocument::create(&good.new, &stamp) {
            if replica.place_of(authored.hash)?.is_none() && taken.insert(authored.hash) {
                break;
            }
            stamp.millis += 1;
        }
        groups.entry(stamp.millis).or_default().push(good);
    }
    Ok(groups)
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
