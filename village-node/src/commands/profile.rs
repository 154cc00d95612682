//! `profile`: what stands on the office's paper, and through whose hands its records go.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use office_handbook::Profile;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Show or set what stands on the office's paper (address, who signs) and through whose hands its records go
#[derive(Args)]
#[command(after_help = "Example:
  village-node profile > kantor.json
  village-node profile kantor.json

All machines of the office have it with their next sync. What the file leaves out stays as it is.")]
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
        let typed: Value = serde_json::from_str(&body).map_err(|error| unreadable(file, &error))?;
        let answer = session.perform(&Action::Profile).await?;
        let stands = answer.get("profile").cloned().unwrap_or_default();
        let seen = Profile::of_body(&stands.to_string()).map_err(|error| unreadable(file, &error))?;
        let profile = over(stands, typed).map_err(|error| unreadable(file, &error))?;
        let (profile, seen) = (Box::new(profile), Box::new(seen));
        let answer = session.perform(&Action::SetProfile { profile, seen, clerk: session.clerk()? }).await?;
        if session.json {
            output::line(&answer);
        } else {
            output::line("Tersimpan untuk semua komputer kantor ini. / Saved for all machines of this office.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The profile that stands with what was typed in its place.
fn over(mut stands: Value, typed: Value) -> Result<Profile, String> {
    // As `--json` prints it, too.
    let typed = match typed {
        Value::Object(mut map) if map.contains_key("profile") => map.remove("profile").unwrap_or_default(),
        other => other,
    };
    lay(&mut stands, typed, "")?;
    Profile::of_body(&stands.to_string()).map_err(|error| error.to_string())
}

/// Puts each part that was typed in the place of the one that stands; a part of another name is a slip of the pen.
fn lay(stands: &mut Value, typed: Value, at: &str) -> Result<(), String> {
    match (stands, typed) {
        (Value::Object(stands), Value::Object(typed)) => {
            for (key, value) in typed {
                let place = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                match stands.get_mut(&key) {
                    Some(part) => lay(part, value, &place)?,
                    None => return Err(format!("{place}?")),
                }
            }
            Ok(())
        }
        (Value::Object(_), _) => Err(format!("{at}: {{...}}")),
        (stands, typed) => {
            *stands = typed;
            Ok(())
        }
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
