//! One replica: its database file, the lock and the head file beside it, and the one way to write.

use std::fmt;
use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use change_log::{EpochId, HubId, NodeId};
use office_model::OfficeCode;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};

use crate::entries::log;
use crate::file::head_file::{self, Found, Head, HeadFile};
use crate::file::lock::LockFile;
use crate::file::migrations;
use crate::file::reader::{Identity, database};
use crate::file::seat;
use crate::file::work::{OfHub, Work};
use crate::{OpenError, Reader, Role, StoreError, WhyNewEpoch};

/// What a new replica is.
#[derive(Debug, Clone)]
pub struct NewReplica {
    /// Node or hub.
    pub role: Role,
    /// The office of a node.
    pub office: Option<OfficeCode>,
    /// The hub it belongs to, or is.
    pub hub: HubId,
    /// The node's id.
    pub node: Option<NodeId>,
    /// 16 fresh random bytes.
    pub epoch: EpochId,
    /// Names the machine: a copy opened on another one is noticed. No spaces, at most 40 characters count.
    pub machine: String,
}

/// What was noticed at opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// A new epoch began, and why.
    pub epoch_began: Option<WhyNewEpoch>,
}

/// How hard a commit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// On the disk before a call returns. The only one for real data.
    #[default]
    Power,
    /// Survives a crash of the process, not of the machine, and its files may be copied and put back: for simulated runs.
    Test,
}

impl Durability {
    fn seat(self, dir: &Path, role: Role) -> std::io::Result<Option<String>> {
        match self {
            Self::Power => seat::of(dir, role).map(Some),
            Self::Test => Ok(None),
        }
    }
}

/// One replica, open for writing.
pub struct Replica {
    reader: Reader,
    head: HeadFile,
    /// Of which files the folder is, where that counts.
    seat: Option<String>,
    of_hub: Option<OfHub>,
    broken: Option<String>,
    /// Closing must not look proper: the crash hook was used.
    crashed: bool,
    /// Test hook: so many more commits succeed.
    commits_left: Option<u64>,
    /// Inside [`Replica::together`]: whether a step of it is marked.
    together: Option<bool>,
    _lock: LockFile,
}

impl Replica {
    /// Creates a replica in a folder, which is made if need be.
    ///
    /// # Errors
    ///
    /// When there is one already, the folder is in use, or the disk refuses.
    pub fn create(dir: &Path, new: &NewReplica) -> Result<Self, OpenError> {
        Self::create_with(dir, new, Durability::Power)
    }

    /// [`Replica::create`] with another durability, for tests.
    ///
    /// # Errors
    ///
    /// As [`Replica::create`].
    pub fn create_with(dir: &Path, new: &NewReplica, durability: Durability) -> Result<Self, OpenError> {
        std::fs::create_dir_all(dir)?;
        let lock = LockFile::take(dir)?;
        let path = database(dir);
        if path.exists() {
            let connection = Connection::open(&path)?;
            let created = migrations::check(&connection, &path).is_ok() && Identity::load(&connection).is_ok();
            let empty = std::fs::metadata(&path)?.len() == 0;
            // What a crash in the middle of `create` left is empty and may be taken up again.
            if created || !(empty || Identity::none(&connection)) {
                return Err(OpenError::Exists(dir.to_owned()));
            }
        }
        let mut connection = Connection::open(&path)?;
        prepare(&connection, durability)?;
        migrations::run(&mut connection)?;
        let chain = [0u8; 32];
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO replica (one, role, office, hub, node, machine, epoch, commits, chain, chain_before)
             VALUES (1, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
            params![
                new.role.number(),
                new.office.map(String::from),
                new.hub.0,
                new.node.map(|node| node.0),
                new.machine,
                new.epoch.0,
                chain,
                chain
            ],
        )?;
        let office = new.office.map(|code| crate::entries::digest::office_index(&transaction, &code)).transpose()?;
        log::insert_own(&transaction, new.epoch, office, new.node)?;
        let (mut head, _) = HeadFile::open(dir, durability == Durability::Power)?;
        let seat = durability.seat(dir, new.role)?;
        let machine = new.machine.clone();
        let first = Head { epoch: new.epoch, commits: 1, chain, clean: false, machine, seat: seat.clone() };
        // Before the commit: a crash between the two leaves an empty database, which `create` takes up again.
        head.write(&first)?;
        transaction.commit()?;
        sync_folder(dir, durability)?;
        let reader = Reader::new(connection, dir)?;
        Ok(Self::held(reader, head, seat, lock))
    }

