//! `backup`: the whole hub in one file, and its attached files in a folder beside it, while a server may be running.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use office_model::counted;
use replica_store::{Reader, files_beside};
use serde_json::json;

use super::{Answer, open};
use crate::act::Act;
use crate::cli::Common;
use crate::{Failure, HealthNote, admin, kept_settings};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server backup /mnt/usb/hub-2026-11-24.backup

The file holds the hub's secret keys, the settings file (sync-server.toml) with its secrets, and all personal data: keep
it where only you can read it. Attached files go into the folder `blobs` beside it, which all backups there share: each
file is copied once. What is set by the environment or by flags is not in it.")]
pub(crate) struct Arguments {
    /// A new file.
    file: PathBuf,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    if arguments.file.exists() {
        return Err(replica_store::StoreError::TargetExists(arguments.file.clone()).into());
    }
    let made = make(&reader, &arguments.file).and_then(|is_private| {
        // Nothing that came since then is a reason to copy a file again.
        Ok((is_private, reader.back_up_files(&files_beside(&arguments.file), |_| false)?))
    });
    note(
        common,
        made.as_ref()
            .map_or_else(|failure| HealthNote::BackupFailed { why: failure.error.clone() }, |_| HealthNote::BackedUp),
    );
    let (is_private, files) = made?;
    let bytes = std::fs::metadata(&arguments.file).map_or(0, |file| file.len());
    let mut text =
        format!("{bytes} bytes in {}\nIt holds the hub's secret keys: keep it safe.\n", arguments.file.display());
    if !is_private {
        text.push_str("That disk keeps no permissions (a USB stick, for example): whoever holds it can read it.\n");
    }
    if files.kept > 0 {
        let folder = files_beside(&arguments.file);
        let _ = writeln!(
            text,
            "{} in {}: they belong to it.",
            counted(files.kept, "attached file", "attached files"),
            folder.dir().display()
        );
    }
    if files.missing > 0 {
        let _ = writeln!(text, "{} attached files are not here: sync-server verify says which.", files.missing);
    }
    let value = json!({
        "file": arguments.file,
        "bytes": bytes,
        "private": is_private,
        "files": files.kept,
        "files_missing": files.missing,
    });
    Ok(Answer::new(value, text))
}

/// Written beside its place, so that nobody takes half a backup for a whole one. Whether it is closed to others.
fn make(reader: &Reader, file: &Path) -> Result<bool, Failure> {
    let mut half = file.to_owned().into_os_string();
    half.push(".part");
    let half = PathBuf::from(half);
    let settings = kept_settings::of(reader.dir())?;
    let settings = settings.as_deref().map(|file| (kept_settings::SETTING, file));
    reader.backup_with(&half, settings.as_slice())?;
    let placed = private(&half).and_then(|is_private| std::fs::rename(&half, file).map(|()| is_private));
    placed.map_err(|error| Failure::file(file, &error))
}

/// Tells the server that runs: its alarm of an old backup begins and ends by it. Where none runs nobody watches, and a
/// folder that is only read stays as it is.
fn note(common: &Common, note: HealthNote) {
    if admin::is_served(&common.data)
        && let Err(failure) = common.submit(&Act::Health { note })
    {
        eprintln!("the hub could not note this backup: {}", failure.error);
    }
}

/// Closes a file to others; whether its disk can do that. A stick formatted for every PC cannot, and is no reason to go
/// without a backup.
fn private(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    match std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported) => Ok(false),
        Err(error) => Err(error),
    }
}
