//! What holds for every message: it survives the wire, however that cuts it, and unknown elements do not hurt.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod samples;

use change_log::{ChainHash, Digest, EpochId, HubId, NodeId};
use proptest::prelude::*;
use samples::{Message, idle_hello, parties, samples};
use sync_protocol::{
    Ack, Comparison, ComparisonState, Cursor, End, Fault, FaultCode, FrameKind, FrameReader, Hello, LADDER_MAX,
    LogName, Receipt, Refusal, Refusals, Repair, RepairSketch, Rung, Signature, SigningKey, Verdict, VerdictState,
    Versions, Welcome, WipeOrder, write_frame,
};

fn chain() -> impl Strategy<Value = ChainHash> {
    any::<[u8; 32]>().prop_map(ChainHash)
}

fn epoch() -> impl Strategy<Value = EpochId> {
    any::<[u8; 16]>().prop_map(EpochId)
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<(u64, [u8; 32])>().prop_map(|(count, sum)| Digest { count, sum })
}

fn hello() -> impl Strategy<Value = Hello> {
    let cursor = (epoch(), any::<u64>(), chain());
    let rung = (any::<u64>(), chain());
    (
        (any::<(u16, u16)>(), any::<[u8; 8]>(), epoch(), any::<(u64, u64, u64, u64)>(), chain()),
        (prop::option::of(cursor), digest(), any::<i64>(), "[ -~é\u{1f600}]{0,16}", any::<u32>()),
        any::<Option<[u8; 32]>>(),
        prop::option::of(prop::collection::vec(rung, 0..=LADDER_MAX)),
    )
        .prop_map(
            |((versions, node, epoch, numbers, chain), (cursor, digest, millis, software, flags), repair, ladder)| {
                Hello {
                    versions: Versions { min: versions.0.min(versions.1), max: versions.0.max(versions.1) },
                    node: NodeId(node),
                    epoch,
                    position: numbers.0,
                    chain,
                    counter: numbers.1,
                    acknowledged: numbers.2,
                    refusals_known: numbers.3,
                    cursor: cursor.map(|(hub_epoch, position, chain)| Cursor { hub_epoch, position, chain }),
                    digest,
                    millis,
                    software,
                    repair,
                    ladder: ladder
                        .map(|rungs| rungs.into_iter().map(|(position, chain)| Rung { position, chain }).collect()),
                    flags,
                }
            },
        )
}

fn message() -> impl Strategy<Value = Message> {
    let refusal = (any::<u64>(), any::<u64>(), "[a-z-]{0,48}", "[ -~é]{0,200}")
        .prop_map(|(number, position, code, detail)| Refusal { number, position, code, detail });
    let state = prop::sample::select(vec![VerdictState::Proven, VerdictState::More, VerdictState::Differ]);
    let welcome =
        (any::<u16>(), any::<i64>(), any::<u64>(), prop::option::of(epoch()), any::<u32>(), prop::option::of(chain()));
    let fault = (any::<u16>(), "[ -~é]{0,300}", "[ -~é]{0,300}", any::<Option<u32>>());
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    let sketch = (any::<u8>(), any::<u64>(), bytes.clone()).prop_map(|(slice_bits, size, cells)| RepairSketch {
        slice_bits,
        size,
        cells,
    });
    let comparison = prop_oneof![
        any::<(u64, u64)>().prop_map(|(only_node, only_hub)| ComparisonState::Found { only_node, only_hub }),
        Just(ComparisonState::TooFewCells),
        any::<u32>().prop_map(|seconds| ComparisonState::Later { seconds }),
    ];
    prop_oneof![
        hello().prop_map(|hello| {
            let (node, _, log) = parties();
            Message::Hello(Box::new(hello.sign(&node, log.hub, log.office)))
        }),
        Just(Message::End(End)),
        welcome.prop_map(|(version, millis, acknowledged, hub_epoch, flags, chain)| {
            Message::Welcome(Welcome { version, millis, acknowledged, hub_epoch, flags, chain })
        }),
        any::<u64>().prop_map(|position| Message::Ack(Ack { position })),
        (any::<u64>(), chain(), any::<[u8; 32]>(), any::<[u8; 32]>()).prop_map(|(position, chain, left, right)| {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&left);
            signature[32..].copy_from_slice(&right);
            Message::Receipt(Receipt { position, chain, signature: Signature(signature) })
        }),
        (prop::option::of(epoch()), prop::collection::vec(refusal, 1..40))
            .prop_map(|(repaired, refusals)| Message::Refusals(Refusals { repaired, refusals })),
        (state, any::<u64>(), digest(), any::<Option<[u8; 16]>>()).prop_map(|(state, feed_position, digest, salt)| {
            Message::Verdict(Verdict { state, feed_position, digest, salt })
        }),
        (any::<u64>(), any::<[u8; 16]>(), prop::option::of(sketch), prop::option::of(bytes.clone()))
            .prop_map(|(counter, salt, sketch, returned)| Message::Repair(Repair { counter, salt, sketch, returned })),
        (comparison, prop::collection::vec(any::<u64>(), 0..50))
            .prop_map(|(state, wanted)| Message::Comparison(Comparison { state, wanted })),
        (any::<i64>(), any::<bool>(), any::<[u8; 32]>()).prop_map(|(issued_millis, takes_in, half)| {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&half);
            Message::WipeOrder(WipeOrder { issued_millis, takes_in, signature: Signature(signature) })
        }),
        fault.prop_map(|(code, text_id, text_en, retry_after_seconds)| {
            let code = FaultCode::from_number(code);
            Message::Fault(Fault { code, text_id, text_en, retry_after_seconds })
        }),
    ]
}

