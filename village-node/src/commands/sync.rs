//! `sync`: exchange with the hub until both sides are proven equal.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::output;
use super::session::{Session, Way};
use crate::Failure;
use crate::remote::SyncBody;
use crate::settings::Settings;
use crate::sync::sync_until_proven;

/// Exchange with the hub until both sides are proven equal; exit code 0 only then
///
/// A cut link is taken up where it broke. Whatever was not sent stays safe here and goes with the next sync.
#[derive(Args)]
#[command(after_help = "Examples:\n  village-node sync\n  village-node sync --patience 600")]
pub(super) struct Sync {
    /// Give up after so many seconds without progress, connecting included; 0 tries once (else `VILLAGE_NODE_PATIENCE_SECONDS`, config.toml, 20)
    #[arg(long, value_name = "SECONDS")]
    patience: Option<u64>,
}

impl Sync {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let flags = Settings { patience_seconds: self.patience, ..Settings::default() };
        let Settings { patience_seconds, hub, .. } = flags.over(session.settings()?);
        let how = SyncBody { patience_seconds, hub };
        let answer = match session.way().await? {
            Way::Served(door) => door.sync(&how).await?,
            Way::Own(node) => {
                let bar = output::bar(0, session.json);
                let proven = sync_until_proven(&node, &how.patience(), |progress| {
                    bar.set_length(progress.to_send);
                    bar.set_position(progress.acknowledged.min(progress.to_send));
                    bar.set_message(format!("terkirim/sent, {} diterima/received", progress.received));
                })
                .await;
                bar.finish_and_clear();
                proven?.to_json()
            }
        };
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
    output::line(format!(
        "Terbukti sama dengan pusat. / Proven equal with the hub. ({} x, naik/up {} B, turun/down {} B)",
        get("exchanges"),
        get("bytes_up"),
        get("bytes_down")
    ));
}
