//! `attachment`: an attached file, out of the store.

use std::path::PathBuf;
use std::process::ExitCode;

use change_log::BlobHash;
use clap::Args;
use serde_json::json;

use super::output;
use super::session::{Session, Way};
use crate::action::owner;
use crate::action::trace::{By, note_act, warn_unnoted};
use crate::moment::now_millis;
use crate::{Act, Failure, private_file};

/// Write an attached file to a file; it is fetched from the hub when it is not on this machine yet
#[derive(Args)]
#[command(after_help = "Example:\n  village-node attachment \
                        2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae kk.jpg")]
pub(super) struct Attachment {
    /// Its hash, as `attachments` lists it
    hash: BlobHash,
    /// The file to write
    file: PathBuf,
}

impl Attachment {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let bytes = match session.way().await? {
            Way::Own(node, asker) => {
                owner::check_reading(&node.replica(), &asker)?;
                let file = node.attached_file(self.hash).await?.1;
                let (about, by) = (self.hash.to_string(), (asker.as_str(), By::Owner));
                warn_unnoted(note_act(&mut node.replica(), Act::Attachment, &about, by, now_millis()));
                file
            }
            Way::Served(door, asker) => door.attached_file(self.hash, &asker).await?,
        };
        private_file::write(&self.file, &bytes)?;
        if session.json {
            output::line(json!({"hash": self.hash, "file": self.file, "bytes": bytes.len()}));
        } else {
            output::line(format!("{} ({} B)", self.file.display(), bytes.len()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
