//! What lists have of a record: who is named there, and when its letter was signed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use common::{START, created, load, office, path, record, set, stamp};
use office_model::Status;
use serde_json::json;
use service_document::{Authored, NewTransaction, TransactionDocument, TransactionRow, plain_row_of, row_of};

/// The row by the library, which is also what the plain reading tells where it tells anything.
fn row(changes: &[Authored]) -> TransactionRow {
    let raws: Vec<&[u8]> = changes.iter().map(|change| change.raw.as_slice()).collect();
    let row = row_of(&raws).unwrap();
    if let Some(plain) = plain_row_of(&raws) {
        assert_eq!(plain, row);
    }
    row.transaction().unwrap().clone()
}

fn signed_millis(changes: &[Authored]) -> Option<i64> {
    row(changes).signed_millis.map(|millis| millis - START)
}

fn numbered_millis(changes: &[Authored]) -> Option<i64> {
    row(changes).numbered_millis.map(|millis| millis - START)
}

fn checked() -> (TransactionDocument, Vec<Authored>) {
    let (mut document, first) = created();
    let mut changes = vec![first];
    for (at, to) in [(1, Status::Diajukan), (2, Status::Diperiksa)] {
        changes.push(document.step(to, None, &stamp(1, at)).unwrap());
    }
    (document, changes)
}

#[test]
fn a_row_tells_when_the_letter_was_first_signed_by_the_hubs_clock() {
    let (mut document, mut changes) = checked();
    assert_eq!(signed_millis(&changes), None);
    // On another machine, which did not know of it and signed earlier.
    let apart = load(&changes).step(Status::Ditandatangani, None, &stamp(2, 20)).unwrap();
    changes.push(document.step(Status::Ditandatangani, None, &stamp(1, 2_000)).unwrap());
    assert_eq!(signed_millis(&changes), Some(2_000 - 1_250));
    changes.push(set(&mut document, "keperluan", json!("umrah"), &stamp(1, 3_000)));
    changes.push(document.step(Status::SiapDiambil, None, &stamp(1, 4_000)).unwrap());
    assert_eq!(signed_millis(&changes), Some(2_000 - 1_250));
    changes.push(apart);
    assert_eq!(signed_millis(&changes), Some(20 - 1_250), "the first paper bears that day");
    let mut document = load(&changes);
    if !document.divergences().is_empty() {
        changes.push(document.settle(&path("status"), json!("siap_diambil"), &stamp(1, 5_000)).unwrap());
    }
    changes.push(document.step(Status::Dibatalkan, Some("salah"), &stamp(1, 6_000)).unwrap());
    assert_eq!(signed_millis(&changes), Some(20 - 1_250), "its paper may be out");
}

#[test]
fn whoever_settles_for_the_signature_signs_nothing() {
    let (document, mut changes) = checked();
    let mut here = load(&changes);
    let back = load(&changes).step(Status::Dikembalikan, Some("KK kabur"), &stamp(2, 1_900)).unwrap();
    changes.push(here.step(Status::Ditandatangani, None, &stamp(1, 2_000)).unwrap());
    changes.push(back);
    // By a clock that is far behind, whichever of the two is shown.
    let settled = load(&changes).settle(&path("status"), json!("ditandatangani"), &stamp(3, -90_000)).unwrap();
    changes.push(settled);
    assert_eq!(load(&changes).row().status, "ditandatangani");
    assert_eq!(signed_millis(&changes), Some(2_000 - 1_250));
    assert_eq!(document.row().signed_millis, None);
}

#[test]
fn a_row_tells_of_two_different_papers_until_the_record_is_withdrawn() {
    let (document, changes) = checked();
    assert!(!row(&changes).two_papers);
    let sign = |changes: &[Authored], by: u8, at: i64| {
        load(changes).step(Status::Ditandatangani, None, &stamp(by, at)).unwrap()
    };
    let one = sign(&changes, 1, 10);
    let with = |more: &[&Authored]| [&changes[..], &more.iter().map(|it| (*it).clone()).collect::<Vec<_>>()].concat();
    assert!(!row(&with(&[&one])).two_papers);
    assert!(!row(&with(&[&one, &sign(&changes, 2, 20)])).two_papers, "they are one paper");
    let renamed = set(&mut load(&changes), "nama", json!("Siti Lain"), &stamp(2, 5));
    let other = sign(&with(&[&renamed]), 2, 20);
    let both = with(&[&one, &renamed, &other]);
    assert!(row(&both).two_papers);
    assert_eq!((load(&both).divergences(), load(&both).signatures().len()), (Vec::new(), 2));
    let over = load(&both).step(Status::Dibatalkan, Some("dua surat"), &stamp(1, 30)).unwrap();
    assert!(!row(&[&both[..], &[over]].concat()).two_papers, "they are called back");
    // Who settles for a signature signs nothing, whatever is shown.
    let back = load(&changes).step(Status::Dikembalikan, Some("KK kabur"), &stamp(4, 20)).unwrap();
    let apart = with(&[&renamed, &one, &back]);
    let settled = load(&apart).settle(&path("status"), json!("ditandatangani"), &stamp(3, 40)).unwrap();
    let settled = [&apart[..], &[settled]].concat();
    assert_eq!((row(&settled).two_papers, load(&settled).signatures().len()), (false, 1));
    assert_eq!(document.row().status, "diperiksa");
}

