//! Files in the folder that nothing names any more: of forms that were thrown away, of a crash between a file and its commit,
//! and those that were taken away again. They are personal data, and go: not before a day after they were first found so, and
//! not before the hub was then proven to hold the same records. Until that, a record that names one may still be on its way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use change_log::BlobHash;
use rusqlite::Connection;

use crate::entries::packed;
use crate::{Reader, Replica, StoreError};

/// The setting that keeps what was found, one a line: hash, when it was found, when the last proof was then.
const FOUND: &str = "sweep/found";
/// So long after it was found one stays at least.
const AGE_MILLIS: i64 = 24 * 3_600_000;
/// So many are kept in mind; the others are found the next time.
const FOUND_MAX: usize = 10_000;
/// How the names of folders begin in which a restore puts what was there before.
const ASIDE: &str = "before-restore-";
/// In front of the hash in the key by which a record names a file.
const KEY: &[u8] = b"attachment/";
/// Digits of a hash.
const DIGITS: usize = 64;

/// What became of the files that nothing names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// So many wait until it is sure that nothing will.
    pub waiting: u64,
    /// So many are gone.
    pub removed: u64,
}

/// When a file was first found to be named by nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    at_millis: i64,
    /// The last proof by then.
    proof_millis: Option<i64>,
}

impl Found {
    /// A clock that was ahead made it look later than it was: from now on it counts anew.
    fn by_the_clock(self, now_millis: i64) -> Self {
        Self { at_millis: self.at_millis.min(now_millis), ..self }
    }

    /// A proof with a later time than the last one had then was made since. One that was made since by a clock that was ahead before
    /// may have an earlier time: then the next one is waited for.
    fn is_due(self, now_millis: i64, proof_millis: Option<i64>) -> bool {
        proof_millis > self.proof_millis && now_millis.saturating_sub(self.at_millis) > AGE_MILLIS
    }
}

impl Replica {
    /// Takes away the files of the folder that nothing names, once that is sure; at a node. `is_moving` says of a file that it
    /// is on its way just now. Nobody else must be between putting a file there and naming it: whoever does both holds this
    /// replica meanwhile, or looks again.
    ///
    /// # Errors
    ///
    /// When the database or the folder cannot be read or written. What was named stays in any case.
    pub fn sweep_files(&mut self, now_millis: i64, is_moving: impl Fn(BlobHash) -> bool) -> Result<Swept, StoreError> {
        let Some(office) = self.office() else { return Ok(Swept::default()) };
        let folder = self.blob_folder();
        let proof = self.last_proof(&office)?;
        let proof_millis = proof.map(|proof| proof.at_millis);
        let is_equal = proof.is_some_and(|proof| self.office_digest(&office).is_ok_and(|now| now == proof.digest));
        let mut named = self.named_anywhere()?;
        // What was put aside before a restore has its files here, and is perhaps still to be sent.
        for aside in put_aside(self.dir())? {
            match Reader::open(&aside) {
                Ok(aside) => named.extend(aside.named_anywhere()?),
                Err(_) => return Ok(Swept::default()),
            }
        }
        let before = self.setting(FOUND)?.map(|text| read(&text)).unwrap_or_default();
        let mut found = BTreeMap::new();
        let mut due = BTreeSet::new();
        for hash in folder.all()? {
            if named.contains(&hash) || is_moving(hash) {
                continue;
            }
            let new = Found { at_millis: now_millis, proof_millis };
            let known = before.get(&hash).map_or(new, |known| known.by_the_clock(now_millis));
            if is_equal && known.is_due(now_millis, proof_millis) {
                due.insert(hash);
            } else if found.len() < FOUND_MAX {
                found.insert(hash, known);
            }
        }
        let swept = Swept { waiting: found.len() as u64, removed: due.len() as u64 };
        if found != before {
            self.set_setting(FOUND, write(&found).as_bytes())?;
        }
        for hash in due {
            // The row first: there is never one without its file.
            self.forget_blob(hash)?;
            folder.remove(hash)?;
        }
        Ok(swept)
    }
}

