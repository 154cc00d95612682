//! The operations of a change, one by one: read from its columns, and laid out into columns as Automerge does.

use crate::column::{
    ColumnError, at, boolean_rows, delta_rows, spec, string_rows, unsigned_rows, write_boolean_rows, write_delta_rows,
    write_string_rows, write_unsigned_rows,
};
use crate::leb::Reader;
use crate::raw::{OPERATIONS_MAX, RawChange};

/// Which operation: its actor and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperationId {
    /// 0: who made the change; `n`: its other actor number `n`, from 1.
    pub actor: usize,
    /// The operation's number, from 1.
    pub counter: u64,
}

/// Where in its object an operation works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// At a key of a map.
    Map(&'a str),
    /// At the front of a list.
    Head,
    /// At or behind an element of a list.
    Element(OperationId),
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation<'a> {
    /// The object it works on; none: the document's root.
    pub object: Option<OperationId>,
    /// Where in it.
    pub key: Key<'a>,
    /// Whether it puts in a new element of a list.
    pub insert: bool,
    /// What it does, by its number in the format.
    pub action: u64,
    /// The type of its value, by its number in the format.
    pub value_kind: u8,
    /// The bytes of its value.
    pub value: &'a [u8],
    /// The operations that it overwrites.
    pub predecessors: Vec<OperationId>,
}

/// The operations of a change, in order.
///
/// # Errors
/// When the columns hold something that an [`Operation`] does not: marks, or rows that contradict each other.
pub fn read_operations<'a>(change: &RawChange<'a>) -> Result<Vec<Operation<'a>>, ColumnError> {
    let find =
        |wanted: u32| change.columns.iter().find(|column| column.spec == wanted).map_or(&[][..], |one| one.bytes);
    let unsigned = |spec| unsigned_rows(find(spec), OPERATIONS_MAX);
    if !find(spec::EXPAND).is_empty() || !find(spec::MARK_NAME).is_empty() {
        return Err(ColumnError::Unknown);
    }
    let actions = unsigned(spec::ACTION)?;
    let (object_actors, object_counters) = (unsigned(spec::OBJECT_ACTOR)?, unsigned(spec::OBJECT_COUNTER)?);
    let key_actors = unsigned(spec::KEY_ACTOR)?;
    let key_counters = delta_rows(find(spec::KEY_COUNTER), OPERATIONS_MAX)?;
    let key_strings = string_rows(find(spec::KEY_STRING), OPERATIONS_MAX)?;
    let inserts = boolean_rows(find(spec::INSERT), OPERATIONS_MAX)?;
    let metas = unsigned(spec::VALUE_META)?;
    let mut values = Reader::new(find(spec::VALUE_RAW));
    let groups = unsigned(spec::PREDECESSOR_GROUP)?;
    let mut predecessor_actors = unsigned(spec::PREDECESSOR_ACTOR)?.into_iter();
    let mut predecessor_counters = delta_rows(find(spec::PREDECESSOR_COUNTER), OPERATIONS_MAX)?.into_iter();
    let mut operations = Vec::with_capacity(actions.len());
    for (row, action) in actions.iter().enumerate() {
        let counter = at(&key_counters, row);
        let key = match (at(&key_actors, row), counter, at(&key_strings, row)) {
            (None, None, Some(key)) => Key::Map(key),
            (None, Some(0), None) => Key::Head,
            (Some(actor), Some(counter), None) => Key::Element(id(actor, counter.unsigned_abs())?),
            _ => return Err(ColumnError::Range),
        };
        let object = match (at(&object_actors, row), at(&object_counters, row)) {
            (None, None) => None,
            (Some(actor), Some(counter)) => Some(id(actor, counter)?),
            _ => return Err(ColumnError::Range),
        };
        let meta = at(&metas, row).ok_or(ColumnError::Range)?;
        let length = usize::try_from(meta >> 4).map_err(|_| ColumnError::Range)?;
        let mut predecessors = Vec::new();
        for _ in 0..at(&groups, row).unwrap_or(0) {
            let (actor, counter) = (predecessor_actors.next().flatten(), predecessor_counters.next().flatten());
            let (Some(actor), Some(counter)) = (actor, counter) else { return Err(ColumnError::Uneven) };
            predecessors.push(id(actor, counter.unsigned_abs())?);
        }
        operations.push(Operation {
            object,
            key,
            insert: inserts.get(row).copied().unwrap_or(false),
            action: action.ok_or(ColumnError::Range)?,
            value_kind: u8::try_from(meta & 0x0f).map_err(|_| ColumnError::Range)?,
            value: values.take(length)?,
            predecessors,
        });
    }
    Ok(operations)
}

fn id(actor: u64, counter: u64) -> Result<OperationId, ColumnError> {
    Ok(OperationId { actor: usize::try_from(actor).map_err(|_| ColumnError::Range)?, counter })
}

/// The columns (spec, bytes) that these operations make, ascending, without empty ones.
pub fn write_operations(operations: &[Operation<'_>]) -> Vec<(u32, Vec<u8>)> {
    let unsigned = |row: &dyn Fn(&Operation<'_>) -> Option<u64>| {
        write_unsigned_rows(&operations.iter().map(row).collect::<Vec<_>>())
    };
    let key_counter = |operation: &Operation<'_>| match operation.key {
        Key::Map(_) => None,
        Key::Head => Some(0),
        Key::Element(id) => i64::try_from(id.counter).ok(),
    };
    let overwritten: Vec<OperationId> = operations.iter().flat_map(|one| one.predecessors.iter().copied()).collect();
    let key_strings: Vec<Option<&str>> = operations
        .iter()
        .map(|operation| match operation.key {
            Key::Map(key) => Some(key),
            Key::Head | Key::Element(_) => None,
        })
        .collect();
    let columns = [
        (spec::OBJECT_ACTOR, unsigned(&|one| one.object.map(|id| id.actor as u64))),
        (spec::OBJECT_COUNTER, unsigned(&|one| one.object.map(|id| id.counter))),
        (
            spec::KEY_ACTOR,
            unsigned(&|one| match one.key {
                Key::Element(id) => Some(id.actor as u64),
                Key::Map(_) | Key::Head => None,
            }),
        ),
        (spec::KEY_COUNTER, write_delta_rows(&operations.iter().map(key_counter).collect::<Vec<_>>())),
        (spec::KEY_STRING, write_string_rows(&key_strings)),
        (spec::INSERT, write_boolean_rows(&operations.iter().map(|one| one.insert).collect::<Vec<_>>())),
        (spec::ACTION, unsigned(&|one| Some(one.action))),
        (spec::VALUE_META, unsigned(&|one| Some((one.value.len() as u64) << 4 | u64::from(one.value_kind)))),
        (spec::VALUE_RAW, operations.iter().flat_map(|one| one.value.iter().copied()).collect()),
        (spec::PREDECESSOR_GROUP, unsigned(&|one| Some(one.predecessors.len() as u64))),
        (
            spec::PREDECESSOR_ACTOR,
            write_unsigned_rows(&overwritten.iter().map(|id| Some(id.actor as u64)).collect::<Vec<_>>()),
        ),
        (
            spec::PREDECESSOR_COUNTER,
            write_delta_rows(&overwritten.iter().map(|id| i64::try_from(id.counter).ok()).collect::<Vec<_>>()),
        ),
    ];
    columns.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect()
}
