//! The packing side of a stream of batches.

use change_log::leb::write_unsigned;
use change_log::{ChangeHash, Entry, EpochId, Position, RawChange};

use super::draft::{self, Draft};
use super::item::{Dependency, Form, Head, Link, zigzag};
use super::mixer::{Kind, context};
use super::range::{Coder, Writer};
use super::residue::Residue;
use super::state::{Nothing, State, check_of, first_document};
use super::stream::Packer;
use super::{BatchError, ITEMS_MAX, Item, References, WORK_MAX, dictionary};

/// Larger changes are sent as they are.
const DRAFTED_OPERATIONS_MAX: u64 = 512;

/// Packs the batches of one exchange, in order.
pub struct BatchEncoder {
    state: State,
    /// Made when something is first left to it.
    packer: Option<Packer>,
    plain_only: bool,
}

impl Default for BatchEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for BatchEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchEncoder").finish_non_exhaustive()
    }
}

/// A change, ready to be coded.
struct Drafted<'a> {
    change: &'a RawChange<'a>,
    head: Head,
    drafts: Vec<Draft>,
    /// How sequence and operation numbers differ from what the link lets expect.
    sequence: u64,
    start_op: u64,
    trace: u32,
}

impl BatchEncoder {
    /// A new stream.
    pub fn new() -> Self {
        Self { state: State::taught(), packer: None, plain_only: false }
    }

    /// A new stream that names nothing by reference: for a receiver that could not resolve one.
    pub fn plain_only() -> Self {
        Self { plain_only: true, ..Self::new() }
    }

    /// A stream that goes on from a state.
    pub(super) const fn from_state(state: State) -> Self {
        Self { state, packer: None, plain_only: false }
    }

    /// What the stream has learnt and named.
    pub(super) fn into_state(self) -> State {
        self.state
    }

    /// Says what both sides expect first: the entry after `position` of this log, made near `millis`.
    ///
    /// # Errors
    /// When the stream has named too many logs.
    pub fn expect(&mut self, epoch: EpochId, position: Position, millis: i64) -> Result<(), BatchError> {
        self.state.expect(epoch, position, millis)
    }

    /// Packs one batch.
    ///
    /// # Errors
    /// When it is over a limit, or compression fails; the stream is over then.
    pub fn encode(&mut self, items: &[Item], references: &impl References) -> Result<Vec<u8>, BatchError> {
        if items.len() > ITEMS_MAX {
            return Err(BatchError::TooLarge);
        }
        let (channel, left) = self.lay_out(items, references)?;
        let mut payload = check_of(items).to_vec();
        write_unsigned(&mut payload, left.len() as u64);
        if !left.is_empty() {
            let packer = match &mut self.packer {
                Some(packer) => packer,
                none => none.insert(Packer::new(dictionary::prefix())?),
            };
            let bytes = packer.pack(&left)?;
            write_unsigned(&mut payload, bytes.len() as u64);
            payload.extend_from_slice(&bytes);
        }
        payload.extend_from_slice(&channel.finish());
        Ok(payload)
    }

    /// Learns from entries that the receiver holds as well, as if they had just been sent: a stream that a cut ended goes on
    /// almost as cheaply as it was. Both sides recall the same entries before the first batch.
    pub fn recall(&mut self, entries: &[Entry]) {
        if !self.plain_only {
            let items: Vec<Item> = entries.iter().cloned().map(Item::Entry).collect();
            // What is over a limit is over it on both sides, after the same steps.
            let _ = self.lay_out(&items, &Nothing);
        }
    }

    /// What is coded, and what is left to zstd.
    fn lay_out(&mut self, items: &[Item], references: &impl References) -> Result<(Writer, Vec<u8>), BatchError> {
        let mut channel = Writer::new();
        let mut residue = Residue::Written(Vec::new());
        let count = [context(&[1])];
        self.state.parts().0.mixer.number(&mut channel, Kind::Number, &count, items.len() as u64);
        for item in items {
            self.item(&mut channel, &mut residue, item, references)?;
            if channel.work() > WORK_MAX {
                return Err(BatchError::TooLarge);
            }
        }
        let left = match residue {
            Residue::Written(bytes) => bytes,
            Residue::Read(_) => Vec::new(),
        };
        Ok((channel, left))
    }

    fn item(
        &mut self,
        channel: &mut Writer,
        residue: &mut Residue<'_>,
        item: &Item,
        references: &impl References,
    ) -> Result<(), BatchError> {
        let entry = match item {
            Item::Own { epoch, position } => {
                self.place(channel, Form::Own, *epoch, *position)?;
                return Ok(());
            }
            Item::Entry(entry) => entry,
        };
        let change = RawChange::parse(&entry.raw).ok().filter(|change| change.hash == entry.hash);
        let drafted = match &change {
            Some(change) if self.is_worth_it(change, channel.work()) => self.draft(entry, change, references)?,
            _ => None,
        };
        if let Some(drafted) = drafted {
            self.place(channel, Form::Drafted, entry.epoch, entry.position)?;
            self.drafted(channel, residue, &drafted)?;
        } else {
            self.place(channel, Form::Plain, entry.epoch, entry.position)?;
            residue.pass(16, entry.document.as_bytes())?;
            let length = [context(&[2])];
            self.state.parts().0.mixer.number(channel, Kind::Number, &length, entry.raw.len() as u64);
            residue.pass(entry.raw.len(), &entry.raw)?;
        }
        if let Some(change) = &change {
            self.state.learn(entry, change);
        }
        Ok(())
    }

