//! What is noticed when a data folder is opened.

use std::path::Path;

use crate::world::*;
use replica_store::{Clock, Durability, NewPublication, OpenError, Opened, Replica, StoreError, WhyNewEpoch};

fn copy(from: &Path, to: &Path, files: &[&str]) {
    std::fs::create_dir_all(to).unwrap();
    for file in files {
        if from.join(file).exists() {
            std::fs::copy(from.join(file), to.join(file)).unwrap();
        }
    }
}

const ALL: [&str; 3] = ["replica.db", "replica.db-wal", "replica.head"];

fn record(node: &mut Replica, millis: i64) {
    node.create_transaction(&transaction("Budi", "35"), &clock(millis)).unwrap();
}

pub(crate) fn open(dir: &Path, machine: &str) -> (Replica, Opened) {
    Replica::open_with(dir, machine, epoch(77), Durability::Test).unwrap()
}

#[test]
fn closing_and_opening_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(Replica::create(dir.path(), &new_node(1)).unwrap());
    for round in 0..3 {
        let (mut node, opened) = Replica::open(dir.path(), "pc-1", epoch(77)).unwrap();
        assert_eq!(opened.epoch_began, None);
        assert_eq!(node.epoch(), epoch(1));
        record(&mut node, round);
        assert_eq!(node.log(epoch(1)).unwrap().unwrap().position, u64::try_from(round).unwrap() + 1);
    }
}

#[test]
fn one_process_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let held = node(dir.path(), 1);
    assert!(matches!(Replica::open(dir.path(), "pc-1", epoch(77)), Err(OpenError::InUse(_))));
    assert!(matches!(Replica::create(dir.path(), &new_node(1)), Err(OpenError::InUse(_))));
    drop(held);
    assert!(matches!(Replica::create(dir.path(), &new_node(1)), Err(OpenError::Exists(_))));
}

#[test]
fn an_empty_folder_and_a_foreign_file_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Replica::open(dir.path(), "pc-1", epoch(77)), Err(OpenError::Missing(_))));
    std::fs::write(dir.path().join("replica.db"), vec![b'x'; 10_000]).unwrap();
    assert!(matches!(Replica::open(dir.path(), "pc-1", epoch(77)), Err(OpenError::NotOurs(_))));
    assert!(matches!(Replica::create(dir.path(), &new_node(1)), Err(OpenError::Exists(_))));
    std::fs::remove_file(dir.path().join("replica.db")).unwrap();
    let other = rusqlite::Connection::open(dir.path().join("replica.db")).unwrap();
    other.execute_batch("CREATE TABLE t (a)").unwrap();
    drop(other);
    assert!(matches!(Replica::open(dir.path(), "pc-1", epoch(77)), Err(OpenError::NotOurs(_))));
    assert!(matches!(Replica::create(dir.path(), &new_node(1)), Err(OpenError::Exists(_))));
}

#[test]
fn a_newer_file_is_refused_and_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    drop(node(dir.path(), 1));
    let path = dir.path().join("replica.db");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    let before = (std::fs::read(&path).unwrap(), std::fs::read(dir.path().join("replica.head")).unwrap());
    let refused = Replica::open(dir.path(), "pc-1", epoch(77));
    assert!(matches!(refused, Err(OpenError::Newer { found: 99, .. })), "{refused:?}");
    assert!(matches!(Replica::create(dir.path(), &new_node(1)), Err(OpenError::Exists(_))));
    let after = (std::fs::read(&path).unwrap(), std::fs::read(dir.path().join("replica.head")).unwrap());
    assert!(before == after);
}

#[test]
fn an_older_database_begins_a_new_epoch() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut node = node(dirs[0].path(), 1);
    for millis in 0..3 {
        record(&mut node, millis);
    }
    node.backup(&dirs[1].path().join("replica.db")).unwrap();
    for millis in 3..6 {
        record(&mut node, millis);
    }
    drop(node);
    copy(dirs[1].path(), dirs[0].path(), &["replica.db"]);
    let (mut node, opened) = open(dirs[0].path(), "pc-1");
    assert_eq!(opened.epoch_began, Some(WhyNewEpoch::Restored));
    assert_eq!(node.epoch(), epoch(77));
    record(&mut node, 9);
    assert_eq!(node.log(epoch(1)).unwrap().unwrap().position, 3);
    assert_eq!(node.log(epoch(77)).unwrap().unwrap().position, 1);
    assert_eq!(node.verify().unwrap().problems, []);
    drop(node);
    // Once is enough.
    assert_eq!(open(dirs[0].path(), "pc-1").1.epoch_began, None);
}

