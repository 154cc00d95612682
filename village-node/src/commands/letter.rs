//! `letter`: the letter of a transaction.

use std::path::PathBuf;
use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use data_encoding::BASE64;
use letter_print::Paper;
use serde_json::{Value, json};

use super::output;
use super::session::Session;
use crate::{Action, Failure, private_file};

/// Write the letter of a transaction as PDF, with the letterhead that the page Office keeps
///
/// A signed letter with a number bears a seal as QR code, which anybody can check; `seal_url` is what it holds.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node letter 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2 letter.pdf\n  village-node letter \
                  0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2 letter.pdf --paper a4"
)]
pub(super) struct Letter {
    /// Id of the transaction
    id: DocumentId,
    /// The file to write
    file: PathBuf,
    /// f4 or a4
    #[arg(long, default_value = "f4")]
    paper: Paper,
}

impl Letter {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::Letter { id: self.id, paper: self.paper }).await?;
        let text = answer.get("bytes").and_then(Value::as_str).unwrap_or_default();
        let bytes = BASE64.decode(text.as_bytes()).map_err(|error| Failure::internal(&error))?;
        private_file::write(&self.file, &bytes)?;
        if session.json {
            let said = |key: &str| answer.get(key).cloned().unwrap_or_default();
            output::line(json!({
                "id": self.id,
                "file": self.file,
                "bytes": bytes.len(),
                "draft": said("draft"),
                "seal_url": said("seal_url"),
                "unsealed": said("unsealed"),
            }));
        } else {
            output::line(format!("{} ({} B)", self.file.display(), bytes.len()));
            let why = answer.pointer("/unsealed/text");
            let text = |language: &str| why.and_then(|text| text.get(language)).and_then(Value::as_str);
            if let (Some(id), Some(en)) = (text("id"), text("en")) {
                output::note(format!("{id}\n{en}"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
