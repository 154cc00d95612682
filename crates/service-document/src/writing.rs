//! From JSON into Automerge: whole values, and single edits that touch no more than their path.

use std::collections::BTreeSet;

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, Prop, ROOT, ReadDoc, ScalarValue, Value as Stored};
use office_model::Serial;
use serde_json::{Map, Value};

use crate::error::DocumentError;
use crate::layout::SERIALS;
use crate::limits::DEPTH_MAX;
use crate::path::{self, Segment};

/// Writes the entries of `map` into the (new, empty) object `object`. Nulls are left out: absent is how we say none.
pub(crate) fn fill_map(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    map: &Map<String, Value>,
    depth: usize,
) -> Result<(), DocumentError> {
    for (key, value) in map {
        match value {
            Value::Null => {}
            Value::Object(_) | Value::Array(_) => {
                let child = transaction.put_object(object, key.as_str(), kind_of(value))?;
                fill(transaction, &child, value, depth + 1)?;
            }
            scalar => transaction.put(object, key.as_str(), to_scalar(scalar))?,
        }
    }
    Ok(())
}

fn fill_list(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    list: &[Value],
    depth: usize,
) -> Result<(), DocumentError> {
    for (index, value) in list.iter().enumerate() {
        match value {
            Value::Object(_) | Value::Array(_) => {
                let child = transaction.insert_object(object, index, kind_of(value))?;
                fill(transaction, &child, value, depth + 1)?;
            }
            scalar => transaction.insert(object, index, to_scalar(scalar))?,
        }
    }
    Ok(())
}

/// `depth` is that of `object` itself; the root's is 0.
fn fill(transaction: &mut Transaction<'_>, object: &ObjId, value: &Value, depth: usize) -> Result<(), DocumentError> {
    if depth > DEPTH_MAX {
        return Err(too_deep());
    }
    match value {
        Value::Object(map) => fill_map(transaction, object, map, depth),
        Value::Array(list) => fill_list(transaction, object, list, depth),
        _ => Ok(()),
    }
}

/// Adds a serial to the list of those that the record was given.
pub(crate) fn push_serial(transaction: &mut Transaction<'_>, serial: &Serial) -> Result<(), DocumentError> {
    let list = match transaction.get(ROOT, SERIALS)? {
        Some((Stored::Object(ObjType::List), list)) => list,
        _ => transaction.put_object(ROOT, SERIALS, ObjType::List)?,
    };
    let end = transaction.length(&list);
    Ok(transaction.insert(&list, end, serial.to_string())?)
}

/// Sets what `segments` leads to, and nothing else. Missing groups and lists on the way are made; the index one past
/// the end of a list adds an entry. Null takes the value away. A group given for a group merges: keys not named stay.
/// Nothing is written where the value is already that.
pub(crate) fn set(transaction: &mut Transaction<'_>, segments: &[Segment], value: &Value) -> Result<(), DocumentError> {
    let Some((last, way)) = segments.split_last() else {
        return Err(DocumentError::Path(path::text(segments)));
    };
    let mut object = ROOT;
    for (depth, (segment, next)) in way.iter().zip(segments.iter().skip(1)).enumerate() {
        if depth >= DEPTH_MAX {
            return Err(too_deep());
        }
        let prop = Prop::from(segment);
        object = match (place_in(transaction, &object, segment, segments)?, value) {
            (Place::Held(Stored::Scalar(none), _), Value::Null) if none.is_null() => return Ok(()),
            (Place::Held(Stored::Scalar(none), _), _) if none.is_null() => {
                transaction.put_object(&object, prop, kind_for(next))?
            }
            (Place::Held(Stored::Object(ObjType::Map | ObjType::Table | ObjType::List), id), _) => id,
            (Place::Held(..), _) => return Err(DocumentError::Path(path::text(segments))),
            (Place::Free | Place::End, Value::Null) => return Ok(()),
            (Place::Free, _) => transaction.put_object(&object, prop, kind_for(next))?,
            (Place::End, _) => {
                let end = transaction.length(&object);
                transaction.insert_object(&object, end, kind_for(next))?
            }
        };
    }
    set_here(transaction, &object, last, value, segments)
}

