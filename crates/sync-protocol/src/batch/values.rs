//! The values of fields: seen ones by number, dates out of the identity number before them, new ones word by word.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::BatchError;
use super::mixer::{Kind, Mixer, context, hash, part};
use super::range::Coder;
use super::words::Words;

/// A field remembers this many different values.
const REMEMBERED_MAX: usize = 4096;
/// Values longer than this are not remembered.
const REMEMBERED_BYTES_MAX: usize = 64;
/// Longer values are left to the residue.
pub(super) const LETTERS_MAX: usize = 256;
/// An identity number (NIK): six digits of area, birth as DDMMYY with 40 added to a woman's day, four of serial.
const IDENTITY_DIGITS: usize = 16;
const WOMANS_DAY: u32 = 40;

/// What a stream remembers of one field.
#[derive(Debug, Clone, Default)]
struct Field {
    seen: Vec<Arc<[u8]>>,
    numbers: BTreeMap<Arc<[u8]>, u64>,
    /// The last value was new.
    was_new: bool,
    /// Some value was a date.
    has_dates: bool,
}

/// What a stream remembers of all fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    fields: BTreeMap<u32, Field>,
    /// The last value of each length.
    alike: BTreeMap<usize, Arc<[u8]>>,
    words: Words,
}

/// What surrounds a value.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around<'a> {
    /// The field: stands for its key and kind of value.
    pub(super) field: u32,
    /// What the document is about: stands for the first values of the change.
    pub(super) topic: u32,
    /// Stands for the value before.
    pub(super) left: u32,
    /// Stands for what the change before was about.
    pub(super) trace: u32,
    /// The identity number last seen in the change.
    pub(super) identity: Option<&'a [u8]>,
}

/// Coded by the values, or so many bytes left to the residue.
pub(super) enum Coded {
    Value(Vec<u8>),
    Residue(usize),
}

impl Values {
    /// Codes one value.
    pub(super) fn code(
        &mut self,
        mixer: &mut Mixer,
        channel: &mut impl Coder,
        around: &Around<'_>,
        given: &[u8],
    ) -> Result<Coded, BatchError> {
        let Around { field: name, topic, left, trace, identity } = *around;
        let field = self.fields.entry(name).or_default();
        let born = identity.filter(|_| field.has_dates).and_then(birth);
        if let Some(date) = born {
            let said =
                mixer.flag(channel, &[context(&[1, name]), context(&[2, name, topic])], given == date.as_bytes());
            if said {
                return Ok(Coded::Value(date.into_bytes()));
            }
        }
        let number = field.numbers.get(given).copied().unwrap_or(field.seen.len() as u64);
        let fill = part(field.seen.len().min(8));
        let contexts = [
            context(&[3, name, u32::from(field.was_new), fill]),
            context(&[4, name, topic]),
            context(&[5, name, left]),
        ];
        let is_new = mixer.flag(channel, &contexts, number == field.seen.len() as u64);
        field.was_new = is_new;
        if !is_new {
            let sex = u32::from(identity.is_some_and(is_womans));
            let contexts = [
                context(&[6, name]),
                context(&[7, name, topic]),
                context(&[8, name, left]),
                context(&[9, name, trace]),
                context(&[10, name, sex, topic]),
            ];
            let number = mixer.number(channel, Kind::Choice, &contexts, number);
            let value = usize::try_from(number).ok().and_then(|number| field.seen.get(number));
            let value = value.cloned().ok_or(BatchError::Malformed)?;
            self.alike.insert(value.len(), Arc::clone(&value));
            return Ok(Coded::Value(value.to_vec()));
        }
        let contexts = [context(&[11, name]), context(&[12, name, topic])];
        let length = mixer.number(channel, Kind::Number, &contexts, given.len() as u64);
        let length = usize::try_from(length).map_err(|_| BatchError::Malformed)?;
        if length > LETTERS_MAX {
            return Ok(Coded::Residue(length));
        }
        let alike = match identity {
            Some(identity) if identity.len() == length => Some(Arc::from(identity)),
            _ => self.alike.get(&length).cloned(),
        };
        let value = self.words.text(mixer, channel, around, (length, given), alike.as_deref().unwrap_or_default())?;
        if let Some(field) = self.fields.get_mut(&name) {
            field.remember(&value);
        }
        self.alike.insert(length, Arc::from(value.as_slice()));
        Ok(Coded::Value(value))
    }
}

impl Field {
    fn remember(&mut self, value: &[u8]) {
        self.has_dates |= value.len() == 10 && value.get(4) == Some(&b'-') && value.get(7) == Some(&b'-');
        if self.seen.len() < REMEMBERED_MAX && value.len() <= REMEMBERED_BYTES_MAX && !self.numbers.contains_key(value)
        {
            let value: Arc<[u8]> = Arc::from(value);
            self.numbers.insert(Arc::clone(&value), self.seen.len() as u64);
            self.seen.push(value);
        }
    }
}

/// The date of birth that an identity number holds, as `YYYY-MM-DD`, if its digits make one.
fn birth(identity: &[u8]) -> Option<String> {
    let figures = std::str::from_utf8(identity.get(6..12)?).ok()?;
    let figure = |range: std::ops::Range<usize>| figures.get(range)?.parse::<u32>().ok();
    let (day, month, year) = (figure(0..2)?, figure(2..4)?, figure(4..6)?);
    let day = if day > WOMANS_DAY { day - WOMANS_DAY } else { day };
    // Two figures leave the century open; a guess, and part of version 1 of the protocol.
    let century = if year <= 26 { 2000 } else { 1900 };
    ((1..=31).contains(&day) && (1..=12).contains(&month)).then(|| format!("{:04}-{month:02}-{day:02}", century + year))
}

fn is_womans(identity: &[u8]) -> bool {
    identity.get(6).is_some_and(|figure| *figure > b'3')
}

/// Whether a value looks like an identity number.
pub(super) fn is_identity(value: &[u8]) -> bool {
    value.len() == IDENTITY_DIGITS && value.iter().all(u8::is_ascii_digit) && birth(value).is_some()
}

/// Stands for a value.
pub(super) fn stand_in(value: &[u8]) -> u32 {
    hash(value)
}
