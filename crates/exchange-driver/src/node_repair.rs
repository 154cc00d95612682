//! One exchange, as the node lives it: what it compares with the hub, and gives back to it, when both sent all they
//! have and still differ.

use std::collections::BTreeSet;

use change_log::{Entry, EpochId, Position};
use replica_store::{Reader, Replica};
use sync_exchange::{Repair, Round, Salt, ShortId, Sketch};
use sync_protocol::batch::{BatchDecoder, BatchEncoder, Item};
use sync_protocol::{Comparison, RETURNED_BYTES_MAX, RepairSketch, repair_salt};

use crate::held::Held;
use crate::node_call::notes;
use crate::{CallPlan, DriverError, NodeIdentity};

/// Entries given back in one exchange have about so many raw bytes: a link that breaks often must carry them whole.
const RAW_BYTES_RETURNED: usize = 32 * 1024;
const _: () = assert!(RAW_BYTES_RETURNED + change_log::CHANGE_BYTES_MAX < RETURNED_BYTES_MAX);

/// The repair of one exchange.
#[derive(Debug, Default)]
pub(crate) struct NodeRepair {
    /// What is remembered from one exchange to the next.
    pub(crate) note: Repair,
    /// What goes out after the hello.
    pub(crate) message: Option<sync_protocol::Repair>,
    /// Counter and hub's part of the salt of the sketch in it.
    compared_under: (u64, [u8; 16]),
    pub(crate) comparison: Option<Comparison>,
    decoder: Option<BatchDecoder>,
    /// Something was received, returned, offered or given up.
    pub(crate) moved: bool,
    /// The hub named what this node does not hold: nothing of the rest is taken.
    pub(crate) unreadable: bool,
    /// What the hub refused is compared, too, or is to be.
    pub(crate) checks: bool,
    /// An own log that the hub is asked about: it lacks entries of it.
    pub(crate) offered: Option<EpochId>,
}

impl NodeRepair {
    /// What the last exchanges left to do.
    pub(crate) fn begin(
        replica: &mut Replica,
        identity: &NodeIdentity,
        plan: &CallPlan,
        now_millis: i64,
    ) -> Result<Self, DriverError> {
        let note = Repair::from_bytes(&replica.setting(notes::REPAIR)?.unwrap_or_default());
        let mut this = Self { note, ..Self::default() };
        this.checks = !plan.ask_first && this.is_to_check(replica, identity, now_millis)?;
        if !this.note.is_under_way() || plan.ask_first {
            return Ok(this);
        }
        if !this.note.wanted.is_empty() {
            this.answer(replica, identity)?;
        }
        if this.offered.is_none() {
            this.offered = this.note.offers.pop();
        }
        if this.message.is_none() && this.offered.is_none() && !this.moved {
            this.sketch(replica, identity)?;
        }
        Ok(this)
    }

    /// Gives back what the hub asked for. What stands in an earlier log of this node goes the ordinary way if it can:
    /// the hub is offered that log and says from where on it lacks it.
    fn answer(&mut self, replica: &mut Replica, identity: &NodeIdentity) -> Result<(), DriverError> {
        let (counter, hub_salt) = self.note.wanted_under;
        let salt = Salt::new(hub_salt, own_salt(identity, counter, hub_salt));
        let wanted: BTreeSet<ShortId> = std::mem::take(&mut self.note.wanted).into_iter().collect();
        let mut places: Vec<(EpochId, Position)> = Vec::new();
        replica.survey(&identity.office, |holding| {
            if (holding.counted || self.note.checks) && wanted.contains(&salt.id(holding.hash)) {
                places.push((holding.epoch, holding.position));
            }
        })?;
        let logs = replica.logs()?;
        let of = |epoch: EpochId| logs.iter().find(|log| log.epoch == epoch);
        let (mut entries, mut forked, mut bytes) = (Vec::new(), Vec::new(), 0);
        for (epoch, position) in places {
            let Some(log) = of(epoch) else { continue };
            if log.forked && self.note.checks {
                continue;
            }
            if log.forked {
                forked.push((epoch, position));
            } else if log.own && epoch != replica.epoch() && !self.note.offered_before(epoch) {
                self.note.offer(epoch);
            } else if !self.note.offers.contains(&epoch)
                && (bytes < RAW_BYTES_RETURNED || entries.is_empty())
                && let Some(entry) = replica.entry(epoch, position)?
            {
                bytes += entry.raw.len();
                entries.push(entry);
            }
        }
        if !forked.is_empty() {
            // The hub has another branch of that log. What is set aside is recorded anew once both agree.
            replica.give_way(&forked)?;
            self.moved = true;
        }
        if !entries.is_empty() && bytes <= RETURNED_BYTES_MAX {
            let items: Vec<Item> = entries.into_iter().map(Item::Entry).collect();
            let returned = BatchEncoder::plain_only().encode(&items, &Held(replica))?;
            self.moved = true;
            self.message =
                Some(sync_protocol::Repair { counter: 0, salt: [0; 16], sketch: None, returned: Some(returned) });
        }
        replica.set_setting(notes::REPAIR, &self.note.to_bytes())?;
        Ok(())
    }

    fn sketch(&mut self, replica: &mut Replica, identity: &NodeIdentity) -> Result<(), DriverError> {
        let (counter, hub_salt) = (self.note.counter, self.note.hub_salt);
        let own = own_salt(identity, counter, hub_salt);
        let (slice_bits, cells) = self.note.form();
        let mut sketch = Sketch::new(self.note.salt(own), slice_bits, cells);
        let refused = if self.note.checks { replica.refused_by_hub(&identity.office)? } else { Vec::new() };
        let refused: BTreeSet<_> = refused.iter().map(|refused| (refused.epoch, refused.position)).collect();
        let (there, kept) = replica.survey(&identity.office, |holding| {
            if holding.counted || refused.contains(&(holding.epoch, holding.position)) {
                sketch.add(holding.hash);
            }
        })?;
        if there != kept {
            replica.recount(&identity.office)?;
        }
        self.compared_under = (counter, hub_salt);
        let sketch = RepairSketch { slice_bits, size: sketch.size(), cells: sketch.to_bytes() };
        self.message = Some(sync_protocol::Repair { counter, salt: own, sketch: Some(sketch), returned: None });
        Ok(())
    }

    /// Entries that the hub sent because they are missing here.
    pub(crate) fn decode(&mut self, replica: &Reader, payload: &[u8]) -> Result<Vec<Entry>, DriverError> {
        let decoder = self.decoder.get_or_insert_with(BatchDecoder::new);
        let items = decoder.decode(payload, &Held(replica))?;
        let entry = |item| match item {
            Item::Entry(entry) => Ok(entry),
            Item::Own { .. } => Err(DriverError::Unexpected("a missing entry without its bytes")),
        };
        items.into_iter().map(entry).collect()
    }

    /// The exchange ended with both sides different though all was sent.
    pub(crate) fn round(&self, counter: u64, hub_salt: [u8; 16]) -> Round<'_> {
        Round {
            now_millis: 0,
            counter,
            hub_salt,
            comparison: self.comparison.as_ref(),
            compared_under: self.compared_under,
            moved: self.moved,
            counts_apart: 0,
        }
    }
}

fn own_salt(identity: &NodeIdentity, counter: u64, hub_salt: [u8; 16]) -> [u8; 16] {
    repair_salt(&identity.key, identity.hub, identity.office, identity.node, counter, &hub_salt)
}
