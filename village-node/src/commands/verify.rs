//! `verify`: everything stored checked against everything else.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Check chains, hashes, digests and lists against the log; exit code 0 only when all is sound
#[derive(Args)]
#[command(after_help = "Example:\n  village-node verify")]
pub(super) struct Verify {}

impl Verify {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::Verify).await?;
        let sound = answer.get("sound") == Some(&Value::Bool(true));
        if session.json {
            output::line(&answer);
        } else {
            let get = |key: &str| output::field(&answer, key);
            output::line(format!(
                "{} log, {} perubahan / changes, {} berkas / transactions: {}",
                get("logs"),
                get("entries"),
                get("documents"),
                if sound { "utuh / sound" } else { "RUSAK / DAMAGED" }
            ));
            for problem in output::entries(&answer, "problems") {
                output::line(format!("  {}", output::plain(problem)));
            }
            if !sound {
                output::note(
                    "Buat cadangan sekarang dan hubungi operator pusat. / Make a backup now and call the hub's operator.",
                );
            }
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(4) })
    }
}
