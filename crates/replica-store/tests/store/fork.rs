//! Two copies of one folder that both go on writing: both branches are kept, both sides are told.

use crate::world::*;
use replica_store::{Durability, IngestBatch, IngestOutcome, Replica, StoreError};

#[test]
fn an_unnoticed_copy_is_found_at_the_first_exchange() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut first = node(dirs[1].path(), 1);
    for millis in 0..3 {
        first.create_transaction(&transaction("Bersama", "35"), &clock(millis)).unwrap();
    }
    exchange(&mut first, &mut hub);
    for file in ["replica.db", "replica.db-wal", "replica.head"] {
        std::fs::copy(dirs[1].path().join(file), dirs[2].path().join(file)).unwrap();
    }
    // A virtual machine was cloned: even the machine's name is the same.
    let (mut second, opened) = Replica::open_with(dirs[2].path(), "pc-1", epoch(77), Durability::Test).unwrap();
    assert_eq!(opened.epoch_began, None);

    first.create_transaction(&transaction("Cabang satu", "35"), &clock(10)).unwrap();
    let lost = second.create_transaction(&transaction("Cabang dua", "35"), &clock(20)).unwrap();
    exchange(&mut first, &mut hub);
    let entries = second.entries(epoch(1), 3, 10, usize::MAX).unwrap();
    let outcome =
        ingest(&mut hub, IngestBatch { epoch: epoch(1), entries: entries.clone(), signed_head: None }).unwrap();
    assert_eq!(outcome, IngestOutcome::Fork { position: 4 });
    assert_eq!(hub.set_aside().unwrap(), entries);

    let hubs = hub.log(epoch(1)).unwrap().unwrap();
    assert!(matches!(
        second.store_receipt(epoch(1), hubs.position, hubs.chain, &[0; 64]),
        Err(StoreError::Receipt { .. })
    ));
    pull(&mut second, &hub, 100);
    judge(&mut second);
    assert!(second.epoch_spent());
    assert_eq!(second.set_aside().unwrap(), entries);
    assert_eq!(second.log(epoch(1)).unwrap().unwrap().chain, hubs.chain);
    assert!(second.row(lost).unwrap().is_none());
    assert!(matches!(
        second.create_transaction(&transaction("Cabang dua", "35"), &clock(30)),
        Err(StoreError::EpochSpent)
    ));
    second.begin_epoch(epoch(50)).unwrap();
    second.create_transaction(&transaction("Cabang dua", "35"), &clock(30)).unwrap();
    exchange(&mut second, &mut hub);
    exchange(&mut first, &mut hub);
    for replica in [&first, &second] {
        assert_eq!(replica.dump_views().unwrap(), hub.dump_views().unwrap());
        assert_eq!(replica.verify().unwrap().problems, []);
    }
    assert_eq!(rows(&hub).len(), 5);
}

#[test]
fn a_restored_node_pulls_its_own_records_back() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut node = node(dirs[1].path(), 1);
    let backup = dirs[2].path().join("replica.db");
    node.create_transaction(&transaction("Lama", "35"), &clock(1)).unwrap();
    node.backup(&backup).unwrap();
    for millis in 2..5 {
        node.create_transaction(&transaction("Baru", "35"), &clock(millis)).unwrap();
    }
    exchange(&mut node, &mut hub);
    drop(node);
    let (mut restored, opened) = Replica::open_with(dirs[2].path(), "pc-1", epoch(77), Durability::Test).unwrap();
    assert!(opened.epoch_began.is_some());
    restored.create_transaction(&transaction("Sesudah", "35"), &clock(9)).unwrap();
    exchange(&mut restored, &mut hub);
    assert_eq!(restored.log(epoch(1)).unwrap().unwrap().position, 4);
    assert_eq!(restored.log(epoch(1)).unwrap().unwrap().chain, hub.log(epoch(1)).unwrap().unwrap().chain);
    assert_eq!(restored.dump_views().unwrap(), hub.dump_views().unwrap());
    assert_eq!(rows(&hub).len(), 5);
    assert_eq!(restored.verify().unwrap().problems, []);
}

#[test]
fn a_restored_hub_gets_everything_back() {
    let dirs: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut first_hub = hub(dirs[0].path(), &[1, 2]);
    let mut one = node(dirs[1].path(), 1);
    let mut two = node(dirs[2].path(), 2);
    one.create_transaction(&transaction("Lama", "35"), &clock(1)).unwrap();
    exchange(&mut one, &mut first_hub);
    exchange(&mut two, &mut first_hub);
    first_hub.backup(&dirs[3].path().join("replica.db")).unwrap();
    for millis in 2..5 {
        one.create_transaction(&transaction("Baru", "35"), &clock(millis)).unwrap();
        two.create_transaction(&transaction("Baru juga", "35"), &clock(millis)).unwrap();
    }
    exchange(&mut one, &mut first_hub);
    exchange(&mut two, &mut first_hub);
    exchange(&mut one, &mut first_hub);
    drop(first_hub);

    let (mut hub, opened) = Replica::open_with(dirs[3].path(), "hub", epoch(201), Durability::Test).unwrap();
    assert!(opened.epoch_began.is_some());
    for node in [&mut two, &mut one] {
        // What an exchange does when it finds the hub behind.
        let log = node.epoch();
        let really = hub.log(log).unwrap().unwrap().position;
        node.rewind_acknowledged(log, really).unwrap();
        node.reset_feed_cursor(OFFICE, None).unwrap();
        exchange(node, &mut hub);
    }
    exchange(&mut two, &mut hub);
    for replica in [&one, &two] {
        assert_eq!(replica.dump_views().unwrap(), hub.dump_views().unwrap());
        assert_eq!(replica.verify().unwrap().problems, []);
        assert_eq!(replica.counts().unwrap().unsent, 0);
    }
    assert_eq!(hub.verify().unwrap().problems, []);
    assert_eq!(rows(&hub).len(), 7);
}

#[test]
fn a_change_that_the_disk_lost_gets_no_double_when_its_machine_writes_on() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut one = node(dirs[1].path(), 1);
    let edit = |node: &mut Replica, word: &str, millis: i64| {
        node.edit(id_of(node), &[("nama".parse().unwrap(), serde_json::json!(word))], &clock(millis))
    };
    one.create_transaction(&transaction("Budi", "35"), &clock(1)).unwrap();
    edit(&mut one, "Budi Santoso", 2).unwrap();
    exchange(&mut one, &mut hub);
    let old = one.epoch();
    let lost = one.entry(old, 2).unwrap().unwrap();
    assert!(one.lose_entry(old, 2).unwrap());
    assert!(matches!(edit(&mut one, "Budi S.", 3), Err(StoreError::EpochSpent)));
    one.begin_epoch(epoch(50)).unwrap();
    edit(&mut one, "Budi S.", 4).unwrap().unwrap();
    assert_eq!(one.take_missing(&office(), &[lost]).unwrap().new, 1);
    judge(&mut one);
    exchange(&mut one, &mut hub);
    judge(&mut hub);
    assert!(one.verify().unwrap().is_sound() && hub.verify().unwrap().is_sound());
    assert_eq!((one.document(id_of(&one)).unwrap().unwrap().divergences().len(), rows(&hub)), (1, rows(&one)));
}

fn id_of(node: &Replica) -> change_log::DocumentId {
    rows(node)[0].document
}
