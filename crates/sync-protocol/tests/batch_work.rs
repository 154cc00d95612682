//! However much work a change would be, it can be sent; and no few bytes make the receiver work without end.

use change_log::leb::{write_prefixed, write_unsigned};
use change_log::{
    ChangeHash, Column, DocumentId, Entry, EpochId, Key, Operation, OperationId, Position, RawChange, write_operations,
};
use sync_protocol::batch::{BatchDecoder, BatchEncoder, Item, Known, PLAIN_BYTES_MAX, References};

struct Nothing;

impl References for Nothing {
    fn place_of(&self, _: &ChangeHash) -> Option<(EpochId, Position)> {
        None
    }

    fn known(&self, _: &EpochId, _: Position) -> Option<Known> {
        None
    }
}

/// A change that makes a list and puts so many values into it.
fn change(position: Position, values: usize, value: &[u8]) -> Entry {
    let list = Operation {
        object: None,
        key: Key::Map("daftar"),
        insert: false,
        action: 2,
        value_kind: 0,
        value: &[],
        predecessors: vec![],
    };
    let element = |number: u64| Operation {
        object: Some(OperationId { actor: 0, counter: 1 }),
        key: if number == 2 { Key::Head } else { Key::Element(OperationId { actor: 0, counter: number - 1 }) },
        insert: true,
        action: 1,
        value_kind: 6,
        value,
        predecessors: vec![],
    };
    let operations: Vec<Operation<'_>> = std::iter::once(list).chain((2..).map(element).take(values)).collect();
    let columns = write_operations(&operations);
    let epoch = EpochId([7; 16]);
    let change = RawChange {
        hash: ChangeHash([0; 32]),
        dependencies: vec![],
        actor: epoch,
        sequence: 1,
        start_op: 1,
        op_count: 0,
        millis: 1_790_000_000_000,
        message: "siti",
        other_actors: vec![],
        columns: columns.iter().map(|(spec, bytes)| Column { spec: *spec, bytes }).collect(),
        extra: &[],
    };
    let (raw, hash) = change.build();
    let document = DocumentId::derive(epoch, position, change.millis);
    Entry { epoch, position, document, hash, raw }
}

#[test]
fn changes_that_would_be_much_work_are_sent_all_the_same() {
    let long = "kata ".repeat(40);
    for (count, values, value) in [(120, 4_000, &b"x"[..]), (1_500, 500, b"abc"), (8, 250, long.as_bytes())] {
        let entries: Vec<Entry> = (1..=count).map(|position| change(position, values, value)).collect();
        let each = entries.iter().map(|entry| entry.raw.len()).max().unwrap();
        let (mut encoder, mut decoder) = (BatchEncoder::new(), BatchDecoder::new());
        // As many as a frame takes: half of what a batch may leave to zstd.
        for entries in entries.chunks(PLAIN_BYTES_MAX / 2 / each) {
            let items: Vec<Item> = entries.iter().cloned().map(Item::Entry).collect();
            let items = items.as_slice();
            let payload = encoder.encode(items, &Nothing).unwrap();
            assert_eq!(decoder.decode(&payload, &Nothing).unwrap(), items);
        }
    }
}

#[test]
fn payloads_of_few_bytes_are_answered_soon_whatever_they_say() {
    for byte in 0..=u8::MAX {
        for length in [0, 1, 60, 4_000] {
            let mut payload = vec![0; 8];
            write_unsigned(&mut payload, 0);
            payload.resize(payload.len() + length, byte);
            assert!(BatchDecoder::new().decode(&payload, &Nothing).is_err());
        }
    }
    let mut bomb = vec![0; 8];
    write_unsigned(&mut bomb, 1 << 40);
    write_prefixed(&mut bomb, &[0; 32]);
    assert!(BatchDecoder::new().decode(&bomb, &Nothing).is_err());
}
