//! `history`: who changed what and when in one transaction.

use std::fmt::Write as _;

use change_log::DocumentId;
use serde_json::{Value, json};

use super::{Answer, load, open, time};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::operators::BY_COMMAND;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sync-server history 0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40 --json\n\nWhole, with names and NIKs. Each is noted in the audit trail."
)]
pub(crate) struct Arguments {
    /// The transaction's id, as `list` shows it.
    id: DocumentId,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let document = load(&open(&common.data)?, arguments.id)?;
    let (by, subject) = (BY_COMMAND.to_owned(), arguments.id.to_string());
    // It holds all that the record ever said. Noted first: nobody reads it unnoted.
    common.submit(&Act::Note { by, act: "record_opened".to_owned(), subject })?;
    let (mut changes, mut text) = (Vec::new(), String::new());
    for item in document.history() {
        let _ = writeln!(text, "{}  {}", time(Some(item.millis)), item.clerk);
        for edit in &item.changed {
            let said = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            let _ = writeln!(text, "    {}: {} -> {}", edit.path, said(&edit.from), said(&edit.to));
        }
        let edits: Vec<Value> = item
            .changed
            .into_iter()
            .map(|edit| json!({ "path": edit.path, "from": edit.from, "to": edit.to, "settled": edit.settled }))
            .collect();
        changes.push(json!({
            "hash": item.hash,
            "after": item.after,
            "epoch": item.epoch,
            "clerk": item.clerk,
            "millis": item.millis,
            "hub_offset_millis": item.hub_offset_millis,
            "reason": item.why,
            "edits": edits,
        }));
    }
    Ok(Answer::new(json!({ "id": arguments.id, "changes": changes }), text))
}
