//! Thousands of changes with valid checksums that no honest machine makes: the gate answers every one of them,
//! accepts none that cannot be loaded afterwards, and goes on taking good ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use automerge::{Automerge, Change};
use change_log::{ChangeHash, Column, RawChange, wrap_chunk};
use common::{Numbers, candidate, created, document_id, load, office, set, stamp};
use office_model::Status;
use serde_json::json;
use service_document::{
    Authored, Belonging, Candidate, DocumentRow, Judgement, RefusalCode, TransactionDocument, judge,
};

/// The visible changes of a document with two authors, and good next ones of each kind.
fn scene() -> (Vec<Authored>, Vec<Authored>) {
    let (mut document, first) = created();
    let visible = vec![
        first,
        document.step(Status::Diajukan, None, &stamp(2, 1)).unwrap(),
        set(&mut document, "saksi[0].nama", json!("Slamet R."), &stamp(1, 2)),
    ];
    let next = |edit: &dyn Fn(&mut TransactionDocument) -> Authored| edit(&mut load(&visible));
    let good = vec![
        next(&|document| set(document, "nama", json!("Siti A."), &stamp(1, 3))),
        next(&|document| document.step(Status::Dikembalikan, Some("KK kabur"), &stamp(2, 3)).unwrap()),
        next(&|document| set(document, "ayah", json!({ "nama": "Budi", "nik": "1" }), &stamp(3, 3))),
        next(&|document| set(document, "saksi", json!([{ "nama": "Made" }, { "nama": "Ketut" }]), &stamp(1, 3))),
        next(&|document| set(document, "keperluan", json!(null), &stamp(2, 3))),
    ];
    (visible, good)
}

/// One to four random edits of `bytes`.
fn scratched(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        if bytes.is_empty() {
            bytes.push(0);
        }
        let at = numbers.below(bytes.len());
        let byte = u8::try_from(numbers.below(256)).unwrap();
        match numbers.below(5) {
            0 => bytes[at] = byte,
            1 => bytes[at] = bytes[at].wrapping_add(1),
            2 => bytes[at] ^= 1 << numbers.below(8),
            3 => bytes.insert(at, byte & 0x7f),
            _ => drop(bytes.remove(at)),
        }
    }
    bytes
}

