//! `replace`: shuts a machine out and prints a code for the one that comes in its place.

use change_log::NodeId;
use serde_json::Value;

use super::{Answer, reason, time};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::devices::{DeviceChange, Wipe};
use crate::flags::Flags;
use crate::operators::by_command;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sync-server replace ABCDEFGH23456 --reason 'rusak'
  sync-server replace ABCDEFGH23456 --reason 'dicuri' --wipe
  sync-server replace ABCDEFGH23456 --take-in   what the old machine still holds comes in before it is wiped

The new machine joins with the code and gets all records of the office from the hub.")]
pub(crate) struct Arguments {
    /// The id of the machine that goes.
    node: NodeId,
    /// Why, for those who ask later.
    #[arg(long)]
    reason: Option<String>,
    /// Have the old machine wipe itself at its next contact.
    #[arg(long)]
    wipe: bool,
    /// Take in what the old machine still holds, then have it wipe itself.
    #[arg(long, conflicts_with = "wipe")]
    take_in: bool,
    /// Hours the code is good. [default: 72]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=8760))]
    hours: Option<u32>,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let hours = match arguments.hours {
        Some(hours) => hours,
        None => common.settings(&Flags::default())?.code_hours,
    };
    let wipe = match (arguments.wipe, arguments.take_in) {
        (_, true) => Wipe::TakeIn,
        (true, false) => Wipe::AtOnce,
        (false, false) => Wipe::Keep,
    };
    let change = DeviceChange::Replace {
        node: arguments.node,
        reason: reason::given(arguments.reason.as_deref())?,
        wipe,
        hours,
    };
    let done = common.submit(&Act::Device { by: by_command("replace"), change })?;
    let word = |key: &str| done.get(key).and_then(Value::as_str).unwrap_or_default();
    let expires = done.get("expires_millis").and_then(Value::as_i64);
    let text = format!(
        "{}\n\nGood for one machine of office {} until {}. Node {} is shut out.\n",
        word("code"),
        word("office"),
        time(expires),
        arguments.node
    );
    Ok(Answer::new(done, text))
}
