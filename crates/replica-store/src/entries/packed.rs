//! How an entry's bytes lie in the database.
//!
//! The first byte says how. [`OWN`] and [`CONTENT`] are a change chunk without what derives from the rest (magic,
//! checksum, type, length; for [`OWN`] the actor as well, which is the epoch of its log). [`OPAQUE`] is the claimed hash
//! and whatever bytes came with it, kept because the log's chain counts them, though they make no change. [`SHARED`]
//! stands before a change whose longest value is kept beside the entries, once for all of them: the hub tells each office
//! of a publication in an entry of its own, and these entries differ in little but the office and the signature. Then
//! come the value's SHA-256, how many bytes stand after the value (2 bytes, big endian), and the packed change without
//! it.

use std::borrow::Cow;

use change_log::{ChangeHash, EpochId, RawChange, wrap_chunk};
use rusqlite::Connection;

use crate::StoreError;
use crate::entries::long_value;

const CONTENT: u8 = 0;
const OPAQUE: u8 = 1;
const OWN: u8 = 2;
const SHARED: u8 = 3;

/// Values of so many bytes and more are kept beside the entries. Alone there, one costs some 100 bytes more.
const LONG_MIN: usize = 1024;

/// Bytes in front of a chunk's content: magic, checksum, type.
const FRONT: usize = 9;

/// The bytes to store for a chunk that parsed, and hashes to what its entry says. Its longest value is kept beside them
/// where that is worth it.
pub(crate) fn pack(connection: &Connection, raw: &[u8], epoch: EpochId) -> Result<Vec<u8>, StoreError> {
    let packed = pack_whole(raw, epoch);
    let Some((before, value, after)) = split_long(raw, &packed) else { return Ok(packed) };
    let Ok(length) = u16::try_from(after.len()) else { return Ok(packed) };
    let hash = long_value::keep(connection, value)?;
    Ok([&[SHARED][..], &hash, &length.to_be_bytes(), before, after].concat())
}

/// The packed bytes of a chunk around its longest value, if that is long.
fn split_long<'a>(raw: &[u8], packed: &'a [u8]) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
    if raw.len() < LONG_MIN {
        return None;
    }
    let value = RawChange::parse(raw).ok()?.longest_value().filter(|value| value.bytes.len() >= LONG_MIN)?;
    // What was packed away stood in front of all values.
    let (rest, after) = packed.split_at_checked(packed.len().checked_sub(value.after)?)?;
    let (before, value) = rest.split_at_checked(rest.len().checked_sub(value.bytes.len())?)?;
    Some((before, value, after))
}

fn pack_whole(raw: &[u8], epoch: EpochId) -> Vec<u8> {
    let body = raw.get(FRONT..).unwrap_or_default();
    let length = body.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    let content = body.get(length..).unwrap_or_default();
    let mut packed = Vec::with_capacity(content.len() + 1);
    match split_actor(content) {
        Some((before, actor, after)) if actor == epoch.0 => {
            packed.push(OWN);
            packed.extend_from_slice(before);
            packed.extend_from_slice(after);
        }
        _ => {
            packed.push(CONTENT);
            packed.extend_from_slice(content);
        }
    }
    packed
}

/// A change's content around its actor: number of dependencies (one byte, there are at most 64), so many hashes,
/// the actor's length and the actor.
fn split_actor(content: &[u8]) -> Option<(&[u8], [u8; 16], &[u8])> {
    let dependencies = usize::from(*content.first()?);
    let (before, rest) = content.split_at_checked(1 + 32 * dependencies)?;
    let (actor, after) = rest.split_first_chunk::<17>()?;
    let [16, actor @ ..] = *actor else { return None };
    Some((before, actor, after))
}

/// The bytes to store for what is no change.
pub(crate) fn pack_opaque(hash: ChangeHash, raw: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(raw.len() + 33);
    packed.push(OPAQUE);
    packed.extend_from_slice(&hash.0);
    packed.extend_from_slice(raw);
    packed
}