fn read_all(stream: &[u8], cuts: &[usize]) -> (Vec<Message>, usize) {
    let mut reader = FrameReader::new();
    let mut read = Vec::new();
    let mut rest = stream;
    let mut sizes = cuts.iter().cycle();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(sizes.next().copied().unwrap_or(usize::MAX)));
        rest = after;
        reader.push(piece);
        while let Some(frame) = reader.next().unwrap() {
            read.extend(Message::decode(frame.kind, &frame.payload).map(Result::unwrap));
        }
    }
    (read, reader.pending())
}

proptest! {
    #[test]
    fn messages_survive_a_stream_cut_anywhere(
        messages in prop::collection::vec(message(), 1..6),
        cuts in prop::collection::vec(1usize..200, 1..8),
    ) {
        let stream: Vec<u8> = messages.iter().flat_map(Message::encode).collect();
        prop_assert_eq!(read_all(&stream, &cuts), (messages, 0));
    }

    #[test]
    fn a_signed_hello_gives_its_content_only_to_the_right_key_hub_and_office(
        hello in hello(), other in any::<[u8; 32]>(), bit in any::<prop::sample::Index>(),
    ) {
        let (node, _, log) = parties();
        let signed = hello.clone().sign(&node, log.hub, log.office);
        let key = node.verifying_key();
        prop_assert_eq!(signed.claimed_node(), hello.node);
        prop_assert_eq!(signed.clone().verify(&key, log.hub, log.office), Ok(hello));
        let wrong_key = SigningKey::from_seed(&other).verifying_key();
        let wrong_hub = HubId(other[..16].try_into().unwrap());
        prop_assert!(signed.clone().verify(&wrong_key, log.hub, log.office).is_err());
        prop_assert!(signed.clone().verify(&key, wrong_hub, log.office).is_err());
        prop_assert!(signed.clone().verify(&key, log.hub, "35.10.01".parse().unwrap()).is_err());
        // One bit flipped anywhere: unreadable, or not verified.
        let frame = read_frame(&signed.encode());
        let mut payload = frame;
        let place = bit.index(payload.len() * 8);
        payload[place / 8] ^= 1 << (place % 8);
        if let Ok(altered) = sync_protocol::SignedHello::decode(&payload) {
            prop_assert!(altered.verify(&key, log.hub, log.office).is_err());
        }
    }

    #[test]
    fn a_receipt_holds_for_one_log_place_and_chain_only(position in any::<u64>(), chain in chain()) {
        let (_, hub, log) = parties();
        let key = hub.verifying_key();
        let receipt = Receipt::sign(&hub, &log, position, chain);
        prop_assert!(receipt.verify(&key, &log).is_ok());
        let others = [
            LogName { hub: HubId([1; 16]), ..log },
            LogName { office: "35.10.01".parse().unwrap(), ..log },
            LogName { office: "35.10.01.2002".parse().unwrap(), ..log },
            LogName { node: NodeId([1; 8]), ..log },
            LogName { epoch: EpochId([1; 16]), ..log },
        ];
        for other in &others {
            prop_assert!(receipt.verify(&key, other).is_err());
        }
        let later = Receipt { position: position.wrapping_add(1), ..receipt };
        prop_assert!(later.verify(&key, &log).is_err());
        let mut bytes = chain.0;
        bytes[31] ^= 1;
        let elsewhere = Receipt { chain: ChainHash(bytes), ..receipt };
        prop_assert!(elsewhere.verify(&key, &log).is_err());
        prop_assert!(receipt.verify(&SigningKey::from_seed(&[9; 32]).verifying_key(), &log).is_err());
    }

    #[test]
    fn arbitrary_bytes_never_panic(kind in any::<u8>(), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut reader = FrameReader::new();
        reader.push(&bytes);
        while let Ok(Some(frame)) = reader.next() {
            let _ = Message::decode(frame.kind, &frame.payload);
        }
        prop_assert!(reader.pending() <= bytes.len());
        for kind in [kind, 1, 3, 16, 17, 18, 20, 21, 22] {
            let decoded = Message::decode(FrameKind::from_byte(kind), &bytes);
            // What reads is written so that it reads the same.
            if let Some(Ok(message)) = decoded && message != Message::Refusals(Refusals::default()) {
                prop_assert_eq!(read_all(&message.encode(), &[]).0, vec![message]);
            }
        }
        let _ = Versions::peek(&bytes);
    }

    #[test]
    fn kinds_and_codes_survive_their_numbers(byte in any::<u8>(), number in any::<u16>()) {
        prop_assert_eq!(FrameKind::from_byte(byte).byte(), byte);
        prop_assert_eq!(FaultCode::from_number(number).number(), number);
    }

    #[test]
    fn both_sides_agree_on_the_version(a in any::<(u8, u8)>(), b in any::<(u8, u8)>()) {
        let range = |(one, other): (u8, u8)| Versions { min: one.min(other).into(), max: one.max(other).into() };
        let (ours, theirs) = (range(a), range(b));
        let common = (ours.min.max(theirs.min)..=ours.max.min(theirs.max)).max();
        prop_assert_eq!(ours.negotiate(theirs).ok(), common);
        prop_assert_eq!(theirs.negotiate(ours).ok(), common);
        prop_assert!(common.is_none_or(|version| ours.contains(version) && theirs.contains(version)));
    }
}

