//! What an office that a document was brought before may write: one step that was waited for, and nothing beside it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use automerge::transaction::Transactable as _;
use automerge::{AutoCommit, ROOT, ReadDoc as _};
use change_log::{ChangeHash, RawChange};
use office_model::{OfficeCode, Status};
use proptest::prelude::*;
use serde_json::json;
use service_document::{
    ApprovingCamat, Authored, Belonging, Candidate, Judgement, SignedBy, TransactionDocument, judge,
};

use common::{document_id, load, office, path, record, set, stamp};

/// A record that waits for the camat: its changes.
fn waiting() -> Vec<Authored> {
    let mut new = record(&office());
    new.service = "S01".parse().unwrap();
    let (mut document, first) = TransactionDocument::create(&new, &stamp(1, 0)).unwrap();
    let mut changes = vec![first];
    for (to, after) in [(Status::Diajukan, 1_000), (Status::Diperiksa, 2_000), (Status::MenungguCamat, 3_000)] {
        changes.push(document.step(to, None, &stamp(1, after)).unwrap());
    }
    changes
}

/// What becomes of a change made above.
fn judged(before: &[Authored], raw: &[u8]) -> Judgement {
    let accepted: Vec<&[u8]> = before.iter().map(|change| change.raw.as_slice()).collect();
    let header = RawChange::parse(raw).unwrap();
    let guest = Candidate { epoch: header.actor, hash: header.hash, raw, guest: Some(district()) };
    let verdict = judge(document_id(), Belonging::To(office()), &accepted, &[guest]);
    verdict.judgements.into_iter().next().unwrap()
}

/// The sub-district of the village whose record it is.
fn district() -> OfficeCode {
    "35.10.01".parse().unwrap()
}

fn is_refused(judgement: &Judgement) -> bool {
    matches!(judgement, Judgement::Refused(refusal) if refusal.code.as_str() == "decision")
}

#[test]
fn a_record_says_before_whom_it_was_brought() {
    let changes = waiting();
    let district = ["35.10.01".parse().unwrap()];
    assert_eq!(load(&changes).row().before, district);
    assert!(load(&changes[..3]).row().before.is_empty());
    let mut decided = load(&changes);
    decided.step(Status::Dikembalikan, Some("kurang"), &stamp(1, 4_000)).unwrap();
    assert_eq!(decided.row().before, district, "and does so for good");
}

#[test]
fn every_decision_that_is_waited_for_passes() {
    let changes = waiting();
    for to in [Status::Ditandatangani, Status::Dikembalikan, Status::Ditolak] {
        let step = load(&changes).step(to, Some("alasan"), &stamp(2, 5_000)).unwrap();
        assert_eq!(judged(&changes, &step.raw), Judgement::Accepted, "{to}");
    }
}

#[test]
fn the_camat_says_who_approved_and_alters_what_no_other_step_says() {
    let changes = waiting();
    let camat = ApprovingCamat { name: "AGUS SALIM, S.Sos.".to_owned(), ..ApprovingCamat::default() };
    let by = || SignedBy { camat: Some(&camat), ..SignedBy::default() };
    let mut decided = load(&changes);
    let step = decided.step_signed(Status::Ditandatangani, None, by(), &stamp(2, 5_000)).unwrap();
    assert_eq!(judged(&changes, &step.raw), Judgement::Accepted);
    let signature = decided.signatures().pop().unwrap();
    assert_eq!((signature.is_of_camat, signature.camat), (true, Some(camat.clone())));
    let unnamed = load(&changes).step_signed(Status::Ditandatangani, None, SignedBy::default(), &stamp(2, 5_000));
    assert_eq!(load(&[&changes[..], &[unnamed.unwrap()]].concat()).signatures()[0].camat, None);
    // What would not fit on the letter does not pass.
    let (_, long) = by_hand(&changes, |document| {
        step_by_hand(document, "menunggu_camat", "ditandatangani");
        let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
        let (_, last) = document.get(&steps, document.length(&steps) - 1).unwrap().unwrap();
        document.put(&last, "camat", format!("{}\n\n", "A".repeat(300))).unwrap();
    });
    assert!(is_refused(&judged(&changes, &long)));
    // A village that signs itself names nobody else.
    let mut own = load(&changes[..3]);
    own.step_signed(Status::Ditandatangani, None, by(), &stamp(1, 5_000)).unwrap();
    assert_eq!(own.signatures()[0].camat, None);
    let all = [&changes[..], &[step]].concat();
    let (_, renamed) = by_hand(&all, |document| {
        let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
        let (_, last) = document.get(&steps, document.length(&steps) - 1).unwrap().unwrap();
        document.put(&last, "camat", "ORANG LAIN\n\n").unwrap();
    });
    assert!(matches!(judged(&all, &renamed), Judgement::Refused(_)));
}

