//! Whether a record still says what whoever decides on it has seen.

use change_log::ChangeHash;
use serde_json::{Map, Value};
use service_document::{HistoryItem, TransactionDocument};

use super::since_check::{ATTACHMENT, seen};
use crate::Failure;

/// The record as it stood at these changes, which `heads` names with commas between them; nothing where they are not known here.
pub(crate) fn at_heads(document: &TransactionDocument, heads: &str) -> Option<Value> {
    document.to_json_at(&named(heads)?)
}

/// The changes that whoever looked at `heads` had not seen, causes before effects; none where those are not known here.
pub(crate) fn since(document: &TransactionDocument, heads: &str) -> Vec<HistoryItem> {
    let history = document.history();
    let is_known = |hash: &ChangeHash| history.iter().any(|item| item.hash == *hash);
    let Some(heads) = named(heads).filter(|heads| heads.iter().all(is_known)) else { return Vec::new() };
    let seen = seen(&history, heads);
    history.into_iter().filter(|item| !seen.contains(&item.hash)).collect()
}

fn named(heads: &str) -> Option<Vec<ChangeHash>> {
    heads.split(',').map(|hash| hash.parse().ok()).collect()
}

/// Refuses where a record says something else than what was looked at: its form, its number, its files. `seen`: the changes that
/// it was made of, named as for [`at_heads`]; where those are not known here, nobody can tell what was seen.
///
/// # Errors
///
/// When it does.
pub(crate) fn must_be_seen(document: &TransactionDocument, seen: &str) -> Result<(), Failure> {
    let said = |record: &Value| {
        let root = record.as_object().cloned().unwrap_or_default();
        let is_of_it = |key: &str| key == "fields" || key == "number" || key.starts_with(ATTACHMENT);
        root.into_iter().filter(|(key, _)| is_of_it(key)).collect::<Map<_, _>>()
    };
    let is_same = at_heads(document, seen).is_some_and(|seen| said(&seen) == said(&document.to_json()));
    if is_same { Ok(()) } else { Err(changed_meanwhile()) }
}

fn changed_meanwhile() -> Failure {
    Failure::input(
        "changed_meanwhile",
        "Isian berkas ini berubah sejak halaman ini dibuka. Langkah belum diambil; periksa isiannya sekarang, lalu ulangi.",
        "The fields of this record have changed since this page was opened. The step was not taken; look at them now, then take it again.",
    )
}
