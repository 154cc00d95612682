//! The compact codec on whole logs of made-up records: size, plain form, and hostile bytes.

use change_log::{ChangeHash, EpochId, Position};
use chrono::NaiveDate;
use fleet::generate::Dice;
use fleet::made_log::make;
use sync_protocol::batch::{BatchDecoder, BatchEncoder, BatchError, Item, Known, References};

struct Nothing;

impl References for Nothing {
    fn place_of(&self, _: &ChangeHash) -> Option<(EpochId, Position)> {
        None
    }

    fn known(&self, _: &EpochId, _: Position) -> Option<Known> {
        None
    }
}

#[test]
fn a_first_push_is_smaller_than_compressed_json_and_comes_back_byte_for_byte() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let sizes = fleet::sizes::measure("35.10.01.2001".parse().unwrap(), 5, 1_000, day).unwrap();
    assert!(sizes.batches <= 38 * sizes.transactions && sizes.small_batches <= 40 * sizes.transactions, "{sizes}");
    assert!(sizes.batches * 4 <= sizes.json_zstd_19 * 3, "{sizes}");
    // With their letter numbers.
    assert!(sizes.fifty <= 2_700 && sizes.one_step <= 56, "{sizes}");
}

#[test]
fn what_a_receiver_cannot_resolve_it_says_and_plain_form_always_passes() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let made = make("35.10.01.2001".parse().unwrap(), 6, 40, day).unwrap();
    let items: Vec<Item> = made.entries.into_iter().map(Item::Entry).collect();
    let (first, second) = items.split_at(items.len() / 2);
    let mut encoder = BatchEncoder::new();
    encoder.encode(first, &Nothing).unwrap();
    // The second batch of a stream cannot be read without the first.
    let torn = encoder.encode(second, &Nothing).unwrap();
    assert!(BatchDecoder::new().decode(&torn, &Nothing).is_err());
    let mut plain = BatchEncoder::plain_only();
    let payload = plain.encode(second, &Nothing).unwrap();
    assert_eq!(BatchDecoder::new().decode(&payload, &Nothing).unwrap(), second);
}

#[test]
fn hostile_bytes_are_answered_without_panic_and_nothing_false_is_taken() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let made = make("35.10.01.2001".parse().unwrap(), 7, 25, day).unwrap();
    let items: Vec<Item> = made.entries.into_iter().map(Item::Entry).collect();
    let payload = BatchEncoder::new().encode(&items, &Nothing).unwrap();
    let mut dice = Dice::new(99);
    let mut taken = 0;
    for _ in 0..3_000 {
        let mut bytes = payload.clone();
        for _ in 0..=dice.below(3) {
            let place = usize::try_from(dice.below(u32::try_from(bytes.len()).unwrap())).unwrap();
            bytes[place] = u8::try_from(dice.below(256)).unwrap();
        }
        if dice.percent(20) {
            bytes.truncate(usize::try_from(dice.below(u32::try_from(bytes.len()).unwrap())).unwrap());
        }
        match BatchDecoder::new().decode(&bytes, &Nothing) {
            Ok(read) => {
                assert_eq!(read, items);
                taken += 1;
            }
            Err(
                BatchError::Malformed
                | BatchError::TooLarge
                | BatchError::Unresolved
                | BatchError::Check
                | BatchError::Compression,
            ) => {}
        }
    }
    assert!(taken < 300, "{taken} mutants unchanged");
}
