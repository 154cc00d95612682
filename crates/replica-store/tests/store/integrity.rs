//! Chains at any position, and verification that finds what was altered behind the store's back.

use change_log::ChainHash;

use crate::world::*;
use replica_store::{Durability, Problem, ProblemKind, Replica};
use rusqlite::Connection;

#[test]
fn chains_are_found_at_every_position() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut node = node(dirs[1].path(), 1);
    let many: Vec<_> = (0..2100).map(|number| transaction(&format!("Nama {number}"), "35")).collect();
    node.create_transactions(&many, &clock(5)).unwrap();
    exchange(&mut node, &mut hub);
    let entries = node.entries(epoch(1), 0, usize::MAX, usize::MAX).unwrap();
    assert_eq!(entries.len(), 2100);
    let mut chain = ChainHash::of_log(epoch(1));
    let mut feed = ChainHash::of_feed(epoch(200), OFFICE);
    for entry in &entries {
        chain = chain.after(entry.entry_hash());
        feed = feed.after(entry.entry_hash());
        if entry.position % 171 == 0 || entry.position % 1024 <= 1 {
            for replica in [&node, &hub] {
                assert_eq!(replica.log_chain_at(epoch(1), entry.position).unwrap(), Some(chain));
            }
            assert_eq!(hub.feed_chain_at(OFFICE, entry.position).unwrap(), Some(feed));
        }
    }
    assert_eq!(node.log_chain_at(epoch(1), 2101).unwrap(), None);
    assert_eq!(node.log_chain_at(epoch(9), 1).unwrap(), None);
    assert_eq!(hub.feed_chain_at(OFFICE, 2101).unwrap(), None);
    assert_eq!(hub.feed_chain_at(OFFICE, 0).unwrap(), Some(ChainHash::of_feed(epoch(200), OFFICE)));
    // Two marks for the log on each side, two for the feed: no chain is ever folded from far away.
    for (dir, expected) in [(&dirs[0], 4), (&dirs[1], 2)] {
        let raw = Connection::open(dir.path().join("replica.db")).unwrap();
        let marks: i64 = raw.query_row("SELECT count(*) FROM chain_mark", [], |row| row.get(0)).unwrap();
        assert_eq!(marks, expected);
    }
    // Limits of a slice: count, bytes, and never nothing.
    assert_eq!(node.entries(epoch(1), 2000, 7, usize::MAX).unwrap().len(), 7);
    assert_eq!(node.entries(epoch(1), 2000, 7, 0).unwrap().len(), 1);
    assert_eq!(node.entries(epoch(1), 2000, 0, 9).unwrap().len(), 0);
    assert_eq!(node.entries(epoch(1), 2100, 7, 9).unwrap().len(), 0);
    let two = entries[5].raw.len() + entries[6].raw.len();
    assert_eq!(node.entries(epoch(1), 5, 10, two).unwrap().len(), 2);
    assert_eq!(hub.feed_items(OFFICE, 5, 10, two).unwrap().items.len(), 2);
    assert_eq!(hub.feed_items("everyone", 0, 10, two).unwrap().items.len(), 0);
}