    /// Whether a change is coded bit by bit: not when so much work would make the receiver refuse the batch.
    const fn is_worth_it(&self, change: &RawChange<'_>, done: u64) -> bool {
        !self.plain_only && change.op_count <= DRAFTED_OPERATIONS_MAX && done < WORK_MAX / 2
    }

    fn place(
        &mut self,
        channel: &mut Writer,
        form: Form,
        epoch: EpochId,
        position: Position,
    ) -> Result<(), BatchError> {
        let (model, places, last) = self.state.parts();
        last.place(model, channel, places, (form, epoch, position)).map(|_| ())
    }

    fn drafted(
        &mut self,
        channel: &mut Writer,
        residue: &mut Residue<'_>,
        drafted: &Drafted<'_>,
    ) -> Result<(), BatchError> {
        let (model, places, last) = self.state.parts();
        last.head(model, channel, residue, places, &drafted.head)?;
        last.millis = drafted.change.millis;
        model.mixer.number(channel, Kind::Number, &[context(&[3])], drafted.sequence);
        model.mixer.number(channel, Kind::Number, &[context(&[4])], drafted.start_op);
        model.operations(channel, residue, places, drafted.trace, &drafted.drafts)?;
        Ok(())
    }

    /// Drafts a change; nothing when it is of a form that can only be sent as it is.
    fn draft<'a>(
        &self,
        entry: &Entry,
        change: &'a RawChange<'a>,
        references: &impl References,
    ) -> Result<Option<Drafted<'a>>, BatchError> {
        if change.actor != entry.epoch || !change.extra.is_empty() {
            return Ok(None);
        }
        let link = self.link(entry, change, references);
        let place = (entry.epoch, entry.position);
        let linked = link.follow(&self.state.places, references, place)?;
        let before = linked.before.as_ref().map(|(epoch, known)| (*epoch, known));
        let Some(drafts) = draft::draft(change, before)? else { return Ok(None) };
        let again = draft::undraft(&drafts, (entry.epoch, change.start_op), before);
        let is_same = again.is_ok_and(|again| {
            let same_columns = again.columns.iter().map(|(spec, bytes)| (*spec, bytes.as_slice()));
            again.other_actors == change.other_actors
                && same_columns.eq(change.columns.iter().map(|column| (column.spec, column.bytes)))
        });
        let same_document =
            linked.document.unwrap_or_else(|| first_document(entry.epoch, entry.position, change.millis));
        if !is_same || linked.dependencies != change.dependencies || same_document != entry.document {
            return Ok(None);
        }
        let elapsed = change.millis.wrapping_sub(self.state.last.millis);
        Ok(Some(Drafted {
            change,
            head: Head { link, elapsed, message: change.message.as_bytes().to_vec() },
            drafts,
            sequence: zigzag(change.sequence.wrapping_sub(linked.sequence).cast_signed()),
            start_op: zigzag(change.start_op.wrapping_sub(linked.start_op).cast_signed()),
            trace: linked.before.map_or(0, |(_, known)| known.trace),
        }))
    }

    /// Which document a change belongs to and what it depends on, said as briefly as can be.
    fn link(&self, entry: &Entry, change: &RawChange<'_>, references: &impl References) -> Link {
        let derived = first_document(entry.epoch, entry.position, change.millis) == entry.document;
        if change.dependencies.is_empty() && derived {
            return Link::First;
        }
        let mut dependencies = Vec::with_capacity(change.dependencies.len());
        let mut same_document = false;
        for dependency in &change.dependencies {
            let found = self.found(dependency, references);
            if let Some((epoch, position, document)) = found {
                if change.dependencies.len() == 1
                    && epoch == entry.epoch
                    && position < entry.position
                    && document == entry.document
                {
                    return Link::Before(entry.position - position);
                }
                same_document = document == entry.document;
                dependencies.push(Dependency::Place(epoch, position));
            } else {
                dependencies.push(Dependency::Hash(*dependency));
            }
        }
        Link::Spelled { document: (!same_document).then_some(entry.document), dependencies }
    }

    fn found(
        &self,
        dependency: &ChangeHash,
        references: &impl References,
    ) -> Option<(EpochId, Position, change_log::DocumentId)> {
        let (epoch, position) = self.state.places.place_of(dependency, references)?;
        let known = self.state.places.known(&epoch, position, references)?;
        (known.hash == *dependency).then_some((epoch, position, known.document))
    }
}
