//! Mutates the golden messages, by bytes and by structure, and watches that the decoders keep their promises.
//!
//! The same runs each time: a failure names the round that shows it.

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod samples;

use minicbor::Decoder;
use minicbor::data::Type;
use samples::{Message, idle_hello, parties, samples};
use sync_protocol::{
    CELL_BYTES_MAX, FAULT_TEXT_BYTES_MAX, FrameKind, FrameReader, LADDER_MAX, REFUSAL_CODE_BYTES_MAX,
    REFUSAL_DETAIL_BYTES_MAX, REFUSALS_MAX, RETURNED_BYTES_MAX, Versions, WANTED_MAX,
};

const ROUNDS: u64 = 20_000;

/// `SplitMix64`: good enough to choose mutations, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound as u64)).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.below(items.len())) }
    }
}

/// Start and end of every item in a CBOR text, those inside arrays too.
fn items(bytes: &[u8]) -> Vec<(usize, usize)> {
    fn walk(decoder: &mut Decoder<'_>, found: &mut Vec<(usize, usize)>) -> Option<()> {
        let start = decoder.position();
        if decoder.datatype().ok()? == Type::Array {
            for _ in 0..decoder.array().ok()?? {
                walk(decoder, found)?;
            }
        } else {
            decoder.skip().ok()?;
        }
        found.push((start, decoder.position()));
        Some(())
    }
    let mut found = Vec::new();
    let _ = walk(&mut Decoder::new(bytes), &mut found);
    found
}

/// Items that decoders stumble over: extremes, huge claims, wrong types, indefinite lengths, nesting.
fn odd_items() -> Vec<Vec<u8>> {
    let mut odd: Vec<Vec<u8>> =
        [0u8, 0x17, 0x20, 0x40, 0x60, 0x80, 0xa0, 0xf4, 0xf6, 0xf7, 0xff, 0x9f, 0x5f, 0x7f, 0x1c]
            .iter()
            .map(|byte| vec![*byte])
            .collect();
    for major in 0..8u8 {
        for tail in
            [&[24u8, 0xff][..], &[25, 0xff, 0xff], &[26, 0xff, 0xff, 0xff, 0xff], &[27, 0xff, 0, 0, 0, 0, 0, 0, 0]]
        {
            let mut item = tail.to_vec();
            item[0] |= major << 5;
            odd.push(item.clone());
            item[1..].fill(0xff);
            odd.push(item);
        }
    }
    odd.push([vec![0x81; 2000], vec![0]].concat());
    odd.push([vec![0xc1; 2000], vec![0]].concat());
    odd.push(vec![0x63, 0xff, 0xfe, 0x80]);
    odd.push([&[0x79, 0x04, 0x00][..], &[b'x'; 1024]].concat());
    odd.push([&[0x99, 0x08, 0x00][..], &[0; 2048]].concat());
    odd
}

fn mutate_bytes(chance: &mut Chance, bytes: &mut Vec<u8>, other: &[u8]) {
    let place = chance.below(bytes.len() + 1);
    match chance.below(6) {
        0 => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 1 << (chance.byte() % 8)),
        1 => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte = chance.byte()),
        2 => bytes.insert(place, chance.byte()),
        3 => bytes.truncate(place),
        4 => drop(bytes.drain(place..(place + 1 + chance.below(8)).min(bytes.len()).max(place))),
        _ => {
            let from = chance.below(other.len() + 1);
            bytes.truncate(place);
            bytes.extend_from_slice(&other[from..]);
        }
    }
}

fn mutate_structure(chance: &mut Chance, bytes: &mut Vec<u8>, other: &[u8], odd: &[Vec<u8>]) {
    let places = items(bytes);
    let Some((start, end)) = chance.pick(&places).copied() else { return };
    let item = bytes[start..end].to_vec();
    let replacement = match chance.below(5) {
        0 => chance.pick(odd).cloned().unwrap_or_default(),
        1 => {
            let donor = chance.pick(&items(other)).copied().unwrap_or((0, 0));
            other[donor.0..donor.1].to_vec()
        }
        2 => Vec::new(),
        3 => item.repeat(1 + chance.below(100)),
        // The head claims other counts than there are.
        _ => {
            let mut item = item;
            item[0] = (item[0] & 0xe0) | (chance.byte() & 0x1f);
            item
        }
    };
    bytes.splice(start..end, replacement);
}

fn corpus() -> Vec<(FrameKind, Vec<u8>)> {
    samples()
        .iter()
        .filter_map(|(_, message)| {
            let mut reader = FrameReader::new();
            reader.push(&message.encode());
            reader.next().ok().flatten().map(|frame| (frame.kind, frame.payload))
        })
        .collect()
}

