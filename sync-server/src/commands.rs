//! The commands, one a module, and what they have in common.

pub(crate) mod alarms;
pub(crate) mod backup;
pub(crate) mod check_letter;
pub(crate) mod config;
pub(crate) mod divergences;
pub(crate) mod enrol;
pub(crate) mod export;
pub(crate) mod handbook;
pub(crate) mod history;
pub(crate) mod hub_key;
pub(crate) mod init;
mod known;
mod late_bar;
pub(crate) mod list;
pub(crate) mod nightly;
pub(crate) mod nodes;
pub(crate) mod numbers;
pub(crate) mod offices;
pub(crate) mod operator;
pub(crate) mod people;
pub(crate) mod quarantine;
mod reason;
pub(crate) mod rebuild_views;
pub(crate) mod rename;
pub(crate) mod replace;
pub(crate) mod restore;
pub(crate) mod revoke;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod verify;
pub(crate) mod wipe;

use std::io::Write as _;
use std::path::Path;

use change_log::DocumentId;
use replica_store::{Reader, Role, StoreError};
use serde_json::Value;
use service_document::TransactionDocument;

use crate::Failure;

/// What a command found: for programs and for people.
#[derive(Debug)]
pub(crate) struct Answer {
    json: Value,
    text: String,
    /// Whether the exit code is 0.
    good: bool,
}

impl Answer {
    /// A good answer.
    pub(crate) const fn new(json: Value, text: String) -> Self {
        Self { json, text, good: true }
    }

    /// An answer that is printed, and yet the exit code is not 0.
    pub(crate) const fn bad(json: Value, text: String) -> Self {
        Self { json, text, good: false }
    }

    /// Prints it and says whether it is good.
    pub(crate) fn print(self, json: bool) -> Result<bool, Failure> {
        let text = if json { format!("{}\n", self.json) } else { self.text };
        match std::io::stdout().write_all(text.as_bytes()) {
            // `sync-server list | head`
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(self.good),
            Err(error) => {
                Err(Failure::machine(format!("the answer could not be written: {error}"), "check the output"))
            }
            Ok(()) => Ok(self.good),
        }
    }
}

/// The hub of a folder, for reading only, while a server may be running on it.
pub(crate) fn open(dir: &Path) -> Result<Reader, Failure> {
    let reader = Reader::open(dir)?;
    if reader.role() != Role::Hub {
        return Err(Failure::state(
            format!("{} holds a node, not a hub", dir.display()),
            "name the hub's folder with --data, or use village-node here",
        ));
    }
    if reader.is_older()? {
        return Err(Failure::state(
            format!("an older program wrote {} last; nothing is wrong with it, and nothing was changed", dir.display()),
            "start `sync-server serve` on it: it brings the folder up to date; then ask again",
        ));
    }
    Ok(reader)
}

/// A transaction, or who to ask when there is none.
pub(crate) fn load(reader: &Reader, id: DocumentId) -> Result<TransactionDocument, Failure> {
    reader.document(id)?.ok_or_else(|| StoreError::NoDocument(id).into())
}

/// A time in WIB, to the minute; a dash for none.
pub(crate) fn time(millis: Option<i64>) -> String {
    let Some(utc) = millis.and_then(chrono::DateTime::from_timestamp_millis) else { return "-".to_owned() };
    let local = utc.naive_utc() + chrono::TimeDelta::hours(7);
    local.format("%Y-%m-%d %H:%M WIB").to_string()
}

/// Lines with their columns below each other.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&title| title.to_owned()).collect();
    let mut widths: Vec<usize> = vec![0; head.len()];
    for row in std::iter::once(&head).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in std::iter::once(&head).chain(rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A NIK with its middle hidden.
pub(crate) fn mask(nik: &str) -> String {
    let count = nik.chars().count();
    nik.chars()
        .enumerate()
        .map(|(index, letter)| if count > 8 && (index < 4 || index + 4 >= count) { letter } else { '•' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_niks_are_masked() {
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec!["long".to_owned(), "c".to_owned()]];
        assert_eq!(table(&["x", "y"], &rows), "x     y\na     b\nlong  c\n");
        assert_eq!(mask("3510014107900001"), "3510••••••••0001");
        assert_eq!(time(Some(0)), "1970-01-01 07:00 WIB");
    }
}
