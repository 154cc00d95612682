//! `sync`: exchange with the hub until both sides are proven equal.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::output;
use super::session::{Session, Way};
use crate::Failure;
use crate::remote::SyncBody;
use crate::settings::Settings;
use crate::sync::{FilesMoved, Progress, sync_all};

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
            Way::Served(door, _) => door.sync(&how).await?,
            Way::Own(node, _) => {
                let bar = output::bar(0, session.json);
                let on_progress = |progress: &Progress| {
                    bar.set_length(progress.to_send);
                    bar.set_position(progress.acknowledged.min(progress.to_send));
                    bar.set_message(format!("terkirim/sent, {} diterima/received", progress.received));
                };
                let on_files = |files: &FilesMoved| {
                    let (up, down) = (files.bytes_up / 1024, files.bytes_down / 1024);
                    bar.set_message(format!("lampiran/files: {up} KiB dikirim/sent, {down} KiB diterima/received"));
                };
                let done = sync_all(&node, &how.patience(), on_progress, on_files).await;
                bar.finish_and_clear();
                done?
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
        "Terbukti sama dengan pusat. / Proven equal with the hub. ({} x, dikirim/sent {} B, diterima/received {} B)",
        get("exchanges"),
        get("bytes_up"),
        get("bytes_down")
    ));
    let file = |key: &str| answer.pointer(&format!("/files/{key}")).and_then(Value::as_u64).unwrap_or_default();
    if ["sent", "received", "to_send", "to_fetch"].into_iter().any(|key| file(key) > 0) {
        output::line(format!(
            "Lampiran / files: {} terkirim/sent, {} diterima/received, {} menunggu/waiting, {} belum di sini/not here yet.",
            file("sent"),
            file("received"),
            file("to_send"),
            file("to_fetch")
        ));
    }
}