    /// Opens a replica. `machine` names this machine; `fresh_epoch` (16 fresh random bytes) becomes its epoch when the
    /// database turns out to be restored, copied or parted from its last commits.
    ///
    /// # Errors
    ///
    /// When there is none, it is in use, newer or not ours, or the disk refuses. The files are then as before.
    pub fn open(dir: &Path, machine: &str, fresh_epoch: EpochId) -> Result<(Self, Opened), OpenError> {
        Self::open_with(dir, machine, fresh_epoch, Durability::Power)
    }

    /// [`Replica::open`] with another durability, for tests.
    ///
    /// # Errors
    ///
    /// As [`Replica::open`].
    pub fn open_with(
        dir: &Path,
        machine: &str,
        fresh_epoch: EpochId,
        durability: Durability,
    ) -> Result<(Self, Opened), OpenError> {
        let path = database(dir);
        if std::fs::metadata(&path).map_or(0, |data| data.len()) == 0 {
            return Err(OpenError::Missing(dir.to_owned()));
        }
        let lock = LockFile::take(dir)?;
        let had_wal = std::fs::metadata(dir.join("replica.db-wal")).is_ok_and(|data| data.len() > 0);
        let mut connection = Connection::open(&path)?;
        // Until the file is known to be ours, not even closing it may write.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        migrations::check(&connection, &path).map_err(|error| not_ours(error, dir))?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        prepare(&connection, durability)?;
        migrations::run(&mut connection)?;
        if Identity::none(&connection) {
            return Err(OpenError::Missing(dir.to_owned()));
        }
        let reader = Reader::new(connection, dir)?;
        let (head, told) = HeadFile::open(dir, durability == Durability::Power)?;
        let seat = durability.seat(dir, reader.identity.role)?;
        let id = &reader.identity;
        let found = Found {
            epoch: id.epoch,
            commits: id.commits,
            chain: id.chain,
            chain_before: id.chain_before,
            machine,
            seat: seat.as_deref(),
            had_wal,
        };
        let why = head_file::compare(told.as_ref(), &found);
        let mut replica = Self::held(reader, head, seat, lock);
        if why.is_some() {
            let ahead = told.map_or(0, |head| head.commits);
            replica.begin_epoch_on(fresh_epoch, machine, ahead)?;
            replica.forget_missing_blobs()?;
        }
        if replica.role() == Role::Node && replica.seat.take().is_some() {
            // A crash in between leaves a folder that is taken for what it is, rather than for a copy.
            replica.write_head(false)?;
            seat::renew(dir)?;
            replica.seat = durability.seat(dir, Role::Node)?;
        }
        replica.write_head(false)?;
        // Where an entry is damaged or the disk is full they stay as they were, `verify` names them, and the next opening tries
        // again: no reason to keep anybody from the rest.
        let _ = replica.rebuild_older_views();
        Ok((replica, Opened { epoch_began: why }))
    }

    /// How a hub tells what it wrote itself, in a life of which this store knows nothing, from what others say it wrote. Until
    /// then nothing of its own is taken back that stands above what it has of its logs.
    pub fn know_own(&mut self, of_hub: OfHub) {
        self.of_hub = Some(of_hub);
    }

    fn held(reader: Reader, head: HeadFile, seat: Option<String>, lock: LockFile) -> Self {
        Self {
            reader,
            head,
            seat,
            of_hub: None,
            broken: None,
            crashed: false,
            commits_left: None,
            together: None,
            _lock: lock,
        }
    }

    /// Begins a new epoch: what is recorded from now on stands in a new log under `epoch` (16 fresh random bytes).
    ///
    /// # Errors
    ///
    /// When the epoch has a log already, or the disk refuses.
    pub fn begin_epoch(&mut self, epoch: EpochId) -> Result<(), StoreError> {
        let machine = self.reader.identity.machine.clone();
        self.begin_epoch_on(epoch, &machine, 0)
    }

    /// `commits_seen`: the count goes on above what the head file has, so that its slots stay in order.
    fn begin_epoch_on(&mut self, epoch: EpochId, machine: &str, commits_seen: u64) -> Result<(), StoreError> {
        self.write(|work| {
            if log::find(work.connection, epoch)?.is_some() {
                return Err(StoreError::EpochTaken(epoch));
            }
            let office =
                work.office.map(|code| crate::entries::digest::office_index(work.connection, &code)).transpose()?;
            log::insert_own(work.connection, epoch, office, work.node)?;
            work.connection.execute(
                "UPDATE replica SET epoch = ?, spent = 0, machine = ?, commits = max(commits, ?)",
                params![epoch.0, machine, i64::try_from(commits_seen).unwrap_or(i64::MAX)],
            )?;
            work.mark(&epoch.0);
            Ok(())
        })
    }

