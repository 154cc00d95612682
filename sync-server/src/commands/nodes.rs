//! `nodes`: every machine that was ever admitted.

use replica_store::{LastBackup, Node};
use serde_json::{Value, json};

use super::{Answer, open, table, time};
use crate::Failure;
use crate::cli::Common;
use crate::devices::{self, DeviceNote};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sync-server nodes\n  sync-server nodes --json")]
pub(crate) struct Arguments {}

pub(crate) fn run(common: &Common, _arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let nodes = reader.registered_nodes()?;
    let differences =
        nodes.iter().map(|node| exchange_driver::node_difference(&reader, node.id)).collect::<Result<Vec<_>, _>>()?;
    let by_operators = nodes.iter().map(|node| devices::note_of(&reader, node.id)).collect::<Result<Vec<_>, _>>()?;
    let list = nodes.iter().zip(&differences).zip(&by_operators).map(|((node, difference), noted)| {
        json!({
            "node": node.id,
            "office": node.office,
            "name": devices::name(noted),
            "enrolled_millis": node.enrolled_millis,
            "revoked_millis": node.revoked_millis,
            "revoked_because": Some(&noted.reason).filter(|reason| !reason.is_empty()),
            "wipe": noted.wipe.as_ref().map(devices::wipe_json),
            "wiped": noted.wiped.as_ref().map(devices::wiped_json),
            "last_contact_millis": node.last_contact_millis,
            "exchanges": node.exchanges,
            "version": node.version,
            "clock_offset_millis": node.clock_offset_millis,
            "backup": match node.backup {
                None => "not_told",
                Some(LastBackup::Never) => "never",
                Some(LastBackup::Days(_)) => "made",
            },
            "backup_days": match node.backup {
                Some(LastBackup::Days(days)) => Some(days),
                _ => None,
            },
            "proven_millis": node.proven.map(|(at, _)| at),
            "difference": difference.map(|found| json!({
                "at_millis": found.at_millis,
                "only_node": found.only_node,
                "only_hub": found.only_hub,
            })),
            "proven_digest": node.proven.map(|(_, digest)| digest.to_string()),
        })
    });
    let lines: Vec<Vec<String>> = nodes
        .iter()
        .zip(&differences)
        .zip(&by_operators)
        .map(|((node, difference), noted)| {
            vec![
                node.id.to_string(),
                devices::name(noted).unwrap_or("-").to_owned(),
                node.office.to_string(),
                state(node, noted).to_owned(),
                time(node.last_contact_millis),
                time(node.proven.map(|(at, _)| at)),
                node.version.clone().unwrap_or_else(|| "-".to_owned()),
                node.clock_offset_millis.map_or_else(|| "-".to_owned(), |millis| format!("{:+} s", -millis / 1000)),
                difference.map_or_else(
                    || "-".to_owned(),
                    |found| format!("{} only there, {} only here", found.only_node, found.only_hub),
                ),
            ]
        })
        .collect();
    let head = ["node", "name", "office", "state", "last contact", "proven", "version", "clock", "difference"];
    Ok(Answer::new(Value::Array(list.collect()), table(&head, &lines)))
}

fn state(node: &Node, noted: &DeviceNote) -> &'static str {
    match (node.revoked_millis, &noted.wipe, &noted.wiped) {
        (None, ..) => "admitted",
        (Some(_), _, Some(_)) => "wiped",
        (Some(_), Some(_), None) => "to be wiped",
        (Some(_), None, None) => "revoked",
    }
}
