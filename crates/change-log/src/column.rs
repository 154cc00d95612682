//! The columns of a change's operations: run-length encoded rows, decoded under a hard limit on rows.
//!
//! Column numbers and types are those of Automerge's binary format ("operation columns").

use crate::leb::{LebError, Reader, write_prefixed, write_signed, write_unsigned};
use crate::raw::Column;

/// Column specs of operations: `id << 4 | type`.
pub mod spec {
    /// Actor of the object an operation is in.
    pub const OBJECT_ACTOR: u32 = 0x01;
    /// Counter of the object an operation is in.
    pub const OBJECT_COUNTER: u32 = 0x02;
    /// Actor of the list element an operation is at.
    pub const KEY_ACTOR: u32 = 0x11;
    /// Counter of the list element an operation is at.
    pub const KEY_COUNTER: u32 = 0x13;
    /// Map key an operation is at.
    pub const KEY_STRING: u32 = 0x15;
    /// Whether a list element is inserted.
    pub const INSERT: u32 = 0x34;
    /// What the operation does.
    pub const ACTION: u32 = 0x42;
    /// Type and length of the value.
    pub const VALUE_META: u32 = 0x56;
    /// Bytes of the values.
    pub const VALUE_RAW: u32 = 0x57;
    /// How many operations an operation overwrites.
    pub const PREDECESSOR_GROUP: u32 = 0x70;
    /// Actors of the overwritten operations.
    pub const PREDECESSOR_ACTOR: u32 = 0x71;
    /// Counters of the overwritten operations.
    pub const PREDECESSOR_COUNTER: u32 = 0x73;
    /// Whether a mark grows with text typed at its edge.
    pub const EXPAND: u32 = 0x94;
    /// Name of a mark.
    pub const MARK_NAME: u32 = 0xa5;
}

/// Why the columns of a change are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    /// A number is cut short or overlong.
    #[error(transparent)]
    Number(#[from] LebError),
    /// A column names more rows than allowed.
    #[error("more operations than allowed")]
    TooMany,
    /// A column has more or fewer rows than there are operations.
    #[error("columns of different length")]
    Uneven,
    /// A deflated column, or one whose meaning is not known.
    #[error("a column of unknown kind")]
    Unknown,
    /// A value that no operation of ours has.
    #[error("a value out of range")]
    Range,
    /// Rows not run-length encoded as Automerge does it.
    #[error("rows not in their canonical runs")]
    Runs,
}

/// Rows of a run-length encoded column of unsigned numbers, at most `max`.
///
/// # Errors
/// More than `max` rows, or rows that are malformed.
pub fn unsigned_rows(bytes: &[u8], max: usize) -> Result<Vec<Option<u64>>, ColumnError> {
    rows(bytes, max, Reader::unsigned)
}

/// Rows of a run-length encoded column of strings, at most `max`.
///
/// # Errors
/// More than `max` rows, or rows that are malformed.
pub fn string_rows(bytes: &[u8], max: usize) -> Result<Vec<Option<&str>>, ColumnError> {
    rows(bytes, max, |reader| std::str::from_utf8(reader.prefixed()?).map_err(|_| LebError))
}

/// Rows of a delta encoded column, summed up, at most `max`.
///
/// # Errors
/// More than `max` rows, rows that are malformed, or sums beyond 64 bits.
pub fn delta_rows(bytes: &[u8], max: usize) -> Result<Vec<Option<i64>>, ColumnError> {
    let mut sum = 0i64;
    rows(bytes, max, Reader::signed)?
        .into_iter()
        .map(|delta| match delta {
            Some(delta) => {
                sum = sum.checked_add(delta).ok_or(ColumnError::Range)?;
                Ok(Some(sum))
            }
            None => Ok(None),
        })
        .collect()
}

/// Rows of a column of booleans, at most `max`.
///
/// # Errors
/// More than `max` rows, or rows that are malformed.
pub fn boolean_rows(bytes: &[u8], max: usize) -> Result<Vec<bool>, ColumnError> {
    let mut reader = Reader::new(bytes);
    let mut rows = Vec::new();
    let mut value = false;
    while !reader.is_empty() {
        let count = reader.count(max - rows.len()).map_err(|_| ColumnError::TooMany)?;
        rows.resize(rows.len() + count, value);
        value = !value;
    }
    Ok(rows)
}

