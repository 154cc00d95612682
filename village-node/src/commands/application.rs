//! `application`: the programs that may use this machine's local API.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use office_model::{OfficeCode, Role};
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::action::ApplicationName;
use crate::action::applications::{fresh_token, token_hash};
use crate::{Action, Failure};

/// The programs that may use the local API of `serve`: let one in with a token, list them, shut one out
#[derive(Args)]
#[command(after_help = "Examples:\n  village-node application add e-desa\n  village-node application list\n  \
                        village-node application revoke e-desa\n\nThe token is printed once and kept as a hash only.")]
pub(super) struct Application {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Let a program in and print its token; what it changes is signed `app.NAME`
    #[command(after_help = "Example:\n  village-node application add e-desa --role petugas")]
    Add {
        /// Its name: 1 to 28 small letters, digits, . - _
        name: ApplicationName,
        /// What it may do: petugas, sekretaris, kepala, `petugas_kecamatan`, camat, `petugas_unit`, admin; left out: what whoever
        /// serves at such an office may (petugas at a village, `petugas_kecamatan` at a sub-district, `petugas_unit` at a working unit or
        /// health facility)
        #[arg(long)]
        role: Option<Role>,
    },
    /// List the programs that were let in, and when each last used its token
    #[command(after_help = "Example:\n  village-node application list --json")]
    List,
    /// Shut a program out at once; what it recorded stays
    #[command(after_help = "Example:\n  village-node application revoke e-desa")]
    Revoke {
        /// Its name
        name: ApplicationName,
    },
}

impl Application {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        match self.what {
            What::Add { name, role } => {
                let token = fresh_token()?;
                let role = match role {
                    Some(role) => role,
                    None => serving(session).await?,
                };
                let (clerk, token_hash) = (session.clerk()?, token_hash(&token));
                let mut answer = session.perform(&Action::AddApplication { name, role, token_hash, clerk }).await?;
                if session.json {
                    if let Some(answer) = answer.as_object_mut() {
                        answer.insert("token".to_owned(), Value::from(token));
                    }
                    output::line(&answer);
                } else {
                    output::line(token);
                    output::note(
                        "Simpan token ini sekarang; tidak ditampilkan lagi. / Keep this token now; it is not shown again.",
                    );
                }
            }
            What::List => list(session, &session.perform(&Action::Applications).await?),
            What::Revoke { name } => {
                let answer = session.perform(&Action::RevokeApplication { name, clerk: session.clerk()? }).await?;
                if session.json {
                    output::line(&answer);
                } else {
                    output::line("Dicabut. / Revoked.");
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The role of whoever serves at this machine's office.
async fn serving(session: &Session) -> Result<Role, Failure> {
    let status = session.perform(&Action::Status).await?;
    let office: Option<OfficeCode> = output::field(&status, "office").parse().ok();
    Ok(office.map_or(Role::Petugas, |office| Role::serving(office.kind())))
}

fn list(session: &Session, answer: &Value) {
    if session.json {
        return output::line(answer);
    }
    for application in output::entries(answer, "applications") {
        let revoked = application.get("revoked_millis").is_some_and(|since| !since.is_null());
        let state = if revoked { "dicabut / revoked" } else { "" };
        let used = application.get("used_millis").map(output::time).unwrap_or_default();
        let (name, role) = (output::field(application, "name"), output::field(application, "role"));
        output::line(format!("{name:28} {role:18} {used:20} {state}"));
    }
}