#[test]
fn what_two_checked_apart_is_signed_like_anything_else() {
    let (mut document, first) = created();
    let submitted = document.step(Status::Diajukan, None, &stamp(1, 1)).unwrap();
    let base = [first, submitted];
    let check = |by: u8, at: i64| load(&base).step(Status::Diperiksa, None, &stamp(by, at)).unwrap();
    let both = [&base[..], &[check(1, 2), check(2, 3)]].concat();
    assert_eq!(load(&both).divergences(), []);
    let one = load(&both).step(Status::Ditandatangani, None, &stamp(1, 10)).unwrap();
    let signed = [&both[..], std::slice::from_ref(&one)].concat();
    assert_eq!((load(&signed).signatures().len(), row(&signed).two_papers), (1, false));
    let mut aside = load(&both);
    let renamed = set(&mut aside, "nama", json!("Siti Lain"), &stamp(2, 5));
    let other = aside.step(Status::Ditandatangani, None, &stamp(2, 11)).unwrap();
    let apart = [&signed[..], &[renamed, other]].concat();
    assert_eq!((load(&apart).signatures().len(), row(&apart).two_papers), (2, true));
}

#[test]
fn a_row_tells_when_its_number_was_given_and_never_after_the_signature() {
    let serial = |text: &str| text.parse().unwrap();
    let new = NewTransaction { serials: Some(Vec::new()), ..record(&office()) };
    let (mut document, first) = TransactionDocument::create(&new, &stamp(1, 0)).unwrap();
    let mut changes = vec![first];
    for (at, to) in [(1, Status::Diajukan), (2, Status::Diperiksa)] {
        changes.push(document.step(to, None, &stamp(1, at)).unwrap());
    }
    assert_eq!(numbered_millis(&changes), None);
    let apart = load(&changes).give_number(&serial("all/2026/7"), "470/7/2026", &stamp(2, 5_000)).unwrap();
    changes.push(document.give_number(&serial("all/2026/1"), "470/1/2026", &stamp(1, 4_000)).unwrap());
    assert_eq!(numbered_millis(&changes), Some(4_000 - 1_250), "the record is older");
    changes.push(set(&mut document, "keperluan", json!("umrah"), &stamp(1, 4_500)));
    assert_eq!(numbered_millis(&changes), Some(4_000 - 1_250));
    changes.push(apart);
    let number = load(&changes).row().number.clone().unwrap();
    let given = if number == "470/7/2026" { 5_000 } else { 4_000 };
    assert_eq!(numbered_millis(&changes), Some(given - 1_250), "the one that is shown");
    for (number, given) in [("470/1/2026", 4_000), ("470/7/2026", 5_000)] {
        let settled = load(&changes).settle(&path("number"), json!(number), &stamp(1, 9_000)).unwrap();
        let settled = [&changes[..], &[settled]].concat();
        assert_eq!(numbered_millis(&settled), Some(given - 1_250), "whoever settles gives none");
    }
    changes.push(load(&changes).settle(&path("number"), json!(number), &stamp(1, 9_000)).unwrap());
    changes.push(load(&changes).step(Status::Ditandatangani, None, &stamp(1, 3_000)).unwrap());
    assert_eq!(numbered_millis(&changes), Some(3_000 - 1_250), "the clock that numbered was ahead");
}

#[test]
fn what_was_never_signed_says_so_whatever_else_was_done() {
    let (mut document, mut changes) = checked();
    changes.push(document.step(Status::Dikembalikan, Some("KK kabur"), &stamp(1, 3)).unwrap());
    changes.push(document.step(Status::Dibatalkan, Some("salah"), &stamp(1, 4)).unwrap());
    assert_eq!(signed_millis(&changes), None);
}

#[test]
fn whoever_stays_unknown_has_no_name_in_a_list_also_where_two_edited_apart() {
    let (mut here, first) = created();
    let edits = [(path("anonim"), json!(true)), (path("nama"), json!(null)), (path("nik"), json!(null))];
    let hidden = here.edit(&edits, &stamp(1, 1)).unwrap().unwrap();
    let renamed = set(&mut load(std::slice::from_ref(&first)), "nama", json!("Siti Lain"), &stamp(2, 2));
    let merged = load(&[first.clone(), hidden, renamed]);
    assert!(merged.divergences()[0].values.iter().any(|one| one.value == "Siti Lain"), "it stands in the record");
    let row = merged.row();
    assert_eq!((&row.name, &row.nik, row.names.len(), row.niks.len()), (&None, &None, 0, 0), "{row:?}");
    let mut known = load(std::slice::from_ref(&first));
    set(&mut known, "anonim", json!(false), &stamp(1, 1));
    assert_eq!(known.row().name.as_deref(), Some("Siti Aminah"));
}
