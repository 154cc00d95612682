//! What the tests of this crate share: offices, stamps, a record, random numbers that a seed repeats.
#![allow(dead_code, reason = "each test file uses its part")]

use change_log::{DocumentId, EpochId, RawChange};
use office_model::{FieldPath, OfficeCode};
use serde_json::{Value, json};
use service_document::{Authored, Candidate, NewTransaction, Stamp, TransactionDocument};

/// Time of every first change here, milliseconds since 1970 UTC.
pub(crate) const START: i64 = 1_763_900_000_000;

pub(crate) fn office() -> OfficeCode {
    "35.10.01.2001".parse().unwrap()
}

pub(crate) fn other_office() -> OfficeCode {
    "35.10.01.2002".parse().unwrap()
}

pub(crate) fn epoch(number: u8) -> EpochId {
    EpochId([number; 16])
}

pub(crate) fn stamp(number: u8, after_start: i64) -> Stamp {
    let clerk = format!("clerk{number}");
    Stamp { epoch: epoch(number), millis: START + after_start, hub_offset_millis: Some(-1_250), clerk }
}

pub(crate) fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

pub(crate) fn record(office: &OfficeCode) -> NewTransaction {
    let fields = json!({
        "nama": "Siti Aminah", "nik": "3510014107850003", "keperluan": "beasiswa", "anak": 2, "mampu": false,
        "ibu": { "nama": "Sumarni", "nik": "3510014503600001" },
        "saksi": [ { "nama": "Slamet" }, { "nama": "Wayan" } ],
    });
    NewTransaction {
        office: *office,
        service: "G01".parse().unwrap(),
        catalogue_version: 1,
        fields: fields.as_object().unwrap().clone(),
        number: None,
        serials: None,
    }
}

/// The id of a document whose first change epoch 1 made at position 1.
pub(crate) fn document_id() -> DocumentId {
    DocumentId::derive(epoch(1), 1, START)
}

pub(crate) fn created() -> (TransactionDocument, Authored) {
    TransactionDocument::create(&record(&office()), &stamp(1, 0)).unwrap()
}

pub(crate) fn load(changes: &[Authored]) -> TransactionDocument {
    TransactionDocument::load(changes.iter().map(|change| change.raw.as_slice())).unwrap()
}

pub(crate) fn set(document: &mut TransactionDocument, at: &str, value: Value, by: &Stamp) -> Authored {
    document.edit(&[(path(at), value)], by).unwrap().expect("something changes")
}

pub(crate) fn candidate(change: &Authored) -> Candidate<'_> {
    Candidate { epoch: RawChange::parse(&change.raw).unwrap().actor, hash: change.hash, raw: &change.raw, guest: None }
}

/// Numbers that look random and are the same for the same seed (splitmix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of 0 to `below - 1`.
    pub(crate) fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % below as u64).unwrap()
    }
}
