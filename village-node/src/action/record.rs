//! New transactions: each checked against the catalogue, the good ones saved with one commit.

use change_log::DocumentId;
use exchange_driver::NodeIdentity;
use office_model::{Catalogue, Problem, ServiceId, Valid};
use replica_store::{Clock, GivenNumber, Replica, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use service_document::{AttachedFile, NewTransaction};

use super::day;
use super::numbers::with_numbering;
use crate::Failure;

/// One transaction to record.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRecord {
    /// The service asked for.
    pub service: ServiceId,
    /// The form's values.
    pub fields: Map<String, Value>,
    /// Version of the catalogue that its form was of; the newest where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<u32>,
    /// Files that it is saved with: their bytes are on the disk already. No request says so.
    #[serde(skip)]
    pub(crate) files: Vec<AttachedFile>,
}

impl NewRecord {
    /// A record of a form, without files.
    pub fn new(service: ServiceId, fields: Map<String, Value>, catalogue: Option<u32>) -> Self {
        Self { service, fields, catalogue, files: Vec::new() }
    }
}

/// `{"saved": [{"index", "id", "number", "warnings"}], "refused": [{"index", "code", "text", "problems"}]}`, indexes from 0.
pub(super) fn perform(
    replica: &mut Replica,
    identity: &NodeIdentity,
    records: &[NewRecord],
    clock: &Clock,
) -> Result<Value, Failure> {
    let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    let today = day(clock).ok_or_else(wrong_clock)?;
    let mut good: Vec<Good> = Vec::new();
    let mut refused = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let catalogue = match record.catalogue.map(Catalogue::of_version) {
            None => Catalogue::current(),
            Some(Some(known)) => known,
            Some(None) => {
                refused.push((index, unknown_catalogue()));
                continue;
            }
        };
        match catalogue.validate(&record.service, &record.fields, today) {
            Ok(Valid { fields, warnings }) => {
                let new = NewTransaction {
                    office,
                    service: record.service,
                    catalogue_version: catalogue.version(),
                    fields,
                    number: None,
                    serials: None,
                };
                good.push(Good { index, new, files: record.files.clone(), warnings: json!(warnings) });
            }
            Err(problems) => refused.push((index, Failure::values(problems))),
        }
    }
    let mut saved = Vec::new();
    match create(replica, identity, &good, clock) {
        Ok(made) => saved.extend(good.iter().zip(made).map(|(good, (id, given))| good.saved(id, given))),
        // One of them cannot be stored: the others still can.
        Err(StoreError::Document(_)) => {
            for good in &good {
                match create(replica, identity, std::slice::from_ref(good), clock) {
                    Ok(made) => saved.extend(made.into_iter().map(|(id, given)| good.saved(id, given))),
                    Err(StoreError::Document(error)) => refused.push((good.index, error.into())),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Err(error) => return Err(error.into()),
    }
    saved.sort_by_key(|(index, _)| *index);
    let saved: Vec<Value> = saved.into_iter().map(|(_, line)| line).collect();
    refused.sort_by_key(|(index, _)| *index);
    let refused: Vec<Value> = refused.iter().map(|(index, failure)| refusal(*index, failure)).collect();
    Ok(json!({"saved": saved, "refused": refused}))
}

fn create(
    replica: &mut Replica,
    identity: &NodeIdentity,
    records: &[Good],
    clock: &Clock,
) -> Result<Vec<(DocumentId, Option<GivenNumber>)>, StoreError> {
    with_numbering(identity, |numbering| match records {
        [one] => Ok(vec![replica.create_with_files(&one.new, &one.files, numbering, clock)?]),
        many => {
            let many: Vec<NewTransaction> = many.iter().map(|good| good.new.clone()).collect();
            replica.create_numbered(&many, numbering, clock)
        }
    })
}

/// A record that passed.
struct Good {
    index: usize,
    new: NewTransaction,
    /// Of a record that comes alone.
    files: Vec<AttachedFile>,
    warnings: Value,
}

impl Good {
    fn saved(&self, id: DocumentId, given: Option<GivenNumber>) -> (usize, Value) {
        let number = given.map(|given| given.text);
        (self.index, json!({"index": self.index, "id": id, "number": number, "warnings": self.warnings}))
    }
}

fn refusal(index: usize, failure: &Failure) -> Value {
    let problems: &[Problem] = &failure.problems;
    json!({"index": index, "code": failure.code, "text": failure.text, "problems": problems})
}

fn unknown_catalogue() -> Failure {
    Failure::input(
        "catalogue",
        "Versi katalog itu tidak dikenal di komputer ini. Berkas ini tidak disimpan; hilangkan versinya, atau sinkronkan dahulu.",
        "This machine does not know that version of the catalogue. The record was not saved; leave the version out, or sync first.",
    )
}

fn wrong_clock() -> Failure {
    Failure::machine(
        "clock",
        "Jam komputer ini tidak masuk akal. Tidak ada yang disimpan; betulkan tanggalnya.",
        "This machine's clock makes no sense. Nothing was saved; set the date right.",
    )
}
