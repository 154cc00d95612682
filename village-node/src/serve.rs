//! The clerk's desk and the local API, on loopback and where it is switched on for the office's other PCs, and beside them
//! the driver that exchanges whenever the link is up.

pub(crate) mod api;
mod caller;
mod clock;
pub(crate) mod entrance;
pub(crate) mod files;
mod for_people;
mod guard;
pub(crate) mod lan;
mod lately_listed;
pub(crate) mod wiped;
mod wrong_tokens;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Extension;
use data_encoding::HEXLOWER;
use desk_kit::Turns;
use office_model::{Bilingual, ClerkId};
use replica_store::system_words;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::desk::people::sessions::Sessions;
use crate::desk::{Syncing, how_to_manage};
use crate::remote::Door;
use crate::serve::entrance::Entrance;
use crate::serve::lan::{Lan, Listening};
use crate::serve::lately_listed::LatelyListed;
use crate::serve::wrong_tokens::WrongTokens;
use crate::{Failure, Node, moment, private_file, sweeping, sync};

/// So long requests that are being answered may still take when it is time to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Passwords and PINs that are looked at together: each takes a core and 19 MiB for a while.
const SECRETS_TOGETHER: usize = 2;

/// The desk and the local API of one node, listening.
pub struct Server {
    node: Node,
    listener: TcpListener,
    address: SocketAddr,
    clerk: ClerkId,
    token: String,
    door: String,
    first_key: String,
    lan: watch::Sender<Lan>,
    lan_address: Option<SocketAddr>,
    on_lan: Option<Listening>,
}

/// What the handlers share.
pub(crate) struct Shared {
    pub(crate) node: Node,
    pub(crate) sessions: Arc<Sessions>,
    /// Whose secret is looked at now: of this machine, or of another one of the office.
    pub(crate) turns: Turns<Option<IpAddr>>,
    pub(crate) syncing: Syncing,
    /// When it began to serve: device clock, milliseconds since 1970 UTC.
    pub(crate) started_millis: i64,
    /// Who knows it may make the first account.
    pub(crate) first_key: String,
    /// Somebody did since this program was started.
    pub(crate) first_key_spent: AtomicBool,
    clerk: ClerkId,
    /// Opens the API for the owner of the data folder.
    token: String,
    /// Opens the door of this program's own commands.
    door: String,
    wrong_tokens: WrongTokens,
    /// Which records of health lists showed lately.
    pub(crate) lately_listed: LatelyListed,
    /// Whether the desk is open to the office's other PCs.
    pub(crate) lan: watch::Receiver<Lan>,
}

impl Server {
    /// Listens on a loopback address; port 0 takes any free one. `clerk` records when a request names nobody.
    ///
    /// # Errors
    ///
    /// When the address is taken or the disk refuses.
    pub async fn bind(node: Node, address: SocketAddr, clerk: ClerkId) -> Result<Self, Failure> {
        let unusable = |error: std::io::Error| {
            let Bilingual { id, en } = system_words(&error);
            Failure::machine(
                "listen",
                format!("Alamat {address} tidak dapat dipakai: {id}. Pilih yang lain dengan --listen. ({error})"),
                format!("The address {address} cannot be used: {en}. Choose another one with --listen. ({error})"),
            )
        };
        let listener = TcpListener::bind(address).await.map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let token = token_of(&node)?;
        let door = HEXLOWER.encode(&moment::random::<32>()?);
        if let Err(failure) = (Door { address: address.to_string(), token: door.clone() }).save(node.dir()) {
            // A disk that takes nothing keeps nobody from reading and printing: only commands do not find this program.
            tracing::warn!(
                code = failure.code,
                text = failure.text.en,
                "commands will not find this program, and wait until it ends"
            );
        }
        let first_key = HEXLOWER.encode(&moment::random::<12>()?);
        let lan = watch::Sender::default();
        Ok(Self { node, listener, address, clerk, token, door, first_key, lan, lan_address: None, on_lan: None })
    }

    /// Opens the desk to the other PCs of the office as well, over TLS, at an address of this machine; port 0 takes any
    /// free one. Where that fails, the desk on this machine serves all the same, [`Server::lan_failure`] says why, and it is
    /// tried again until it can be.
    #[must_use]
    pub async fn with_lan(mut self, address: SocketAddr) -> Self {
        let (lan, listening) = Lan::open(self.node.dir(), address).await;
        self.lan.send_replace(lan);
        (self.lan_address, self.on_lan) = (Some(address), listening);
        self
    }

