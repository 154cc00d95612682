//! Records that hold nothing of the citizen who brought them, because that citizen asked for it.
//!
//! The word of the catalogue is one field: a service that has it may be asked for by somebody who stays unknown. Nothing is
//! hidden then: what could name the citizen is not taken in the first place, so that no list, no hub and no history has it.

use serde_json::{Map, Value};

use crate::bilingual::Bilingual;
use crate::catalogue::Catalogue;
use crate::check::{boolean, is_blank};
use crate::fault::{Fault, FaultCode};
use crate::field::{Field, FieldKind};
use crate::field_path::{FieldPath, Segment};
use crate::service::Service;

/// The yes or no by which a citizen asks for it.
const KEY: &str = "anonim";

/// Whether the fields of a record say that its citizen stays unknown, whatever its service: what nobody has to look up.
pub fn says_anonymous(fields: &Map<String, Value>) -> bool {
    fields.get(KEY).is_some_and(is_yes)
}

impl Service {
    /// The field by which a citizen stays unknown; nothing where the service has none.
    pub fn anonymity(&self) -> Option<&Field> {
        self.field(KEY).filter(|field| matches!(field.kind, FieldKind::Bool))
    }

    /// What stands in the place of the name where a record has none; nothing where every record of the service has one.
    pub fn unnamed(&self) -> Option<Bilingual> {
        self.anonymity().map(|_| Bilingual::new("Anonim", "Anonymous"))
    }

    /// Whether a record, or a form, says that its citizen stays unknown.
    pub fn is_anonymous(&self, record: &Map<String, Value>) -> bool {
        self.anonymity().is_some() && says_anonymous(record)
    }
}

impl Catalogue {
    /// Whether a record that has become anonymous held something of its citizen before: its history does for ever.
    pub fn is_known_from_before(
        &self,
        service: &Service,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> bool {
        let held = |field: &Field| before.get(&field.key).is_some_and(|value| !is_blank(value));
        service.is_anonymous(after) && self.citizen_fields().iter().any(held)
    }

    /// The citizen's fields that have to be left out of such a record: all, or none.
    pub(crate) fn barred(&self, service: &Service, record: &Map<String, Value>) -> &[Field] {
        if service.is_anonymous(record) { self.citizen_fields() } else { &[] }
    }
}

/// Whether a value of that field says so, in any way in which it may be written.
fn is_yes(value: &Value) -> bool {
    boolean(value) == Ok(true)
}

/// Whether that is one of these fields, and nothing inside or beside it.
pub(crate) fn is_one_of(fields: &[Field], path: &FieldPath) -> bool {
    matches!(path.segments(), [Segment::Key(key)] if fields.iter().any(|field| field.key == *key))
}

/// Why something of the citizen is not taken.
pub(crate) fn held_back(service: &Service, field: &Field) -> Fault {
    let asked = service.anonymity().map_or(&field.label, |asked| &asked.label);
    Fault::new(
        FaultCode::NotAnonymous,
        format!(
            "Pengaduan anonim tidak menyimpan {}. Kosongkan, atau pilih Tidak pada \"{}\".",
            field.label.id, asked.id
        ),
        format!(
            "An anonymous record does not keep this: {}. Clear it, or choose No at \"{}\".",
            field.label.en, asked.en
        ),
    )
}
