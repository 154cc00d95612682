//! `offices`: every office of the roster and how far it is.

use std::collections::BTreeMap;

use office_model::OfficeCode;
use serde_json::{Value, json};

use super::{Answer, open, table, time};
use crate::cli::Common;
use crate::regency::facts::{all_shut_out, last_contacts};
use crate::{Failure, init};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sync-server offices\n  sync-server offices --enrolled --json")]
pub(crate) struct Arguments {
    /// Only offices that have, or had, a node.
    #[arg(long)]
    enrolled: bool,
}

#[derive(Default)]
struct Seen {
    nodes: u64,
    /// Of the node whose proof is oldest.
    proven: Option<i64>,
    unproven: bool,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let mut seen: BTreeMap<OfficeCode, Seen> = BTreeMap::new();
    let nodes = reader.registered_nodes()?;
    let (shut_out, contacts) = (all_shut_out(&nodes), last_contacts(&nodes));
    for node in nodes.into_iter().filter(|node| node.revoked_millis.is_none()) {
        let office = seen.entry(node.office).or_default();
        office.nodes += 1;
        match node.proven {
            Some((at, _)) => office.proven = Some(office.proven.map_or(at, |oldest| oldest.min(at))),
            None => office.unproven = true,
        }
    }
    let digests: BTreeMap<_, _> = reader.offices()?.into_iter().collect();
    let none = Seen::default();
    let (mut list, mut lines): (Vec<Value>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
    for office in init::roster(&reader)?.iter() {
        let of_office = seen.get(&office.code).unwrap_or(&none);
        let shut_out_millis = shut_out.get(&office.code).copied();
        if arguments.enrolled && of_office.nodes == 0 && shut_out_millis.is_none() {
            continue;
        }
        let contact = contacts.get(&office.code).copied();
        let proven = if of_office.unproven { None } else { of_office.proven };
        let transactions = reader.transactions_of(&office.code)?;
        lines.push(vec![
            office.code.to_string(),
            office.full_name(),
            shut_out_millis
                .map_or_else(|| of_office.nodes.to_string(), |since| format!("0, all shut out {}", time(Some(since)))),
            transactions.to_string(),
            time(contact),
            time(proven),
        ]);
        list.push(json!({
            "office": office.code,
            "name": office.full_name(),
            "kind": office.kind.as_str(),
            "nodes": of_office.nodes,
            "shut_out_millis": shut_out_millis,
            "transactions": transactions,
            "entries": digests.get(&office.code).map_or(0, |digest| digest.count),
            "digest": digests.get(&office.code).copied().unwrap_or_default().to_string(),
            "last_contact_millis": contact,
            "proven_millis": proven,
        }));
    }
    let head = ["office", "name", "nodes", "transactions", "last contact", "proven"];
    Ok(Answer::new(Value::Array(list), table(&head, &lines)))
}
