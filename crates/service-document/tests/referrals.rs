//! A record that is referred to another office, and what that office may write in it: its answer, and nothing else.

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
use change_log::{Column, RawChange, read_operations, write_operations};
use office_model::{Answer, OfficeCode, Status};
use serde_json::json;
use service_document::{
    Authored, Belonging, Candidate, DocumentError, Judgement, REFERRALS_MAX, TransactionDocument, is_answer, judge,
};

use common::{document_id, load, office, record, set, stamp};

fn clinic() -> OfficeCode {
    "35.10.H.001".parse().unwrap()
}

fn unit() -> OfficeCode {
    "35.10.U.001".parse().unwrap()
}

/// A record that is referred to a health facility: its changes.
fn referred() -> Vec<Authored> {
    let (mut document, first) = TransactionDocument::create(&record(&office()), &stamp(1, 0)).unwrap();
    let referred = document.refer(&[(clinic(), " Mohon kunjungan ")], &stamp(1, 1_000)).unwrap().unwrap();
    vec![first, referred]
}

fn judged(before: &[Authored], raw: &[u8], guest: Option<OfficeCode>) -> Judgement {
    let accepted: Vec<&[u8]> = before.iter().map(|change| change.raw.as_slice()).collect();
    let header = RawChange::parse(raw).unwrap();
    let candidate = Candidate { epoch: header.actor, hash: header.hash, raw, guest };
    let verdict = judge(document_id(), Belonging::To(office()), &accepted, &[candidate]);
    verdict.judgements.into_iter().next().unwrap()
}

fn code(judgement: &Judgement) -> Option<&str> {
    match judgement {
        Judgement::Refused(refusal) => Some(refusal.code.as_str()),
        _ => None,
    }
}

/// A change by the library itself, made by another machine on top of these.
fn by_hand(changes: &[Authored], act: impl FnOnce(&mut AutoCommit)) -> Vec<u8> {
    let mut document = AutoCommit::new().with_actor(automerge::ActorId::from(common::epoch(2).0));
    let parsed = changes.iter().map(|change| automerge::Change::from_bytes(change.raw.clone()).unwrap());
    document.apply_changes(parsed).unwrap();
    act(&mut document);
    document.commit_with(automerge::transaction::CommitOptions::default().with_time(1_763_900_009));
    document.get_last_local_change().unwrap().raw_bytes().to_vec()
}

/// What somebody does by hand.
type Trick = fn(&mut AutoCommit);

#[test]
fn a_referral_brings_the_record_before_that_office_and_says_what_is_asked() {
    let changes = referred();
    let mut document = load(&changes);
    let row = document.row();
    assert_eq!(row.before, [clinic()]);
    assert_eq!((row.referrals[0].office, row.referrals[0].asked.as_str()), (clinic(), "Mohon kunjungan"));
    assert!(row.referrals[0].answers.is_empty());
    assert_eq!(document.refer(&[(clinic(), "Mohon kunjungan")], &stamp(1, 2_000)), Ok(None), "nothing new");
    document.refer(&[(clinic(), "lain"), (unit(), "")], &stamp(1, 2_000)).unwrap().unwrap();
    assert_eq!(document.row().before, [clinic(), unit()]);
    assert_eq!(document.row().referrals[0].asked, "lain");
}

#[test]
fn referrals_go_to_offices_above_and_to_not_too_many() {
    let mut document = load(&referred());
    for wrong in [office(), "35.10.02.2001".parse().unwrap()] {
        let refused = document.refer(&[(wrong, "")], &stamp(1, 2_000));
        assert_eq!(refused, Err(DocumentError::NoReferralTo(wrong)));
    }
    let many = |from: usize, to: usize| (from..to).map(|number| format!("35.10.U.{number:03}").parse().unwrap());
    let up_to = |from, to| many(from, to).map(|office: OfficeCode| (office, "")).collect::<Vec<_>>();
    assert!(matches!(document.refer(&up_to(1, REFERRALS_MAX + 1), &stamp(1, 2_000)), Err(DocumentError::TooLarge(_))));
    document.refer(&up_to(1, REFERRALS_MAX), &stamp(1, 2_000)).unwrap().unwrap();
    assert_eq!(document.row().referrals.len(), REFERRALS_MAX);
    let long = "x".repeat(501);
    assert!(matches!(document.refer(&[(clinic(), &long)], &stamp(1, 3_000)), Err(DocumentError::TooLarge(_))));
}

