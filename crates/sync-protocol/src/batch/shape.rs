//! The shape of a change: everything of its operations except the values.

use change_log::column::{spec, string_rows, unsigned_rows, write_unsigned_rows};
use change_log::leb::{Reader, write_prefixed, write_unsigned};
use change_log::{Column, OPERATIONS_MAX, RawChange};

use super::BatchError;

/// Values of these kinds (null, false, true) have no bytes.
const KIND_WITHOUT_BYTES_MAX: u8 = 2;
const COLUMNS_MAX: usize = 32;

/// Which field a value belongs to: the key it is put at and the kind of value.
pub(super) type FieldKey = (Vec<u8>, u8);

/// Columns with their values in them, and the bytes after them.
pub(super) type Joined<'a> = (Vec<(u32, Vec<u8>)>, &'a [u8]);

/// A shape, read: what is needed to put values back.
#[derive(Debug)]
pub(super) struct Shape {
    /// How many other actors the operations name.
    pub(super) other_actors: usize,
    columns: Vec<(u32, Vec<u8>)>,
    kinds: Vec<u8>,
    extra: Vec<u8>,
    /// The field of each value that has bytes, in order.
    pub(super) fields: Vec<FieldKey>,
}

/// The shape's bytes and the values that have bytes; `None` when the change is not of the usual form.
pub(super) fn split<'a>(change: &RawChange<'a>) -> Option<(Vec<u8>, Vec<&'a [u8]>)> {
    let meta = column(&change.columns, spec::VALUE_META);
    let metas = unsigned_rows(meta, OPERATIONS_MAX).ok()?.into_iter().collect::<Option<Vec<_>>>()?;
    let mut values = Reader::new(column(&change.columns, spec::VALUE_RAW));
    let mut kinds = Vec::with_capacity(metas.len());
    let mut parts = Vec::new();
    for meta in metas {
        let kind = u8::try_from(meta & 0x0f).ok()?;
        kinds.push(kind);
        if kind > KIND_WITHOUT_BYTES_MAX {
            parts.push(values.take(usize::try_from(meta >> 4).ok()?).ok()?);
        }
    }
    let mut shape = Vec::with_capacity(128);
    write_unsigned(&mut shape, change.other_actors.len() as u64);
    write_unsigned(&mut shape, change.columns.len() as u64);
    for column in &change.columns {
        write_unsigned(&mut shape, u64::from(column.spec));
        match column.spec {
            spec::VALUE_META => write_prefixed(&mut shape, &kinds),
            spec::VALUE_RAW => {}
            _ => write_prefixed(&mut shape, column.bytes),
        }
    }
    shape.extend_from_slice(change.extra);
    Some((shape, parts))
}

fn column<'a>(columns: &[Column<'a>], wanted: u32) -> &'a [u8] {
    columns.iter().find(|column| column.spec == wanted).map_or(&[], |column| column.bytes)
}

impl Shape {
    /// Reads a shape's bytes.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, BatchError> {
        let mut reader = Reader::new(bytes);
        let other_actors = reader.count(change_log::DEPENDENCIES_MAX)?;
        let count = reader.count(COLUMNS_MAX)?;
        let mut columns = Vec::with_capacity(count);
        let mut kinds = Vec::new();
        let mut keys = Vec::new();
        for _ in 0..count {
            let spec = u32::try_from(reader.unsigned()?).map_err(|_| BatchError::Malformed)?;
            let bytes = if spec == spec::VALUE_RAW { &[][..] } else { reader.prefixed()? };
            match spec {
                spec::VALUE_META => kinds = bytes.to_vec(),
                spec::KEY_STRING => keys = string_rows(bytes, OPERATIONS_MAX).map_err(|_| BatchError::Malformed)?,
                _ => {}
            }
            columns.push((spec, bytes.to_vec()));
        }
        if kinds.len() > OPERATIONS_MAX {
            return Err(BatchError::TooLarge);
        }
        let fields = kinds
            .iter()
            .enumerate()
            .filter(|(_, kind)| **kind > KIND_WITHOUT_BYTES_MAX)
            .map(|(row, kind)| {
                let key = keys.get(row).copied().flatten().unwrap_or("");
                (key.as_bytes().to_vec(), *kind)
            })
            .collect();
        Ok(Self { other_actors, columns, kinds, extra: reader.rest().to_vec(), fields })
    }

    /// The columns with their values put back, as (spec, bytes), and the bytes after them.
    pub(super) fn join(&self, values: &[&[u8]]) -> Result<Joined<'_>, BatchError> {
        let mut rest = values.iter();
        let mut metas = Vec::with_capacity(self.kinds.len());
        for kind in &self.kinds {
            let length =
                if *kind > KIND_WITHOUT_BYTES_MAX { rest.next().ok_or(BatchError::Malformed)?.len() } else { 0 };
            metas.push(Some((length as u64) << 4 | u64::from(*kind)));
        }
        let columns = self
            .columns
            .iter()
            .map(|(spec, bytes)| {
                let bytes = match *spec {
                    spec::VALUE_META => write_unsigned_rows(&metas),
                    spec::VALUE_RAW => values.concat(),
                    _ => bytes.clone(),
                };
                (*spec, bytes)
            })
            .collect();
        Ok((columns, &self.extra))
    }
}
