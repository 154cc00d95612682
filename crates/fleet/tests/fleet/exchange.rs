//! docs/protocol.md shows what the programs say today.

use std::path::Path;

use fleet::exchange::{play, put, render};
use sync_protocol::{FrameKind, FrameReader};

fn kinds(mut body: &[u8]) -> Vec<FrameKind> {
    let mut reader = FrameReader::new();
    reader.push(std::mem::take(&mut body));
    let kinds = std::iter::from_fn(|| reader.next().unwrap()).map(|frame| frame.kind).collect();
    assert_eq!(reader.pending(), 0);
    kinds
}

#[test]
fn the_exchange_in_the_documentation_is_the_one_of_today() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol.md");
    let page = std::fs::read_to_string(path).unwrap();
    let now = put(&page, &render(&play().unwrap()).unwrap()).unwrap();
    assert!(
        page == now,
        "docs/protocol.md shows other bytes than the programs say. Run this in the root folder:\n\
         cargo run -p fleet -- exchange --write docs/protocol.md"
    );
}

#[test]
fn an_exchange_has_all_its_frames() {
    use FrameKind::{Ack, Batch, End, FeedBatch, Hello, Receipt, Verdict, Welcome};
    let [first, idle] = play().unwrap();
    assert_eq!(kinds(&first.request), [Hello, Batch, End]);
    assert_eq!(kinds(&first.reply), [Welcome, Ack, Receipt, FeedBatch, Verdict]);
    assert_eq!(kinds(&idle.request), [Hello, End]);
    assert_eq!(kinds(&idle.reply), [Welcome, Verdict]);
    assert!(idle.request.len() + idle.reply.len() <= 400, "an idle exchange is dear");
}

#[test]
fn the_same_exchange_has_the_same_bytes() {
    assert_eq!(play().unwrap(), play().unwrap());
}