fn assert_limits(message: &Message, round: u64) {
    match message {
        Message::Hello(signed) => {
            // Only the body as it came may be passed on, and only what was signed may be believed.
            let (node, _, log) = parties();
            if let Ok(hello) = signed.as_ref().clone().verify(&node.verifying_key(), log.hub, log.office) {
                assert_eq!(hello.node, idle_hello().node, "round {round}");
                assert!(hello.ladder.is_none_or(|rungs| rungs.len() <= LADDER_MAX));
            }
        }
        Message::Refusals(list) => {
            assert!(list.refusals.len() <= REFUSALS_MAX, "round {round}");
            for refusal in &list.refusals {
                assert!(refusal.code.len() <= REFUSAL_CODE_BYTES_MAX, "round {round}");
                assert!(refusal.detail.len() <= REFUSAL_DETAIL_BYTES_MAX, "round {round}");
            }
        }
        Message::Fault(fault) => {
            assert!(fault.text_id.len() <= FAULT_TEXT_BYTES_MAX, "round {round}");
            assert!(fault.text_en.len() <= FAULT_TEXT_BYTES_MAX, "round {round}");
        }
        Message::Repair(repair) => {
            assert!(repair.sketch.as_ref().is_none_or(|sketch| sketch.cells.len() <= CELL_BYTES_MAX), "round {round}");
            assert!(repair.returned.as_ref().is_none_or(|bytes| bytes.len() <= RETURNED_BYTES_MAX), "round {round}");
        }
        Message::Comparison(comparison) => assert!(comparison.wanted.len() <= WANTED_MAX, "round {round}"),
        Message::End(_)
        | Message::Welcome(_)
        | Message::Ack(_)
        | Message::Receipt(_)
        | Message::Verdict(_)
        | Message::WipeOrder(_) => {}
    }
}

#[test]
fn mutated_messages_are_refused_or_read_within_the_limits() {
    let (corpus, odd) = (corpus(), odd_items());
    let (node, _, log) = parties();
    let (mut read, mut refused) = (0u64, 0u64);
    for (index, (kind, original)) in corpus.iter().enumerate() {
        for round in 0..ROUNDS {
            let mut chance = Chance(round << 8 | index as u64);
            let mut payload = original.clone();
            for _ in 0..=chance.below(3) {
                let other = chance.pick(&corpus).map(|(_, payload)| payload.clone()).unwrap_or_default();
                if chance.below(2) == 0 {
                    mutate_bytes(&mut chance, &mut payload, &other);
                } else {
                    mutate_structure(&mut chance, &mut payload, &other, &odd);
                }
            }
            let _ = Versions::peek(&payload);
            let Some(Ok(message)) = Message::decode(*kind, &payload) else {
                refused += 1;
                continue;
            };
            read += 1;
            assert_limits(&message, round);
            if let Message::Hello(signed) = &message
                && !corpus.iter().any(|(_, known)| *known == payload)
            {
                let verified = signed.as_ref().clone().verify(&node.verifying_key(), log.hub, log.office);
                assert!(verified.is_err(), "a forged hello in round {round} of {index}");
            }
            let frame = message.encode();
            let mut reader = FrameReader::new();
            reader.push(&frame);
            // A list without refusals needs no frame.
            if let Ok(Some(frame)) = reader.next() {
                assert_eq!(Message::decode(frame.kind, &frame.payload), Some(Ok(message)), "round {round} of {index}");
            } else {
                assert!(frame.is_empty(), "round {round} of {index}");
            }
        }
    }
    // Both outcomes are reached often, or the mutations test little.
    let all = ROUNDS * corpus.len() as u64;
    assert!(read > all / 20 && refused > all / 3, "{read} read, {refused} refused of {all}");
}

#[test]
fn mutated_streams_give_the_same_frames_however_they_are_cut() {
    let stream: Vec<u8> = samples().iter().flat_map(|(_, message)| message.encode()).collect();
    for round in 0..ROUNDS {
        let mut chance = Chance(round);
        let mut bytes = stream.clone();
        for _ in 0..chance.below(3) {
            mutate_bytes(&mut chance, &mut bytes, &stream);
        }
        let whole = take_apart(&bytes, || usize::MAX);
        let pieces = take_apart(&bytes, || 1 + chance.below(300));
        assert!(whole == pieces, "round {round}: {:?} and {:?}", whole.1, pieces.1);
    }
}

/// The frames, and how the stream ended: error, or bytes left over.
fn take_apart(mut bytes: &[u8], mut size: impl FnMut() -> usize) -> (Vec<sync_protocol::Frame>, Result<usize, String>) {
    let mut reader = FrameReader::new();
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(size().min(bytes.len()));
        bytes = rest;
        reader.push(piece);
        loop {
            match reader.next() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Err(error.to_string())),
            }
        }
    }
    (frames, Ok(reader.pending()))
}
