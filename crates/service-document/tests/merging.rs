//! Replicas that edit at random and exchange changes in any order end equal, and nothing anybody set gets lost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Numbers, created, document_id, load, office, path, stamp};
use office_model::{Approval, OwnValue, Status};
use proptest::prelude::*;
use serde_json::{Value, json};
use service_document::{Authored, Belonging, Candidate, DocumentRow, Edited, Judgement, TransactionDocument, judge};

#[derive(Debug, Clone)]
enum Act {
    Edit { replica: usize, at: &'static str, value: Value },
    Step { replica: usize, choice: usize },
    Settle { replica: usize },
    Exchange { from: usize, to: usize },
}

const PLACES: [&str; 7] = ["nama", "keperluan", "anak", "ibu.nama", "saksi[1].nama", "ayah.nama", "number"];

fn act() -> impl Strategy<Value = Act> {
    let value = prop_oneof![Just(Value::Null), "[a-c]{1,3}".prop_map(Value::from)];
    let replica = 0..3usize;
    prop_oneof![
        4 => (replica.clone(), prop::sample::select(PLACES.to_vec()), value)
            .prop_map(|(replica, at, value)| Act::Edit { replica, at, value }),
        2 => (replica.clone(), 0..5usize).prop_map(|(replica, choice)| Act::Step { replica, choice }),
        1 => replica.clone().prop_map(|replica| Act::Settle { replica }),
        2 => (replica, 0..3usize).prop_map(|(from, to)| Act::Exchange { from, to }),
    ]
}

/// Each replica: the changes it holds, by hash.
type Held = BTreeMap<change_log::ChangeHash, Authored>;

fn open(held: &Held) -> TransactionDocument {
    TransactionDocument::load(held.values().map(|change| change.raw.as_slice())).unwrap()
}

fn keep(held: &mut Held, change: Authored) {
    held.insert(change.hash, change);
}

fn play(replicas: &mut [Held; 3], acts: &[Act]) {
    for (moment, act) in (1i64..).zip(acts) {
        match act {
            Act::Edit { replica, at, value } => {
                let mut document = open(&replicas[*replica]);
                let by = stamp(u8::try_from(*replica + 1).unwrap(), moment);
                if let Ok(Some(change)) = document.edit(&[(path(at), value.clone())], &by) {
                    keep(&mut replicas[*replica], change);
                }
            }
            Act::Step { replica, choice } => {
                let mut document = open(&replicas[*replica]);
                let by = stamp(u8::try_from(*replica + 1).unwrap(), moment);
                let status: Status = document.row().status.parse().unwrap();
                let next: Vec<Status> = status.next(Approval::Conditional).collect();
                let Some(to) = (!next.is_empty()).then(|| next[choice % next.len()]) else { continue };
                if let Ok(change) = document.step(to, Some("alasan"), &by) {
                    keep(&mut replicas[*replica], change);
                }
            }
            Act::Settle { replica } => {
                let mut document = open(&replicas[*replica]);
                let by = stamp(u8::try_from(*replica + 1).unwrap(), moment);
                if let Some(divergence) = document.divergences().pop() {
                    let value = divergence.values.last().unwrap().value.clone();
                    keep(&mut replicas[*replica], document.settle(&divergence.path, value, &by).unwrap());
                    assert!(document.divergences().iter().all(|left| left.path != divergence.path));
                }
            }
            Act::Exchange { from, to } => {
                let sent = replicas[*from].clone();
                replicas[*to].extend(sent);
            }
        }
    }
}

fn shuffled(held: &Held, seed: u64) -> Vec<Authored> {
    let mut numbers = Numbers(seed);
    let mut changes: Vec<Authored> = held.values().cloned().collect();
    for last in (1..changes.len()).rev() {
        changes.swap(last, numbers.below(last + 1));
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_order_of_exchange_ends_equal(acts in prop::collection::vec(act(), 1..25), seed in any::<u64>()) {
        let mut first = Held::new();
        keep(&mut first, created().1);
        let mut replicas = [first.clone(), first.clone(), first];
        play(&mut replicas, &acts);
        let all: Held = replicas.into_iter().flatten().collect();

        let reference = open(&all);
        for order in 0..3 {
            let changes = shuffled(&all, seed ^ order);
            let other = load(&changes);
            prop_assert_eq!(other.to_json(), reference.to_json());
            prop_assert_eq!(other.row(), reference.row());
            prop_assert_eq!(other.heads(), reference.heads());
            prop_assert_eq!(other.divergences(), reference.divergences());
            prop_assert_eq!(other.history(), reference.history());

            let candidates: Vec<Candidate<'_>> = changes.iter().map(common::candidate).collect();
            let verdict = judge(document_id(), Belonging::To(office()), &[], &candidates);
            prop_assert!(verdict.judgements.iter().all(|judgement| *judgement == Judgement::Accepted));
            prop_assert_eq!(verdict.row.as_ref().and_then(DocumentRow::transaction), Some(reference.row()));
        }
        prop_assert_eq!(reference.row().divergences as usize, reference.divergences().len());
        let signatures = reference.signatures();
        let signs = |edit: &Edited| {
            edit.own == Some(OwnValue::Status) && !edit.settled && edit.to == Some(json!("ditandatangani"))
        };
        let signing: BTreeSet<_> =
            reference.history().iter().filter(|item| item.changed.iter().any(signs)).map(|item| item.hash).collect();
        prop_assert_eq!(signatures.iter().map(|one| one.hash).collect::<BTreeSet<_>>(), signing);
        let differ = signatures.iter().skip(1).any(|other| !other.is_of_same_paper(&signatures[0]));
        let stands = reference.row().status.parse().is_ok_and(Status::is_signed);
        prop_assert_eq!(reference.row().two_papers, differ && stands);
        prop_assert_eq!(reference.history().len(), all.len());
    }

    #[test]
    fn changes_in_pieces_give_the_same_as_at_once(acts in prop::collection::vec(act(), 1..20), seed in any::<u64>()) {
        let mut first = Held::new();
        keep(&mut first, created().1);
        let mut replicas = [first.clone(), first.clone(), first];
        play(&mut replicas, &acts);
        let all: Held = replicas.into_iter().flatten().collect();

        let mut waiting = shuffled(&all, seed);
        let mut visible: Vec<Authored> = Vec::new();
        let mut row = None;
        let mut rounds = 0;
        while !waiting.is_empty() {
            rounds += 1;
            prop_assert!(rounds <= 2 * all.len() + 2, "every round takes at least one of the changes that wait");
            let piece: Vec<Authored> = waiting.drain(..waiting.len().min(1 + rounds % 3)).collect();
            let accepted: Vec<&[u8]> = visible.iter().map(|change| change.raw.as_slice()).collect();
            let candidates: Vec<Candidate<'_>> = piece.iter().map(common::candidate).collect();
            let verdict = judge(document_id(), Belonging::To(office()), &accepted, &candidates);
            row = verdict.row.or(row);
            for (change, judgement) in piece.iter().zip(verdict.judgements) {
                match judgement {
                    Judgement::Accepted => visible.push(change.clone()),
                    Judgement::Parked { .. } => waiting.push(change.clone()),
                    Judgement::Refused(refusal) => prop_assert!(false, "{}", refusal),
                }
            }
        }
        let document = open(&all);
        prop_assert_eq!(row.as_ref().and_then(DocumentRow::transaction), Some(document.row()));
    }
}

#[test]
fn edits_of_different_fields_merge_by_themselves() {
    let (mut left, first) = created();
    let mut right = load(std::slice::from_ref(&first));
    let one = common::set(&mut left, "nama", json!("Siti Aminah binti Ahmad"), &stamp(1, 10));
    let two = common::set(&mut right, "ibu.nama", json!("Sumarni W."), &stamp(2, 5));
    let three = right.step(Status::Diajukan, None, &stamp(2, 6)).unwrap();
    let merged = load(&[three, one, two, first]);
    assert_eq!(merged.divergences(), []);
    let json = merged.to_json();
    assert_eq!(json["fields"]["nama"], "Siti Aminah binti Ahmad");
    assert_eq!(json["fields"]["ibu"]["nama"], "Sumarni W.");
    assert_eq!(json["status"], "diajukan");
    assert_eq!(json["steps"], json!([{ "from": "draf", "to": "diajukan" }]));
}
