//! What happens inside one SQLite transaction, with what is written once at its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use change_log::{Digest, EntryHash, EpochId, NodeId};
use office_model::OfficeCode;
use rusqlite::{Connection, params};
use service_document::DocumentRow;
use sha2::{Digest as _, Sha256};

use crate::entries::digest;
use crate::file::reader::Identity;
use crate::hub::feed;
use crate::hub::feed::FeedState;
use crate::{Role, StoreError};

/// One write in progress.
pub(crate) struct Work<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) role: Role,
    pub(crate) office: Option<OfficeCode>,
    pub(crate) node: Option<NodeId>,
    pub(crate) epoch: EpochId,
    pub(crate) spent: bool,
    of_hub: Option<OfHub>,
    gathered: Gathered,
}

/// Whether the hub signed what stands in a document that it alone may write: a lease, or a publication of the centre.
pub type OfHub = Arc<dyn Fn(&DocumentRow) -> bool + Send + Sync>;

/// What is written once, at the end.
#[derive(Clone, Default)]
struct Gathered {
    /// Office digests touched so far, by office index.
    digests: BTreeMap<i64, Digest>,
    /// Feeds touched so far, by office index.
    feeds: BTreeMap<i64, FeedState>,
    marks: Option<Sha256>,
}

impl<'c> Work<'c> {
    pub(crate) fn new(connection: &'c Connection, id: &Identity, of_hub: Option<&OfHub>) -> Self {
        Self {
            connection,
            role: id.role,
            office: id.office,
            node: id.node,
            epoch: id.epoch,
            spent: id.spent,
            of_hub: of_hub.cloned(),
            gathered: Gathered::default(),
        }
    }

    /// Whether the hub signed it. Nobody's signature is known where [`crate::Replica::know_own`] was not called.
    pub(crate) fn is_of_hub(&self, row: &DocumentRow) -> bool {
        self.of_hub.as_ref().is_some_and(|of_hub| of_hub(row))
    }

    /// Does a piece of the work; when it fails because of itself, as `is_its_own` tells, nothing of it is left, neither in the
    /// database nor in what is gathered for the end.
    pub(crate) fn apart<T>(
        &mut self,
        is_its_own: impl Fn(&StoreError) -> bool,
        act: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Result<T, StoreError>, StoreError> {
        self.connection.prepare_cached("SAVEPOINT piece")?.execute([])?;
        let before = self.gathered.clone();
        let done = match act(self) {
            Err(error) if is_its_own(&error) => {
                self.connection.prepare_cached("ROLLBACK TO piece")?.execute([])?;
                self.gathered = before;
                Err(error)
            }
            done => Ok(done?),
        };
        self.connection.prepare_cached("RELEASE piece")?.execute([])?;
        Ok(done)
    }

    /// Makes this commit one that the head file knows: `what` is anything the other side may have been told of.
    pub(crate) fn mark(&mut self, what: &[u8]) {
        self.gathered.marks.get_or_insert_with(Sha256::new).update(what);
    }

    /// Counts an entry into the digest of its office.
    pub(crate) fn digest_with(&mut self, office: i64, entry: EntryHash) -> Result<(), StoreError> {
        let held = self.digest(office)?;
        *held = held.with(entry);
        Ok(())
    }

    /// Counts an entry out again.
    pub(crate) fn digest_without(&mut self, office: i64, entry: EntryHash) -> Result<(), StoreError> {
        let held = self.digest(office)?;
        *held = held.without(entry);
        Ok(())
    }

    /// Puts a digest that was counted anew. Returns the one that was kept.
    pub(crate) fn replace_digest(&mut self, office: i64, counted: Digest) -> Result<Digest, StoreError> {
        Ok(std::mem::replace(self.digest(office)?, counted))
    }

    fn digest(&mut self, office: i64) -> Result<&mut Digest, StoreError> {
        match self.gathered.digests.entry(office) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(new) => {
                Ok(new.insert(digest::of_office(self.connection, office)?))
            }
        }
    }

    /// The feed of an office, begun if there is none.
    pub(crate) fn feed(&mut self, office: i64) -> Result<&mut FeedState, StoreError> {
        match self.gathered.feeds.entry(office) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(new) => {
                Ok(new.insert(feed::of_office(self.connection, office, self.epoch)?))
            }
        }
    }

    /// Writes what was gathered. True when the commit is marked. `chain`: over the marked commits before.
    pub(crate) fn finish(self, chain: [u8; 32]) -> Result<bool, StoreError> {
        self.save(chain, "UPDATE replica SET commits = commits + 1, chain_before = chain, chain = ?")
    }

    /// The same for a further step of a commit that is marked already: it stays one, behind the same one before it. `chain`: with
    /// the steps before.
    pub(crate) fn finish_further(self, chain: [u8; 32]) -> Result<bool, StoreError> {
        self.save(chain, "UPDATE replica SET chain = ?")
    }

    fn save(mut self, chain: [u8; 32], sql: &str) -> Result<bool, StoreError> {
        for (office, digest) in std::mem::take(&mut self.gathered.digests) {
            digest::save(self.connection, office, digest)?;
        }
        for (_, feed) in std::mem::take(&mut self.gathered.feeds) {
            self.mark(&feed.chain.0);
            feed.save(self.connection)?;
        }
        let Some(marks) = self.gathered.marks else { return Ok(false) };
        let next: [u8; 32] = Sha256::new().chain_update(chain).chain_update(marks.finalize()).finalize().into();
        self.connection.prepare_cached(sql)?.execute(params![next])?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use change_log::HubId;

    use super::*;
    use crate::{Durability, NewReplica, Replica};

    #[test]
    fn of_a_piece_that_failed_nothing_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let new = NewReplica {
            role: Role::Hub,
            office: None,
            hub: HubId([9; 16]),
            node: None,
            epoch: EpochId([200; 16]),
            machine: "hub".to_owned(),
        };
        let mut hub = Replica::create_with(dir.path(), &new, Durability::Test).unwrap();
        let office: OfficeCode = "35.10.01.2001".parse().unwrap();
        let count = |work: &mut Work<'_>, number: u8| -> Result<(), StoreError> {
            let index = digest::office_index(work.connection, &office)?;
            work.digest_with(index, EntryHash([number; 32]))?;
            let connection = work.connection;
            work.feed(index)?.append(connection, i64::from(number), EntryHash([number; 32])).map(drop)
        };
        hub.write(|work| {
            let done = work.apart(|_| true, |work| count(work, 1))?;
            assert!(done.is_ok());
            let done =
                work.apart(|_| true, |work| count(work, 2).and(Err::<(), _>(StoreError::Misuse("of the piece"))));
            assert!(done?.is_err());
            Ok(())
        })
        .unwrap();
        assert_eq!(hub.office_digest(&office).unwrap(), Digest::default().with(EntryHash([1; 32])));
        assert_eq!(hub.feed_head(office.as_str()).unwrap().map(|head| head.position), Some(1));
        let failed = hub.write(|work| work.apart(|_| false, |_| Err::<(), _>(StoreError::Misuse("of all"))));
        assert!(failed.is_err());
    }
}
