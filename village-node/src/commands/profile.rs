//! `profile`: what stands on the office's paper, and through whose hands its records go.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use office_handbook::Profile;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Show or set what stands on the office's paper (address, who signs) and through whose hands its records go
#[derive(Args)]
#[command(after_help = "Example:
  village-node profile > kantor.json
  village-node profile kantor.json

All machines of the office have it with their next sync. What the file leaves out is empty from then on.")]
pub(super) struct OfficeProfile {
    /// The profile that is to stand; shown is the one that stands
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl OfficeProfile {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let Some(file) = &self.file else {
            let answer = session.perform(&Action::Profile).await?;
            if session.json {
                output::line(&answer);
            } else {
                let profile = answer.get("profile").cloned().unwrap_or_default();
                output::line(format_args!("{profile:#}"));
            }
            return Ok(ExitCode::SUCCESS);
        };
        let body = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
        let profile = Profile::of_body(&body).map_err(|error| unreadable(file, &error))?;
        let answer = session.perform(&Action::SetProfile { profile, clerk: session.clerk()? }).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line("Tersimpan untuk semua komputer kantor ini. / Saved for all machines of this office.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn unreadable(file: &std::path::Path, why: &dyn std::fmt::Display) -> Failure {
    let file = file.display();
    Failure::input(
        "profile_unreadable",
        format!(
            "{file} tidak dapat dibaca sebagai profil kantor. Tidak ada yang berubah; bentuknya ditampilkan `village-node \
             profile`. ({why})"
        ),
        format!(
            "{file} cannot be read as a profile of an office. Nothing was changed; `village-node profile` shows its form. \
             ({why})"
        ),
    )
}
