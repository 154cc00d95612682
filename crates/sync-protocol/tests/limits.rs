//! What a hostile or broken peer can make this crate do: nothing beyond the limits.

use change_log::{ChainHash, EpochId};
use minicbor::Encoder;
use proptest::prelude::*;
use sync_protocol::{
    CELL_BYTES_MAX, CONTROL_BYTES_MAX, Comparison, ComparisonState, FAULT_TEXT_BYTES_MAX, FRAME_BYTES_MAX, Fault,
    FaultCode, FrameError, FrameKind, FrameReader, Hello, LADDER_MAX, Problem, REFUSAL_CODE_BYTES_MAX,
    REFUSAL_DETAIL_BYTES_MAX, REFUSALS_MAX, RETURNED_BYTES_MAX, Refusal, Refusals, Repair, RepairSketch, Rung,
    SUPPORTED, SignedHello, SigningKey, Verdict, VersionError, Versions, WANTED_MAX, Welcome, write_frame,
};

fn refusal(number: u64) -> Refusal {
    Refusal {
        number,
        position: number,
        code: "c".repeat(REFUSAL_CODE_BYTES_MAX),
        detail: "d".repeat(REFUSAL_DETAIL_BYTES_MAX),
    }
}

fn frames(bytes: &[u8]) -> Vec<(FrameKind, Vec<u8>)> {
    let mut reader = FrameReader::new();
    reader.push(bytes);
    let mut frames = Vec::new();
    while let Ok(Some(frame)) = reader.next() {
        frames.push((frame.kind, frame.payload));
    }
    frames
}

#[test]
fn more_refusals_than_a_frame_may_have_go_into_several() {
    let refusals: Vec<_> = (1..=2 * REFUSALS_MAX as u64 + 1).map(refusal).collect();
    let read: Vec<Refusals> = frames(&Refusals { repaired: None, refusals: refusals.clone() }.encode())
        .iter()
        .map(|(_, payload)| Refusals::decode(payload).unwrap())
        .collect();
    assert_eq!(read.iter().map(|part| part.refusals.len()).collect::<Vec<_>>(), [REFUSALS_MAX, REFUSALS_MAX, 1]);
    assert_eq!(read.into_iter().flat_map(|part| part.refusals).collect::<Vec<_>>(), refusals);
    assert!(Refusals::default().encode().is_empty());
}

#[test]
fn one_refusal_too_many_is_refused() {
    let list = |count: u64| {
        let mut encoder = Encoder::new(Vec::new());
        encoder.array(1).unwrap().array(count).unwrap();
        for number in 1..=count {
            encoder.array(4).unwrap().u64(number).unwrap().u64(number).unwrap().str("c").unwrap().str("d").unwrap();
        }
        encoder.into_writer()
    };
    assert_eq!(Refusals::decode(&list(REFUSALS_MAX as u64)).unwrap().refusals.len(), REFUSALS_MAX);
    let error = Refusals::decode(&list(REFUSALS_MAX as u64 + 1)).unwrap_err();
    assert_eq!((error.field, error.problem), ("refusals", Problem::TooMuch { max: 1000 }));
}

#[test]
fn announced_sizes_are_not_believed() {
    // A list, a text, byte strings and unknown elements of 2^60 items or bytes: allocating that would abort.
    let huge = 1u64 << 60;
    let mut list = Encoder::new(Vec::new());
    list.array(1).unwrap().array(huge).unwrap();
    assert!(matches!(Refusals::decode(list.writer()).unwrap_err().problem, Problem::TooMuch { .. }));
    let head = |major: u8| [&[(major << 5) | 0x1b][..], &huge.to_be_bytes()].concat();
    let text = [&[0x84, 1][..], &head(3)].concat();
    assert_eq!(Fault::decode(&text).unwrap_err().problem, Problem::Malformed);
    let bytes = [&[0x84, 0, 1, 1][..], &head(2)].concat();
    assert_eq!(Verdict::decode(&bytes).unwrap_err().problem, Problem::Malformed);
    for major in [2, 3, 4, 5, 6] {
        let unknown = [&[0x87, 1, 1, 1, 0xf6, 0, 0xf6][..], &head(major)].concat();
        assert!(Welcome::decode(&unknown).is_err(), "major type {major}");
    }
    assert!(Welcome::decode(&head(4)).is_err());
}

