//! The reading side of a stream of batches. Whatever the bytes, it answers without panic and within the limits.

use std::collections::BTreeMap;

use change_log::leb::Reader;
use change_log::{ChangeHash, Column, DEPENDENCIES_MAX, DocumentId, Entry, EpochId, Position, RawChange};
use sha2::{Digest as _, Sha256};

use super::codec::{read_integers, unzigzag};
use super::encode::{
    BEFORE_IN_LOG, CHECK_BYTES, CODED, FIRST_OF_DOCUMENT, OWN, PLAIN, Prediction, SPELLED_OUT, WHOLE_SECONDS,
};
use super::stream::Unpacker;
use super::tables::{Places, Tables};
use super::{BatchError, CHANGES_BYTES_MAX, ITEMS_MAX, Item, Known, References, VALUES_MAX, dictionary};

/// Reads the batches of one exchange, in order.
pub struct BatchDecoder {
    tables: Tables,
    places: Places,
    unpacker: Unpacker,
}

impl std::fmt::Debug for BatchDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchDecoder").finish_non_exhaustive()
    }
}

/// The columns of a batch, being read item by item.
struct Columns<'a> {
    links: std::vec::IntoIter<u64>,
    sequences: std::vec::IntoIter<u64>,
    start_ops: std::vec::IntoIter<u64>,
    millis: std::vec::IntoIter<u64>,
    messages: std::vec::IntoIter<u64>,
    shapes: std::vec::IntoIter<u64>,
    other_actors: std::vec::IntoIter<u64>,
    spelled_out: Reader<'a>,
    plain: Reader<'a>,
    values: BTreeMap<usize, std::vec::IntoIter<Vec<u8>>>,
    unit: i64,
}

impl BatchDecoder {
    /// A new stream.
    ///
    /// # Errors
    /// When memory for the decompressor cannot be had.
    pub fn new() -> Result<Self, BatchError> {
        let (tables, dictionary) = dictionary::shipped();
        Ok(Self { tables: tables.clone(), places: Places::default(), unpacker: Unpacker::new(dictionary)? })
    }

    /// Reads one batch.
    ///
    /// # Errors
    /// When it is malformed, over a limit, names a change not held here, or does not fit its check. Nothing of it
    /// is returned and the stream is over.
    pub fn decode(&mut self, payload: &[u8], references: &impl References) -> Result<Vec<Item>, BatchError> {
        let mut reader = Reader::new(payload);
        let length = reader.count(super::PLAIN_BYTES_MAX).map_err(|_| BatchError::TooLarge)?;
        let check: [u8; CHECK_BYTES] = reader.array()?;
        let plain = self.unpacker.unpack(reader.rest(), length)?;
        let items = self.read(&plain, references)?;
        if check_of(&items) == check { Ok(items) } else { Err(BatchError::Check) }
    }

    fn read(&mut self, plain: &[u8], references: &impl References) -> Result<Vec<Item>, BatchError> {
        let mut reader = Reader::new(plain);
        let count = reader.count(ITEMS_MAX).map_err(|_| BatchError::TooLarge)?;
        let flags = reader.unsigned()?;
        self.learn_new(&mut reader)?;
        let kinds = read_integers(&mut reader, count)?;
        let epochs = read_integers(&mut reader, count)?;
        let positions = read_integers(&mut reader, count)?;
        let coded = kinds.iter().filter(|kind| **kind == CODED).count();
        let mut columns = self.columns(&mut reader, coded, flags)?;
        let mut items = Vec::with_capacity(count);
        let mut bytes = 0;
        for ((kind, epoch), position) in kinds.into_iter().zip(epochs).zip(positions) {
            let (epoch, position) = self.place(epoch, position)?;
            let item = match kind {
                OWN => Item::Own { epoch, position },
                CODED => Item::Entry(self.coded(&mut columns, epoch, position, references)?),
                PLAIN => Item::Entry(self.plain(&mut columns, epoch, position)?),
                _ => return Err(BatchError::Malformed),
            };
            if let Item::Entry(entry) = &item {
                bytes += entry.raw.len();
            }
            if bytes > CHANGES_BYTES_MAX {
                return Err(BatchError::TooLarge);
            }
            items.push(item);
        }
        let left_over = !columns.spelled_out.is_empty() || !columns.plain.is_empty() || !reader.is_empty();
        if left_over { Err(BatchError::Malformed) } else { Ok(items) }
    }

