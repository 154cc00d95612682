//! `account`: the people who may sign in to this machine's pages.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use office_model::{Bilingual, ClerkId, PersonName, Role};
use replica_store::system_words;

use super::output;
use super::session::Session;
use crate::action::AccountChange;
use crate::desk::people::secret;
use crate::{Action, Failure};

/// The accounts of this machine's pages: list them, make one, give one a new password
#[derive(Args)]
#[command(after_help = "Examples:\n  village-node account list\n  village-node account put siti --name 'Siti Aminah' \
                        --role kepala\n\nThe password or PIN is read from standard input, one line.")]
pub(super) struct Account {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List the accounts
    #[command(after_help = "Example:\n  village-node account list")]
    List,
    /// Make an account, or give the one of that name a new password; one that was shut is opened again
    #[command(after_help = "Example:\n  village-node account put siti --name 'Siti Aminah' --role kepala")]
    Put {
        /// User name: 2 to 32 small letters, digits, . - _
        id: ClerkId,
        /// Full name, as the pages show it
        #[arg(long)]
        name: PersonName,
        /// What they may do: in a village petugas, sekretaris or kepala; in a sub-district `petugas_kecamatan` or camat; in a
        /// working unit or health facility `petugas_unit`; everywhere admin
        #[arg(long)]
        role: Role,
    },
}

/// Longest password, in bytes.
const SECRET_BYTES_MAX: u64 = 1024;

impl Account {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let action = match self.what {
            What::List => Action::Accounts,
            What::Put { id, name, role } => {
                let prompt = "Kata sandi atau PIN (tidak ditampilkan): / Password or PIN (not shown):";
                let typed = desk_kit::typed_secret(prompt, "Sekali lagi: / Once more:", SECRET_BYTES_MAX);
                let typed = typed.map_err(|error| unreadable(&error))?.ok_or_else(two_differ)?;
                let secret = secret::hash(&typed)?;
                let account = AccountChange { id, name: name.reveal().to_owned(), role, secret };
                Action::PutAccount { account, clerk: session.clerk()? }
            }
        };
        let answer = session.perform(&action).await?;
        if session.json {
            output::line(&answer);
            return Ok(ExitCode::SUCCESS);
        }
        let Some(accounts) = answer.get("accounts").and_then(serde_json::Value::as_array) else {
            output::line("Tersimpan. / Saved.");
            return Ok(ExitCode::SUCCESS);
        };
        for account in accounts {
            let text = |key: &str| account.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
            let shut = account.get("disabled_millis").is_some_and(|since| !since.is_null());
            let state = if shut { "ditutup / shut" } else { "" };
            output::line(format!("{:20} {:12} {} {state}", text("id"), text("role"), text("name")));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn two_differ() -> Failure {
    Failure::input(
        "two_differ",
        "Kedua ketikan tidak sama. Tidak ada yang disimpan; jalankan perintahnya lagi.",
        "The two differ. Nothing was saved; start the command again.",
    )
}

fn unreadable(error: &std::io::Error) -> Failure {
    let Bilingual { id, en } = system_words(error);
    Failure::machine(
        "stdin",
        format!("Kata sandi tidak dapat dibaca: {id}. Tidak ada yang disimpan. ({error})"),
        format!("The password could not be read: {en}. Nothing was saved. ({error})"),
    )
}
