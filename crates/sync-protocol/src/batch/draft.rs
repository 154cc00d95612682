//! The operations of a change, with every operation they name said as simply as can be: back in the same change, at a
//! place of the change before, or as the change before named it.

use std::sync::Arc;

use change_log::{EpochId, Key, Operation, OperationId, RawChange, read_operations, write_operations};

use super::BatchError;
use super::places::Known;

/// An operation by its epoch and its number there.
pub(super) type Name = (EpochId, u64);

/// What is the same in many operations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Template {
    pub(super) object: Object,
    pub(super) key: KeyForm,
    pub(super) insert: bool,
    pub(super) action: u64,
    pub(super) value_kind: u8,
    pub(super) predecessors: u64,
}

/// Where an operation's object is found: the first way that leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Object {
    /// Made by the operation before.
    JustMade,
    /// The one of the operation before.
    Same,
    /// The one that holds the one of the operation before.
    Parent,
    /// The document's root.
    #[default]
    Root,
    /// Named.
    Named,
}

/// The form of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyForm {
    /// Of a map.
    Map(String),
    /// The front of a list.
    Head,
    /// Behind the element that the operation before put in.
    JustMade,
    /// At or behind an element, named.
    Named,
}

impl Default for KeyForm {
    fn default() -> Self {
        Self::Map(String::new())
    }
}

/// A way to an operation that another one names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// So many operations back in the same change.
    Back(u64),
    /// So many after the first of the change before.
    AfterFirst(u64),
    /// So many before the last of the change before.
    BeforeLast(u64),
    /// As the change before named it, by its number there.
    AsBefore(u64),
    /// Spelled out.
    Spelled(EpochId, u64),
}

/// One operation, drafted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Draft {
    pub(super) template: Arc<Template>,
    /// To object, element, predecessors, as far as they are named, in this order.
    pub(super) ways: Vec<Way>,
    pub(super) value: Vec<u8>,
}

impl Template {
    /// How many operations it names.
    pub(super) fn ways(&self) -> usize {
        let predecessors = usize::try_from(self.predecessors).unwrap_or(usize::MAX);
        let others = usize::from(self.object == Object::Named) + usize::from(self.key == KeyForm::Named);
        predecessors.saturating_add(others)
    }
}

/// The operations that an operation names.
pub(super) fn named_by<'a>(operation: &'a Operation<'_>) -> impl Iterator<Item = OperationId> + use<'a> {
    let element = match operation.key {
        Key::Element(id) => Some(id),
        Key::Map(_) | Key::Head => None,
    };
    operation.object.into_iter().chain(element).chain(operation.predecessors.iter().copied())
}

/// A change's actors, its own first.
fn actors(change: &RawChange<'_>) -> Vec<EpochId> {
    std::iter::once(change.actor).chain(change.other_actors.iter().copied()).collect()
}

/// Drafts the operations of a change; nothing when they are not of the usual form.
pub(super) fn draft(
    change: &RawChange<'_>,
    before: Option<(EpochId, &Known)>,
) -> Result<Option<Vec<Draft>>, BatchError> {
    let Ok(operations) = read_operations(change) else { return Ok(None) };
    let actors = actors(change);
    let name = |id: OperationId| actors.get(id.actor).map(|actor| (*actor, id.counter)).ok_or(BatchError::Malformed);
    let mut walk = Walk::new(change.actor, change.start_op, before);
    operations.iter().map(|operation| walk.draft(operation, name)).collect::<Result<_, _>>().map(Some)
}

/// What drafted operations make of a change.
pub(super) struct Undrafted {
    /// The other actors that they name, ascending.
    pub(super) other_actors: Vec<EpochId>,
    /// The columns (spec, bytes).
    pub(super) columns: Vec<(u32, Vec<u8>)>,
}

/// Puts drafted operations back into columns.
pub(super) fn undraft(
    drafts: &[Draft],
    (epoch, start_op): (EpochId, u64),
    before: Option<(EpochId, &Known)>,
) -> Result<Undrafted, BatchError> {
    let mut walk = Walk::new(epoch, start_op, before);
    let undrafted = drafts.iter().map(|draft| walk.undraft(draft)).collect::<Result<Vec<_>, _>>()?;
    let mut others: Vec<EpochId> = undrafted.iter().flat_map(Named::names).map(|(actor, _)| actor).collect();
    others.retain(|actor| *actor != epoch);
    others.sort_unstable();
    others.dedup();
    let id = |(actor, counter): Name| OperationId {
        actor: others.binary_search(&actor).map_or(0, |place| place + 1),
        counter,
    };
    let operations: Vec<Operation<'_>> = drafts
        .iter()
        .zip(&undrafted)
        .map(|(draft, undrafted)| Operation {
            object: undrafted.object.map(id),
            key: match (&draft.template.key, undrafted.element) {
                (KeyForm::Map(key), _) => Key::Map(key),
                (_, Some(element)) => Key::Element(id(element)),
                (_, None) => Key::Head,
            },
            insert: draft.template.insert,
            action: draft.template.action,
            value_kind: draft.template.value_kind,
            value: &draft.value,
            predecessors: undrafted.predecessors.iter().copied().map(id).collect(),
        })
        .collect();
    let columns = write_operations(&operations);
    Ok(Undrafted { other_actors: others, columns })
}

