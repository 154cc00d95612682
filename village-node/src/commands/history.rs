//! `history`: who changed what and when.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Show who changed what and when, causes before effects
#[derive(Args)]
#[command(after_help = "Example:\n  village-node history 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2")]
pub(super) struct History {
    /// Id of the transaction
    id: DocumentId,
}

impl History {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::History { id: self.id }).await?;
        if session.json {
            output::line(&answer);
            return Ok(ExitCode::SUCCESS);
        }
        for change in output::entries(&answer, "changes") {
            let time = output::time(change.get("millis").unwrap_or(&Value::Null));
            output::line(format!("{time}  {}  ({})", output::field(change, "clerk"), machine(change)));
            for edit in output::entries(change, "edits") {
                let settled =
                    if edit.get("settled") == Some(&Value::Bool(true)) { "  (diputuskan / settled)" } else { "" };
                output::line(format!(
                    "    {}: {} -> {}{settled}",
                    output::field(edit, "path"),
                    output::field(edit, "from"),
                    output::field(edit, "to"),
                ));
            }
            if let Some(reason) = change.get("reason").and_then(Value::as_str) {
                output::line(format!("    {reason}"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The machine of a change, in words.
fn machine(change: &Value) -> String {
    let machine = change.get("machine").unwrap_or(&Value::Null);
    if machine.get("here") == Some(&Value::Bool(true)) {
        return "komputer ini / this machine".to_owned();
    }
    format!("komputer / machine {}, {}", output::field(machine, "label"), output::field(machine, "office"))
}
