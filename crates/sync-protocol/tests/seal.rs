//! Seals of letters: whoever has the hub's public key can check them, and nobody can make or alter one.
//!
//! `REGENERATE_GOLDEN=1 cargo test -p sync-protocol --test seal` writes the files anew. Seals stand on paper for decades:
//! what changes a file of this kind makes printed letters false.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use change_log::DocumentId;
use proptest::prelude::*;
use sync_protocol::{
    CERTIFICATE_BYTES_MAX, CertificateRequest, CertifiedNode, LetterSeal, NodeCertificate, SEAL_BYTES_MAX,
    SEAL_TEXT_MAX, SEALED_TEXT_BYTES_MAX, SealedLetter, SigningKey,
};

fn hub() -> SigningKey {
    SigningKey::from_seed(&[8; 32])
}

fn node() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn certified(key: &SigningKey) -> CertifiedNode {
    let office = "35.10.01.2001".parse().unwrap();
    CertifiedNode { key: key.verifying_key(), office, issued_seconds: 1_795_000_000 }
}

fn certificate() -> NodeCertificate {
    NodeCertificate::issue(&hub(), certified(&node()))
}

fn letter() -> SealedLetter {
    SealedLetter {
        document: DocumentId("0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40".parse().unwrap()),
        service: "G01".parse().unwrap(),
        number: "470/0012/429.523.03/2026".to_owned(),
        name: "SITI CONTOH D'ÁMBAR".to_owned(),
        date: "2026-11-23".parse().unwrap(),
        signer: "SUGENG CONTOH".to_owned(),
    }
}

fn seal(letter: &SealedLetter) -> LetterSeal {
    LetterSeal::sign(letter, &certificate(), &node(), hub().verifying_key().hub_id()).unwrap()
}

/// Whether bytes are a seal that the hub's key vouches for.
fn holds(bytes: &[u8]) -> bool {
    LetterSeal::decode(bytes).is_ok_and(|seal| seal.verify(&hub().verifying_key()).is_ok())
}

fn golden(name: &str, text: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden-seal").join(name);
    if std::env::var_os("REGENERATE_GOLDEN").is_some() {
        std::fs::write(&file, format!("{text}\n")).unwrap();
    }
    std::fs::read_to_string(&file).unwrap().trim().to_owned()
}

#[test]
fn certificates_and_seals_are_read_from_their_golden_files_and_written_the_same() {
    let text = golden("node_certificate.hex", &certificate().to_string());
    assert_eq!(text.parse::<NodeCertificate>().unwrap(), certificate());
    assert_eq!(certificate().to_string(), text);
    let text = golden("letter_seal.txt", &seal(&letter()).to_string());
    assert_eq!(text.parse::<LetterSeal>().unwrap(), seal(&letter()));
    assert_eq!(seal(&letter()).to_string(), text);
}

#[test]
fn a_mark_makes_the_same_seal_again_and_no_other() {
    let hub_key = hub().verifying_key();
    let mark = golden("letter_mark.txt", &seal(&letter()).mark());
    assert_eq!(seal(&letter()).mark(), mark);
    assert_eq!(LetterSeal::of_mark(&letter(), &mark, &hub_key), Some(seal(&letter())));
    let other = SealedLetter { name: "SITI LAIN".to_owned(), ..letter() };
    assert_eq!(LetterSeal::of_mark(&other, &mark, &hub_key), None, "it is under one letter");
    let other_hub = SigningKey::from_seed(&[9; 32]).verifying_key();
    assert_eq!(LetterSeal::of_mark(&letter(), &mark, &other_hub), None);
    let own = NodeCertificate::issue(&SigningKey::from_seed(&[9; 32]), certified(&node()));
    let own = LetterSeal::sign(&letter(), &own, &node(), hub_key.hub_id()).unwrap().mark();
    assert_eq!(LetterSeal::of_mark(&letter(), &own, &hub_key), None, "the hub certified that node nowhere");
    for bad in ["", "A", "AAAA", &mark[4..], &mark[..mark.len() - 4], "ñ"] {
        assert_eq!(LetterSeal::of_mark(&letter(), bad, &hub_key), None, "{bad}");
    }
}

#[test]
fn the_hubs_public_key_alone_tells_what_the_paper_shows() {
    let address = seal(&letter()).address("https://surat.example.go.id/");
    assert!(address.starts_with("https://surat.example.go.id/l/"));
    let lower = address.to_lowercase();
    let shouted = address.to_uppercase();
    let text = seal(&letter()).to_string();
    for read in [&address, &lower, &shouted, &text, &format!(" {address}?from=chat#top\n"), &format!("{address}/")] {
        let (found, sealer) = read.parse::<LetterSeal>().unwrap().verify(&hub().verifying_key()).unwrap();
        assert_eq!((found, sealer), (letter(), certified(&node())), "{read}");
    }
}

#[test]
fn a_usual_seal_fits_into_a_code_that_a_phone_reads_from_paper() {
    // QR version 17 at level M has 85 modules a side, 0.41 mm each on 35 mm of paper; it holds 4,032 bits.
    let text = seal(&letter()).to_string();
    let address = 8 * "https://surat.banyuwangikab.go.id/l/".len();
    assert!(address + text.len() * 11 / 2 + 64 < 4032, "{} characters", text.len());
}