#[test]
fn the_office_that_was_asked_answers_and_nobody_else() {
    let changes = referred();
    for answer in Answer::ALL {
        let change = load(&changes).answer(clinic(), answer, Some("alasan"), &stamp(2, 5_000)).unwrap().unwrap();
        assert_eq!(judged(&changes, &change.raw, Some(clinic())), Judgement::Accepted, "{answer}");
        assert!(is_answer(&change.raw, clinic()) && !is_answer(&change.raw, unit()));
        assert_eq!(code(&judged(&changes, &change.raw, Some(unit()))), Some("decision"), "for another office");
        let all = [&changes[..], &[change]].concat();
        let row = load(&all).row().clone();
        assert_eq!(row.referrals[0].answers[0].answer, answer);
        assert_eq!(row.referrals[0].answers[0].why.as_deref(), Some("alasan"));
        assert_eq!(row.status, "draf", "an answer moves nothing");
    }
    let mut document = load(&changes);
    assert_eq!(
        document.answer(unit(), Answer::Selesai, None, &stamp(2, 5_000)),
        Err(DocumentError::NotReferred(unit()))
    );
    assert!(document.answer(clinic(), Answer::Ditolak, Some(" "), &stamp(2, 5_000)).is_err(), "why?");
    document.answer(clinic(), Answer::Selesai, None, &stamp(2, 5_000)).unwrap().unwrap();
    assert_eq!(document.answer(clinic(), Answer::Selesai, None, &stamp(2, 6_000)), Ok(None), "said already");
}

#[test]
fn an_office_that_was_asked_takes_no_step_and_changes_no_field() {
    let changes = referred();
    let edit = set(&mut load(&changes), "nama", json!("Orang Lain"), &stamp(2, 5_000));
    let step = load(&changes).step(Status::Diajukan, None, &stamp(2, 5_000)).unwrap();
    let refer = load(&changes).refer(&[(unit(), "")], &stamp(2, 5_000)).unwrap().unwrap();
    for (what, change) in [("edit", edit), ("step", step), ("referral", refer)] {
        assert_eq!(code(&judged(&changes, &change.raw, Some(clinic()))), Some("decision"), "{what}");
    }
    let tricks: [(&str, Trick); 5] = [
        ("beside a field", |document| {
            document.put(ROOT, "answer/35.10.H.001", "selesai").unwrap();
            let (_, fields) = document.get(ROOT, "fields").unwrap().unwrap();
            document.put(&fields, "nama", "Orang Lain").unwrap();
        }),
        ("another's answer", |document| document.put(ROOT, "answer/35.10.U.001", "selesai").unwrap()),
        ("a word that is none", |document| document.put(ROOT, "answer/35.10.H.001", "mungkin").unwrap()),
        ("refused without a reason", |document| document.put(ROOT, "answer/35.10.H.001", "ditolak").unwrap()),
        ("no text", |document| document.put(ROOT, "answer/35.10.H.001", 7).unwrap()),
    ];
    for (what, trick) in tricks {
        let raw = by_hand(&changes, trick);
        assert_eq!(code(&judged(&changes, &raw, Some(clinic()))), Some("decision"), "{what}");
    }
}

/// A decision is the sub-district's of the village alone, wherever the record was referred.
#[test]
fn who_was_asked_does_not_decide_for_the_camat() {
    let mut new = record(&office());
    new.service = "S01".parse().unwrap();
    let (mut document, first) = TransactionDocument::create(&new, &stamp(1, 0)).unwrap();
    let other: OfficeCode = "35.10.02".parse().unwrap();
    let mut changes = vec![first, document.refer(&[(other, ""), (unit(), "")], &stamp(1, 500)).unwrap().unwrap()];
    for (to, after) in [(Status::Diajukan, 1_000), (Status::Diperiksa, 2_000), (Status::MenungguCamat, 3_000)] {
        changes.push(document.step(to, None, &stamp(1, after)).unwrap());
    }
    let decision = document.step(Status::Ditandatangani, None, &stamp(2, 5_000)).unwrap();
    for guest in [other, unit()] {
        assert_eq!(code(&judged(&changes, &decision.raw, Some(guest))), Some("decision"), "{guest}");
    }
    assert_eq!(judged(&changes, &decision.raw, Some("35.10.01".parse().unwrap())), Judgement::Accepted);
}