/// The operations that an operation names, found again.
struct Named {
    object: Option<Name>,
    element: Option<Name>,
    predecessors: Vec<Name>,
}

impl Named {
    fn names(&self) -> impl Iterator<Item = Name> + use<'_> {
        self.object.into_iter().chain(self.element).chain(self.predecessors.iter().copied())
    }
}

/// What both directions know while they go through the operations of a change.
struct Walk<'a> {
    epoch: EpochId,
    start_op: u64,
    /// The change before in the document: its epoch and what is known of it.
    before: Option<(EpochId, &'a Known)>,
    /// Where each operation gone through works.
    objects: Vec<Option<Name>>,
}

impl<'a> Walk<'a> {
    const fn new(epoch: EpochId, start_op: u64, before: Option<(EpochId, &'a Known)>) -> Self {
        Self { epoch, start_op, before, objects: Vec::new() }
    }

    /// The number of the operation that comes next.
    fn here(&self) -> u64 {
        self.start_op.saturating_add(self.objects.len() as u64)
    }

    fn just_made(&self) -> Option<Name> {
        (!self.objects.is_empty()).then(|| (self.epoch, self.here() - 1))
    }

    /// What holds the object of the operation before, when that was made in this change.
    fn parent(&self) -> Option<&Option<Name>> {
        let (epoch, counter) = (*self.objects.last()?)?;
        let place = counter.checked_sub(self.start_op).filter(|_| epoch == self.epoch)?;
        self.objects.get(usize::try_from(place).ok()?)
    }

    fn draft(
        &mut self,
        operation: &Operation<'_>,
        name: impl Fn(OperationId) -> Result<Name, BatchError>,
    ) -> Result<Draft, BatchError> {
        let mut ways = Vec::new();
        let in_object = operation.object.map(&name).transpose()?;
        let object = match in_object {
            Some(_) if in_object == self.just_made() => Object::JustMade,
            _ if self.objects.last() == Some(&in_object) => Object::Same,
            _ if self.parent() == Some(&in_object) => Object::Parent,
            None => Object::Root,
            Some(object) => {
                ways.push(self.way(object));
                Object::Named
            }
        };
        let key = match operation.key {
            Key::Map(key) => KeyForm::Map(key.to_owned()),
            Key::Head => KeyForm::Head,
            Key::Element(id) => {
                let element = name(id)?;
                if Some(element) == self.just_made() {
                    KeyForm::JustMade
                } else {
                    ways.push(self.way(element));
                    KeyForm::Named
                }
            }
        };
        for predecessor in &operation.predecessors {
            ways.push(self.way(name(*predecessor)?));
        }
        self.objects.push(in_object);
        let template = Template {
            object,
            key,
            insert: operation.insert,
            action: operation.action,
            value_kind: operation.value_kind,
            predecessors: operation.predecessors.len() as u64,
        };
        Ok(Draft { template: Arc::new(template), ways, value: operation.value.to_vec() })
    }

    fn undraft(&mut self, draft: &Draft) -> Result<Named, BatchError> {
        let mut names = draft.ways.iter().map(|way| self.follow(*way).ok_or(BatchError::Malformed));
        let mut next = || names.next().unwrap_or(Err(BatchError::Malformed));
        let object = match draft.template.object {
            Object::JustMade => Some(self.just_made().ok_or(BatchError::Malformed)?),
            Object::Same => *self.objects.last().ok_or(BatchError::Malformed)?,
            Object::Parent => *self.parent().ok_or(BatchError::Malformed)?,
            Object::Root => None,
            Object::Named => Some(next()?),
        };
        let element = match draft.template.key {
            KeyForm::Map(_) | KeyForm::Head => None,
            KeyForm::JustMade => Some(self.just_made().ok_or(BatchError::Malformed)?),
            KeyForm::Named => Some(next()?),
        };
        let predecessors = names.collect::<Result<Vec<_>, _>>()?;
        self.objects.push(object);
        Ok(Named { object, element, predecessors })
    }

    fn way(&self, name: Name) -> Way {
        let (actor, counter) = name;
        if actor == self.epoch && counter >= self.start_op && counter < self.here() {
            return Way::Back(self.here() - counter);
        }
        if let Some((epoch, before)) = self.before {
            if epoch == actor && (before.start_op..=before.max_op).contains(&counter) {
                let (after, left) = (counter - before.start_op, before.max_op - counter);
                return if left < after { Way::BeforeLast(left) } else { Way::AfterFirst(after) };
            }
            if let Some(number) = before.references.iter().position(|known| *known == name) {
                return Way::AsBefore(number as u64);
            }
        }
        Way::Spelled(actor, counter)
    }

    fn follow(&self, way: Way) -> Option<Name> {
        match (way, self.before) {
            (Way::Back(back), _) => Some((self.epoch, self.here().checked_sub(back)?)),
            (Way::AfterFirst(after), Some((epoch, before))) => Some((epoch, before.start_op.checked_add(after)?)),
            (Way::BeforeLast(left), Some((epoch, before))) => Some((epoch, before.max_op.checked_sub(left)?)),
            (Way::AsBefore(number), Some((_, before))) => before.references.get(usize::try_from(number).ok()?).copied(),
            (Way::Spelled(actor, counter), _) => Some((actor, counter)),
            _ => None,
        }
    }
}
