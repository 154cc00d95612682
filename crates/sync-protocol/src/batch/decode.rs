//! The reading side of a stream of batches. Whatever the bytes, it answers without panic and within the limits.

use change_log::leb;
use change_log::{CHANGE_BYTES_MAX, ChangeHash, Column, DocumentId, Entry, EpochId, Position, RawChange};

use super::draft;
use super::encode::BatchEncoder;
use super::item::{Form, Head, unzigzag};
use super::mixer::{Kind, context};
use super::range::{Coder, Reader};
use super::residue::Residue;
use super::state::{CHECK_BYTES, State, check_of, first_document};
use super::stream::Unpacker;
use super::{BatchError, CHANGES_BYTES_MAX, ITEMS_MAX, Item, References, WORK_MAX, dictionary};

/// Reads the batches of one exchange, in order.
pub struct BatchDecoder {
    state: State,
    /// Made when something first needs it.
    unpacker: Option<Unpacker>,
}

impl Default for BatchDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for BatchDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchDecoder").finish_non_exhaustive()
    }
}

impl BatchDecoder {
    /// A new stream.
    pub fn new() -> Self {
        Self { state: State::taught(), unpacker: None }
    }

    /// Says what both sides expect first: the entry after `position` of this log, made near `millis`.
    ///
    /// # Errors
    /// When the stream has named too many logs.
    pub fn expect(&mut self, epoch: EpochId, position: Position, millis: i64) -> Result<(), BatchError> {
        self.state.expect(epoch, position, millis)
    }

    /// Learns from entries that the sender recalls as well: see [`super::BatchEncoder::recall`].
    pub fn recall(&mut self, entries: &[Entry]) {
        let mut recalling = BatchEncoder::from_state(std::mem::replace(&mut self.state, State::taught()));
        recalling.recall(entries);
        self.state = recalling.into_state();
    }

    /// Reads one batch.
    ///
    /// # Errors
    /// When it is malformed, over a limit, names a change not held here, or does not fit its check. Nothing of it
    /// is returned and the stream is over.
    pub fn decode(&mut self, payload: &[u8], references: &impl References) -> Result<Vec<Item>, BatchError> {
        let mut reader = leb::Reader::new(payload);
        let check: [u8; CHECK_BYTES] = reader.array()?;
        let length = reader.count(super::PLAIN_BYTES_MAX).map_err(|_| BatchError::TooLarge)?;
        let left = if length == 0 { Vec::new() } else { self.unpack(reader.prefixed()?, length)? };
        let mut residue = Residue::Read(leb::Reader::new(&left));
        let mut channel = Reader::new(reader.rest());
        let items = self.items(&mut channel, &mut residue, references)?;
        if check_of(&items) == check { Ok(items) } else { Err(BatchError::Check) }
    }

    fn unpack(&mut self, packed: &[u8], length: usize) -> Result<Vec<u8>, BatchError> {
        let unpacker = match &mut self.unpacker {
            Some(unpacker) => unpacker,
            none => none.insert(Unpacker::new(dictionary::prefix())?),
        };
        unpacker.unpack(packed, length)
    }

    fn items(
        &mut self,
        channel: &mut Reader<'_>,
        residue: &mut Residue<'_>,
        references: &impl References,
    ) -> Result<Vec<Item>, BatchError> {
        let count = self.state.parts().0.mixer.number(channel, Kind::Number, &[context(&[1])], 0);
        let count = usize::try_from(count).ok().filter(|count| *count <= ITEMS_MAX).ok_or(BatchError::TooLarge)?;
        let mut items = Vec::new();
        let mut bytes = 0;
        for _ in 0..count {
            let (model, places, last) = self.state.parts();
            let nowhere = (Form::Drafted, EpochId([0; 16]), 0);
            let (form, epoch, position) = last.place(model, channel, places, nowhere)?;
            let item = match form {
                Form::Own => Item::Own { epoch, position },
                Form::Drafted => Item::Entry(self.drafted(channel, residue, (epoch, position), references)?),
                Form::Plain => Item::Entry(self.plain(channel, residue, (epoch, position))?),
            };
            if let Item::Entry(entry) = &item {
                bytes += entry.raw.len();
            }
            if bytes > CHANGES_BYTES_MAX || channel.work() > WORK_MAX {
                return Err(BatchError::TooLarge);
            }
            items.push(item);
        }
        match residue {
            Residue::Read(reader) if !reader.is_empty() => Err(BatchError::Malformed),
            _ => Ok(items),
        }
    }

    fn plain(
        &mut self,
        channel: &mut Reader<'_>,
        residue: &mut Residue<'_>,
        (epoch, position): (EpochId, Position),
    ) -> Result<Entry, BatchError> {
        let document: [u8; 16] = residue.pass(16, &[])?.try_into().map_err(|_| BatchError::Malformed)?;
        let length = self.state.parts().0.mixer.number(channel, Kind::Number, &[context(&[2])], 0);
        let length = usize::try_from(length).ok().filter(|length| *length <= CHANGE_BYTES_MAX);
        let raw = residue.pass(length.ok_or(BatchError::TooLarge)?, &[])?;
        let change = RawChange::parse(&raw).map_err(|_| BatchError::Malformed)?;
        let document = DocumentId(uuid::Uuid::from_bytes(document));
        let entry = Entry { epoch, position, document, hash: change.hash, raw: raw.clone() };
        self.state.learn(&entry, &change);
        Ok(entry)
    }

    fn drafted(
        &mut self,
        channel: &mut Reader<'_>,
        residue: &mut Residue<'_>,
        (epoch, position): (EpochId, Position),
        references: &impl References,
    ) -> Result<Entry, BatchError> {
        let (model, places, last) = self.state.parts();
        let head = last.head(model, channel, residue, places, &Head::default())?;
        let millis = last.millis.wrapping_add(head.elapsed);
        last.millis = millis;
        let linked = head.link.follow(places, references, (epoch, position))?;
        let sequence = model.mixer.number(channel, Kind::Number, &[context(&[3])], 0);
        let start_op = model.mixer.number(channel, Kind::Number, &[context(&[4])], 0);
        let start_op = offset(linked.start_op, start_op);
        let before = linked.before.as_ref().map(|(epoch, known)| (*epoch, known));
        let trace = before.map_or(0, |(_, known)| known.trace);
        let drafts = model.operations(channel, residue, places, trace, &[])?;
        let undrafted = draft::undraft(&drafts, (epoch, start_op), before)?;
        let change = RawChange {
            hash: ChangeHash([0; 32]),
            dependencies: linked.dependencies,
            actor: epoch,
            sequence: offset(linked.sequence, sequence),
            start_op,
            op_count: 0,
            millis,
            message: std::str::from_utf8(&head.message).map_err(|_| BatchError::Malformed)?,
            other_actors: undrafted.other_actors,
            columns: undrafted.columns.iter().map(|(spec, bytes)| Column { spec: *spec, bytes }).collect(),
            extra: &[],
        };
        let (raw, hash) = change.build();
        let document = linked.document.unwrap_or_else(|| first_document(epoch, position, millis));
        let entry = Entry { epoch, position, document, hash, raw };
        let change = RawChange::parse(&entry.raw).map_err(|_| BatchError::Malformed)?;
        self.state.places.learn(epoch, position, super::Known::of(document, &change));
        Ok(entry)
    }
}

fn offset(expected: u64, difference: u64) -> u64 {
    expected.wrapping_add(unzigzag(difference).cast_unsigned())
}
