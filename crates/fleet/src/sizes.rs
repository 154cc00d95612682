//! How many bytes changes need on the wire, beside what the same data needs as compressed JSON.

use std::fmt;

use change_log::{ChangeHash, Entry, EpochId, Position};
use chrono::NaiveDate;
use office_model::OfficeCode;
use sync_protocol::batch::{BatchDecoder, BatchEncoder, BatchError, Item, Known, References};

use crate::made_log::make;

/// Nothing held before: the worst case for the codec.
struct Nothing;

impl References for Nothing {
    fn place_of(&self, _: &ChangeHash) -> Option<(EpochId, Position)> {
        None
    }

    fn known(&self, _: &EpochId, _: Position) -> Option<Known> {
        None
    }
}

/// Everything up to a place is held.
struct Held<'a>(&'a [Entry]);

impl References for Held<'_> {
    fn place_of(&self, change: &ChangeHash) -> Option<(EpochId, Position)> {
        self.0.iter().find(|entry| entry.hash == *change).map(|entry| (entry.epoch, entry.position))
    }

    fn known(&self, epoch: &EpochId, position: Position) -> Option<Known> {
        let entry = self.0.iter().find(|entry| entry.epoch == *epoch && entry.position == position)?;
        Some(Known::of(entry.document, &change_log::RawChange::parse(&entry.raw).ok()?))
    }
}

/// The figures of a run. All in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Records in it.
    pub transactions: usize,
    /// Their changes.
    pub changes: usize,
    /// Automerge's raw chunks.
    pub raw: usize,
    /// The batches of a first push, at frames of 64 KiB.
    pub batches: usize,
    /// The same in frames of 400 bytes, as a link needs that is cut every 16 KiB.
    pub small_batches: usize,
    /// The same data as JSON lines.
    pub json: usize,
    /// The JSON lines under zstd -19.
    pub json_zstd_19: usize,
    /// A batch of 50 records by itself.
    pub fifty: usize,
    /// A batch of one step by itself.
    pub one_step: usize,
}

/// Measures `count` made-up records of an office, and proves that all comes back byte for byte.
///
/// # Errors
/// When something cannot be packed or does not come back the same.
pub fn measure(office: OfficeCode, seed: u64, count: usize, day: NaiveDate) -> Result<Sizes, String> {
    let made = make(office, seed, count, day).map_err(|error| error.to_string())?;
    let entries = &made.entries;
    let fifty = entries
        .iter()
        .filter(|entry| is_first(entry))
        .nth(50)
        .map_or(entries.len(), |entry| usize::try_from(entry.position - 1).unwrap_or(0));
    let step = entries.iter().rposition(|entry| !is_first(entry)).unwrap_or(0);
    let (held, from_step) = entries.split_at(step);
    let json_zstd_19 = zstd::bulk::compress(&made.json_lines, 19).map_err(|error| error.to_string())?.len();
    let pack = |entries: &[Entry], frame, held: &[Entry]| pack(entries, frame, held).map_err(|error| error.to_string());
    Ok(Sizes {
        transactions: count,
        changes: entries.len(),
        raw: entries.iter().map(|entry| entry.raw.len()).sum(),
        batches: pack(entries, 64 * 1024, &[])?,
        small_batches: pack(entries, 400, &[])?,
        json: made.json_lines.len(),
        json_zstd_19,
        fifty: pack(entries.get(..fifty).unwrap_or_default(), 64 * 1024, &[])?,
        one_step: pack(from_step.get(..1).unwrap_or_default(), 64 * 1024, held)?,
    })
}

fn is_first(entry: &Entry) -> bool {
    change_log::RawChange::parse(&entry.raw).is_ok_and(|change| change.dependencies.is_empty())
}

/// Packs entries in frames of about so many bytes and reads them back.
fn pack(entries: &[Entry], frame_bytes: usize, held: &[Entry]) -> Result<usize, BatchError> {
    let mut encoder = BatchEncoder::new();
    let mut decoder = BatchDecoder::new();
    let (mut rest, mut total, mut per_change) = (entries, 0, 24);
    while !rest.is_empty() {
        let count = (frame_bytes / per_change).clamp(1, 2048).min(rest.len());
        let (now, later) = rest.split_at(count);
        let items: Vec<Item> = now.iter().cloned().map(Item::Entry).collect();
        let payload =
            if held.is_empty() { encoder.encode(&items, &Nothing)? } else { encoder.encode(&items, &Held(held))? };
        let back = if held.is_empty() {
            decoder.decode(&payload, &Nothing)?
        } else {
            decoder.decode(&payload, &Held(held))?
        };
        if back != items {
            return Err(BatchError::Check);
        }
        total += payload.len();
        per_change = (payload.len() / count).max(1);
        rest = later;
    }
    Ok(total)
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |bytes: usize| format!("{}.{}", bytes / self.transactions, bytes * 10 / self.transactions % 10);
        writeln!(f, "| {} transactions, {} changes | bytes | a transaction |", self.transactions, self.changes)?;
        writeln!(f, "| --- | --- | --- |")?;
        let rows = [
            ("raw change chunks", self.raw),
            ("batches, frames of 64 KiB", self.batches),
            ("batches, frames of 400 B", self.small_batches),
            ("the same data as JSON lines", self.json),
            ("JSON lines under zstd -19", self.json_zstd_19),
        ];
        for (what, bytes) in rows {
            writeln!(f, "| {what} | {bytes} | {} |", each(bytes))?;
        }
        writeln!(f, "| one batch of 50 transactions | {} | |", self.fifty)?;
        write!(f, "| one batch of one step | {} | |", self.one_step)
    }
}