#[test]
fn a_decision_made_while_the_village_went_on_passes_too() {
    let mut changes = waiting();
    let step = load(&changes).step(Status::Ditandatangani, None, &stamp(2, 5_000)).unwrap();
    let mut village = load(&changes);
    changes.push(set(&mut village, "keperluan", json!("beasiswa anak"), &stamp(1, 6_000)));
    changes.push(village.step(Status::Dibatalkan, Some("pindah"), &stamp(1, 7_000)).unwrap());
    assert_eq!(judged(&changes, &step.raw), Judgement::Accepted);
}

#[test]
fn edits_numbers_and_steps_of_others_are_refused() {
    let changes = waiting();
    let edit = set(&mut load(&changes), "nama", json!("Orang Lain"), &stamp(2, 5_000));
    assert!(is_refused(&judged(&changes, &edit.raw)));
    let mut decided = load(&changes);
    let signed = decided.step(Status::Ditandatangani, None, &stamp(2, 5_000)).unwrap();
    let ready = decided.step(Status::SiapDiambil, None, &stamp(2, 6_000)).unwrap();
    let all = [&changes[..], &[signed]].concat();
    assert!(is_refused(&judged(&all, &ready.raw)), "the rest of the way is the village's");
    let early = load(&changes[..2]).step(Status::Diperiksa, None, &stamp(2, 5_000)).unwrap();
    assert!(is_refused(&judged(&changes[..2], &early.raw)));
    let settled = load(&changes).edit(&[(path("status"), json!("ditandatangani"))], &stamp(2, 5_000));
    assert!(settled.is_err(), "our own programs do not even write that");
}

/// A change by the library itself, made above.
fn by_hand(changes: &[Authored], act: impl FnOnce(&mut AutoCommit)) -> (ChangeHash, Vec<u8>) {
    let mut document = AutoCommit::new().with_actor(automerge::ActorId::from(common::epoch(2).0));
    let parsed = changes.iter().map(|change| automerge::Change::from_bytes(change.raw.clone()).unwrap());
    document.apply_changes(parsed).unwrap();
    act(&mut document);
    document.commit_with(automerge::transaction::CommitOptions::default().with_time(1_763_900_009));
    let change = document.get_last_local_change().unwrap();
    (ChangeHash(change.hash().0), change.raw_bytes().to_vec())
}

fn step_by_hand(document: &mut AutoCommit, from: &str, to: &str) {
    document.put(ROOT, "status", to).unwrap();
    let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
    let end = document.length(&steps);
    let step = document.insert_object(&steps, end, automerge::ObjType::Map).unwrap();
    document.put(&step, "from", from).unwrap();
    document.put(&step, "to", to).unwrap();
}

/// What is done beside a decision.
type Trick = fn(&mut AutoCommit);

