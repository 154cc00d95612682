//! `answer`: answer what was referred to this office.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use office_model::Answer as Said;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Answer a transaction that was referred to this office
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node answer ID selesai\n  village-node answer ID dikembalikan --reason 'Alamat tidak lengkap'"
)]
pub(super) struct Answer {
    /// Id of the transaction
    id: DocumentId,
    /// disetujui, selesai, dikembalikan or ditolak
    #[arg(value_name = "ANSWER")]
    given: Said,
    /// Why; the village reads it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Answer {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let action = Action::Answer { id: self.id, answer: self.given, reason: self.reason, clerk: session.clerk()? };
        let answer = session.perform(&action).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line(format!("Tersimpan / saved: {}", output::field(&answer, "answer")));
        }
        Ok(ExitCode::SUCCESS)
    }
}
