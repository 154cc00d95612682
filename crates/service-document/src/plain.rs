//! Documents whose changes can be told without the library: they follow one another in one line, and all they do is set,
//! add and remove plain values, written as the library itself writes them.
//!
//! Nearly all documents are so, and what they make is told here in a tenth of a trial's time, by code that cannot panic.
//! Whatever is in any way unusual is left to the trial: a plain document is one that the trial would pass, with the same
//! row, and the tests compare the two.

use std::collections::BTreeMap;

use change_log::leb::Reader;
use change_log::{EpochId, Key, Operation, OperationId, RawChange, read_operations, write_operations};
use office_model::Status;
use serde_json::{Map, Value};

use crate::layout::{SERIALS, STATUS, STEP_FROM, STEP_TO, STEPS};
use crate::limits::DEPTH_MAX;
use crate::reading;
use crate::row::{self, DocumentRow, Span};
use crate::signature::SignedPaper;
use crate::signing;

/// What operations do, by their numbers in the format.
mod action {
    pub(super) const MAKE_MAP: u64 = 0;
    pub(super) const SET: u64 = 1;
    pub(super) const MAKE_LIST: u64 = 2;
    pub(super) const DELETE: u64 = 3;
}

/// Longer lists are left to the trial: finding a place in them takes time.
const LIST_MAX: usize = 256;

/// The row of the document that these changes make; none when they are not plain, or make no document of ours.
pub(crate) fn row(raws: &[&[u8]]) -> Option<DocumentRow> {
    let (document, changes) = follow(raws, |_, _| Some(()))?;
    document.row(&changes)
}

/// The paper of a record that was signed once, as it stood then; none when its changes are not plain, or it was signed not at
/// all or several times.
pub(crate) fn paper(raws: &[&[u8]]) -> Option<SignedPaper> {
    let mut status = String::new();
    let (mut papers, mut handed_millis) = (Vec::new(), None);
    follow(raws, |document, changes| {
        let root = document.objects.get(&ROOT)?;
        let Content::Map(map) = &root.content else { return None };
        let Held::Value(Value::String(now)) = &map.get(STATUS)?.held else { return None };
        if *now != status && now == Status::Ditandatangani.as_str() {
            let DocumentRow::Transaction(row) = document.row(changes)? else { return None };
            let signed_millis = row.changed_millis;
            papers.push(SignedPaper { name: row.name, number: row.number, signed_millis, handed_millis: None });
        }
        if *now != status && now == Status::Selesai.as_str() {
            handed_millis = changes.last().map(|change| row::at_millis(change.millis, change.message));
        }
        status.clone_from(now);
        Some(())
    })?;
    let paper = papers.pop()?;
    papers.is_empty().then_some(SignedPaper { handed_millis, ..paper })
}

