//! `revoke`: shuts a node out.

use change_log::NodeId;

use super::{Answer, reason};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::devices::{DeviceChange, Wipe};
use crate::operators::by_command;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server revoke ABCDEFGH23456\n  sync-server revoke ABCDEFGH23456 --reason 'rusak'

sync-server nodes lists the ids. A machine that is lost is to be wiped, too: sync-server wipe."
)]
pub(crate) struct Arguments {
    /// The node's id.
    node: NodeId,
    /// Why, for those who ask later.
    #[arg(long)]
    reason: Option<String>,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let change = DeviceChange::Revoke {
        node: arguments.node,
        reason: reason::given(arguments.reason.as_deref())?,
        wipe: Wipe::Keep,
    };
    let done = common.submit(&Act::Device { by: by_command("revoke"), change })?;
    let text =
        format!("Node {} is shut out from now on. What the hub received from it before stays.\n", arguments.node);
    Ok(Answer::new(done, text))
}
