//! What the two dearest parts of the work cost by themselves, on one processor.

use std::time::{Duration, Instant};

use change_log::{ChangeHash, Entry, EpochId, Position};
use service_document::{Belonging, Candidate, judge};
use sync_protocol::batch::{BatchDecoder, BatchEncoder, Item, Known, References};

use super::caller::Caller;
use crate::demo::DemoError;

/// Times for all transactions together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// Packing at the nodes.
    pub pack: Duration,
    /// Unpacking at the hub.
    pub unpack: Duration,
    /// The gate.
    pub judge: Duration,
}

struct Nothing;

impl References for Nothing {
    fn place_of(&self, _: &ChangeHash) -> Option<(EpochId, Position)> {
        None
    }

    fn known(&self, _: &EpochId, _: Position) -> Option<Known> {
        None
    }
}

pub(super) fn measure(callers: &[Caller]) -> Result<Parts, DemoError> {
    let mut parts = Parts { pack: Duration::ZERO, unpack: Duration::ZERO, judge: Duration::ZERO };
    for caller in callers {
        let (mut encoder, mut decoder) = (BatchEncoder::new(), BatchDecoder::new());
        for some in caller.entries.chunks(1000) {
            let internal = |error: sync_protocol::batch::BatchError| DemoError::Internal(error.to_string());
            let items: Vec<Item> = some.iter().cloned().map(Item::Entry).collect();
            let begun = Instant::now();
            let batch = encoder.encode(&items, &Nothing).map_err(internal)?;
            parts.pack += begun.elapsed();
            let begun = Instant::now();
            decoder.decode(&batch, &Nothing).map_err(internal)?;
            parts.unpack += begun.elapsed();
        }
        for of_document in caller.entries.chunk_by(|one, next| one.document == next.document) {
            let candidates: Vec<Candidate<'_>> = of_document.iter().map(candidate).collect();
            if let Some(first) = of_document.first() {
                let begun = Instant::now();
                judge(first.document, Belonging::To(caller.office), &[], &candidates);
                parts.judge += begun.elapsed();
            }
        }
    }
    Ok(parts)
}

fn candidate(entry: &Entry) -> Candidate<'_> {
    Candidate { epoch: entry.epoch, hash: entry.hash, raw: &entry.raw, guest: None }
}
