//! One exchange, as the hub lives it: what it answers once all that arrived is durable and judged.

use change_log::{ChainHash, Digest, EpochId, Position};
use replica_store::{FeedRepeat, HubWork, Reader};
use sync_exchange::frame_bytes;
use sync_protocol::batch::{BatchEncoder, Item};
use sync_protocol::{LogName, Receipt, Refusal, Refusals, Verdict, VerdictState, repair_salt};

use crate::DriverError;
use crate::difference::{difference_key, node_difference};
use crate::feed_frame::FeedFrame;
use crate::held::Held;
use crate::hub_call::{Caller, HubCall, feed_chain_at};
use crate::hub_commit::HubCommit;
use crate::hub_told::CallEnd;
use crate::out_of_step::OutOfStep;

pub(crate) const ENTRIES_PER_FRAME: usize = 400;
pub(crate) const RAW_BYTES_PER_FRAME: usize = 128 * 1024;
/// What an entry takes in a batch, before one was packed.
const BYTES_PER_ENTRY: usize = 24;
/// The head of a feed frame has forty bytes: smaller frames would waste the link.
const FEED_FRAME_BYTES_MIN: usize = 1024;

/// How far the reply is.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) hub_epoch: Option<EpochId>,
    next: Part,
    encoder: Option<BatchEncoder>,
    /// Up to where the feed was sent, and its chain there.
    feed_after: Option<(Position, ChainHash)>,
    sent_new: Digest,
    told: Digest,
    pub(crate) proven: Option<Digest>,
    /// A proof of this exchange is noted already.
    noted: bool,
    /// The feed names an entry that the disk lost: it cannot go on from there.
    broken: bool,
    /// A difference with this node is on record.
    pub(crate) differed: bool,
    /// Bytes of feed frames so far, and what an item took in the last one.
    bytes: u64,
    bytes_per_item: usize,
}

/// A stretch of the feed: its items, and where it ends.
struct Stretch {
    items: Vec<Item>,
    position: Position,
    chain: ChainHash,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Receipt,
    Refusals,
    Returned,
    Feed,
    Compare,
    Missing,
    Farewell,
    Done,
}

