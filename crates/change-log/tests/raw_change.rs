//! The parser against changes that Automerge itself made.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test that calls it")]

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ObjType, ReadDoc, ScalarValue};
use change_log::column::spec;
use change_log::{ChangeHash, Column, EpochId, RawChange, RawChangeError, read_operations, write_operations};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Act {
    Put(u8, String),
    Int(u8, i64),
    Bool(u8, bool),
    Delete(u8),
    Push(String),
    Nest(u8),
    Commit(i64),
    Merge,
}

fn acts() -> impl Strategy<Value = Vec<(bool, Act)>> {
    let act = prop_oneof![
        (0u8..6, ".{0,12}").prop_map(|(key, text)| Act::Put(key, text)),
        (0u8..6, any::<i64>()).prop_map(|(key, number)| Act::Int(key, number)),
        (0u8..6, any::<bool>()).prop_map(|(key, value)| Act::Bool(key, value)),
        (0u8..6).prop_map(Act::Delete),
        "[a-z]{0,5}".prop_map(Act::Push),
        (0u8..6).prop_map(Act::Nest),
        any::<i32>().prop_map(|time| Act::Commit(i64::from(time))),
        Just(Act::Merge),
    ];
    prop::collection::vec((any::<bool>(), act), 1..60)
}

fn run(acts: Vec<(bool, Act)>) -> AutoCommit {
    let mut left = AutoCommit::new().with_actor(ActorId::from(&[1; 16][..]));
    let list = left.put_object(automerge::ROOT, "list", ObjType::List).unwrap();
    left.commit();
    let mut right = left.fork().with_actor(ActorId::from(&[2; 16][..]));
    for (on_left, act) in acts {
        let doc = if on_left { &mut left } else { &mut right };
        match act {
            Act::Put(key, text) => doc.put(automerge::ROOT, format!("k{key}"), text).unwrap(),
            Act::Int(key, number) => doc.put(automerge::ROOT, format!("k{key}"), number).unwrap(),
            Act::Bool(key, value) => doc.put(automerge::ROOT, format!("k{key}"), value).unwrap(),
            Act::Delete(key) => {
                let key = format!("k{key}");
                if doc.get(automerge::ROOT, &key).unwrap().is_some() {
                    doc.delete(automerge::ROOT, key).unwrap();
                }
            }
            Act::Push(text) => {
                let end = doc.length(&list);
                doc.insert(&list, end, ScalarValue::Str(text.into())).unwrap();
            }
            Act::Nest(key) => {
                let map = doc.put_object(automerge::ROOT, format!("k{key}"), ObjType::Map).unwrap();
                doc.put(&map, "inner", 1).unwrap();
            }
            Act::Commit(time) => {
                doc.commit_with(CommitOptions::default().with_time(time).with_message("pesan"));
            }
            Act::Merge => {
                left.merge(&mut right.clone()).unwrap();
                right.merge(&mut left.clone()).unwrap();
            }
        }
    }
    left.merge(&mut right).unwrap();
    left
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_change_of_automerge_parses_and_rebuilds_byte_for_byte(acts in acts()) {
        let mut doc = run(acts);
        for change in doc.get_changes(&[]) {
            let raw = change.raw_bytes();
            let parsed = RawChange::parse(raw).unwrap();
            prop_assert_eq!(parsed.hash, ChangeHash(change.hash().0));
            prop_assert_eq!(parsed.sequence, change.seq());
            prop_assert_eq!(parsed.start_op, change.start_op().get());
            prop_assert_eq!(parsed.max_op(), change.max_op());
            prop_assert_eq!(parsed.millis, change.timestamp());
            prop_assert_eq!(parsed.actor, EpochId::try_from(change.actor_id().to_bytes()).unwrap());
            let (built, hash) = parsed.build();
            prop_assert_eq!(&built[..], raw);
            prop_assert_eq!(hash, parsed.hash);
            let operations = read_operations(&parsed).unwrap();
            prop_assert_eq!(operations.len() as u64, parsed.op_count);
            let columns = write_operations(&operations);
            let columns: Vec<Column> = columns.iter().map(|(spec, bytes)| Column { spec: *spec, bytes }).collect();
            prop_assert_eq!(&columns, &parsed.columns);
            let lengths = operations.iter().map(|operation| operation.value.len());
            let longest = parsed.longest_value();
            prop_assert_eq!(longest.map_or(0, |value| value.bytes.len()), lengths.max().unwrap_or(0));
            if let Some(value) = longest {
                let end = raw.len() - value.after;
                prop_assert_eq!(&raw[end - value.bytes.len()..end], value.bytes);
            }
        }
    }

    #[test]
    fn whatever_bytes_come_it_answers_and_takes_only_what_it_can_rebuild(
        acts in acts(), edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(),
    ) {
        let mut doc = run(acts);
        let changes = doc.get_changes(&[]);
        let mut bytes = changes[0].raw_bytes().to_vec();
        for (place, value) in edits {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        check_any(&bytes)?;
        check_any(&bytes[..cut.index(bytes.len())])?;
        // The same with a checksum made right again, so that the inside is reached.
        let content_at = 8 + 1 + usize::from(bytes[9] & 0x80 != 0) + 1;
        if let Some(content) = bytes.get(content_at..) {
            check_any(&change_log::wrap_chunk(content).0)?;
        }
    }
}

fn check_any(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(parsed) = RawChange::parse(bytes) {
        prop_assert_eq!(&parsed.build().0[..], bytes);
        if let Some(value) = parsed.longest_value() {
            let rest = bytes.split_at_checked(bytes.len() - value.after).map(|(rest, _)| rest);
            prop_assert!(rest.is_some_and(|rest| rest.ends_with(value.bytes)));
        }
        if let Ok(operations) = read_operations(&parsed) {
            write_operations(&operations);
        }
    }
    Ok(())
}

#[test]
fn run_lengths_are_counted_before_anything_is_expanded() {
    let mut action = Vec::new();
    change_log::leb::write_signed(&mut action, i64::MAX);
    action.push(1);
    let bomb = RawChange {
        hash: ChangeHash([0; 32]),
        dependencies: vec![],
        actor: EpochId([1; 16]),
        sequence: 1,
        start_op: 1,
        op_count: 0,
        millis: 0,
        message: "",
        other_actors: vec![],
        columns: vec![Column { spec: spec::ACTION, bytes: &action }],
        extra: &[],
    };
    let (chunk, _) = bomb.build();
    assert!(matches!(RawChange::parse(&chunk), Err(RawChangeError::Operations(_))));
}
