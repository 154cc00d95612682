//! What the local API stands on: the order in which changes became visible, requests done once, applications.

use crate::world::*;
use change_log::{ChangeHash, DocumentId};
use office_model::Status;
use replica_store::{Asked, AuditItem, Durability, Replica, RequestKey, StoreError, ToldChange};

/// Reads the feed to its end in steps of `count`, as a client with a cursor does.
fn told(replica: &Replica, mut after: u64, count: usize) -> Vec<ToldChange> {
    let mut all: Vec<ToldChange> = Vec::new();
    loop {
        let some = replica.changes_after(after, count).unwrap();
        let Some(last) = some.last() else { return all };
        assert!(some.iter().zip(some.iter().skip(1)).all(|(one, next)| one.number < next.number));
        assert!(some[0].number > after);
        after = last.number;
        assert!(replica.has_told(after, |hash| Some(hash) == last.hash).unwrap());
        all.extend(some);
    }
}

fn hashes(told: &[ToldChange]) -> Vec<ChangeHash> {
    told.iter().map(|change| change.hash.unwrap()).collect()
}

#[test]
fn every_change_is_told_once_in_the_order_in_which_it_became_visible() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1, 2]);
    let (mut one, mut two) = (node(dirs[1].path(), 1), node(dirs[2].path(), 2));
    let id = one.create_transaction(&transaction("Siti", "35"), &clock(1000)).unwrap();
    let step = one.step(id, Status::Diajukan, None, &clock(2000)).unwrap();
    two.create_transaction(&transaction("Budi", "36"), &clock(1000)).unwrap();
    exchange(&mut one, &mut hub);
    let seen = told(&two, 0, 1);
    assert_eq!(seen.len(), 1);
    // The gate keeps one out at first: what comes after it is told before it, and it is not missed.
    push(&mut two, &mut hub, usize::MAX);
    judge(&mut hub);
    pull(&mut two, &hub, usize::MAX);
    two.judge_pending(&mut Picky(|hash| hash == step), 1, 100).unwrap();
    let cursor = told(&two, 0, 1).last().unwrap().number;
    assert_eq!(told(&two, 0, 7).len(), 2);
    two.create_transaction(&transaction("Wati", "37"), &clock(3000)).unwrap();
    assert_eq!(two.retry_quarantined(None).unwrap(), 1);
    judge(&mut two);
    let after = told(&two, cursor, 100);
    assert_eq!(after.len(), 2);
    assert_eq!((after[1].hash, after[1].document, after[1].withdrawn), (Some(step), Some(id), false));
    for count in [1, 2, 3, 100] {
        assert_eq!(told(&two, 0, count).len(), 4);
    }
    // Judged again and again: told once.
    let mut all = hashes(&told(&two, 0, 2));
    exchange(&mut two, &mut hub);
    exchange(&mut one, &mut hub);
    assert_eq!(hashes(&told(&two, 0, 2)), all);
    let mut others = hashes(&told(&one, 0, 2));
    all.sort();
    others.sort();
    assert_eq!(all, others, "both machines told of the same changes");
    assert_eq!(hub.last_change().unwrap(), 0);
}

#[test]
fn what_a_fork_takes_back_is_told_as_withdrawn_and_a_cursor_on_it_still_leads_on() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut first = node(dirs[1].path(), 1);
    first.create_transaction(&transaction("Bersama", "35"), &clock(1)).unwrap();
    exchange(&mut first, &mut hub);
    for file in ["replica.db", "replica.db-wal", "replica.head"] {
        std::fs::copy(dirs[1].path().join(file), dirs[2].path().join(file)).unwrap();
    }
    let (mut second, _) = Replica::open_with(dirs[2].path(), "pc-1", epoch(77), Durability::Test).unwrap();
    first.create_transaction(&transaction("Cabang satu", "35"), &clock(10)).unwrap();
    let lost = second.create_transaction(&transaction("Cabang dua", "35"), &clock(20)).unwrap();
    let cursor = *told(&second, 0, 1).last().unwrap();
    exchange(&mut first, &mut hub);
    pull(&mut second, &hub, 100);
    judge(&mut second);
    assert!(second.has_told(cursor.number, |hash| Some(hash) == cursor.hash).unwrap());
    let after = told(&second, cursor.number, 1);
    assert_eq!(after.len(), 2);
    assert_eq!((after[0].document, after[0].hash, after[0].withdrawn), (Some(lost), cursor.hash, true));
    assert!(!after[1].withdrawn);
    // Another database's cursor.
    assert!(!second.has_told(cursor.number, |_| false).unwrap());
    assert!(!second.has_told(99, |_| true).unwrap());
    assert!(second.has_told(0, |_| false).unwrap());
}