#[test]
fn a_decision_with_anything_beside_it_is_refused() {
    let changes = waiting();
    let plain = by_hand(&changes, |document| step_by_hand(document, "menunggu_camat", "ditandatangani"));
    assert_eq!(judged(&changes, &plain.1), Judgement::Accepted, "the form itself passes");
    let tricks: [(&str, Trick); 8] = [
        ("a field", |document| {
            let (_, fields) = document.get(ROOT, "fields").unwrap().unwrap();
            document.put(&fields, "nama", "Orang Lain").unwrap();
        }),
        ("a letter number", |document| document.put(ROOT, "number", "470/1/2026").unwrap()),
        ("another office", |document| document.put(ROOT, "office", "35.10.01.2002").unwrap()),
        ("a key of its own", |document| document.put(ROOT, "lain", "x").unwrap()),
        ("an older step taken away", |document| {
            let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
            document.delete(&steps, 0).unwrap();
        }),
        ("an older step written over", |document| {
            let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
            let (_, first) = document.get(&steps, 0).unwrap().unwrap();
            document.put(&first, "to", "selesai").unwrap();
        }),
        ("a second step", |document| step_by_hand(document, "menunggu_camat", "ditolak")),
        ("a word of its own in the step", |document| {
            let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
            let last = document.length(&steps) - 1;
            let (_, step) = document.get(&steps, last).unwrap().unwrap();
            document.put(&step, "lain", "x").unwrap();
        }),
    ];
    for (what, trick) in tricks {
        let (_, raw) = by_hand(&changes, |document| {
            step_by_hand(document, "menunggu_camat", "ditandatangani");
            trick(document);
        });
        assert!(!matches!(judged(&changes, &raw), Judgement::Accepted), "{what}");
    }
    for (from, to) in [("diperiksa", "ditandatangani"), ("menunggu_camat", "selesai"), ("menunggu_camat", "apa")] {
        let (_, raw) = by_hand(&changes, |document| step_by_hand(document, from, to));
        assert!(is_refused(&judged(&changes, &raw)), "{from} to {to}");
    }
    // The step says one thing, the status another.
    let (_, raw) = by_hand(&changes, |document| {
        step_by_hand(document, "menunggu_camat", "ditandatangani");
        document.put(ROOT, "status", "ditolak").unwrap();
    });
    assert!(!matches!(judged(&changes, &raw), Judgement::Accepted));
    // The step goes into a list of the form.
    let (_, raw) = by_hand(&changes, |document| {
        document.put(ROOT, "status", "ditandatangani").unwrap();
        let (_, fields) = document.get(ROOT, "fields").unwrap().unwrap();
        let (_, list) = document.get(&fields, "saksi").unwrap().unwrap();
        let step = document.insert_object(&list, 0, automerge::ObjType::Map).unwrap();
        document.put(&step, "from", "menunggu_camat").unwrap();
        document.put(&step, "to", "ditandatangani").unwrap();
    });
    assert!(is_refused(&judged(&changes, &raw)));
}

proptest! {
    #[test]
    fn no_altered_byte_of_a_decision_changes_anything_else(place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let changes = waiting();
        let step = load(&changes).step(Status::Ditolak, Some("tidak layak"), &stamp(2, 5_000)).unwrap();
        let mut raw = step.raw.clone();
        let at = place.index(raw.len());
        raw[at] ^= 1 << bit;
        let accepted: Vec<&[u8]> = changes.iter().map(|change| change.raw.as_slice()).collect();
        let hash = RawChange::parse(&raw).map_or(step.hash, |header| header.hash);
        let guest = Candidate { epoch: common::epoch(2), hash, raw: &raw, guest: Some(district()) };
        let verdict = judge(document_id(), Belonging::To(office()), &accepted, &[guest]);
        if verdict.judgements == [Judgement::Accepted] {
            let all: Vec<Authored> = changes.iter().cloned().chain([Authored { hash, raw: raw.clone() }]).collect();
            let (before, after) = (load(&changes).to_json(), load(&all).to_json());
            for key in ["fields", "number", "office", "service", "kind"] {
                prop_assert_eq!(before.get(key), after.get(key));
            }
        }
    }
}
