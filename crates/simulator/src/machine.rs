//! One machine with its data folder: a replica that can die, come back, and be restored from a backup.

use std::path::{Path, PathBuf};

use change_log::EpochId;
use replica_store::{Durability, NewReplica, Replica};

use crate::Failure;

/// A machine.
pub(crate) struct Machine {
    dir: PathBuf,
    name: String,
    replica: Option<Replica>,
    backups: usize,
}

impl Machine {
    pub(crate) fn create(dir: &Path, new: &NewReplica) -> Result<Self, Failure> {
        let replica = Replica::create_with(dir, new, Durability::Test).map_err(Failure::other)?;
        Ok(Self { dir: dir.to_owned(), name: new.machine.clone(), replica: Some(replica), backups: 0 })
    }

    pub(crate) fn replica(&mut self) -> Result<&mut Replica, Failure> {
        self.replica.as_mut().ok_or_else(|| Failure::other("a dead machine was asked"))
    }

    /// The process dies and is started again.
    pub(crate) fn crash(&mut self, fresh_epoch: EpochId) -> Result<(), Failure> {
        if let Some(replica) = self.replica.take() {
            replica.crash();
        }
        self.start(fresh_epoch)
    }

    fn start(&mut self, fresh_epoch: EpochId) -> Result<(), Failure> {
        let (replica, _) =
            Replica::open_with(&self.dir, &self.name, fresh_epoch, Durability::Test).map_err(Failure::other)?;
        self.replica = Some(replica);
        Ok(())
    }

    pub(crate) fn backup(&mut self) -> Result<(), Failure> {
        self.backups += 1;
        let path = self.backup_path();
        self.replica()?.backup(&path).map_err(Failure::other)
    }

    /// Puts the last backup in place of the database, as somebody with a file manager would.
    pub(crate) fn restore(&mut self, fresh_epoch: EpochId) -> Result<bool, Failure> {
        if self.backups == 0 {
            return Ok(false);
        }
        drop(self.replica.take());
        for tail in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.dir.join(format!("replica.db{tail}")));
        }
        std::fs::copy(self.backup_path(), self.dir.join("replica.db")).map_err(Failure::other)?;
        self.start(fresh_epoch)?;
        Ok(true)
    }

    /// What a snapshot of the whole machine holds.
    pub(crate) fn take_image(&self) -> Result<(), Failure> {
        copy_files(&self.dir, &self.image_path())
    }

    /// Puts the whole machine back: nothing at opening tells.
    pub(crate) fn put_image_back(&mut self, fresh_epoch: EpochId) -> Result<(), Failure> {
        let epoch = self.replica()?.epoch();
        if let Some(replica) = self.replica.take() {
            replica.crash();
        }
        let _ = std::fs::remove_file(self.dir.join("replica.db-shm"));
        copy_files(&self.image_path(), &self.dir)?;
        self.start(fresh_epoch)?;
        let noticed = self.replica()?.epoch() != epoch;
        if noticed { Err(Failure::other("a machine that was put back whole was noticed")) } else { Ok(()) }
    }

    /// A clone of the whole machine, down to its name: nothing at opening tells that it is one.
    pub(crate) fn copy(&self, dir: &Path, fresh_epoch: EpochId) -> Result<Self, Failure> {
        copy_files(&self.dir, dir)?;
        let mut copy = Self { dir: dir.to_owned(), name: self.name.clone(), replica: None, backups: 0 };
        copy.start(fresh_epoch)?;
        Ok(copy)
    }

    fn backup_path(&self) -> PathBuf {
        self.dir.join(format!("backup-{}.db", self.backups))
    }

    fn image_path(&self) -> PathBuf {
        self.dir.join("image")
    }
}

fn copy_files(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to).map_err(Failure::other)?;
    for file in ["replica.db", "replica.db-wal", "replica.head"] {
        std::fs::copy(from.join(file), to.join(file)).map_err(Failure::other)?;
    }
    Ok(())
}
