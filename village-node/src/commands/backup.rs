//! `backup`: a copy of all records, while the node is in use.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use office_model::counted;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Write a copy of all records to a new file, the node's secret key included: keep it as safe as the machine
///
/// Attached files go into the folder `blobs` beside it, which all backups there share: each file is copied once.
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
            let count = |name| answer.get(name).and_then(serde_json::Value::as_u64).unwrap_or_default();
            if count("files") > 0 {
                output::line(format!(
                    "Lampiran / attached files: {} (folder blobs di sampingnya, bagian dari cadangan ini / the folder blobs \
                     beside it belongs to this backup)",
                    count("files")
                ));
            }
            if count("files_missing") > 0 {
                output::note(format!(
                    "{} lampiran tidak ada di komputer ini dan belum tercadangkan; lampiran yang ada di pusat diambil saat \
                     sinkron. / {} not on this machine and in no backup; what the hub has comes with the next sync.",
                    count("files_missing"),
                    counted(count("files_missing"), "attached file is", "attached files are")
                ));
            }
            if answer.get("private").and_then(serde_json::Value::as_bool) == Some(false) {
                output::note(
                    "Disk itu tidak mengenal hak akses (misalnya flashdisk): siapa pun yang memegangnya dapat membacanya. \
                     Simpan di tempat terkunci. / That disk keeps no permissions (a USB stick, for example): whoever holds it \
                     can read it. Lock it away.",
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