#[test]
fn deep_nesting_is_refused_and_shallow_nesting_skipped() {
    let nested = |depth: usize| [&[0x87, 1, 1, 1, 0xf6, 0, 0xf6][..], &vec![0x81; depth], &[0]].concat();
    assert!(Welcome::decode(&nested(7)).is_ok());
    assert_eq!(Welcome::decode(&nested(8)).unwrap_err().field, "unknown element");
    assert!(Welcome::decode(&nested(1_000_000)).is_err());
}

#[test]
fn indefinite_lengths_and_bytes_behind_the_end_are_refused() {
    assert!(Welcome::decode(&[0x86, 1, 1, 1, 0xf6, 0, 0xf6]).is_ok());
    assert!(Welcome::decode(&[0x9f, 1, 1, 1, 0xf6, 0, 0xf6, 0xff]).is_err());
    assert!(Welcome::decode(&[0x87, 1, 1, 1, 0xf6, 0, 0xf6, 0x9f, 0xff]).is_err());
    let error = Welcome::decode(&[0x86, 1, 1, 1, 0xf6, 0, 0xf6, 0]).unwrap_err();
    assert_eq!(error.problem, Problem::TrailingBytes);
    let error = Welcome::decode(&[0x82, 1, 1]).unwrap_err();
    assert_eq!((error.field, error.problem), ("acknowledged position", Problem::Missing));
    let error = Welcome::decode(&[0x85, 1, 1, 1, 0x41, 7, 0]).unwrap_err();
    assert_eq!((error.field, error.problem), ("hub epoch", Problem::WrongLength));
}

#[test]
fn texts_are_cut_when_written_and_refused_when_read() {
    let text = "é\n\u{1b}[31m\u{202e}".repeat(FAULT_TEXT_BYTES_MAX);
    let fault = Fault { code: FaultCode::Busy, text_id: text.clone(), text_en: text, retry_after_seconds: None };
    let written = &frames(&fault.encode())[0].1;
    let read = Fault::decode(written).unwrap();
    assert!(read.text_en.len() <= FAULT_TEXT_BYTES_MAX && read.text_en.starts_with("é  [31m é"));
    let raw = |text: &str| {
        let mut encoder = Encoder::new(Vec::new());
        encoder.array(3).unwrap().u8(8).unwrap().str("").unwrap().str(text).unwrap();
        encoder.into_writer()
    };
    assert!(Fault::decode(&raw(&"x".repeat(FAULT_TEXT_BYTES_MAX))).is_ok());
    let error = Fault::decode(&raw(&"x".repeat(FAULT_TEXT_BYTES_MAX + 1))).unwrap_err();
    assert_eq!(error.problem, Problem::TooMuch { max: FAULT_TEXT_BYTES_MAX as u64 });
    for text in ["a\nb", "\u{1b}[2J", "\u{85}", "\u{202e}", "\u{2066}"] {
        assert_eq!(Fault::decode(&raw(text)).unwrap_err().problem, Problem::ControlCharacters);
    }
}

#[test]
fn the_longest_hello_fits_its_frame_and_longer_lists_are_cut() {
    let key = SigningKey::from_seed(&[1; 32]);
    let chain = ChainHash([0xff; 32]);
    let hello = Hello {
        versions: SUPPORTED,
        node: key.verifying_key().node_id(),
        epoch: EpochId([0xff; 16]),
        position: u64::MAX,
        chain,
        counter: u64::MAX,
        acknowledged: u64::MAX,
        refusals_known: u64::MAX,
        cursor: None,
        digest: change_log::Digest { count: u64::MAX, sum: [0xff; 32] },
        millis: i64::MIN,
        software: "x".repeat(1000),
        repair: Some([0xff; 32]),
        ladder: Some(vec![Rung { position: u64::MAX, chain }; LADDER_MAX + 1]),
        flags: u32::MAX,
    };
    let hub = key.verifying_key().hub_id();
    let office = "35.10.01.2001".parse().unwrap();
    let frames = frames(&hello.sign(&key, hub, office).encode());
    let payload = &frames[0].1;
    assert!(payload.len() <= CONTROL_BYTES_MAX);
    let read = SignedHello::decode(payload).unwrap().verify(&key.verifying_key(), hub, office).unwrap();
    assert_eq!((read.repair.unwrap(), read.ladder.unwrap().len()), ([0xff; 32], LADDER_MAX));
    assert_eq!((read.millis, read.software.len()), (i64::MIN, 64));
}

