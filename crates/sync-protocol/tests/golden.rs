//! The bytes of each message, kept in files: a program of today must read what one of years ago wrote.
//!
//! `REGENERATE_GOLDEN=1 cargo test -p sync-protocol --test golden` writes the files anew. A change of an existing file
//! breaks the protocol for every node in the field; it needs a new version number.

mod samples;

use std::path::PathBuf;

use data_encoding::HEXLOWER;
use samples::{Message, idle_hello, parties, samples};
use sync_protocol::{FrameReader, WipeTarget};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("hex")
}

#[test]
fn messages_are_read_from_their_golden_files_and_written_the_same() {
    for (name, message) in samples() {
        if std::env::var_os("REGENERATE_GOLDEN").is_some() {
            std::fs::write(file(name), HEXLOWER.encode(&message.encode()) + "\n").unwrap();
        }
        let text = std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let bytes = HEXLOWER.decode(text.trim().as_bytes()).unwrap();
        let mut reader = FrameReader::new();
        reader.push(&bytes);
        let frame = reader.next().unwrap().unwrap();
        assert_eq!(reader.pending(), 0, "{name}");
        let read = Message::decode(frame.kind, &frame.payload).unwrap().unwrap();
        assert_eq!(read, message, "{name}");
        assert_eq!(HEXLOWER.encode(&read.encode()), text.trim(), "{name}");
    }
}

#[test]
fn every_golden_file_has_its_sample() {
    let mut names: Vec<_> = samples().into_iter().map(|(name, _)| format!("{name}.hex")).collect();
    names.sort();
    let mut files: Vec<_> = std::fs::read_dir(file("x").parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, names);
}

#[test]
fn the_golden_signatures_hold() {
    let (node, hub, log) = parties();
    let mut checked = 0;
    for (name, message) in samples() {
        match message {
            Message::Hello(hello) => {
                let hello = hello.verify(&node.verifying_key(), log.hub, log.office).unwrap();
                assert_eq!(hello.node, log.node);
                assert!(name != "hello_idle" || hello == idle_hello());
                checked += 1;
            }
            Message::Receipt(receipt) => {
                receipt.verify(&hub.verifying_key(), &log).unwrap();
                checked += 1;
            }
            Message::WipeOrder(order) => {
                let target = WipeTarget { hub: log.hub, office: log.office, node: log.node };
                order.verify(&hub.verifying_key(), &target).unwrap();
                checked += 1;
            }
            _ => {}
        }
    }
    assert_eq!(checked, 6);
}

#[test]
fn an_idle_exchange_fits_into_400_bytes() {
    let idle = ["hello_idle", "end", "welcome", "verdict_proven"];
    let bytes: usize =
        samples().iter().filter(|(name, _)| idle.contains(name)).map(|(_, message)| message.encode().len()).sum();
    assert!((1..=400).contains(&bytes), "{bytes} bytes");
}
