//! The figures of a run, as a table.

use std::fmt;
use std::time::Duration;

use super::parts::Parts;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IngestTable {
    /// Transactions.
    pub transactions: u64,
    /// Their changes.
    pub changes: u64,
    /// Bytes of all requests.
    pub bytes: u64,
    /// From the first byte to the last reply's end.
    pub hub: Duration,
    /// The plain table's time.
    pub plain: Duration,
    /// What the dearest parts cost by themselves.
    pub parts: Parts,
}

impl fmt::Display for IngestTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { transactions, changes, bytes, .. } = self;
        writeln!(f, "| {transactions} transactions, {changes} changes, {bytes} bytes | µs a transaction | a second |")?;
        write!(f, "| --- | --- | --- |")?;
        let rows = [
            ("the hub: durable, judged, in its lists", self.hub),
            ("a plain table with a search index, last state only", self.plain),
            ("of the hub's work, on one processor: unpacking", self.parts.unpack),
            ("of the hub's work, on one processor: judging", self.parts.judge),
            ("at the nodes, on one processor: packing", self.parts.pack),
        ];
        for (what, time) in rows {
            let each = time.as_micros() / u128::from(*transactions).max(1);
            let rate = u128::from(*transactions) * 1_000_000 / time.as_micros().max(1);
            write!(f, "\n| {what} | {each} | {rate} |")?;
        }
        Ok(())
    }
}
