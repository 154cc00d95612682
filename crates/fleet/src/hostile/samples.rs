//! Good input for each target, to be spoilt; and input made to hurt.

use change_log::leb::{Reader, write_prefixed, write_unsigned};
use change_log::{DocumentId, EntryHash, EpochId};
use chrono::NaiveDate;
use serde_json::json;
use sync_exchange::{Salt, Sketch};
use sync_protocol::batch::{BatchEncoder, Item};
use sync_protocol::enrolment::Code;
use sync_protocol::{
    CertifiedNode, Comparison, ComparisonState, Fault, FaultCode, FrameKind, FrameReader, LetterSeal, NodeCertificate,
    Refusal, Refusals, Repair, RepairSketch, SealedLetter, SigningKey,
};

use super::CHECK_BYTES;
use super::target::Nothing;
use crate::exchange::play;
use crate::generate::Generator;
use crate::made_log::make;

const OFFICE: &str = "35.10.01.2001";
/// What a bomb unpacks to, in bytes.
const BOMB_BYTES: u64 = 1 << 30;

/// Samples of a target, by its name.
///
/// # Errors
/// When nothing real can be made.
pub fn samples(target: &str) -> Result<Vec<Vec<u8>>, String> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).ok_or("no such day")?;
    let office = OFFICE.parse().map_err(|_| "no such office")?;
    let made = make(office, 7, 25, day).map_err(|error| error.to_string())?;
    let payloads = |kind: FrameKind| frames(|found, _| found == kind);
    match target {
        "frames" => Ok(play()?.into_iter().flat_map(|bodies| [bodies.request, bodies.reply]).collect()),
        "messages" => frames(|kind, payload| {
            payload.insert(0, kind.byte());
            !matches!(kind, FrameKind::Batch | FrameKind::FeedBatch)
        }),
        "batch" => payloads(FrameKind::Batch),
        "feed_frame" => payloads(FrameKind::FeedBatch),
        "unpacked_batch" => {
            let items: Vec<Item> = made.entries.into_iter().map(Item::Entry).collect();
            items.chunks(8).map(unpacked).collect()
        }
        "raw_change" => {
            // Behind magic, checksum, kind and length: the checksum is put right by the target.
            let contents = made.entries.iter().map(|entry| entry.raw.get(11..).unwrap_or_default().to_vec());
            Ok(contents.chain(made.entries.iter().map(|entry| entry.raw.clone())).take(60).collect())
        }
        "enrolment_code" => {
            let code = |seed: u8| Code { fingerprint: [seed; 10], secret: [seed.wrapping_mul(37); 16] };
            Ok((0..8).map(|seed| code(seed).to_string().into_bytes()).collect())
        }
        "letter_seal" => seals(day),
        "local_api" => Ok(actions(&records(office, day))),
        "record_form" => Ok(records(office, day).iter().map(|record| record.to_string().into_bytes()).collect()),
        other => Err(format!("no target is called {other}")),
    }
}

/// Seals of a hub that the target does not know, as bytes and as text.
fn seals(day: NaiveDate) -> Result<Vec<Vec<u8>>, String> {
    let (hub, key) = (SigningKey::from_seed(&[8; 32]), SigningKey::from_seed(&[7; 32]));
    let office = OFFICE.parse().map_err(|_| "no such office")?;
    let node = CertifiedNode { key: key.verifying_key(), office, issued_seconds: 1_795_000_000 };
    let certificate = NodeCertificate::issue(&hub, node);
    let mut samples = vec![certificate.encode()];
    for number in 1..=4_u8 {
        let letter = SealedLetter {
            document: DocumentId::derive(EpochId([number; 16]), number.into(), 1_795_000_000_000),
            service: "G01".parse().map_err(|_| "no such service")?,
            number: format!("470/{number:04}/429.523.03/2026"),
            name: "SITI CONTOH".repeat(number.into()),
            date: day,
            signer: String::new(),
        };
        let seal = LetterSeal::sign(&letter, &certificate, &key, hub.verifying_key().hub_id());
        let seal = seal.map_err(|error| error.to_string())?;
        samples.extend([seal.encode(), seal.address("https://surat.example.go.id").into_bytes()]);
    }
    Ok(samples)
}

/// The coded bits of a batch of plain changes, their number before them, and what it left to zstd, unpacked.
fn unpacked(items: &[Item]) -> Result<Vec<u8>, String> {
    let batch = BatchEncoder::plain_only().encode(items, &Nothing).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(batch.get(CHECK_BYTES..).unwrap_or_default());
    let length = reader.unsigned().map_err(|error| error.to_string())?;
    reader.prefixed().map_err(|error| error.to_string())?;
    let bits = reader.rest();
    let mut sample = vec![u8::try_from(bits.len()).map_err(|error| error.to_string())?];
    sample.extend_from_slice(bits);
    for item in items {
        if let Item::Entry(entry) = item {
            sample.extend_from_slice(entry.document.as_bytes());
            sample.extend_from_slice(&entry.raw);
        }
    }
    let whole = sample.len() as u64 == 1 + bits.len() as u64 + length;
    if whole { Ok(sample) } else { Err("a batch leaves other bytes to zstd than is said here".to_owned()) }
}