#[test]
fn an_older_database_begins_its_feed_with_what_it_shows() {
    let dir = tempfile::tempdir().unwrap();
    let mut old = node(dir.path(), 1);
    for millis in 1..5 {
        old.create_transaction(&transaction("Siti", "35"), &clock(millis)).unwrap();
    }
    let before = told(&old, 0, 2);
    drop(old);
    let raw = rusqlite::Connection::open(dir.path().join("replica.db")).unwrap();
    raw.execute_batch(
        "DROP TABLE change_run; DROP TABLE request; DROP TABLE attachment; DROP TABLE blob; DROP TABLE received;
         DROP TABLE call; DROP TABLE call_day; DROP TABLE brought; DROP TABLE publication;
         DROP TABLE alarm; DROP TABLE delivery; DROP TABLE referral; DROP TABLE long_value;
         DROP INDEX audit_clerk; DROP INDEX audit_act; DROP INDEX audit_clerk_act; DROP INDEX audit_at;
         ALTER TABLE node DROP COLUMN backup_days;
         DROP TABLE draft_file;
         DROP INDEX row_signed; DROP INDEX row_numbered; DROP INDEX row_unnumbered; DROP INDEX row_divergent; ALTER TABLE transaction_row DROP COLUMN signed; ALTER TABLE transaction_row DROP COLUMN numbered; ALTER TABLE transaction_row DROP COLUMN two_papers;
         CREATE INDEX row_divergent ON transaction_row (document) WHERE divergences > 0;
         PRAGMA user_version = 3",
    )
    .unwrap();
    drop(raw);
    let (old, _) = Replica::open_with(dir.path(), "pc-1", epoch(77), Durability::Test).unwrap();
    assert_eq!(told(&old, 0, 2), before);
}

fn key(name: &str, body: u8) -> RequestKey {
    RequestKey { application: "desa".to_owned(), key: name.to_owned(), body: [body; 32] }
}

fn asked_for(node: &mut Replica, request: &RequestKey) -> Result<DocumentId, StoreError> {
    node.together(|node| {
        let id = node.create_transaction(&transaction("Siti", "35"), &clock(1000))?;
        let act = "record".to_owned();
        node.note_act(&AuditItem { at_millis: 1, clerk: "app.desa".to_owned(), act, subject: id.to_string() })?;
        node.keep_answer(request, &id.to_string(), 1)?;
        Ok(id)
    })
}