#[test]
fn a_copy_on_another_machine_begins_a_new_epoch() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut node = node(dirs[0].path(), 1);
    record(&mut node, 1);
    copy(dirs[0].path(), dirs[1].path(), &ALL);
    let (copied, opened) = open(dirs[1].path(), "pc-2");
    assert_eq!((opened.epoch_began, copied.epoch()), (Some(WhyNewEpoch::Copied), epoch(77)));
    drop(copied);
    assert_eq!(open(dirs[1].path(), "pc-2").1.epoch_began, None);
    // The original goes on.
    drop(node);
    assert_eq!(open(dirs[0].path(), "pc-1").1.epoch_began, None);
}

/// File systems date changes in steps of some milliseconds.
fn wait() {
    let begun = std::time::Instant::now();
    while begun.elapsed().as_millis() < 30 {
        std::thread::yield_now();
    }
}

/// As tools do that copy only what differs in size or time, into the files that are there.
fn copy_what_differs(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap).filter(|file| file.metadata().unwrap().is_file()) {
        let (old, there) = (file.metadata().unwrap(), to.join(file.file_name()));
        let same = std::fs::metadata(&there)
            .is_ok_and(|new| (new.len(), new.modified().unwrap()) == (old.len(), old.modified().unwrap()));
        if same {
            continue;
        }
        let mut into = std::fs::OpenOptions::new().create(true).truncate(true).write(true).open(&there).unwrap();
        std::io::Write::write_all(&mut into, &std::fs::read(file.path()).unwrap()).unwrap();
        into.set_modified(old.modified().unwrap()).unwrap();
    }
}

#[test]
fn a_folder_of_which_only_what_differs_was_put_back_begins_a_new_epoch() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (here, away) = (dirs[0].path(), dirs[1].path());
    let mut node = Replica::create(here, &new_node(1)).unwrap();
    record(&mut node, 1);
    drop(node);
    for round in 0..2 {
        copy_what_differs(here, away);
        wait();
        let (mut node, opened) = Replica::open(here, "pc-1", epoch(60 + round)).unwrap();
        assert_eq!(opened.epoch_began, None, "nothing was put back");
        record(&mut node, 2);
        drop(node);
        wait();
        copy_what_differs(away, here);
        let (node, opened) = Replica::open(here, "pc-1", epoch(70 + round)).unwrap();
        assert_eq!(opened.epoch_began, Some(WhyNewEpoch::Copied), "round {round}");
        drop(node);
        wait();
    }
}

#[test]
fn a_folder_put_back_on_its_machine_begins_a_new_epoch() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (here, away) = (dirs[0].path(), dirs[1].path());
    let mut node = Replica::create(here, &new_node(1)).unwrap();
    record(&mut node, 1);
    drop(node);
    copy(here, away, &ALL);
    copy(here, away, &["replica.seat"]);
    let (mut node, opened) = Replica::open(here, "pc-1", epoch(77)).unwrap();
    assert_eq!(opened.epoch_began, None);
    record(&mut node, 2);
    drop(node);
    wait();
    for (round, is_emptied) in [(1, false), (2, true)] {
        if is_emptied {
            std::fs::remove_dir_all(here).unwrap();
        }
        copy(away, here, &[&ALL[..], &["replica.seat"]].concat());
        let (mut node, opened) = Replica::open(here, "pc-1", epoch(77 + round)).unwrap();
        assert_eq!(opened.epoch_began, Some(WhyNewEpoch::Copied), "round {round}");
        record(&mut node, 3);
        assert_eq!(node.log(epoch(1)).unwrap().unwrap().position, 1);
        drop(node);
        // Once is enough.
        assert_eq!(Replica::open(here, "pc-1", epoch(99)).unwrap().1.epoch_began, None);
    }
}

#[test]
fn a_backup_opened_as_a_replica_begins_a_new_epoch() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut node = node(dirs[0].path(), 1);
    record(&mut node, 1);
    let target = dirs[1].path().join("replica.db");
    node.backup(&target).unwrap();
    assert!(matches!(node.backup(&target), Err(StoreError::TargetExists(_))));
    let (copied, opened) = open(dirs[1].path(), "pc-1");
    assert_eq!(opened.epoch_began, Some(WhyNewEpoch::Copied));
    assert_eq!(rows(&copied), rows(&node));
}

