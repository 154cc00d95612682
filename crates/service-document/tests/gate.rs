//! The gate's rules one by one, and that a bad change never takes a good one with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, ObjType, ROOT};
use change_log::{ChangeHash, DocumentId, RawChange};
use common::{START, candidate, created, document_id, epoch, load, office, other_office, set, stamp};
use office_model::Status;
use serde_json::json;
use service_document::{
    Authored, Belonging, Candidate, DocumentRow, Judgement, PARKED_MAX, RefusalCode, TransactionDocument, Verdict,
    judge,
};

fn codes(verdict: &Verdict) -> Vec<Option<RefusalCode>> {
    verdict
        .judgements
        .iter()
        .map(|judgement| match judgement {
            Judgement::Refused(refusal) => Some(refusal.code),
            Judgement::Accepted | Judgement::Parked { .. } => None,
        })
        .collect()
}

fn raws(changes: &[&Authored]) -> Vec<Vec<u8>> {
    changes.iter().map(|change| change.raw.clone()).collect()
}

/// Judges with these visible already.
fn judged(accepted: &[&Authored], candidates: &[Candidate<'_>]) -> Verdict {
    let accepted = raws(accepted);
    let accepted: Vec<&[u8]> = accepted.iter().map(Vec::as_slice).collect();
    judge(document_id(), Belonging::To(office()), &accepted, candidates)
}

/// The same change with another header.
fn rewritten(change: &Authored, alter: impl FnOnce(&mut RawChange<'_>)) -> Authored {
    let mut parts = RawChange::parse(&change.raw).unwrap();
    alter(&mut parts);
    let (raw, hash) = parts.build();
    Authored { hash, raw }
}

/// What another program (or a hostile one) writes on top of a document.
fn foreign(
    document: &TransactionDocument,
    write: impl FnOnce(&mut automerge::transaction::Transaction<'_>),
) -> Authored {
    let mut other = Automerge::load(&document.save()).unwrap().with_actor(ActorId::from(epoch(9).0.as_slice()));
    let mut transaction = other.transaction();
    write(&mut transaction);
    transaction.commit_with(CommitOptions::default().with_time(START + 9).with_message("x"));
    let change = other.get_last_local_change().unwrap();
    Authored { hash: ChangeHash(change.hash().0), raw: change.raw_bytes().to_vec() }
}

#[test]
fn a_whole_history_in_any_order_is_accepted_at_once() {
    let (mut document, first) = created();
    let second = document.step(Status::Diajukan, None, &stamp(2, 1)).unwrap();
    let third = set(&mut document, "nama", json!("Siti A."), &stamp(1, 2));
    let verdict = judged(&[], &[candidate(&third), candidate(&first), candidate(&second), candidate(&first)]);
    assert_eq!(verdict.judgements, vec![Judgement::Accepted; 4]);
    assert_eq!(verdict.row.as_ref().and_then(DocumentRow::transaction), Some(document.row()));
    let again = judged(&[&first, &second, &third], &[candidate(&second)]);
    assert_eq!((again.judgements, again.row), (vec![Judgement::Accepted], None));
    assert_eq!(judged(&[&first], &[]), Verdict { judgements: vec![], row: None });
}

#[test]
fn what_waits_is_parked_with_what_it_waits_for() {
    let (mut document, first) = created();
    let second = document.step(Status::Diajukan, None, &stamp(2, 1)).unwrap();
    let third = set(&mut document, "nama", json!("Siti A."), &stamp(1, 2));
    let verdict = judged(&[&first], &[candidate(&third)]);
    assert_eq!(verdict.judgements, [Judgement::Parked { missing: vec![second.hash] }]);
    assert_eq!(verdict.row, None);
    let nothing_here = judged(&[], &[candidate(&third), candidate(&second)]);
    assert!(nothing_here.judgements.iter().all(|judgement| matches!(judgement, Judgement::Parked { .. })));
}

#[test]
fn every_header_rule_refuses_with_its_code() {
    let (mut document, first) = created();
    let good = document.step(Status::Diajukan, None, &stamp(2, 1)).unwrap();
    let mine = set(&mut load(std::slice::from_ref(&first)), "nama", json!("A"), &stamp(1, 2));
    let unknown = |parts: &mut RawChange<'_>| parts.other_actors = vec![epoch(7)];
    let table = [
        (rewritten(&good, |parts| parts.sequence = 2), RefusalCode::Sequence),
        (rewritten(&mine, |parts| parts.sequence = 1), RefusalCode::Fork),
        (rewritten(&mine, |parts| parts.sequence = 3), RefusalCode::Sequence),
        (rewritten(&good, |parts| parts.start_op += 1), RefusalCode::OperationNumbers),
        (rewritten(&good, |parts| parts.start_op = 1), RefusalCode::OperationNumbers),
        (rewritten(&good, unknown), RefusalCode::UnknownActor),
        (rewritten(&good, |parts| parts.dependencies.clear()), RefusalCode::SecondBeginning),
        (rewritten(&good, |parts| parts.columns.clear()), RefusalCode::Empty),
    ];
    for (bad, code) in &table {
        // Alone, and beside a good change of another node.
        assert_eq!(codes(&judged(&[&first], &[candidate(bad)])), [Some(*code)]);
        let third = set(&mut load(std::slice::from_ref(&first)), "nama", json!("B"), &stamp(3, 2));
        let verdict = judged(&[&first], &[candidate(bad), candidate(&third)]);
        assert_eq!(codes(&verdict), [Some(*code), None]);
        assert_eq!(verdict.judgements[1], Judgement::Accepted);
        assert_eq!(verdict.row.as_ref().and_then(DocumentRow::transaction).unwrap().name.as_deref(), Some("B"));
    }
}

#[test]
fn bytes_that_are_no_change_of_that_log_are_refused() {
    let (_, first) = created();
    let with = |epoch, hash, raw: &[u8]| codes(&judged(&[], &[Candidate { epoch, hash, raw, guest: None }]));
    assert_eq!(with(epoch(2), first.hash, &first.raw), [Some(RefusalCode::Actor)]);
    assert_eq!(with(epoch(1), ChangeHash([0; 32]), &first.raw), [Some(RefusalCode::Hash)]);
    assert_eq!(with(epoch(1), first.hash, &[]), [Some(RefusalCode::Malformed)]);
    assert_eq!(with(epoch(1), first.hash, &first.raw[..first.raw.len() - 1]), [Some(RefusalCode::Malformed)]);
    assert_eq!(with(epoch(1), first.hash, &vec![0; 70_000]), [Some(RefusalCode::TooLarge)]);
    let elsewhere = DocumentId::derive(epoch(1), 1, START + 1);
    let verdict = judge(elsewhere, Belonging::To(office()), &[], &[candidate(&first)]);
    assert_eq!(codes(&verdict), [Some(RefusalCode::Identity)]);
    let saved = load(std::slice::from_ref(&first)).save();
    assert_eq!(with(epoch(1), first.hash, &saved), [Some(RefusalCode::Malformed)]);
}

#[test]
fn two_changes_of_one_epoch_and_number_are_a_fork_and_the_first_stays() {
    let (_, first) = created();
    let one = set(&mut load(std::slice::from_ref(&first)), "nama", json!("A"), &stamp(1, 1));
    let two = set(&mut load(std::slice::from_ref(&first)), "nama", json!("B"), &stamp(1, 2));
    let on_two = set(&mut load(&[first.clone(), two.clone()]), "anak", json!(3), &stamp(1, 3));
    let verdict = judged(&[&first], &[candidate(&one), candidate(&two), candidate(&on_two)]);
    assert_eq!(codes(&verdict), [None, Some(RefusalCode::Fork), None]);
    assert_eq!(verdict.judgements[2], Judgement::Parked { missing: vec![two.hash] });
    assert_eq!(codes(&judged(&[&first, &two], &[candidate(&one)])), [Some(RefusalCode::Fork)]);
}

#[test]
fn a_document_stays_with_its_office() {
    let (document, first) = created();
    let taken = foreign(&document, |transaction| transaction.put(ROOT, "office", "35.10.01.2002").unwrap());
    let verdict = judged(&[&first], &[candidate(&taken)]);
    assert_eq!(codes(&verdict), [Some(RefusalCode::Office)]);
    let elsewhere = judge(document_id(), Belonging::To(other_office()), &[], &[candidate(&first)]);
    assert_eq!(codes(&elsewhere), [Some(RefusalCode::Office)]);
    assert_eq!(elsewhere.row, None);
}

type Write = fn(&mut automerge::transaction::Transaction<'_>);

#[test]
fn what_is_no_transaction_any_more_is_refused() {
    let (document, first) = created();
    let writes: [Write; 8] = [
        |transaction| transaction.put(ROOT, "kind", "lease").unwrap(),
        |transaction| transaction.delete(ROOT, "fields").unwrap(),
        |transaction| transaction.put(ROOT, "steps", 1).unwrap(),
        |transaction| transaction.put(ROOT, "service", "x").unwrap(),
        |transaction| transaction.put(ROOT, "catalogue", -1).unwrap(),
        |transaction| transaction.put(ROOT, "number", 5).unwrap(),
        |transaction| {
            let mut object = ROOT;
            for _ in 0..4_000 {
                object = transaction.put_object(&object, "d", ObjType::Map).unwrap();
            }
        },
        |transaction| {
            let mut object = ROOT;
            for _ in 0..6 {
                object = transaction.put_object(&object, "deep", ObjType::Map).unwrap();
            }
        },
    ];
    for write in writes {
        let bad = foreign(&document, write);
        assert_eq!(codes(&judged(&[&first], &[candidate(&bad)])), [Some(RefusalCode::Shape)]);
    }
}

#[test]
fn one_bad_change_among_many_is_found_and_only_what_builds_on_it_waits() {
    let (mut document, first) = created();
    let mut history = vec![first];
    for number in 0..20u8 {
        history.push(set(
            &mut document,
            "nama",
            json!(format!("nama {number}")),
            &stamp(1 + number % 3, i64::from(number)),
        ));
    }
    let heads_of = load(&history);
    let bad = foreign(&heads_of, |transaction| transaction.put(ROOT, "office", "35.10.01.2002").unwrap());
    let on_bad = {
        let mut all = Automerge::load(&heads_of.save()).unwrap();
        all.apply_changes([automerge::Change::from_bytes(bad.raw.clone()).unwrap()]).unwrap();
        all.set_actor(ActorId::from(epoch(8).0.as_slice()));
        let mut transaction = all.transaction();
        transaction.put(ROOT, "number", "1").unwrap();
        transaction.commit_with(CommitOptions::default());
        let change = all.get_last_local_change().unwrap();
        Authored { hash: ChangeHash(change.hash().0), raw: change.raw_bytes().to_vec() }
    };
    let good_after = set(&mut document, "anak", json!(9), &stamp(1, 99));
    let mut all: Vec<&Authored> = history.iter().collect();
    all.splice(3..3, [&bad, &on_bad, &good_after]);
    let candidates: Vec<Candidate<'_>> = all.iter().map(|change| candidate(change)).collect();
    let verdict = judged(&[], &candidates);
    for (change, judgement) in all.iter().zip(&verdict.judgements) {
        if change.hash == bad.hash {
            assert!(matches!(judgement, Judgement::Refused(refusal) if refusal.code == RefusalCode::Office));
        } else if change.hash == on_bad.hash {
            assert_eq!(*judgement, Judgement::Parked { missing: vec![bad.hash] });
        } else {
            assert_eq!(*judgement, Judgement::Accepted);
        }
    }
    assert_eq!(verdict.row.as_ref().and_then(DocumentRow::transaction), Some(document.row()));
}

#[test]
fn only_so_many_may_wait() {
    let (_, first) = created();
    let waiting: Vec<Authored> = (0..PARKED_MAX + 3)
        .map(|number| {
            let mut copy = load(std::slice::from_ref(&first));
            let change = set(&mut copy, "anak", json!(number + 10), &stamp(u8::try_from(number + 2).unwrap(), 1));
            rewritten(&change, |parts| parts.dependencies = vec![ChangeHash([7; 32])])
        })
        .collect();
    let candidates: Vec<Candidate<'_>> = waiting.iter().map(candidate).collect();
    let verdict = judged(&[&first], &candidates);
    let refused = codes(&verdict).into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(refused, vec![RefusalCode::TooManyParked; 3]);
}

#[test]
fn a_history_beyond_the_limit_of_a_document_is_cut_at_it() {
    let (mut document, first) = created();
    let mut history = vec![first];
    while let Ok(Some(change)) = document
        .edit(&[(common::path("keperluan"), json!(format!("{:05}", history.len()).repeat(12_000)))], &stamp(1, 1))
    {
        history.push(change);
    }
    let accepted: Vec<&Authored> = history.iter().collect();
    let bytes: usize = history.iter().map(|change| change.raw.len()).sum();
    let large = foreign(&document, |transaction| {
        let text = "x".repeat(service_document::DOCUMENT_BYTES_MAX - bytes);
        transaction.put(ROOT, "note", text).unwrap();
    });
    let small = foreign(&document, |transaction| transaction.put(ROOT, "note", "x").unwrap());
    assert_eq!(codes(&judged(&accepted, &[candidate(&large)])), [Some(RefusalCode::DocumentTooLarge)]);
    assert_eq!(judged(&accepted, &[candidate(&small)]).judgements, [Judgement::Accepted]);
}

#[test]
fn damaged_accepted_changes_blame_no_candidate() {
    let (mut document, first) = created();
    let second = set(&mut document, "anak", json!(3), &stamp(1, 1));
    let third = set(&mut document, "anak", json!(4), &stamp(1, 2));
    let mut rotten = first.raw.clone();
    *rotten.last_mut().unwrap() ^= 1;
    for accepted in [[rotten.as_slice(), &second.raw], [second.raw.as_slice(), &second.raw]] {
        let verdict = judge(document_id(), Belonging::To(office()), &accepted, &[candidate(&third)]);
        assert_eq!(codes(&verdict), [Some(RefusalCode::DocumentUnreadable)]);
    }
    let verdict = judge(document_id(), Belonging::To(other_office()), &[&first.raw, &second.raw], &[candidate(&third)]);
    assert_eq!(codes(&verdict), [Some(RefusalCode::DocumentUnreadable)]);
}

#[test]
fn nothing_but_bad_changes_costs_a_bounded_number_of_trials() {
    let (mut document, first) = created();
    let text = "x".repeat(60_000);
    let large = set(&mut document, "keperluan", json!(text), &stamp(1, 1));
    let bad: Vec<Authored> = (0..600)
        .map(|number| {
            let number = format!("35.10.01.{}", 2002 + number);
            foreign(&document, |transaction| transaction.put(ROOT, "office", number.as_str()).unwrap())
        })
        .collect();
    let good = set(&mut document, "keperluan", json!("y"), &stamp(1, 2));
    let candidates: Vec<Candidate<'_>> = bad.iter().map(candidate).collect();
    let verdict = judged(&[&first, &large], &candidates);
    let count = |code| codes(&verdict).into_iter().filter(|found| *found == Some(code)).count();
    assert!(count(RefusalCode::Office) > 100, "{}", count(RefusalCode::Office));
    assert!(count(RefusalCode::TooManyBad) > 1, "{}", count(RefusalCode::TooManyBad));
    assert_eq!(count(RefusalCode::Office) + count(RefusalCode::TooManyBad), bad.len());
    assert_eq!(judged(&[&first, &large], &[candidate(&good)]).judgements, [Judgement::Accepted]);
}