/// Payloads of the frames of real exchanges and of some that those do not have.
fn frames(mut wanted: impl FnMut(FrameKind, &mut Vec<u8>) -> bool) -> Result<Vec<Vec<u8>>, String> {
    let refusal =
        Refusal { number: 3, position: 9, code: "gate".to_owned(), detail: "it builds on nothing".to_owned() };
    let mut sketch = Sketch::new(Salt::new([1; 16], [2; 16]), 0, 8);
    (0..3).for_each(|number| sketch.add(EntryHash([number; 32])));
    let sketch = RepairSketch { slice_bits: 0, size: sketch.size(), cells: sketch.to_bytes() };
    let repair = Repair { counter: 5, salt: [2; 16], sketch: Some(sketch), returned: Some(vec![7; 9]) };
    let state = ComparisonState::Found { only_node: 2, only_hub: 1 };
    let comparison = Comparison { state, wanted: vec![1, u64::MAX] };
    let others = [
        Refusals { repaired: Some(EpochId([3; 16])), refusals: vec![refusal; 3] }.encode(),
        repair.encode(),
        comparison.encode(),
        Fault::new(FaultCode::Busy, Some(30)).encode(),
        Fault::new(FaultCode::Version, None).encode(),
    ];
    let mut reader = FrameReader::new();
    let mut found = Vec::new();
    for body in play()?.into_iter().flat_map(|bodies| [bodies.request, bodies.reply]).chain(others) {
        reader.push(&body);
        while let Some(mut frame) = reader.next().map_err(|error| error.to_string())? {
            if wanted(frame.kind, &mut frame.payload) {
                found.push(frame.payload);
            }
        }
    }
    Ok(found)
}

fn records(office: office_model::OfficeCode, day: NaiveDate) -> Vec<serde_json::Value> {
    let form = |record: crate::generate::Record| json!({"service": record.service, "fields": record.fields});
    Generator::new(office, 7, day).take(40).map(form).collect()
}

fn actions(records: &[serde_json::Value]) -> Vec<Vec<u8>> {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let actions = [
        json!({"action": "record", "records": records.get(..3), "clerk": "siti"}),
        json!({"action": "list", "query": {"q": "siti", "limit": 50}}),
        json!({"action": "show", "id": id}),
        json!({"action": "set", "id": id, "edits": [["nama", "Siti"], ["rt", 1]], "clerk": "siti"}),
        json!({"action": "step", "id": id, "to": "diajukan", "reason": null, "clerk": "siti"}),
        json!({"action": "settle", "id": id, "path": "nama", "value": {"a": [1, 2]}, "clerk": "siti"}),
    ];
    actions.iter().map(|action| action.to_string().into_bytes()).collect()
}

/// Input made to hurt, for every target: bombs, counts that lie, deep nesting.
///
/// # Errors
/// When the bomb cannot be packed.
pub fn bombs() -> Result<Vec<Vec<u8>>, String> {
    let nested = |open: &str, depth: usize| open.repeat(depth).into_bytes();
    let mut bombs = vec![
        nested("[", 100_000),
        nested("{\"a\":", 100_000),
        format!("{{\"service\":\"G01\",\"fields\":{{\"nama\":{}", "[".repeat(100_000)).into_bytes(),
        format!("{{\"service\":\"G01\",\"fields\":{{\"nama\":[{}0]}}}}", "0,".repeat(100_000)).into_bytes(),
        format!("{{\"service\":\"G01\",\"fields\":{{\"nama\":\"{}\"}}}}", "x".repeat(1 << 20)).into_bytes(),
        format!("{{\"service\":\"G01\",\"fields\":{{{}\"nama\":1}}}}", "\"nama\":1,".repeat(20_000)).into_bytes(),
    ];
    for kind in [1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 99] {
        // CBOR: arrays in arrays, tags in tags, maps in maps, and counts up to 2^64.
        for nest in [0x81, 0xc1, 0xa1, 0x9f] {
            bombs.push([vec![kind], vec![nest; 100_000]].concat());
        }
        for head in [0x9b, 0x5b, 0x7b, 0xbb] {
            bombs.push([vec![kind, head], vec![0xff; 8]].concat());
            bombs.push([vec![kind, 0x91, head], vec![0, 0, 0, 1, 0, 0, 0, 0]].concat());
        }
        // The same behind the head of a frame that announces a whole mebibyte.
        bombs.push(vec![0, kind, 0x80, 0x80, 0x40]);
    }
    let zeros = std::io::Read::take(std::io::repeat(0), BOMB_BYTES);
    let packed = zstd::stream::encode_all(zeros, 3).map_err(|error| error.to_string())?;
    for claimed in [0, 1, 1 << 20, BOMB_BYTES, u64::MAX] {
        for length in [1024, packed.len()] {
            let mut batch = vec![0; CHECK_BYTES];
            write_unsigned(&mut batch, claimed);
            write_prefixed(&mut batch, packed.get(..length).unwrap_or(&packed));
            // The same as a feed frame: two positions and a chain before it.
            bombs.push([vec![0, 1], vec![7; 32], batch.clone()].concat());
            bombs.push(batch);
        }
    }
    // Every number of a batch is a count that lies.
    for fill in [0xff, 0x7f, 0x80, 0] {
        bombs.push(vec![fill; 1 << 16]);
    }
    for count in [0x7f_u64, 8192, 8193, 262_144, 1 << 40, u64::MAX] {
        let mut lies = Vec::new();
        while lies.len() < 4096 {
            write_unsigned(&mut lies, count);
        }
        bombs.push(lies);
    }
    Ok(bombs)
}