    fn learn_new(&mut self, reader: &mut Reader<'_>) -> Result<(), BatchError> {
        let mut epochs = Reader::new(reader.prefixed()?);
        while !epochs.is_empty() {
            self.places.epoch(EpochId(epochs.array()?))?;
        }
        let mut messages = Reader::new(reader.prefixed()?);
        while !messages.is_empty() {
            self.tables.messages.number(messages.prefixed()?)?;
        }
        let mut shapes = Reader::new(reader.prefixed()?);
        while !shapes.is_empty() {
            self.tables.shape(shapes.prefixed()?)?;
        }
        Ok(())
    }

    fn columns<'a>(&mut self, reader: &mut Reader<'a>, coded: usize, flags: u64) -> Result<Columns<'a>, BatchError> {
        let mut integers = |count| read_integers(reader, count).map(Vec::into_iter);
        let (links, sequences, start_ops) = (integers(coded)?, integers(coded)?, integers(coded)?);
        let (millis, messages, shapes) = (integers(coded)?, integers(coded)?, integers(coded)?);
        let mut actors = 0;
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for shape in shapes.as_slice() {
            let (shape, slots) = at(&self.tables.shapes, *shape)?;
            actors += shape.other_actors;
            for slot in slots {
                *counts.entry(*slot).or_default() += 1;
            }
        }
        if actors > VALUES_MAX || counts.values().sum::<usize>() > VALUES_MAX {
            return Err(BatchError::TooLarge);
        }
        let other_actors = integers(actors)?;
        let spelled_out = Reader::new(reader.prefixed()?);
        let plain = Reader::new(reader.prefixed()?);
        let mut values = BTreeMap::new();
        for (slot, count) in counts {
            let field = self.tables.values.get_mut(slot).ok_or(BatchError::Malformed)?;
            values.insert(slot, field.read(reader, count)?.into_iter());
        }
        let unit = if flags & WHOLE_SECONDS == 0 { 1 } else { 1000 };
        Ok(Columns {
            links,
            sequences,
            start_ops,
            millis,
            messages,
            shapes,
            other_actors,
            spelled_out,
            plain,
            values,
            unit,
        })
    }

    fn place(&mut self, number: u64, step: u64) -> Result<(EpochId, Position), BatchError> {
        let epoch = *at(&self.places.listed, number)?;
        let last = usize::try_from(number).ok().and_then(|number| self.places.last.get_mut(number));
        let last = last.ok_or(BatchError::Malformed)?;
        let position = last.wrapping_add(1).wrapping_add(unzigzag(step).cast_unsigned());
        if position == 0 || position > 1 << 62 {
            return Err(BatchError::Malformed);
        }
        *last = position;
        Ok((epoch, position))
    }

    fn plain(&mut self, columns: &mut Columns<'_>, epoch: EpochId, position: Position) -> Result<Entry, BatchError> {
        let document = DocumentId(uuid::Uuid::from_bytes(columns.plain.array()?));
        let raw = columns.plain.prefixed()?.to_vec();
        let (hash, known) = match RawChange::parse(&raw) {
            Ok(change) => (change.hash, Some((change.sequence, change.max_op()))),
            Err(_) => return Err(BatchError::Malformed),
        };
        if let Some((sequence, max_op)) = known {
            self.places.learn(epoch, position, Known { document, hash, sequence, max_op });
        }
        Ok(Entry { epoch, position, document, hash, raw })
    }

    fn coded(
        &mut self,
        columns: &mut Columns<'_>,
        epoch: EpochId,
        position: Position,
        references: &impl References,
    ) -> Result<Entry, BatchError> {
        let millis = self.places.millis.wrapping_add(unzigzag(next(&mut columns.millis)?).wrapping_mul(columns.unit));
        self.places.millis = millis;
        let link = self.link(columns, epoch, position, millis, references)?;
        let message = at(&self.tables.messages.items, next(&mut columns.messages)?)?;
        let message = std::str::from_utf8(message).map_err(|_| BatchError::Malformed)?;
        let (shape, slots) = at(&self.tables.shapes, next(&mut columns.shapes)?)?;
        let other_actors = (0..shape.other_actors)
            .map(|_| at(&self.places.listed, next(&mut columns.other_actors)?).copied())
            .collect::<Result<Vec<_>, _>>()?;
        let mut values = Vec::with_capacity(slots.len());
        for slot in slots {
            let column = columns.values.get_mut(slot).ok_or(BatchError::Malformed)?;
            values.push(column.next().ok_or(BatchError::Malformed)?);
        }
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let (joined, extra) = shape.join(&values)?;
        let change = RawChange {
            hash: ChangeHash([0; 32]),
            dependencies: link.dependencies,
            actor: epoch,
            sequence: offset(link.prediction.sequence, next(&mut columns.sequences)?),
            start_op: offset(link.prediction.start_op, next(&mut columns.start_ops)?),
            op_count: 0,
            millis,
            message,
            other_actors,
            columns: joined.iter().map(|(spec, bytes)| Column { spec: *spec, bytes }).collect(),
            extra,
        };
        let (raw, hash) = change.build();
        let (sequence, max_op) = {
            let parsed = RawChange::parse(&raw).map_err(|_| BatchError::Malformed)?;
            (parsed.sequence, parsed.max_op())
        };
        let document = link.document;
        self.places.learn(epoch, position, Known { document, hash, sequence, max_op });
        Ok(Entry { epoch, position, document, hash, raw })
    }

    fn link(
        &self,
        columns: &mut Columns<'_>,
        epoch: EpochId,
        position: Position,
        millis: i64,
        references: &impl References,
    ) -> Result<Link, BatchError> {
        match next(&mut columns.links)? {
            FIRST_OF_DOCUMENT => Ok(Link {
                document: DocumentId::derive(epoch, position, millis),
                dependencies: Vec::new(),
                prediction: Prediction::default(),
            }),
            SPELLED_OUT => self.spelled_out(&mut columns.spelled_out, epoch, references),
            distance => {
                let distance = distance - (BEFORE_IN_LOG - 1);
                let before = position.checked_sub(distance).ok_or(BatchError::Malformed)?;
                let known = self.places.known(&epoch, before, references).ok_or(BatchError::Unresolved)?;
                let mut prediction = Prediction::default();
                prediction.follow(&known, true);
                Ok(Link { document: known.document, dependencies: vec![known.hash], prediction })
            }
        }
    }

    fn spelled_out(
        &self,
        reader: &mut Reader<'_>,
        epoch: EpochId,
        references: &impl References,
    ) -> Result<Link, BatchError> {
        let same_document = reader.byte()? != 0;
        let mut document = if same_document { None } else { Some(DocumentId(uuid::Uuid::from_bytes(reader.array()?))) };
        let mut prediction = Prediction::default();
        let mut dependencies = Vec::new();
        for _ in 0..reader.count(DEPENDENCIES_MAX)? {
            let number = reader.unsigned()?;
            if let Some(number) = number.checked_sub(1) {
                let log = *at(&self.places.listed, number)?;
                let known = self.places.known(&log, reader.unsigned()?, references).ok_or(BatchError::Unresolved)?;
                prediction.follow(&known, log == epoch);
                dependencies.push(known.hash);
                if same_document {
                    document = Some(known.document);
                }
            } else {
                dependencies.push(ChangeHash(reader.array()?));
            }
        }
        Ok(Link { document: document.ok_or(BatchError::Malformed)?, dependencies, prediction })
    }

    /// Reads a batch that was laid out but not compressed, only for what it teaches.
    pub(super) fn learn_from(plain: &[u8]) -> Result<Tables, BatchError> {
        struct Nothing;
        impl References for Nothing {
            fn place_of(&self, _: &ChangeHash) -> Option<(EpochId, Position)> {
                None
            }
            fn known(&self, _: &EpochId, _: Position) -> Option<Known> {
                None
            }
        }
        let mut decoder = Self { tables: Tables::default(), places: Places::default(), unpacker: Unpacker::new(&[])? };
        decoder.read(plain, &Nothing)?;
        Ok(decoder.tables)
    }
}

struct Link {
    document: DocumentId,
    dependencies: Vec<ChangeHash>,
    prediction: Prediction,
}

fn check_of(items: &[Item]) -> [u8; CHECK_BYTES] {
    let mut check = Sha256::new();
    for item in items {
        match item {
            Item::Own { epoch, position } => {
                check.update(epoch.0);
                check.update(position.to_be_bytes());
            }
            Item::Entry(entry) => check.update(entry.entry_hash().0),
        }
    }
    let digest: [u8; 32] = check.finalize().into();
    *digest.first_chunk().unwrap_or(&[0; CHECK_BYTES])
}

fn next(column: &mut std::vec::IntoIter<u64>) -> Result<u64, BatchError> {
    column.next().ok_or(BatchError::Malformed)
}

fn at<T>(list: &[T], number: u64) -> Result<&T, BatchError> {
    usize::try_from(number).ok().and_then(|number| list.get(number)).ok_or(BatchError::Malformed)
}

fn offset(expected: u64, difference: u64) -> u64 {
    expected.wrapping_add(unzigzag(difference).cast_unsigned())
}
