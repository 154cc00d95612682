//! A record that is to be made again, with its values.

use change_log::DocumentId;
use office_model::Service;
use replica_store::Reader;

use crate::Failure;
use crate::action::standing::is_own;
use crate::action::{fields, has_specific};
use crate::desk::form::Typed;

/// A record that is to be made again.
pub(super) struct Again {
    pub(super) id: DocumentId,
    /// All that it says, but what is counted from the day it was made.
    pub(super) typed: Typed,
    pub(super) has_specific: bool,
}

impl Again {
    /// A record of this office and service; nothing where there is no such record.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn of(reader: &Reader, id: &str, service: Option<&Service>) -> Result<Option<Self>, Failure> {
        let (Ok(id), Some(service)) = (id.parse::<DocumentId>(), service) else { return Ok(None) };
        let document = reader.document(id)?.filter(|document| {
            let row = document.row();
            is_own(reader, row.office) && row.service == service.id
        });
        Ok(document.map(|document| {
            let mut fields = fields(&document);
            let has_specific = has_specific(service, &fields);
            for field in service.fields.iter().filter(|field| field.default.is_some()) {
                fields.remove(&field.key);
            }
            Self { id, typed: Typed::of_record(service, &fields).of_form(service), has_specific }
        }))
    }
}
