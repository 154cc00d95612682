//! Where a value stands: from a field path of the model to keys and indexes in the document, and back.

use std::fmt::Write as _;

use automerge::Prop;
use office_model::FieldPath;

use crate::error::DocumentError;
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
const ROOT_KEYS: [&str; 2] = [STATUS, NUMBER];

/// Whether the path names where the transaction stands, which only steps and settling may change.
pub(crate) fn is_status(path: &FieldPath) -> bool {
    path.root() == STATUS
}

/// Keys and indexes from the root to what `path` names.
pub(crate) fn segments(path: &FieldPath) -> Result<Vec<Segment>, DocumentError> {
    let mut found = Vec::with_capacity(path.segments().len() + 1);
    if ROOT_KEYS.contains(&path.root()) {
        if path.segments().len() > 1 {
            return Err(DocumentError::Path(path.to_string()));
        }
    } else {
        found.push(Segment::key(FIELDS));
    }
    for segment in path.segments() {
        found.push(match segment {
            office_model::Segment::Key(key) => Segment::key(key),
            office_model::Segment::Index(index) => Segment::Index(*index as usize),
        });
    }
    Ok(found)
}

/// The place as people write it: `nama`, `anggota[0].nik`; places outside the form keep their root key.
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

/// The model's path to the place, if it has one: the form's fields, the status and the number do.
pub(crate) fn field_path(place: &[Segment]) -> Option<FieldPath> {
    let path: FieldPath = text(place).parse().ok()?;
    (segments(&path).ok()? == place).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_places_and_back() {
        for text in ["nama", "ibu.nama", "anggota[2].nik", "status", "number"] {
            let path: FieldPath = text.parse().unwrap();
            let place = segments(&path).unwrap();
            assert_eq!(super::text(&place), text);
            assert_eq!(field_path(&place), Some(path));
        }
        assert_eq!(segments(&"status".parse().unwrap()).unwrap(), [Segment::key("status")]);
        assert!(segments(&"status.x".parse().unwrap()).is_err());
        assert_eq!(field_path(&[Segment::key("steps"), Segment::Index(0)]), None);
        assert_eq!(field_path(&[Segment::key(FIELDS), Segment::key("status")]), None);
    }
}
