//! `export`: the Automerge file of a transaction.

use std::path::PathBuf;
use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::output;
use super::session::Session;
use crate::{Action, Failure, private_file};

/// Write a transaction as an Automerge file, which every Automerge implementation reads
#[derive(Args)]
#[command(after_help = "Example:\n  village-node export 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2 letter.automerge")]
pub(super) struct Export {
    /// Id of the transaction
    id: DocumentId,
    /// The file to write
    file: PathBuf,
}

impl Export {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::Export { id: self.id }).await?;
        let text = answer.get("bytes").and_then(Value::as_str).unwrap_or_default();
        let bytes = BASE64.decode(text.as_bytes()).map_err(|error| Failure::internal(&error))?;
        private_file::write(&self.file, &bytes)?;
        if session.json {
            output::line(json!({
                "id": self.id, "file": self.file, "bytes": bytes.len(), "heads": answer.get("heads"),
            }));
        } else {
            output::line(format!("{} ({} B)", self.file.display(), bytes.len()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
