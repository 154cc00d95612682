//! `step`: move a transaction to another status.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use office_model::Status;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Move a transaction to another status
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node step ID diajukan\n  village-node step ID dikembalikan --reason 'KK belum dilampirkan'"
)]
pub(super) struct Step {
    /// Id of the transaction
    id: DocumentId,
    /// The new status, such as diajukan
    status: Status,
    /// Why; the citizen reads it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Step {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let action = Action::Step { id: self.id, to: self.status, reason: self.reason, clerk: session.clerk()? };
        let answer = session.perform(&action).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line(format!("Tersimpan / saved: {}", output::field(&answer, "status")));
        }
        Ok(ExitCode::SUCCESS)
    }
}
