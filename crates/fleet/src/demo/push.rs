//! One long push over lines that are bad in one way each, beside a good line, counted on the line.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use office_model::{OfficeCode, Roster};
use tokio::time::Instant;

use super::DemoError;
use super::hub::{self, Hub};
use super::office::Office;
use crate::link::{Flap, LinkPlan};

/// Nobody waits longer for a push.
const PATIENCE: Duration = Duration::from_secs(900);

/// What one line made of the push. All bytes as the line carried them, TLS and all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushResult {
    /// The line.
    pub line: &'static str,
    /// Both sides are equal.
    pub is_proven: bool,
    /// Transactions recorded.
    pub transactions: u64,
    /// Changes recorded.
    pub changes: u64,
    /// Bytes up.
    pub up: u64,
    /// Bytes down.
    pub down: u64,
    /// Cuts.
    pub cuts: u64,
}

/// What all lines made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushTable(pub Vec<PushResult>);

/// Pushes `count` transactions with their steps over each line.
///
/// # Errors
///
/// When the machine refuses: a folder, a port, a database.
pub async fn push(count: usize, seed: u64) -> Result<PushTable, DemoError> {
    let dir = tempfile::tempdir()?;
    let lines = lines();
    let codes: Vec<OfficeCode> = Roster::banyuwangi().villages().map(|office| office.code).take(lines.len()).collect();
    let hub_dir = dir.path().join("hub");
    let secrets = hub::make(&hub_dir, hub::ROSTER, &codes)?;
    let hub = Hub::start(&hub_dir).await?;
    let mut results = Vec::new();
    for ((line, plan), office) in lines.into_iter().zip(codes.into_iter().zip(secrets)) {
        results.push(over(line, plan, office, (dir.path(), &hub), (count, seed)).await?);
    }
    hub.stop().await?;
    Ok(PushTable(results))
}

fn lines() -> Vec<(&'static str, LinkPlan)> {
    let good = LinkPlan::default();
    let cut = |bytes| LinkPlan { cut_every: Some(bytes), ..good };
    let three = Duration::from_secs(3);
    let short = Flap { up: (three, three), down: (Duration::from_millis(200), Duration::from_millis(400)) };
    vec![
        ("good", good),
        ("cut every 256 KiB", cut(256 * 1024)),
        ("cut every 16 KiB", cut(16 * 1024)),
        ("8,000 B/s, cut every 3 s", LinkPlan { bytes_per_second: Some(8_000), flap: Some(short), ..good }),
    ]
}

async fn over(
    line: &'static str,
    plan: LinkPlan,
    office: (OfficeCode, String),
    (dir, hub): (&Path, &Hub),
    (count, seed): (usize, u64),
) -> Result<PushResult, DemoError> {
    let office = Office::join(dir, hub.address, office, plan, seed).await?;
    // The connection that it joined over is not to be there any more.
    office.link.set_up(false);
    office.record(count).await?;
    office.link.set_up(true);
    office.link.flap();
    let before = office.tally();
    office.sync(Instant::now() + PATIENCE).await?;
    let tally = office.tally();
    office.link.calm();
    Ok(PushResult {
        line,
        is_proven: office.is_proven(),
        transactions: office.transactions(),
        changes: office.changes(),
        up: tally.up - before.up,
        down: tally.down - before.down,
        cuts: tally.cuts - before.cuts,
    })
}

impl PushTable {
    /// Whether every line ended proven.
    pub fn is_proven(&self) -> bool {
        self.0.iter().all(|result| result.is_proven)
    }
}

impl PushResult {
    /// Bytes both ways for a hundred transactions.
    fn each_hundred(&self) -> u64 {
        ((self.up + self.down) * 100).checked_div(self.transactions).unwrap_or_default()
    }
}

impl fmt::Display for PushTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let good = self.0.first().map(PushResult::each_hundred).unwrap_or_default();
        writeln!(
            f,
            "| line | transactions, changes | cuts | bytes up | down | a transaction | more than good, a cut |"
        )?;
        write!(f, "| --- | --- | --- | --- | --- | --- | --- |")?;
        for result in &self.0 {
            let PushResult { line, transactions, changes, up, down, cuts, .. } = result;
            let each = result.each_hundred();
            let more = each.saturating_sub(good) * transactions / 100;
            let a_cut = more.checked_div(*cuts).unwrap_or_default();
            let proven = if result.is_proven { "" } else { ", NOT PROVEN" };
            let (whole, part) = (each / 100, each % 100);
            write!(
                f,
                "\n| {line}{proven} | {transactions}, {changes} | {cuts} | {up} | {down} | {whole}.{part:02} | {a_cut} |"
            )?;
        }
        Ok(())
    }
}