/// What was stored in the log of `epoch`: the raw bytes and the hash the log knows them by.
pub(crate) fn unpack(
    connection: &Connection,
    packed: &[u8],
    epoch: EpochId,
    prefix: i64,
) -> Result<(Vec<u8>, ChangeHash), StoreError> {
    let packed = match packed.split_first() {
        Some((&SHARED, rest)) => Cow::Owned(with_long(connection, rest)?),
        _ => Cow::Borrowed(packed),
    };
    let (raw, hash) = match packed.split_first() {
        Some((&CONTENT, content)) => wrap_chunk(content),
        Some((&OWN, rest)) => wrap_chunk(&with_actor(rest, epoch).ok_or_else(damaged)?),
        Some((&OPAQUE, rest)) => {
            let (hash, raw) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
            (raw.to_vec(), ChangeHash(*hash))
        }
        _ => return Err(damaged()),
    };
    if prefix_of(hash) == prefix { Ok((raw, hash)) } else { Err(damaged()) }
}

/// A packed change with the value that is kept beside it.
fn with_long(connection: &Connection, rest: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (hash, rest) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or_else(damaged)?;
    let at = rest.len().checked_sub(usize::from(u16::from_be_bytes(*length))).ok_or_else(damaged)?;
    let (before, after) = rest.split_at_checked(at).ok_or_else(damaged)?;
    long_value::between(connection, before, *hash, after)
}

fn with_actor(rest: &[u8], epoch: EpochId) -> Option<Vec<u8>> {
    let dependencies = usize::from(*rest.first()?);
    let (before, after) = rest.split_at_checked(1 + 32 * dependencies)?;
    let mut content = Vec::with_capacity(rest.len() + 17);
    content.extend_from_slice(before);
    content.push(16);
    content.extend_from_slice(&epoch.0);
    content.extend_from_slice(after);
    Some(content)
}

/// The first 4 bytes of a hash, as the index has them. Some changes share them; whoever looks one up compares the rest.
pub(crate) fn prefix_of(hash: ChangeHash) -> i64 {
    hash.0.first_chunk::<4>().map_or(0, |bytes| i64::from(i32::from_be_bytes(*bytes)))
}

