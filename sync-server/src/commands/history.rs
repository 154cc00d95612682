//! `history`: who changed what and when in one transaction.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

use change_log::DocumentId;
use office_model::Office;
use serde_json::{Value, json};

use super::{Answer, load, open, time};
use crate::act::Act;
use crate::author::{self, Machine};
use crate::cli::Common;
use crate::operators::by_command;
use crate::{Failure, init};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sync-server history 0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40 --json\n\nWhole, with names and NIKs. Each is noted in the audit trail."
)]
pub(crate) struct Arguments {
    /// The transaction's id, as `list` shows it.
    id: DocumentId,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let document = load(&reader, arguments.id)?;
    let mut authors = BTreeMap::new();
    for item in document.history() {
        if let Entry::Vacant(unknown) = authors.entry(item.epoch) {
            unknown.insert(author::of_epoch(&reader, item.epoch)?.and_then(|(_, machine)| machine));
        }
    }
    let roster = init::roster(&reader)?;
    drop(reader);
    let (by, subject) = (by_command("history"), arguments.id.to_string());
    // It holds all that the record ever said. Noted first: nobody reads it unnoted.
    common.submit(&Act::Note { by, act: "record_opened".to_owned(), subject })?;
    let (mut changes, mut text) = (Vec::new(), String::new());
    for item in document.history() {
        let machine = authors.get(&item.epoch).and_then(Option::as_ref);
        let place = match machine {
            Some(Machine { name, office: Some(code), .. }) => {
                let office = roster.get(*code).map_or_else(|| code.to_string(), Office::full_name);
                format!("{name}, {office}")
            }
            Some(Machine { name, office: None, .. }) => name.clone(),
            None => "the hub".to_owned(),
        };
        let at = item.millis.saturating_add(item.hub_offset_millis.unwrap_or_default());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}  {}  ({place})", time(Some(at)), item.clerk);
        if let Some(why) = &item.why {
            let _ = writeln!(text, "    reason: {why}");
        }
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
            "node": machine.map(|machine| machine.node),
            "machine": machine.map(|machine| &machine.name),
            "office": machine.and_then(|machine| machine.office),
            "clerk": item.clerk,
            "millis": item.millis,
            "hub_offset_millis": item.hub_offset_millis,
            "reason": item.why,
            "edits": edits,
        }));
    }
    Ok(Answer::new(json!({ "id": arguments.id, "changes": changes }), text))
}
