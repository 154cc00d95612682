//! `show`: one transaction with everything in it.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use serde_json::Value;

use super::session::Session;
use super::{divergences, output};
use crate::{Action, Failure};

/// Show one transaction with everything in it, NIKs included
#[derive(Args)]
#[command(after_help = "Example:\n  village-node show 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2")]
pub(super) struct Show {
    /// Id of the transaction
    id: DocumentId,
}

impl Show {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::Show { id: self.id }).await?;
        if session.json {
            output::line(&answer);
            return Ok(ExitCode::SUCCESS);
        }
        for key in ["id", "office", "service", "status", "number", "created_by", "changed_by", "unsent_changes"] {
            output::line(format!("{key:<16} {}", output::field(&answer, key)));
        }
        let time = |key: &str| output::time(answer.get(key).unwrap_or(&Value::Null));
        output::line(format!("{:<16} {}", "created", time("created_millis")));
        output::line(format!("{:<16} {}", "changed", time("changed_millis")));
        let fields = answer.get("record").and_then(|record| record.get("fields")).and_then(Value::as_object);
        for (key, value) in fields.into_iter().flatten() {
            output::line(format!("  {key:<20} {}", output::plain(value)));
        }
        for referral in answer.get("referrals").and_then(Value::as_array).into_iter().flatten() {
            output::line(format!(
                "dirujuk / referred {} {}",
                output::field(referral, "office"),
                output::field(referral, "asked")
            ));
            for given in referral.get("answers").and_then(Value::as_array).into_iter().flatten() {
                let why = given.get("why").and_then(Value::as_str).unwrap_or_default();
                output::line(format!("  jawaban / answer   {} {why}", output::field(given, "answer")));
            }
        }
        divergences::print_values(&answer);
        Ok(ExitCode::SUCCESS)
    }
}
