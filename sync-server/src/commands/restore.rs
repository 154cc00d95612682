//! `restore`: a data folder from a backup. What was there before is moved aside, never deleted.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use change_log::NodeId;
use office_model::counted;
use replica_store::{OpenError, ProblemKind, Reader, Replica, files_beside, forget_seat};
use serde_json::json;

use super::{Answer, open};
use crate::cli::Common;
use crate::kept_settings::{self, Came};
use crate::keys::{self, HubKeys};
use crate::{Failure, admin, clock, devices, init};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server restore /mnt/usb/hub-2026-11-24.backup --data /srv/hub

The nodes send again by themselves what the backup lacks. A database that is there is moved aside;
nodes that it has as revoked stay revoked. Attached files come from the folder `blobs` beside the backup. Settings
(sync-server.toml) come back where there are none; accounts and their second factors come back with the database.")]
pub(crate) struct Arguments {
    /// The backup.
    file: PathBuf,
    /// This machine's clock is right, though the backup knows of later times: those of a clock that was ahead.
    #[arg(long)]
    clock_is_right: bool,
}

const DATABASE: [&str; 5] = ["replica.db", "replica.db-wal", "replica.db-shm", "replica.head", "replica.seat"];

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let dir = &common.data;
    if admin::is_served(dir) {
        return Err(Failure::state(format!("a server runs on {}", dir.display()), "stop it first"));
    }
    init::private_folder(dir)?;
    // The backup is brought into the folder and looked at before anything there is touched.
    let incoming = dir.join(format!("restore-{}", clock::now_millis()));
    let mut revoked = None;
    let mut settings = Came::None;
    let restored = bring(&arguments.file, &incoming).and_then(|(keys, kept)| {
        revoked = carry_revocations(dir, &incoming, &keys, arguments.clock_is_right)?;
        settings = kept_settings::put_back(dir, kept.as_deref())?;
        put(dir, &incoming, &keys)
    });
    if restored.is_err() {
        // Only our own copy; the backup itself stays.
        let _ = std::fs::remove_dir_all(&incoming);
    }
    let aside = restored?;
    let counts = open(dir)?.counts()?;
    let waits = exchange_driver::waits_for_clock(&open(dir)?)?;
    let mut text =
        format!("{} back in {}\n", counted(counts.transactions, "transaction is", "transactions are"), dir.display());
    if waits {
        let _ = writeln!(
            text,
            "this machine's clock is behind what the backup knows: set it right before you start the hub. Until then no letter numbers \
             are granted. Is the clock right, and the hub's was ahead once? Restore again with --clock-is-right"
        );
    }
    if let Some(aside) = &aside {
        let _ = writeln!(text, "what was there before is in {}", aside.display());
    }
    let files = files_back(dir, &arguments.file);
    let _ = match &files {
        Ok(0) => Ok(()),
        Ok(files) => writeln!(text, "{files} attached files are back, too"),
        // All else is in its place already.
        Err(failure) => writeln!(text, "attached files could not be put back: {}; {}", failure.error, failure.next),
    };
    text.push_str(&settings.said(dir));
    let notes = notes(revoked.as_deref());
    if common.json {
        eprint!("{notes}");
    }
    text.push_str(&notes);
    Ok(Answer::new(
        json!({
            "transactions": counts.transactions,
            "moved_aside": aside,
            "files": files.unwrap_or_default(),
            "settings": settings.word(),
            "settings_keys": settings.keys(),
        }),
        text,
    ))
}

/// Puts the attached files back that lie beside the backup; how many were not here.
fn files_back(dir: &Path, file: &Path) -> Result<u64, Failure> {
    let back = open(dir)?.put_files_back(&files_beside(file));
    let (mut replica, _) = Replica::open(dir, &clock::machine(), clock::fresh_epoch()?)?;
    replica.take_up_files(clock::now_millis())?;
    Ok(back?)
}

/// What became of the revocations that the backup lacks.
fn notes(kept: Option<&[NodeId]>) -> String {
    let Some(kept) = kept else {
        return "which nodes were revoked after the backup was made is not known: no readable database of this hub was \
                here. They are let in again; look (sync-server nodes) and revoke them again (sync-server revoke NODE)\n"
            .to_owned();
    };
    let line = |node: &NodeId| format!("node {node} was revoked after the backup was made and stays revoked\n");
    kept.iter().map(line).collect()
}