#[test]
fn a_database_parted_from_its_wal_begins_a_new_epoch() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    drop(node(dirs[0].path(), 1));
    let (mut node, _) = open(dirs[0].path(), "pc-1");
    for millis in 0..4 {
        record(&mut node, millis);
    }
    node.crash();
    assert!(dirs[0].path().join("replica.db-wal").metadata().unwrap().len() > 0);
    copy(dirs[0].path(), dirs[1].path(), &["replica.db", "replica.head"]);
    let (parted, opened) = open(dirs[1].path(), "pc-1");
    assert_eq!(opened.epoch_began, Some(WhyNewEpoch::PartedFromWal));
    assert_eq!(parted.log(epoch(1)).unwrap().unwrap().position, 0);
    // With its WAL nothing is missing and nothing begins.
    let (whole, opened) = open(dirs[0].path(), "pc-1");
    assert_eq!(opened.epoch_began, None);
    assert_eq!(whole.log(epoch(1)).unwrap().unwrap().position, 4);
}

#[test]
fn a_crash_between_commit_and_head_file_is_no_restore() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let mut heads = Vec::new();
    for millis in 0..3 {
        heads.push(std::fs::read(dir.path().join("replica.head")).unwrap());
        record(&mut node, millis);
    }
    node.crash();
    // One behind: as after such a crash. Two behind: never by itself.
    for (back, expected) in [(1, None), (2, Some(WhyNewEpoch::Restored))] {
        let other = tempfile::tempdir().unwrap();
        copy(dir.path(), other.path(), &ALL);
        std::fs::write(other.path().join("replica.head"), &heads[heads.len() - back]).unwrap();
        assert_eq!(open(other.path(), "pc-1").1.epoch_began, expected);
    }
}

#[test]
fn a_used_epoch_is_not_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    assert!(matches!(node.begin_epoch(epoch(1)), Err(StoreError::EpochTaken(_))));
    node.begin_epoch(epoch(2)).unwrap();
    assert_eq!(node.epoch(), epoch(2));
}

#[test]
fn a_hub_older_than_what_it_acknowledged_begins_a_new_epoch() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut node = node(dirs[1].path(), 1);
    record(&mut node, 1);
    // Each step alone is one that a node may have been told of.
    let push: fn(&mut Replica, &mut Replica) = |node, hub| push(node, hub, 10);
    let judge: fn(&mut Replica, &mut Replica) = |_, hub| judge(hub);
    for (step, act) in [push, judge].into_iter().enumerate() {
        let backup = dirs[2].path().join(step.to_string());
        std::fs::create_dir_all(&backup).unwrap();
        hub.backup(&backup.join("replica.db")).unwrap();
        act(&mut node, &mut hub);
        copy(dirs[0].path(), &backup, &["replica.head"]);
        assert_eq!(open(&backup, "hub").1.epoch_began, Some(WhyNewEpoch::PartedFromWal), "step {step}");
    }
}

#[test]
fn a_file_of_the_first_format_is_taken_along_with_all_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    record(&mut node, 1);
    drop(node);
    let raw = rusqlite::Connection::open(dir.path().join("replica.db")).unwrap();
    let later = [
        "account",
        "draft",
        "audit",
        "lease",
        "issued",
        "lease_use",
        "publication",
        "application",
        "favourite",
        "change_run",
        "request",
        "attachment",
        "blob",
        "received",
        "brought",
        "call",
        "call_day",
        "alarm",
        "delivery",
        "referral",
        "long_value",
    ];
    for table in later {
        raw.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }
    raw.execute_batch("DROP INDEX row_created; DROP INDEX row_signed; DROP INDEX row_numbered; DROP INDEX row_unnumbered; DROP INDEX row_divergent; ALTER TABLE transaction_row DROP COLUMN signed; ALTER TABLE transaction_row DROP COLUMN numbered; ALTER TABLE transaction_row DROP COLUMN two_papers;
         CREATE INDEX row_divergent ON transaction_row (document) WHERE divergences > 0; ALTER TABLE node DROP COLUMN backup_days; DROP TABLE draft_file; PRAGMA user_version = 1")
        .unwrap();
    drop(raw);
    let (mut node, opened) = open(dir.path(), "pc-1");
    assert_eq!(opened.epoch_began, None);
    assert_eq!(node.counts().unwrap().transactions, 1);
    assert_eq!(node.accounts().unwrap(), []);
    record(&mut node, 2);
    assert_eq!(node.verify().unwrap().problems, []);
}

