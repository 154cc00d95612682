//! Makes a hub: its data folder, keys, certificates, replica and roster.

use std::path::Path;

use change_log::HubId;
use office_handbook::{Audience, Topic};
use office_model::Roster;
use replica_store::{NewReplica, Reader, Replica, Role};

use crate::handbook::{self, Proposal};
use crate::keys::{self, HubKeys};
use crate::operators::by_command;
use crate::{Failure, clock};

/// The key under which the roster is kept.
const ROSTER: &str = "roster";

/// What was made.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// The hub's id.
    pub hub: HubId,
    /// Offices in the roster.
    pub offices: usize,
    /// The roster says something else than the one that the programs bring along, so it was published to all offices.
    pub published: bool,
}

/// Makes a hub in a folder, from a roster in CSV. A roster with offices that the programs do not bring along is published: each
/// office hears of it with its first exchange. A half-made hub (the machine died) is made anew.
///
/// # Errors
///
/// When the roster has bad lines, there is a hub already, or the disk refuses.
pub fn init(dir: &Path, roster: &str) -> Result<Made, Failure> {
    let parsed = parse_roster(roster)?;
    let (offices, published) = (parsed.len(), !is_shipped(&parsed));
    private_folder(dir)?;
    // Keys first: a replica without its keys would be of no use, keys without a replica are taken up again.
    let keys = if dir.join(keys::FILE).exists() {
        HubKeys::load(dir)?
    } else {
        let keys = HubKeys::generate()?;
        keys.save(dir)?;
        keys
    };
    let hub = keys.hub()?;
    let epoch = clock::fresh_epoch()?;
    let new = NewReplica { role: Role::Hub, office: None, hub, node: None, epoch, machine: clock::machine() };
    let mut replica = match Replica::create(dir, &new) {
        Err(replica_store::OpenError::Exists(_)) if half_made(dir)? => {
            Replica::open(dir, &clock::machine(), clock::fresh_epoch()?)?.0
        }
        created => created?,
    };
    let now = clock::now_millis();
    exchange_driver::begin_life(&mut replica, keys.signing_key()?.verifying_key(), true, now)?;
    replica.set_setting(keys::SETTING, &keys.to_bytes()?)?;
    if published {
        // Keeps it as well, in the same commit.
        let proposal = Proposal { topic: Topic::Roster, audience: Audience::Everyone, body: roster };
        handbook::publish(&mut replica, &keys, &by_command("init"), proposal, now)?;
    } else {
        keep_roster(&mut replica, roster)?;
    }
    Ok(Made { hub, offices, published })
}

/// Whether the programs know each of these offices, as it is called here, without being told.
pub(crate) fn is_shipped(roster: &Roster) -> bool {
    roster.iter().all(|office| Roster::banyuwangi().get(office.code) == Some(office))
}

/// The roster is stored last.
fn half_made(dir: &Path) -> Result<bool, Failure> {
    Ok(Reader::open(dir)?.setting(ROSTER)?.is_none())
}

/// The roster of a hub.
///
/// # Errors
///
/// When it cannot be read.
pub fn roster(reader: &Reader) -> Result<Roster, Failure> {
    parse_roster(&roster_text(reader)?)
}

/// Whether there is a roster: only a hub that is being made has none.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn has_roster(reader: &Reader) -> Result<bool, Failure> {
    Ok(reader.setting(ROSTER)?.is_some())
}

/// The roster of a hub, as it was given.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn roster_text(reader: &Reader) -> Result<String, Failure> {
    let stored = reader.setting(ROSTER)?.ok_or_else(|| {
        Failure::state("this hub has no roster: it was not made to the end", "sync-server init --roster FILE")
            .id("pusat ini belum punya daftar kantor: pembuatannya tidak selesai", "sync-server init --roster BERKAS")
    })?;
    Ok(String::from_utf8_lossy(&stored).into_owned())
}

/// Keeps another roster, which was checked.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn keep_roster(replica: &mut Replica, csv: &str) -> Result<(), Failure> {
    Ok(replica.set_setting(ROSTER, csv.as_bytes())?)
}

fn parse_roster(csv: &str) -> Result<Roster, Failure> {
    Roster::parse(csv).map_err(|error| {
        Failure::input(error.to_string(), "correct these lines of the roster file and run the command again")
    })
}

/// Makes a folder that its owner alone may look into. One that is there stays as it is.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn private_folder(dir: &Path) -> Result<(), Failure> {
    if dir.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(dir).map_err(|error| Failure::file(dir, &error))?;
    private(dir)
}

#[cfg(unix)]
fn private(dir: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(dir, mode).map_err(|error| Failure::file(dir, &error))
}

#[cfg(not(unix))]
fn private(_dir: &Path) -> Result<(), Failure> {
    Ok(())
}
