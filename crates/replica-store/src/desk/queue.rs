//! Queue numbers of citizens: given on this machine, from 1 every day.
//!
//! A day is one setting: for each number given, in order, the letter and the 16 bytes of the record's id. Days are never
//! thrown away: after a clock that was wrong for an hour, none begins anew.

use change_log::DocumentId;
use rusqlite::Connection;
use uuid::Uuid;

use crate::file::setting;
use crate::{Reader, Replica, StoreError};

/// Bytes of one number.
const ITEM: usize = 17;

/// A queue number, as on the citizen's slip: `A-012`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueNumber {
    /// The letter of the machine.
    pub letter: char,
    /// Counts from 1 on its day.
    pub count: usize,
}

impl std::fmt::Display for QueueNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{:03}", self.letter, self.count)
    }
}

/// The text given is no queue number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a queue number such as A-012")]
pub struct ParseQueueNumberError;

impl std::str::FromStr for QueueNumber {
    type Err = ParseQueueNumberError;

    /// As it stands on the slip, or as people type it: `A-012`, `a 12`, `A12`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut letters = text.trim().chars();
        let letter = letters.next().filter(char::is_ascii_alphabetic).ok_or(ParseQueueNumberError)?;
        let rest = letters.as_str().trim_start();
        let digits = rest.strip_prefix('-').unwrap_or(rest).trim_start();
        let are_digits = digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let count = digits.parse().ok().filter(|count| are_digits && *count > 0).ok_or(ParseQueueNumberError)?;
        Ok(Self { letter: letter.to_ascii_uppercase(), count })
    }
}

fn key(day: &str) -> String {
    format!("queue/{day}")
}

fn given(connection: &Connection, day: &str) -> Result<Vec<u8>, StoreError> {
    let mut bytes = setting::get(connection, &key(day))?.unwrap_or_default();
    // Of a piece that somebody else wrote there, what is whole.
    bytes.truncate(bytes.len() / ITEM * ITEM);
    Ok(bytes)
}

fn find(given: &[u8], id: DocumentId) -> Option<QueueNumber> {
    let (index, item) =
        given.chunks_exact(ITEM).enumerate().find(|(_, item)| item.get(1..) == Some(id.0.as_bytes()))?;
    Some(QueueNumber { letter: char::from(*item.first()?), count: index + 1 })
}

impl Reader {
    /// The queue number that a record was given on a day (such as `2026-11-26`).
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn queue_number(&self, day: &str, id: DocumentId) -> Result<Option<QueueNumber>, StoreError> {
        Ok(find(&given(&self.connection, day)?, id))
    }

    /// The record that was given a queue number on a day on this machine.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn queued(&self, day: &str, number: QueueNumber) -> Result<Option<DocumentId>, StoreError> {
        let given = given(&self.connection, day)?;
        let item = number.count.checked_sub(1).and_then(|place| given.chunks_exact(ITEM).nth(place));
        let Some((letter, id)) = item.and_then(<[u8]>::split_first) else { return Ok(None) };
        let is_it = letter.eq_ignore_ascii_case(&u8::try_from(number.letter).unwrap_or_default());
        Ok(<[u8; 16]>::try_from(id).ok().filter(|_| is_it).map(|id| DocumentId(Uuid::from_bytes(id))))
    }
}

impl Replica {
    /// Gives a record the next queue number of a day, or the one it has. No two records of a machine have the same.
    ///
    /// # Errors
    ///
    /// When the letter is not one of ASCII, or the disk refuses. No number was given then.
    pub fn take_queue_number(&mut self, day: &str, letter: char, id: DocumentId) -> Result<QueueNumber, StoreError> {
        let letter = u8::try_from(letter).ok().filter(u8::is_ascii_alphabetic);
        let letter = letter.ok_or(StoreError::Misuse("a queue needs a letter"))?;
        self.write(|work| {
            let mut given = given(work.connection, day)?;
            if let Some(number) = find(&given, id) {
                return Ok(number);
            }
            given.push(letter);
            given.extend_from_slice(id.0.as_bytes());
            setting::put(work.connection, &key(day), &given)?;
            Ok(QueueNumber { letter: char::from(letter), count: given.len() / ITEM })
        })
    }
}