fn rows<'a, T: Copy>(
    bytes: &'a [u8],
    max: usize,
    mut value: impl FnMut(&mut Reader<'a>) -> Result<T, LebError>,
) -> Result<Vec<Option<T>>, ColumnError> {
    let mut reader = Reader::new(bytes);
    let mut rows = Vec::new();
    while !reader.is_empty() {
        let room = max - rows.len();
        let run = reader.signed()?;
        let count = usize::try_from(run.unsigned_abs()).unwrap_or(usize::MAX);
        if count > room {
            return Err(ColumnError::TooMany);
        }
        match run {
            0 => {
                let nulls = reader.count(usize::MAX)?;
                if nulls > room {
                    return Err(ColumnError::TooMany);
                }
                rows.resize(rows.len() + nulls, None);
            }
            1.. => {
                let repeated = Some(value(&mut reader)?);
                rows.resize(rows.len() + count, repeated);
            }
            _ => {
                for _ in 0..count {
                    rows.push(Some(value(&mut reader)?));
                }
            }
        }
    }
    Ok(rows)
}

/// Run-length encodes rows of unsigned numbers as Automerge does: runs of two or more equal values, literals between,
/// nulls as runs. Nothing but nulls is written as nothing.
pub fn write_unsigned_rows(rows: &[Option<u64>]) -> Vec<u8> {
    write_rows(rows, |out, value| write_unsigned(out, *value))
}

/// Run-length encodes rows of strings, as [`write_unsigned_rows`] does numbers.
pub fn write_string_rows(rows: &[Option<&str>]) -> Vec<u8> {
    write_rows(rows, |out, value| write_prefixed(out, value.as_bytes()))
}

/// Run-length encodes the differences between rows, as [`write_unsigned_rows`] does numbers.
pub fn write_delta_rows(rows: &[Option<i64>]) -> Vec<u8> {
    let mut before = 0i64;
    let deltas: Vec<Option<i64>> = rows
        .iter()
        .map(|row| {
            row.map(|value| {
                let delta = value.wrapping_sub(before);
                before = value;
                delta
            })
        })
        .collect();
    write_rows(&deltas, |out, delta| write_signed(out, *delta))
}

/// Run lengths of booleans, beginning with those that are false.
pub fn write_boolean_rows(rows: &[bool]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut value, mut run) = (false, 0u64);
    for row in rows {
        if *row != value {
            write_unsigned(&mut out, run);
            (value, run) = (*row, 0);
        }
        run += 1;
    }
    if run > 0 {
        write_unsigned(&mut out, run);
    }
    out
}

fn write_rows<T: PartialEq>(rows: &[Option<T>], write: impl Fn(&mut Vec<u8>, &T)) -> Vec<u8> {
    let mut out = Vec::new();
    if rows.iter().all(Option::is_none) {
        return out;
    }
    let mut literals: Vec<&T> = Vec::new();
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|row| *row == first).count();
        match first {
            Some(value) if run == 1 => literals.push(value),
            Some(value) => {
                write_literals(&mut out, &mut literals, &write);
                write_signed(&mut out, i64::try_from(run).unwrap_or(i64::MAX));
                write(&mut out, value);
            }
            None => {
                write_literals(&mut out, &mut literals, &write);
                write_signed(&mut out, 0);
                write_unsigned(&mut out, run as u64);
            }
        }
        rest = rest.get(run..).unwrap_or_default();
    }
    write_literals(&mut out, &mut literals, &write);
    out
}

fn write_literals<T>(out: &mut Vec<u8>, literals: &mut Vec<&T>, write: impl Fn(&mut Vec<u8>, &T)) {
    if literals.is_empty() {
        return;
    }
    write_signed(out, -i64::try_from(literals.len()).unwrap_or(i64::MAX));
    for literal in literals.drain(..) {
        write(out, literal);
    }
}

