//! Data folders, copied as people and programs copy them.

use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

const HEAD: &str = "replica.head";
const SLOT: usize = 512;

/// Every file of a folder, somewhere else or over what lies there.
///
/// # Errors
///
/// When the disk refuses.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The files of a folder as they are in an image of the whole disk: nothing tells them from the first ones.
///
/// # Errors
///
/// When the disk refuses, or the folder has no head file.
pub fn image(from: &Path, to: &Path) -> std::io::Result<()> {
    copy(from, to)?;
    let head = std::fs::read(to.join(HEAD))?;
    let slots = head.chunks(SLOT).flat_map(|slot| {
        let words = String::from_utf8_lossy(slot).into_owned();
        let mut words: Vec<&str> = words.split_whitespace().collect();
        if words.len() != 7 {
            return slot.to_vec();
        }
        words.truncate(5);
        let body = words.join(" ");
        let mut slot = format!("{body} {}\n", HEXLOWER.encode(&Sha256::digest(&body))).into_bytes();
        slot.resize(SLOT, b' ');
        slot
    });
    std::fs::write(to.join(HEAD), slots.collect::<Vec<u8>>())
}
