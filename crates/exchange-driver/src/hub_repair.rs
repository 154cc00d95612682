//! One exchange, as the hub lives it: comparing what a node holds with what the hub does, and taking back what it lost.

use std::collections::{BTreeMap, BTreeSet};

use change_log::{Digest, Entry, EntryHash, EpochId, Position};
use replica_store::{EntryState, Holding, Reader, codes};
use sync_exchange::{Difference as Found, Salt, ShortId, Sketch};
use sync_protocol::batch::{BatchDecoder, BatchEncoder, BatchError, Item};
use sync_protocol::{
    Comparison, ComparisonState, FrameKind, Refusal, Refusals, Repair, WANTED_MAX, repair_salt, write_frame,
};

use crate::difference::{Difference, difference_key};
use crate::held::Held;
use crate::hub_call::Caller;
use crate::hub_reply::{ENTRIES_PER_FRAME, RAW_BYTES_PER_FRAME};
use crate::{DriverError, HubIdentity};

/// A comparison reads all entries of the office. It costs a node so many milliseconds of patience, and so many more
/// for each entry, of which it has as much as [`BURST`] of them take.
const COST_MILLIS: i64 = 15_000;
const ENTRIES_PER_MILLI: u64 = 2;
const BURST: i64 = 4;
/// Entries sent to a node in one exchange outside the order of its feed.
const MISSING_MAX: usize = 4096;

/// The repair of one exchange.
#[derive(Debug, Default)]
pub(crate) struct HubRepair {
    message: Option<Repair>,
    /// What the node gave back.
    returned: Vec<(EpochId, Position, EntryHash)>,
    /// Entries that the node lacks, still to be sent.
    missing: std::collections::VecDeque<(EpochId, Position)>,
    encoder: Option<BatchEncoder>,
    /// The digest kept for the office is not that of its entries.
    pub(crate) counted: Option<Digest>,
    /// What is to be remembered of a comparison.
    pub(crate) notes: Vec<(String, Vec<u8>)>,
    /// Entries told as refused, and sent, beyond what hello, feed and refusals account for.
    pub(crate) told: Digest,
    pub(crate) sent: Digest,
}

/// Frames, or nothing.
type Frames = Result<Vec<u8>, DriverError>;

impl HubRepair {
    /// Takes the node's message; the entries that it gives back are to be committed.
    pub(crate) fn take(&mut self, store: &Reader, mut message: Repair) -> Result<Vec<Entry>, BatchError> {
        let mut entries = Vec::new();
        if let Some(returned) = message.returned.take() {
            for item in BatchDecoder::new().decode(&returned, &Held(store))? {
                let Item::Entry(entry) = item else { return Err(BatchError::Malformed) };
                self.returned.push((entry.epoch, entry.position, entry.entry_hash()));
                entries.push(entry);
            }
        }
        self.message = Some(message);
        Ok(entries)
    }

    /// What became of the entries given back, where they do not count here.
    pub(crate) fn answer_returned(&mut self, store: &Reader) -> Frames {
        let mut refused: BTreeMap<EpochId, Vec<Refusal>> = BTreeMap::new();
        for (epoch, position, hash) in std::mem::take(&mut self.returned) {
            let held = store.entry(epoch, position)?;
            let refusal = match held.filter(|held| held.entry_hash() == hash) {
                None => Refusal { number: 0, position, code: codes::FORK.to_owned(), detail: String::new() },
                Some(_) => match store.entry_state(epoch, position)? {
                    Some(EntryState::Accepted | EntryState::Pending) | None => continue,
                    Some(EntryState::Refused | EntryState::Parked) => refusal_of(store, epoch, position)?,
                },
            };
            self.told = self.told.with(hash);
            refused.entry(epoch).or_default().push(refusal);
        }
        Ok(encode(refused))
    }

