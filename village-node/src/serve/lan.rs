//! The second listener, for the other PCs of the office: off unless it is switched on, TLS only, and of no weight for the
//! desk on this machine whatever becomes of it.

mod addresses;
mod authority;
mod certificates;
mod connections;
mod places;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use office_model::Bilingual;
use replica_store::system_words;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::authority::Authority;
use self::certificates::Certificates;
use crate::Failure;

/// Whether the desk is open to the office's network.
#[derive(Default)]
pub(crate) enum Lan {
    /// Nobody asked for it.
    #[default]
    Off,
    /// It is.
    On(Arc<Opened>),
    /// It was to be, but could not yet.
    Failed(Failure),
}

/// A desk that is open to the office's network.
pub(crate) struct Opened {
    address: SocketAddr,
    certificates: Certificates,
}

/// How long until an address that could not be had is tried again: a PC often starts before its network.
const AGAIN: Duration = Duration::from_secs(5);

/// Its listener, before it serves.
pub(super) struct Listening {
    listener: TcpListener,
    opened: Arc<Opened>,
}

impl Lan {
    /// Opens the desk at an address of this machine; port 0 takes any free one. The key is kept in the data folder.
    pub(super) async fn open(dir: &Path, address: SocketAddr) -> (Self, Option<Listening>) {
        match Listening::open(dir, address).await {
            Ok(listening) => (Self::On(Arc::clone(&listening.opened)), Some(listening)),
            Err(failure) => (Self::Failed(failure), None),
        }
    }

    /// As `--json` has it: where it listens, what to type on the other PCs, the root's fingerprint, what went wrong.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Off => Value::Null,
            Self::On(opened) => json!({
                "listening": opened.address.to_string(),
                "addresses": opened.urls(),
                "fingerprint": opened.fingerprint(),
                "failure": null,
            }),
            Self::Failed(failure) => json!({
                "listening": null,
                "addresses": [],
                "fingerprint": null,
                "failure": failure,
            }),
        }
    }
}

impl Lan {
    /// Puts it into what the node says of itself: the node does not know whether its desk is open.
    pub(super) fn told_with(&self, mut status: Value) -> Value {
        if let Some(status) = status.as_object_mut() {
            status.insert("lan".to_owned(), self.to_json());
        }
        status
    }
}

impl Opened {
    /// What to type on the other PCs: this machine's addresses of now.
    pub(crate) fn urls(&self) -> Vec<String> {
        let at = |ip| url(SocketAddr::new(ip, self.address.port()));
        addresses::reachable(self.address.ip()).into_iter().map(at).collect()
    }

    /// SHA-256 of the root certificate, hexadecimal.
    pub(crate) fn fingerprint(&self) -> String {
        self.certificates.authority.fingerprint()
    }

    /// The root certificate, DER.
    pub(crate) fn root(&self) -> &[u8] {
        self.certificates.authority.root()
    }
}

/// How browsers write an address of ours.
fn url(address: SocketAddr) -> String {
    if address.port() == 443 {
        let host = address.to_string();
        return format!("https://{}", host.trim_end_matches(":443"));
    }
    format!("https://{address}")
}

impl Listening {
    /// Opens at an address that could not be had, as soon as it can; nothing when it is time to stop. `told` says how it
    /// stands meanwhile.
    pub(super) async fn open_later(
        dir: &Path,
        address: SocketAddr,
        told: &watch::Sender<Lan>,
        mut stopping: watch::Receiver<bool>,
    ) -> Option<Self> {
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return None,
                () = tokio::time::sleep(AGAIN) => {}
            }
            let (lan, listening) = Lan::open(dir, address).await;
            told.send_replace(lan);
            if listening.is_some() {
                return listening;
            }
        }
    }

    async fn open(dir: &Path, address: SocketAddr) -> Result<Self, Failure> {
        let listener = TcpListener::bind(address).await.map_err(|error| unusable(address, &error))?;
        let address = listener.local_addr().map_err(|error| unusable(address, &error))?;
        let authority = Authority::open(dir, addresses::host_name().as_deref())?;
        let opened = Arc::new(Opened { address, certificates: Certificates::new(authority)? });
        Ok(Self { listener, opened })
    }

    /// Serves until it is time to stop, and then those who are being answered.
    pub(super) async fn serve(self, router: Router, stopping: watch::Receiver<bool>) {
        connections::serve(self.listener, self.opened, router, stopping).await;
    }
}

fn unusable(address: SocketAddr, error: &std::io::Error) -> Failure {
    let Bilingual { id, en } = system_words(error);
    Failure::machine(
        "lan",
        format!(
            "Meja belum terbuka bagi komputer lain: alamat {address} tidak dapat dipakai, {id}. Meja di komputer ini \
             tetap berjalan, data aman. Dicoba lagi sendiri tiap beberapa detik; bila alamatnya salah, perbaiki `lan` \
             (misalnya 0.0.0.0:7218), lalu mulai ulang village-node. ({error})"
        ),
        format!(
            "The desk is not open to other PCs: the address {address} cannot be used, {en}. The desk on this machine \
             runs on, data is safe. It is tried again by itself every few seconds; if the address is wrong, correct \
             `lan` (such as 0.0.0.0:7218), then start village-node again. ({error})"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_browsers_do() {
        let written = |address: &str| url(address.parse().unwrap());
        assert_eq!(written("192.168.1.5:7218"), "https://192.168.1.5:7218");
        assert_eq!(written("192.168.1.5:443"), "https://192.168.1.5");
        assert_eq!(written("[fd00::2]:443"), "https://[fd00::2]");
    }

    #[tokio::test]
    async fn an_address_that_is_taken_is_a_failure_that_says_that_the_desk_runs_on() {
        let dir = tempfile::tempdir().unwrap();
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let (lan, listening) = Lan::open(dir.path(), taken.local_addr().unwrap()).await;
        assert!(listening.is_none());
        let told = lan.to_json();
        assert_eq!(told["failure"]["code"], "lan");
        assert!(told["failure"]["text"]["en"].as_str().unwrap().contains("runs on"), "{told}");
        assert!(!dir.path().join(authority::FILE).exists(), "no key is made for nothing");
        assert_eq!(Lan::Off.to_json(), Value::Null);
    }
}