#[test]
fn what_a_feed_repeats_of_a_log_is_named_without_reading_it() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1, 2]);
    let (mut first, mut second) = (node(dirs[1].path(), 1), node(dirs[2].path(), 2));
    let record = |node: &mut Replica, count: i64, at: i64| {
        let many: Vec<_> = (0..count).map(|number| transaction(&format!("Nama {at} {number}"), "35")).collect();
        node.create_transactions(&many, &clock(at)).unwrap();
    };
    record(&mut first, 1500, 5);
    exchange(&mut first, &mut hub);
    record(&mut second, 3, 6);
    exchange(&mut second, &mut hub);
    record(&mut first, 10, 7);
    exchange(&mut first, &mut hub);
    let repeat = |after, log_end| hub.feed_repeat(OFFICE, after, epoch(1), log_end).unwrap();
    let chain_at = |position| hub.feed_chain_at(OFFICE, position).unwrap().unwrap();
    // Up to the mark, and up to the end; not in between, where the chain would have to be folded.
    let to_mark = repeat(0, 2000).unwrap();
    assert_eq!((to_mark.position, to_mark.chain), (1024, chain_at(1024)));
    assert_eq!(to_mark.log_positions, (1..=1024).collect::<Vec<_>>());
    assert_eq!(repeat(1024, 2000), None, "another log's entries come before the next mark");
    let to_end = repeat(1503, 2000).unwrap();
    assert_eq!((to_end.position, to_end.chain), (1513, chain_at(1513)));
    assert_eq!(to_end.log_positions, (1501..=1510).collect::<Vec<_>>());
    assert_eq!(repeat(1513, 2000), None, "there is nothing above the end");
    assert_eq!(repeat(1503, 1505), None, "the node did not show that it holds the rest");
    assert_eq!(repeat(1500, 2000), None, "another log's entry comes first");
    assert_eq!(hub.feed_repeat(OFFICE, 0, epoch(9), 9).unwrap(), None);
    // What the disk lost must not be named.
    drop(hub);
    let raw = Connection::open(dirs[0].path().join("replica.db")).unwrap();
    let lost = raw.execute("DELETE FROM entry WHERE place & 4294967295 = 700", []).unwrap();
    assert_eq!(lost, 1);
    let hub = replica_store::Reader::open(dirs[0].path()).unwrap();
    assert_eq!(hub.feed_repeat(OFFICE, 0, epoch(1), 2000).unwrap(), None);
}

#[test]
fn every_alteration_is_found() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut back = hub(dirs[0].path(), &[1]);
    let mut front = node(dirs[1].path(), 1);
    for millis in 0..4 {
        front.create_transaction(&transaction(&format!("Nama {millis}"), "35"), &clock(millis)).unwrap();
    }
    exchange(&mut front, &mut back);
    let place = "(SELECT min(place) + 1 FROM entry)";
    let flip = format!(
        "UPDATE entry SET raw = CAST(substr(raw, 1, 60) || x'ff' || substr(raw, 62) AS BLOB) WHERE place = {place}"
    );
    let both = [
        flip.as_str(),
        "DELETE FROM entry WHERE place = (SELECT max(place) FROM entry)",
        "DELETE FROM entry WHERE place = (SELECT min(place) FROM entry)",
        "UPDATE entry SET prefix = prefix + 1 WHERE place = (SELECT max(place) FROM entry)",
        "UPDATE entry SET document = document + 1 WHERE place = (SELECT min(place) FROM entry)",
        "UPDATE entry SET state = 0 WHERE place = (SELECT min(place) FROM entry)",
        "UPDATE entry SET state = 2 WHERE place = (SELECT min(place) FROM entry)",
        "DELETE FROM document WHERE idx = 2",
        "UPDATE document SET id = zeroblob(16) WHERE idx = 2",
        "DELETE FROM transaction_row WHERE document = 2",
        "UPDATE transaction_row SET name = 'Orang lain' WHERE document = 2",
        "UPDATE transaction_row SET changes = 9 WHERE document = 1",
        "DELETE FROM search WHERE rowid = 2",
        "INSERT OR REPLACE INTO search (rowid, text) VALUES (2, 'orang lain')",
        "UPDATE office SET count = count + 1",
        "UPDATE office SET sum = zeroblob(32)",
        "UPDATE log SET position = position - 1 WHERE position > 0",
        "UPDATE log SET chain = zeroblob(32) WHERE position > 0",
        "UPDATE log SET chain = zeroblob(32) WHERE position = 0",
        "INSERT INTO chain_mark SELECT 2 * idx, 2, zeroblob(32) FROM log",
        "DELETE FROM log WHERE position > 0",
    ];
    let at_hub = [
        "DELETE FROM feed_run WHERE key = (SELECT max(key) FROM feed_run)",
        "UPDATE feed_run SET entry = entry + 1",
        "UPDATE feed_run SET count = count - 1",
        "UPDATE feed SET chain = chain, position = position + 1",
        "INSERT INTO feed_run SELECT key * 2, entry, 1 FROM feed_run",
        "UPDATE feed SET position = position - 1",
        "UPDATE feed SET chain = zeroblob(32)",
        "DELETE FROM feed",
    ];
    // Node 1's log is empty at neither side, so one of the two statements about empty logs only fits the hub's own.
    let fits = |sql: &str, hub: bool| hub || !sql.contains("position = 0");
    for (dir, replica, machine, is_hub) in [(&dirs[0], back, "hub", true), (&dirs[1], front, "pc-1", false)] {
        assert_eq!(replica.verify().unwrap().problems, []);
        drop(replica);
        let extra: &[&str] = if is_hub { &at_hub } else { &[] };
        for sql in both.iter().chain(extra).filter(|sql| fits(sql, is_hub)) {
            let altered = tempfile::tempdir().unwrap();
            for file in ["replica.db", "replica.head"] {
                std::fs::copy(dir.path().join(file), altered.path().join(file)).unwrap();
            }
            let raw = Connection::open(altered.path().join("replica.db")).unwrap();
            raw.pragma_update(None, "foreign_keys", false).unwrap();
            assert!(raw.execute(sql, []).unwrap() > 0, "{sql}");
            drop(raw);
            let (replica, _) = Replica::open_with(altered.path(), machine, epoch(77), Durability::Test).unwrap();
            let report = replica.verify().unwrap();
            assert!(!report.is_sound(), "{machine}: not found: {sql}");
        }
    }
}

