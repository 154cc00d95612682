//! `doctor`: what is in the way, and what to do about it.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use office_model::counted;
use serde_json::{Value, json};

use super::output;
use super::session::Session;
use crate::pin::Pin;
use crate::sync::STUCK;
use crate::{Action, Failure, Identity, http, private_file};

/// Check folder, clock, hub and records, and say what to do; exit code 0 only when nothing is in the way
#[derive(Args)]
#[command(after_help = "Example:\n  village-node doctor")]
pub(super) struct Doctor {}

/// What a day's work takes, about.
const PROBE_BYTES: usize = 1024 * 1024;

/// One thing looked at.
struct Check {
    name: &'static str,
    good: bool,
    text: String,
}

impl Doctor {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let mut checks = Vec::new();
        // First: opening the folder writes a lost identity file again.
        let status = session.perform(&Action::Status).await;
        match Identity::load(session.dir()) {
            Ok(identity) => {
                let open = private_file::is_open_to_others(&Identity::file(session.dir()));
                let text = if open {
                    "others can read identity.json: chmod 600 it".to_owned()
                } else {
                    format!("office {}, node {}", identity.office, identity.node)
                };
                checks.push(Check { name: "identity", good: !open, text });
                let hub_url = session.settings()?.hub.unwrap_or_else(|| identity.hub_url.clone());
                checks.push(hub(&identity, &hub_url).await);
            }
            Err(failure) => checks.push(Check { name: "identity", good: false, text: failure.text.en }),
        }
        checks.push(disk(session.dir()));
        match status {
            Ok(status) => judge(&status, &mut checks),
            Err(failure) => checks.push(Check { name: "folder", good: false, text: failure.text.en }),
        }
        let good = checks.iter().all(|check| check.good);
        if session.json {
            let list: Vec<Value> = checks
                .iter()
                .map(|check| json!({"check": check.name, "good": check.good, "text": check.text}))
                .collect();
            output::line(json!({"good": good, "checks": list}));
        } else {
            for check in &checks {
                output::line(format!("{} {:<11} {}", if check.good { "ok" } else { "!!" }, check.name, check.text));
            }
        }
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(3) })
    }
}

/// Whether the disk of the folder takes anything.
fn disk(dir: &Path) -> Check {
    let probe = dir.join("doctor.probe");
    let taken = std::fs::write(&probe, vec![1_u8; PROBE_BYTES]).and_then(|()| std::fs::File::open(&probe)?.sync_all());
    // What is left of it is written over the next time.
    let _ = std::fs::remove_file(&probe);
    match taken {
        Ok(()) => Check { name: "disk", good: true, text: "takes what is written".to_owned() },
        Err(error) => Check {
            name: "disk",
            good: false,
            text: format!(
                "takes nothing ({error}): nothing can be recorded until there is room; what is saved is safe"
            ),
        },
    }
}

/// Any answer of the pinned server will do.
async fn hub(identity: &Identity, hub_url: &str) -> Check {
    let asked = async {
        let (tls, _) = http::tls(Pin::Key(identity.server_pin.0))?;
        let client = http::client(tls)?;
        let url = http::page(hub_url, "/healthz")?;
        let answer = client.get(url).timeout(Duration::from_secs(20)).send().await;
        answer.map(drop).map_err(|error| http::unreachable(&error))
    };
    match asked.await {
        Ok(()) => Check { name: "hub", good: true, text: format!("{hub_url} answers, key as pinned") },
        Err(failure) => Check { name: "hub", good: false, text: failure.text.en },
    }
}

fn judge(status: &Value, checks: &mut Vec<Check>) {
    let number = |key: &str| status.get(key).and_then(Value::as_i64).unwrap_or_default();
    let mut add = |name, good, text| checks.push(Check { name, good, text });
    let offset = number("hub_offset_millis") / 1000;
    let (is_right, text) = match status.get("clock_state").and_then(Value::as_str) {
        Some("behind") => {
            (false, format!("it shows a time from before the hub was last heard, {offset} s at least: set it"))
        }
        Some("doubtful") => (false, "nobody knows whether it is right: compare it, or run `sync`".to_owned()),
        _ => (offset.abs() <= 300, format!("{offset} s from the hub's clock at the last contact")),
    };
    add("clock", is_right, text);
    add("sent", number("unsent") == 0, {
        let wait = counted(number("unsent").unsigned_abs(), "change waits", "changes wait");
        // Another exchange would stop where the last one did.
        let is_stuck = status.pointer("/link/0/outcome").and_then(Value::as_str) == Some(STUCK);
        let next = if is_stuck { "damaged data holds up the exchange, run `verify`" } else { "run `sync`" };
        format!("{wait} to be sent: {next}")
    });
    let proven = status.get("proven_now") == Some(&Value::Bool(true));
    let text = if proven { "all proven equal with the hub" } else { "not proven equal with the hub: run `sync`" };
    add("proof", proven, text.to_owned());
    let kept_out = number("quarantined") + number("refused_by_hub");
    add("quarantine", kept_out == 0, {
        let kept_out =
            counted(kept_out.unsigned_abs(), "change kept out of its record", "changes kept out of their records");
        format!("{kept_out}: see `status`")
    });
    add(
        "divergences",
        number("divergent") == 0,
        format!(
            "{} for somebody's decision: see `divergences`",
            counted(number("divergent").unsigned_abs(), "record waits", "records wait")
        ),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whom_damaged_data_holds_up_is_not_told_to_exchange_again() {
        let said = |outcome: &str| {
            let mut checks = Vec::new();
            judge(&json!({ "unsent": 2, "link": [{ "outcome": outcome }, { "outcome": "own_data" }] }), &mut checks);
            checks.into_iter().find(|check| check.name == "sent").map(|check| check.text)
        };
        assert_eq!(
            said("own_data").as_deref(),
            Some("2 changes wait to be sent: damaged data holds up the exchange, run `verify`")
        );
        assert_eq!(said("cut").as_deref(), Some("2 changes wait to be sent: run `sync`"));
    }
}