    /// Compares, if the node asked for it and may.
    pub(crate) fn compare(
        &mut self,
        store: &Reader,
        identity: &HubIdentity,
        caller: &Caller,
        now_millis: i64,
    ) -> Frames {
        let Some(Repair { counter, salt, sketch: Some(sketch), .. }) = self.message.take() else {
            return Ok(Vec::new());
        };
        let node = caller.hello.node;
        let busy_key = format!("exchange/compared/{node}");
        let busy = store.setting(&busy_key)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_be_bytes);
        let entries = store.office_digest(&caller.office)?.count;
        let cost = COST_MILLIS + i64::try_from(entries / ENTRIES_PER_MILLI).unwrap_or(i64::MAX / 8);
        let busy = busy.clamp(now_millis, now_millis.saturating_add(BURST * cost)).saturating_add(cost);
        let over = busy - now_millis - BURST * cost;
        if over > 0 {
            let seconds = u32::try_from(over / 1000 + 1).unwrap_or(u32::MAX);
            return Ok(Comparison { state: ComparisonState::Later { seconds }, wanted: Vec::new() }.encode());
        }
        self.notes.push((busy_key, busy.to_be_bytes().to_vec()));
        let hub_salt = repair_salt(&identity.key, identity.hub, caller.office, node, counter, &[]);
        let salt = Salt::new(hub_salt, salt);
        let Ok(theirs) = Sketch::from_bytes(salt, sketch.slice_bits, sketch.size, &sketch.cells) else {
            return Err(DriverError::Unexpected("a sketch that is none"));
        };
        let mut ours = theirs.same_form();
        let (counted, kept) = store.survey(&caller.office, |holding| {
            if holding.counted {
                ours.add(holding.hash);
            }
        })?;
        self.counted = (counted != kept).then_some(counted);
        match theirs.difference(&ours) {
            None => Ok(Comparison { state: ComparisonState::TooFewCells, wanted: Vec::new() }.encode()),
            Some(found) => self.found(store, caller, salt, &found, now_millis),
        }
    }

    /// Looks the ids up: what the node lacks is sent, what it does not know to be refused is told, what is not here is
    /// asked for.
    fn found(&mut self, store: &Reader, caller: &Caller, salt: Salt, found: &Found, now_millis: i64) -> Frames {
        let state = ComparisonState::Found {
            only_node: found.only_first.len() as u64,
            only_hub: found.only_second.len() as u64,
        };
        let note = Difference {
            at_millis: now_millis,
            only_node: found.only_first.len() as u64,
            only_hub: found.only_second.len() as u64,
        };
        if !caller.hello.checks() {
            self.notes.push((difference_key(caller.hello.node), note.to_bytes()));
        }
        let mut wanted: BTreeSet<ShortId> = found.only_first.iter().copied().collect();
        let lacking: BTreeSet<ShortId> = found.only_second.iter().copied().collect();
        let mut refused: Vec<Holding> = Vec::new();
        store.survey(&caller.office, |holding| {
            let id = salt.id(holding.hash);
            if holding.counted {
                if lacking.contains(&id) && self.missing.len() < MISSING_MAX {
                    self.missing.push_back((holding.epoch, holding.position));
                }
            } else if wanted.remove(&id) && !holding.pending {
                refused.push(holding);
            }
        })?;
        let wanted = wanted.into_iter().take(WANTED_MAX).collect();
        let mut frames = Comparison { state, wanted }.encode();
        let mut told: BTreeMap<EpochId, Vec<Refusal>> = BTreeMap::new();
        for holding in refused {
            self.told = self.told.with(holding.hash);
            told.entry(holding.epoch).or_default().push(refusal_of(store, holding.epoch, holding.position)?);
        }
        frames.extend(encode(told));
        Ok(frames)
    }

    /// The next frame of entries that the node lacks.
    pub(crate) fn missing(&mut self, store: &Reader) -> Result<Option<Vec<u8>>, DriverError> {
        let (mut items, mut bytes) = (Vec::new(), 0);
        while items.len() < ENTRIES_PER_FRAME && bytes < RAW_BYTES_PER_FRAME {
            let Some((epoch, position)) = self.missing.pop_front() else { break };
            let Some(entry) = store.entry(epoch, position)? else { continue };
            bytes += entry.raw.len();
            self.sent = self.sent.with(entry.entry_hash());
            items.push(Item::Entry(entry));
        }
        if items.is_empty() {
            return Ok(None);
        }
        let encoder = self.encoder.get_or_insert_with(BatchEncoder::plain_only);
        let payload = encoder.encode(&items, &Held(store))?;
        let mut frame = Vec::with_capacity(payload.len() + 4);
        write_frame(&mut frame, FrameKind::RepairBatch, &payload);
        Ok(Some(frame))
    }
}

fn refusal_of(store: &Reader, epoch: EpochId, position: Position) -> Result<Refusal, DriverError> {
    let known = store.refusals_after(epoch, 0)?.into_iter().find(|refusal| refusal.position == position);
    Ok(known.map_or_else(
        || Refusal { number: 0, position, code: "refused".to_owned(), detail: String::new() },
        |known| Refusal { number: known.number, position, code: known.code, detail: known.detail },
    ))
}

fn encode(refused: BTreeMap<EpochId, Vec<Refusal>>) -> Vec<u8> {
    let frames = |(epoch, refusals)| Refusals { repaired: Some(epoch), refusals }.encode();
    refused.into_iter().flat_map(frames).collect()
}
