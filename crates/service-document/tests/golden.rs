//! Changes that earlier versions stored stay loadable, read the same, and are still what we would write today.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use common::{created, document_id, load, office, path, set, stamp};
use data_encoding::HEXLOWER;
use office_model::Status;
use serde_json::{Value, json};
use service_document::{Authored, Belonging, Candidate, DocumentRow, Judgement, judge};

const CHANGES: &str = include_str!("golden/transaction-v1.hex");
const READS: &str = include_str!("golden/transaction-v1.json");

/// Two nodes, three clerks' kinds of work, a divergence that was settled and one that was not.
fn history() -> Vec<Authored> {
    let (mut left, first) = created();
    let submitted = left.step(Status::Diajukan, None, &stamp(1, 60_000)).unwrap();
    let mut right = load(&[first.clone(), submitted.clone()]);
    let mut all = vec![first, submitted];
    all.push(left.step(Status::Diperiksa, None, &stamp(1, 120_000)).unwrap());
    all.push(set(&mut left, "ibu", json!({ "nama": "Sumarni W.", "lahir": "1960-03-05" }), &stamp(1, 130_000)));
    all.push(right.step(Status::Dikembalikan, Some("KK belum dilampirkan"), &stamp(2, 125_000)).unwrap());
    all.push(set(&mut right, "ibu.nama", json!("Sumarni Wulandari"), &stamp(2, 140_000)));
    let mut merged = load(&all);
    all.push(merged.settle(&path("status"), json!("diperiksa"), &stamp(2, 200_000)).unwrap());
    all.push(set(&mut merged, "number", json!("470/012/KET/429.501.01/2025"), &stamp(1, 210_000)));
    all
}

#[test]
fn stored_changes_stay_loadable_and_read_the_same() {
    let raws: Vec<Vec<u8>> = CHANGES.lines().map(|line| HEXLOWER.decode(line.as_bytes()).unwrap()).collect();
    let document = service_document::TransactionDocument::load(raws.iter().map(Vec::as_slice)).unwrap();
    let expected: Value = serde_json::from_str(READS).unwrap();
    assert_eq!(document.to_json(), expected);
    assert_eq!(document.divergences().len(), 1);
    assert_eq!(document.history().len(), raws.len());
    let stored: Vec<Authored> = history();
    let candidates: Vec<Candidate<'_>> = stored.iter().map(common::candidate).collect();
    let verdict = judge(document_id(), Belonging::To(office()), &[], &candidates);
    assert!(verdict.judgements.iter().all(|judgement| *judgement == Judgement::Accepted));
    assert_eq!(verdict.row.as_ref().and_then(DocumentRow::transaction), Some(document.row()));
}

#[test]
fn the_same_work_still_writes_the_same_bytes() {
    let now: Vec<String> = history().iter().map(|change| HEXLOWER.encode(&change.raw)).collect();
    assert_eq!(now, CHANGES.lines().collect::<Vec<_>>());
}
