//! Taking up work again from a backup. Nothing that is in the folder is ever deleted.

use std::path::{Path, PathBuf};

use change_log::{EpochId, NodeId};
use office_model::{OfficeCode, counted};
use replica_store::{CarriedOver, OpenError, Reader, Replica, StoreError, files_beside};

use crate::identity::DATABASE;
use crate::{Blame, Failure, Identity, Wiped, moment, private_file, settings};

/// What is to become of what the folder holds already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Present {
    /// It is in the way.
    Keep,
    /// It is put aside, but only when the hub or the backup has all of its changes.
    Replace,
    /// It is put aside with changes that nobody else has.
    LeaveUnsent,
}

/// What came of it.
#[derive(Debug)]
pub struct Restored {
    /// The office.
    pub office: OfficeCode,
    /// The node.
    pub node: NodeId,
    /// What was in the folder before.
    pub aside: Option<Aside>,
    /// What the backup lacked of what must not come back, and was taken from what was there before; nothing where that was
    /// nothing, or cannot be read.
    pub carried: Option<Carried>,
    /// So many attached files came back from beside the backup; or why they did not. All else is in its place.
    pub files: Result<u64, Failure>,
}

/// What was put aside: a data folder of its own.
#[derive(Debug)]
pub struct Aside {
    /// Where it is.
    pub folder: PathBuf,
    /// So many of its changes neither the hub nor the backup has; nothing where it is too damaged to tell.
    pub unsent: Option<u64>,
}

/// What was taken from the database before, beside the backup.
#[derive(Debug)]
pub struct Carried {
    /// Who and what.
    pub over: CarriedOver,
    /// Whether which requests were done is known, too: not where some of what they did does not come back.
    pub requests: bool,
}

/// What a copy of a database leaves beside it when the program dies.
const BESIDE: [&str; 3] = ["restored.new-journal", "restored.new-wal", "restored.new-shm"];

/// Entries looked at in one go, and their raw bytes.
const ENTRIES: (usize, usize) = (1000, 1 << 20);

/// Puts a backup in a data folder. The head file stays, so that the next opening sees that the database is older.
///
/// # Errors
///
/// When the file is no backup of this node, the folder is in use, or holds what `present` does not let go. The folder
/// is then as before.
pub fn restore(dir: &Path, file: &Path, present: Present) -> Result<Restored, Failure> {
    if let Some(wiped) = Wiped::load(dir)? {
        return Err(wiped.failure());
    }
    private_file::make_folder(dir)?;
    let there = DATABASE.iter().any(|name| dir.join(name).exists());
    let (identity, unsent) = in_trial(dir, file, |trial, identity| {
        if there && present == Present::Keep {
            return Err(Failure::new(
                Blame::State,
                "exists",
                "Folder ini sudah berisi data. Tidak ada yang berubah; tambahkan --replace untuk menyisihkannya.",
                "This folder holds data already. Nothing was changed; add --replace to put it aside.",
            ));
        }
        match Replica::open(dir, &moment::machine_name(), EpochId(moment::random()?)) {
            Err(error @ OpenError::InUse(_)) => Err(error.into()),
            Ok((replica, _)) if replica.node() != Some(identity.node) => Err(other_node()),
            Ok((replica, _)) => Ok(unsent(&replica, trial).ok()),
            // What is damaged is put aside all the same.
            Err(_) => Ok(None),
        }
    })?;
    if let Some(count @ 1..) = unsent
        && present != Present::LeaveUnsent
    {
        return Err(holds_unsent(dir, count));
    }
    let copy = dir.join("restored.new");
    for name in BESIDE {
        // Of another copy: SQLite would take it for this one's.
        let left = dir.join(name);
        if left.exists() {
            std::fs::remove_file(&left).map_err(|error| Failure::file(&left, &error))?;
        }
    }
    std::fs::copy(file, &copy).map_err(|error| Failure::file(&copy, &error))?;
    private_file::close_to_others(&copy)?;
    let own = Identity::load(dir).ok();
    let lost = own.is_none();
    let identity = own.unwrap_or(identity);
    let carried = if there { carry_over(dir, &copy, &identity, unsent == Some(0)) } else { None };
    let aside = if there { Some(Aside { folder: put_aside(dir, &identity)?, unsent }) } else { None };
    let database = dir.join("replica.db");
    std::fs::rename(&copy, &database).map_err(|error| Failure::file(&database, &error))?;
    if lost {
        identity.save(dir)?;
    }
    // Before the database is opened in its place: then it forgets files that are not here.
    let files = Reader::open(dir).map_err(Failure::from).and_then(|reader| {
        let back = reader.put_files_back(&files_beside(file))?;
        Ok(back)
    });
    Ok(Restored { office: identity.office, node: identity.node, aside, carried, files })
}

