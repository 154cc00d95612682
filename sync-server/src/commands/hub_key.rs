//! `hub-key`: the public key that seals and receipts are checked with.

use data_encoding::HEXLOWER;
use serde_json::json;

use super::Answer;
use crate::Failure;
use crate::cli::Common;
use crate::keys::HubKeys;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sync-server hub-key\n\nIt is no secret: whoever has it can check letters without this hub:\n  village-node check-letter TEXT --hub-key KEY"
)]
pub(crate) struct Arguments {}

pub(crate) fn run(common: &Common, _arguments: &Arguments) -> Result<Answer, Failure> {
    let keys = HubKeys::load(&common.data)?;
    let key = HEXLOWER.encode(&keys.public_key()?);
    let json = json!({ "hub": keys.hub()?, "public_key": key });
    Ok(Answer::new(json, format!("{key}\n")))
}
