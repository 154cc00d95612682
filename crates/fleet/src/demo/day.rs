//! How the day goes.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use office_model::{Office as Listed, OfficeCode, OfficeKind, Roster};
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
/// So long the offices above the villages fetch what was brought before them during the day.
const ABOVE: Duration = Duration::from_secs(10);
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
    let roster_text = crate::roster::with_above();
    let all = Roster::parse(&roster_text).map_err(|error| DemoError::Internal(error.to_string()))?;
    // Every node of the day is in this process: told to one, the roster is known to all.
    all.clone().learn(1);
    let roster = all.villages().count();
    if options.offices.get() > roster {
        return Err(DemoError::TooManyOffices { asked: options.offices.get(), roster });
    }
    raise_file_limit();
    let began = Instant::now();
    let temporary = tempfile::tempdir()?;
    let dir = options.data.as_deref().unwrap_or(temporary.path());
    let hub_dir = dir.join("hub");
    let codes = taking_part(&all, options);
    let secrets = hub::make(&hub_dir, &roster_text, &codes)?;
    let hub = Hub::start(&hub_dir).await?;
    let everyone = join_all(dir, &hub, codes.into_iter().zip(secrets).collect(), options).await?;
    let (offices, above): (Vec<_>, Vec<_>) = everyone.iter().cloned().partition(|office| office.code.is_village());

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
        let end = Instant::now() + ABOVE;
        each(&above, |office| async move { office.sync(end).await }).await?;
    }
    {
        let _board = Board::start("evening", &offices);
        calm_all(&everyone);
        set_all(&everyone, false);
        record_all(&offices, evening).await?;
        decide_all(&above).await?;
    }
    {
        let _board = Board::start("night", &everyone);
        set_all(&everyone, true);
        let end = Instant::now() + NIGHT;
        let window = NIGHT_START_MILLIS * everyone.len() as u64;
        each(&everyone, |office| async move {
            sleep(Duration::from_millis(nightly_slot(&office.code, window))).await;
            office.sync(end).await
        })
        .await?;
        // Whoever called before another one whose records concern it has not got those yet.
        if !above.is_empty() {
            each(&everyone, |office| async move { office.sync(end).await }).await?;
        }
    }
    let reported = hub.report().await?;
    hub.stop().await?;
    let offices = results(&hub_dir, &everyone)?;
    Ok(Table { offices, reported, took: began.elapsed() })
}

/// The offices that take part, by code.
fn taking_part(roster: &Roster, options: &DemoOptions) -> Vec<OfficeCode> {
    let villages: Vec<OfficeCode> = roster.villages().map(|office| office.code).take(options.offices.get()).collect();
    let is_over_one = |office: &&Listed| match &office.district {
        Some(district) => villages.iter().any(|village| village.district() == Some(district.code)),
        None => true,
    };
    let above = roster.iter().filter(|office| !options.villages_only && !office.kind.is_village());
    let above = above.filter(is_over_one).map(|office| office.code).collect::<Vec<_>>();
    villages.into_iter().chain(above).collect()
}

/// Compares both databases, office by office.
fn results(hub_dir: &Path, offices: &[Arc<Office>]) -> Result<Vec<OfficeResult>, DemoError> {
    let hub = Reader::open(hub_dir)?;
    let result = |office: &Arc<Office>| -> Result<OfficeResult, DemoError> {
        let (own, theirs) = (office.digest()?, hub.office_digest(&office.code)?);
        let (transactions, changes, (sent, sent_bytes)) = (office.transactions(), office.changes(), office.sent());
        let tally = office.tally();
        // Each block of letter numbers is a change of the hub, and so is what it published: the roster, to begin with.
        let of_hub = hub.leases(&office.code)?.len() as u64 + hub.publication_documents(&office.code)?.len() as u64;
        let (referrals, decided) = (office.referrals(), office.decided());
        let complete = if office.code.is_village() {
            // What offices above wrote in its records comes to it, too.
            let written = changes + referrals + of_hub;
            let others = offices.iter().map(|other| other.decided_for(office.code)).sum::<u64>();
            own.count == written + others && hub.transactions_of(&office.code)? == transactions
        } else {
            own.count >= decided
        };
        let is_proven = own == theirs && complete;
        let (up, down, cuts) = (tally.up, tally.down, tally.cuts);
        let code = office.code;
        Ok(OfficeResult {
            code,
            is_proven,
            transactions,
            changes,
            referrals,
            decided,
            sent,
            sent_bytes,
            up,
            down,
            cuts,
        })
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
    let is_unit = |code: &OfficeCode| code.kind() == OfficeKind::WorkingUnit;
    let units: Vec<OfficeCode> = offices.iter().map(|(code, _)| *code).filter(is_unit).collect();
    let mut tasks = JoinSet::new();
    for office in offices {
        let (places, dir, units) = (Arc::clone(&places), dir.join("offices"), units.clone());
        let (hub, plan, seed) = (hub.address, options.link, options.seed);
        tasks.spawn(async move {
            let _place = places.acquire().await;
            Office::join(&dir, hub, office, plan, seed).await.map(|office| office.refers_to(units))
        });
    }
    let mut joined = Vec::new();
    while let Some(office) = tasks.join_next().await {
        joined.push(Arc::new(office.map_err(|error| DemoError::Internal(error.to_string()))??));
    }
    joined.sort_by_key(|office| office.code);
    Ok(joined)
}

/// Offices above the villages decide and answer whatever waits for them.
async fn decide_all(above: &[Arc<Office>]) -> Result<(), DemoError> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    each(above, |office| {
        let places = Arc::clone(&places);
        async move {
            let _place = places.acquire().await;
            office.decide().await
        }
    })
    .await
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