/// Takes over to the copy of a backup what it lacks of what is there. `all_comes_back`: the hub or the backup has each change.
fn carry_over(dir: &Path, copy: &Path, identity: &Identity, all_comes_back: bool) -> Option<Carried> {
    let replaced = Reader::open(dir).ok().filter(|replaced| replaced.node() == Some(identity.node))?;
    match replaced.carry_over(copy, all_comes_back) {
        Ok(over) => Some(Carried { over, requests: all_comes_back }),
        // What is damaged is put aside all the same, and whoever restores is told.
        Err(error) => {
            tracing::warn!(%error, "nothing was taken over from the database before");
            None
        }
    }
}

/// Opens a backup on a copy, so that the backup itself is not written to, and looks into it.
fn in_trial<T>(
    dir: &Path,
    file: &Path,
    look: impl FnOnce(&Replica, &Identity) -> Result<T, Failure>,
) -> Result<(Identity, T), Failure> {
    let folder = dir.join("restore-trial");
    private_file::make_folder(&folder)?;
    let looked = (|| {
        let copy = folder.join("replica.db");
        std::fs::copy(file, &copy).map_err(|error| Failure::file(file, &error))?;
        private_file::close_to_others(&copy)?;
        let (replica, _) = Replica::open(&folder, &moment::machine_name(), EpochId(moment::random()?))
            .map_err(|error| no_backup(file, &error))?;
        let identity = Identity::kept_in(&replica)?.ok_or_else(|| no_backup(file, &"it holds no identity"))?;
        if Identity::load(dir).is_ok_and(|own| own.node != identity.node) {
            return Err(other_node());
        }
        let found = look(&replica, &identity)?;
        Ok((identity, found))
    })();
    // Only a trial copy; left over it does no harm.
    let _ = std::fs::remove_dir_all(&folder);
    looked
}

/// How many changes of `present` neither the hub has acknowledged nor `backup` holds.
fn unsent(present: &Replica, backup: &Replica) -> Result<u64, StoreError> {
    let mut count = 0;
    for log in present.logs()?.into_iter().filter(|log| log.own) {
        let mut after = log.acknowledged;
        while after < log.position {
            let entries = present.entries(log.epoch, after, ENTRIES.0, ENTRIES.1)?;
            if entries.is_empty() {
                // A gap in an own log is damage, and what it held is lost to everybody.
                count += log.position - after;
                break;
            }
            for entry in &entries {
                count += u64::from(backup.place_of(entry.hash)?.is_none());
            }
            after += entries.len() as u64;
        }
    }
    Ok(count)
}

/// Makes what was there a data folder of its own, which can still sync. Without the head file, so that it begins an
/// epoch of its own when it is opened.
fn put_aside(dir: &Path, identity: &Identity) -> Result<PathBuf, Failure> {
    let aside = dir.join(format!("before-restore-{}", moment::now_millis()));
    private_file::make_folder(&aside)?;
    identity.save(&aside)?;
    let config = dir.join(settings::FILE);
    if config.exists() {
        let copy = aside.join(settings::FILE);
        std::fs::copy(&config, &copy).map_err(|error| Failure::file(&copy, &error))?;
    }
    for name in DATABASE {
        let from = dir.join(name);
        if from.exists() {
            std::fs::rename(&from, aside.join(name)).map_err(|error| Failure::file(&from, &error))?;
        }
    }
    Ok(aside)
}

fn holds_unsent(dir: &Path, count: u64) -> Failure {
    let dir = dir.display();
    Failure::new(
        Blame::State,
        "unsent",
        format!(
            "Folder {dir} memuat {count} perubahan yang belum sampai ke pusat dan tidak ada di cadangan ini. Tidak ada \
             yang berubah; jalankan `village-node sync` dahulu, atau tambahkan --leave-unsent untuk tetap \
             menyisihkannya."
        ),
        format!(
            "The folder {dir} holds {} that never reached the hub, nor this backup. Nothing was changed; run `village-node sync` \
             first, or add --leave-unsent to put it aside all the same.",
            counted(count, "change", "changes")
        ),
    )
}

fn other_node() -> Failure {
    Failure::new(
        Blame::State,
        "other_node",
        "Cadangan ini milik komputer lain. Tidak ada yang berubah; pulihkan ke folder data yang kosong.",
        "This backup is another node's. Nothing was changed; restore it to an empty data folder.",
    )
}

fn no_backup(file: &Path, why: &dyn std::fmt::Display) -> Failure {
    let file = file.display();
    Failure::input(
        "no_backup",
        format!(
            "{file} bukan cadangan yang dapat dipakai. Tidak ada yang berubah; pilih berkas cadangan lain. ({why})"
        ),
        format!("{file} is no backup that can be used. Nothing was changed; choose another backup file. ({why})"),
    )
}