    /// One SQLite transaction: everything in `act`, or nothing. Returns when it is durable.
    pub(crate) fn write<T>(
        &mut self,
        act: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(reason) = &self.broken {
            return Err(StoreError::Broken(reason.clone()));
        }
        let id = self.reader.identity.clone();
        if self.together.is_some() {
            return self.write_within(&id, act);
        }
        let transaction = self.reader.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut work = Work::new(&transaction, &id, self.of_hub.as_ref());
        let done = act(&mut work)?;
        let marked = work.finish(id.chain)?;
        if self.commits_left == Some(0) {
            self.broken = Some("the test's crash point".to_owned());
            return Err(StoreError::Broken("the test's crash point".to_owned()));
        }
        if let Err(error) = transaction.commit() {
            self.broken = broken_by(&error);
            return Err(error.into());
        }
        self.committed(marked)?;
        Ok(done)
    }

    fn committed(&mut self, marked: bool) -> Result<(), StoreError> {
        if let Some(left) = &mut self.commits_left {
            *left -= 1;
        }
        if marked {
            self.reader.identity = Identity::load(&self.reader.connection)?;
            self.write_head(false)?;
        }
        Ok(())
    }

    /// Everything that `act` writes with one commit: all of it, or nothing. The head file counts it as one, however many of its
    /// steps are of those that it counts: records, what an exchange brings, who may come.
    ///
    /// # Errors
    ///
    /// Whatever `act` says, and when the disk refuses: nothing was written then.
    pub fn together<T, E: From<StoreError>>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        if let Some(reason) = &self.broken {
            return Err(StoreError::Broken(reason.clone()).into());
        }
        if self.together.is_some() {
            return act(self);
        }
        let together = Together::begin(self)?;
        let done = act(&mut *together.0)?;
        together.commit()?;
        Ok(done)
    }

    fn write_within<T>(
        &mut self,
        id: &Identity,
        act: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = &self.reader.connection;
        connection.prepare_cached("SAVEPOINT step")?.execute([])?;
        let mut work = Work::new(connection, id, self.of_hub.as_ref());
        // The head file knows the commit before the last one, not any before that: all steps are one.
        let is_further = self.together == Some(true);
        let done = act(&mut work).and_then(|done| {
            let marked = if is_further { work.finish_further(id.chain)? } else { work.finish(id.chain)? };
            Ok((done, marked))
        });
        if done.is_err() {
            connection.prepare_cached("ROLLBACK TO step")?.execute([])?;
        }
        connection.prepare_cached("RELEASE step")?.execute([])?;
        let (done, marked) = done?;
        if marked {
            self.together = Some(true);
            self.reader.identity = Identity::load(&self.reader.connection)?;
        }
        Ok(done)
    }

    fn write_head(&mut self, clean: bool) -> Result<(), StoreError> {
        let id = &self.reader.identity;
        let (machine, seat) = (id.machine.clone(), self.seat.clone());
        let head = Head { epoch: id.epoch, commits: id.commits, chain: id.chain, clean, machine, seat };
        self.head.write(&head).map_err(|error| {
            self.broken = Some(error.to_string());
            StoreError::Head(error)
        })
    }

    /// Test hook: after `commits` more commits every write fails, as if the process had died there.
    #[doc(hidden)]
    pub fn crash_after(&mut self, commits: u64) {
        self.commits_left = Some(commits);
    }

    /// Test hook: lets go of the files as a killed process would, WAL unmerged and head file not marked clean.
    #[doc(hidden)]
    pub fn crash(mut self) {
        self.crashed = true;
        // When this fails the WAL is merged at closing, which loses nothing either.
        let _ = self.reader.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }
}

impl Deref for Replica {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        if !self.crashed && self.broken.is_none() {
            // Only the wording of a later finding depends on it.
            let _ = self.write_head(true);
        }
    }
}

impl fmt::Debug for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Replica({:?})", self.reader)
    }
}

/// One commit of many steps. Dropped before its end, as when a step panics, it takes all of them back.
struct Together<'r>(&'r mut Replica);

impl<'r> Together<'r> {
    fn begin(replica: &'r mut Replica) -> Result<Self, StoreError> {
        replica.reader.connection.execute_batch("BEGIN IMMEDIATE")?;
        replica.together = Some(false);
        Ok(Self(replica))
    }

