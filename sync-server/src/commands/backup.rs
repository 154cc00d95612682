//! `backup`: the whole hub but for attached files in one file, while a server may be running.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::{Answer, open};
use crate::Failure;
use crate::cli::Common;

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
    // Written beside its place, so that nobody takes half a backup for a whole one.
    let mut half = arguments.file.clone().into_os_string();
    half.push(".part");
    let half = PathBuf::from(half);
    reader.backup(&half)?;
    let placed = private(&half).and_then(|()| std::fs::rename(&half, &arguments.file));
    placed.map_err(|error| Failure::file(&arguments.file, &error))?;
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

fn private(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}
