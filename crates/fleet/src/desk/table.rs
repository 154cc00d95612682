//! The figures of both nodes, as a table.

use std::fmt;
use std::time::Duration;

/// What one node came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Records it holds.
    pub records: u64,
    /// Bytes on the disk.
    pub disk: u64,
    /// From the start of the process to the whole page where one signs in.
    pub first_page: Duration,
    /// The first list ever asked for.
    pub first_list: Duration,
    /// Bytes of style, script and picture.
    pub assets: usize,
    /// Resident memory in KiB: after all pages, and at its most.
    pub resident: (u64, u64),
    /// Each page.
    pub asked: Vec<Asked>,
}

/// One page, asked for again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What it is to a clerk.
    pub what: &'static str,
    /// Bytes of its HTML.
    pub bytes: usize,
    /// From the request to the last byte, ascending.
    pub times: Vec<Duration>,
}

/// Both nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskTable {
    /// With few records.
    pub few: Figures,
    /// With many.
    pub many: Figures,
}

impl Asked {
    fn at(&self, percent: usize) -> f64 {
        let at = (self.times.len() * percent / 100).min(self.times.len().saturating_sub(1));
        millis(self.times.get(at).copied().unwrap_or_default())
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl fmt::Display for DeskTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { few, many } = self;
        let head = format!("ms p50 with {} | ms p50 with {}", few.records, many.records);
        writeln!(f, "| page | {head} | times as long | ms p99 with {} | bytes |", many.records)?;
        write!(f, "| --- | --- | --- | --- | --- | --- |")?;
        for (few, many) in few.asked.iter().zip(&many.asked) {
            let (short, long) = (few.at(50), many.at(50));
            let (what, times, slow, bytes) = (many.what, long / short, many.at(99), many.bytes);
            write!(f, "\n| {what} | {short:.1} | {long:.1} | {times:.1} | {slow:.1} | {bytes} |")?;
        }
        writeln!(f, "\n\n| node | {} records | {} records |\n| --- | --- | --- |", few.records, many.records)?;
        let (short, long) = (millis(few.first_page), millis(many.first_page));
        writeln!(f, "| from the start of the program to the page where one signs in, ms | {short:.0} | {long:.0} |")?;
        let (short, long) = (millis(few.first_list), millis(many.first_list));
        writeln!(f, "| the first list after that, ms | {short:.1} | {long:.1} |")?;
        writeln!(f, "| resident memory after all pages, KiB | {} | {} |", few.resident.0, many.resident.0)?;
        writeln!(f, "| at its most, KiB | {} | {} |", few.resident.1, many.resident.1)?;
        let each = |figures: &Figures| figures.disk / figures.records.max(1);
        writeln!(f, "| bytes on the disk a record | {} | {} |", each(few), each(many))?;
        write!(f, "| bytes of style, script and picture, once | {} | {} |", few.assets, many.assets)
    }
}
