//! `backup`: a copy of everything, while the node is in use.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Write a copy of everything to a new file, the node's secret key included: keep it as safe as the machine
#[derive(Args)]
#[command(after_help = "Example:\n  village-node backup /media/usb/desa-2025-01-31.backup")]
pub(super) struct Backup {
    /// A new file
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let file = std::path::absolute(&self.file).map_err(|error| Failure::file(&self.file, &error))?;
        let answer = session.perform(&Action::Backup { file }).await?;
        if session.json {
            output::line(&answer);
        } else {
            let (file, bytes) = (output::field(&answer, "file"), output::field(&answer, "bytes"));
            output::line(format!("Cadangan / backup: {file} ({bytes} B)"));
        }
        Ok(ExitCode::SUCCESS)
    }
}
