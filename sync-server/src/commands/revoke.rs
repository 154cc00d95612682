//! `revoke`: shuts a node out.

use change_log::NodeId;

use super::Answer;
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server revoke ABCDEFGH23456\n\nsync-server nodes lists the ids.")]
pub(crate) struct Arguments {
    /// The node's id.
    node: NodeId,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let done = common.submit(&Act::Revoke { node: arguments.node })?;
    let text =
        format!("Node {} is shut out from now on. What the hub received from it before stays.\n", arguments.node);
    Ok(Answer::new(done, text))
}