impl HubCall {
    /// The next bytes of the reply; `None` when it is complete. To be called when all commits were told and judging
    /// has caught up with this office.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn reply(&mut self, store: &Reader, now_millis: i64) -> Result<Option<Vec<u8>>, DriverError> {
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
                    // Nothing of the office goes to a machine that was shut out.
                    self.reply.next = if self.leaving.is_some() { Part::Farewell } else { Part::Returned };
                    self.refusals(store)?
                }
                Part::Returned => {
                    self.reply.next = Part::Feed;
                    self.repair.answer_returned(store)?
                }
                Part::Feed => match self.feed(store) {
                    Ok(Some(frame)) => frame,
                    Ok(None) => {
                        self.reply.next = Part::Compare;
                        Vec::new()
                    }
                    Err(error) if error.is_lost_entry() => {
                        self.reply.broken = true;
                        self.reply.next = Part::Compare;
                        Vec::new()
                    }
                    Err(error) => return Err(error),
                },
                Part::Compare => {
                    self.reply.next = Part::Missing;
                    let Some(caller) = &self.caller else { return Ok(None) };
                    self.repair.compare(store, &self.identity, caller, now_millis)?
                }
                Part::Missing => match self.repair.missing(store)? {
                    Some(frame) => frame,
                    None => self.verdict(store)?,
                },
                Part::Farewell => {
                    self.reply.next = Part::Done;
                    let Some(order) = self.leaving else { return Ok(None) };
                    self.farewell(order)
                }
                Part::Done => return Ok(None),
            };
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    /// After the verdict, or before it is waited for: what is to be noted, each thing once.
    pub fn closing_commits(&mut self, now_millis: i64) -> Vec<HubCommit> {
        let Some(caller) = &self.caller else { return Vec::new() };
        let mut commits = Vec::new();
        let mut notes = std::mem::take(&mut self.repair.notes);
        let recount = self.repair.counted.take().map(|_| caller.office);
        let proven = self.reply.proven.take().filter(|_| !self.reply.noted);
        if proven.is_some() && self.reply.differed {
            notes.push((difference_key(caller.hello.node), Vec::new()));
        }
        if proven.is_some() && self.out_of_step.is_some() {
            notes.push(OutOfStep::over(caller.hello.node));
        }
        if recount.is_some() || !notes.is_empty() {
            commits.push(HubCommit(HubWork::Compared { recount, notes }));
        }
        if let Some(digest) = proven {
            self.reply.noted = true;
            commits.push(HubCommit(HubWork::Proven { node: caller.hello.node, at_millis: now_millis, digest }));
        }
        commits
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
        Ok(Refusals { repaired: None, refusals }.encode())
    }

    fn feed(&mut self, store: &Reader) -> Result<Option<Vec<u8>>, DriverError> {
        let Some(caller) = &self.caller else { return Ok(None) };
        let after = self.reply.feed_after.map_or(caller.feed_after, |(position, _)| position);
        let stretch = match self.stretch(store, caller, after)? {
            None if self.reply.feed_after.is_none() => self.step_back(store, caller)?,
            stretch => stretch,
        };
        let Some(stretch) = stretch else { return Ok(None) };
        let Stretch { items, position, chain } = stretch;
        let encoder = match &mut self.reply.encoder {
            Some(encoder) => encoder,
            none => {
                let in_full = caller.hello.wants_all_spelled_out();
                let mut encoder = if in_full { BatchEncoder::plain_only() } else { BatchEncoder::new() };
                encoder.expect(caller.hello.epoch, caller.hello.acknowledged, caller.hello.millis)?;
                none.insert(encoder)
            }
        };
        let batch = encoder.encode(&items, &Held(store))?;
        let sent_new = items.iter().filter_map(|item| match item {
            Item::Entry(entry) => Some(entry.entry_hash()),
            Item::Own { .. } => None,
        });
        self.reply.sent_new = sent_new.fold(self.reply.sent_new, Digest::with);
        self.reply.feed_after = Some((position, chain));
        let mut bytes = Vec::new();
        bytes.extend(FeedFrame { after, position, chain, batch: &batch }.encode());
        self.reply.bytes += bytes.len() as u64;
        if items.iter().any(|item| matches!(item, Item::Entry(_))) {
            self.reply.bytes_per_item = (batch.len() / items.len().max(1)).max(1);
        }
        Ok(Some(bytes))
    }

    /// For a node whose place is not in the feed, which goes on from further back and has nothing there: an empty stretch that
    /// tells so. Unless it is told, the node names the wrong place for ever.
    fn step_back(&self, store: &Reader, caller: &Caller) -> Result<Option<Stretch>, DriverError> {
        let (Some(cursor), Some(epoch)) = (caller.hello.cursor, self.reply.hub_epoch) else { return Ok(None) };
        let position = caller.feed_after;
        if (cursor.position, cursor.hub_epoch) == (position, epoch) {
            return Ok(None);
        }
        let chain = feed_chain_at(store, caller.office.as_str(), epoch, position)?;
        Ok(chain.map(|chain| Stretch { items: Vec::new(), position, chain }))
    }

    /// What the next frame of the feed is made of; `None` at its end.
    fn stretch(&self, store: &Reader, caller: &Caller, after: Position) -> Result<Option<Stretch>, DriverError> {
        let audience = caller.office.as_str();
        let hello = &caller.hello;
        let in_full = hello.wants_all_spelled_out();
        // The node showed that it holds its log up to the head it signed.
        let repeat = if in_full { None } else { store.feed_repeat(audience, after, hello.epoch, hello.position)? };
        if let Some(FeedRepeat { log_positions, position, chain }) = repeat {
            let own = |position| Item::Own { epoch: hello.epoch, position };
            return Ok(Some(Stretch { items: log_positions.into_iter().map(own).collect(), position, chain }));
        }
        let each = if self.reply.bytes_per_item == 0 { BYTES_PER_ENTRY } else { self.reply.bytes_per_item };
        let wanted = frame_bytes(self.reply.bytes).max(FEED_FRAME_BYTES_MIN) / each;
        let wanted = wanted.clamp(1, ENTRIES_PER_FRAME);
        let slice = store.feed_items(audience, after, wanted, RAW_BYTES_PER_FRAME)?;
        let Some(position) = slice.items.last().map(|(position, _)| *position) else { return Ok(None) };
        let before = match self.reply.feed_after {
            Some((_, chain)) => Some(chain),
            None => store.feed_chain_at(audience, after)?,
        };
        let mut chain = before.ok_or(DriverError::Unexpected("a feed that ends before its items"))?;
        let mut items = Vec::with_capacity(slice.items.len());
        for (_, entry) in slice.items {
            chain = chain.after(entry.entry_hash());
            items.push(if !in_full && entry.epoch == hello.epoch && entry.position <= hello.position {
                Item::Own { epoch: entry.epoch, position: entry.position }
            } else {
                Item::Entry(entry)
            });
        }
        Ok(Some(Stretch { items, position, chain }))
    }

    fn verdict(&mut self, store: &Reader) -> Result<Vec<u8>, DriverError> {
        let Some(caller) = &self.caller else { return Ok(Vec::new()) };
        let mut digest = store.office_digest(&caller.office)?;
        if self.reply.broken {
            let (counted, kept) = store.survey(&caller.office, |_| {})?;
            self.repair.counted = (counted != kept).then_some(counted);
        }
        digest = self.repair.counted.unwrap_or(digest);
        let head = store.feed_head(caller.office.as_str())?.map_or(0, |head| head.position);
        let sent_to = self.reply.feed_after.map_or(caller.feed_after, |(position, _)| position);
        let sent_new = self.reply.sent_new.union(self.repair.sent);
        let told = self.reply.told.union(self.repair.told);
        let expected = caller.hello.digest.union(sent_new).difference(told);
        let log_end = store.log(caller.hello.epoch)?.map_or(0, |log| log.position);
        let state = if (head != sent_to && !self.reply.broken) || log_end < caller.hello.position {
            VerdictState::More
        } else if expected == digest && !self.reply.broken {
            VerdictState::Proven
        } else {
            VerdictState::Differ
        };
        // Only what the node demonstrably held counts here; what was sent down is confirmed by its next hello.
        if state == VerdictState::Proven && sent_new.count == 0 && told.count == self.reply.told.count {
            self.reply.proven = Some(digest);
            self.reply.differed = node_difference(store, caller.hello.node)?.is_some();
        }
        let salt = (state == VerdictState::Differ || caller.hello.checks()).then(|| {
            let hello = &caller.hello;
            repair_salt(&self.identity.key, self.identity.hub, caller.office, hello.node, hello.counter, &[])
        });
        self.reply.next = Part::Done;
        self.end = CallEnd::Verdict(state);
        Ok(Verdict { state, feed_position: head, digest, salt }.encode())
    }
}
