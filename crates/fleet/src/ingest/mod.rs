//! How many transactions a second a hub takes in, beside a plain table on the same machine in the same run.
//!
//! The requests of all offices are made ready first; then they reach a real hub over TLS at the same time. A hub's reply ends
//! when everything in the request is durable, judged, and in its lists, so the last reply's end is the end of the work.

mod baseline;
mod caller;
mod parts;
mod table;

use std::path::Path;
use std::time::Instant;

use chrono::NaiveDate;
use office_model::{OfficeCode, Roster};
use replica_store::{Reader, Replica};
use sync_server::keys::HubKeys;
use sync_server::{clock, init};

use crate::demo::DemoError;
use crate::demo::hub::{Hub, ROSTER};
use caller::Caller;

pub use table::IngestTable;

/// Lets `offices` offices push `count` transactions in all, with their steps, to one hub.
///
/// # Errors
///
/// When the machine refuses: a folder, a port, a database; or when not everything arrived.
pub async fn ingest(count: usize, offices: usize, seed: u64, day: NaiveDate) -> Result<IngestTable, DemoError> {
    let dir = tempfile::tempdir()?;
    let hub_dir = dir.path().join("hub");
    init::init(&hub_dir, ROSTER)?;
    let keys = HubKeys::load(&hub_dir)?;
    let codes: Vec<OfficeCode> = Roster::banyuwangi().villages().map(|office| office.code).take(offices).collect();
    let mut callers = Vec::with_capacity(codes.len());
    {
        let (mut replica, _) = Replica::open(&hub_dir, &clock::machine(), clock::fresh_epoch()?)?;
        let each = count.div_ceil(codes.len().max(1));
        for code in codes {
            callers.push(Caller::prepare(dir.path(), (&mut replica, &keys), code, (each, seed, day))?);
        }
    }
    let sent: u64 = callers.iter().map(|caller| caller.transactions).sum();
    let changes: u64 = callers.iter().map(|caller| caller.changes).sum();
    let bytes: u64 = callers.iter().map(|caller| caller.request.len() as u64).sum();
    let parts = parts::measure(&callers)?;
    let json = baseline::lines(&callers);
    let plain = baseline::measure(&dir.path().join("plain.db"), &json)?;

    let hub = Hub::start(&hub_dir).await?;
    let address = hub.address;
    let begun = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for caller in callers {
        let client = caller::client(&keys)?;
        calls.spawn(async move { caller.call(client, address).await });
    }
    while let Some(called) = calls.join_next().await {
        called.map_err(|error| DemoError::Internal(error.to_string()))??;
    }
    let hub_time = begun.elapsed();
    hub.stop().await?;
    let listed = listed(&hub_dir)?;
    if listed != sent {
        return Err(DemoError::Internal(format!("{sent} transactions were sent, {listed} are in the hub's lists")));
    }
    Ok(IngestTable { transactions: sent, changes, bytes, hub: hub_time, plain, parts })
}

fn listed(hub_dir: &Path) -> Result<u64, DemoError> {
    Ok(Reader::open(hub_dir)?.counts()?.transactions)
}