/// What stands at a place.
enum Place {
    /// This value, the shown one where there are several.
    Held(Stored<'static>, ObjId),
    /// Nothing, in a map.
    Free,
    /// The end of a list.
    End,
}

fn place_in(
    transaction: &Transaction<'_>,
    object: &ObjId,
    segment: &Segment,
    segments: &[Segment],
) -> Result<Place, DocumentError> {
    let wrong = || DocumentError::Path(path::text(segments));
    match (transaction.object_type(object)?, segment) {
        (ObjType::Map | ObjType::Table, Segment::Key(key)) if !key.is_empty() => {}
        (ObjType::List, Segment::Index(index)) => {
            let length = transaction.length(object);
            if *index == length {
                return Ok(Place::End);
            }
            if *index > length {
                return Err(wrong());
            }
        }
        _ => return Err(wrong()),
    }
    let held = transaction.get(object, Prop::from(segment))?;
    Ok(held.map_or(Place::Free, |(value, id)| Place::Held(value.into_owned(), id)))
}

fn kind_for(next: &Segment) -> ObjType {
    match next {
        Segment::Key(_) => ObjType::Map,
        Segment::Index(_) => ObjType::List,
    }
}

fn too_deep() -> DocumentError {
    DocumentError::TooLarge(format!("objects nest deeper than {DEPTH_MAX}"))
}

fn set_here(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    last: &Segment,
    value: &Value,
    segments: &[Segment],
) -> Result<(), DocumentError> {
    let prop = Prop::from(last);
    let depth = segments.len();
    let here = match place_in(transaction, object, last, segments)? {
        Place::Held(value, id) => Some((value, id)),
        Place::Free => None,
        Place::End => return insert_at_end(transaction, object, value, depth),
    };
    let contested = transaction.get_all(object, prop.clone())?.len() > 1;
    match (value, here) {
        (Value::Null, None) => Ok(()),
        (Value::Null, Some(here)) => take_away(transaction, object, prop, here),
        (Value::Object(map), Some((Stored::Object(ObjType::Map), id))) if !contested => {
            for (key, value) in map {
                let mut below = segments.to_vec();
                below.push(Segment::Key(key.clone()));
                set_here(transaction, &id, &Segment::Key(key.clone()), value, &below)?;
            }
            Ok(())
        }
        (Value::String(text), Some((Stored::Object(ObjType::Text), id))) if !contested => {
            Ok(transaction.update_text(&id, text)?)
        }
        // Where two emptied a list and filled it in again, both are in it.
        (Value::Array(entries), Some((Stored::Object(ObjType::List), id)))
            if !contested && transaction.length(&id) == 0 =>
        {
            fill_list(transaction, &id, entries, depth)
        }
        (Value::Object(_) | Value::Array(_), here) => {
            let same = match here {
                Some((Stored::Object(_), id)) if !contested => same_list(transaction, &id, value)?,
                _ => false,
            };
            if same {
                return Ok(());
            }
            let child = transaction.put_object(object, prop, kind_of(value))?;
            fill(transaction, &child, value, depth)
        }
        (scalar, _) => put(transaction, object, prop, to_scalar(scalar)),
    }
}

/// Takes a value away. In a map below the root, null is put in its place: whatever somebody else sets at the same time wins over
/// a deletion, and nobody would hear that the two differ. Groups and lists lose what is in them one by one, for what is set in them or
/// added to them meanwhile.
fn take_away(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    prop: Prop,
    (value, id): (Stored<'_>, ObjId),
) -> Result<(), DocumentError> {
    let all = transaction.get_all(object, prop.clone())?.len();
    match (&prop, value) {
        (Prop::Seq(_), _) => Ok(transaction.delete(object, prop)?),
        (Prop::Map(_), _) if *object == ROOT => Ok(transaction.delete(object, prop)?),
        (Prop::Map(_), Stored::Object(ObjType::Map)) if all == 1 => {
            let keys: Vec<String> = transaction.keys(&id).collect();
            for key in keys {
                if let Some(held) = transaction.get(&id, key.as_str())? {
                    let held = (held.0.into_owned(), held.1);
                    take_away(transaction, &id, Prop::Map(key), held)?;
                }
            }
            Ok(())
        }
        (Prop::Map(_), Stored::Object(ObjType::List)) if all == 1 => {
            for index in (0..transaction.length(&id)).rev() {
                transaction.delete(&id, index)?;
            }
            Ok(())
        }
        (Prop::Map(_), Stored::Scalar(none)) if all == 1 && none.is_null() => Ok(()),
        (Prop::Map(_), _) => put(transaction, object, prop, ScalarValue::Null),
    }
}

/// Sets a plain value. Whoever settles for the value that is shown sets it, too: Automerge 0.12 would only take the others away,
/// and somebody who chose another one at the same time would win without anybody hearing of it.
pub(crate) fn put(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    prop: Prop,
    value: ScalarValue,
) -> Result<(), DocumentError> {
    let all = transaction.get_all(object, prop.clone())?;
    let is_shown = matches!(all.last(), Some((Stored::Scalar(shown), _)) if **shown == value);
    if all.len() > 1 && is_shown {
        let other = if value.is_null() { ScalarValue::Boolean(false) } else { ScalarValue::Null };
        transaction.put(object, prop.clone(), other)?;
    }
    Ok(transaction.put(object, prop, value)?)
}

/// Whether the stored object `id` already holds exactly `value`.
fn same_list(transaction: &Transaction<'_>, id: &ObjId, value: &Value) -> Result<bool, DocumentError> {
    match value {
        Value::Array(list) => {
            if transaction.object_type(id)? != ObjType::List || transaction.length(id) != list.len() {
                return Ok(false);
            }
            for (index, wanted) in list.iter().enumerate() {
                if !same_value(transaction, id, Prop::Seq(index), wanted)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Value::Object(map) => {
            if transaction.object_type(id)? != ObjType::Map {
                return Ok(false);
            }
            let keys = transaction.keys(id).chain(map.keys().cloned()).collect::<BTreeSet<String>>();
            for key in keys {
                let wanted = map.get(&key).unwrap_or(&Value::Null);
                if !same_value(transaction, id, Prop::Map(key), wanted)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn same_value(transaction: &Transaction<'_>, id: &ObjId, prop: Prop, wanted: &Value) -> Result<bool, DocumentError> {
    let mut all = transaction.get_all(id, prop)?;
    let Some((found, child)) = all.pop().filter(|_| all.is_empty()) else {
        return Ok(all.is_empty() && wanted.is_null());
    };
    match (found, wanted) {
        (Stored::Object(_), Value::Object(_) | Value::Array(_)) => same_list(transaction, &child, wanted),
        (Stored::Scalar(scalar), Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            Ok(*scalar == to_scalar(wanted))
        }
        _ => Ok(false),
    }
}

fn insert_at_end(
    transaction: &mut Transaction<'_>,
    list: &ObjId,
    value: &Value,
    depth: usize,
) -> Result<(), DocumentError> {
    let end = transaction.length(list);
    match value {
        Value::Null => Ok(()),
        Value::Object(_) | Value::Array(_) => {
            let child = transaction.insert_object(list, end, kind_of(value))?;
            fill(transaction, &child, value, depth)
        }
        scalar => Ok(transaction.insert(list, end, to_scalar(scalar))?),
    }
}

fn kind_of(value: &Value) -> ObjType {
    if value.is_array() { ObjType::List } else { ObjType::Map }
}

fn to_scalar(value: &Value) -> ScalarValue {
    match value {
        Value::String(text) => ScalarValue::Str(text.as_str().into()),
        Value::Bool(yes) => ScalarValue::Boolean(*yes),
        Value::Number(number) => number
            .as_i64()
            .map(ScalarValue::Int)
            .or_else(|| number.as_u64().map(ScalarValue::Uint))
            .or_else(|| number.as_f64().map(ScalarValue::F64))
            .unwrap_or(ScalarValue::Null),
        Value::Null | Value::Array(_) | Value::Object(_) => ScalarValue::Null,
    }
}
