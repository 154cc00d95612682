//! All that a night's report is made from, as plain data.

use std::collections::BTreeMap;

use change_log::{DocumentId, NodeId};
use chrono::NaiveDate;
use office_model::calendar::Holidays;
use office_model::{Office, OfficeCode, Serial, Series, ServiceId};

use super::report::{BackupLine, CheckLine};

/// When a night was. Milliseconds since 1970 UTC by the hub's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// The report tells of what happened from here: when the report before was due.
    pub(crate) from_millis: i64,
    /// The night begins: who is proven from here on is proven.
    pub(crate) night_millis: i64,
    /// Up to here: when the report was due, or made where that was before.
    pub(crate) until_millis: i64,
    /// When it is made.
    pub(crate) made_millis: i64,
    /// The hub itself was off for most of the night: nobody could be heard.
    pub(crate) hub_was_off: bool,
}

/// The facts of one night.
#[derive(Debug, Clone)]
pub(crate) struct NightFacts {
    /// The day on whose morning it ended.
    pub(crate) date: NaiveDate,
    pub(crate) span: Span,
    /// The version of this program.
    pub(crate) version: String,
    pub(crate) holidays: Holidays,
    /// All offices of the roster.
    pub(crate) offices: Vec<OfficeNight>,
    /// Transactions made on the day before, and from the first of its month up to its end.
    pub(crate) made_day: Vec<(OfficeCode, ServiceId, u64)>,
    pub(crate) made_month: Vec<(OfficeCode, ServiceId, u64)>,
    /// Records whose promised time runs, that wait for the camat, or that have something to settle.
    pub(crate) open: Vec<OpenRecord>,
    /// Changes kept out of their records.
    pub(crate) kept_out: Vec<KeptOut>,
    /// How many there are in all.
    pub(crate) quarantined: u64,
    pub(crate) books: Vec<BookFacts>,
    pub(crate) twice: Vec<Twice>,
    /// Blocks granted in the time that the report tells of.
    pub(crate) granted: Vec<Granted>,
    pub(crate) check: CheckLine,
    pub(crate) backup: BackupLine,
}

/// An office and its machines.
#[derive(Debug, Clone)]
pub(crate) struct OfficeNight {
    pub(crate) office: Office,
    /// Those that may call: by them it is judged.
    pub(crate) nodes: Vec<NodeNight>,
    /// Those that were shut out in the time that the report tells of, called in its night, or are all that the office had.
    pub(crate) gone: Vec<NodeNight>,
    /// When the last of its machines was shut out, where none is left.
    pub(crate) shut_out_millis: Option<i64>,
    /// Entries that its digest counts.
    pub(crate) entries: u64,
    pub(crate) quarantined: u64,
}

/// A machine.
#[derive(Debug, Clone)]
pub(crate) struct NodeNight {
    pub(crate) id: NodeId,
    pub(crate) enrolled_millis: i64,
    pub(crate) revoked_millis: Option<i64>,
    pub(crate) proven_millis: Option<i64>,
    pub(crate) last_contact_millis: Option<i64>,
    /// The program it said it is.
    pub(crate) version: Option<String>,
    /// Both sides had sent all and differed, at that time.
    pub(crate) differs_millis: Option<i64>,
    /// Entries that it said it has and the hub has not.
    pub(crate) unsent: Option<u64>,
    /// Its last calls up to the end of the night, the latest first: all since the night began, and the one before.
    pub(crate) calls: Vec<Call>,
}

/// A call of the diary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) at_millis: i64,
    pub(crate) outcome: String,
}

/// A record that is not at its end.
#[derive(Debug, Clone)]
pub(crate) struct OpenRecord {
    pub(crate) id: DocumentId,
    pub(crate) office: OfficeCode,
    pub(crate) service: ServiceId,
    pub(crate) catalogue: u32,
    pub(crate) status: String,
    pub(crate) made_millis: i64,
    pub(crate) divergences: u32,
}

/// A change kept out of its record.
#[derive(Debug, Clone)]
pub(crate) struct KeptOut {
    pub(crate) id: DocumentId,
    pub(crate) office: OfficeCode,
    pub(crate) code: String,
    pub(crate) at_millis: Option<i64>,
    /// Service, status and when it was made, where anything of the record is visible.
    pub(crate) row: Option<(ServiceId, String, i64)>,
}

/// A book of letter numbers.
#[derive(Debug, Clone)]
pub(crate) struct BookFacts {
    pub(crate) office: OfficeCode,
    pub(crate) series: Series,
    pub(crate) year: i32,
    /// Serials up to here were left out when the hub was restored; 0 for none.
    pub(crate) floor: u32,
    pub(crate) blocks: Vec<BlockFacts>,
    /// How often each serial was issued.
    pub(crate) issued: BTreeMap<u32, u32>,
}

/// A block of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockFacts {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) node: NodeId,
    /// Its machine may still issue from it.
    pub(crate) is_open: bool,
}

/// A serial that several records have.
#[derive(Debug, Clone)]
pub(crate) struct Twice {
    pub(crate) office: OfficeCode,
    pub(crate) serial: Serial,
    pub(crate) records: Vec<DocumentId>,
}

/// A block that was granted.
#[derive(Debug, Clone)]
pub(crate) struct Granted {
    pub(crate) office: OfficeCode,
    pub(crate) node: NodeId,
    pub(crate) series: Series,
    pub(crate) year: i32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) at_millis: i64,
}