/// Revokes in the copy what the database that it replaces has as revoked. Nothing when that one cannot tell.
fn carry_revocations(
    dir: &Path,
    incoming: &Path,
    keys: &HubKeys,
    clock_is_right: bool,
) -> Result<Option<Vec<NodeId>>, Failure> {
    // Before anything is written that the backup does not know: what it knows tells which letter numbers are still free.
    let (mut replica, _) = Replica::open(incoming, &clock::machine(), clock::fresh_epoch()?)?;
    let begin = if clock_is_right { exchange_driver::begin_life_by_a_right_clock } else { exchange_driver::begin_life };
    begin(&mut replica, keys.signing_key()?.verifying_key(), false, clock::now_millis())?;
    drop(replica);
    let restored = open(incoming)?;
    let Ok(replaced) = Reader::open(dir) else { return Ok(None) };
    let Ok(nodes) = replaced.registered_nodes() else { return Ok(None) };
    if replaced.hub() != restored.hub() {
        return Ok(None);
    }
    let mut missed = Vec::new();
    for node in nodes {
        let Some(at) = node.revoked_millis else { continue };
        if restored.registered_node(node.id)?.is_none_or(|known| known.revoked_millis.is_none()) {
            missed.push((node, at));
        }
    }
    drop(restored);
    if !missed.is_empty() {
        let (mut replica, _) = Replica::open(incoming, &clock::machine(), clock::fresh_epoch()?)?;
        for (node, at) in &missed {
            // A code used after the backup is open again in it: the node is named, so that its key stays shut out.
            replica.register_node(node.id, node.office, node.public_key, node.enrolled_millis)?;
            replica.revoke_node(node.id, *at)?;
            devices::carry(&replaced, &mut replica, node.id)?;
        }
    }
    Ok(Some(missed.into_iter().map(|(node, _)| node.id).collect()))
}

/// The keys in a backup, and its settings, which the copy has no longer.
fn bring(file: &Path, incoming: &Path) -> Result<(HubKeys, Option<Vec<u8>>), Failure> {
    std::fs::create_dir(incoming).map_err(|error| Failure::file(incoming, &error))?;
    let copy = incoming.join("replica.db");
    std::fs::copy(file, &copy).map_err(|error| Failure::file(file, &error))?;
    std::fs::File::open(&copy).and_then(|file| file.sync_all()).map_err(|error| Failure::file(&copy, &error))?;
    let not_whole =
        || Failure::input(format!("{} is no backup of a hub, or damaged", file.display()), "take another backup");
    // Of an older program: the copy is taken to the present form first, else its parts would be read amiss.
    let settings = match Replica::open(incoming, &clock::machine(), clock::fresh_epoch()?) {
        Ok((mut replica, _)) => replica.take_setting(kept_settings::SETTING)?,
        Err(newer @ OpenError::Newer { .. }) => return Err(newer.into()),
        Err(_) => return Err(not_whole()),
    };
    let reader: Reader = open(incoming).map_err(|_| not_whole())?;
    let keys = HubKeys::parse(&reader.setting(keys::SETTING)?.ok_or_else(not_whole)?)?;
    let mut problems = exchange_driver::verify_hub(&reader, &mut |_, _| ())?.report.problems;
    // The attached files are beside the backup: those that are not come from the offices again.
    problems.retain(|problem| problem.kind != ProblemKind::Blob);
    if let Some(first) = problems.first() {
        let next = "take another backup; when there is none, ask for help before you go on";
        return Err(Failure::input(
            format!("the backup has {}, the first: {first}", counted(problems.len() as u64, "fault", "faults")),
            next,
        ));
    }
    Ok((keys, settings))
}

/// Moves what is there aside and the copy into its place.
fn put(dir: &Path, incoming: &Path, keys: &HubKeys) -> Result<Option<PathBuf>, Failure> {
    let lock = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("replica.lock"));
    let lock = lock.map_err(|error| Failure::file(dir, &error))?;
    if lock.try_lock().is_err() {
        return Err(OpenError::InUse(dir.to_owned()).into());
    }
    let failed = |error: std::io::Error| Failure::file(dir, &error);
    let aside = dir.join(format!("before-restore-{}", clock::now_millis()));
    let mut moved = false;
    for name in DATABASE.iter().chain([&keys::FILE]) {
        if dir.join(name).exists() {
            std::fs::create_dir_all(&aside).map_err(failed)?;
            std::fs::rename(dir.join(name), aside.join(name)).map_err(failed)?;
            moved = true;
        }
    }
    keys.save(dir)?;
    forget_seat(incoming).map_err(failed)?;
    // The database last: without it there is no hub.
    for name in ["replica.db-wal", "replica.head", "replica.db"] {
        if incoming.join(name).exists() {
            std::fs::rename(incoming.join(name), dir.join(name)).map_err(failed)?;
        }
    }
    std::fs::remove_dir_all(incoming).map_err(failed)?;
    std::fs::File::open(dir).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(moved.then_some(aside))
}
