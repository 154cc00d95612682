//! The history of a transaction: every change with who made it, when, and what it changed.

use std::collections::BTreeMap;

use automerge::{Automerge, ChangeHash as StoredHash, ChangeMetadata};
use change_log::{ChangeHash, EpochId};
use office_model::OwnValue;
use serde_json::{Map, Value};

use crate::error::DocumentError;
use crate::layout::{STEP_WHY, STEPS};
use crate::path::{self, Names, Segment};
use crate::reading::Reading;
use crate::{TransactionDocument, divergence, stamp};

/// One change as people read it.
#[derive(Clone, PartialEq)]
pub struct HistoryItem {
    /// The change.
    pub hash: ChangeHash,
    /// The changes it was made on top of. Two items of which neither builds on the other were made apart.
    pub after: Vec<ChangeHash>,
    /// The node (its epoch) it was made on.
    pub epoch: EpochId,
    /// Clerk id.
    pub clerk: String,
    /// Device clock, milliseconds since 1970 UTC.
    pub millis: i64,
    /// Hub clock minus device clock in milliseconds, where it was known.
    pub hub_offset_millis: Option<i64>,
    /// The reason given with a step.
    pub why: Option<String>,
    /// What it changed against what its maker saw. The entry a step adds to `steps` is not repeated here: the
    /// change of `status`, the clerk and the reason say the same.
    pub changed: Vec<Edited>,
}

/// One place a change touched.
#[derive(Clone, PartialEq)]
pub struct Edited {
    /// `nama`, `ibu.nama`, `status`, `steps[2].to`: fields of the form by their field path, other places by root key.
    pub path: String,
    /// The value of the record itself that it is; nothing for its form's fields and all else.
    pub own: Option<OwnValue>,
    /// The value its maker saw, if there was one.
    pub from: Option<Value>,
    /// The value it set; none where it took the value away.
    pub to: Option<Value>,
    /// Whether it settled a divergence: the maker saw several values here, `from` being the one shown.
    pub settled: bool,
}

impl HistoryItem {
    /// When that was, by the hub's clock as far as it was known: milliseconds since 1970 UTC.
    pub const fn at_millis(&self) -> i64 {
        stamp::by_hub(self.millis, self.hub_offset_millis)
    }
}

impl std::fmt::Debug for HistoryItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HistoryItem")
            .field("hash", &self.hash)
            .field("epoch", &self.epoch)
            .field("clerk", &self.clerk)
            .field("millis", &self.millis)
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Edited {
    /// Without the values: they may be personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Edited({})", self.path)
    }
}

impl TransactionDocument {
    /// Every change, causes before effects; the same order on every replica.
    pub fn history(&self) -> Vec<HistoryItem> {
        let mut metas = self.automerge.get_changes_meta(&[]);
        let generations = generations(&metas);
        metas.sort_by_key(|meta| (generations.get(&meta.hash).copied(), meta.start_op, meta.hash));
        metas.iter().filter_map(|meta| item(&self.automerge, meta).ok()).collect()
    }
}

/// If `after` has one step more than `before`, takes the steps out of both and says why it was taken.
fn take_step(before: &mut Map<String, Value>, after: &mut Map<String, Value>) -> Option<String> {
    let earlier = before.get(STEPS)?.as_array()?;
    let (last, rest) = after.get(STEPS)?.as_array()?.split_last()?;
    if rest != earlier {
        return None;
    }
    let why = last.get(STEP_WHY).and_then(Value::as_str).map(str::to_owned);
    before.shift_remove(STEPS);
    after.shift_remove(STEPS);
    why
}

/// For each change the length of the longest way from the first one.
fn generations(metas: &[ChangeMetadata<'_>]) -> BTreeMap<StoredHash, usize> {
    let mut by_number: Vec<&ChangeMetadata<'_>> = metas.iter().collect();
    by_number.sort_by_key(|meta| (meta.start_op, meta.hash));
    let mut generations = BTreeMap::new();
    for meta in by_number {
        let longest = meta.deps.iter().filter_map(|hash| generations.get(hash)).max().copied();
        generations.insert(meta.hash, longest.map_or(0, |longest: usize| longest + 1));
    }
    generations
}

fn item(document: &Automerge, meta: &ChangeMetadata<'_>) -> Result<HistoryItem, DocumentError> {
    let mut before = Reading::of(document, Some(&meta.deps))?;
    let mut after = Reading::of(document, Some(&[meta.hash]))?;
    let why = take_step(&mut before.root, &mut after.root);
    let names = Names::of(&after.root);
    let mut comparison = Comparison { names, place: Vec::new(), changed: Vec::new() };
    comparison.maps(&before.root, &after.root);
    let mut changed = comparison.changed;
    let open = divergence::places(document, Some(&[meta.hash]), &after)?;
    for (place, found) in divergence::places(document, Some(&meta.deps), &before)? {
        if open.iter().any(|(other, _)| *other == place) {
            continue;
        }
        let path = names.text(&place);
        if let Some(edited) = changed.iter_mut().find(|edited| edited.path == path) {
            edited.settled = true;
        } else {
            let shown = found.into_iter().next().map(|found| found.value).filter(|value| !value.is_null());
            changed.push(Edited { path, own: path::own(&place), from: shown.clone(), to: shown, settled: true });
        }
    }
    let (clerk, hub_offset_millis) = stamp::parse_message(meta.message.as_deref().unwrap_or_default());
    let mut deps: Vec<ChangeHash> = meta.deps.iter().map(|hash| ChangeHash(hash.0)).collect();
    deps.sort_unstable();
    Ok(HistoryItem {
        hash: ChangeHash(meta.hash.0),
        after: deps,
        epoch: EpochId::try_from(meta.actor.to_bytes())
            .map_err(|_| DocumentError::Unreadable("an actor of another length".to_owned()))?,
        clerk: clerk.to_owned(),
        millis: meta.timestamp,
        hub_offset_millis,
        why,
        changed,
    })
}

struct Comparison {
    names: Names,
    place: Vec<Segment>,
    changed: Vec<Edited>,
}

impl Comparison {
    fn maps(&mut self, before: &Map<String, Value>, after: &Map<String, Value>) {
        for (key, from) in before {
            self.below(Segment::key(key), Some(from), after.get(key));
        }
        for (key, to) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            self.below(Segment::key(key), None, Some(to));
        }
    }

    fn lists(&mut self, before: &[Value], after: &[Value]) {
        for index in 0..before.len().max(after.len()) {
            self.below(Segment::Index(index), before.get(index), after.get(index));
        }
    }

    fn below(&mut self, segment: Segment, from: Option<&Value>, to: Option<&Value>) {
        let is_entry = matches!(segment, Segment::Index(_));
        self.place.push(segment);
        match (from, to) {
            (from, to) if from == to => {}
            (Some(Value::Object(from)), Some(Value::Object(to))) => self.maps(from, to),
            (None, Some(Value::Object(to))) if !to.is_empty() => self.maps(&Map::new(), to),
            // An entry that left a list is told whole, a group that was emptied by what it lost.
            (Some(Value::Object(from)), None) if !is_entry && !from.is_empty() => self.maps(from, &Map::new()),
            (Some(Value::Array(from)), Some(Value::Array(to))) => self.lists(from, to),
            (None, Some(Value::Array(to))) if !to.is_empty() => self.lists(&[], to),
            (from, to) => {
                let path = self.names.text(&self.place);
                let own = path::own(&self.place);
                self.changed.push(Edited { path, own, from: from.cloned(), to: to.cloned(), settled: false });
            }
        }
        self.place.pop();
    }
}
