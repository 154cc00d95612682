//! A machine that its hub ordered to wipe itself: what goes, what stays, and how the hub hears of it.
//!
//! A small file without secrets is written first. From then on the folder is no node's any more: a crash between two steps
//! leaves work that the next start takes up, never a folder that half works.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use change_log::{HubId, NodeId};
use data_encoding::HEXLOWER;
use office_model::{OfficeCode, counted};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sync_protocol::{WipeOrder, WipeReport};

use crate::identity::{Bytes32, DATABASE};
use crate::pin::Pin;
use crate::{Blame, Failure, Identity, Node, http, moment, private_file, settings};

/// What tells that a folder was wiped.
const FILE: &str = "wiped.json";
/// The lock is held by this very program; the settings name the hub's address and no person.
const KEPT: [&str; 3] = [FILE, "replica.lock", settings::FILE];
/// Where the keys are: they go first.
const KEYS: [&str; 3] = ["identity.json", "api.token", "serve.json"];
/// So much of a file is overwritten at once.
const PIECE: usize = 1 << 20;
/// For the report to the hub.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is left of a node that was wiped: nothing that is secret and nobody's data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wiped {
    /// The office it belonged to.
    pub office: OfficeCode,
    /// The node.
    pub node: NodeId,
    /// Its hub,
    pub hub: HubId,
    /// where that is,
    pub hub_url: String,
    /// and the key it shows: the report goes to nobody else.
    pub server_pin: Bytes32,
    /// When it was wiped, by this machine's clock: milliseconds since 1970 UTC.
    pub at_millis: i64,
    /// When it was ordered, by the hub's clock.
    pub ordered_millis: i64,
    /// Changes that had not reached the hub, and are gone.
    pub unsent: u64,
    /// The node's signature under its report, made before its key went.
    signature: String,
    /// The hub has heard of it.
    pub reported: bool,
}

impl std::fmt::Debug for Wiped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wiped({}, {})", self.office, self.node)
    }
}

impl Wiped {
    /// What tells that a folder was wiped, if it was. What a crash left of the node is removed then.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn load(dir: &Path) -> Result<Option<Self>, Failure> {
        let path = Self::file(dir);
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| Failure::file(&path, &error))?,
        };
        Ok(serde_json::from_slice(&bytes).ok())
    }

    fn file(dir: &Path) -> PathBuf {
        dir.join(FILE)
    }

    fn save(&self, dir: &Path) -> Result<(), Failure> {
        private_file::write(&Self::file(dir), &serde_json::to_vec_pretty(self).unwrap_or_default())
    }

    /// What every command in the folder says.
    pub fn failure(&self) -> Failure {
        Failure::new(Blame::State, "wiped", self.text_id(), self.text_en())
    }

    /// What happened, in Indonesian.
    pub(crate) fn text_id(&self) -> String {
        let lost = match self.unsent {
            0 => "Semua yang dicatat di sini sudah ada di pusat.".to_owned(),
            count => format!("{count} perubahan belum sempat terkirim dan ikut terhapus."),
        };
        format!(
            "Komputer ini (kantor {}, {}) dikeluarkan oleh operator pusat dan sudah dihapus isinya pada {}. {lost} Jika ini \
             keliru, hubungi operator pusat; dengan kode baru komputer ini dapat didaftarkan lagi.",
            self.office,
            self.node,
            desk_kit::moments::long(self.at_millis)
        )
    }

    /// What happened, in English.
    pub(crate) fn text_en(&self) -> String {
        let lost = match self.unsent {
            0 => "Everything that was recorded here is at the hub.".to_owned(),
            count => {
                let gone =
                    counted(count, "change had not been sent yet and is", "changes had not been sent yet and are");
                format!("{gone} gone with the rest.")
            }
        };
        format!(
            "The hub's operator shut this machine (office {}, {}) out, and it was wiped on {} WIB. {lost} If this is a mistake, \
             talk to the operator; with a new code this machine can join again.",
            self.office,
            self.node,
            desk_kit::moments::long(self.at_millis)
        )
    }

    /// Removes what a crash left of the node, and tells the hub unless it knows.
    pub(crate) async fn go_on(&mut self, dir: &Path) -> Result<(), Failure> {
        clear(dir)?;
        if self.reported {
            return Ok(());
        }
        tokio::time::timeout(PATIENCE, self.report()).await.map_err(|_| {
            Failure::new(Blame::Link, "timeout", "Pusat tidak menjawab.", "The hub did not answer within 10 seconds.")
        })??;
        self.reported = true;
        self.save(dir)
    }

    async fn report(&self) -> Result<(), Failure> {
        let (tls, _) = http::tls(Pin::Key(self.server_pin.0))?;
        let body = json!({
            "node": self.node,
            "ordered_millis": self.ordered_millis,
            "unsent": self.unsent,
            "signature": self.signature,
        });
        let request = http::client(tls)?
            .post(http::page(&self.hub_url, "/v1/wiped")?)
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = request.send().await.map_err(|error| http::unreachable(&error))?;
        if answer.status().is_success() {
            return Ok(());
        }
        let status = answer.status();
        Err(Failure::new(
            Blame::Hub,
            "report",
            format!("Pusat tidak menerima laporan penghapusan ({status}); dicoba lagi nanti."),
            format!("The hub did not take the report of the wipe ({status}); it is tried again later."),
        ))
    }
}

