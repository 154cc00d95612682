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
        let bytes = BASE64.decode(text.as_bytes()).map_err(|error| {
            Failure::machine("internal", format!("Kesalahan program: {error}."), format!("Internal: {error}."))
        })?;
        private_file::write(&self.file, &bytes)?;
        if session.json {
            output::line(json!({"id": self.id, "file": self.file, "bytes": bytes.len()}));
        } else {
            output::line(format!("{} ({} B)", self.file.display(), bytes.len()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
