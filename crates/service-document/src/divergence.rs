//! Fields with more than one concurrent value: found, shown with who and when, and settled by a person.

use automerge::{Automerge, ChangeHash as StoredHash};
use change_log::{ChangeHash, EpochId};
use office_model::{FieldPath, OwnValue};
use serde::Serialize;
use serde_json::Value;

use crate::error::DocumentError;
use crate::path::{self, Names, Segment};
use crate::reading::{self, Contested, Reading};
use crate::stamp;

/// A field with several concurrent values, all of them kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Divergence {
    /// Which field; `status` where two people moved the transaction apart (`record.status` where its form has a
    /// field of that name).
    pub path: FieldPath,
    /// The value of the record itself that it is; nothing for the fields of its form.
    #[serde(skip)]
    pub own: Option<OwnValue>,
    /// The values that differ; the first is the one shown until a person settles it.
    pub values: Vec<DivergentValue>,
}

/// One of the values, and who gave it.
#[derive(Clone, PartialEq, Serialize)]
pub struct DivergentValue {
    /// The value; null where it was taken away.
    pub value: Value,
    /// Clerk id.
    pub clerk: String,
    /// Device clock, milliseconds since 1970 UTC.
    pub millis: i64,
    /// Hub clock minus device clock in milliseconds, where it was known.
    pub hub_offset_millis: Option<i64>,
    /// The node (its epoch) it was set on.
    pub epoch: EpochId,
    /// The change that set it.
    pub change: ChangeHash,
}

impl DivergentValue {
    /// When that was, by the hub's clock as far as it was known: milliseconds since 1970 UTC.
    pub const fn at_millis(&self) -> i64 {
        stamp::by_hub(self.millis, self.hub_offset_millis)
    }
}

impl std::fmt::Debug for DivergentValue {
    /// Without the value: it may be personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DivergentValue")
            .field("change", &self.change)
            .field("epoch", &self.epoch)
            .field("clerk", &self.clerk)
            .field("millis", &self.millis)
            .finish_non_exhaustive()
    }
}

/// How many fields wait to be settled.
pub(crate) fn count(document: &Automerge, reading: &Reading) -> Result<u32, DocumentError> {
    let names = Names::of(&reading.root);
    let mut count = 0;
    for contested in &reading.contested {
        if names.path(&contested.segments).is_some() && distinct(document, None, contested)?.len() > 1 {
            count += 1;
        }
    }
    Ok(count)
}

/// A place and the different values it has, the shown one first.
pub(crate) type Place = (Vec<Segment>, Vec<Found>);

/// Places with different concurrent values at `heads` (or now).
pub(crate) fn places(
    document: &Automerge,
    heads: Option<&[StoredHash]>,
    reading: &Reading,
) -> Result<Vec<Place>, DocumentError> {
    let mut places = Vec::new();
    for contested in &reading.contested {
        let values = distinct(document, heads, contested)?;
        if values.len() > 1 {
            places.push((contested.segments.clone(), values));
        }
    }
    Ok(places)
}

/// A value and the change that set it.
pub(crate) struct Found {
    pub(crate) value: Value,
    change: Option<StoredHash>,
}

/// The different values at a contested place, the shown one first. Two people who entered the same do not differ.
pub(crate) fn distinct(
    document: &Automerge,
    heads: Option<&[StoredHash]>,
    contested: &Contested,
) -> Result<Vec<Found>, DocumentError> {
    let Some(prop) = contested.segments.last() else { return Ok(Vec::new()) };
    let all = reading::all_at(document, heads, &contested.object, prop.into())?;
    let mut found: Vec<Found> = Vec::with_capacity(all.len());
    for (value, id) in all.iter().rev() {
        let value = reading::value_json(document, heads, value, id, contested.segments.len())?;
        if !found.iter().any(|other| other.value == value) {
            found.push(Found { value, change: document.hash_for_opid(id) });
        }
    }
    Ok(found)
}

/// All divergences of a document that the model has a path for, in the order of their paths.
pub(crate) fn list(document: &Automerge) -> Result<Vec<Divergence>, DocumentError> {
    let reading = Reading::of(document, None)?;
    let names = Names::of(&reading.root);
    let mut list = Vec::new();
    for (segments, found) in places(document, None, &reading)? {
        let Some(path) = names.path(&segments) else { continue };
        let values = found.into_iter().filter_map(|found| with_author(document, found)).collect();
        list.push(Divergence { path, own: path::own(&segments), values });
    }
    list.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(list)
}

fn with_author(document: &Automerge, found: Found) -> Option<DivergentValue> {
    let hash = found.change?;
    let meta = document.get_change_meta_by_hash(&hash)?;
    let (clerk, hub_offset_millis) = stamp::parse_message(meta.message.as_deref().unwrap_or_default());
    Some(DivergentValue {
        value: found.value,
        change: ChangeHash(hash.0),
        epoch: EpochId::try_from(meta.actor.to_bytes()).ok()?,
        clerk: clerk.to_owned(),
        millis: meta.timestamp,
        hub_offset_millis,
    })
}
