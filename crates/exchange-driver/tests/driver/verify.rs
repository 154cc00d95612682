//! Verification finds what was altered behind the store's back, and names it.

use std::path::{Path, PathBuf};

use change_log::EpochId;
use exchange_driver::{NodeIdentity, Verified, verify_hub, verify_node};
use replica_store::{Durability, ProblemKind, Reader, Replica, Role};
use rusqlite::Connection;

use crate::pair::{Pair, record};

const LOG: EpochId = EpochId([1; 16]);
const OFFICE: &str = "35.10.01.2001";

struct Level {
    dir: tempfile::TempDir,
    identity: NodeIdentity,
}

/// A node and a hub that are level; the files are closed.
fn level() -> Level {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, LOG);
    for millis in 2..6 {
        record(&mut node, identity.office, millis);
        pair.until_proven(&mut node, &identity);
    }
    assert_eq!(checked_hub(&pair.hub).covered[0].signed, 5);
    let covered = checked_node(&node, &identity).covered;
    assert_eq!((covered[0].position, covered[0].signed), (5, 5));
    Level { dir, identity }
}

fn checked_hub(hub: &Reader) -> Verified {
    let verified = verify_hub(hub, &mut |_, _| ()).unwrap();
    verified.covered.iter().for_each(|log| assert!(log.signed <= log.position));
    verified
}

fn checked_node(node: &Reader, identity: &NodeIdentity) -> Verified {
    verify_node(node, identity, &mut |_, _| ()).unwrap()
}

fn copy(from: &Path, to: &Path) -> PathBuf {
    std::fs::create_dir_all(to).unwrap();
    for file in ["replica.db", "replica.head"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    to.join("replica.db")
}

fn alter(from: &Path, sql: &str) -> tempfile::TempDir {
    let altered = tempfile::tempdir().unwrap();
    let raw = Connection::open(copy(from, altered.path())).unwrap();
    raw.pragma_update(None, "foreign_keys", false).unwrap();
    assert!(raw.execute(sql, []).unwrap() > 0, "{sql}");
    altered
}

fn flip(column: &str, at: &str) -> String {
    // One bit of one byte, whatever it is.
    format!(
        "UPDATE log SET {column} = CAST(substr({column}, 1, {at} - 1) || CASE substr({column}, {at}, 1)
         WHEN x'00' THEN x'01' ELSE x'00' END || substr({column}, {at} + 1) AS BLOB) WHERE {column} IS NOT NULL"
    )
}

#[test]
fn every_byte_of_a_signed_head_and_of_a_receipt_counts() {
    let level = level();
    for (folder, column, is_hub) in [("hub", "head", true), ("pc-1", "receipt", false)] {
        let from = level.dir.path().join(folder);
        let raw = Connection::open(from.join("replica.db")).unwrap();
        let sql = format!("SELECT length({column}) FROM log WHERE {column} IS NOT NULL");
        let length: i64 = raw.query_row(&sql, [], |row| row.get(0)).unwrap();
        drop(raw);
        for at in (1..=length).step_by(7).chain([length]) {
            let altered = alter(&from, &flip(column, &at.to_string()));
            let reader = Reader::open(altered.path()).unwrap();
            let verified = if is_hub { checked_hub(&reader) } else { checked_node(&reader, &level.identity) };
            let [problem] = &verified.report.problems[..] else { panic!("byte {at} of {column}: {verified:?}") };
            assert_eq!(problem.kind, ProblemKind::Signature, "byte {at} of {column}");
            assert!(problem.text.starts_with(&format!("log {LOG}: ")), "{}", problem.text);
            assert_eq!(verified.advice(reader.role()).len(), 1);
        }
    }
}

#[test]
fn a_lost_or_swapped_statement_is_named() {
    let level = level();
    let hub = level.dir.path().join("hub");
    for (sql, expected) in [
        ("UPDATE log SET head = NULL WHERE head IS NOT NULL", "its signed head for position 5 is missing"),
        ("UPDATE log SET signed = 4 WHERE signed = 5", "its signed head is for position 5, not for 4"),
        ("DELETE FROM node", "its signed head is of a node that is not in the registry"),
        (
            "UPDATE node SET public_key = x'3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'",
            "its signed head does not carry the signature of the node's registered key",
        ),
        ("UPDATE node SET office = '35.10.24.2008'", "its signed head does not carry"),
        (
            "UPDATE log SET epoch = x'02020202020202020202020202020202' WHERE signed = 5",
            "its signed head is for another log",
        ),
    ] {
        let altered = alter(&hub, sql);
        let verified = checked_hub(&Reader::open(altered.path()).unwrap());
        let found = verified
            .report
            .problems
            .iter()
            .any(|problem| problem.kind == ProblemKind::Signature && problem.text.contains(expected));
        assert!(found, "{sql}: {verified:?}");
    }
    let node = level.dir.path().join("pc-1");
    for (sql, expected) in [
        ("UPDATE log SET receipt = NULL", "the hub's receipt for position 5 is missing"),
        ("UPDATE log SET receipted = 4", "the hub's receipt is for position 5, not for 4"),
    ] {
        let altered = alter(&node, sql);
        let verified = checked_node(&Reader::open(altered.path()).unwrap(), &level.identity);
        assert_eq!(verified.report.problems[0].text, format!("log {LOG}: {expected}"));
    }
    let mut other = level.identity.clone();
    other.hub_key = sync_protocol::SigningKey::from_seed(&[66; 32]).verifying_key();
    let verified = checked_node(&Reader::open(&node).unwrap(), &other);
    assert_eq!(
        verified.report.problems[0].text,
        format!("log {LOG}: the hub's receipt does not carry the hub's signature")
    );
}