#[test]
fn only_the_certified_nodes_key_seals() {
    let hub_id = hub().verifying_key().hub_id();
    let stranger = SigningKey::from_seed(&[9; 32]);
    let check = |seal: LetterSeal| seal.verify(&hub().verifying_key());
    assert!(check(LetterSeal::sign(&letter(), &certificate(), &stranger, hub_id).unwrap()).is_err());
    let own = NodeCertificate::issue(&stranger, certified(&stranger));
    assert!(check(LetterSeal::sign(&letter(), &own, &stranger, hub_id).unwrap()).is_err());
    let foreign = stranger.verifying_key();
    assert!(check(LetterSeal::sign(&letter(), &certificate(), &node(), foreign.hub_id()).unwrap()).is_err());
    assert!(seal(&letter()).verify(&foreign).is_err());
    assert!(certificate().verify(&foreign).is_err());
    assert_eq!(certificate().verify(&hub().verifying_key()), Ok(certified(&node())));
}

#[test]
fn a_request_for_a_certificate_is_good_for_its_node_and_its_hub_only() {
    let (hub, node) = (hub().verifying_key(), node());
    let asked = CertificateRequest::sign(&node, hub.hub_id());
    assert_eq!(asked.node, node.verifying_key().node_id());
    assert!(asked.verify(&node.verifying_key(), hub.hub_id()).is_ok());
    assert!(asked.verify(&node.verifying_key(), node.verifying_key().hub_id()).is_err());
    assert!(asked.verify(&hub, hub.hub_id()).is_err());
}

#[test]
fn no_altered_byte_and_no_part_of_a_seal_holds() {
    let good = seal(&letter()).encode();
    assert!(holds(&good));
    for place in 0..good.len() {
        for flip in [1, 0x20, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[place] ^= flip;
            assert!(!holds(&bad), "byte {place} altered by {flip}");
        }
        assert!(!holds(&good[..place]) && !holds(&good[place + 1..]));
        let mut longer = good.clone();
        longer.insert(place, 0);
        assert!(!holds(&longer), "a byte put in at {place}");
    }
}

#[test]
fn no_other_character_gives_the_same_seal() {
    let good = seal(&letter()).to_string();
    for (place, own) in good.char_indices() {
        // Of the last character some bits are left over.
        let count = if place + 1 == good.len() { 31 } else { 2 };
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".chars().filter(|other| *other != own).take(count) {
            let bad = format!("{}{other}{}", &good[..place], &good[place + 1..]);
            let holds = bad.parse::<LetterSeal>().is_ok_and(|seal| seal.verify(&hub().verifying_key()).is_ok());
            assert!(!holds, "character {place}");
        }
    }
}

#[test]
fn texts_are_sealed_whole_or_not_at_all() {
    let hub_id = hub().verifying_key().hub_id();
    let sign = |name: String| {
        LetterSeal::sign(&SealedLetter { name, ..letter() }, &certificate(), &node(), hub_id).map(|seal| seal.encode())
    };
    assert!(sign("N".repeat(SEALED_TEXT_BYTES_MAX)).is_ok());
    assert!(sign("N".repeat(SEALED_TEXT_BYTES_MAX + 1)).is_err());
    assert!(sign("é".repeat(SEALED_TEXT_BYTES_MAX)).is_err());
    for bad in ["Siti\nNur", "Siti\u{202e}", "\u{1b}[2J"] {
        assert!(sign(bad.to_owned()).is_err(), "{bad:?}");
    }
    let long = "N".repeat(SEALED_TEXT_BYTES_MAX);
    let longest = SealedLetter { number: long.clone(), name: long.clone(), signer: long, ..letter() };
    let text = seal(&longest).to_string();
    assert!(seal(&longest).encode().len() <= SEAL_BYTES_MAX && text.len() <= SEAL_TEXT_MAX);
    assert!(certificate().encode().len() <= CERTIFICATE_BYTES_MAX);
    assert_eq!(text.parse::<LetterSeal>().unwrap(), seal(&longest));
    assert!("A".repeat(SEAL_TEXT_MAX + 1).parse::<LetterSeal>().is_err());
    assert!(LetterSeal::decode(&vec![0; SEAL_BYTES_MAX + 1]).is_err());
    assert!(NodeCertificate::decode(&vec![0; CERTIFICATE_BYTES_MAX + 1]).is_err());
}

#[test]
fn names_and_numbers_are_not_in_the_debug_form() {
    let shown = format!("{:?} {:#?}", letter(), seal(&letter()).verify(&hub().verifying_key()).unwrap().0);
    assert!(shown.contains("G01") && !shown.contains("SITI") && !shown.contains("470/"), "{shown}");
}

proptest! {
    #[test]
    fn any_letter_survives_its_seal(
        id in any::<[u8; 16]>(), number in "[ -~]{0,60}", name in "[A-Za-zÀ-ÿ .']{0,60}", days in -100_000..100_000_i32,
        signer in "[ -~]{0,60}",
    ) {
        let letter = SealedLetter {
            document: DocumentId(uuid::Uuid::from_bytes(id)),
            number,
            name,
            date: chrono::NaiveDate::from_epoch_days(days).unwrap(),
            signer,
            ..letter()
        };
        let text = seal(&letter).to_string();
        let (read, _) = text.parse::<LetterSeal>().unwrap().verify(&hub().verifying_key()).unwrap();
        prop_assert_eq!(read, letter);
    }

    #[test]
    fn any_bytes_and_any_text_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..600), text in "\\PC{0,80}") {
        prop_assert!(!holds(&bytes));
        let _ = NodeCertificate::decode(&bytes);
        prop_assert!(text.parse::<LetterSeal>().is_err());
    }

    #[test]
    fn several_altered_bytes_never_hold(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 1..=u8::MAX), 1..6),
    ) {
        let good = seal(&letter()).encode();
        let mut bad = good.clone();
        for (place, flip) in changes {
            let place = place.index(bad.len());
            bad[place] ^= flip;
        }
        prop_assert!(bad == good || !holds(&bad));
    }
}
