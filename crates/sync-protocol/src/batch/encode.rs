//! The packing side of a stream of batches.

use change_log::leb::{write_prefixed, write_unsigned};
use change_log::{ChangeHash, DocumentId, Entry, EpochId, Position, RawChange};
use sha2::{Digest as _, Sha256};

use super::codec::{write_integers, zigzag};
use super::stream::Packer;
use super::tables::{Places, Tables};
use super::{BatchError, ITEMS_MAX, Item, Known, PLAIN_BYTES_MAX, References, dictionary};

/// Kinds of items in a batch.
pub(super) const CODED: u64 = 0;
pub(super) const OWN: u64 = 1;
pub(super) const PLAIN: u64 = 2;

/// How a change says which document it belongs to and what it depends on.
pub(super) const FIRST_OF_DOCUMENT: u64 = 0;
pub(super) const SPELLED_OUT: u64 = 1;
pub(super) const BEFORE_IN_LOG: u64 = 2;

/// All times of a batch are whole seconds.
pub(super) const WHOLE_SECONDS: u64 = 1;

/// Bytes of the check over the hashes of a batch's items.
pub(super) const CHECK_BYTES: usize = 8;

/// Packs the batches of one exchange, in order.
pub struct BatchEncoder {
    tables: Tables,
    places: Places,
    packer: Packer,
    plain_only: bool,
}

impl std::fmt::Debug for BatchEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchEncoder").finish_non_exhaustive()
    }
}

/// The columns of a batch while it is being laid out.
#[derive(Default)]
struct Columns {
    kinds: Vec<u64>,
    epochs: Vec<u64>,
    positions: Vec<u64>,
    links: Vec<u64>,
    sequences: Vec<u64>,
    start_ops: Vec<u64>,
    millis: Vec<i64>,
    messages: Vec<u64>,
    shapes: Vec<u64>,
    other_actors: Vec<u64>,
    new_epochs: Vec<u8>,
    new_messages: Vec<u8>,
    new_shapes: Vec<u8>,
    spelled_out: Vec<u8>,
    plain: Vec<u8>,
    values: std::collections::BTreeMap<usize, Vec<Vec<u8>>>,
}

impl BatchEncoder {
    /// A new stream at zstd `level` (1 quick to 19 small).
    ///
    /// # Errors
    /// When memory for the compressor cannot be had.
    pub fn new(level: i32) -> Result<Self, BatchError> {
        let (tables, dictionary) = dictionary::shipped();
        let packer = Packer::new(level, dictionary)?;
        Ok(Self { tables: tables.clone(), places: Places::default(), packer, plain_only: false })
    }

    /// A new stream that names nothing by reference: for a receiver that could not resolve one.
    ///
    /// # Errors
    /// When memory for the compressor cannot be had.
    pub fn plain_only(level: i32) -> Result<Self, BatchError> {
        Ok(Self { plain_only: true, ..Self::new(level)? })
    }

    /// Packs one batch.
    ///
    /// # Errors
    /// When it is over a limit, or compression fails; the stream is over then.
    pub fn encode(&mut self, items: &[Item], references: &impl References) -> Result<Vec<u8>, BatchError> {
        let (plain, check) = self.lay_out(items, references)?;
        let mut payload = Vec::new();
        write_unsigned(&mut payload, plain.len() as u64);
        payload.extend_from_slice(&check);
        payload.extend_from_slice(&self.packer.pack(&plain)?);
        Ok(payload)
    }

    /// The batch before compression, and its check.
    fn lay_out(
        &mut self,
        items: &[Item],
        references: &impl References,
    ) -> Result<(Vec<u8>, [u8; CHECK_BYTES]), BatchError> {
        if items.len() > ITEMS_MAX {
            return Err(BatchError::TooLarge);
        }
        let mut columns = Columns::default();
        let mut check = Sha256::new();
        for item in items {
            match item {
                Item::Own { epoch, position } => {
                    columns.kinds.push(OWN);
                    self.place(&mut columns, *epoch, *position)?;
                    check.update(epoch.0);
                    check.update(position.to_be_bytes());
                }
                Item::Entry(entry) => {
                    check.update(entry.entry_hash().0);
                    self.place(&mut columns, entry.epoch, entry.position)?;
                    self.entry(&mut columns, entry, references)?;
                }
            }
        }
        let plain = self.write(items.len(), &columns);
        if plain.len() > PLAIN_BYTES_MAX {
            return Err(BatchError::TooLarge);
        }
        let digest: [u8; 32] = check.finalize().into();
        Ok((plain, *digest.first_chunk().unwrap_or(&[0; CHECK_BYTES])))
    }

