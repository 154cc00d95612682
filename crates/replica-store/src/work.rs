//! What happens inside one SQLite transaction, with what is written once at its end.

use std::collections::BTreeMap;

use change_log::{Digest, EntryHash, EpochId, NodeId};
use office_model::OfficeCode;
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};

use crate::feed::FeedState;
use crate::reader::Identity;
use crate::{Role, StoreError, digest, feed};

/// One write in progress.
pub(crate) struct Work<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) role: Role,
    pub(crate) office: Option<OfficeCode>,
    pub(crate) node: Option<NodeId>,
    pub(crate) epoch: EpochId,
    pub(crate) spent: bool,
    /// Office digests touched so far, by office index.
    digests: BTreeMap<i64, Digest>,
    /// Feeds touched so far, by office index.
    feeds: BTreeMap<i64, FeedState>,
    marks: Option<Sha256>,
}

impl<'c> Work<'c> {
    pub(crate) fn new(connection: &'c Connection, id: &Identity) -> Self {
        Self {
            connection,
            role: id.role,
            office: id.office,
            node: id.node,
            epoch: id.epoch,
            spent: id.spent,
            digests: BTreeMap::new(),
            feeds: BTreeMap::new(),
            marks: None,
        }
    }

    /// Makes this commit one that the head file knows: `what` is anything the other side may have been told of.
    pub(crate) fn mark(&mut self, what: &[u8]) {
        self.marks.get_or_insert_with(Sha256::new).update(what);
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
        match self.digests.entry(office) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(new) => {
                Ok(new.insert(digest::of_office(self.connection, office)?))
            }
        }
    }

    /// The feed of an office, begun if there is none.
    pub(crate) fn feed(&mut self, office: i64) -> Result<&mut FeedState, StoreError> {
        match self.feeds.entry(office) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(new) => {
                Ok(new.insert(feed::of_office(self.connection, office, self.epoch)?))
            }
        }
    }

    /// Writes what was gathered. True when the commit is marked. `chain`: over the marked commits before.
    pub(crate) fn finish(mut self, chain: [u8; 32]) -> Result<bool, StoreError> {
        for (office, digest) in std::mem::take(&mut self.digests) {
            digest::save(self.connection, office, digest)?;
        }
        for (_, feed) in std::mem::take(&mut self.feeds) {
            self.mark(&feed.chain.0);
            feed.save(self.connection)?;
        }
        let Some(marks) = self.marks else { return Ok(false) };
        let next: [u8; 32] = Sha256::new().chain_update(chain).chain_update(marks.finalize()).finalize().into();
        let sql = "UPDATE replica SET commits = commits + 1, chain_before = chain, chain = ?";
        self.connection.prepare_cached(sql)?.execute(params![next])?;
        Ok(true)
    }
}