    /// Why the desk could not be opened to the other PCs, if it was to be.
    pub fn lan_failure(&self) -> Option<Failure> {
        match &*self.lan.borrow() {
            Lan::Failed(failure) => Some(failure.clone()),
            Lan::Off | Lan::On(_) => None,
        }
    }

    /// What to type on the other PCs, and what the root certificate's SHA-256 is in hexadecimal digits; nothing where the
    /// desk is not open to them.
    pub fn lan(&self) -> Option<(Vec<String>, String)> {
        match &*self.lan.borrow() {
            Lan::On(opened) => Some((opened.urls(), opened.fingerprint())),
            Lan::Off | Lan::Failed(_) => None,
        }
    }

    pub(crate) fn lan_json(&self) -> serde_json::Value {
        self.lan.borrow().to_json()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the first account is made, as long as none keeps the others. Whoever has this address may make it.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn first_account_page(&self) -> Result<Option<String>, Failure> {
        let is_made = how_to_manage(&self.node.replica())?.is_empty();
        Ok((!is_made).then(|| format!("http://{}/masuk/pertama?kunci={}", self.address, self.first_key)))
    }

    /// Serves, and exchanges in the background, until `over` comes or the hub had this machine wiped.
    ///
    /// # Errors
    ///
    /// When the listener fails.
    pub async fn run_until(self, over: impl Future<Output = ()> + Send + 'static) -> Result<(), Failure> {
        let Self { node, listener, address, clerk, token, door, first_key, lan, lan_address, on_lan } = self;
        let door_file = Door::file(node.dir());
        let driver = tokio::spawn(sync::drive(node.clone()));
        let clock = tokio::spawn(clock::watch(node.clone()));
        let sweeping = tokio::spawn(sweeping::drive(node.clone()));
        let (wiped_node, dir) = (node.clone(), node.dir().to_owned());
        let shared = Arc::new(Shared {
            node,
            sessions: Arc::default(),
            turns: Turns::new(SECRETS_TOGETHER),
            syncing: Syncing::default(),
            started_millis: moment::now_millis(),
            first_key,
            first_key_spent: AtomicBool::new(false),
            clerk,
            token,
            door,
            wrong_tokens: WrongTokens::default(),
            lately_listed: LatelyListed::default(),
            lan: lan.subscribe(),
        });
        let (stop, stopping) = watch::channel(false);
        let router = api::router(shared);
        let mut told = stopping.clone();
        let here = router.clone().layer(Extension(Entrance::loopback(address)));
        let serving = axum::serve(listener, here).with_graceful_shutdown(async move {
            // A sender that is gone says the same.
            let _ = told.wait_for(|stop| *stop).await;
        });
        let others = async {
            let listening = match (on_lan, lan_address) {
                (None, Some(address)) => Listening::open_later(&dir, address, &lan, stopping.clone()).await,
                (opened, _) => opened,
            };
            if let Some(listening) = listening {
                listening.serve(router, stopping).await;
            }
        };
        let serving = async { tokio::join!(serving.into_future(), others).0 };
        let ending = async {
            tokio::select! {
                () = over => {}
                () = wiped_node.is_wiped() => {}
            }
            stop.send_replace(true);
            tokio::time::sleep(LAST_ANSWERS).await;
        };
        let served = tokio::select! {
            served = serving => served,
            () = ending => Ok(()),
        };
        driver.abort();
        clock.abort();
        sweeping.abort();
        // A file left over only makes the next command look twice.
        let _ = std::fs::remove_file(door_file);
        served.map_err(|error| stopped(&error))
    }
}

/// It serves no more, though nobody ended it.
fn stopped(error: &std::io::Error) -> Failure {
    let Bilingual { id, en } = system_words(error);
    Failure::machine(
        "serve",
        format!("Layanan lokal berhenti: {id}. Yang sudah tersimpan aman; mulai ulang village-node. ({error})"),
        format!("Serving stopped: {en}. What was saved is safe; start village-node again. ({error})"),
    )
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({:?}, {})", self.node, self.address)
    }
}

/// The owner's token for the API: made once, in a file that only the owner of the folder can read.
fn token_of(node: &Node) -> Result<String, Failure> {
    let path = node.dir().join("api.token");
    if let Ok(text) = std::fs::read_to_string(&path)
        && text.trim().len() == 64
        && !private_file::is_open_to_others(&path)
    {
        return Ok(text.trim().to_owned());
    }
    let token = HEXLOWER.encode(&moment::random::<32>()?);
    private_file::write(&path, token.as_bytes())?;
    Ok(token)
}
