//! Power cuts: every state that the disk may be in when the power fails between two syncs, made from the real files.
//!
//! The disk is taken to keep what was synced, and of what was written since any 512-byte sectors in any order. Files are
//! copied at the syncs: after each commit, and around each merge of the WAL into the database.

use std::collections::BTreeSet;
use std::path::Path;

use change_log::DocumentId;
use replica_store::{Durability, IngestBatch, Replica, Role};
use rusqlite::Connection;
use serde_json::json;

use crate::world::*;

const SECTOR: usize = 512;
const WAL_HEADER: usize = 32;
const FRAME: usize = 24 + 4096;

/// The files at one moment, and what had been said to be saved by then.
#[derive(Clone)]
struct Disk {
    database: Vec<u8>,
    wal: Vec<u8>,
    head: Vec<u8>,
    saved: BTreeSet<DocumentId>,
}

impl Disk {
    fn of(dir: &Path, saved: &BTreeSet<DocumentId>) -> Self {
        let read = |name: &str| std::fs::read(dir.join(name)).unwrap_or_default();
        let saved = saved.clone();
        Self { database: read("replica.db"), wal: read("replica.db-wal"), head: read("replica.head"), saved }
    }

    fn with_wal(&self, wal: Vec<u8>) -> Self {
        Self { wal, ..self.clone() }
    }
}

/// A number for a number, the same in every run.
fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// `old` with some sectors of `new`: which ones, `seed` tells. The file may have grown or not.
fn torn(old: &[u8], new: &[u8], seed: u64) -> Vec<u8> {
    let longest = if mixed(seed).is_multiple_of(3) { old.len() } else { old.len().max(new.len()) };
    let mut file = old.to_vec();
    file.resize(longest, 0);
    for (index, sector) in new.chunks(SECTOR).enumerate() {
        let at = index * SECTOR;
        if at + sector.len() <= file.len() && mixed(seed ^ ((index as u64) << 20)).is_multiple_of(2) {
            file[at..at + sector.len()].copy_from_slice(sector);
        }
    }
    file
}

/// What may be on the disk after `before` was synced and while the WAL is being brought to that of `after`.
fn while_committing(before: &Disk, after: &Disk, seed: u64) -> Vec<Disk> {
    let mut images = Vec::new();
    let mut cuts: BTreeSet<usize> = (before.wal.len()..=after.wal.len()).step_by(4099).collect();
    for frame in (WAL_HEADER..=after.wal.len()).step_by(FRAME) {
        cuts.extend([frame.saturating_sub(1), frame, frame + 1, frame + 23, frame + 25]);
    }
    cuts.extend([after.wal.len() - 1, after.wal.len()]);
    let starts_anew = before.wal.get(..WAL_HEADER) != after.wal.get(..WAL_HEADER);
    for cut in cuts.into_iter().filter(|cut| *cut <= after.wal.len() && (starts_anew || *cut >= before.wal.len())) {
        let mut wal = after.wal[..cut].to_vec();
        // A WAL that starts anew is written over the old one.
        wal.extend_from_slice(before.wal.get(cut..).unwrap_or_default());
        images.push(before.with_wal(wal));
    }
    for round in 0..8 {
        images.push(before.with_wal(torn(&before.wal, &after.wal, seed ^ (round << 8))));
    }
    // The WAL is synced, the head file is being written.
    for round in 0..3 {
        let head = torn(&before.head, &after.head, seed ^ (round << 9));
        images.push(Disk { head, saved: before.saved.clone(), ..after.clone() });
    }
    images.push(after.clone());
    images
}

/// What may be on the disk while the WAL is merged into the database.
fn while_merging(before: &Disk, after: &Disk, seed: u64) -> Vec<Disk> {
    let image =
        |round: u64| Disk { database: torn(&before.database, &after.database, seed ^ (round << 10)), ..before.clone() };
    (0..8u64).map(image).chain([Disk { database: after.database.clone(), ..before.clone() }]).collect()
}

/// A power cut: the files as they are found, opened again.
fn after_the_cut(image: &Disk, machine: &str, known: &BTreeSet<DocumentId>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("replica.db"), &image.database).unwrap();
    std::fs::write(dir.path().join("replica.db-wal"), &image.wal).unwrap();
    std::fs::write(dir.path().join("replica.head"), &image.head).unwrap();
    let (mut replica, opened) = Replica::open_with(dir.path(), machine, epoch(77), Durability::Test).unwrap();
    assert_eq!(opened.epoch_began, None, "no backup was put back, nothing was copied");
    assert_eq!(replica.verify().unwrap().problems, []);
    let found: BTreeSet<DocumentId> = rows(&replica).into_iter().map(|row| row.document).collect();
    assert!(image.saved.is_subset(&found), "lost what was said to be saved");
    assert!(found.is_subset(known), "made up what nobody recorded");
    let views = replica.dump_views().unwrap();
    replica.rebuild_views().unwrap();
    assert_eq!(replica.dump_views().unwrap(), views);
    // Work goes on, and comes back after the next, orderly start.
    let count = found.len();
    if replica.role() == Role::Node {
        replica.create_transaction(&transaction("Sesudah", "35"), &clock(90)).unwrap();
        drop(replica);
        let (replica, opened) = Replica::open_with(dir.path(), machine, epoch(78), Durability::Test).unwrap();
        assert_eq!((opened.epoch_began, rows(&replica).len()), (None, count + 1));
    }
}