    fn place(&mut self, columns: &mut Columns, epoch: EpochId, position: Position) -> Result<(), BatchError> {
        let number = self.epoch(columns, epoch)?;
        columns.epochs.push(number as u64);
        let last = self.places.last.get_mut(number).ok_or(BatchError::Malformed)?;
        columns.positions.push(zigzag(position.wrapping_sub(last.wrapping_add(1)).cast_signed()));
        *last = position;
        Ok(())
    }

    fn epoch(&mut self, columns: &mut Columns, epoch: EpochId) -> Result<usize, BatchError> {
        let (number, is_new) = self.places.epoch(epoch)?;
        if is_new {
            columns.new_epochs.extend_from_slice(&epoch.0);
        }
        Ok(number)
    }

    fn entry(&mut self, columns: &mut Columns, entry: &Entry, references: &impl References) -> Result<(), BatchError> {
        let change = RawChange::parse(&entry.raw).ok().filter(|change| change.hash == entry.hash);
        let coded = match &change {
            Some(change) if !self.plain_only && change.actor == entry.epoch => super::shape::split(change),
            _ => None,
        };
        let (Some(change), Some((shape, values))) = (&change, coded) else {
            columns.kinds.push(PLAIN);
            columns.plain.extend_from_slice(entry.document.as_bytes());
            write_prefixed(&mut columns.plain, &entry.raw);
            if let Some(change) = &change {
                self.learn(entry, change);
            }
            return Ok(());
        };
        columns.kinds.push(CODED);
        self.link(columns, entry, change, references)?;
        columns.millis.push(change.millis.wrapping_sub(self.places.millis));
        self.places.millis = change.millis;
        let (message, is_new) = self.tables.messages.number(change.message.as_bytes())?;
        if is_new {
            write_prefixed(&mut columns.new_messages, change.message.as_bytes());
        }
        columns.messages.push(message as u64);
        let (number, is_new) = self.tables.shape(&shape)?;
        if is_new {
            write_prefixed(&mut columns.new_shapes, &shape);
        }
        columns.shapes.push(number as u64);
        for actor in &change.other_actors {
            let number = self.epoch(columns, *actor)?;
            columns.other_actors.push(number as u64);
        }
        let (_, slots) = self.tables.shapes.get(number).ok_or(BatchError::Malformed)?;
        for (slot, value) in slots.iter().zip(values) {
            columns.values.entry(*slot).or_default().push(value.to_vec());
        }
        self.learn(entry, change);
        Ok(())
    }

    fn learn(&mut self, entry: &Entry, change: &RawChange<'_>) {
        let known =
            Known { document: entry.document, hash: entry.hash, sequence: change.sequence, max_op: change.max_op() };
        self.places.learn(entry.epoch, entry.position, known);
    }

    /// Says which document, which dependencies, and how sequence and operation numbers differ from what those predict.
    fn link(
        &mut self,
        columns: &mut Columns,
        entry: &Entry,
        change: &RawChange<'_>,
        references: &impl References,
    ) -> Result<(), BatchError> {
        let derived = DocumentId::derive(entry.epoch, entry.position, change.millis) == entry.document;
        let single = match change.dependencies.as_slice() {
            [only] => self.places.place_of(only, references),
            _ => None,
        };
        let before = single.filter(|(epoch, position)| *epoch == entry.epoch && *position < entry.position);
        let before = before.and_then(|(epoch, position)| {
            let known = self.places.known(&epoch, position, references)?;
            (known.document == entry.document).then_some((entry.position - position, known))
        });
        let prediction = if let Some((distance, known)) = before {
            columns.links.push(BEFORE_IN_LOG - 1 + distance);
            Prediction { sequence: known.sequence + 1, start_op: known.max_op + 1 }
        } else if change.dependencies.is_empty() && derived {
            columns.links.push(FIRST_OF_DOCUMENT);
            Prediction::default()
        } else {
            columns.links.push(SPELLED_OUT);
            self.spell_out(columns, entry, &change.dependencies, references)?
        };
        columns.sequences.push(zigzag(change.sequence.wrapping_sub(prediction.sequence).cast_signed()));
        columns.start_ops.push(zigzag(change.start_op.wrapping_sub(prediction.start_op).cast_signed()));
        Ok(())
    }

