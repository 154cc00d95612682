//! A raw Automerge change chunk, read by our own strict parser before any library expands it.
//!
//! The format is public (automerge.org, binary format specification, "change chunk"). Nothing here allocates
//! more than a small multiple of the input: run lengths are counted, not expanded, and every limit is checked first.

use sha2::{Digest as _, Sha256};

use crate::column::{self, ColumnError, spec};
use crate::leb::{LebError, Reader, write_prefixed, write_signed, write_unsigned};
use crate::{ChangeHash, EpochId};

/// A change chunk may have this many bytes.
pub const CHANGE_BYTES_MAX: usize = 64 * 1024;
/// A change may hold this many operations.
pub const OPERATIONS_MAX: usize = 4096;
/// A change may depend on this many others.
pub const DEPENDENCIES_MAX: usize = 64;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const KIND_CHANGE: u8 = 1;
const COLUMNS_MAX: usize = 32;

/// Why bytes are not a change we take. The sender (or the storage in between) is at fault; nothing was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RawChangeError {
    /// More than [`CHANGE_BYTES_MAX`] bytes.
    #[error("the change has more than {CHANGE_BYTES_MAX} bytes")]
    TooLong,
    /// Not an Automerge chunk, or not one of a single uncompressed change.
    #[error("not a raw change chunk")]
    NotAChange,
    /// The checksum does not fit the content.
    #[error("the checksum does not fit the content")]
    Checksum,
    /// Cut short, left-over bytes, or numbers not in their shortest form.
    #[error("malformed: {0}")]
    Malformed(#[from] LebError),
    /// An actor id that is not 16 bytes long.
    #[error("an actor id in it is not 16 bytes long")]
    Actor,
    /// The message is not UTF-8.
    #[error("its message is not UTF-8")]
    Message,
    /// Too many dependencies, actors or columns, or not in ascending order.
    #[error("too many dependencies, actors or columns, or out of order")]
    Lists,
    /// The columns of operations contradict each other or a limit.
    #[error("its operations are malformed: {0}")]
    Operations(#[from] ColumnError),
    /// Sequence and operation numbers start at 1 and must not overflow.
    #[error("its sequence or operation numbers are out of range")]
    Numbers,
}

/// One column of operations: what it holds (`spec`) and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    /// Column id and type, as in the format.
    pub spec: u32,
    /// The encoded rows.
    pub bytes: &'a [u8],
}

/// The longest value that an operation of a change sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongestValue<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// So many bytes of the chunk come after it.
    pub after: usize,
}

/// The parts of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawChange<'a> {
    /// SHA-256 of the chunk's type, length and content.
    pub hash: ChangeHash,
    /// The changes this one was made on top of, ascending.
    pub dependencies: Vec<ChangeHash>,
    /// Who made it: the epoch.
    pub actor: EpochId,
    /// The how-manieth change of this actor in the document, from 1.
    pub sequence: u64,
    /// The number of its first operation.
    pub start_op: u64,
    /// Its operations.
    pub op_count: u64,
    /// Device time, milliseconds since 1970 UTC.
    pub millis: i64,
    /// The commit message.
    pub message: &'a str,
    /// Other actors its operations name, ascending.
    pub other_actors: Vec<EpochId>,
    /// The operations, column by column.
    pub columns: Vec<Column<'a>>,
    /// Bytes after the columns that a newer format may use.
    pub extra: &'a [u8],
}

impl<'a> RawChange<'a> {
    /// Reads a chunk, whole and nothing after it.
    ///
    /// # Errors
    /// Anything that is not exactly one raw change within the limits.
    pub fn parse(chunk: &'a [u8]) -> Result<Self, RawChangeError> {
        if chunk.len() > CHANGE_BYTES_MAX {
            return Err(RawChangeError::TooLong);
        }
        let (content, hash) = unwrap_chunk(chunk)?;
        let mut reader = Reader::new(content);
        let dependencies = list(&mut reader, DEPENDENCIES_MAX, |reader| Ok(ChangeHash(reader.array()?)))?;
        let actor = actor(&mut reader)?;
        let sequence = reader.unsigned()?;
        let start_op = reader.unsigned()?;
        let millis = reader.signed()?;
        let message = std::str::from_utf8(reader.prefixed()?).map_err(|_| RawChangeError::Message)?;
        let other_actors = list(&mut reader, DEPENDENCIES_MAX, self::actor)?;
        let columns = columns(&mut reader)?;
        let extra = reader.rest();
        let actors = 1 + other_actors.len() as u64;
        let op_count = column::check(&columns, actors, OPERATIONS_MAX)?;
        let in_range = (1..1 << 31).contains(&sequence) && (1..1 << 31).contains(&start_op);
        if !in_range || other_actors.contains(&actor) {
            return Err(RawChangeError::Numbers);
        }
        Ok(Self {
            hash,
            dependencies,
            actor,
            sequence,
            start_op,
            op_count,
            millis,
            message,
            other_actors,
            columns,
            extra,
        })
    }

    /// The number of its last operation; `start_op - 1` when it has none.
    pub const fn max_op(&self) -> u64 {
        self.start_op + self.op_count - 1
    }