#[test]
fn the_largest_repair_fits_its_frame_and_a_larger_one_is_refused() {
    let sketch = |bytes| RepairSketch { slice_bits: u8::MAX, size: u64::MAX, cells: vec![0xff; bytes] };
    let repair = |cells, returned| Repair {
        counter: u64::MAX,
        salt: [0xff; 16],
        sketch: Some(sketch(cells)),
        returned: Some(vec![0xff; returned]),
    };
    let largest = repair(CELL_BYTES_MAX, RETURNED_BYTES_MAX);
    let (_, payload) = frames(&largest.encode()).pop().unwrap();
    assert_eq!(Repair::decode(&payload), Ok(largest.clone()));
    assert_eq!(Repair::fingerprint_of(&payload), largest.fingerprint());
    for (cells, returned) in [(CELL_BYTES_MAX + 1, 0), (0, RETURNED_BYTES_MAX + 1)] {
        let (_, payload) = frames(&repair(cells, returned).encode()).pop().unwrap();
        assert!(matches!(Repair::decode(&payload).unwrap_err().problem, Problem::TooMuch { .. }));
    }
}

#[test]
fn no_more_is_asked_for_than_allowed() {
    let state = ComparisonState::Found { only_node: u64::MAX, only_hub: 0 };
    let asked = Comparison { state, wanted: vec![7; WANTED_MAX + 5] }.encode();
    let (_, payload) = frames(&asked).pop().unwrap();
    assert_eq!(Comparison::decode(&payload).unwrap().wanted.len(), WANTED_MAX);
}

#[test]
fn a_frame_may_be_as_large_as_its_kind_and_no_larger() {
    let control = [1, 3, 16, 17, 18, 21, 22, 25];
    for kind in 0..=u8::MAX {
        let max = if control.contains(&kind) { CONTROL_BYTES_MAX } else { FRAME_BYTES_MAX };
        let kind = FrameKind::from_byte(kind);
        let mut reader = FrameReader::new();
        let mut head = Vec::new();
        write_frame(&mut head, kind, &vec![0; max]);
        reader.push(&head);
        assert_eq!(reader.next().unwrap().unwrap().payload.len(), max);
        // Of one byte more the head alone is enough to refuse it.
        let mut head = vec![kind.byte()];
        change_log::leb::write_unsigned(&mut head, max as u64 + 1);
        reader.push(&head);
        let error = FrameError::TooLarge { kind, length: max as u64 + 1 };
        assert_eq!(reader.next(), Err(error));
        reader.push(&[3, 1, 0x80]);
        assert_eq!((reader.next(), reader.pending()), (Err(error), 0), "a broken stream stays broken");
    }
}

#[test]
fn lengths_are_read_in_their_shortest_form_only() {
    for head in [&[1u8, 0x80, 0x00][..], &[1, 0x81, 0x80, 0x00], &[1, 0xff, 0xff, 0xff]] {
        let mut reader = FrameReader::new();
        let mut result = Ok(None);
        for byte in head {
            assert_eq!(result, Ok(None));
            reader.push(&[*byte]);
            result = reader.next();
        }
        assert_eq!(result, Err(FrameError::Malformed), "{head:?}");
    }
}

#[test]
fn versions_are_seen_even_in_a_hello_of_the_far_future() {
    let future = [0x83, 0x18, 40, 0x18, 50, 0xf6];
    let theirs = Versions::peek(&future).unwrap();
    assert_eq!(theirs, Versions { min: 40, max: 50 });
    assert_eq!(SUPPORTED.negotiate(theirs), Err(VersionError::WeAreTooOld { theirs: 40, ours: 1 }));
    assert_eq!(theirs.negotiate(SUPPORTED), Err(VersionError::TheyAreTooOld { theirs: 1, ours: 40 }));
    assert!(Versions::peek(&[0x82, 5, 4]).is_err());
    assert!(SignedHello::decode(&[0; 63]).is_err());
}

proptest! {
    #[test]
    fn numbers_are_written_as_the_cbor_library_writes_them(unsigned in any::<u64>(), signed in any::<i64>()) {
        let shift = unsigned % 64;
        for (unsigned, signed) in [(unsigned, signed), (unsigned >> shift, signed >> shift)] {
            let message = Welcome {
                version: 1,
                millis: signed,
                acknowledged: unsigned,
                hub_epoch: None,
                flags: 0,
                chain: None,
            };
            let mut encoder = Encoder::new(Vec::new());
            encoder.array(6).unwrap().u8(1).unwrap().i64(signed).unwrap().u64(unsigned).unwrap().null().unwrap();
            encoder.u8(0).unwrap().null().unwrap();
            prop_assert_eq!(&frames(&message.encode())[0].1, encoder.writer());
        }
    }
}
