//! On which machine a change was made, as far as a node knows: the feed says of another one's log no more than its epoch.

use std::collections::BTreeMap;

use change_log::{EpochId, NodeId};
use office_model::{OfficeCode, OwnValue, Role, Status};
use replica_store::Reader;
use serde_json::{Value, json};
use service_document::HistoryItem;

use crate::Failure;

/// Before the code of the office that answers, where its answer stands.
const ANSWER: &str = "answer/";
/// Digits of an epoch by which people tell two from each other.
const DIGITS: usize = 8;

/// The machine that one life of a log belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    /// Whether it is this one.
    pub(crate) here: bool,
    /// Which one, where this node was told: by its own log, or by a block of letter numbers that was granted to it.
    pub(crate) node: Option<NodeId>,
    /// The office it belongs to.
    pub(crate) office: OfficeCode,
    epoch: EpochId,
}

impl Machine {
    /// By what people tell it from others: the id that the register and the hub show, else the beginning of its epoch.
    pub(crate) fn label(&self) -> String {
        match self.node {
            Some(node) => node.to_string(),
            None => self.epoch.to_string().chars().take(DIGITS).collect(),
        }
    }

    /// As answers show it.
    pub(super) fn json(&self) -> Value {
        json!({"here": self.here, "label": self.label(), "node": self.node, "office": self.office})
    }
}

/// The machines that took part in a record of `owner`.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn of(
    reader: &Reader,
    owner: OfficeCode,
    history: &[HistoryItem],
) -> Result<BTreeMap<EpochId, Machine>, Failure> {
    let mut machines = BTreeMap::new();
    for item in history {
        if machines.contains_key(&item.epoch) {
            continue;
        }
        let log = reader.log(item.epoch)?;
        let here = log.as_ref().is_some_and(|log| log.own);
        let told = log.and_then(|log| log.node.zip(log.office));
        let told = match told {
            Some(told) => Some(told),
            None => reader.lease_holder(item.epoch)?,
        };
        let node = told.map(|(node, _)| node).or_else(|| reader.node().filter(|_| here));
        let office = told.map(|(_, office)| office).or_else(|| reader.office().filter(|_| here));
        let office = office.unwrap_or_else(|| author(owner, history.iter().filter(|one| one.epoch == item.epoch)));
        machines.insert(item.epoch, Machine { here, node, office, epoch: item.epoch });
    }
    Ok(machines)
}

/// The office at which these changes of one machine were made, by what they did: the gate lets an office write nothing in
/// another one's record but its decision or answer.
fn author<'h>(owner: OfficeCode, changes: impl Iterator<Item = &'h HistoryItem>) -> OfficeCode {
    let mut offices = changes.map(|item| guest(owner, item));
    let first = offices.next().flatten();
    if offices.all(|office| office == first) { first.unwrap_or(owner) } else { owner }
}

/// The other office that only could have made this change.
fn guest(owner: OfficeCode, item: &HistoryItem) -> Option<OfficeCode> {
    let [edit] = item.changed.as_slice() else { return None };
    if let Some(code) = edit.path.strip_prefix(ANSWER) {
        return code.parse().ok();
    }
    let word =
        |value: &Option<Value>| value.as_ref().and_then(Value::as_str).and_then(|word| word.parse::<Status>().ok());
    let decided = edit.own == Some(OwnValue::Status)
        && word(&edit.from).is_some_and(Status::waits_for_sub_district)
        && word(&edit.to).is_some_and(|to| Role::Camat.may_step(Status::MenungguCamat, to));
    owner.district().filter(|_| decided)
}

#[cfg(test)]
mod tests {
    use service_document::Edited;

    use super::*;

    fn change(path: &str, from: &str, to: &str) -> HistoryItem {
        let text = |word: &str| Some(Value::from(word)).filter(|_| !word.is_empty());
        let own = matches!(path, "status" | "record.status").then_some(OwnValue::Status);
        HistoryItem {
            hash: change_log::ChangeHash([1; 32]),
            after: vec![],
            epoch: EpochId([0xab; 16]),
            clerk: "siti".to_owned(),
            millis: 1,
            hub_offset_millis: None,
            why: None,
            changed: vec![Edited { path: path.to_owned(), own, from: text(from), to: text(to), settled: false }],
        }
    }

    #[test]
    fn an_office_is_known_by_what_nobody_else_may_write() {
        let owner: OfficeCode = "35.10.01.2001".parse().unwrap();
        let of = |changes: &[HistoryItem]| author(owner, changes.iter()).to_string();
        let decided = change("status", "menunggu_camat", "ditandatangani");
        let of_land = change("record.status", "menunggu_camat", "ditandatangani");
        assert_eq!(of(std::slice::from_ref(&of_land)), "35.10.01", "its form has a status of its own");
        let answered = change("answer/35.10.H.001", "", "selesai");
        assert_eq!(of(std::slice::from_ref(&decided)), "35.10.01");
        assert_eq!(of(&[decided.clone(), change("status", "menunggu_camat", "ditolak")]), "35.10.01");
        assert_eq!(of(std::slice::from_ref(&answered)), "35.10.H.001");
        assert_eq!(of(&[change("status", "menunggu_camat", "dibatalkan")]), "35.10.01.2001", "the village withdrew it");
        assert_eq!(of(&[change("nama", "a", "b")]), "35.10.01.2001");
        assert_eq!(of(&[decided, change("nama", "a", "b")]), "35.10.01.2001", "it did more than a guest may");
    }

    #[test]
    fn two_machines_have_two_labels() {
        let machine = |node, byte| Machine {
            here: false,
            node,
            office: "35.10.01.2001".parse().unwrap(),
            epoch: EpochId([byte; 16]),
        };
        assert_eq!(machine(None, 0xab).label(), "abababab");
        assert_ne!(machine(None, 0xab).label(), machine(None, 0xac).label());
        let node = NodeId([7; 8]);
        assert_eq!(machine(Some(node), 0xab).label(), node.to_string());
    }
}
