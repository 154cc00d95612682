//! `backup`: the whole hub but for attached files in one file, while a server may be running.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use replica_store::Reader;
use serde_json::json;

use super::{Answer, open};
use crate::act::Act;
use crate::cli::Common;
use crate::{Failure, HealthNote, admin};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server backup /mnt/usb/hub-2026-11-24.backup

The file holds the hub's secret keys and all personal data: keep it where only you can read it. Attached files
are not in it: copy the folder `blobs` of the data folder as well.")]
pub(crate) struct Arguments {
    /// A new file.
    file: PathBuf,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    if arguments.file.exists() {
        return Err(replica_store::StoreError::TargetExists(arguments.file.clone()).into());
    }
    let made = make(&reader, &arguments.file);
    note(
        common,
        made.as_ref()
            .map_or_else(|failure| HealthNote::BackupFailed { why: failure.error.clone() }, |()| HealthNote::BackedUp),
    );
    made?;
    let bytes = std::fs::metadata(&arguments.file).map_or(0, |file| file.len());
    let left_out = reader.blobs()?.len();
    let mut text =
        format!("{bytes} bytes in {}\nIt holds the hub's secret keys: keep it safe.\n", arguments.file.display());
    if left_out > 0 {
        let folder = reader.blob_folder();
        let _ = writeln!(text, "{left_out} attached files are not in it: copy {}, too.", folder.dir().display());
    }
    Ok(Answer::new(json!({ "file": arguments.file, "bytes": bytes, "files_left_out": left_out }), text))
}

/// Written beside its place, so that nobody takes half a backup for a whole one.
fn make(reader: &Reader, file: &Path) -> Result<(), Failure> {
    let mut half = file.to_owned().into_os_string();
    half.push(".part");
    let half = PathBuf::from(half);
    reader.backup(&half)?;
    let placed = private(&half).and_then(|()| std::fs::rename(&half, file));
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

fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}
