//! `refer`: refer a transaction to an office above the villages.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use office_model::OfficeCode;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Refer a transaction to a working unit, health facility or sub-district, which then sees all of it
#[derive(Args)]
#[command(after_help = "Example:\n  village-node refer ID 35.10.H.012 --asked 'Mohon kunjungan rumah'")]
pub(super) struct Refer {
    /// Id of the transaction
    id: DocumentId,
    /// Code of the office
    office: OfficeCode,
    /// What it is asked for
    #[arg(long, value_name = "TEXT")]
    asked: String,
}

impl Refer {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let action = Action::Refer { id: self.id, to: self.office, asked: self.asked, clerk: session.clerk()? };
        let answer = session.perform(&action).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line(format!("Tersimpan / saved: {} -> {}", output::field(&answer, "id"), self.office));
        }
        Ok(ExitCode::SUCCESS)
    }
}