#[test]
fn rows_of_an_older_file_are_made_again_by_the_hubs_clock() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let day_behind = Clock { hub_offset_millis: Some(86_400_000), ..clock(1_000) };
    let id = node.create_transaction(&transaction("Budi", "35"), &day_behind).unwrap();
    let right = node.row(id).unwrap().unwrap();
    assert_eq!((right.created_millis, right.changed_millis), (86_401_000, 86_401_000));
    drop(node);
    let path = dir.path().join("replica.db");
    let as_before = || {
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.execute_batch(
            "DROP INDEX row_signed; DROP INDEX row_numbered; DROP INDEX row_unnumbered; DROP INDEX row_divergent; ALTER TABLE transaction_row DROP COLUMN signed; ALTER TABLE transaction_row DROP COLUMN numbered; ALTER TABLE transaction_row DROP COLUMN two_papers;
         CREATE INDEX row_divergent ON transaction_row (document) WHERE divergences > 0;
             UPDATE transaction_row SET created = 1000, changed = 1000; PRAGMA user_version = 16",
        )
        .unwrap();
        raw
    };
    drop(as_before());
    let (node, opened) = open(dir.path(), "pc-1");
    assert_eq!((opened.epoch_began, node.row(id).unwrap().unwrap()), (None, right));
    assert_eq!(node.verify().unwrap().problems, []);
    drop(node);
    // A damaged entry is no reason to keep anybody out.
    as_before().execute("UPDATE entry SET raw = x'00'", []).unwrap();
    let (node, _) = open(dir.path(), "pc-1");
    assert_eq!(node.row(id).unwrap().unwrap().created_millis, 1000);
}

#[test]
fn long_values_in_the_entries_of_an_older_file_stay_there_and_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[]);
    let new = |body: &str| NewPublication { office: office(), topic: "catalogue".to_owned(), body: body.to_owned() };
    let texts = ["satu ".repeat(1000), "dua ".repeat(1000)];
    hub.publish(&[new(&texts[0])], &|_| None, &clock(1)).unwrap();
    let (before, raw) = (hub.log(epoch(200)).unwrap(), hub.entry(epoch(200), 1).unwrap());
    drop(hub);
    let database = rusqlite::Connection::open(dir.path().join("replica.db")).unwrap();
    let column = |sql| database.query_row::<Vec<u8>, _, _>(sql, [], |row| row.get(0)).unwrap();
    let (packed, value) = (column("SELECT raw FROM entry"), column("SELECT bytes FROM long_value"));
    assert_eq!((packed[0], value.as_slice()), (3, texts[0].as_bytes()));
    let after = packed.len() - usize::from(u16::from_be_bytes([packed[33], packed[34]]));
    let whole = [&packed[35..after], &value, &packed[after..]].concat();
    database.execute("UPDATE entry SET raw = ?", [whole.as_slice()]).unwrap();
    database
        .execute_batch(
            "DROP TABLE long_value; DROP INDEX blob_unsent; DROP INDEX row_signed; DROP INDEX row_numbered; DROP INDEX row_unnumbered; DROP INDEX row_divergent;
             ALTER TABLE transaction_row DROP COLUMN signed; ALTER TABLE transaction_row DROP COLUMN numbered; ALTER TABLE transaction_row DROP COLUMN two_papers;
         CREATE INDEX row_divergent ON transaction_row (document) WHERE divergences > 0; PRAGMA user_version = 14",
        )
        .unwrap();
    drop(database);
    let (mut hub, opened) = open(dir.path(), "hub");
    assert_eq!(opened.epoch_began, None);
    assert_eq!((hub.log(epoch(200)).unwrap(), hub.entry(epoch(200), 1).unwrap()), (before, raw));
    hub.publish(&[new(&texts[1])], &|_| None, &clock(2)).unwrap();
    let found = hub.publications_of(&office(), "catalogue", 10, &|_| true).unwrap();
    assert_eq!(found.iter().rev().map(|one| one.publication.body.as_str()).collect::<Vec<_>>(), texts);
    assert_eq!(hub.verify().unwrap().problems, []);
    let database = rusqlite::Connection::open(dir.path().join("replica.db")).unwrap();
    let packed = database.query_row("SELECT raw FROM entry ORDER BY place", [], |row| row.get::<_, Vec<u8>>(0));
    assert_eq!(packed.unwrap(), whole, "what is written is not written again");
}