/// Everything a replica does, with the files after each sync. The second list: before and after each merge.
struct Recording {
    commits: Vec<(Disk, Disk)>,
    merges: Vec<(Disk, Disk)>,
    known: BTreeSet<DocumentId>,
}

impl Recording {
    fn step(&mut self, dir: &Path, saved: &mut BTreeSet<DocumentId>, act: impl FnOnce() -> Vec<DocumentId>) {
        let before = Disk::of(dir, saved);
        let made = act();
        saved.extend(&made);
        self.known.extend(made);
        self.commits.push((before, Disk::of(dir, saved)));
    }

    /// As SQLite does by itself every 4,000 pages.
    fn merge(&mut self, dir: &Path, saved: &BTreeSet<DocumentId>) {
        let before = Disk::of(dir, saved);
        let raw = Connection::open(dir.join("replica.db")).unwrap();
        let done: (i64, i64, i64) = raw
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap();
        assert!(done.0 == 0 && done.1 == done.2 && done.1 > 0, "all of it merged: {done:?}");
        self.merges.push((before, Disk::of(dir, saved)));
    }

    fn play(self, machine: &str) {
        assert!(
            self.commits.iter().any(|(before, after)| !before.wal.is_empty() && before.wal[..32] != after.wal[..32])
        );
        for (seed, (before, after)) in self.commits.iter().enumerate() {
            for image in while_committing(before, after, seed as u64) {
                after_the_cut(&image, machine, &self.known);
            }
        }
        for (seed, (before, after)) in self.merges.iter().enumerate() {
            for image in while_merging(before, after, seed as u64) {
                after_the_cut(&image, machine, &self.known);
            }
        }
    }
}

const fn recording() -> Recording {
    Recording { commits: Vec::new(), merges: Vec::new(), known: BTreeSet::new() }
}

#[test]
fn a_node_keeps_what_it_said_is_saved_whatever_sectors_the_power_cut_left() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let (mut record, mut saved) = (recording(), BTreeSet::new());
    for round in 0..2i64 {
        record.step(dir.path(), &mut saved, || {
            vec![node.create_transaction(&transaction("Nama", "35"), &clock(round)).unwrap()]
        });
        let id = *saved.first().unwrap();
        record.step(dir.path(), &mut saved, || {
            node.edit(id, &[("nama".parse().unwrap(), json!(format!("Baru {round}")))], &clock(10 + round)).unwrap();
            Vec::new()
        });
        record.step(dir.path(), &mut saved, || {
            let many: Vec<_> = (0..5).map(|number| transaction(&format!("Warga {number}"), "35")).collect();
            node.create_transactions(&many, &clock(20 + round)).unwrap()
        });
        record.merge(dir.path(), &saved);
    }
    drop(node);
    record.play("pc-1");
}

#[test]
fn a_hub_keeps_what_it_acknowledged_whatever_sectors_the_power_cut_left() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut front = node(dirs[1].path(), 1);
    let (mut record, mut saved) = (recording(), BTreeSet::new());
    for round in 0..2i64 {
        let many: Vec<_> = (0..6).map(|number| transaction(&format!("Warga {number}"), "35")).collect();
        let ids = front.create_transactions(&many, &clock(round)).unwrap();
        record.known.extend(&ids);
        record.step(dirs[0].path(), &mut saved, || {
            let held = hub.log(epoch(1)).unwrap().unwrap().position;
            let entries = front.entries(epoch(1), held, 100, usize::MAX).unwrap();
            ingest(&mut hub, IngestBatch { epoch: epoch(1), entries, signed_head: None }).unwrap();
            Vec::new()
        });
        record.step(dirs[0].path(), &mut saved, || {
            judge(&mut hub);
            ids
        });
        record.merge(dirs[0].path(), &saved);
    }
    drop(hub);
    record.play("hub");
}

/// A disk that lies about its syncs, or a database file put apart from its WAL: the head file tells, and nothing is
/// written into a log that others may have seen further.
#[test]
fn commits_that_the_disk_lost_after_all_begin_a_new_epoch() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let mut saved = BTreeSet::new();
    let mut disks = Vec::new();
    for millis in 0..6 {
        saved.insert(node.create_transaction(&transaction("Nama", "35"), &clock(millis)).unwrap());
        disks.push(Disk::of(dir.path(), &saved));
    }
    node.crash();
    for (index, older) in disks.iter().enumerate() {
        for newer in &disks[index + 1..] {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join("replica.db"), &older.database).unwrap();
            std::fs::write(dir.path().join("replica.db-wal"), &older.wal).unwrap();
            std::fs::write(dir.path().join("replica.head"), &newer.head).unwrap();
            let (mut replica, opened) = Replica::open_with(dir.path(), "pc-1", epoch(77), Durability::Test).unwrap();
            assert!(opened.epoch_began.is_some());
            replica.create_transaction(&transaction("Sesudah", "35"), &clock(90)).unwrap();
            assert_eq!(replica.log(epoch(1)).unwrap().unwrap().position, older.saved.len() as u64);
            assert_eq!(replica.log(epoch(77)).unwrap().unwrap().position, 1);
            assert_eq!(replica.verify().unwrap().problems, []);
        }
    }
}
