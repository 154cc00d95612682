//! `revoke`: shuts a node out.

use change_log::NodeId;
use replica_store::Reader;
use serde_json::Value;

use super::{Answer, open, reason, time};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::devices::{DeviceChange, DeviceNote, Wipe, note_of};
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
    let before = before(&open(&common.data)?, arguments.node)?;
    let change = DeviceChange::Revoke {
        node: arguments.node,
        reason: reason::given(arguments.reason.as_deref())?,
        wipe: Wipe::Keep,
    };
    let done = common.submit(&Act::Device { by: by_command("revoke"), change })?;
    let because = done.get("revoked_because").and_then(Value::as_str).unwrap_or_default();
    Ok(Answer::new(done.clone(), said(arguments.node, before.as_ref(), because)))
}

/// Since when a machine is shut out, by whom, and why. Nothing where it is not.
fn before(reader: &Reader, node: NodeId) -> Result<Option<(i64, DeviceNote)>, Failure> {
    let known = reader.registered_node(node)?.and_then(|known| known.revoked_millis);
    known.map(|since| Ok((since, note_of(reader, node)?))).transpose()
}

fn said(node: NodeId, before: Option<&(i64, DeviceNote)>, because: &str) -> String {
    let Some((since, noted)) = before else {
        return format!("Node {node} is shut out from now on. What the hub received from it before stays.\n");
    };
    let by = if noted.revoked_by.is_empty() { String::new() } else { format!(", by {}", noted.revoked_by) };
    let what = if because == noted.reason { "nothing was changed" } else { "the reason is another one now" };
    format!("Node {node} was shut out already, on {}{by}: {what}.\n", time(Some(*since)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_shuts_a_machine_out_twice_is_told_that_it_was_out_already() {
        let node = NodeId([7; 8]);
        assert!(
            said(node, None, "hilang")
                .ends_with("is shut out from now on. What the hub received from it before stays.\n")
        );
        let noted = DeviceNote { reason: "hilang".to_owned(), revoked_by: "wayan".to_owned(), ..DeviceNote::default() };
        let before = (1_795_712_400_000, noted);
        let same = said(node, Some(&before), "hilang");
        assert!(
            same.ends_with("was shut out already, on 2026-11-27 00:00 WIB, by wayan: nothing was changed.\n"),
            "{same}"
        );
        assert!(said(node, Some(&before), "dicuri").ends_with("wayan: the reason is another one now.\n"));
    }
}
