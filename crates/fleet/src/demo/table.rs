//! What came of the day.

use std::fmt;
use std::time::Duration;

use office_model::OfficeCode;

/// What came of one office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeResult {
    /// The office.
    pub code: OfficeCode,
    /// Whether its digest and the hub's are equal and cover all it recorded.
    pub is_proven: bool,
    /// Transactions recorded.
    pub transactions: u64,
    /// Changes recorded.
    pub changes: u64,
    /// Referrals made, each a change.
    pub referrals: u64,
    /// Decisions and answers given, each a change (offices above the villages).
    pub decided: u64,
    /// Changes sent, those sent again included.
    pub sent: u64,
    /// Bytes of the frames that held them.
    pub sent_bytes: u64,
    /// Bytes from the node, TLS and all, since it joined.
    pub up: u64,
    /// Bytes to the node.
    pub down: u64,
    /// Cuts it survived.
    pub cuts: u64,
}

/// The final table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// One for each office.
    pub offices: Vec<OfficeResult>,
    /// Offices that the hub's report of the night calls proven.
    pub reported: u64,
    /// How long the day took.
    pub took: Duration,
}

impl Table {
    /// Whether every office is proven equal, by its own database, the hub's and the night's report.
    pub fn is_proven(&self) -> bool {
        !self.offices.is_empty()
            && self.offices.iter().all(|office| office.is_proven)
            && self.reported == self.offices.len() as u64
    }

    /// The offices that are not proven equal.
    pub fn late(&self) -> impl Iterator<Item = OfficeCode> {
        self.offices.iter().filter(|office| !office.is_proven).map(|office| office.code)
    }

    fn sum(&self, of: impl Fn(&OfficeResult) -> u64) -> u64 {
        self.offices.iter().map(of).sum()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (transactions, referrals) = (self.sum(|office| office.transactions), self.sum(|office| office.referrals));
        let decided = self.sum(|office| office.decided);
        let changes = self.sum(|office| office.changes) + referrals + decided;
        let above = self.offices.iter().filter(|office| !office.code.is_village()).count();
        let (up, down, sent) =
            (self.sum(|office| office.up), self.sum(|office| office.down), self.sum(|office| office.sent));
        let each = |bytes: u64| bytes.checked_div(transactions).unwrap_or_default();
        let again = sent.saturating_sub(changes);
        let sent_bytes = u128::from(self.sum(|office| office.sent_bytes));
        let twice = (sent_bytes * u128::from(again)).checked_div(sent.into()).unwrap_or_default();
        let proven = self.offices.iter().filter(|office| office.is_proven).count();
        writeln!(f, "offices proven equal       {proven:>12} of {}", self.offices.len())?;
        writeln!(f, "  in the hub's night report{:>12}", self.reported)?;
        if above > 0 {
            writeln!(f, "  above the villages       {above:>12}")?;
        }
        writeln!(f, "transactions               {transactions:>12}")?;
        if above > 0 {
            writeln!(f, "referred to others         {referrals:>12}")?;
            writeln!(f, "decided or answered above  {decided:>12}")?;
        }
        writeln!(f, "changes                    {changes:>12}")?;
        writeln!(f, "bytes up, TLS and all      {up:>12}   {} a transaction", each(up))?;
        writeln!(f, "bytes down, TLS and all    {down:>12}   {} a transaction", each(down))?;
        writeln!(f, "  frames of changes        {sent_bytes:>12}")?;
        writeln!(f, "cuts survived              {:>12}", self.sum(|office| office.cuts))?;
        writeln!(f, "changes sent twice         {again:>12}")?;
        writeln!(f, "bytes sent twice, about    {twice:>12}")?;
        write!(f, "time                       {:>10.1} s", self.took.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_proven_only_when_every_office_is() {
        let code = "35.10.01.2001".parse().unwrap();
        let office = OfficeResult {
            code,
            is_proven: true,
            transactions: 10,
            changes: 28,
            referrals: 0,
            decided: 0,
            sent: 30,
            sent_bytes: 1_500,
            up: 3_000,
            down: 500,
            cuts: 4,
        };
        let mut table = Table { offices: vec![office; 2], reported: 2, took: Duration::from_millis(1_500) };
        assert!(table.is_proven());
        let shown = table.to_string();
        assert!(shown.contains("2 of 2") && shown.contains("300 a transaction"), "{shown}");
        table.reported = 1;
        assert!(!table.is_proven());
        table.reported = 2;
        table.offices[0].is_proven = false;
        assert!(!table.is_proven());
        assert_eq!(table.late().collect::<Vec<_>>(), [code]);
        assert!(!Table { offices: Vec::new(), reported: 0, took: Duration::ZERO }.is_proven());
    }
}