pub(crate) fn damaged() -> StoreError {
    StoreError::Damaged("an entry's bytes do not fit its hash".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use change_log::{CHANGE_BYTES_MAX, Column, column};
    use proptest::prelude::*;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("../../migrations/0015_long_values.sql")).unwrap();
        connection
    }

    /// A change that sets values under keys, with columns behind them.
    fn change(dependencies: &[[u8; 32]], actor: EpochId, message: &str, values: &[Vec<u8>]) -> (Vec<u8>, ChangeHash) {
        use column::{spec, write_boolean_rows, write_string_rows, write_unsigned_rows};
        let every = |row: &dyn Fn(&Vec<u8>) -> u64| values.iter().map(|value| Some(row(value))).collect::<Vec<_>>();
        let columns = [
            (spec::KEY_STRING, write_string_rows(&vec![Some("key"); values.len()])),
            (spec::INSERT, write_boolean_rows(&vec![false; values.len()])),
            (spec::ACTION, write_unsigned_rows(&every(&|_| 1))),
            (spec::VALUE_META, write_unsigned_rows(&every(&|value| (value.len() as u64) << 4 | 7))),
            (spec::VALUE_RAW, values.concat()),
            (spec::PREDECESSOR_GROUP, write_unsigned_rows(&every(&|_| 0))),
        ];
        let columns = columns.iter().filter(|(_, bytes)| !bytes.is_empty());
        RawChange {
            hash: ChangeHash([0; 32]),
            dependencies: dependencies.iter().copied().map(ChangeHash).collect(),
            actor,
            sequence: 1,
            start_op: 1,
            op_count: 0,
            millis: -5,
            message,
            other_actors: Vec::new(),
            columns: columns.map(|(spec, bytes)| Column { spec: *spec, bytes }).collect(),
            extra: b"newer",
        }
        .build()
    }

    fn value() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            4 => prop::collection::vec(any::<u8>(), 0..60),
            2 => prop::collection::vec(any::<u8>(), LONG_MIN - 2..LONG_MIN + 2),
            1 => (any::<u8>(), 0..20_000usize).prop_map(|(byte, length)| vec![byte; length]),
            1 => prop::collection::vec(any::<u8>(), 9_000..20_000),
        ]
    }

    proptest! {
        #[test]
        fn any_change_comes_back(
            dependencies in prop::collection::btree_set(any::<[u8; 32]>(), 0..5),
            actor in any::<[u8; 16]>(),
            other in any::<bool>(),
            message in "[a-z]{0,300}",
            values in prop::collection::vec(value(), 0..4),
        ) {
            let connection = database();
            let actor = EpochId(actor);
            let dependencies: Vec<_> = dependencies.into_iter().collect();
            let (raw, hash) = change(&dependencies, actor, &message, &values);
            let log = if other { EpochId([7; 16]) } else { actor };
            let packed = pack(&connection, &raw, log).unwrap();
            prop_assert_eq!(unpack(&connection, &packed, log, prefix_of(hash)).unwrap(), (raw.clone(), hash));
            prop_assert!(packed.len() < raw.len());
            let longest = values.iter().map(Vec::len).max().unwrap_or(0);
            let is_shared = longest >= LONG_MIN && raw.len() <= CHANGE_BYTES_MAX;
            prop_assert_eq!(packed[0] == SHARED, is_shared);
            prop_assert!(!is_shared || packed.len() + longest < raw.len() + 35);
            let opaque = pack_opaque(hash, &raw);
            prop_assert_eq!(unpack(&connection, &opaque, log, prefix_of(hash)).unwrap(), (raw.clone(), hash));
            // As entries lie that are older than long values beside them.
            let whole = pack_whole(&raw, log);
            prop_assert_eq!(unpack(&connection, &whole, log, prefix_of(hash)).unwrap(), (raw, hash));
        }

        #[test]
        fn any_bytes_are_answered(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            prefix in any::<i32>(),
            front in 0..3u8,
        ) {
            let connection = database();
            let hash = long_value::keep(&connection, &[9; LONG_MIN]).unwrap();
            let front = match front { 0 => Vec::new(), 1 => vec![SHARED], _ => [&[SHARED][..], &hash].concat() };
            let packed = [front, bytes].concat();
            match unpack(&connection, &packed, EpochId([1; 16]), i64::from(prefix)) {
                Ok(_) | Err(StoreError::Damaged(_)) => {}
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }

    #[test]
    fn a_value_of_many_entries_lies_there_once_and_is_put_right_with_any_of_them() {
        let connection = database();
        let offices = ["35.10.01.2001", "35.10.01.2002", "35.10.01.2004"];
        let changes = offices.map(|office| change(&[], EpochId([1; 16]), office, &[office.into(), vec![b'x'; 40_000]]));
        let packed = changes.each_ref().map(|(raw, _)| pack(&connection, raw, EpochId([1; 16])).unwrap());
        let count = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM long_value"), 1);
        assert!(packed.iter().all(|packed| packed.len() < 150));
        let read = || {
            let each = packed.iter().zip(&changes);
            each.filter(|(packed, (_, hash))| {
                unpack(&connection, packed, EpochId([1; 16]), prefix_of(*hash)).is_ok_and(|(_, read)| read == *hash)
            })
            .count()
        };
        assert_eq!(read(), 3);
        for damage in [
            "UPDATE long_value SET bytes = CAST(x'ff' || substr(bytes, 2) AS BLOB)",
            "UPDATE long_value SET bytes = zeroblob(1000000)",
            "UPDATE long_value SET bytes = x''",
            "UPDATE long_value SET hash = zeroblob(32)",
            "DELETE FROM long_value",
        ] {
            connection.execute_batch(damage).unwrap();
            assert_eq!(read(), 0, "{damage}");
            let again = pack(&connection, &changes[1].0, EpochId([1; 16])).unwrap();
            assert_eq!(again, packed[1]);
            assert_eq!(read(), 3, "{damage}");
        }
    }
}