/// The content of a chunk: what stands behind magic, checksum, type and length.
fn content(raw: &[u8]) -> &[u8] {
    let length = raw[9..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    &raw[9 + length..]
}

/// A change made of `good` by scratching its whole content.
fn blind(good: &Authored, numbers: &mut Numbers) -> Authored {
    let (raw, hash) = wrap_chunk(&scratched(content(&good.raw), numbers));
    Authored { hash, raw }
}

/// One made by altering single parts, so that the rest of it still parses and the harm lies deeper.
fn skilled(good: &Authored, numbers: &mut Numbers) -> Authored {
    let mut parts = RawChange::parse(&good.raw).unwrap();
    let column = numbers.below(parts.columns.len());
    let bytes = scratched(parts.columns[column].bytes, numbers);
    let extra = scratched(b"", numbers);
    let specs: Vec<u32> = parts.columns.iter().map(|column| column.spec).collect();
    match numbers.below(12) {
        0 => parts.start_op += numbers.next() % 3,
        1 => parts.sequence += numbers.next() % 3,
        2 => parts.other_actors.clear(),
        3 => parts.dependencies.push(ChangeHash([0xff; 32])),
        4 => drop(parts.columns.remove(column)),
        5 => parts.extra = &extra,
        _ => parts.columns[column] = Column { spec: specs[column], bytes: &bytes },
    }
    let (raw, hash) = parts.build();
    Authored { hash, raw }
}

#[derive(Default)]
struct Counted {
    accepted: usize,
    parked: usize,
    header: usize,
    trial: usize,
}

/// What must hold of one mutant, whatever it is.
fn check(visible: &[Authored], good: &Authored, mutant: &Authored, line: &str, counted: &mut Counted) {
    let accepted: Vec<&[u8]> = visible.iter().map(|change| change.raw.as_slice()).collect();
    let claimed = RawChange::parse(&mutant.raw).map_or(common::epoch(1), |parts| parts.actor);
    let bad = Candidate { epoch: claimed, hash: mutant.hash, raw: &mutant.raw, guest: None };
    let verdict = judge(document_id(), Belonging::To(office()), &accepted, &[bad, candidate(good)]);
    let again = judge(document_id(), Belonging::To(office()), &accepted, &[bad, candidate(good)]);
    assert_eq!(verdict, again, "{line}: the same bytes, the same verdict");
    let mut now = visible.to_vec();
    match &verdict.judgements[0] {
        Judgement::Accepted => {
            counted.accepted += 1;
            now.push(mutant.clone());
        }
        Judgement::Parked { .. } => counted.parked += 1,
        Judgement::Refused(refusal) => match refusal.code {
            RefusalCode::Unsafe | RefusalCode::Shape | RefusalCode::Office => counted.trial += 1,
            _ => counted.header += 1,
        },
    }
    match &verdict.judgements[1] {
        Judgement::Accepted => now.push(good.clone()),
        Judgement::Refused(refusal) => {
            assert_eq!(refusal.code, RefusalCode::Fork, "{line}");
            assert_eq!(verdict.judgements[0], Judgement::Accepted, "{line}: a good change fell with a bad one");
        }
        Judgement::Parked { .. } => panic!("{line}: a good change was parked"),
    }
    now.dedup_by(|left, right| left.hash == right.hash);
    let mut document = load(&now);
    if verdict.judgements.contains(&Judgement::Accepted) {
        assert_eq!(verdict.row.as_ref().and_then(DocumentRow::transaction), Some(document.row()), "{line}");
    }
    let mut reversed = now.clone();
    reversed.reverse();
    assert_eq!(load(&reversed).to_json(), document.to_json(), "{line}: the order of arrival shows");
    let mut one_by_one = Automerge::new();
    for change in &now {
        one_by_one.apply_changes([Change::from_bytes(change.raw.clone()).unwrap()]).unwrap();
    }
    let (one_by_one, at_once) = (one_by_one.hydrate(None), Automerge::load(&document.save()).unwrap().hydrate(None));
    assert_eq!(one_by_one, at_once, "{line}: one by one it reads differently");
    Automerge::load(&document.save()).unwrap_or_else(|error| panic!("{line}: saved, it does not load: {error}"));
    let next = set(&mut document, "anak", json!(77), &stamp(6, 9));
    let accepted: Vec<&[u8]> = now.iter().map(|change| change.raw.as_slice()).collect();
    let verdict = judge(document_id(), Belonging::To(office()), &accepted, &[candidate(&next)]);
    assert_eq!(verdict.judgements, [Judgement::Accepted], "{line}: the next good change");
}

/// How many mutants: more on demand (`MUTANT_SEEDS=1000000`), never fewer than in every run.
fn seeds() -> u64 {
    let wanted = std::env::var("MUTANT_SEEDS").ok().and_then(|text| text.parse().ok());
    wanted.unwrap_or(0).max(6_000)
}

#[test]
fn no_mutant_gets_the_better_of_the_gate() {
    let (visible, good) = scene();
    let mut counted = Counted::default();
    for seed in 0..seeds() {
        let mut numbers = Numbers(seed);
        let index = numbers.below(good.len());
        let chosen = &good[index];
        let mutant = if seed % 4 == 0 { blind(chosen, &mut numbers) } else { skilled(chosen, &mut numbers) };
        if mutant.hash == chosen.hash {
            continue;
        }
        // Beside it comes the change it was made of, or one that somebody else made at the same time.
        let beside = if seed % 2 == 0 { chosen } else { &good[(index + 1) % good.len()] };
        check(&visible, beside, &mutant, &format!("seed {seed}"), &mut counted);
    }
    // The test bites only if mutants come through to every stage.
    let Counted { accepted, parked, header, trial } = counted;
    let all_reached = header > 500 && trial > 150 && accepted > 100 && parked > 10;
    assert!(all_reached, "accepted {accepted}, parked {parked}, refused by header {header}, by trial {trial}");
}

#[test]
fn a_mutant_of_the_first_change_makes_no_document_that_does_not_load() {
    let (visible, _) = scene();
    let first = &visible[0];
    let mut accepted = 0;
    for seed in 0..2_000u64 {
        let mut numbers = Numbers(seed ^ 0xabcd_0000);
        let mutant = if seed % 4 == 0 { blind(first, &mut numbers) } else { skilled(first, &mut numbers) };
        let claimed = RawChange::parse(&mutant.raw).map_or(common::epoch(1), |parts| parts.actor);
        let bad = Candidate { epoch: claimed, hash: mutant.hash, raw: &mutant.raw, guest: None };
        let verdict = judge(document_id(), Belonging::To(office()), &[], &[bad]);
        if verdict.judgements == [Judgement::Accepted] {
            accepted += 1;
            let document = load(std::slice::from_ref(&mutant));
            assert_eq!(verdict.row.as_ref().and_then(DocumentRow::transaction), Some(document.row()), "seed {seed}");
            Automerge::load(&document.save()).unwrap();
        }
    }
    assert!(accepted > 20, "{accepted} came through");
}

#[test]
fn noise_is_answered() {
    let mut numbers = Numbers(42);
    for length in 0..400 {
        let raw: Vec<u8> = (0..length).map(|_| u8::try_from(numbers.below(256)).unwrap()).collect();
        let noise = Candidate { epoch: common::epoch(1), hash: ChangeHash([0; 32]), raw: &raw, guest: None };
        let verdict = judge(document_id(), Belonging::To(office()), &[&raw], &[noise]);
        assert!(matches!(verdict.judgements[0], Judgement::Refused(_)));
        assert!(TransactionDocument::load([raw.as_slice()]).is_err());
    }
}
