//! Publications: documents of one change, of which a later version is another document.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change, ROOT};
use change_log::HubId;
use common::{START, candidate, document_id, office, stamp};
use service_document::{
    Authored, Belonging, DocumentError, DocumentRow, Judgement, Publication, RefusalCode, TransactionDocument, judge,
    row_of,
};

fn publication() -> Publication {
    Publication {
        office: office(),
        topic: "notice/7".to_owned(),
        version: 2,
        published_millis: START,
        body: "{\"text\":\"Besok pusat tutup\"}".to_owned(),
        signature: Some([9; 64]),
    }
}

#[test]
fn a_publication_comes_out_of_its_document_as_it_went_in() {
    for publication in [publication(), Publication { signature: None, body: String::new(), ..publication() }] {
        let authored = publication.author(&stamp(1, 0)).unwrap();
        assert_eq!(row_of(&[&authored.raw]).unwrap(), DocumentRow::Publication(publication.clone()));
        let verdict = judge(document_id(), Belonging::To(office()), &[], &[candidate(&authored)]);
        assert_eq!(verdict.judgements, [Judgement::Accepted]);
        assert_eq!(verdict.row, Some(DocumentRow::Publication(publication)));
        let as_transaction = TransactionDocument::load([authored.raw.as_slice()]);
        assert!(matches!(as_transaction, Err(DocumentError::NoTransaction)));
    }
}

#[test]
fn everything_in_a_publication_is_signed() {
    let hub = HubId([1; 16]);
    let bytes = publication().signed_bytes(hub);
    let others = [
        Publication { office: "35.10.01.2002".parse().unwrap(), ..publication() },
        Publication { topic: "notice/8".to_owned(), ..publication() },
        Publication { version: 3, ..publication() },
        Publication { published_millis: START + 1, ..publication() },
        Publication { body: "{}".to_owned(), ..publication() },
        // What stands at the end of one part is not taken for the beginning of the next.
        Publication { body: "|".to_owned() + &publication().body, ..publication() },
    ];
    for other in others {
        assert_ne!(other.signed_bytes(hub), bytes, "{other:?}");
    }
    assert_ne!(publication().signed_bytes(HubId([2; 16])), bytes);
    assert_eq!(Publication { signature: None, ..publication() }.signed_bytes(hub), bytes);
}

#[test]
fn nobody_changes_a_publication() {
    let first = publication().author(&stamp(1, 0)).unwrap();
    let mut library = Automerge::new().with_actor(ActorId::from([2; 16].as_slice()));
    library.apply_changes([Change::from_bytes(first.raw.clone()).unwrap()]).unwrap();
    let mut transaction = library.transaction();
    transaction.put(ROOT, "body", "{}").unwrap();
    transaction.commit_with(CommitOptions::default().with_message("ani").with_time(START + 1));
    let change = library.get_last_local_change().unwrap();
    let second = Authored { hash: change_log::ChangeHash(change.hash().0), raw: change.raw_bytes().to_vec() };
    let verdict = judge(document_id(), Belonging::To(office()), &[&first.raw], &[candidate(&second)]);
    let [Judgement::Refused(refusal)] = verdict.judgements.as_slice() else { panic!("{verdict:?}") };
    assert_eq!(refusal.code, RefusalCode::Shape);
    assert_eq!(verdict.row, None);
}

#[test]
fn what_is_no_publication_is_not_made_and_not_let_in() {
    let made = |publication: Publication| publication.author(&stamp(1, 0));
    for topic in ["", "Notice", "a b", "a|b", "pemberitahuan/ä", &"x".repeat(65)] {
        assert!(made(Publication { topic: topic.to_owned(), ..publication() }).is_err(), "{topic}");
    }
    assert!(made(Publication { version: 0, ..publication() }).is_err());
    let large = made(Publication { body: "x".repeat(48 * 1024 + 1), ..publication() });
    assert!(matches!(large, Err(DocumentError::TooLarge(_))));
    assert!(made(Publication { body: "x".repeat(48 * 1024), ..publication() }).is_ok());
    let others = made(Publication { office: "35.10.01.2002".parse().unwrap(), ..publication() }).unwrap();
    let verdict = judge(document_id(), Belonging::To(office()), &[], &[candidate(&others)]);
    let [Judgement::Refused(refusal)] = verdict.judgements.as_slice() else { panic!("{verdict:?}") };
    assert_eq!(refusal.code, RefusalCode::Office);
    // By hand, past the checks of who makes one.
    for (key, value) in [("version", "zwei"), ("signature", "kurz"), ("topic", "A|B")] {
        let mut library = Automerge::new().with_actor(ActorId::from([1; 16].as_slice()));
        let mut transaction = library.transaction();
        transaction.put(ROOT, "kind", "publication").unwrap();
        transaction.put(ROOT, "office", office().as_str()).unwrap();
        transaction.put(ROOT, "topic", "notice/7").unwrap();
        transaction.put(ROOT, "version", 1_i64).unwrap();
        transaction.put(ROOT, "published", START).unwrap();
        transaction.put(ROOT, "body", "{}").unwrap();
        transaction.put(ROOT, key, value).unwrap();
        transaction.commit_with(CommitOptions::default().with_message("ani").with_time(START));
        let change = library.get_last_local_change().unwrap();
        let authored = Authored { hash: change_log::ChangeHash(change.hash().0), raw: change.raw_bytes().to_vec() };
        let verdict = judge(document_id(), Belonging::To(office()), &[], &[candidate(&authored)]);
        let [Judgement::Refused(refusal)] = verdict.judgements.as_slice() else { panic!("{verdict:?}") };
        assert_eq!(refusal.code, RefusalCode::Shape, "{key}");
    }
}