#[test]
fn a_request_its_record_and_its_trace_are_kept_with_one_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    assert_eq!(node.asked(&key("a", 1)).unwrap(), Asked::Never);
    let id = asked_for(&mut node, &key("a", 1)).unwrap();
    node.crash_after(0);
    assert!(matches!(asked_for(&mut node, &key("b", 1)), Err(StoreError::Broken(_))));
    node.crash();
    let (mut node, opened) = Replica::open(dir.path(), "pc-1", epoch(77)).unwrap();
    assert_eq!(opened.epoch_began, None, "the head file knows the commit");
    assert_eq!(node.asked(&key("a", 1)).unwrap(), Asked::Before(id.to_string()));
    assert_eq!(node.asked(&key("a", 2)).unwrap(), Asked::Otherwise);
    assert_eq!(node.asked(&key("b", 1)).unwrap(), Asked::Never);
    assert_eq!((rows(&node).len(), node.audit(9).unwrap().len()), (1, 1));
    // The second of the same key fails at its last step: nothing of it stays, and the next one is as if it never was.
    assert!(asked_for(&mut node, &key("a", 1)).is_err());
    assert_eq!((rows(&node).len(), node.audit(9).unwrap().len(), node.last_change().unwrap()), (1, 1, 1));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        node.together(|node| -> Result<(), StoreError> {
            node.create_transaction(&transaction("Budi", "36"), &clock(2000))?;
            panic!("in the middle");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(rows(&node).len(), 1);
    asked_for(&mut node, &key("c", 1)).unwrap();
    assert_eq!((rows(&node).len(), node.last_change().unwrap()), (2, 2));
    assert_eq!(node.verify().unwrap().problems, []);
    drop(node);
    let (mut node, opened) = Replica::open(dir.path(), "pc-1", epoch(78)).unwrap();
    assert_eq!(opened.epoch_began, None);
    // Long after, the same key is another request.
    node.keep_answer(&key("d", 1), "", 40 * 86_400_000).unwrap();
    assert_eq!(node.asked(&key("a", 1)).unwrap(), Asked::Never);
}

#[test]
fn several_steps_that_the_head_file_counts_are_one_commit_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let three = |node: &mut Replica, is_good: bool| {
        node.together(|node| {
            for name in ["Budi", "Siti", "Wayan"] {
                node.create_transaction(&transaction(name, "36"), &clock(2000))?;
            }
            if is_good { Ok(()) } else { Err(StoreError::Misuse("of the test")) }
        })
    };
    three(&mut node, true).unwrap();
    assert!(three(&mut node, false).is_err());
    assert_eq!((rows(&node).len(), node.last_change().unwrap()), (3, 3), "all of them, or none");
    // The commit is durable and the head file is not written yet: the next start takes it for the one commit it is behind.
    let head = std::fs::read(dir.path().join("replica.head")).unwrap();
    three(&mut node, true).unwrap();
    node.crash();
    std::fs::write(dir.path().join("replica.head"), head).unwrap();
    let (mut node, opened) = Replica::open(dir.path(), "pc-1", epoch(77)).unwrap();
    assert_eq!(opened.epoch_began, None);
    assert_eq!(rows(&node).len(), 6);
    three(&mut node, true).unwrap();
    assert_eq!(node.verify().unwrap().problems, []);
    drop(node);
    assert_eq!(Replica::open(dir.path(), "pc-1", epoch(78)).unwrap().1.epoch_began, None);
}

#[test]
fn an_application_is_found_by_its_token_until_it_is_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    node.put_application("e-desa", "petugas", &[1; 32], 5).unwrap();
    let found = node.application_of(&[1; 32]).unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.role.as_str(), found.used_millis), ("e-desa", "petugas", None));
    assert_eq!(node.application_of(&[2; 32]).unwrap(), None);
    node.note_use(&found, 119_999).unwrap();
    let found = node.application_of(&[1; 32]).unwrap().unwrap();
    assert_eq!(found.used_millis, Some(60_000));
    node.crash_after(0);
    node.note_use(&found, 100_000).unwrap();
    assert!(node.note_use(&found, 120_000).is_err(), "a minute later it is written");
    node.crash();
    let (mut node, _) = Replica::open(dir.path(), "pc-1", epoch(77)).unwrap();
    assert!(node.revoke_application("e-desa", 9).unwrap());
    assert!(!node.revoke_application("e-desa", 10).unwrap());
    assert_eq!(node.application_of(&[1; 32]).unwrap(), None);
    assert_eq!(node.applications().unwrap()[0].revoked_millis, Some(9));
    node.put_application("e-desa", "kepala", &[3; 32], 11).unwrap();
    assert_eq!(node.application_of(&[1; 32]).unwrap(), None);
    assert_eq!(node.application("e-desa").unwrap().unwrap().revoked_millis, None);
}
