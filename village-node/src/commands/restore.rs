//! `restore`: take up work again from a backup.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::output;
use super::session::Session;
use crate::{Failure, restoring};

/// Put a backup in the data folder; what was recorded since then comes back from the hub
#[derive(Args)]
#[command(after_help = "Example:\n  village-node restore /media/usb/desa-2025-01-31.backup\n  village-node sync")]
pub(super) struct Restore {
    /// A file that `backup` wrote
    file: PathBuf,
    /// Put what the folder holds now aside (nothing is deleted)
    #[arg(long)]
    replace: bool,
}

impl Restore {
    pub(super) fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let restored = restoring::restore(session.dir(), &self.file, self.replace)?;
        let aside = restored.aside.as_ref().map(|path| path.display().to_string());
        if session.json {
            output::line(json!({"office": restored.office, "node": restored.node, "aside": aside}));
        } else {
            output::line(format!("Dipulihkan / restored: {}, node {}", restored.office, restored.node));
            if let Some(aside) = aside {
                output::line(format!("Data sebelumnya / what was there before: {aside}"));
            }
            output::note("Jalankan `village-node sync` berikutnya. / Run `village-node sync` next.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
