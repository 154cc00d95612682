//! Where a value stands: from a field path of the model to keys and indexes in the document, and back.

use std::fmt::Write as _;

use automerge::Prop;
use office_model::{FieldPath, OwnValue};
use serde_json::{Map, Value};

use crate::layout::{FIELDS, NUMBER, STATUS};

/// One step down into the document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Segment {
    /// A key of a map.
    Key(String),
    /// An index of a list.
    Index(usize),
}

impl Segment {
    pub(crate) fn key(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<&Segment> for Prop {
    fn from(segment: &Segment) -> Self {
        match segment {
            Segment::Key(key) => Self::Map(key.clone()),
            Segment::Index(index) => Self::Seq(*index),
        }
    }
}

/// What a path can name besides the form's fields.
const RECORD_KEYS: [&str; 2] = [STATUS, NUMBER];
/// Before one of these in a path, where the form has a field of that name as well.
const RECORD: &str = "record";

/// How paths name places in one document. `status` and `number` are the record's own; where its form has a field of
/// that name (the land letter has a `status`), that field has the short name, and the record's is `record.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Names {
    status_in_form: bool,
    number_in_form: bool,
}

impl Names {
    /// The names in a document with this root.
    pub(crate) fn of(root: &Map<String, Value>) -> Self {
        let in_form = |key| root.get(FIELDS).and_then(Value::as_object).is_some_and(|form| form.contains_key(key));
        Self { status_in_form: in_form(STATUS), number_in_form: in_form(NUMBER) }
    }

    fn in_form(self, key: &str) -> bool {
        (key == STATUS && self.status_in_form) || (key == NUMBER && self.number_in_form)
    }

    /// Keys and indexes from the root to what `path` names.
    pub(crate) fn place(self, path: &FieldPath) -> Vec<Segment> {
        let segments = path.segments();
        let record_key = match segments {
            [office_model::Segment::Key(key)] if !self.in_form(key) => Some(key),
            [office_model::Segment::Key(root), office_model::Segment::Key(key)] if root == RECORD => Some(key),
            _ => None,
        };
        if let Some(key) = record_key.filter(|key| RECORD_KEYS.contains(&key.as_str())) {
            return vec![Segment::key(key)];
        }
        let below = segments.iter().map(|segment| match segment {
            office_model::Segment::Key(key) => Segment::key(key),
            office_model::Segment::Index(index) => Segment::Index(*index as usize),
        });
        std::iter::once(Segment::key(FIELDS)).chain(below).collect()
    }

    /// The model's path to the place, if it has one: the form's fields, the status and the number do.
    pub(crate) fn path(self, place: &[Segment]) -> Option<FieldPath> {
        let path: FieldPath = self.text(place).parse().ok()?;
        (self.place(&path) == place).then_some(path)
    }

    /// The place as people write it: `nama`, `anggota[0].nik`; places outside the form keep their root key.
    pub(crate) fn text(self, place: &[Segment]) -> String {
        match place {
            [Segment::Key(key)] if self.in_form(key) => format!("{RECORD}.{key}"),
            _ => text(place),
        }
    }
}

/// Whether this is where the record's status stands, which only steps and settling may change.
pub(crate) fn is_status(place: &[Segment]) -> bool {
    matches!(place, [Segment::Key(key)] if key == STATUS)
}

/// The value of the record itself that stands there.
pub(crate) fn own(place: &[Segment]) -> Option<OwnValue> {
    match place {
        place if is_status(place) => Some(OwnValue::Status),
        place if is_number(place) => Some(OwnValue::Number),
        _ => None,
    }
}

/// Whether this is where the record's number stands.
pub(crate) fn is_number(place: &[Segment]) -> bool {
    matches!(place, [Segment::Key(key)] if key == NUMBER)
}

/// The place as messages show it.
pub(crate) fn text(segments: &[Segment]) -> String {
    let below = match segments.split_first() {
        Some((Segment::Key(key), below)) if key == FIELDS && !below.is_empty() => below,
        _ => segments,
    };
    below.iter().fold(String::new(), |mut text, segment| {
        let _ = match segment {
            Segment::Key(key) if text.is_empty() => write!(text, "{key}"),
            Segment::Key(key) => write!(text, ".{key}"),
            Segment::Index(index) => write!(text, "[{index}]"),
        };
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_to_places_and_back() {
        let names = Names::default();
        for text in ["nama", "ibu.nama", "anggota[2].nik", "status", "number", "status.x"] {
            let path: FieldPath = text.parse().unwrap();
            let place = names.place(&path);
            assert_eq!(names.text(&place), text);
            assert_eq!(names.path(&place), Some(path));
        }
        assert!(is_status(&names.place(&"status".parse().unwrap())));
        assert!(is_status(&names.place(&"record.status".parse().unwrap())));
        assert_eq!(names.path(&[Segment::key("steps"), Segment::Index(0)]), None);
        assert_eq!(names.path(&[Segment::key("priority")]), None);
        assert_eq!(names.path(&[Segment::key(FIELDS)]), None);
    }

    #[test]
    fn a_form_with_a_field_status_keeps_the_short_name() {
        let root = json!({ "status": "draf", "fields": { "status": "tanah negara" } });
        let names = Names::of(root.as_object().unwrap());
        let in_form = [Segment::key(FIELDS), Segment::key(STATUS)];
        assert_eq!(names.place(&"status".parse().unwrap()), in_form);
        assert_eq!(names.text(&in_form), "status");
        let own = [Segment::key(STATUS)];
        assert_eq!(names.place(&"record.status".parse().unwrap()), own);
        assert_eq!(names.path(&own), Some("record.status".parse().unwrap()));
        assert_eq!(names.place(&"number".parse().unwrap()), [Segment::key(NUMBER)]);
    }
}
