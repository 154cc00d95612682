//! The head file beside the database: what its last commit was, so that an older or foreign database is noticed.
//!
//! Two slots of 512 bytes are written in turn and synced, so a write that was cut leaves the one before. A slot is
//! text: `epoch commits chain clean machine seat checksum`; without a seat where it is not asked for, and from programs of
//! before it was. See [`compare`] for what is concluded from it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use change_log::EpochId;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

pub(crate) const NAME: &str = "replica.head";
const SLOT: usize = 512;

/// The last commit, as a slot tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) epoch: EpochId,
    /// Marked commits since the database was created.
    pub(crate) commits: u64,
    /// Chain over them.
    pub(crate) chain: [u8; 32],
    /// The database was closed properly afterwards, its WAL with it.
    pub(crate) clean: bool,
    pub(crate) machine: String,
    /// Of which files the folder is.
    pub(crate) seat: Option<String>,
}

/// Why a new epoch began when the database was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNewEpoch {
    /// The database is older than the head file says: a backup was put back.
    Restored,
    /// The folder, or the database alone, was copied here: from elsewhere, or put back after it was copied away.
    Copied,
    /// The last commits are gone: the database was separated from its WAL, or the disk lost them.
    PartedFromWal,
}

pub(crate) struct HeadFile {
    file: File,
    sync: bool,
}

impl HeadFile {
    /// Opens or creates the file. `None` stands for no readable slot.
    pub(crate) fn open(dir: &Path, sync: bool) -> std::io::Result<(Self, Option<Head>)> {
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(dir.join(NAME))?;
        let mut bytes = Vec::with_capacity(2 * SLOT);
        Read::by_ref(&mut file).take(2 * SLOT as u64).read_to_end(&mut bytes)?;
        if bytes.len() < 2 * SLOT {
            // Both slots have their room from the start: a full disk cannot stop a write to them later.
            file.seek(SeekFrom::Start(bytes.len() as u64))?;
            file.write_all(&vec![b' '; 2 * SLOT - bytes.len()])?;
        }
        let head = bytes.chunks(SLOT).filter_map(parse).max_by_key(|head| (head.commits, head.clean));
        Ok((Self { file, sync }, head))
    }

    /// Writes the slot whose turn it is, and syncs.
    pub(crate) fn write(&mut self, head: &Head) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start((head.commits % 2) * SLOT as u64))?;
        self.file.write_all(&render(head))?;
        if self.sync { self.file.sync_data() } else { Ok(()) }
    }
}

/// For a folder whose files their own program is about to move: wherever they come to lie, they are not taken for a copy.
///
/// # Errors
///
/// When the head file cannot be written.
pub fn forget_seat(dir: &Path) -> std::io::Result<()> {
    let (mut file, head) = HeadFile::open(dir, true)?;
    head.map_or(Ok(()), |head| file.write(&Head { seat: None, ..head }))
}

fn render(head: &Head) -> Vec<u8> {
    let machine: String = head.machine.chars().filter(|c| !c.is_whitespace()).collect();
    let mut text =
        format!("{} {} {} {} ", head.epoch, head.commits, HEXLOWER.encode(&head.chain), u8::from(head.clean));
    // Machine ids are short; a longer one is known by its beginning.
    text.extend(machine.chars().take(40));
    if let Some(seat) = &head.seat {
        text.extend([" ", seat]);
    }
    let checksum = HEXLOWER.encode(&Sha256::digest(text.as_bytes()));
    let mut slot = format!("{text} {checksum}\n").into_bytes();
    slot.resize(SLOT, b' ');
    slot
}

fn parse(slot: &[u8]) -> Option<Head> {
    let text = std::str::from_utf8(slot).ok()?.trim_end();
    let (body, checksum) = text.rsplit_once(' ')?;
    if HEXLOWER.encode(&Sha256::digest(body.as_bytes())) != checksum {
        return None;
    }
    let mut parts = body.split(' ');
    Some(Head {
        epoch: parts.next()?.parse().ok()?,
        commits: parts.next()?.parse().ok()?,
        chain: HEXLOWER.decode(parts.next()?.as_bytes()).ok()?.try_into().ok()?,
        clean: parts.next()? == "1",
        machine: parts.next()?.to_owned(),
        seat: parts.next().map(str::to_owned),
    })
}

/// What the database itself says.
pub(crate) struct Found<'a> {
    pub(crate) epoch: EpochId,
    pub(crate) commits: u64,
    pub(crate) chain: [u8; 32],
    pub(crate) chain_before: [u8; 32],
    /// Machine that is opening it.
    pub(crate) machine: &'a str,
    /// Of which files the folder is, where that counts.
    pub(crate) seat: Option<&'a str>,
    /// A WAL with something in it lay beside the database.
    pub(crate) had_wal: bool,
}

/// Whether database and head file belong together. The database may be one commit ahead (a crash between the two).
pub(crate) fn compare(head: Option<&Head>, found: &Found<'_>) -> Option<WhyNewEpoch> {
    let Some(head) = head else { return Some(WhyNewEpoch::Copied) };
    let machine: String = found.machine.chars().filter(|c| !c.is_whitespace()).take(40).collect();
    if head.machine != machine {
        return Some(WhyNewEpoch::Copied);
    }
    let same = found.commits == head.commits && found.chain == head.chain;
    let one_ahead = found.commits == head.commits + 1 && found.chain_before == head.chain;
    if one_ahead || (same && found.epoch == head.epoch) {
        let is_moved = head.seat.as_deref().zip(found.seat).is_some_and(|(told, found)| told != found);
        return is_moved.then_some(WhyNewEpoch::Copied);
    }
    if !head.clean && !found.had_wal && found.commits < head.commits {
        return Some(WhyNewEpoch::PartedFromWal);
    }
    Some(WhyNewEpoch::Restored)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(commits: u64) -> Head {
        Head { epoch: EpochId([1; 16]), commits, chain: [7; 32], clean: false, machine: "pc-1".to_owned(), seat: None }
    }

    #[test]
    fn a_folder_of_other_files_is_a_copy_though_all_agrees() {
        let head = Head { seat: Some("a1".to_owned()), ..head(4) };
        let (chain, chain_before) = (head.chain, [6; 32]);
        let found = |commits, seat| {
            let found = Found { epoch: head.epoch, commits, chain, chain_before, machine: "pc-1", seat, had_wal: true };
            compare(Some(&head), &found)
        };
        assert_eq!(found(4, Some("a1")), None);
        assert_eq!(found(4, Some("b2")), Some(WhyNewEpoch::Copied));
        assert_eq!(found(4, None), None, "where it does not count");
        assert_eq!(found(3, Some("b2")), Some(WhyNewEpoch::Restored), "older tells more");
    }

    #[test]
    fn a_cut_write_leaves_the_slot_before() {
        let dir = tempfile::tempdir().unwrap();
        let (mut file, none) = HeadFile::open(dir.path(), true).unwrap();
        assert_eq!(none, None);
        file.write(&head(4)).unwrap();
        let seated = Head { seat: Some("a1".to_owned()), ..head(5) };
        file.write(&seated).unwrap();
        drop(file);
        assert_eq!(HeadFile::open(dir.path(), true).unwrap().1, Some(seated));
        let path = dir.path().join(NAME);
        let whole = std::fs::read(&path).unwrap();
        for cut in SLOT..SLOT + 100 {
            let mut torn = whole.clone();
            torn[cut] ^= 1;
            std::fs::write(&path, &torn).unwrap();
            assert_eq!(HeadFile::open(dir.path(), true).unwrap().1, Some(head(4)), "flipped byte {cut}");
        }
    }
}
