//! The log that a node would hold after so many made-up records with their steps, without a database.

use change_log::{DocumentId, Entry, EpochId};
use chrono::{Datelike, NaiveDate};
use office_model::{Catalogue, NumberParts, NumberRule, OfficeCode, Serial, Series, calendar};
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
    let mut maker = Maker { epoch, millis: 1_790_000_000_000, entries: Vec::new(), numbered: 0, dice };
    let mut json_lines = Vec::new();
    for record in Generator::new(office, seed, day).take(count) {
        let mut line = serde_json::to_value(&record).unwrap_or_default();
        let number = maker.record(office, record)?;
        if let (Some(line), Some(number)) = (line.as_object_mut(), number) {
            line.insert("number".to_owned(), number.into());
        }
        json_lines.extend_from_slice(line.to_string().as_bytes());
        json_lines.push(b'\n');
    }
    Ok(MadeLog { entries: maker.entries, json_lines })
}

struct Maker {
    epoch: EpochId,
    millis: i64,
    entries: Vec<Entry>,
    /// Letters that got a number so far.
    numbered: u32,
    dice: Dice,
}

impl Maker {
    /// Records it, with its steps. The letter number it got, if it is a letter.
    fn record(&mut self, office: OfficeCode, record: Record) -> Result<Option<String>, DocumentError> {
        let stamp = self.stamp(900);
        let service = Catalogue::current().service(&record.service).filter(|service| service.is_letter);
        let given = service.and_then(|service| {
            self.numbered += 1;
            let (code, date) = (service.current_code(), calendar::wib_date(stamp.millis)?);
            let serial = Serial { series: Series::all(), year: date.year(), serial: self.numbered };
            let parts = NumberParts { code, serial: serial.serial, office, unit: "", date };
            Some((NumberRule::default().lease_template().render(&parts), serial))
        });
        let number = given.as_ref().map(|(text, _)| text.clone());
        let new = NewTransaction {
            office,
            service: record.service,
            catalogue_version: 1,
            fields: record.fields,
            number: number.clone(),
            serials: given.map(|(_, serial)| vec![serial]),
        };
        let (mut document, authored) = TransactionDocument::create(&new, &stamp)?;
        let id = DocumentId::derive(self.epoch, self.entries.len() as u64 + 1, stamp.millis);
        self.push(id, authored);
        for step in record.steps {
            let stamp = self.stamp(240);
            let authored = document.step(step.to, step.reason.as_deref(), &stamp)?;
            self.push(id, authored);
        }
        Ok(number)
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
