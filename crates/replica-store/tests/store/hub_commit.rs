//! The work of many callers with one commit: who is refused, and what that means for the others.

use crate::world::*;
use replica_store::{Durability, HubDone, HubWork, IngestBatch, IngestOutcome, Replica, StoreError};
use rusqlite::Connection;

fn batch(node: &Replica, after: u64) -> HubWork {
    let log = node.epoch();
    let entries = node.entries(log, after, 100, usize::MAX).unwrap();
    HubWork::Ingest(IngestBatch { epoch: log, entries, signed_head: None })
}

fn commits(dir: &std::path::Path) -> u64 {
    let head = std::fs::read_to_string(dir.join("replica.head")).unwrap();
    head.lines().filter_map(|slot| slot.split_whitespace().nth(1)?.parse().ok()).max().unwrap()
}

#[test]
fn one_caller_refused_leaves_the_others_work_in_the_same_commit() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    hub.register_node(node_id(2), office(), [2; 32], 1).unwrap();
    let other = "35.10.24.2008".parse().unwrap();
    hub.register_node(node_id(3), other, [3; 32], 1).unwrap();
    let mut front = node(dirs[1].path(), 2);
    front.create_transaction(&transaction("Nama", "35"), &clock(1)).unwrap();
    let mut thief = node(dirs[2].path(), 1);
    thief.create_transaction(&transaction("Palsu", "35"), &clock(1)).unwrap();
    let admit = |log, office, node, counter| HubWork::Admit(admission(epoch(log), office, node_id(node), counter));
    let before = commits(dirs[0].path());
    let done = hub
        .hub_commit(&[
            // Seen before: what comes with it is not looked at.
            vec![admit(1, office(), 1, 1), batch(&thief, 0)],
            // Another office's log, and the hub's own.
            vec![admit(1, other, 3, 1), batch(&thief, 0)],
            vec![admit(200, other, 3, 1)],
            // Nobody.
            vec![admit(9, office(), 9, 1), batch(&thief, 0)],
            vec![admit(2, office(), 2, 1), batch(&front, 0)],
            // The same number twice in one commit counts once.
            vec![admit(2, office(), 2, 1)],
            // Another node of the office may bring a log back.
            vec![admit(1, office(), 2, 1)],
        ])
        .unwrap();
    assert!(matches!(done[0][..], [HubDone::CounterUsed, HubDone::Skipped]));
    assert!(matches!(done[1][..], [HubDone::EpochTaken, HubDone::Skipped]));
    assert!(matches!(done[2][..], [HubDone::EpochTaken]));
    assert!(matches!(done[3][..], [HubDone::NoNode, HubDone::Skipped]));
    let [HubDone::Admitted { position: 0 }, HubDone::Ingested(IngestOutcome::Appended { position: 1, .. })] =
        done[4][..]
    else {
        panic!("{:?}", done[4])
    };
    assert!(matches!(done[5][..], [HubDone::CounterUsed]));
    assert!(matches!(done[6][..], [HubDone::Admitted { position: 0 }]));
    assert_eq!(commits(dirs[0].path()), before + 1);
    assert_eq!(hub.log(epoch(1)).unwrap().unwrap().position, 0);
    assert_eq!(hub.log(epoch(2)).unwrap().unwrap().position, 1);
    assert!(hub.log(epoch(9)).unwrap().is_none());
    assert_eq!(hub.registered_node(node_id(3)).unwrap().unwrap().exchanges, 0);
}

#[test]
fn damage_in_one_log_holds_up_no_other() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut back = hub(dirs[0].path(), &[1, 2]);
    let mut first = node(dirs[1].path(), 1);
    let mut second = node(dirs[2].path(), 2);
    for front in [&mut first, &mut second] {
        front.create_transaction(&transaction("Nama", "35"), &clock(1)).unwrap();
        exchange(front, &mut back);
        front.create_transaction(&transaction("Lagi", "35"), &clock(2)).unwrap();
    }
    drop(back);
    let raw = Connection::open(dirs[0].path().join("replica.db")).unwrap();
    let sql = "UPDATE entry SET raw = x'00' WHERE place = (SELECT idx * 4294967296 + 1 FROM log WHERE epoch = ?)";
    assert_eq!(raw.execute(sql, [epoch(1).0]).unwrap(), 1);
    drop(raw);
    let (mut back, _) = Replica::open_with(dirs[0].path(), "hub", epoch(77), Durability::Test).unwrap();
    // The first batch overlaps what is held, which cannot be read.
    let done = back.hub_commit(&[vec![batch(&first, 0), batch(&first, 1)], vec![batch(&second, 0)]]).unwrap();
    assert!(matches!(done[0][..], [HubDone::Failed(StoreError::Damaged(_)), HubDone::Skipped]), "{:?}", done[0]);
    assert!(matches!(done[1][..], [HubDone::Ingested(IngestOutcome::Appended { position: 2, .. })]));
    assert_eq!(back.log(epoch(1)).unwrap().unwrap().position, 1);
    assert_eq!(back.log(epoch(2)).unwrap().unwrap().position, 2);
}
