//! `settle`: decide between different values.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use office_model::FieldPath;

use super::session::Session;
use super::{output, set};
use crate::{Action, Failure};

/// Settle a divergence: the value given stands from now on
#[derive(Args)]
#[command(
    after_help = "Examples:\n  village-node settle ID nama 'Siti Aminah'\n  village-node settle ID status diperiksa"
)]
pub(super) struct Settle {
    /// Id of the transaction
    id: DocumentId,
    /// The field, as `divergences` shows it
    path: FieldPath,
    /// The value that stands from now on
    value: String,
}

impl Settle {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let value = set::value(&self.value);
        let action = Action::Settle { id: self.id, path: self.path, value, clerk: session.clerk()? };
        let answer = session.perform(&action).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line("Diputuskan. / Settled.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
