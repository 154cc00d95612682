//! Taking up work again from a backup. Nothing that is in the folder is ever deleted.

use std::path::{Path, PathBuf};

use change_log::{EpochId, NodeId};
use office_model::OfficeCode;
use replica_store::{OpenError, Replica};

use crate::action::IDENTITY_SETTING;
use crate::{Blame, Failure, Identity, moment, private_file};

/// What came of it.
#[derive(Debug)]
pub struct Restored {
    /// The office.
    pub office: OfficeCode,
    /// The node.
    pub node: NodeId,
    /// Where that is which was in the folder before.
    pub aside: Option<PathBuf>,
}

const DATABASE: [&str; 3] = ["replica.db", "replica.db-wal", "replica.db-shm"];

/// Puts a backup in a data folder. The head file stays, so that the next opening sees that the database is older.
///
/// # Errors
///
/// When the file is no backup of a node, the folder is in use, or holds a database and `replace` is not said. The
/// folder is then as before.
pub fn restore(dir: &Path, file: &Path, replace: bool) -> Result<Restored, Failure> {
    let identity = identity_in(dir, file)?;
    private_file::make_folder(dir)?;
    let present = DATABASE.first().is_some_and(|name| dir.join(name).exists());
    if present && !replace {
        return Err(Failure::new(
            Blame::State,
            "exists",
            "Folder ini sudah berisi data. Tidak ada yang berubah; tambahkan --replace untuk menyisihkannya.",
            "This folder holds data already. Nothing was changed; add --replace to put it aside.",
        ));
    }
    match Replica::open(dir, &moment::machine_name(), EpochId(moment::random()?)) {
        Err(error @ OpenError::InUse(_)) => return Err(error.into()),
        // What is damaged is put aside all the same.
        opened => drop(opened),
    }
    let copy = dir.join("restored.new");
    std::fs::copy(file, &copy).map_err(|error| Failure::file(&copy, &error))?;
    private_file::close_to_others(&copy)?;
    let aside = if present { Some(put_aside(dir)?) } else { None };
    let database = dir.join("replica.db");
    std::fs::rename(&copy, &database).map_err(|error| Failure::file(&database, &error))?;
    if !Identity::file(dir).exists() {
        identity.save(dir)?;
    }
    Ok(Restored { office: identity.office, node: identity.node, aside })
}

/// The identity in a backup, which is opened on a copy: the backup itself is not written to.
fn identity_in(dir: &Path, file: &Path) -> Result<Identity, Failure> {
    let trial = dir.join("restore-trial");
    private_file::make_folder(&trial)?;
    let read = (|| {
        let copy = trial.join("replica.db");
        std::fs::copy(file, &copy).map_err(|error| Failure::file(file, &error))?;
        private_file::close_to_others(&copy)?;
        let (replica, _) = Replica::open(&trial, &moment::machine_name(), EpochId(moment::random()?))
            .map_err(|error| no_backup(file, &error))?;
        let bytes = replica.setting(IDENTITY_SETTING)?.unwrap_or_default();
        Identity::parse(&bytes)
            .filter(|identity| replica.node() == Some(identity.node))
            .ok_or_else(|| no_backup(file, &"it holds no identity"))
    })();
    // Only a trial copy; left over it does no harm.
    let _ = std::fs::remove_dir_all(&trial);
    let identity = read?;
    match Identity::load(dir) {
        Ok(own) if own.node != identity.node => Err(Failure::new(
            Blame::State,
            "other_node",
            "Cadangan ini milik komputer lain. Tidak ada yang berubah; pulihkan ke folder data yang kosong.",
            "This backup is another node's. Nothing was changed; restore it to an empty data folder.",
        )),
        _ => Ok(identity),
    }
}

fn put_aside(dir: &Path) -> Result<PathBuf, Failure> {
    let aside = dir.join(format!("before-restore-{}", moment::now_millis()));
    private_file::make_folder(&aside)?;
    for name in DATABASE {
        let from = dir.join(name);
        if from.exists() {
            std::fs::rename(&from, aside.join(name)).map_err(|error| Failure::file(&from, &error))?;
        }
    }
    Ok(aside)
}

fn no_backup(file: &Path, why: &dyn std::fmt::Display) -> Failure {
    let file = file.display();
    Failure::input(
        "no_backup",
        format!("{file} bukan cadangan yang dapat dipakai. Tidak ada yang berubah."),
        format!("{file} is no backup that can be used ({why}). Nothing was changed."),
    )
}