#[test]
fn answers_that_were_given_apart_all_stand_until_the_next_one() {
    let changes = referred();
    let one = load(&changes).answer(clinic(), Answer::Selesai, None, &stamp(2, 5_000)).unwrap().unwrap();
    let two =
        load(&changes).answer(clinic(), Answer::Ditolak, Some("salah alamat"), &stamp(3, 5_000)).unwrap().unwrap();
    let all = [&changes[..], &[one, two]].concat();
    let mut document = load(&all);
    let mut words: Vec<Answer> = document.row().referrals[0].answers.iter().map(|given| given.answer).collect();
    words.sort();
    assert_eq!(words, [Answer::Selesai, Answer::Ditolak]);
    document.answer(clinic(), Answer::Selesai, Some("sudah dikunjungi"), &stamp(2, 6_000)).unwrap().unwrap();
    assert_eq!(document.row().referrals[0].answers.len(), 1);
}

/// What was brought before an office once stays so: else that office would refuse what comes next, and never be equal.
#[test]
fn nobody_takes_back_that_a_record_was_brought_before_an_office() {
    let changes = referred();
    let withdrawn = by_hand(&changes, |document| document.delete(ROOT, "referral/35.10.H.001").unwrap());
    assert_eq!(code(&judged(&changes, &withdrawn, None)), Some("shape"));
    let reworded = by_hand(&changes, |document| document.put(ROOT, "referral/35.10.H.001", 7).unwrap());
    assert_eq!(judged(&changes, &reworded, None), Judgement::Accepted, "whatever stands there, it is referred");

    let mut new = record(&office());
    new.service = "S01".parse().unwrap();
    let (mut document, first) = TransactionDocument::create(&new, &stamp(1, 0)).unwrap();
    let mut changes = vec![first];
    for (to, after) in [(Status::Diajukan, 1_000), (Status::Diperiksa, 2_000), (Status::MenungguCamat, 3_000)] {
        changes.push(document.step(to, None, &stamp(1, after)).unwrap());
    }
    let tricks: [(&str, Trick); 3] = [
        ("the step taken away", |document| {
            let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
            document.delete(&steps, 2).unwrap();
        }),
        ("the step written over", |document| {
            let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
            let (_, step) = document.get(&steps, 2).unwrap().unwrap();
            document.put(&step, "to", "selesai").unwrap();
        }),
        ("all steps anew", |document| {
            document.put_object(ROOT, "steps", automerge::ObjType::List).unwrap();
        }),
    ];
    for (what, trick) in tricks {
        let raw = by_hand(&changes, trick);
        assert_eq!(code(&judged(&changes, &raw, None)), Some("shape"), "{what}");
    }
}

/// The same change, as if its maker had not seen what it overwrites.
fn without_predecessors(raw: &[u8]) -> Vec<u8> {
    let mut parts = RawChange::parse(raw).unwrap();
    let mut operations = read_operations(&parts).unwrap();
    for operation in &mut operations {
        operation.predecessors.clear();
    }
    let columns = write_operations(&operations);
    parts.columns = columns.iter().map(|(spec, bytes)| Column { spec: *spec, bytes }).collect();
    parts.build().0
}

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

#[test]
fn a_step_is_not_altered_by_who_pretends_not_to_have_seen_it() {
    let changes = waiting();
    let tricks: [(&str, Trick); 2] = [
        ("a word of the step", |document| {
            let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
            let (_, step) = document.get(&steps, 2).unwrap().unwrap();
            document.put(&step, "to", "selesai").unwrap();
        }),
        ("the step", |document| {
            let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
            document.put(&steps, 2, "x").unwrap();
        }),
    ];
    for (what, trick) in tricks {
        let raw = without_predecessors(&by_hand(&changes, trick));
        assert_eq!(code(&judged(&changes, &raw, None)), Some("shape"), "{what}");
    }
}

#[test]
fn a_step_is_not_taken_back_in_the_batch_that_brings_it() {
    let changes = waiting();
    let withdrawal = by_hand(&changes, |document| {
        let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
        document.delete(&steps, 2).unwrap();
    });
    let header = RawChange::parse(&withdrawal).unwrap();
    let withdrawal = Authored { hash: header.hash, raw: withdrawal.clone() };
    let candidates: Vec<Candidate<'_>> = changes.iter().chain([&withdrawal]).map(common::candidate).collect();
    let verdict = judge(document_id(), Belonging::To(office()), &[], &candidates);
    let codes: Vec<_> = verdict.judgements.iter().map(code).collect();
    assert_eq!(codes, [None, None, None, None, Some("shape")]);
    let row = verdict.row.unwrap();
    assert_eq!(row.transaction().unwrap().before, ["35.10.01".parse().unwrap()]);
}

