//! The values of one field, across all changes of a batch: seen ones by number, new ones side by side.

use std::collections::BTreeMap;

use change_log::leb::{Reader, write_unsigned};

use super::BatchError;
use super::codec::{read_integers, write_integers};

/// A field remembers this many different values of a stream.
const REMEMBERED_MAX: usize = 2048;
/// Values longer than this are not remembered.
const REMEMBERED_BYTES_MAX: usize = 64;

const ENDED_BY_ZERO: u8 = 0;
const WITH_LENGTHS: u8 = 1;
const TRANSPOSED: u8 = 2;

/// What both sides remember of one field.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldValues {
    seen: Vec<Vec<u8>>,
    numbers: BTreeMap<Vec<u8>, u64>,
}

impl FieldValues {
    /// Writes a batch's values of this field.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, values: &[&[u8]]) {
        let mut new = Vec::new();
        let tokens: Vec<u64> = values
            .iter()
            .map(|value| {
                if let Some(number) = self.numbers.get(*value) {
                    return number + 1;
                }
                new.push(*value);
                self.remember(value);
                0
            })
            .collect();
        write_integers(out, &tokens);
        write_new(out, &new);
    }

    /// Reads `count` values of this field.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, count: usize) -> Result<Vec<Vec<u8>>, BatchError> {
        let tokens = read_integers(reader, count)?;
        let new_count = tokens.iter().filter(|token| **token == 0).count();
        let mut new = read_new(reader, new_count)?.into_iter();
        tokens
            .into_iter()
            .map(|token| match token.checked_sub(1) {
                None => {
                    let value = new.next().ok_or(BatchError::Malformed)?;
                    self.remember(&value);
                    Ok(value)
                }
                Some(number) => usize::try_from(number)
                    .ok()
                    .and_then(|number| self.seen.get(number).cloned())
                    .ok_or(BatchError::Malformed),
            })
            .collect()
    }

    fn remember(&mut self, value: &[u8]) {
        if self.seen.len() < REMEMBERED_MAX && value.len() <= REMEMBERED_BYTES_MAX && !self.numbers.contains_key(value)
        {
            self.numbers.insert(value.to_vec(), self.seen.len() as u64);
            self.seen.push(value.to_vec());
        }
    }
}

fn write_new(out: &mut Vec<u8>, values: &[&[u8]]) {
    let Some(first) = values.first() else { return };
    let is_figure = |byte: &u8| byte.is_ascii_digit() || b"-+:./".contains(byte);
    let alike =
        values.len() > 1 && values.iter().all(|value| value.len() == first.len() && value.iter().all(is_figure));
    if alike && !first.is_empty() {
        out.push(TRANSPOSED);
        write_unsigned(out, first.len() as u64);
        for place in 0..first.len() {
            out.extend(values.iter().filter_map(|value| value.get(place)));
        }
    } else if values.iter().any(|value| value.contains(&0)) {
        out.push(WITH_LENGTHS);
        for value in values {
            write_unsigned(out, value.len() as u64);
        }
        out.extend(values.iter().flat_map(|value| value.iter()));
    } else {
        out.push(ENDED_BY_ZERO);
        for value in values {
            out.extend_from_slice(value);
            out.push(0);
        }
    }
}

fn read_new(reader: &mut Reader<'_>, count: usize) -> Result<Vec<Vec<u8>>, BatchError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    match reader.byte()? {
        TRANSPOSED => {
            let length = reader.count(reader.rest().len())?;
            let mut values = vec![Vec::with_capacity(length); count];
            for _ in 0..length {
                for (value, byte) in values.iter_mut().zip(reader.take(count)?) {
                    value.push(*byte);
                }
            }
            Ok(values)
        }
        WITH_LENGTHS => {
            let lengths = (0..count).map(|_| reader.count(super::PLAIN_BYTES_MAX)).collect::<Result<Vec<_>, _>>()?;
            lengths.into_iter().map(|length| Ok(reader.take(length)?.to_vec())).collect()
        }
        ENDED_BY_ZERO => (0..count)
            .map(|_| {
                let length = reader.rest().iter().position(|byte| *byte == 0).ok_or(BatchError::Malformed)?;
                let value = reader.take(length)?.to_vec();
                reader.byte()?;
                Ok(value)
            })
            .collect(),
        _ => Err(BatchError::Malformed),
    }
}