    fn spell_out(
        &mut self,
        columns: &mut Columns,
        entry: &Entry,
        dependencies: &[ChangeHash],
        references: &impl References,
    ) -> Result<Prediction, BatchError> {
        let mut out = Vec::new();
        let mut prediction = Prediction::default();
        let mut same_document = false;
        write_unsigned(&mut out, dependencies.len() as u64);
        for dependency in dependencies {
            let place = self.places.place_of(dependency, references);
            let known = place.and_then(|(epoch, position)| {
                let known = self.places.known(&epoch, position, references)?;
                (known.hash == *dependency).then_some((epoch, position, known))
            });
            if let Some((epoch, position, known)) = known {
                let number = self.epoch(columns, epoch)?;
                write_unsigned(&mut out, number as u64 + 1);
                write_unsigned(&mut out, position);
                prediction.follow(&known, epoch == entry.epoch);
                same_document = known.document == entry.document;
            } else {
                write_unsigned(&mut out, 0);
                out.extend_from_slice(&dependency.0);
                same_document = false;
            }
        }
        columns.spelled_out.push(u8::from(same_document));
        if !same_document {
            columns.spelled_out.extend_from_slice(entry.document.as_bytes());
        }
        columns.spelled_out.extend_from_slice(&out);
        Ok(prediction)
    }

    fn write(&mut self, count: usize, columns: &Columns) -> Vec<u8> {
        let whole_seconds = columns.millis.iter().all(|millis| millis % 1000 == 0);
        let unit = if whole_seconds { 1000 } else { 1 };
        let millis: Vec<u64> = columns.millis.iter().map(|millis| zigzag(millis / unit)).collect();
        let mut out = Vec::new();
        write_unsigned(&mut out, count as u64);
        write_unsigned(&mut out, if whole_seconds { WHOLE_SECONDS } else { 0 });
        for bytes in [&columns.new_epochs, &columns.new_messages, &columns.new_shapes] {
            write_prefixed(&mut out, bytes);
        }
        write_integers(&mut out, &columns.kinds);
        write_integers(&mut out, &columns.epochs);
        write_integers(&mut out, &columns.positions);
        for column in [&columns.links, &columns.sequences, &columns.start_ops, &millis, &columns.messages] {
            write_integers(&mut out, column);
        }
        write_integers(&mut out, &columns.shapes);
        write_integers(&mut out, &columns.other_actors);
        write_prefixed(&mut out, &columns.spelled_out);
        write_prefixed(&mut out, &columns.plain);
        for (slot, values) in &columns.values {
            let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            if let Some(field) = self.tables.values.get_mut(*slot) {
                field.write(&mut out, &values);
            }
        }
        out
    }

    /// Lays out a batch without compressing it, and gives back what was learnt: how a dictionary is made and read.
    pub(super) fn rehearse(tables: Tables, items: &[Item]) -> Result<Vec<u8>, BatchError> {
        struct Nothing;
        impl References for Nothing {
            fn place_of(&self, _: &ChangeHash) -> Option<(EpochId, Position)> {
                None
            }
            fn known(&self, _: &EpochId, _: Position) -> Option<Known> {
                None
            }
        }
        let mut encoder = Self { tables, places: Places::default(), packer: Packer::new(1, &[])?, plain_only: false };
        Ok(encoder.lay_out(items, &Nothing)?.0)
    }
}

/// What the dependencies let the receiver expect.
pub(super) struct Prediction {
    pub(super) sequence: u64,
    pub(super) start_op: u64,
}

impl Default for Prediction {
    fn default() -> Self {
        Self { sequence: 1, start_op: 1 }
    }
}

impl Prediction {
    pub(super) fn follow(&mut self, known: &Known, same_log: bool) {
        self.start_op = self.start_op.max(known.max_op + 1);
        if same_log {
            self.sequence = self.sequence.max(known.sequence + 1);
        }
    }
}
