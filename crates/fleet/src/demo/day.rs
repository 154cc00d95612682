//! How the day goes.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use office_model::{OfficeCode, Roster};
use replica_store::Reader;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sync_exchange::nightly_slot;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::board::Board;
use super::hub::{self, Hub};
use super::office::Office;
use super::table::{OfficeResult, Table};
use super::{DemoError, DemoOptions};

/// Offices that write to the disk at once: more would only wait for it.
const AT_ONCE: usize = 16;
/// The working day with its flapping lines is over after this, whoever is still behind.
const DAY: Duration = Duration::from_secs(25);
/// The nightly run starts spread over so many milliseconds for each office, as the real one is over hours.
const NIGHT_START_MILLIS: u64 = 15;
/// The nightly run ends after this.
const NIGHT: Duration = Duration::from_secs(60);

/// Plays a day and tells what came of it.
///
/// # Errors
///
/// When more offices are asked for than the roster has, or the machine refuses: a folder, a port, a database.
pub async fn play(options: &DemoOptions) -> Result<Table, DemoError> {
    let roster = Roster::banyuwangi().villages().count();
    if options.offices.get() > roster {
        return Err(DemoError::TooManyOffices { asked: options.offices.get(), roster });
    }
    raise_file_limit();
    let began = Instant::now();
    let temporary = tempfile::tempdir()?;
    let dir = options.data.as_deref().unwrap_or(temporary.path());
    let hub_dir = dir.join("hub");
    let codes: Vec<OfficeCode> =
        Roster::banyuwangi().villages().map(|office| office.code).take(options.offices.get()).collect();
    let secrets = hub::make(&hub_dir, &codes)?;
    let hub = Hub::start(&hub_dir).await?;
    let offices = join_all(dir, &hub, codes.into_iter().zip(secrets).collect(), options).await?;

    let share = |percent: usize| options.transactions * percent / 100;
    let (morning, day) = (share(40), share(40));
    let evening = options.transactions - morning - day;
    {
        let _board = Board::start("morning", &offices);
        set_all(&offices, false);
        record_all(&offices, morning).await?;
    }
    {
        let _board = Board::start("day", &offices);
        for office in &offices {
            office.link.set_up(true);
            office.link.flap();
        }
        let end = Instant::now() + DAY;
        let syncing = each(&offices, |office| async move { office.sync(end).await });
        let (recorded, synced) = tokio::join!(record_all(&offices, day), syncing);
        recorded.and(synced)?;
    }
    {
        let _board = Board::start("evening", &offices);
        calm_all(&offices);
        set_all(&offices, false);
        record_all(&offices, evening).await?;
    }
    {
        let _board = Board::start("night", &offices);
        set_all(&offices, true);
        let end = Instant::now() + NIGHT;
        let window = NIGHT_START_MILLIS * offices.len() as u64;
        each(&offices, |office| async move {
            sleep(Duration::from_millis(nightly_slot(&office.code, window))).await;
            office.sync(end).await
        })
        .await?;
    }
    let reported = hub.report().await?;
    hub.stop().await?;
    let offices = results(&hub_dir, &offices)?;
    Ok(Table { offices, reported, took: began.elapsed() })
}

/// Compares both databases, office by office.
fn results(hub_dir: &Path, offices: &[Arc<Office>]) -> Result<Vec<OfficeResult>, DemoError> {
    let hub = Reader::open(hub_dir)?;
    let result = |office: &Arc<Office>| -> Result<OfficeResult, DemoError> {
        let (own, theirs) = (office.digest()?, hub.office_digest(&office.code)?);
        let (transactions, changes, (sent, sent_bytes)) = (office.transactions(), office.changes(), office.sent());
        let tally = office.tally();
        // Each block of letter numbers is a change of the hub.
        let leases = hub.leases(&office.code)?.len() as u64;
        let is_proven =
            own == theirs && own.count == changes + leases && hub.transactions_of(&office.code)? == transactions;
        let (up, down, cuts) = (tally.up, tally.down, tally.cuts);
        Ok(OfficeResult { code: office.code, is_proven, transactions, changes, sent, sent_bytes, up, down, cuts })
    };
    offices.iter().map(result).collect()
}

async fn join_all(
    dir: &Path,
    hub: &Hub,
    offices: Vec<(OfficeCode, String)>,
    options: &DemoOptions,
) -> Result<Vec<Arc<Office>>, DemoError> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for office in offices {
        let (places, dir) = (Arc::clone(&places), dir.join("offices"));
        let (hub, plan, seed) = (hub.address, options.link, options.seed);
        tasks.spawn(async move {
            let _place = places.acquire().await;
            Office::join(&dir, hub, office, plan, seed).await
        });
    }
    let mut joined = Vec::new();
    while let Some(office) = tasks.join_next().await {
        joined.push(Arc::new(office.map_err(|error| DemoError::Internal(error.to_string()))??));
    }
    joined.sort_by_key(|office| office.code);
    Ok(joined)
}

async fn record_all(offices: &[Arc<Office>], count: usize) -> Result<(), DemoError> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    each(offices, |office| {
        let places = Arc::clone(&places);
        async move {
            let _place = places.acquire().await;
            office.record(count).await
        }
    })
    .await
}

/// Does something for all offices at once; the first failure ends it.
async fn each<F>(offices: &[Arc<Office>], act: impl Fn(Arc<Office>) -> F) -> Result<(), DemoError>
where
    F: Future<Output = Result<(), DemoError>> + Send + 'static,
{
    let mut tasks: JoinSet<Result<(), DemoError>> = offices.iter().map(|office| act(Arc::clone(office))).collect();
    while let Some(done) = tasks.join_next().await {
        done.map_err(|error| DemoError::Internal(error.to_string()))??;
    }
    Ok(())
}

fn set_all(offices: &[Arc<Office>], up: bool) {
    for office in offices {
        office.link.set_up(up);
    }
}

fn calm_all(offices: &[Arc<Office>]) {
    for office in offices {
        office.link.calm();
    }
}

/// Some systems begin with 1,024 open files a process, too few for 217 databases and their connections.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where it may not be raised, opening files says so soon enough.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}
