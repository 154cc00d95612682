//! `detach`: an attached file taken away.

use std::process::ExitCode;

use change_log::{BlobHash, DocumentId};
use clap::Args;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Take an attached file away from a transaction; the history keeps that it was there
#[derive(Args)]
#[command(after_help = "Example:\n  village-node detach 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2 \
                        2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
pub(super) struct Detach {
    /// Id of the transaction
    id: DocumentId,
    /// Its hash, as `attachments` lists it
    hash: BlobHash,
}

impl Detach {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let clerk = session.clerk()?;
        let answer = session.perform(&Action::Detach { id: self.id, hash: self.hash, clerk }).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line(format!("Dilepas / taken away: {}", self.hash));
        }
        Ok(ExitCode::SUCCESS)
    }
}
