//! `status`: where this node stands.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::output;
use super::session::Session;
use crate::{Action, Failure};

/// Show what is unsent, when all was last proven equal with the hub, and how the link was
#[derive(Args)]
#[command(after_help = "Example:\n  village-node status --json")]
pub(super) struct Status {}

impl Status {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = session.perform(&Action::Status).await?;
        if session.json {
            output::line(&answer);
        } else {
            print(&answer);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(answer: &Value) {
    let get = |key: &str| output::field(answer, key);
    output::line(format!("Kantor / office        {}   node {}", get("office"), get("node")));
    output::line(format!("Berkas / transactions  {}", get("transactions")));
    output::line(format!("Belum terkirim / unsent  {}", get("unsent")));
    let proof = answer.get("last_proof").and_then(|proof| proof.get("at_millis")).unwrap_or(&Value::Null);
    let state = if answer.get("proven_now") == Some(&Value::Bool(true)) {
        "sama dengan pusat / equal with the hub"
    } else {
        "belum terbukti sama / not proven equal"
    };
    output::line(format!("Terbukti / proven      {}   {state}", output::time(proof)));
    output::line(format!("Perbedaan / divergent  {}", get("divergent")));
    output::line(format!(
        "Karantina / quarantine {}   ditolak pusat / refused by the hub {}",
        get("quarantined"),
        get("refused_by_hub")
    ));
    if let Some(found) = answer.get("difference").filter(|found| found.is_object()) {
        output::line(format!(
            "Belum sama / not proven: {} hanya di sini / only here, {} hanya di pusat / only at the hub, sejak / since {}",
            output::field(found, "only_here"),
            output::field(found, "only_at_hub"),
            output::time(found.get("since_millis").unwrap_or(&Value::Null))
        ));
    }
    if answer.get("set_aside").and_then(Value::as_u64).is_some_and(|count| count > 0) {
        output::line(format!(
            "Folder ini pernah disalin / this folder was copied: {} perubahan disisihkan / changes set aside, {} dicatat ulang / recorded anew",
            get("set_aside"),
            get("recorded_anew")
        ));
    }
    if let Some(offset) = answer.get("hub_offset_millis").and_then(Value::as_i64).filter(|ms| ms.abs() > 60_000) {
        output::line(format!("Jam meleset / clock is off by {} s", offset / 1000));
    }
    for entry in output::entries(answer, "quarantine") {
        output::line(format!(
            "  {}  {}  {}",
            output::field(entry, "document"),
            output::field(entry, "code"),
            output::field(entry, "detail")
        ));
    }
    for contact in output::entries(answer, "link").iter().take(5) {
        output::line(format!(
            "  {}  {:<12} naik/up {} B, turun/down {} B, {} ms",
            output::time(contact.get("at_millis").unwrap_or(&Value::Null)),
            output::field(contact, "outcome"),
            output::field(contact, "bytes_up"),
            output::field(contact, "bytes_down"),
            output::field(contact, "duration_millis")
        ));
    }
}