impl Reader {
    /// Every file that a record, a draft or a change that is no record's yet names.
    fn named_anywhere(&self) -> Result<BTreeSet<BlobHash>, StoreError> {
        let mut named: BTreeSet<BlobHash> = self.files_named()?.into_iter().collect();
        let mut drafts = self.connection.prepare_cached("SELECT DISTINCT hash FROM draft_file")?;
        for hash in drafts.query_map([], |row| Ok(BlobHash(row.get(0)?)))? {
            named.insert(hash?);
        }
        // Judged again, recorded anew: what was refused, waits or lost its place may be a record's one day.
        add_unaccepted(&self.connection, &mut named)?;
        for entry in self.set_aside()? {
            add_mentioned(&entry.raw, &mut named);
        }
        Ok(named)
    }
}

/// The folders of databases that were put aside.
fn put_aside(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let is_aside = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ASIDE));
        if is_aside && path.is_dir() {
            found.push(path);
        }
    }
    Ok(found)
}

fn add_unaccepted(connection: &Connection, named: &mut BTreeSet<BlobHash>) -> Result<(), StoreError> {
    let sql =
        "SELECT e.raw, l.epoch, e.prefix FROM entry e JOIN log l ON l.idx = e.place >> 32 WHERE e.state IN (0, 2, 3)";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let packed: Vec<u8> = row.get(0)?;
        let (raw, _) = packed::unpack(connection, &packed, change_log::EpochId(row.get(1)?), row.get(2)?)?;
        add_mentioned(&raw, named);
    }
    Ok(())
}

/// The files that stand in the bytes of a change: its keys lie there as they are.
fn add_mentioned(raw: &[u8], named: &mut BTreeSet<BlobHash>) {
    for (at, _) in raw.windows(KEY.len()).enumerate().filter(|(_, window)| *window == KEY) {
        let digits =
            raw.get(at + KEY.len()..at + KEY.len() + DIGITS).and_then(|digits| std::str::from_utf8(digits).ok());
        named.extend(digits.and_then(|digits| digits.parse::<BlobHash>().ok()));
    }
}

fn write(found: &BTreeMap<BlobHash, Found>) -> String {
    let line = |(hash, found): (&BlobHash, &Found)| {
        let proof = found.proof_millis.map_or_else(|| "-".to_owned(), |proof| proof.to_string());
        format!("{hash} {} {proof}\n", found.at_millis)
    };
    found.iter().map(line).collect()
}

/// What is damaged is found again.
fn read(text: &[u8]) -> BTreeMap<BlobHash, Found> {
    let lines = std::str::from_utf8(text).unwrap_or_default().lines();
    let line = |line: &str| {
        let mut words = line.split(' ');
        let (hash, at_millis, proof) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?);
        let proof_millis = if proof == "-" { None } else { Some(proof.parse().ok()?) };
        Some((hash, Found { at_millis, proof_millis }))
    };
    lines.filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_read_as_it_was_written_and_what_is_damaged_is_left_out() {
        let hash = |number: u8| BlobHash([number; 32]);
        let found = BTreeMap::from([
            (hash(1), Found { at_millis: 5, proof_millis: None }),
            (hash(2), Found { at_millis: 6, proof_millis: Some(4) }),
        ]);
        assert_eq!(read(write(&found).as_bytes()), found);
        assert!(read(b"\xff").is_empty() && read(b"00 5 -\nx\n").is_empty());
    }

    #[test]
    fn files_are_found_in_the_bytes_of_a_change() {
        let hash = BlobHash([0xab; 32]);
        let mut named = BTreeSet::new();
        add_mentioned(format!("\u{1}Lattachment/{hash}\u{2}attachment/00attachment/").as_bytes(), &mut named);
        assert_eq!(named, BTreeSet::from([hash]));
    }

    #[test]
    fn a_day_and_a_later_proof_have_to_pass() {
        let found = Found { at_millis: 100, proof_millis: Some(90) };
        let later = 101 + AGE_MILLIS;
        assert!(found.is_due(later, Some(91)));
        assert!(!found.is_due(later, Some(90)) && !found.is_due(later, None) && !found.is_due(later - 1, Some(91)));
        assert!(!Found { at_millis: later + 5, ..found }.by_the_clock(later).is_due(later, Some(91)));
    }
}
