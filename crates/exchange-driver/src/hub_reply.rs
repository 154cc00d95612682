//! One exchange, as the hub lives it: what it answers once all that arrived is durable and judged.

use change_log::{Digest, EntryHash, EpochId};
use replica_store::{HubWork, Reader};
use sync_protocol::batch::{BatchEncoder, Item};
use sync_protocol::{LogName, Receipt, Refusal, Refusals, Verdict, VerdictState};

use crate::DriverError;
use crate::feed_frame::FeedFrame;
use crate::held::Held;
use crate::hub_call::HubCall;
use crate::hub_commit::HubCommit;

const ENTRIES_PER_FRAME: usize = 400;
const RAW_BYTES_PER_FRAME: usize = 128 * 1024;

/// How far the reply is.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) hub_epoch: Option<EpochId>,
    next: Part,
    encoder: Option<BatchEncoder>,
    feed_after: Option<u64>,
    sent_new: Digest,
    told: Digest,
    pub(crate) proven: Option<Digest>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Receipt,
    Refusals,
    Feed,
    Done,
}

impl HubCall {
    /// The next bytes of the reply; `None` when it is complete. To be called when all commits were told and judging
    /// has caught up with this office.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn reply(&mut self, store: &Reader, _now_millis: i64) -> Result<Option<Vec<u8>>, DriverError> {
        if !self.is_complete() {
            return Ok(None);
        }
        loop {
            let bytes = match self.reply.next {
                Part::Receipt => {
                    self.reply.next = Part::Refusals;
                    self.receipt(store)?
                }
                Part::Refusals => {
                    self.reply.next = Part::Feed;
                    self.refusals(store)?
                }
                Part::Feed => match self.feed(store)? {
                    Some(frame) => frame,
                    None => self.verdict(store)?,
                },
                Part::Done => return Ok(None),
            };
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    /// After the verdict, or before it is waited for: what is to be noted, if anything.
    pub fn closing_commit(&self, now_millis: i64) -> Option<HubCommit> {
        let caller = self.caller.as_ref()?;
        let digest = self.reply.proven?;
        Some(HubCommit(HubWork::Proven { node: caller.hello.node, at_millis: now_millis, digest }))
    }

    fn receipt(&self, store: &Reader) -> Result<Vec<u8>, DriverError> {
        let Some(caller) = &self.caller else { return Ok(Vec::new()) };
        let Some(log) = store.log(caller.hello.epoch)? else { return Ok(Vec::new()) };
        let is_news = log.position > caller.hello.acknowledged || caller.ingested || caller.hello.wants_receipt();
        if !is_news || log.position == 0 || log.position > caller.hello.position {
            return Ok(Vec::new());
        }
        let name = LogName {
            hub: self.identity.hub,
            office: caller.office,
            node: caller.hello.node,
            epoch: caller.hello.epoch,
        };
        Ok(Receipt::sign(&self.identity.key, &name, log.position, log.chain).encode())
    }

    fn refusals(&mut self, store: &Reader) -> Result<Vec<u8>, DriverError> {
        let Some(caller) = &self.caller else { return Ok(Vec::new()) };
        let known = caller.hello.refusals_known;
        let mut refusals = Vec::new();
        for refusal in store.refusals_after(caller.hello.epoch, known)? {
            if let Some(entry) = store.entry(caller.hello.epoch, refusal.position)? {
                self.reply.told = self.reply.told.with(entry.entry_hash());
            }
            refusals.push(Refusal {
                number: refusal.number,
                position: refusal.position,
                code: refusal.code,
                detail: refusal.detail,
            });
        }
        Ok(Refusals { refusals }.encode())
    }

    fn feed(&mut self, store: &Reader) -> Result<Option<Vec<u8>>, DriverError> {
        let Some(caller) = &self.caller else { return Ok(None) };
        let audience = caller.office.as_str();
        let after = self.reply.feed_after.unwrap_or(caller.feed_after);
        let slice = store.feed_items(audience, after, ENTRIES_PER_FRAME, RAW_BYTES_PER_FRAME)?;
        let Some((position, _)) = slice.items.last() else { return Ok(None) };
        let position = *position;
        let chain = store.feed_chain_at(audience, position)?;
        let chain = chain.ok_or(DriverError::Unexpected("a feed that ends before its items"))?;
        let mut sent_new: Vec<EntryHash> = Vec::new();
        let mut items = Vec::with_capacity(slice.items.len());
        for (_, entry) in slice.items {
            // The node showed that it holds its log up to the head it signed.
            if entry.epoch == caller.hello.epoch && entry.position <= caller.hello.position {
                items.push(Item::Own { epoch: entry.epoch, position: entry.position });
            } else {
                sent_new.push(entry.entry_hash());
                items.push(Item::Entry(entry));
            }
        }
        let encoder = match &mut self.reply.encoder {
            Some(encoder) => encoder,
            none => {
                let mut encoder = BatchEncoder::new();
                encoder.expect(caller.hello.epoch, caller.hello.acknowledged, caller.hello.millis)?;
                none.insert(encoder)
            }
        };
        let batch = encoder.encode(&items, &Held(store))?;
        self.reply.sent_new = sent_new.into_iter().fold(self.reply.sent_new, Digest::with);
        self.reply.feed_after = Some(position);
        let mut bytes = Vec::new();
        bytes.extend(FeedFrame { after, position, chain, batch: &batch }.encode());
        Ok(Some(bytes))
    }

    fn verdict(&mut self, store: &Reader) -> Result<Vec<u8>, DriverError> {
        let Some(caller) = &self.caller else { return Ok(Vec::new()) };
        let digest = store.office_digest(&caller.office)?;
        let head = store.feed_head(caller.office.as_str())?.map_or(0, |head| head.position);
        let sent_to = self.reply.feed_after.unwrap_or(caller.feed_after);
        let expected = caller.hello.digest.union(self.reply.sent_new).difference(self.reply.told);
        let log_end = store.log(caller.hello.epoch)?.map_or(0, |log| log.position);
        let state = if head != sent_to || log_end < caller.hello.position {
            VerdictState::More
        } else if expected == digest {
            VerdictState::Proven
        } else {
            VerdictState::Differ
        };
        // Only what the node demonstrably held counts here; what was sent down is confirmed by its next hello.
        if state == VerdictState::Proven && self.reply.sent_new.count == 0 {
            self.reply.proven = Some(digest);
        }
        self.reply.next = Part::Done;
        Ok(Verdict { state, feed_position: head, digest }.encode())
    }
}
