//! The server: a listener, TLS, the routes, one writer and several readers.

mod arriving;
mod blobs;
mod certificate;
mod connections;
mod enrolment;
mod exchange;
mod health;
mod judge;
mod letter_page;
mod life;
mod metrics_page;
mod nights;
mod readers;
mod reads_on;
mod routes;
mod silent;
mod strangers;
mod telling;
mod trace;
mod uploads;
mod waiting;
mod wiped;
mod writer;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use exchange_driver::HubIdentity;
use gate_worker::GatePlace;
use replica_store::Replica;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::admin::Socket;
use crate::alarm::{self, Bell, Channels};
use crate::browser_certificate::BrowserCertificate;
use crate::desk::Desk;
use crate::keys::HubKeys;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::{Failure, clock, handbook, init, tls};
use judge::{JudgeThread, Judged};
use nights::Nights;
pub(crate) use strangers::{Stranger, Strangers, Whence};
pub(crate) use waiting::Waiting;
pub(crate) use writer::Writer;

/// Readers beside the writer: more would not make a disk faster.
const READERS: usize = 4;
/// So many letters are looked up at the same time: exchanges need the other readers.
const CHECKS: usize = 2;
/// So many attached files move at the same time: records go first.
const MOVERS: usize = 32;
/// How long running exchanges may go on when the server is to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long connections may take to close after that.
const GOODBYE: Duration = Duration::from_millis(500);

/// Which hub to serve, and how.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder.
    pub dir: PathBuf,
    /// The settings; `listen` is not looked at by [`run`], which gets the listener.
    pub settings: Settings,
    /// Where what arrives is judged.
    pub gate: GatePlace,
}

/// What every request needs.
pub(crate) struct Hub {
    pub(crate) settings: Settings,
    pub(crate) keys: HubKeys,
    pub(crate) identity: Arc<HubIdentity>,
    pub(crate) writer: Writer,
    pub(crate) judged: Judged,
    pub(crate) readers: readers::Readers,
    /// Places for exchanges.
    pub(crate) places: Arc<Semaphore>,
    pub(crate) waiting: Arc<Waiting>,
    /// Places for looking letters up.
    pub(crate) checks: Semaphore,
    /// Places for moving attached files.
    pub(crate) movers: Arc<Semaphore>,
    /// Attached files on their way here.
    pub(crate) uploads: uploads::Uploads,
    /// Machines that call and are not enrolled here.
    pub(crate) strangers: Strangers,
    /// Makes the nights' reports.
    pub(crate) nights: Nights,
    /// What the operator's desk keeps in memory.
    pub(crate) desk: Desk,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// The last answer to whether the hub can work.
    pub(crate) readiness: health::Readiness,
    /// Where alarms are told.
    pub(crate) bell: Arc<Bell>,
    /// Becomes true when the server is to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Serves until `shutdown` is done, then lets running exchanges end, closes the data folder and returns.
///
/// # Errors
///
/// When the data folder cannot be opened, or a disk error makes going on unsafe. What was acknowledged is kept.
pub async fn run(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), Failure> {
    let keys = HubKeys::load(&config.dir)?;
    let (mut replica, opened) = Replica::open(&config.dir, &clock::machine(), clock::fresh_epoch()?)?;
    if let Some(why) = opened.epoch_began {
        tracing::warn!(?why, "the database is not the one that was last used here: a new epoch began");
    }
    exchange_driver::begin_life(&mut replica, keys.signing_key()?.verifying_key(), false, clock::now_millis())?;
    if exchange_driver::waits_for_clock(&replica)? {
        tracing::warn!(
            "the clock is behind what this hub's data knows: no letter numbers are granted until it is set right"
        );
    }
    handbook::learn(&replica, &keys)?;
    if replica.hub() != keys.hub()? {
        return Err(Failure::state(
            "the key file and the database of this data folder belong to two different hubs",
            "put back the files that belong together, or restore a backup into a new folder",
        ));
    }
    init::roster(&replica)?;
    let browsers = BrowserCertificate::of(&mut replica, &config.settings.certificate_names())?;
    tracing::info!(fingerprint = browsers.fingerprint(), "the certificate for browsers (SHA-256)");
    let acceptor = tokio_rustls::TlsAcceptor::from(tls::config(&keys, &browsers)?);
    let readers = readers::Readers::open(&replica, READERS)?;
    let socket = Socket::bind(&config.dir)?;
    let judging = replica.reader()?;
    let metrics = Arc::new(Metrics::default());
    let (writer, thread) = Writer::start(replica, keys.clone(), Arc::clone(&metrics))?;
    let (judged, judge) = JudgeThread::start(judging, config.gate.open(), &writer)?;
    let (stop, stopping) = watch::channel(false);
    let bell = Arc::new(Bell::new(Channels::of(&config.settings)?));
    let hub = Arc::new(Hub {
        places: Arc::new(Semaphore::new(config.settings.exchanges_max)),
        waiting: Arc::new(Waiting::new(&config.settings)),
        checks: Semaphore::new(CHECKS),
        movers: Arc::new(Semaphore::new(MOVERS)),
        uploads: uploads::Uploads::of(readers.folder()),
        strangers: Strangers::default(),
        nights: Nights::new(config.dir, &config.settings, writer.clone(), Arc::clone(&bell))?,
        desk: Desk::new(&config.settings),
        metrics,
        readiness: health::Readiness::default(),
        bell,
        settings: config.settings,
        identity: Arc::new(HubIdentity { key: keys.signing_key()?, hub: keys.hub()? }),
        keys,
        writer: writer.clone(),
        judged,
        readers,
        stopping,
    });
    let (accepting, connections) = connections::accept(listener, acceptor, Arc::clone(&hub));
    let failed = tokio::select! {
        () = shutdown => None,
        failure = thread.failed() => Some(failure),
        never = async {
            let socket = socket.serve(Arc::clone(&hub));
            tokio::join!(accepting, socket, hub.nights.run(), alarm::watch(&hub), telling::run(&hub), life::watch(&hub))
        } => match never.0 {},
    };
    if let Some(failure) = &failed {
        alarm::stopped(&hub, failure).await;
    }
    tracing::info!("stopping: no more exchanges are taken, those that run may end");
    stop.send_replace(true);
    let ended = async {
        hub.waiting.all_left().await;
        let all = u32::try_from(hub.settings.exchanges_max).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let _ = hub.places.acquire_many(all).await;
    };
    // Exchanges that go on after that are cut, which costs at most the frame in flight.
    let _ = tokio::time::timeout(GRACE, ended).await;
    // The last words leave; who does not take them is not waited for.
    let _ = tokio::time::timeout(GOODBYE, connections.all_closed()).await;
    thread.stop(&writer).await;
    judge.stop().await;
    failed.map_or(Ok(()), Err)
}