/// What nobody finds who looks at one side's sums only: entries dropped, and everything that follows from them mended.
#[test]
fn a_dropped_entry_is_found_by_what_the_other_side_signed() {
    let level = level();
    for (folder, machine) in [("hub", "hub"), ("pc-1", "pc-1")] {
        let altered = tempfile::tempdir().unwrap();
        let raw = Connection::open(copy(&level.dir.path().join(folder), altered.path())).unwrap();
        raw.pragma_update(None, "foreign_keys", false).unwrap();
        let reader = Reader::open(altered.path()).unwrap();
        let chain = reader.log_chain_at(LOG, 4).unwrap().unwrap();
        drop(reader);
        let last = "(SELECT document FROM entry ORDER BY place DESC LIMIT 1)";
        for table in
            ["transaction_row WHERE document", "search WHERE rowid", "document WHERE idx", "entry WHERE document"]
        {
            assert_eq!(raw.execute(&format!("DELETE FROM {table} = {last}"), []).unwrap(), 1, "{table}");
        }
        raw.execute(
            "UPDATE log SET position = 4, acknowledged = min(acknowledged, 4), chain = ? WHERE position = 5",
            [chain.0],
        )
        .unwrap();
        drop(raw);
        let (mut replica, _) =
            Replica::open_with(altered.path(), machine, EpochId([88; 16]), Durability::Test).unwrap();
        replica.rebuild_views().unwrap();
        let is_hub = replica.role() == Role::Hub;
        let verified = if is_hub { checked_hub_freely(&replica) } else { checked_node(&replica, &level.identity) };
        let by = if is_hub { "its signed head" } else { "the hub's receipt" };
        let expected = format!("log {LOG}: {by} is for position 5, which is not held");
        let found = verified.report.problems.iter().any(|problem| problem.text == expected);
        assert!(found, "{verified:?}");
    }
}

fn checked_hub_freely(hub: &Reader) -> Verified {
    verify_hub(hub, &mut |_, _| ()).unwrap()
}

#[test]
fn an_altered_entry_is_named_with_its_place() {
    let level = level();
    let sql = "UPDATE entry SET raw = CAST(substr(raw, 1, 60) || x'ff' || substr(raw, 62) AS BLOB) WHERE place % 8 = 2";
    for folder in ["hub", "pc-1"] {
        let altered = alter(&level.dir.path().join(folder), sql);
        let reader = Reader::open(altered.path()).unwrap();
        let verified = match reader.role() {
            Role::Hub => checked_hub(&reader),
            Role::Node => checked_node(&reader, &level.identity),
        };
        let first = &verified.report.problems[0];
        assert_eq!(first.text, format!("log {LOG} position 2: its bytes do not fit its hash"));
        assert_eq!(first.kind, ProblemKind::Log);
    }
}

#[test]
fn the_log_of_a_revoked_node_still_verifies() {
    let level = level();
    let hub = level.dir.path().join("hub");
    let (mut hub, _) = Replica::open_with(&hub, "hub", EpochId([88; 16]), Durability::Test).unwrap();
    hub.revoke_node(level.identity.node, 50).unwrap();
    let verified = checked_hub(&hub);
    assert!(verified.report.is_sound());
    assert!(verified.advice(Role::Hub).is_empty());
}

#[test]
fn a_receipt_lost_on_the_way_comes_with_the_next_exchange() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, LOG);
    // Welcome and acknowledgement arrive, the receipt does not.
    pair.exchange(&mut node, &identity, 40);
    let covered = checked_node(&node, &identity).covered;
    assert_eq!((covered[0].position, covered[0].signed), (1, 0));
    pair.until_proven(&mut node, &identity);
    // The same for a log that nothing is written to any more.
    record(&mut node, identity.office, 2);
    pair.exchange(&mut node, &identity, 40);
    node.begin_epoch(EpochId([5; 16])).unwrap();
    record(&mut node, identity.office, 3);
    pair.until_proven(&mut node, &identity);
    pair.until_proven(&mut node, &identity);
    let verified = checked_node(&node, &identity);
    assert!(verified.report.is_sound(), "{verified:?}");
    assert_eq!(verified.covered.iter().map(|log| (log.position, log.signed)).collect::<Vec<_>>(), [(2, 2), (1, 1)]);
    assert!(checked_hub(&pair.hub).covered.iter().all(|log| log.signed == log.position));
}
