//! `attach`: a photo or a scan for a transaction.

use std::path::PathBuf;
use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use service_document::FILE_BYTES_MAX;

use super::output;
use super::session::Session;
use crate::action::{NewFile, attachments};
use crate::{Action, Failure};

/// Attach a photo (JPEG, PNG) or a PDF of at most 10 MiB to a transaction
///
/// The file goes to the hub after the records, and goes on where a cut link left off.
#[derive(Args)]
#[command(after_help = "Example:\n  village-node attach 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2 kk.jpg --kind A2")]
pub(super) struct Attach {
    /// Id of the transaction
    id: DocumentId,
    /// The file; it stays where it is
    file: PathBuf,
    /// Which paper of the catalogue it is, such as A1
    #[arg(long, default_value = "", value_name = "PAPER")]
    kind: String,
}

impl Attach {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let unreadable = |error: std::io::Error| Failure::file(&self.file, &error);
        if std::fs::metadata(&self.file).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            return Err(attachments::too_large());
        }
        let bytes = std::fs::read(&self.file).map_err(unreadable)?;
        attachments::check(&self.file.to_string_lossy(), &bytes)?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let file = NewFile::new(&name, &self.kind, &bytes);
        let answer = session.perform(&Action::Attach { id: self.id, file, clerk: session.clerk()? }).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line(output::field(&answer, "hash"));
            if let Some(warning) = answer.get("warning").filter(|warning| warning.is_object()) {
                output::note(format!("{} / {}", output::field(warning, "id"), output::field(warning, "en")));
            }
            if answer.get("change").is_none_or(serde_json::Value::is_null) {
                output::note("Lampiran itu sudah ada pada berkas ini. / That file is attached to this record already.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