/// That it was brought before the sub-district, or referred there, is not enough: it has to wait for the decision now.
#[test]
fn the_sub_district_decides_nothing_that_does_not_wait_for_it() {
    let district: OfficeCode = "35.10.01".parse().unwrap();
    let decide = |document: &mut AutoCommit| {
        document.put(ROOT, "status", "ditandatangani").unwrap();
        let (_, steps) = document.get(ROOT, "steps").unwrap().unwrap();
        let step = document.insert_object(&steps, document.length(&steps), automerge::ObjType::Map).unwrap();
        document.put(&step, "from", "menunggu_camat").unwrap();
        document.put(&step, "to", "ditandatangani").unwrap();
    };
    let waiting = waiting();
    let raw = by_hand(&waiting, decide);
    assert_eq!(judged(&waiting, &raw, Some(district)), Judgement::Accepted, "the form itself passes");
    assert_eq!(code(&judged(&waiting, &without_predecessors(&raw), Some(district))), Some("decision"));
    let (mut draft, first) = TransactionDocument::create(&record(&office()), &stamp(1, 0)).unwrap();
    let referred = vec![first, draft.refer(&[(district, "")], &stamp(1, 1_000)).unwrap().unwrap()];
    assert_eq!(code(&judged(&referred, &by_hand(&referred, decide), Some(district))), Some("decision"), "a draft");
    let mut closed = waiting.clone();
    closed.push(load(&waiting).step(Status::Dibatalkan, Some("pindah"), &stamp(1, 4_000)).unwrap());
    assert_eq!(code(&judged(&closed, &by_hand(&closed, decide), Some(district))), Some("decision"), "closed");
}

/// A document has an end, and it is the village's.
#[test]
fn an_office_that_was_asked_cannot_fill_the_record() {
    let mut changes = referred();
    let answer = load(&changes).answer(clinic(), Answer::Selesai, None, &stamp(2, 5_000)).unwrap().unwrap();
    let mut parts = RawChange::parse(&answer.raw).unwrap();
    parts.extra = &[7; 100];
    assert_eq!(code(&judged(&changes, &parts.build().0, Some(clinic()))), Some("decision"), "bytes of no use");
    let mut document = load(&changes);
    for turn in 0..40_i64 {
        let answer = [Answer::Selesai, Answer::Disetujui][usize::from(turn % 2 == 0)];
        let change = document.answer(clinic(), answer, None, &stamp(2, 6_000 + turn)).unwrap().unwrap();
        let judgement = judged(&changes, &change.raw, Some(clinic()));
        assert_eq!(judgement == Judgement::Accepted, turn < 32, "answer {turn}: {judgement:?}");
        if turn < 32 {
            changes.push(change);
        }
    }
}

#[test]
fn a_record_is_referred_to_few_offices_and_to_those_of_its_own_regency() {
    let changes = referred();
    let refer = |count: usize| {
        by_hand(&changes, |document| {
            (1..=count).for_each(|number| document.put(ROOT, format!("referral/35.10.U.{number:03}"), "").unwrap());
        })
    };
    assert_eq!(judged(&changes, &refer(63), None), Judgement::Accepted, "as two machines may come to apart");
    assert_eq!(code(&judged(&changes, &refer(64), None)), Some("shape"));
    let elsewhere = by_hand(&changes, |document| document.put(ROOT, "referral/35.11.U.001", "").unwrap());
    let hash = RawChange::parse(&elsewhere).unwrap().hash;
    let all = [&changes[..], &[Authored { hash, raw: elsewhere }]].concat();
    assert_eq!(load(&all).row().before, [clinic()]);
    let refused = load(&changes).refer(&[("35.11.U.001".parse().unwrap(), "")], &stamp(1, 9_000));
    assert!(matches!(refused, Err(DocumentError::NoReferralTo(_))));
}

/// A copied machine's branch is recorded anew: referrals and answers on it, too.
#[test]
fn what_a_lost_branch_referred_and_answered_is_done_again() {
    let changes = referred();
    let mut branch = load(&changes);
    branch.refer(&[(unit(), "mohon diperiksa")], &stamp(1, 5_000)).unwrap().unwrap();
    branch.answer(clinic(), Answer::Ditolak, Some("salah alamat"), &stamp(1, 6_000)).unwrap().unwrap();
    let mut again = load(&changes);
    for done in branch.history().iter().skip(changes.len()) {
        assert_eq!(again.repeat(done, &stamp(2, 9_000)).unwrap().len(), 1);
    }
    assert_eq!(again.row().referrals, branch.row().referrals);
}
