//! The log that a node would hold after so many made-up records with their steps, without a database.

use change_log::{DocumentId, Entry, EpochId};
use chrono::NaiveDate;
use office_model::OfficeCode;
use service_document::{Authored, DocumentError, NewTransaction, Stamp, TransactionDocument};

use crate::generate::{Dice, Generator, Record};

/// What was made: the log's entries, and how many records they are.
#[derive(Debug)]
pub struct MadeLog {
    /// In order, from position 1.
    pub entries: Vec<Entry>,
    /// The records they are of, as JSON lines with their steps.
    pub json_lines: Vec<u8>,
}

/// Makes the log of `count` records; the same arguments give the same bytes.
///
/// # Errors
/// When a made-up record cannot be a document: a fault of the generator.
pub fn make(office: OfficeCode, seed: u64, count: usize, day: NaiveDate) -> Result<MadeLog, DocumentError> {
    let mut dice = Dice::new(seed ^ 0x006c_6f67);
    let epoch = EpochId(std::array::from_fn(|_| u8::try_from(dice.below(256)).unwrap_or(0)));
    let mut maker = Maker { epoch, millis: 1_790_000_000_000, entries: Vec::new(), dice };
    let mut json_lines = Vec::new();
    for record in Generator::new(office, seed, day).take(count) {
        let line = serde_json::to_vec(&record).unwrap_or_default();
        json_lines.extend_from_slice(&line);
        json_lines.push(b'\n');
        maker.record(office, record)?;
    }
    Ok(MadeLog { entries: maker.entries, json_lines })
}

struct Maker {
    epoch: EpochId,
    millis: i64,
    entries: Vec<Entry>,
    dice: Dice,
}

impl Maker {
    fn record(&mut self, office: OfficeCode, record: Record) -> Result<(), DocumentError> {
        let new = NewTransaction {
            office,
            service: record.service,
            catalogue_version: 1,
            fields: record.fields,
            number: None,
            serials: None,
        };
        let stamp = self.stamp(900);
        let (mut document, authored) = TransactionDocument::create(&new, &stamp)?;
        let id = DocumentId::derive(self.epoch, self.entries.len() as u64 + 1, stamp.millis);
        self.push(id, authored);
        for step in record.steps {
            let stamp = self.stamp(240);
            let authored = document.step(step.to, step.reason.as_deref(), &stamp)?;
            self.push(id, authored);
        }
        Ok(())
    }

    fn stamp(&mut self, seconds_max: u32) -> Stamp {
        self.millis += 1000 * i64::from(10 + self.dice.below(seconds_max));
        let clerk = if self.dice.percent(70) { "siti" } else { "budi" };
        Stamp { epoch: self.epoch, millis: self.millis, hub_offset_millis: None, clerk: clerk.to_owned() }
    }

    fn push(&mut self, document: DocumentId, authored: Authored) {
        let position = self.entries.len() as u64 + 1;
        let (hash, raw) = (authored.hash, authored.raw);
        self.entries.push(Entry { epoch: self.epoch, position, document, hash, raw });
    }
}
