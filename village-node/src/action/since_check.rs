//! What was changed in a record after its papers were checked: whoever signs is to see it.

use std::collections::{BTreeMap, BTreeSet};

use change_log::ChangeHash;
use office_model::{OwnValue, Status};
use serde_json::Value;
use service_document::{Edited, HistoryItem, TransactionDocument};

use super::chain::CHECKED_AGAIN;

/// Before the hash of an attached file.
pub(crate) const ATTACHMENT: &str = "attachment/";

/// The changes of a record that waits to be signed which whoever checked it had not seen, causes before effects, each with
/// what it changed of the form and of the attached files. What is signed, closed, or not checked yet has none.
pub(crate) fn since_check(document: &TransactionDocument) -> Vec<HistoryItem> {
    if !matches!(document.row().status.parse(), Ok(Status::Diperiksa | Status::MenungguCamat)) {
        return Vec::new();
    }
    let history = document.history();
    let Some(check) = history.iter().rfind(|item| item.changed.iter().any(is_check)) else { return Vec::new() };
    let seen = seen(&history, [check.hash]);
    let unseen = history.iter().filter(|item| !seen.contains(&item.hash));
    let told = unseen.map(|item| {
        let changed = item.changed.iter().filter(|edit| is_of_form(edit)).cloned().collect();
        HistoryItem { changed, ..item.clone() }
    });
    told.filter(|item| !item.changed.is_empty()).collect()
}

/// Whether a step to this status checks papers once more, after something in the record was changed.
pub(crate) fn is_checked_again(document: &TransactionDocument, to: Status) -> bool {
    let from = document.row().status.parse::<Status>();
    from.is_ok_and(|from| (from, to) == CHECKED_AGAIN) && !since_check(document).is_empty()
}

/// Whether the paper of a record that waits to be signed says something that its checker had not seen. A file that is attached
/// does not stand on it.
pub(crate) fn is_paper_unseen(document: &TransactionDocument) -> bool {
    let changes = since_check(document);
    changes.iter().flat_map(|item| &item.changed).any(|edit| !edit.path.starts_with(ATTACHMENT))
}

/// Whether an edit is the step by which the papers are checked.
fn is_check(edit: &Edited) -> bool {
    let is = |value: &Option<Value>, status: Status| value.as_ref().and_then(Value::as_str) == Some(status.as_str());
    // Who settles between two states checks nothing, nor does who takes a record back from the camat.
    edit.own == Some(OwnValue::Status)
        && !edit.settled
        && is(&edit.from, Status::Diajukan)
        && is(&edit.to, Status::Diperiksa)
}

/// Whether an edit is of what was checked, which no other change repeats.
fn is_of_form(edit: &Edited) -> bool {
    let is_plain =
        |path: &str| ["referral/", "answer/", "serials", "steps"].iter().any(|other| path.starts_with(other));
    edit.path.starts_with(ATTACHMENT) || (edit.own.is_none() && !is_plain(&edit.path))
}

/// The changes and all that they build on.
pub(crate) fn seen(history: &[HistoryItem], changes: impl IntoIterator<Item = ChangeHash>) -> BTreeSet<ChangeHash> {
    let after: BTreeMap<ChangeHash, &[ChangeHash]> =
        history.iter().map(|item| (item.hash, item.after.as_slice())).collect();
    let (mut seen, mut open) = (BTreeSet::new(), Vec::from_iter(changes));
    while let Some(hash) = open.pop() {
        if seen.insert(hash) {
            open.extend(after.get(&hash).copied().unwrap_or_default());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use change_log::EpochId;
    use serde_json::Map;
    use service_document::{Authored, NewTransaction, Stamp};

    use super::*;

    fn stamp(machine: u8, millis: i64) -> Stamp {
        Stamp { epoch: EpochId([machine; 16]), millis, hub_offset_millis: None, clerk: "siti".to_owned() }
    }

    fn paths(document: &TransactionDocument) -> Vec<String> {
        since_check(document).iter().flat_map(|item| item.changed.iter().map(|edit| edit.path.clone())).collect()
    }

    #[test]
    fn what_the_checker_did_not_see_is_told_and_nothing_else() {
        let mut form = Map::new();
        form.insert("nama".to_owned(), Value::from("Siti"));
        let new = NewTransaction {
            office: "35.10.01.2001".parse().unwrap(),
            service: "S01".parse().unwrap(),
            catalogue_version: 1,
            fields: form,
            number: None,
            serials: None,
        };
        let load =
            |changes: &[Authored]| TransactionDocument::load(changes.iter().map(|one| one.raw.as_slice())).unwrap();
        let edit = |document: &mut TransactionDocument, path: &str, to: &str, stamp: &Stamp| {
            document.edit(&[(path.parse().unwrap(), Value::from(to))], stamp).unwrap().unwrap()
        };
        let (mut here, first) = TransactionDocument::create(&new, &stamp(1, 1)).unwrap();
        let mut changes = vec![first];
        changes.push(edit(&mut here, "nama", "Siti A", &stamp(1, 2)));
        changes.push(here.step(Status::Diajukan, None, &stamp(1, 3)).unwrap());
        // On another machine, which did not know of the check.
        let apart = edit(&mut load(&changes), "keperluan", "Beasiswa", &stamp(2, 9));
        assert_eq!(paths(&here), Vec::<String>::new(), "not checked yet");
        changes.push(here.step(Status::Diperiksa, None, &stamp(1, 4)).unwrap());
        assert_eq!(paths(&here), Vec::<String>::new(), "all of it was seen");
        assert!(!is_paper_unseen(&here));
        changes.push(edit(&mut here, "nama", "Siti B", &stamp(1, 5)));
        changes.push(apart);
        let mut here = load(&changes);
        let mut told = paths(&here);
        told.sort();
        assert_eq!(told, ["keperluan", "nama"]);
        assert!(is_paper_unseen(&here));
        let passed_on = here.step(Status::MenungguCamat, None, &stamp(1, 10)).unwrap();
        assert_eq!(paths(&here).len(), 2, "the camat is to see it, too");
        assert!(is_paper_unseen(&here), "who passes it on checks nothing");
        changes.push(edit(&mut load(&changes), "keperluan", "Umrah", &stamp(2, 11)));
        changes.push(passed_on);
        let mut here = load(&changes);
        assert!(is_paper_unseen(&here));
        here.step(Status::Diperiksa, None, &stamp(1, 12)).unwrap();
        assert!(is_paper_unseen(&here), "who takes it back checks nothing either");
        for to in [Status::Diajukan, Status::Diperiksa] {
            here.step(to, None, &stamp(1, 13)).unwrap();
        }
        assert_eq!(paths(&here), Vec::<String>::new(), "checked anew");
        assert!(!is_paper_unseen(&here));
        here.step(Status::Ditandatangani, None, &stamp(1, 12)).unwrap();
        assert_eq!(paths(&here), Vec::<String>::new(), "the letter is what was signed");
        assert!(!is_paper_unseen(&here));
    }
}
