//! A crash at any commit: what was saved is there, what was not is not, and everything fits together.

use crate::world::*;
use replica_store::{Durability, Replica, StoreError};
use serde_json::json;

/// A node's and the hub's day, step by step. `saved` gets the document after each record that was said to be saved.
fn day(node: &mut Replica, hub: &mut Replica, saved: &mut Vec<change_log::DocumentId>) -> Result<(), StoreError> {
    for millis in 0..3 {
        saved.push(node.create_transaction(&transaction(&format!("Nama {millis}"), "35"), &clock(millis))?);
    }
    let edits = [("nama".parse().unwrap(), json!("Baru"))];
    node.edit(saved[0], &edits, &clock(10))?;
    let log = node.epoch();
    let held = hub.log(log)?.unwrap().position;
    let entries = node.entries(log, held, 100, usize::MAX)?;
    ingest(hub, replica_store::IngestBatch { epoch: log, entries, signed_head: None })?;
    let state = hub.log(log)?.unwrap();
    node.store_receipt(log, state.position, state.chain, &[1; 64])?;
    while hub.judge_pending(&mut replica_store::DirectGate, 1, 2)?.documents > 0 {}
    let slice = hub.feed_items(OFFICE, node.feed_cursor(OFFICE)?.map_or(0, |at| at.position), 100, usize::MAX)?;
    if let Some((_, head)) = slice.items.last().zip(slice.head) {
        let items: Vec<_> =
            slice.items.iter().map(|(_, entry)| replica_store::FeedItem::Entry(entry.clone())).collect();
        let cursor =
            replica_store::FeedCursor { hub_epoch: head.hub_epoch, position: head.position, chain: head.chain };
        node.apply_feed(OFFICE, &items, cursor)?;
    }
    while node.judge_pending(&mut replica_store::DirectGate, 1, 2)?.documents > 0 {}
    saved.push(node.create_transaction(&transaction("Terakhir", "35"), &clock(20))?);
    Ok(())
}

fn reopen(dir: &std::path::Path, machine: &str) -> Replica {
    let (replica, opened) = Replica::open_with(dir, machine, epoch(77), Durability::Test).unwrap();
    assert_eq!(opened.epoch_began, None);
    replica
}

fn assert_sound(replica: &mut Replica) {
    assert_eq!(replica.verify().unwrap().problems, []);
    let views = replica.dump_views().unwrap();
    replica.rebuild_views().unwrap();
    assert_eq!(replica.dump_views().unwrap(), views);
}

#[test]
fn a_crash_at_any_commit_loses_nothing_saved() {
    let mut crashes = 0;
    for at_hub in [false, true] {
        for commits in 0.. {
            let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
            let mut back = hub(dirs[0].path(), &[1]);
            let mut front = node(dirs[1].path(), 1);
            if at_hub {
                back.crash_after(commits);
            } else {
                front.crash_after(commits);
            }
            let mut saved = Vec::new();
            let outcome = day(&mut front, &mut back, &mut saved);
            front.crash();
            back.crash();
            let mut front = reopen(dirs[1].path(), "pc-1");
            let mut back = reopen(dirs[0].path(), "hub");
            assert_sound(&mut front);
            assert_sound(&mut back);
            for id in &saved {
                assert!(front.row(*id).unwrap().is_some(), "lost after {commits} commits");
            }
            assert_eq!(rows(&front).len(), saved.len());
            // The hub's receipt is never ahead of the hub.
            let acknowledged = front.log(epoch(1)).unwrap().unwrap().acknowledged;
            assert!(acknowledged <= back.log(epoch(1)).unwrap().unwrap().position);
            exchange(&mut front, &mut back);
            exchange(&mut front, &mut back);
            assert_eq!(front.dump_views().unwrap(), back.dump_views().unwrap());
            if outcome.is_ok() {
                break;
            }
            assert!(matches!(outcome, Err(StoreError::Broken(_))));
            crashes += 1;
        }
    }
    assert!(crashes >= 10, "only {crashes} crash points");
}

#[test]
fn files_copied_after_any_commit_are_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = Replica::create(dir.path(), &new_node(1)).unwrap();
    for millis in 0..12 {
        node.create_transaction(&transaction("Nama", "35"), &clock(millis)).unwrap();
        let image = tempfile::tempdir().unwrap();
        for file in ["replica.db", "replica.db-wal", "replica.head"] {
            std::fs::copy(dir.path().join(file), image.path().join(file)).unwrap();
        }
        let mut found = reopen(image.path(), "pc-1");
        assert_sound(&mut found);
        assert_eq!(found.log(epoch(1)).unwrap(), node.log(epoch(1)).unwrap());
        assert_eq!(rows(&found), rows(&node));
    }
}

#[test]
fn a_crash_while_creating_can_be_taken_up_again() {
    let whole = tempfile::tempdir().unwrap();
    drop(node(whole.path(), 1));
    let dir = tempfile::tempdir().unwrap();
    let raw = rusqlite::Connection::open(dir.path().join("replica.db")).unwrap();
    raw.execute_batch(include_str!("../../migrations/0001_start.sql")).unwrap();
    raw.pragma_update(None, "application_id", 0x534b_5379).unwrap();
    raw.pragma_update(None, "user_version", 1).unwrap();
    drop(raw);
    assert!(matches!(Replica::open(dir.path(), "pc-1", epoch(77)), Err(replica_store::OpenError::Missing(_))));
    let mut node = node(dir.path(), 1);
    node.create_transaction(&transaction("Nama", "35"), &clock(1)).unwrap();
}
