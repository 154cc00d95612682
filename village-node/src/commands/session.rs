//! What all commands share: the data folder, and the way to it: open it, or ask the `serve` that has it open.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use office_model::ClerkId;
use serde_json::Value;

use super::output;
use crate::remote::Door;
use crate::settings::{self, Settings};
use crate::{Action, Failure, Node, NodeOptions};

/// So long another short command may hold the folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// One run of the program.
pub(super) struct Session {
    dir: PathBuf,
    pub(super) json: bool,
    flags: Settings,
}

/// The way to the records.
pub(super) enum Way {
    /// This process has the folder open.
    Own(Node, Asker),
    /// A `serve` has.
    Served(Door, Asker),
}

/// Who gives the commands, as the audit trail is to say it.
pub(super) type Asker = String;

impl Session {
    pub(super) fn new(data: Option<PathBuf>, json: bool, flags: Settings) -> Self {
        Self { dir: data.unwrap_or_else(settings::default_folder), json, flags }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        Ok(self.flags.clone().over(Settings::load(&self.dir, |name| std::env::var(name).ok())?))
    }

    pub(super) fn clerk(&self) -> Result<ClerkId, Failure> {
        settings::clerk(&self.settings()?)
    }

    /// How the folder's node is opened.
    pub(super) fn options(&self) -> Result<NodeOptions, Failure> {
        Ok(NodeOptions { hub_url: self.settings()?.hub, ..NodeOptions::of_program() })
    }

    /// Opens the folder, or finds the `serve` that has it; waits a while for another short command to end.
    pub(super) async fn way(&self) -> Result<Way, Failure> {
        let (begun, options) = (Instant::now(), self.options()?);
        // Who only reads needs no name that records could bear.
        let asker = self.clerk().map_or_else(|_| "-".to_owned(), |clerk| clerk.to_string());
        loop {
            match Node::open(&self.dir, &options) {
                Err(failure) if failure.code == "in_use" => {
                    if let Some(door) = Door::load(&self.dir)
                        && tokio::net::TcpStream::connect(&door.address).await.is_ok()
                    {
                        return Ok(Way::Served(door, asker));
                    }
                    if begun.elapsed() > PATIENCE {
                        return Err(failure);
                    }
                }
                opened => {
                    let node = opened?;
                    if node.identity_rewritten() {
                        output::note(
                            "identity.json rusak atau hilang; sudah ditulis ulang dari basis data. / identity.json was \
                             damaged or gone; it was written again from the database.",
                        );
                    }
                    return Ok(Way::Own(node, asker));
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Does one action.
    pub(super) async fn perform(&self, action: &Action) -> Result<Value, Failure> {
        self.way().await?.perform(action).await
    }
}

impl Way {
    pub(super) async fn perform(&self, action: &Action) -> Result<Value, Failure> {
        match self {
            Self::Own(node, asker) => node.perform_for_owner(action, asker, &mut |_, _| ()),
            Self::Served(door, asker) => door.perform(action, asker).await,
        }
    }
}
