//! `number`: gives a letter its number.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Give a letter its number, if there was none left when it was recorded
#[derive(Args)]
#[command(after_help = "Example:\n  village-node number 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2")]
pub(super) struct Number {
    /// Id of the transaction
    id: DocumentId,
}

impl Number {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::IssueNumber { id: self.id, clerk: session.clerk()? }).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line(output::field(&answer, "number"));
        }
        Ok(ExitCode::SUCCESS)
    }
}