    fn commit(self) -> Result<(), StoreError> {
        if self.0.commits_left == Some(0) {
            self.0.broken = Some("the test's crash point".to_owned());
            return Err(StoreError::Broken("the test's crash point".to_owned()));
        }
        if let Err(error) = self.0.reader.connection.execute_batch("COMMIT") {
            self.0.broken = broken_by(&error);
            return Err(error.into());
        }
        let marked = self.0.together.take() == Some(true);
        self.0.committed(marked)
    }
}

impl Drop for Together<'_> {
    fn drop(&mut self) {
        let Some(marked) = self.0.together.take() else { return };
        // SQLite has taken back by itself what a full disk ended.
        let open = !self.0.reader.connection.is_autocommit();
        let rolled_back = !open || self.0.reader.connection.execute_batch("ROLLBACK").is_ok();
        let reloaded = if marked { Identity::load(&self.0.reader.connection).ok() } else { None };
        match reloaded {
            Some(identity) if rolled_back => self.0.reader.identity = identity,
            None if rolled_back && !marked => {}
            _ => self.0.broken = Some("a write could not be taken back".to_owned()),
        }
    }
}

/// Whether a commit failed in a way after which nothing may be written any more: a failed sync may have dropped pages
/// the next one would call clean.
fn broken_by(error: &rusqlite::Error) -> Option<String> {
    matches!(error.sqlite_error_code(), Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt))
        .then(|| error.to_string())
}

impl Identity {
    /// Whether a file of ours has no identity yet: `create` died before its commit.
    fn none(connection: &Connection) -> bool {
        let rows: Result<i64, _> = connection.query_row("SELECT count(*) FROM replica", [], |row| row.get(0));
        let tables: Result<i64, _> = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
        rows == Ok(0) || tables == Ok(0)
    }
}

/// A file that is no database at all is "not ours", too.
fn not_ours(error: OpenError, dir: &Path) -> OpenError {
    match &error {
        OpenError::Store(StoreError::Database(inner)) if inner.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            OpenError::NotOurs(database(dir))
        }
        _ => error,
    }
}

fn prepare(connection: &Connection, durability: Durability) -> Result<(), OpenError> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = match durability {
        Durability::Power => "FULL",
        Durability::Test => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // 16 MiB of pages; the WAL is merged every 4,000 pages and cut back to 32 MiB after a large one.
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.pragma_update(None, "journal_size_limit", 32 * 1024 * 1024)?;
    Ok(())
}

/// The names of new files are on the disk, too.
fn sync_folder(dir: &Path, durability: Durability) -> Result<(), OpenError> {
    if durability == Durability::Power && cfg!(unix) {
        std::fs::File::open(dir)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clock, ListFilter, Page};
    use service_document::NewTransaction;

    fn transaction(name: &str) -> NewTransaction {
        let fields = serde_json::json!({ "nama": name, "keperluan": "x".repeat(2000) });
        NewTransaction {
            office: "35.10.01.2001".parse().unwrap(),
            service: "A01".parse().unwrap(),
            catalogue_version: 1,
            fields: fields.as_object().unwrap().clone(),
            number: None,
            serials: None,
        }
    }

    #[test]
    fn a_full_disk_refuses_the_record_and_loses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let new = NewReplica {
            role: Role::Node,
            office: Some("35.10.01.2001".parse().unwrap()),
            hub: HubId([9; 16]),
            node: Some(NodeId([1; 8])),
            epoch: EpochId([1; 16]),
            machine: "pc".to_owned(),
        };
        let clock = Clock { millis: 1, hub_offset_millis: None, clerk: "siti".to_owned() };
        let mut node = Replica::create_with(dir.path(), &new, Durability::Test).unwrap();
        let pages: i64 = node.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        node.connection.pragma_update(None, "max_page_count", pages + 20).unwrap();
        let mut saved = 0;
        let refused = loop {
            match node.create_transaction(&transaction("Budi"), &clock) {
                Ok(_) => saved += 1,
                Err(error) => break error,
            }
        };
        assert!(saved > 3);
        assert!(
            matches!(refused, StoreError::Database(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull))
        );
        let page = Page { after: None, count: 1000 };
        assert_eq!(node.list(&ListFilter::default(), page).unwrap().len(), saved);
        assert!(node.verify().unwrap().is_sound());
        node.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        node.create_transaction(&transaction("Budi"), &clock).unwrap();
        assert_eq!(node.list(&ListFilter::default(), page).unwrap().len(), saved + 1);
        assert!(node.verify().unwrap().is_sound());
    }
}
