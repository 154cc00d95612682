//! The decoders, each with what must hold whatever the input.

use change_log::{ChangeHash, EpochId, Position, RawChange, wrap_chunk};
use chrono::NaiveDate;
use exchange_driver::FeedFrame;
use office_model::Catalogue;
use sync_exchange::{Salt, Sketch};
use sync_protocol::batch::{BatchDecoder, CHANGES_BYTES_MAX, ITEMS_MAX, Item, Known, References};
use sync_protocol::enrolment::Code;
use sync_protocol::{
    Ack, Comparison, End, Fault, FrameKind, FrameReader, LetterSeal, NodeCertificate, Receipt, Refusals, Repair,
    SignedHello, SigningKey, Verdict, Versions, Welcome, WipeOrder,
};
use village_node::Action;
use village_node::action::NewRecord;

use super::CHECK_BYTES;

const MIB: usize = 1 << 20;

/// A decoder under test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// As the fuzzer's program is called.
    pub name: &'static str,
    /// Decodes; panics when a promise is broken.
    pub run: fn(&[u8]),
    /// Memory it may need at once, in bytes beyond a hundred times its input. zstd's own is not counted.
    pub memory_max: usize,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "frames", run: frames, memory_max: MIB },
    Target { name: "messages", run: messages, memory_max: MIB },
    Target { name: "batch", run: batch, memory_max: 32 * MIB },
    Target { name: "unpacked_batch", run: unpacked_batch, memory_max: 32 * MIB },
    Target { name: "feed_frame", run: feed_frame, memory_max: 32 * MIB },
    Target { name: "raw_change", run: raw_change, memory_max: MIB },
    Target { name: "enrolment_code", run: enrolment_code, memory_max: MIB },
    Target { name: "letter_seal", run: letter_seal, memory_max: MIB },
    Target { name: "local_api", run: local_api, memory_max: MIB },
    Target { name: "record_form", run: record_form, memory_max: 2 * MIB },
];

/// The first byte says how the rest is cut into pieces.
fn frames(input: &[u8]) {
    let Some((size, bytes)) = input.split_first() else { return };
    let mut reader = FrameReader::new();
    let mut taken = 0;
    for piece in bytes.chunks(usize::from(*size) + 1) {
        reader.push(piece);
        while let Ok(Some(frame)) = reader.next() {
            taken += frame.payload.len();
            assert!(frame.payload.len() <= frame.kind.payload_max(), "a frame above its limit was let through");
        }
        assert!(reader.pending() <= bytes.len(), "more is kept than came");
    }
    assert!(taken <= bytes.len(), "frames hold more than came");
}

/// The first byte says which message the rest is taken for. What was read is written and read again.
fn messages(input: &[u8]) {
    let Some((kind, payload)) = input.split_first() else { return };
    let written = match FrameKind::from_byte(*kind) {
        FrameKind::Hello => SignedHello::decode(payload).map(|message| message.encode()),
        FrameKind::End => End::decode(payload).map(|message| message.encode()),
        FrameKind::Welcome => Welcome::decode(payload).map(|message| message.encode()),
        FrameKind::Ack => Ack::decode(payload).map(|message| message.encode()),
        FrameKind::Receipt => Receipt::decode(payload).map(|message| message.encode()),
        FrameKind::Refusals => Refusals::decode(payload).map(|message| message.encode()),
        FrameKind::Verdict => Verdict::decode(payload).map(|message| message.encode()),
        FrameKind::Fault => Fault::decode(payload).map(|message| message.encode()),
        FrameKind::Repair => Repair::decode(payload).map(|message| {
            sketch(&message);
            message.encode()
        }),
        FrameKind::Comparison => Comparison::decode(payload).map(|message| message.encode()),
        FrameKind::WipeOrder => WipeOrder::decode(payload).map(|message| message.encode()),
        FrameKind::Batch | FrameKind::FeedBatch | FrameKind::RepairBatch | FrameKind::Unknown(_) => return,
    };
    let _ = Versions::peek(payload);
    // A list without refusals needs no frame.
    let Some(written) = written.ok().filter(|written| !written.is_empty()) else { return };
    let mut reader = FrameReader::new();
    reader.push(&written);
    let frame = reader.next().ok().flatten();
    let again = frame.filter(|frame| frame.kind.byte() == *kind && reader.pending() == 0);
    assert!(again.is_some(), "what was read cannot be written");
}

