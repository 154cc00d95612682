//! An exchange that waits: the node has nothing to send, the hub nothing to tell, and both know it.

use replica_store::{HubWork, Reader};

use crate::{DriverError, HubCall, HubCommit, HubStep, node_difference};

impl HubCommit {
    /// Whether it brings changes: once they are judged, calls that wait for their office have news.
    pub const fn brings_changes(&self) -> bool {
        matches!(self.0, HubWork::Ingest(_) | HubWork::Return { .. } | HubWork::Grant(_))
    }
}

impl HubCall {
    /// Whether the node is content to hear nothing while there is nothing new.
    pub fn asks_to_wait(&self) -> bool {
        self.is_complete() && self.caller.as_ref().is_some_and(|caller| caller.hello.may_wait())
    }

    /// Whether the verdict may be held back until the feed of the node's office grows: the node asked for it, nothing
    /// moved either way, and both sides are equal. To be called before the first [`HubCall::reply`], with judging caught
    /// up. That both are equal is noted by [`HubCall::closing_commits`] now rather than after the wait: it is now that the
    /// node shows what it holds.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn may_wait(&mut self, store: &Reader) -> Result<bool, DriverError> {
        let Some(caller) = self
            .caller
            .as_ref()
            .filter(|caller| self.asks_to_wait() && !caller.ingested && !caller.hello.wants_receipt())
        else {
            return Ok(false);
        };
        let hello = &caller.hello;
        if self.is_shut_out(store)? {
            return Ok(false);
        }
        let held = store.log(hello.epoch)?.map_or(0, |log| log.position);
        let feed = store.feed_head(caller.office.as_str())?.map_or(0, |head| head.position);
        let all_told = held == hello.position && hello.acknowledged == held && feed == caller.feed_after;
        if !all_told || !store.refusals_after(hello.epoch, hello.refusals_known)?.is_empty() {
            return Ok(false);
        }
        let digest = store.office_digest(&caller.office)?;
        let is_equal = hello.digest == digest;
        if is_equal {
            self.reply.proven = Some(digest);
            self.reply.differed = node_difference(store, caller.hello.node)?.is_some();
        }
        Ok(is_equal)
    }

    /// The wait is over. A node that was shut out meanwhile hears that and nothing else.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn waited(&mut self, store: &Reader) -> Result<Vec<HubStep>, DriverError> {
        let mut steps = Vec::new();
        if self.is_shut_out(store)?
            && let Some(node) = self.caller.as_ref().map(|caller| caller.hello.node)
        {
            self.shut_out(store, node, &mut steps)?;
        }
        Ok(steps)
    }

    pub(crate) fn is_shut_out(&self, store: &Reader) -> Result<bool, DriverError> {
        let Some(caller) = &self.caller else { return Ok(true) };
        Ok(store.registered_node(caller.hello.node)?.is_none_or(|node| node.revoked_millis.is_some()))
    }
}
