//! The hub of the day, in this process.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use gate_worker::GatePlace;
use office_model::OfficeCode;
use replica_store::Replica;
use sync_server::act::{self, Act};
use sync_server::keys::HubKeys;
use sync_server::serve::{self, Config};
use sync_server::settings::Settings;
use sync_server::{admin, clock, init, night};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::DemoError;

/// The real roster.
pub(crate) const ROSTER: &str = include_str!("../../../../data/banyuwangi-offices.csv");

/// A hub that serves on loopback.
pub(crate) struct Hub {
    pub(crate) address: SocketAddr,
    dir: PathBuf,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), sync_server::Failure>>,
}

/// Makes a hub in a folder, with one enrolment code for each of these offices, which are in this roster.
pub(crate) fn make(dir: &Path, roster: &str, offices: &[OfficeCode]) -> Result<Vec<String>, DemoError> {
    init::init(dir, roster)?;
    let keys = HubKeys::load(dir)?;
    let (mut replica, _) = Replica::open(dir, &clock::machine(), clock::fresh_epoch()?)?;
    let mut codes = Vec::with_capacity(offices.len());
    for office in offices {
        codes.push(act::offer_code(&mut replica, &keys, *office, 72, clock::now_millis())?.to_string());
    }
    Ok(codes)
}

impl Hub {
    /// Serves the hub of a folder.
    pub(crate) async fn start(dir: &Path) -> Result<Self, DemoError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        // Offices that find no place come back soon: a day here has two minutes.
        let settings = Settings { retry_seconds: 1, ..Settings::default() };
        let (stop, stopped) = oneshot::channel();
        // Every node of the day is in this process, and every record is made up here: a child each would measure nothing.
        let config = Config { dir: dir.to_owned(), settings, gate: GatePlace::Here };
        let shutdown = async {
            // A dropped sender stops the hub as well.
            let _ = stopped.await;
        };
        let task = tokio::spawn(serve::run(config, listener, shutdown));
        Ok(Self { address, dir: dir.to_owned(), stop, task })
    }

    /// How many offices the night's report calls proven.
    pub(super) async fn report(&self) -> Result<u64, DemoError> {
        let dir = self.dir.clone();
        let (date, _) = night::wib(clock::now_millis());
        let report = tokio::task::spawn_blocking(move || {
            admin::submit(&dir, &Act::Nightly { by: "demo".to_owned(), date, early: true }, &GatePlace::Here)
        })
        .await;
        let report = report.map_err(|error| DemoError::Internal(error.to_string()))??;
        let proven = report.get("totals").and_then(|totals| totals.get("proven"));
        Ok(proven.and_then(serde_json::Value::as_u64).unwrap_or_default())
    }

    /// Lets running exchanges end and closes the folder.
    pub(crate) async fn stop(self) -> Result<(), DemoError> {
        // An error only says that it stopped already; why, its task knows.
        let _ = self.stop.send(());
        self.task.await.map_err(|error| DemoError::Internal(error.to_string()))??;
        Ok(())
    }
}