/// Any cells must come to an end, and find no more than there are cells.
fn sketch(message: &Repair) {
    let Some(sketch) = &message.sketch else { return };
    let salt = Salt::new([1; 16], message.salt);
    let Ok(cells) = Sketch::from_bytes(salt, sketch.slice_bits, sketch.size, &sketch.cells) else { return };
    let (count, none) = (cells.len(), cells.same_form());
    if let Some(found) = cells.difference(&none) {
        assert!(found.only_first.len() + found.only_second.len() <= count, "more was found than there are cells");
    }
}

/// Nothing is held here.
pub(super) struct Nothing;

impl References for Nothing {
    fn place_of(&self, _: &ChangeHash) -> Option<(EpochId, Position)> {
        None
    }

    fn known(&self, _: &EpochId, _: Position) -> Option<Known> {
        None
    }
}

fn batch(input: &[u8]) {
    let Ok(items) = BatchDecoder::new().decode(input, &Nothing) else { return };
    assert!(items.len() <= ITEMS_MAX, "a batch above its limit was let through");
    let raw = |item: &Item| match item {
        Item::Entry(entry) => entry.raw.len(),
        Item::Own { .. } => 0,
    };
    assert!(items.iter().map(raw).sum::<usize>() <= CHANGES_BYTES_MAX, "a batch above its limit was let through");
}

/// What a hostile sender packed: its compression is right, its content is not. The check at the end refuses all of it,
/// but by then everything was taken apart.
fn unpacked_batch(input: &[u8]) {
    let Some((count, rest)) = input.split_first() else { return };
    let (bits, residue) = rest.split_at(rest.len().min(usize::from(*count)));
    let Ok(packed) = zstd::bulk::compress(residue, 1) else { return };
    let mut payload = vec![0; CHECK_BYTES];
    change_log::leb::write_unsigned(&mut payload, residue.len() as u64);
    if !residue.is_empty() {
        change_log::leb::write_prefixed(&mut payload, &packed);
    }
    payload.extend_from_slice(bits);
    batch(&payload);
}

fn feed_frame(input: &[u8]) {
    if let Ok(frame) = FeedFrame::decode(input) {
        batch(frame.batch);
    }
}

/// As it came, and with its checksum put right.
fn raw_change(input: &[u8]) {
    let (chunk, _) = wrap_chunk(input);
    for bytes in [input, chunk.as_slice()] {
        if let Ok(change) = RawChange::parse(bytes) {
            assert!(change.max_op() < u64::MAX, "operations beyond number");
        }
    }
}

fn enrolment_code(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(code) = text.parse::<Code>() {
        assert!(code.to_string().parse::<Code>().is_ok_and(|again| again == code), "a code that is not itself");
    }
}

/// As bytes and as text. Nobody here has the hub's key, so whatever is read proves nothing.
fn letter_seal(input: &[u8]) {
    let hub = SigningKey::from_seed(&[0x5e; 32]).verifying_key();
    let text = String::from_utf8_lossy(input);
    let read = [LetterSeal::decode(input), text.parse::<LetterSeal>()];
    for seal in read.into_iter().flatten() {
        let again = seal.to_string().parse::<LetterSeal>();
        assert!(again.is_ok_and(|again| again == seal), "a seal that is not itself");
        assert!(seal.verify(&hub).is_err(), "a seal that nobody made holds");
    }
    let _ = NodeCertificate::decode(input).map(|certificate| assert!(certificate.verify(&hub).is_err()));
}

fn local_api(input: &[u8]) {
    let _ = serde_json::from_slice::<Action>(input);
}

fn record_form(input: &[u8]) {
    let Ok(record) = serde_json::from_slice::<NewRecord>(input) else { return };
    let Some(today) = NaiveDate::from_ymd_opt(2026, 11, 23) else { return };
    let _ = Catalogue::current().validate(&record.service, &record.fields, today);
}