    /// The longest of the values it sets, the first of those; nothing where it sets none.
    pub fn longest_value(&self) -> Option<LongestValue<'a>> {
        let bytes_of = |wanted| self.columns.iter().find(|column| column.spec == wanted).map(|column| column.bytes);
        let values = bytes_of(spec::VALUE_RAW)?;
        let mut longest = 0..0;
        let mut end = 0usize;
        for meta in column::unsigned_rows(bytes_of(spec::VALUE_META)?, OPERATIONS_MAX).ok()?.into_iter().flatten() {
            let start = end;
            end = end.checked_add(usize::try_from(meta >> 4).ok()?)?;
            if end - start > longest.len() {
                longest = start..end;
            }
        }
        let behind = self.columns.iter().filter(|column| column.spec > spec::VALUE_RAW);
        let behind = behind.map(|column| column.bytes.len()).sum::<usize>() + self.extra.len();
        let after = values.len().checked_sub(longest.end)? + behind;
        values.get(longest).filter(|bytes| !bytes.is_empty()).map(|bytes| LongestValue { bytes, after })
    }

    /// The chunk these parts make, and its hash (the field `hash` is not read).
    pub fn build(&self) -> (Vec<u8>, ChangeHash) {
        let mut content = Vec::with_capacity(256);
        write_unsigned(&mut content, self.dependencies.len() as u64);
        for dependency in &self.dependencies {
            content.extend_from_slice(&dependency.0);
        }
        write_prefixed(&mut content, &self.actor.0);
        write_unsigned(&mut content, self.sequence);
        write_unsigned(&mut content, self.start_op);
        write_signed(&mut content, self.millis);
        write_prefixed(&mut content, self.message.as_bytes());
        write_unsigned(&mut content, self.other_actors.len() as u64);
        for actor in &self.other_actors {
            write_prefixed(&mut content, &actor.0);
        }
        write_unsigned(&mut content, self.columns.len() as u64);
        for column in &self.columns {
            write_unsigned(&mut content, u64::from(column.spec));
            write_unsigned(&mut content, column.bytes.len() as u64);
        }
        for column in &self.columns {
            content.extend_from_slice(column.bytes);
        }
        content.extend_from_slice(self.extra);
        wrap_chunk(&content)
    }
}

/// The chunk around a change's content, with its hash.
pub fn wrap_chunk(content: &[u8]) -> (Vec<u8>, ChangeHash) {
    let mut framed = vec![KIND_CHANGE];
    write_prefixed(&mut framed, content);
    let hash: [u8; 32] = Sha256::digest(&framed).into();
    let mut chunk = Vec::with_capacity(framed.len() + 8);
    chunk.extend_from_slice(&MAGIC);
    chunk.extend(hash.iter().take(4));
    chunk.append(&mut framed);
    (chunk, ChangeHash(hash))
}

fn unwrap_chunk(chunk: &[u8]) -> Result<(&[u8], ChangeHash), RawChangeError> {
    let mut reader = Reader::new(chunk);
    let magic: [u8; 4] = reader.array().map_err(|_| RawChangeError::NotAChange)?;
    let checksum: [u8; 4] = reader.array().map_err(|_| RawChangeError::NotAChange)?;
    let hashed = reader.rest();
    let kind = reader.byte().map_err(|_| RawChangeError::NotAChange)?;
    if magic != MAGIC || kind != KIND_CHANGE {
        return Err(RawChangeError::NotAChange);
    }
    let content = reader.prefixed()?;
    if !reader.is_empty() {
        return Err(RawChangeError::NotAChange);
    }
    let hash: [u8; 32] = Sha256::digest(hashed).into();
    if !hash.starts_with(&checksum) {
        return Err(RawChangeError::Checksum);
    }
    Ok((content, ChangeHash(hash)))
}

fn actor(reader: &mut Reader<'_>) -> Result<EpochId, RawChangeError> {
    EpochId::try_from(reader.prefixed()?).map_err(|_| RawChangeError::Actor)
}

fn list<'a, T: Ord>(
    reader: &mut Reader<'a>,
    max: usize,
    item: impl Fn(&mut Reader<'a>) -> Result<T, RawChangeError>,
) -> Result<Vec<T>, RawChangeError> {
    let count = reader.count(max).map_err(|_| RawChangeError::Lists)?;
    let items = (0..count).map(|_| item(reader)).collect::<Result<Vec<_>, _>>()?;
    if items.is_sorted_by(|left, right| left < right) { Ok(items) } else { Err(RawChangeError::Lists) }
}

fn columns<'a>(reader: &mut Reader<'a>) -> Result<Vec<Column<'a>>, RawChangeError> {
    let count = reader.count(COLUMNS_MAX).map_err(|_| RawChangeError::Lists)?;
    let mut heads = Vec::with_capacity(count);
    for _ in 0..count {
        let spec = u32::try_from(reader.unsigned()?).map_err(|_| RawChangeError::Lists)?;
        heads.push((spec, reader.count(CHANGE_BYTES_MAX)?));
    }
    if !heads.is_sorted_by(|left, right| left.0 < right.0) {
        return Err(RawChangeError::Lists);
    }
    heads
        .into_iter()
        .map(|(spec, length)| Ok(Column { spec, bytes: reader.take(length)? }))
        .collect::<Result<_, LebError>>()
        .map_err(RawChangeError::from)
}