fn read_frame(bytes: &[u8]) -> Vec<u8> {
    let mut reader = FrameReader::new();
    reader.push(bytes);
    reader.next().ok().flatten().map(|frame| frame.payload).unwrap_or_default()
}

/// The message as a newer program would write it: with two more elements at its end.
fn grown(message: &Message) -> (FrameKind, Vec<u8>) {
    let bytes = message.encode();
    let kind = FrameKind::from_byte(bytes[0]);
    let mut payload = read_frame(&bytes);
    let signature = if kind == FrameKind::Hello { payload.split_off(payload.len() - 64) } else { Vec::new() };
    assert_eq!(payload[0] >> 5, 4, "an array");
    let head = if payload[0] < 0x80 + 22 { 0x80 + (payload[0] & 31) + 2 } else { panic!("a short array") };
    payload[0] = head;
    // ["new", {1: h'00'}], 5
    payload.extend([0x82, 0x63, b'n', b'e', b'w', 0xa1, 0x01, 0x41, 0x00, 0x05]);
    payload.extend(signature);
    (kind, payload)
}

#[test]
fn elements_of_a_newer_program_are_skipped() {
    for (name, message) in samples() {
        let (kind, payload) = grown(&message);
        let read = Message::decode(kind, &payload).unwrap().unwrap_or_else(|error| panic!("{name}: {error}"));
        if let (Message::Hello(read), Message::Hello(_)) = (&read, &message) {
            // The old signature does not cover the new elements.
            let (node, _, log) = parties();
            let key = node.verifying_key();
            assert!(read.clone().verify(&key, log.hub, log.office).is_err(), "{name}");
        } else {
            assert_eq!(read, message, "{name}");
        }
    }
}

#[test]
fn a_hello_of_a_newer_program_still_verifies() {
    let (node, _, log) = parties();
    let signed = idle_hello().sign(&node, log.hub, log.office);
    let (_, payload) = grown(&Message::Hello(Box::new(signed)));
    let body = &payload[..payload.len() - 64];
    let mut message = b"smart-kampung hello v1\0".to_vec();
    message.extend(log.hub.as_bytes());
    message.extend(log.office.as_str().as_bytes());
    message.extend(body);
    let payload = [body, &node.sign(&message).0].concat();
    let read = sync_protocol::SignedHello::decode(&payload).unwrap();
    assert_eq!(read_frame(&read.encode()), payload, "passed on as it came");
    assert_eq!(read.verify(&node.verifying_key(), log.hub, log.office), Ok(idle_hello()));
}

#[test]
fn frames_of_a_newer_program_are_passed_over() {
    let mut stream = Vec::new();
    write_frame(&mut stream, FrameKind::Unknown(99), b"whatever");
    stream.extend(Message::Ack(Ack { position: 3 }).encode());
    assert_eq!(read_all(&stream, &[1]), (vec![Message::Ack(Ack { position: 3 })], 0));
}
