//! `verify`: everything stored checked against everything else.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::output;
use super::session::{Session, Way};
use crate::failure::DAMAGED;
use crate::{Action, Failure};

/// Check chains, hashes, receipts, digests and lists against the log; exit code 0 only when all is sound
#[derive(Args)]
#[command(after_help = "Example:\n  village-node verify")]
pub(super) struct Verify {}

impl Verify {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let answer = match verify(session).await {
            // A database too damaged to be looked into is a finding like others.
            Err(failure) if failure.code == DAMAGED => unreadable(&failure),
            answer => answer?,
        };
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
            for receipt in output::entries(&answer, "receipts") {
                let get = |key: &str| receipt.get(key).and_then(Value::as_u64).unwrap_or_default();
                if get("receipt") < get("acknowledged") {
                    output::line(format!(
                        "  log {}: tanda terima pusat sampai {} dari {}; sinkron berikutnya melengkapi. / the hub's \
                         receipt is for {1} of {2}; the next sync completes it.",
                        output::field(receipt, "log"),
                        get("receipt"),
                        get("acknowledged")
                    ));
                }
            }
            for advice in output::entries(&answer, "advice") {
                output::note(format!("{} / {}", output::field(advice, "id"), output::field(advice, "en")));
            }
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(4) })
    }
}

async fn verify(session: &Session) -> Result<Value, Failure> {
    match session.way().await? {
        Way::Own(node, _) => {
            let mut bar = output::LateBar::new(session.json);
            let answer = node.perform_watched(&Action::Verify, &mut |done, all| bar.set(done, all));
            bar.finish();
            answer
        }
        served @ Way::Served(..) => served.perform(&Action::Verify).await,
    }
}

fn unreadable(failure: &Failure) -> Value {
    json!({
        "sound": false,
        "logs": 0,
        "entries": 0,
        "documents": 0,
        "problems": ["the database file is damaged and cannot be opened"],
        "advice": [failure.text],
        "receipts": [],
    })
}
