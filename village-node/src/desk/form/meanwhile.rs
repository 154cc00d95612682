//! Who changed a field of a record while a form of it was open, as the form says it.

use std::collections::BTreeMap;

use change_log::EpochId;
use desk_kit::moments;
use office_model::{Bilingual, FieldPath};
use replica_store::Reader;
use service_document::{HistoryItem, TransactionDocument};

use super::sent_edit::is_list;
use crate::Failure;
use crate::action::machine::{self, Machine};
use crate::action::{now, since_check, since_seen};
use crate::desk::frame::language::Language;
use crate::desk::record::history::{Names, place};

/// What was changed since a form was opened, and what it takes to say by whom.
pub(super) struct Meanwhile<'r> {
    reader: &'r Reader,
    changes: Vec<HistoryItem>,
    machines: BTreeMap<EpochId, Machine>,
    names: Names,
}

impl<'r> Meanwhile<'r> {
    /// `heads`: the changes that the form was made of, as it says them.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn of(reader: &'r Reader, document: &TransactionDocument, heads: &str) -> Result<Self, Failure> {
        let changes = since_seen::since(document, heads);
        let machines = machine::of(reader, document.row().office, &document.history())?;
        Ok(Self { reader, changes, machines, names: Names::of(reader)? })
    }

    /// What is said of a field that became something else.
    pub(super) fn said(&self, path: &FieldPath, value: &str) -> Bilingual {
        let by = self.last_of(path);
        let told = |language: Language, by_whom: &str, and: &str| {
            let one = |item: &&HistoryItem| self.one(item, language);
            let all = by.iter().map(one).collect::<Vec<_>>().join(and);
            if all.is_empty() { all } else { format!(" {by_whom} {all}") }
        };
        let (id, en) = (told(Language::Indonesian, "oleh", " dan "), told(Language::English, "by", " and "));
        Bilingual::new(
            format!(
                "Sementara formulir ini terbuka, isian ini diubah menjadi \"{value}\"{id}. Periksa, lalu simpan lagi."
            ),
            format!("While this form was open, this was changed to \"{value}\"{en}. Check it, then save again."),
        )
    }

    /// The changes of this field on which no other one of it builds: several where they were made apart.
    fn last_of(&self, path: &FieldPath) -> Vec<&HistoryItem> {
        let text = path.to_string();
        let is_of = |edited: &str| {
            if is_list(path) { edited.starts_with(path.root()) } else { is_same_or_inside(edited, &text) }
        };
        let all: Vec<&HistoryItem> =
            self.changes.iter().filter(|item| item.changed.iter().any(|edit| is_of(&edit.path))).collect();
        let is_built_on = |item: &&&HistoryItem| {
            all.iter().any(|other| {
                other.hash != item.hash && since_check::seen(&self.changes, [other.hash]).contains(&item.hash)
            })
        };
        all.iter().filter(|item| !is_built_on(item)).copied().collect()
    }

    fn one(&self, item: &HistoryItem, language: Language) -> String {
        let machine = self.machines.get(&item.epoch);
        let who = self.names.of_clerk(&item.clerk, machine.is_some_and(|machine| machine.here));
        let when = moments::short(item.at_millis(), now(self.reader));
        format!("{who} ({when}, {})", place(self.reader, machine, language))
    }
}

/// Whether a change of one place is one of the other: a person is changed as a whole, too.
fn is_same_or_inside(edited: &str, path: &str) -> bool {
    let is_inside = |whole: &str, part: &str| part.strip_prefix(whole).is_some_and(|rest| rest.starts_with('.'));
    edited == path || is_inside(edited, path) || is_inside(path, edited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_changed_as_a_whole_too() {
        assert!(is_same_or_inside("ibu.nama", "ibu.nama") && is_same_or_inside("ibu", "ibu.nama"));
        assert!(!is_same_or_inside("ibu.nik", "ibu.nama") && !is_same_or_inside("nama", "nama_usaha"));
    }
}
