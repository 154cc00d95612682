//! Doing again what a change did that cannot be part of any document: its number in its log belongs to another one.

use automerge::transaction::Transaction;
use office_model::{FieldPath, Serial, Status};
use serde_json::Value;

use crate::error::DocumentError;
use crate::layout::{FIELDS, SERIALS};
use crate::referral::{GivenAnswer, OfReferral};
use crate::{
    AttachedFile, Authored, HistoryItem, NewTransaction, Stamp, TransactionDocument, attached_file, path, writing,
};

impl TransactionDocument {
    /// What somebody would have to record to make this document's first change again.
    ///
    /// # Errors
    ///
    /// When it has no form.
    pub fn as_new(&self) -> Result<NewTransaction, DocumentError> {
        let row = self.row();
        let json = self.to_json();
        let fields = json.get(FIELDS).and_then(Value::as_object).cloned();
        Ok(NewTransaction {
            office: row.office,
            service: row.service,
            catalogue_version: row.catalogue,
            fields: fields.ok_or_else(|| DocumentError::Unreadable("the document has no `fields`".to_owned()))?,
            number: row.number.clone(),
            serials: json.get(SERIALS).is_some().then(|| row.serials.clone()),
        })
    }

    /// Does here what a change did to the same document: its step, then its edits. Nothing where all was so already.
    ///
    /// # Errors
    ///
    /// As [`TransactionDocument::step`] and [`TransactionDocument::edit`]. The document may have half of it then.
    pub fn repeat(&mut self, done: &HistoryItem, stamp: &Stamp) -> Result<Vec<Authored>, DocumentError> {
        let names = self.names();
        let (mut edits, mut step, mut serials, mut files) = (Vec::new(), None, Vec::new(), Vec::new());
        let mut referred = Vec::new();
        for edited in &done.changed {
            if is_serial(&edited.path) {
                serials.extend(edited.to.as_ref().and_then(Value::as_str).and_then(|text| text.parse::<Serial>().ok()));
                continue;
            }
            if let Some(hash) = attached_file::hash_of_key(&edited.path) {
                files.push((hash, edited.to.as_ref().and_then(|to| AttachedFile::of_entry(&edited.path, to))));
                continue;
            }
            if let Some(of_referral) = OfReferral::of_key(&edited.path) {
                referred.push((of_referral, edited.to.as_ref().and_then(Value::as_str).unwrap_or_default()));
                continue;
            }
            let path: FieldPath = edited.path.parse().map_err(|_| DocumentError::Path(edited.path.clone()))?;
            let to = edited.to.clone().unwrap_or_default();
            if path::is_status(&names.place(&path)) {
                step = to.as_str().map(str::to_owned);
            } else {
                edits.push((path, to));
            }
        }
        let mut authored = Vec::new();
        if let Some(word) = step.filter(|word| *word != self.row().status) {
            let to: Status = word.parse().map_err(|_| DocumentError::UnknownStatus(word.clone()))?;
            authored.push(self.step(to, done.why.as_deref(), stamp)?);
        }
        authored.extend(self.edit(&edits, stamp)?);
        serials.retain(|serial| !self.row().serials.contains(serial));
        let push = |transaction: &mut Transaction<'_>| {
            serials.iter().try_for_each(|serial| writing::push_serial(transaction, serial))
        };
        authored.extend(self.commit(stamp, push)?);
        for (hash, file) in files {
            authored.extend(match file {
                Some(file) => self.attach(&file, stamp)?,
                None => self.detach(hash, stamp)?,
            });
        }
        for (of_referral, text) in referred {
            authored.extend(match of_referral {
                OfReferral::Asked(office) => self.refer(&[(office, text)], stamp)?,
                // Of what is no answer nothing is to be done again.
                OfReferral::Answered(office) => match GivenAnswer::from_text(text) {
                    Some(given) => self.answer(office, given.answer, given.why.as_deref(), stamp)?,
                    None => None,
                },
            });
        }
        Ok(authored)
    }
}

/// Whether a path of the history is that of a serial that was given.
fn is_serial(path: &str) -> bool {
    path.strip_prefix(SERIALS).is_some_and(|rest| rest.starts_with('['))
}