#[test]
fn flipped_bits_in_the_file_give_a_right_answer_or_a_named_error() {
    let dir = tempfile::tempdir().unwrap();
    let mut whole = node(dir.path(), 1);
    for millis in 0..4 {
        whole.create_transaction(&transaction(&format!("Nama {millis}"), "35"), &clock(millis)).unwrap();
    }
    let entries = whole.entries(epoch(1), 0, 10, usize::MAX).unwrap();
    drop(whole);
    let bytes = std::fs::read(dir.path().join("replica.db")).unwrap();
    let head = std::fs::read(dir.path().join("replica.head")).unwrap();
    let altered = tempfile::tempdir().unwrap();
    let mut noticed = 0;
    for offset in (0..bytes.len()).step_by(541) {
        let mut flipped = bytes.clone();
        flipped[offset] ^= 0x10;
        std::fs::write(altered.path().join("replica.db"), &flipped).unwrap();
        std::fs::write(altered.path().join("replica.head"), &head).unwrap();
        let _ = std::fs::remove_file(altered.path().join("replica.db-wal"));
        let _ = std::fs::remove_file(altered.path().join("replica.db-shm"));
        let Ok((replica, _)) = Replica::open_with(altered.path(), "pc-1", epoch(77), Durability::Test) else {
            noticed += 1;
            continue;
        };
        match replica.verify() {
            Ok(report) if report.is_sound() => {
                if let Ok(read) = replica.entries(epoch(1), 0, 10, usize::MAX) {
                    assert_eq!(read, entries, "byte {offset}");
                }
            }
            Ok(_) | Err(_) => noticed += 1,
        }
    }
    assert!(noticed > 0);
}

