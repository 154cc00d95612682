//! Leases: documents of one change, which passes the gate like every other and is never followed by another.

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
use change_log::{EpochId, HubId, NodeId};
use common::{START, candidate, document_id, office, stamp};
use service_document::{
    Authored, Belonging, DocumentError, DocumentRow, Judgement, Lease, RefusalCode, TransactionDocument, judge, row_of,
};

fn lease() -> Lease {
    Lease {
        office: office(),
        node: NodeId([7; 8]),
        epoch: EpochId([8; 16]),
        series: "all".parse().unwrap(),
        year: 2026,
        first: 21,
        last: 40,
        template: "[kode]/[nomor,3]/[kode_desa]/[tahun]".parse().unwrap(),
        granted_millis: START,
        signature: [9; 64],
    }
}

#[test]
fn a_lease_comes_out_of_its_document_as_it_went_in() {
    let authored = lease().author(&stamp(1, 0)).unwrap();
    assert_eq!(row_of(&[&authored.raw]).unwrap(), DocumentRow::Lease(lease()));
    let verdict = judge(document_id(), Belonging::To(office()), &[], &[candidate(&authored)]);
    assert_eq!(verdict.judgements, [Judgement::Accepted]);
    assert_eq!(verdict.row, Some(DocumentRow::Lease(lease())));
    let as_transaction = TransactionDocument::load([authored.raw.as_slice()]);
    assert!(matches!(as_transaction, Err(DocumentError::NoTransaction)));
}

#[test]
fn everything_in_a_lease_is_signed() {
    let hub = HubId([1; 16]);
    let bytes = lease().signed_bytes(hub);
    let others = [
        Lease { office: "35.10.01.2002".parse().unwrap(), ..lease() },
        Lease { node: NodeId([6; 8]), ..lease() },
        Lease { epoch: EpochId([6; 16]), ..lease() },
        Lease { series: "470".parse().unwrap(), ..lease() },
        Lease { year: 2027, ..lease() },
        Lease { first: 20, ..lease() },
        Lease { last: 41, ..lease() },
        Lease { template: "[nomor]/[tahun]".parse().unwrap(), ..lease() },
        Lease { granted_millis: START + 1, ..lease() },
    ];
    for other in others {
        assert_ne!(other.signed_bytes(hub), bytes, "{other}");
    }
    assert_ne!(lease().signed_bytes(HubId([2; 16])), bytes);
    assert_eq!(Lease { signature: [0; 64], ..lease() }.signed_bytes(hub), bytes);
}

#[test]
fn nobody_changes_a_lease() {
    let first = lease().author(&stamp(1, 0)).unwrap();
    let mut library = Automerge::new().with_actor(ActorId::from([2; 16].as_slice()));
    library.apply_changes([Change::from_bytes(first.raw.clone()).unwrap()]).unwrap();
    let mut transaction = library.transaction();
    transaction.put(ROOT, "last", 9_999_i64).unwrap();
    transaction.commit_with(CommitOptions::default().with_message("ani").with_time(START + 1));
    let change = library.get_last_local_change().unwrap();
    let second = Authored { hash: change_log::ChangeHash(change.hash().0), raw: change.raw_bytes().to_vec() };
    let verdict = judge(document_id(), Belonging::To(office()), &[&first.raw], &[candidate(&second)]);
    let [Judgement::Refused(refusal)] = verdict.judgements.as_slice() else { panic!("{verdict:?}") };
    assert_eq!(refusal.code, RefusalCode::Shape);
    assert_eq!(verdict.row, None);
}

#[test]
fn what_is_no_lease_is_refused() {
    let refused = |lease: Lease| {
        let authored = lease.author(&stamp(1, 0)).unwrap();
        let verdict = judge(document_id(), Belonging::To(office()), &[], &[candidate(&authored)]);
        let [Judgement::Refused(refusal)] = verdict.judgements.as_slice() else { panic!("{verdict:?}") };
        refusal.code
    };
    assert_eq!(refused(Lease { first: 41, ..lease() }), RefusalCode::Shape);
    assert_eq!(refused(Lease { first: 0, ..lease() }), RefusalCode::Shape);
    assert_eq!(refused(Lease { year: -1, ..lease() }), RefusalCode::Shape);
    assert_eq!(refused(Lease { office: "35.10.01.2002".parse().unwrap(), ..lease() }), RefusalCode::Office);
}
