//! Attached files in a record: they merge, they can be taken away, they pass the gate.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use change_log::BlobHash;
use common::{candidate, created, document_id, load, office, set, stamp};
use serde_json::json;
use service_document::{AttachedFile, Belonging, DocumentError, DocumentRow, FILES_MAX, FileType, Judgement, judge};

fn file(content: &[u8], name: &str) -> AttachedFile {
    AttachedFile::new(BlobHash::of(content), "A1", FileType::Jpeg, 1000, name)
}

#[test]
fn what_two_people_attach_apart_is_all_there_in_the_end() {
    let (mut here, first) = created();
    let mut there = load(std::slice::from_ref(&first));
    let both = file(b"both", "ktp.jpg");
    let mut changes = vec![first];
    changes.extend(here.attach(&file(b"1", "kk.jpg"), &stamp(1, 1000)).unwrap());
    changes.extend(here.attach(&both, &stamp(1, 2000)).unwrap());
    changes.extend(there.attach(&file(b"2", "foto.jpg"), &stamp(2, 1000)).unwrap());
    changes.extend(there.attach(&both, &stamp(2, 2000)).unwrap());
    let merged = load(&changes);
    let names: Vec<&str> = merged.attached().iter().map(|file| file.name.as_str()).collect();
    assert_eq!(merged.attached().len(), 3, "{names:?}");
    assert!(merged.divergences().is_empty());
    assert_eq!(merged.row().divergences, 0);
}

#[test]
fn the_same_file_called_differently_by_two_is_one_file_and_nothing_to_settle() {
    let (mut here, first) = created();
    let mut there = load(std::slice::from_ref(&first));
    let mut changes = vec![first];
    changes.extend(here.attach(&file(b"1", "kk.jpg"), &stamp(1, 1000)).unwrap());
    changes.extend(there.attach(&file(b"1", "foto.jpg"), &stamp(2, 1000)).unwrap());
    let merged = load(&changes);
    assert_eq!((merged.attached().len(), merged.row().divergences), (1, 0));
}

#[test]
fn a_file_can_be_taken_away_and_the_history_keeps_it() {
    let (mut document, _) = created();
    let one = file(b"1", "kk.jpg");
    assert!(document.attach(&one, &stamp(1, 1000)).unwrap().is_some());
    assert!(document.attach(&one, &stamp(1, 2000)).unwrap().is_none(), "it is there");
    assert!(document.detach(one.hash, &stamp(1, 3000)).unwrap().is_some());
    assert!(document.detach(one.hash, &stamp(1, 4000)).unwrap().is_none(), "it is gone");
    assert!(document.attached().is_empty());
    let history = document.history();
    let at = format!("attachment/{}", one.hash);
    let touched: Vec<_> = history.iter().flat_map(|item| &item.changed).filter(|edited| edited.path == at).collect();
    assert_eq!(touched.len(), 2);
    assert_eq!(touched[0].to, Some(json!("A1 jpg 1000 kk.jpg")));
    assert_eq!(touched[1].to, None);
}

#[test]
fn the_gate_lets_attachments_pass() {
    let (mut document, first) = created();
    let mut changes = vec![first];
    changes.extend(document.attach(&file(b"1", "kk.jpg"), &stamp(1, 1000)).unwrap());
    changes.extend(document.attach(&file(b"2", "ktp.jpg"), &stamp(1, 2000)).unwrap());
    changes.extend(document.detach(BlobHash::of(b"1"), &stamp(1, 3000)).unwrap());
    let candidates: Vec<_> = changes.iter().map(candidate).collect();
    let verdict = judge(document_id(), Belonging::To(office()), &[], &candidates);
    assert!(verdict.judgements.iter().all(|judgement| *judgement == Judgement::Accepted));
    let Some(DocumentRow::Transaction(row)) = verdict.row else { panic!("no row") };
    assert_eq!(row.attached, document.attached());
}

#[test]
fn a_change_that_attached_can_be_done_again() {
    let (mut document, first) = created();
    let mut again = load(std::slice::from_ref(&first));
    document.attach(&file(b"1", "kk.jpg"), &stamp(1, 1000)).unwrap();
    document.attach(&file(b"2", "ktp.jpg"), &stamp(1, 2000)).unwrap();
    document.detach(BlobHash::of(b"1"), &stamp(1, 3000)).unwrap();
    set(&mut document, "nama", json!("Siti"), &stamp(1, 4000));
    for done in document.history().iter().skip(1) {
        again.repeat(done, &stamp(2, 5000)).unwrap();
    }
    assert_eq!(again.attached(), document.attached());
    assert_eq!(again.row().name.as_deref(), Some("Siti"));
}

#[test]
fn a_record_holds_only_so_many_and_no_edit_reaches_them() {
    let (mut document, _) = created();
    for number in 0..FILES_MAX {
        document.attach(&file(&number.to_le_bytes(), "kk.jpg"), &stamp(1, 1000)).unwrap();
    }
    let more = document.attach(&file(b"more", "kk.jpg"), &stamp(1, 2000));
    assert!(matches!(more, Err(DocumentError::TooLarge(_))));
    assert_eq!(document.attached().len(), FILES_MAX);
    let at = format!("attachment/{}", BlobHash::of(b"9"));
    if let Ok(at) = at.parse() {
        document.edit(&[(at, json!("A1 jpg 5 x"))], &stamp(1, 3000)).unwrap();
    }
    assert_eq!(document.attached().len(), FILES_MAX);
}