/// Wipes the folder of a node whose hub ordered it; the order's signature was checked. Blocks. Nothing where the order takes
/// in what is here, and somebody has recorded something since: that goes first.
///
/// # Errors
///
/// When the disk refuses. Once the file that tells of it is written, the next start goes on with it.
pub(crate) fn carry_out(node: &Node, order: &WipeOrder) -> Result<Option<Wiped>, Failure> {
    // Held to the end: whoever records meanwhile waits, and is refused then.
    let replica = node.replica();
    let unsent = replica.logs()?.iter().filter(|log| log.own).map(|log| log.position - log.acknowledged).sum();
    if order.takes_in && unsent > 0 {
        return Ok(None);
    }
    let identity = &node.live().identity;
    let report = WipeReport::sign(&identity.key, identity.hub, order.issued_millis, unsent);
    let Identity { office, node: id, hub, hub_url, server_pin, .. } = node.identity().clone();
    let wiped = Wiped {
        office,
        node: id,
        hub,
        hub_url,
        server_pin,
        at_millis: moment::now_millis(),
        ordered_millis: order.issued_millis,
        unsent,
        signature: HEXLOWER.encode(&report.signature.0),
        reported: false,
    };
    tracing::warn!(unsent, "the hub shut this machine out and orders it to wipe itself: it is being wiped");
    wiped.save(node.dir())?;
    let cleared = clear(node.dir());
    node.note_wiped();
    drop(replica);
    cleared?;
    Ok(Some(wiped))
}

/// Forgets that a folder was wiped: it joins anew.
pub(crate) fn forget(dir: &Path) -> Result<(), Failure> {
    if Wiped::load(dir)?.is_none() {
        return Ok(());
    }
    clear(dir)?;
    let path = Wiped::file(dir);
    std::fs::remove_file(&path).map_err(|error| Failure::file(&path, &error))
}

/// Removes all that a node left in its folder, keys first, the database overwritten. What overwriting is worth depends on
/// the disk: a flash disk may keep the old blocks. Only an encrypted disk keeps them from whoever takes it out.
pub(crate) fn clear(dir: &Path) -> Result<(), Failure> {
    for name in KEYS.into_iter().chain(DATABASE) {
        let path = dir.join(name);
        // What cannot be overwritten is removed all the same.
        if path.exists() && !name.ends_with("-shm") && overwrite(&path).is_err() {
            tracing::warn!(name, "a file could not be overwritten; it is removed");
        }
        remove(&path)?;
    }
    let failed = |error: std::io::Error| Failure::file(dir, &error);
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !KEPT.iter().any(|kept| entry.file_name() == *kept) {
            remove(&entry.path())?;
        }
    }
    #[cfg(unix)]
    std::fs::File::open(dir).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(())
}

fn remove(path: &Path) -> Result<(), Failure> {
    let is_folder = path.symlink_metadata().is_ok_and(|data| data.is_dir());
    let removed = if is_folder { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::file(path, &error)),
        _ => Ok(()),
    }
}

/// Writes zeros over a file and syncs it. Its length stays: whoever has it mapped must not fall over.
fn overwrite(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let zeros = vec![0; PIECE];
    let mut left = file.metadata()?.len();
    while left > 0 {
        let count = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        file.write_all(zeros.get(..count).unwrap_or_default())?;
        left -= count as u64;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_goes_but_the_settings_and_the_word_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in ["identity.json", "replica.db", "replica.db-wal", "replica.head", "api.token", "lan-key.pem"] {
            std::fs::write(at(name), "secret").unwrap();
        }
        std::fs::create_dir_all(at("blobs/ab")).unwrap();
        std::fs::write(at("blobs/ab/cd"), "photo").unwrap();
        for name in KEPT {
            std::fs::write(at(name), "{}").unwrap();
        }
        let open = std::fs::File::open(at("replica.db")).unwrap();
        clear(dir.path()).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut kept = KEPT.map(str::to_owned);
        kept.sort();
        assert_eq!(left, kept);
        assert_eq!(std::io::read_to_string(open).unwrap(), "\0".repeat(6), "whoever has it open reads nothing");
        clear(dir.path()).unwrap();
    }
}
