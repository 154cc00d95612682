//! Lists of what waits for somebody: one list for each status in which it does, by its index, put together.

use change_log::DocumentId;
use office_model::{Awaited, Status};

use crate::documents::document;
use crate::views::list::{ListFilter, Page};
use crate::views::rows::ListedTransaction;
use crate::{Reader, StoreError};

impl ListFilter {
    /// The filters that together show what this one does, each of one status at most; nothing where it does not ask for
    /// whom records wait. No record is let through by two of them.
    pub(crate) fn parts(&self) -> Option<Vec<Self>> {
        let awaited = self.awaited?;
        let rest = Self { awaited: None, ..self.clone() };
        if awaited == Awaited::ReferredOffice {
            return Some(vec![Self { waits_for_answer: Some(true), ..rest }]);
        }
        let asked = |status: &Status| self.status.as_ref().is_none_or(|word| word == status.as_str());
        let part = |status: Status| Self {
            status: Some(status.as_str().to_owned()),
            // What was handed over may still wait for an answer; what was refused or cancelled does not.
            waits_for_answer: if status == Status::Selesai { Some(false) } else { rest.waits_for_answer },
            ..rest.clone()
        };
        Some(awaited.statuses().filter(asked).map(part).collect())
    }
}

impl Reader {
    /// The first rows of several lists together. None of them has a row of another one.
    pub(crate) fn together(
        &self,
        parts: &[ListFilter],
        page: Page,
        list: impl Fn(&ListFilter) -> Result<Vec<ListedTransaction>, StoreError>,
    ) -> Result<Vec<ListedTransaction>, StoreError> {
        if let [part] = parts {
            return list(part);
        }
        let place = |id: DocumentId| document::find(&self.connection, id).map(|found| found.unwrap_or_default().0);
        let mut all = Vec::new();
        for part in parts {
            for row in list(part)? {
                all.push((place(row.document)?, row));
            }
        }
        all.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
        all.truncate(page.count);
        Ok(all.into_iter().map(|(_, row)| row).collect())
    }
}