/// Takes all changes, the first one first, and shows the document after each; none when one of them is not plain.
fn follow<'a>(
    raws: &[&'a [u8]],
    mut after_each: impl FnMut(&Plain, &[RawChange<'a>]) -> Option<()>,
) -> Option<(Plain, Vec<RawChange<'a>>)> {
    let mut changes = raws.iter().map(|raw| RawChange::parse(raw).ok()).collect::<Option<Vec<_>>>()?;
    changes.sort_by_key(|change| change.start_op);
    let mut document = Plain::default();
    let mut before: &[RawChange<'_>] = &[];
    for (at, change) in changes.iter().enumerate() {
        if !follows(change, before) {
            return None;
        }
        document.take(change)?;
        before = changes.get(..=at)?;
        after_each(&document, before)?;
    }
    Some((document, changes))
}

/// Whether a change builds on the last one of those before it. The library names its author's own last one as well.
fn follows(change: &RawChange<'_>, before: &[RawChange<'_>]) -> bool {
    let last = before.last().map(|last| last.hash);
    let own = before.iter().rfind(|earlier| earlier.actor == change.actor).map(|own| own.hash);
    let mut wanted: Vec<_> = last.into_iter().chain(own).collect();
    wanted.sort_unstable();
    wanted.dedup();
    change.dependencies == wanted
}

/// Operations of one line of changes have numbers of their own, so a number names one; the root is 0.
type Number = u64;
const ROOT: Number = 0;

/// The document as it stands after the changes taken.
struct Plain {
    /// Who made each operation, by its number less one.
    makers: Vec<EpochId>,
    /// The objects that can be reached, by the operation that made them.
    objects: BTreeMap<Number, Object>,
}

struct Object {
    depth: usize,
    content: Content,
}

enum Content {
    Map(BTreeMap<String, Slot>),
    List(Vec<(Number, Slot)>),
}

/// What stands at a place, and which operation put it there.
struct Slot {
    by: Number,
    held: Held,
}

enum Held {
    Value(Value),
    Object(Number),
}

impl Default for Plain {
    fn default() -> Self {
        let root = Object { depth: 0, content: Content::Map(BTreeMap::new()) };
        Self { makers: Vec::new(), objects: BTreeMap::from([(ROOT, root)]) }
    }
}

impl Plain {
    /// The row that it gives after these changes, which are all that it took.
    fn row(&self, changes: &[RawChange<'_>]) -> Option<DocumentRow> {
        let root = self.map_json(self.objects.get(&ROOT)?)?;
        let signings = self.signing_steps().unwrap_or_default();
        let serials = self.serials().unwrap_or_default();
        // Whether papers differ, and which serial is the number's, is left to the library.
        if signings.len() > 1 || serials.len() > 1 {
            return None;
        }
        let span = Span {
            first: changes.first().map(|change| (change.millis, change.message))?,
            last: changes.last().map(|change| (change.millis, change.message))?,
            changes: changes.len(),
            signed_millis: signings.first().and_then(|step| set_millis(changes, *step)),
            two_papers: false,
            serial_millis: serials.first().and_then(|serial| set_millis(changes, *serial)),
        };
        row::of_root(&root, &span, 0).ok()
    }

    /// The steps that sign, as [`signing::steps`] tells them.
    fn signing_steps(&self) -> Option<Vec<Number>> {
        let Content::Map(map) = &self.objects.get(&ROOT)?.content else { return None };
        let Held::Object(steps) = map.get(STEPS)?.held else { return None };
        let Content::List(steps) = &self.objects.get(&steps)?.content else { return None };
        let signing = steps.iter().filter_map(|(_, slot)| {
            let Held::Object(step) = slot.held else { return None };
            let Content::Map(map) = &self.objects.get(&step)?.content else { return None };
            let word = |key: &str| match &map.get(key)?.held {
                Held::Value(word) => word.as_str(),
                Held::Object(_) => None,
            };
            signing::signs(word(STEP_FROM), word(STEP_TO)).then_some(step)
        });
        Some(signing.collect())
    }

    /// What set each serial, as [`numbering::given_millis`] takes them.
    fn serials(&self) -> Option<Vec<Number>> {
        let Content::Map(map) = &self.objects.get(&ROOT)?.content else { return None };
        let Held::Object(serials) = map.get(SERIALS)?.held else { return None };
        let Content::List(serials) = &self.objects.get(&serials)?.content else { return None };
        Some(serials.iter().map(|(_, slot)| slot.by).collect())
    }

    /// Takes a change; none when it is not plain (the document is of no use then).
    fn take(&mut self, change: &RawChange<'_>) -> Option<()> {
        let operations = read_operations(change).ok()?;
        if operations.is_empty()
            || change.start_op != self.next()
            || !change.extra.is_empty()
            || !is_canonical(change, &operations)
        {
            return None;
        }
        let actors: Vec<EpochId> = std::iter::once(change.actor).chain(change.other_actors.iter().copied()).collect();
        operations.iter().try_for_each(|operation| self.apply(operation, &actors))
    }

    /// The number of the operation that comes next.
    fn next(&self) -> Number {
        self.makers.len() as u64 + 1
    }

    /// The number of an operation that is there and is by whom it is said to be by.
    fn number(&self, id: OperationId, actors: &[EpochId]) -> Option<Number> {
        let place = usize::try_from(id.counter.checked_sub(1)?).ok()?;
        (self.makers.get(place)? == actors.get(id.actor)?).then_some(id.counter)
    }

    fn apply(&mut self, operation: &Operation<'_>, actors: &[EpochId]) -> Option<()> {
        let number = self.next();
        let object = operation.object.map_or(Some(ROOT), |id| self.number(id, actors))?;
        let overwritten = match operation.predecessors.as_slice() {
            [] => None,
            [only] => Some(self.number(*only, actors)?),
            _ => return None,
        };
        let element = match operation.key {
            Key::Element(id) => Some(self.number(id, actors)?),
            Key::Map(_) | Key::Head => None,
        };
        let depth = self.objects.get(&object)?.depth + 1;
        let made = match operation.action {
            action::MAKE_MAP => Some(Content::Map(BTreeMap::new())),
            action::MAKE_LIST => Some(Content::List(Vec::new())),
            _ => None,
        };
        let held = match (&made, operation.action) {
            (Some(_), _) if depth <= DEPTH_MAX && is_without_value(operation) => Some(Held::Object(number)),
            (None, action::SET) => Some(Held::Value(value(operation)?)),
            (None, action::DELETE) if overwritten.is_some() && is_without_value(operation) => None,
            _ => return None,
        };
        let slot = held.map(|held| Slot { by: number, held });
        let before = match (&mut self.objects.get_mut(&object)?.content, operation.key) {
            (Content::Map(map), Key::Map(key)) if !operation.insert && !key.is_empty() => {
                if map.get(key).map(|there| there.by) != overwritten {
                    return None;
                }
                match slot {
                    Some(slot) => map.insert(key.to_owned(), slot),
                    None => map.remove(key),
                }
            }
            (Content::List(list), Key::Head | Key::Element(_))
                if operation.insert && overwritten.is_none() && list.len() < LIST_MAX =>
            {
                let place = match element {
                    Some(element) => list.iter().position(|(id, _)| *id == element)? + 1,
                    None => 0,
                };
                list.insert(place, (number, slot?));
                None
            }
            (Content::List(list), Key::Element(_)) if !operation.insert => {
                let place = list.iter().position(|(id, slot)| Some(*id) == element && Some(slot.by) == overwritten)?;
                match slot {
                    Some(slot) => Some(std::mem::replace(&mut list.get_mut(place)?.1, slot)),
                    None => Some(list.remove(place).1),
                }
            }
            _ => return None,
        };
        if let Some(Slot { held: Held::Object(gone), .. }) = before {
            self.objects.remove(&gone);
        }
        if let Some(content) = made {
            self.objects.insert(number, Object { depth, content });
        }
        self.makers.push(*actors.first()?);
        Some(())
    }

    fn map_json(&self, object: &Object) -> Option<Map<String, Value>> {
        let Content::Map(map) = &object.content else { return None };
        let all = map.iter().map(|(key, slot)| Some((key.clone(), self.json(slot)?)));
        let is_there = |one: &Option<(String, Value)>| {
            one.as_ref().is_none_or(|(_, value)| !reading::is_none(value, object.depth))
        };
        all.filter(is_there).collect()
    }

    fn json(&self, slot: &Slot) -> Option<Value> {
        let object = match &slot.held {
            Held::Value(value) => return Some(value.clone()),
            Held::Object(number) => self.objects.get(number)?,
        };
        match &object.content {
            Content::Map(_) => self.map_json(object).map(Value::Object),
            Content::List(list) => {
                list.iter().map(|(_, slot)| self.json(slot)).collect::<Option<_>>().map(Value::Array)
            }
        }
    }
}

/// When the change was made, one of a line, that an operation is in.
fn set_millis(changes: &[RawChange<'_>], operation: Number) -> Option<i64> {
    let holder = changes.get(changes.partition_point(|change| change.start_op <= operation).checked_sub(1)?)?;
    Some(row::at_millis(holder.millis, holder.message))
}

const fn is_without_value(operation: &Operation<'_>) -> bool {
    operation.value_kind == 0 && operation.value.is_empty()
}

/// The value that an operation sets, if it is of a kind that our own programs write.
fn value(operation: &Operation<'_>) -> Option<Value> {
    let mut reader = Reader::new(operation.value);
    let value = match operation.value_kind {
        0 => Value::Null,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => Value::from(reader.unsigned().ok()?),
        4 => Value::from(reader.signed().ok()?),
        6 => return std::str::from_utf8(operation.value).ok().map(|text| Value::String(text.to_owned())),
        _ => return None,
    };
    reader.is_empty().then_some(value)
}

/// Whether the library would write these operations with the same bytes: then what it loads has the same hash again.
fn is_canonical(change: &RawChange<'_>, operations: &[Operation<'_>]) -> bool {
    let written = write_operations(operations);
    let same = |(column, (spec, bytes)): (&change_log::Column<'_>, &(u32, Vec<u8>))| {
        column.spec == *spec && column.bytes == bytes.as_slice()
    };
    let named = |actor: usize| {
        let is_it = |id: &OperationId| id.actor == actor;
        operations.iter().any(|operation| {
            let element = matches!(&operation.key, Key::Element(id) if is_it(id));
            element || operation.object.as_ref().is_some_and(is_it) || operation.predecessors.iter().any(is_it)
        })
    };
    change.columns.len() == written.len()
        && change.columns.iter().zip(&written).all(same)
        && (1..=change.other_actors.len()).all(named)
}

#[cfg(test)]
mod tests;
