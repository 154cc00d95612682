//! `attachments`: the attached files of a transaction.

use std::process::ExitCode;

use change_log::DocumentId;
use clap::Args;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// List the files that are attached to a transaction, and where their bytes are
#[derive(Args)]
#[command(after_help = "Example:\n  village-node attachments 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2")]
pub(super) struct Attachments {
    /// Id of the transaction
    id: DocumentId,
}

impl Attachments {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::Attachments { id: self.id }).await?;
        if session.json {
            output::line(&answer);
            return Ok(ExitCode::SUCCESS);
        }
        for file in output::entries(&answer, "attachments") {
            let get = |key: &str| output::field(file, key);
            let state = match get("state").as_str() {
                "here_only" => "hanya di sini / here only",
                "at_hub" => "di pusat / at the hub",
                _ => "belum di sini / not here yet",
            };
            let held = match file.get("held").and_then(Value::as_u64) {
                Some(held @ 1..) if get("state") != "at_hub" => format!(" ({held} B)"),
                _ => String::new(),
            };
            let (hash, kind, size, name) = (get("hash"), get("kind"), get("size"), get("name"));
            output::line(format!("{hash}  {kind:<4} {size:>9} B  {state}{held}  {name}"));
        }
        Ok(ExitCode::SUCCESS)
    }
}
