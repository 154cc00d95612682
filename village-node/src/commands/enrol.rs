//! `enrol`: join an office.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::output;
use super::session::Session;
use crate::{Failure, NodeOptions};

/// Join an office with the one-time code of the hub's operator
///
/// The machine makes its own key, checks the hub against the code before it says anything, and creates its database.
#[derive(Args)]
#[command(after_help = "Example:\n  village-node enrol --hub https://sync.example.go.id:8217 --code 04AB2-...")]
pub(super) struct Enrol {
    /// The one-time code
    #[arg(long, value_name = "CODE")]
    code: String,
    /// This folder joined before, and the hub does not know it any more: it was restored from an older backup
    #[arg(long)]
    again: bool,
}

impl Enrol {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let hub = session.settings()?.hub.ok_or_else(hub_missing)?;
        let options = NodeOptions::of_program();
        let enrolled = if self.again {
            crate::enrol_again(session.dir(), &hub, &self.code, &options).await?
        } else {
            crate::enrol(session.dir(), &hub, &self.code, &options).await?
        };
        let identity = enrolled.node.identity();
        if session.json {
            output::line(json!({
                "office": identity.office,
                "node": identity.node,
                "hub": identity.hub,
                "hub_offset_millis": enrolled.hub_offset_millis,
            }));
        } else {
            output::line(format!("Terdaftar / joined: {}, node {}", identity.office, identity.node));
            if enrolled.hub_offset_millis.abs() > 300_000 {
                output::note(
                    "Jam komputer ini meleset lebih dari 5 menit. / This machine's clock is off by over 5 minutes.",
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn hub_missing() -> Failure {
    Failure::input(
        "hub_missing",
        "Alamat pusat belum diberikan. Tidak ada yang dikirim; tambahkan --hub https://...",
        "The hub's address is missing. Nothing was sent; add --hub https://...",
    )
}
