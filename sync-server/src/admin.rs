//! The admin socket: while a server runs it alone writes the data folder, so commands hand it their acts here.
//!
//! One JSON object a line each way, on a Unix socket in the data folder that only its owner may open.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gate_worker::GatePlace;
use replica_store::{OpenError, Replica};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;

use crate::act::{self, Act};
use crate::keys::HubKeys;
use crate::serve::Hub;
use crate::{Blame, Failure, clock};

const SOCKET: &str = "admin.sock";
/// Longest request, in bytes: a catalogue that is published, with room for its line ends.
const LINE_MAX: u64 = 256 * 1024;
/// How often, and with what pause, a folder in use by another command is tried again: 5 seconds in all.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Ok(Value),
    Failed(Failure),
}

/// Has an act done: by the server that runs on the folder, else right here, judging in `gate`.
///
/// # Errors
///
/// When the act fails, or another program has the folder.
pub fn submit(dir: &Path, act: &Act, gate: &GatePlace) -> Result<Value, Failure> {
    if let Some(stream) = connect(dir) {
        return ask(stream, act);
    }
    let keys = HubKeys::load(dir)?;
    let mut tries = TRIES;
    let mut replica = loop {
        match Replica::open(dir, &clock::machine(), clock::fresh_epoch()?) {
            Ok((replica, _)) => break replica,
            // Another command, which is soon done, or a server that began meanwhile.
            Err(OpenError::InUse(_)) if tries > 0 => {
                tries -= 1;
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(stream) = connect(dir) {
            return ask(stream, act);
        }
    };
    exchange_driver::begin_life(&mut replica, keys.signing_key()?.verifying_key(), false, clock::now_millis())?;
    let done = act::perform(&mut replica, &keys, act, clock::now_millis())?;
    if matches!(act, Act::Retry { .. }) {
        let mut gate = gate.open();
        while replica.judge_pending(gate.as_mut(), clock::now_millis(), 64)?.documents > 0 {}
    }
    Ok(done)
}

/// Whether a server runs on this folder.
pub fn is_served(dir: &Path) -> bool {
    connect(dir).is_some()
}

fn connect(dir: &Path) -> Option<UnixStream> {
    let folder = std::fs::File::open(dir).ok()?;
    UnixStream::connect(address(&folder)).ok()
}

/// Addresses of sockets are short (108 bytes), paths are not: so the folder is named by its descriptor.
fn address(folder: &std::fs::File) -> PathBuf {
    Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(SOCKET)
}

fn ask(mut stream: UnixStream, act: &Act) -> Result<Value, Failure> {
    let lost = |error: std::io::Error| Failure {
        blame: Blame::Machine,
        error: format!("the server that runs on this folder did not answer: {error}"),
        data: "whether it was done is not known".to_owned(),
        next: "look (sync-server status), then try again".to_owned(),
        indonesian: None,
    };
    let mut line = serde_json::to_vec(act).map_err(Failure::internal)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(lost)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(lost)?;
    match serde_json::from_str(&answer) {
        Ok(Answer::Ok(value)) => Ok(value),
        Ok(Answer::Failed(failure)) => Err(failure),
        Err(error) => Err(lost(error.into())),
    }
}

/// The listening end, taken away again when dropped.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Binds the socket of a folder whose lock is held: a socket left by a crash is nobody's.
    pub(crate) fn bind(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join(SOCKET);
        let failed = |error: std::io::Error| Failure::file(&path, &error);
        let folder = std::fs::File::open(dir).map_err(failed)?;
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(failed(error));
        }
        let listener = UnixListener::bind(address(&folder)).map_err(failed)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        Ok(Self { listener, path })
    }

    /// Answers until the future is dropped.
    pub(crate) async fn serve(&self, hub: Arc<Hub>) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else { continue };
            let hub = Arc::clone(&hub);
            tokio::spawn(async move {
                if let Err(error) = answer(stream, &hub).await {
                    tracing::debug!(%error, "a command went away before its answer");
                }
            });
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // A socket that stays is nobody's: the next server takes it away.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Does an act; exchanges that wait are told when it may mean something to them.
pub(crate) async fn perform(act: Act, hub: &Hub) -> Result<Value, Failure> {
    // Takes long, and the writer has other work.
    if let Act::Nightly { by, date, early } = act {
        return hub.nights.close(date, early.then_some(by)).await;
    }
    let concerns_nodes = matches!(act, Act::Device { .. } | Act::Retry { .. });
    let done = hub.writer.act(act).await?;
    if concerns_nodes {
        // Comes after the judging of what is tried again.
        hub.writer.run(|_| Ok(())).await?;
        hub.waiting.tell_all();
    }
    Ok(done)
}

async fn answer(stream: tokio::net::UnixStream, hub: &Hub) -> std::io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(from).take(LINE_MAX).read_line(&mut line).await?;
    if line.is_empty() {
        return Ok(());
    }
    let answer = match serde_json::from_str::<Act>(&line) {
        Ok(act) => match perform(act, hub).await {
            Ok(value) => Answer::Ok(value),
            Err(failure) => Answer::Failed(failure),
        },
        Err(error) => Answer::Failed(Failure::state(
            format!("the server does not understand this command: {error}"),
            "use the sync-server of the version that runs",
        )),
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    to.write_all(&text).await
}
