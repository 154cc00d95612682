//! `wipe`: shuts a lost machine out and has it wipe itself.

use change_log::NodeId;

use super::{Answer, reason};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::devices::{DeviceChange, Wipe};
use crate::operators::by_command;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sync-server wipe ABCDEFGH23456 --reason 'hilang di jalan'
  sync-server wipe ABCDEFGH23456 --take-in      what the hub has not is taken in first
  sync-server wipe ABCDEFGH23456 --take-back    the machine was found

The machine is shut out at once. At its next contact it checks the hub's signature, removes its database, attached
files and keys, and says so to the hub (sync-server nodes). What had not been sent is gone then; with --take-in the
hub takes it in first, from whoever holds the machine: only where that is one of yours.
The people whose data was on it: sync-server people NODE.")]
pub(crate) struct Arguments {
    /// The node's id.
    node: NodeId,
    /// Why, for those who ask later.
    #[arg(long)]
    reason: Option<String>,
    /// Take in what the machine still holds, then wipe.
    #[arg(long)]
    take_in: bool,
    /// Take the order back; the machine stays shut out.
    #[arg(long, conflicts_with = "take_in")]
    take_back: bool,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let node = arguments.node;
    let change = if arguments.take_back {
        DeviceChange::Wipe { node, wipe: Wipe::Keep }
    } else {
        let wipe = if arguments.take_in { Wipe::TakeIn } else { Wipe::AtOnce };
        DeviceChange::Revoke { node, reason: reason::given(arguments.reason.as_deref())?, wipe }
    };
    let done = common.submit(&Act::Device { by: by_command("wipe"), change })?;
    let text = if arguments.take_back {
        format!("Node {node} is not wiped any more, unless it was already. It stays shut out.\n")
    } else if arguments.take_in {
        format!(
            "Node {node} is shut out. At its next contact what it has not sent is taken in first, then it wipes itself: leave it connected.\nThe people whose data was on it: sync-server people {node}\n"
        )
    } else {
        format!(
            "Node {node} is shut out and wipes itself at its next contact.\nThe people whose data was on it: sync-server people {node}\n"
        )
    };
    Ok(Answer::new(done, text))
}