/// Checks all columns against each other and the limit; returns the number of operations.
pub(crate) fn check(columns: &[Column<'_>], actors: u64, max: usize) -> Result<u64, ColumnError> {
    let find = |wanted: u32| columns.iter().find(|column| column.spec == wanted).map_or(&[][..], |column| column.bytes);
    if !columns.iter().all(|column| is_known(column.spec)) {
        return Err(ColumnError::Unknown);
    }
    let actions = unsigned_rows(find(spec::ACTION), max)?;
    let count = actions.len();
    if actions.iter().any(|action| action.is_none_or(|action| action > 7)) {
        return Err(ColumnError::Range);
    }
    let object_actors = unsigned_rows(find(spec::OBJECT_ACTOR), max)?;
    let object_counters = unsigned_rows(find(spec::OBJECT_COUNTER), max)?;
    let key_actors = unsigned_rows(find(spec::KEY_ACTOR), max)?;
    let key_counters = delta_rows(find(spec::KEY_COUNTER), max)?;
    let key_strings = string_rows(find(spec::KEY_STRING), max)?;
    let inserts = boolean_rows(find(spec::INSERT), max)?;
    for length in [object_actors.len(), object_counters.len(), key_actors.len(), key_counters.len(), key_strings.len()]
    {
        whole_or_absent(length, count)?;
    }
    whole_or_absent(inserts.len(), count)?;
    check_actors(&object_actors, actors)?;
    check_actors(&key_actors, actors)?;
    check_counters(&key_counters)?;
    check_values(find(spec::VALUE_META), find(spec::VALUE_RAW), count, max)?;
    check_predecessors(&find, count, actors, max)?;
    whole_or_absent(boolean_rows(find(spec::EXPAND), max)?.len(), count)?;
    whole_or_absent(string_rows(find(spec::MARK_NAME), max)?.len(), count)?;
    for row in 0..count {
        let object = (at(&object_actors, row), at(&object_counters, row));
        let key = (at(&key_actors, row), at(&key_counters, row), at(&key_strings, row));
        let object_fits = matches!(object, (None, None) | (Some(_), Some(1..)));
        let key_fits =
            matches!(key, (None, None | Some(0), Some(_)) | (None, Some(0), None) | (Some(_), Some(1..), None));
        if !object_fits || !key_fits {
            return Err(ColumnError::Range);
        }
    }
    Ok(count as u64)
}

pub(crate) fn at<T: Copy>(rows: &[Option<T>], row: usize) -> Option<T> {
    rows.get(row).copied().flatten()
}

const fn is_known(column: u32) -> bool {
    matches!(
        column,
        spec::OBJECT_ACTOR
            | spec::OBJECT_COUNTER
            | spec::KEY_ACTOR
            | spec::KEY_COUNTER
            | spec::KEY_STRING
            | spec::INSERT
            | spec::ACTION
            | spec::VALUE_META
            | spec::VALUE_RAW
            | spec::PREDECESSOR_GROUP
            | spec::PREDECESSOR_ACTOR
            | spec::PREDECESSOR_COUNTER
            | spec::EXPAND
            | spec::MARK_NAME
    )
}

const fn whole_or_absent(rows: usize, count: usize) -> Result<(), ColumnError> {
    if rows == count || rows == 0 { Ok(()) } else { Err(ColumnError::Uneven) }
}

fn check_actors(rows: &[Option<u64>], actors: u64) -> Result<(), ColumnError> {
    if rows.iter().flatten().all(|actor| *actor < actors) { Ok(()) } else { Err(ColumnError::Range) }
}

fn check_counters(rows: &[Option<i64>]) -> Result<(), ColumnError> {
    let in_range = rows.iter().flatten().all(|counter| (0..1 << 31).contains(counter));
    if in_range { Ok(()) } else { Err(ColumnError::Range) }
}

fn check_values(meta: &[u8], raw: &[u8], count: usize, max: usize) -> Result<(), ColumnError> {
    let metas = unsigned_rows(meta, max)?;
    whole_or_absent(metas.len(), count)?;
    let mut total = 0u64;
    for value in metas.iter().flatten() {
        let (kind, length) = (value & 0x0f, value >> 4);
        let fits = match kind {
            0..=2 => length == 0,
            3 | 4 | 8 | 9 => (1..=10).contains(&length),
            5 => length == 8,
            6 | 7 => true,
            _ => false,
        };
        if !fits {
            return Err(ColumnError::Range);
        }
        total = total.checked_add(length).ok_or(ColumnError::Range)?;
    }
    if total == raw.len() as u64 { Ok(()) } else { Err(ColumnError::Uneven) }
}

fn check_predecessors<'a>(
    find: &impl Fn(u32) -> &'a [u8],
    count: usize,
    actors: u64,
    max: usize,
) -> Result<(), ColumnError> {
    let groups = unsigned_rows(find(spec::PREDECESSOR_GROUP), max)?;
    whole_or_absent(groups.len(), count)?;
    let total = groups
        .iter()
        .try_fold(0u64, |sum, group| sum.checked_add(group.unwrap_or(0)))
        .filter(|total| *total <= max as u64)
        .ok_or(ColumnError::TooMany)?;
    let predecessor_actors = unsigned_rows(find(spec::PREDECESSOR_ACTOR), max)?;
    let counters = delta_rows(find(spec::PREDECESSOR_COUNTER), max)?;
    if predecessor_actors.len() as u64 != total || counters.len() as u64 != total {
        return Err(ColumnError::Uneven);
    }
    if predecessor_actors.iter().any(Option::is_none) || counters.iter().any(Option::is_none) {
        return Err(ColumnError::Range);
    }
    check_actors(&predecessor_actors, actors)?;
    check_counters(&counters)
}