#[test]
fn a_damaged_entry_is_put_right_with_the_other_sides_bytes() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut node = node(dirs[1].path(), 1);
    for millis in 0..4 {
        node.create_transaction(&transaction(&format!("Nama {millis}"), "35"), &clock(millis)).unwrap();
    }
    exchange(&mut node, &mut hub);
    drop(node);
    let raw = Connection::open(dirs[1].path().join("replica.db")).unwrap();
    raw.execute("UPDATE entry SET raw = CAST(substr(raw, 1, 50) AS BLOB) WHERE place % 4 IN (2, 3)", []).unwrap();
    drop(raw);
    let (mut node, _) = Replica::open_with(dirs[1].path(), "pc-1", epoch(77), Durability::Test).unwrap();
    assert!(node.entries(epoch(1), 0, 10, usize::MAX).is_err());
    assert!(!node.verify().unwrap().is_sound());
    let entries = hub.entries(epoch(1), 0, 10, usize::MAX).unwrap();
    let mut wrong = entries[1].clone();
    wrong.raw = entries[0].raw.clone();
    assert!(!node.repair(&wrong).unwrap());
    // One by one the chain cannot be followed while another one is damaged; from the feed both come back.
    assert!(!node.repair(&entries[1]).unwrap());
    node.reset_feed_cursor(OFFICE, None).unwrap();
    let slice = hub.feed_items(OFFICE, 0, 10, usize::MAX).unwrap();
    let head = slice.head.unwrap();
    let cursor = replica_store::FeedCursor { hub_epoch: head.hub_epoch, position: head.position, chain: head.chain };
    let items: Vec<_> = slice.items.into_iter().map(|(_, entry)| replica_store::FeedItem::Entry(entry)).collect();
    assert_eq!(node.apply_feed(OFFICE, &items, cursor).unwrap().held, 4);
    assert_eq!(node.verify().unwrap().problems, []);
    drop(node);
    let raw = Connection::open(dirs[1].path().join("replica.db")).unwrap();
    raw.execute("UPDATE entry SET raw = CAST(substr(raw, 1, 50) AS BLOB) WHERE place % 4 = 2", []).unwrap();
    drop(raw);
    let (mut node, _) = Replica::open_with(dirs[1].path(), "pc-1", epoch(78), Durability::Test).unwrap();
    assert!(node.repair(&entries[1]).unwrap());
    assert!(!node.repair(&entries[1]).unwrap());
    assert_eq!(node.verify().unwrap().problems, []);
}

#[test]
fn other_bytes_of_the_same_prefix_do_not_pass_for_the_damaged_ones() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let id = node.create_transaction(&transaction("Nama", "35"), &clock(1)).unwrap();
    for word in ["Satu", "Dua"] {
        node.edit(id, &[("nama".parse().unwrap(), serde_json::json!(word))], &clock(2)).unwrap();
    }
    let entries = node.entries(epoch(1), 0, 10, usize::MAX).unwrap();
    drop(node);
    let raw = Connection::open(dir.path().join("replica.db")).unwrap();
    let sql =
        "UPDATE entry SET raw = x'00', prefix = (SELECT prefix FROM entry WHERE place % 4 = 3) WHERE place % 4 = 2";
    raw.execute(sql, []).unwrap();
    drop(raw);
    let (mut node, _) = Replica::open_with(dir.path(), "pc-1", epoch(77), Durability::Test).unwrap();
    let mut other = entries[2].clone();
    other.position = 2;
    assert!(!node.repair(&other).unwrap());
    assert!(node.entry(epoch(1), 2).is_err());
}

#[test]
fn a_feed_that_names_one_entry_twice_is_found_even_when_its_chain_fits() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut node = node(dirs[1].path(), 1);
    for millis in 0..3 {
        node.create_transaction(&transaction("Nama", "35"), &clock(millis)).unwrap();
    }
    exchange(&mut node, &mut hub);
    let entries = hub.entries(epoch(1), 0, 10, usize::MAX).unwrap();
    let chain = [0, 1, 1]
        .into_iter()
        .fold(ChainHash::of_feed(epoch(200), OFFICE), |chain, index: usize| chain.after(entries[index].entry_hash()));
    drop(hub);
    let raw = Connection::open(dirs[0].path().join("replica.db")).unwrap();
    let sql = "INSERT INTO feed_run SELECT key + 2, entry + 1, 1 FROM feed_run; UPDATE feed_run SET count = 2 WHERE count = 3";
    raw.execute_batch(sql).unwrap();
    raw.execute("UPDATE feed SET chain = ?", [chain.0]).unwrap();
    drop(raw);
    let (hub, _) = Replica::open_with(dirs[0].path(), "hub", epoch(77), Durability::Test).unwrap();
    let text = format!("feed {OFFICE}: it holds an entry twice");
    assert_eq!(hub.verify().unwrap().problems, [Problem { kind: ProblemKind::Feed, text }]);
}
