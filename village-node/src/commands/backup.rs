//! `backup`: a copy of all records, while the node is in use.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Write a copy of all records to a new file, the node's secret key included: keep it as safe as the machine
///
/// Attached files are not in it: what the hub has comes back from there, for the rest copy the folder `blobs` as well.
#[derive(Args)]
#[command(after_help = "Example:\n  village-node backup /media/usb/desa-2025-01-31.backup")]
pub(super) struct Backup {
    /// A new file
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let file = std::path::absolute(&self.file).map_err(|error| Failure::file(&self.file, &error))?;
        let answer = session.perform(&Action::Backup { file }).await?;
        if session.json {
            output::line(&answer);
        } else {
            let (file, bytes) = (output::field(&answer, "file"), output::field(&answer, "bytes"));
            output::line(format!("Cadangan / backup: {file} ({bytes} B)"));
            if answer.get("files_left_out").and_then(serde_json::Value::as_u64).unwrap_or_default() > 0 {
                output::note(
                    "Lampiran tidak ikut; salin juga folder blobs. / Attached files are not in it; copy the folder blobs, \
                     too.",
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
