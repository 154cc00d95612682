//! Out of Automerge into JSON, at any point of the document's history, with depth checked on the way down.

use automerge::{
    Automerge, ChangeHash, ObjId, ObjType, Prop, ROOT, ReadDoc, ScalarValue, ScalarValueRef, Value as Stored, ValueRef,
};
use data_encoding::HEXLOWER;
use serde_json::{Map, Value};

use crate::error::DocumentError;
use crate::limits::DEPTH_MAX;
use crate::path::Segment;

/// A place where concurrent changes left more than one value.
#[derive(Debug, Clone)]
pub(crate) struct Contested {
    /// From the root to the place.
    pub(crate) segments: Vec<Segment>,
    /// The map or list it is in.
    pub(crate) object: ObjId,
}

/// The whole document as it stood at one moment.
pub(crate) struct Reading {
    /// All values; where several are concurrent, the one Automerge shows.
    pub(crate) root: Map<String, Value>,
    /// The places with several values (they may be equal ones).
    pub(crate) contested: Vec<Contested>,
}

impl Reading {
    /// Reads the document at `heads`, or as it is now.
    pub(crate) fn of(document: &Automerge, heads: Option<&[ChangeHash]>) -> Result<Self, DocumentError> {
        let mut reader = Reader { document, heads, contested: Vec::new(), place: Vec::new() };
        let root = reader.map(&ROOT, 0)?;
        Ok(Self { root, contested: reader.contested })
    }
}

/// One stored value, objects included, as JSON.
pub(crate) fn value_json(
    document: &Automerge,
    heads: Option<&[ChangeHash]>,
    value: &Stored<'_>,
    id: &ObjId,
    depth: usize,
) -> Result<Value, DocumentError> {
    match value {
        Stored::Object(kind) => {
            let mut reader = Reader { document, heads, contested: Vec::new(), place: Vec::new() };
            reader.object(id, *kind, depth)
        }
        Stored::Scalar(scalar) => Ok(owned_scalar_json(scalar)),
    }
}

struct Reader<'a> {
    document: &'a Automerge,
    heads: Option<&'a [ChangeHash]>,
    contested: Vec<Contested>,
    place: Vec<Segment>,
}

impl Reader<'_> {
    fn map(&mut self, object: &ObjId, depth: usize) -> Result<Map<String, Value>, DocumentError> {
        let document = self.document;
        let items = match self.heads {
            Some(heads) => document.map_range_at(object, .., heads),
            None => document.map_range(object, ..),
        };
        let mut map = Map::new();
        for item in items {
            let id = matches!(item.value, ValueRef::Object(_)).then(|| item.id());
            self.place.push(Segment::Key(item.key.to_string()));
            let value = self.item(object, &item.value, id, item.conflict, depth)?;
            self.place.pop();
            if !is_none(&value, depth) {
                map.insert(item.key.into_owned(), value);
            }
        }
        Ok(map)
    }

    fn list(&mut self, object: &ObjId, depth: usize) -> Result<Vec<Value>, DocumentError> {
        let document = self.document;
        let items = match self.heads {
            Some(heads) => document.list_range_at(object, .., heads),
            None => document.list_range(object, ..),
        };
        let mut list = Vec::new();
        for item in items {
            let id = matches!(item.value, ValueRef::Object(_)).then(|| item.id());
            self.place.push(Segment::Index(item.index));
            list.push(self.item(object, &item.value, id, item.conflict, depth)?);
            self.place.pop();
        }
        Ok(list)
    }

    fn item(
        &mut self,
        parent: &ObjId,
        value: &ValueRef<'_>,
        id: Option<ObjId>,
        conflict: bool,
        depth: usize,
    ) -> Result<Value, DocumentError> {
        if conflict {
            self.contested.push(Contested { segments: self.place.clone(), object: parent.clone() });
        }
        match (value, id) {
            (ValueRef::Object(kind), Some(id)) => self.object(&id, *kind, depth + 1),
            (ValueRef::Object(_), None) => Ok(Value::Null),
            (ValueRef::Scalar(scalar), _) => Ok(scalar_json(scalar)),
        }
    }

    fn object(&mut self, id: &ObjId, kind: ObjType, depth: usize) -> Result<Value, DocumentError> {
        if depth > DEPTH_MAX {
            return Err(DocumentError::TooLarge(format!("objects nest deeper than {DEPTH_MAX}")));
        }
        Ok(match kind {
            ObjType::Map | ObjType::Table => Value::Object(self.map(id, depth)?),
            ObjType::List => Value::Array(self.list(id, depth)?),
            ObjType::Text => Value::String(match self.heads {
                Some(heads) => self.document.text_at(id, heads)?,
                None => self.document.text(id)?,
            }),
        })
    }
}

/// Whether a value in a map of this depth says that there is none: it was taken away, or is a group or a list with nothing left in it.
/// In the root every key says something.
pub(crate) fn is_none(value: &Value, depth: usize) -> bool {
    let is_empty = match value {
        Value::Null => true,
        Value::Object(group) => group.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    is_empty && depth > 0
}

/// All concurrent values at one place, the shown one last (Automerge's order).
pub(crate) fn all_at<'a>(
    document: &'a Automerge,
    heads: Option<&[ChangeHash]>,
    object: &ObjId,
    prop: Prop,
) -> Result<Vec<(Stored<'a>, ObjId)>, DocumentError> {
    Ok(match heads {
        Some(heads) => document.get_all_at(object, prop, heads)?,
        None => document.get_all(object, prop)?,
    })
}

fn scalar_json(scalar: &ScalarValueRef<'_>) -> Value {
    match scalar {
        ScalarValueRef::Str(text) => Value::String(text.to_string()),
        ScalarValueRef::Int(number) | ScalarValueRef::Counter(number) | ScalarValueRef::Timestamp(number) => {
            Value::from(*number)
        }
        ScalarValueRef::Uint(number) => Value::from(*number),
        ScalarValueRef::F64(number) => Value::from(*number),
        ScalarValueRef::Boolean(yes) => Value::from(*yes),
        ScalarValueRef::Bytes(bytes) | ScalarValueRef::Unknown { bytes, .. } => Value::String(hex(bytes)),
        ScalarValueRef::Null => Value::Null,
    }
}

fn owned_scalar_json(scalar: &ScalarValue) -> Value {
    match scalar {
        ScalarValue::Str(text) => Value::String(text.to_string()),
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => Value::from(*number),
        ScalarValue::Uint(number) => Value::from(*number),
        ScalarValue::F64(number) => Value::from(*number),
        ScalarValue::Boolean(yes) => Value::from(*yes),
        ScalarValue::Counter(counter) => Value::from(i64::from(counter)),
        ScalarValue::Bytes(bytes) | ScalarValue::Unknown { bytes, .. } => Value::String(hex(bytes)),
        ScalarValue::Null => Value::Null,
    }
}

/// Bytes have no form in JSON; no field of ours holds any, but a newer version's might.
fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}
