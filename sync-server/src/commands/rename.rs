//! `rename`: gives a machine a name that people know.

use change_log::NodeId;

use super::Answer;
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::devices::DeviceChange;
use crate::operators::by_command;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server rename ABCDEFGH23456 'Laptop pelayanan'\n  sync-server rename ABCDEFGH23456 ''"
)]
pub(crate) struct Arguments {
    /// The node's id.
    node: NodeId,
    /// The name; empty for none.
    name: String,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let change = DeviceChange::Rename { node: arguments.node, name: arguments.name.clone() };
    let done = common.submit(&Act::Device { by: by_command("rename"), change })?;
    let text = match done.get("name").and_then(serde_json::Value::as_str) {
        Some(name) => format!("Node {} is called {name} now.\n", arguments.node),
        None => format!("Node {} has no name now.\n", arguments.node),
    };
    Ok(Answer::new(done, text))
}
