//! One bad entry never blocks another, is kept with its reason, and leaves both digests equal.

use change_log::{ChangeHash, DocumentId, Entry, RawChange};

use crate::world::*;
use replica_store::{
    Case, DirectGate, EntryState, FeedCursor, FeedItem, Gate, GateError, IngestBatch, IngestOutcome, JudgingWalk,
    RefusalSource, StoreError, codes,
};
use service_document::Verdict;

fn entries(millis: std::ops::Range<i64>) -> Vec<Entry> {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    for millis in millis {
        node.create_transaction(&transaction(&format!("Nama {millis}"), "35"), &clock(millis)).unwrap();
    }
    node.entries(epoch(1), 0, 1000, usize::MAX).unwrap()
}

fn batch(entries: Vec<Entry>) -> IngestBatch {
    IngestBatch { epoch: epoch(1), entries, signed_head: None }
}

type Spoil = fn(&mut Entry);

#[test]
fn each_rule_at_the_door_keeps_the_entry_and_its_reason() {
    let good = entries(0..3);
    let cases: [(&str, Spoil); 5] = [
        ("malformed", |entry| entry.raw = b"garbage".to_vec()),
        ("malformed", |entry| entry.raw.truncate(40)),
        ("hash", |entry| entry.hash = ChangeHash([5; 32])),
        ("too_large", |entry| entry.raw = vec![0; 70_000]),
        ("identity", |entry| entry.document = DocumentId::derive(epoch(3), 9, 9)),
    ];
    for (code, spoil) in cases {
        let dir = tempfile::tempdir().unwrap();
        let mut hub = hub(dir.path(), &[1]);
        let mut bad = good.clone();
        spoil(&mut bad[1]);
        let outcome = ingest(&mut hub, batch(bad.clone())).unwrap();
        assert!(matches!(outcome, IngestOutcome::Appended { position: 3, .. }), "{code}");
        judge(&mut hub);
        let refusals = hub.refusals_after(epoch(1), 0).unwrap();
        assert_eq!((refusals.len(), refusals[0].code.as_str(), refusals[0].position), (1, code, 2));
        assert!(hub.refusals_after(epoch(1), refusals[0].number).unwrap().is_empty());
        assert_eq!(rows(&hub).len(), 2, "{code}");
        assert_eq!(hub.office_digest(&office()).unwrap().count, 2);
        // Bytes, hash and chain are as they came.
        assert_eq!(hub.entries(epoch(1), 0, 10, usize::MAX).unwrap(), bad);
        assert_eq!(hub.verify().unwrap().problems, [], "{code}");
        // Judging again does not get round the rule.
        assert_eq!(hub.retry_quarantined(None).unwrap(), 0);
        assert_eq!(hub.quarantine(10).unwrap()[0].source, RefusalSource::Door);
    }
}

#[test]
fn a_change_at_two_places_counts_once() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut node = node(dirs[1].path(), 1);
    let id = node.create_transaction(&transaction("Nama", "35"), &clock(1)).unwrap();
    node.edit(id, &[("nama".parse().unwrap(), serde_json::json!("Baru"))], &clock(2)).unwrap();
    let mut twice = node.entries(epoch(1), 0, 10, usize::MAX).unwrap();
    let mut again = twice[1].clone();
    again.position = 3;
    twice.push(again);
    let outcome = ingest(&mut hub, batch(twice.clone())).unwrap();
    assert!(matches!(outcome, IngestOutcome::Appended { position: 3, .. }), "{outcome:?} {twice:?}");
    judge(&mut hub);
    let refusals = hub.refusals_after(epoch(1), 0).unwrap();
    assert_eq!((refusals.len(), refusals[0].position, refusals[0].code.as_str()), (1, 3, codes::DUPLICATE));
    assert_eq!(hub.place_of(twice[1].hash).unwrap(), Some((epoch(1), 2)));
    assert_eq!(hub.office_digest(&office()).unwrap().count, 2);
    assert_eq!(hub.verify().unwrap().problems, []);
}

#[test]
fn gaps_forks_and_strangers_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    let all = entries(0..6);
    let stranger = IngestBatch { epoch: epoch(44), entries: all.clone(), signed_head: None };
    assert_eq!(ingest(&mut hub, stranger).unwrap(), IngestOutcome::UnknownLog);
    assert_eq!(ingest(&mut hub, batch(all[2..].to_vec())).unwrap(), IngestOutcome::Gap { expected: 1 });
    ingest(&mut hub, batch(all[..4].to_vec())).unwrap();
    // What is held already is skipped.
    let outcome = ingest(&mut hub, batch(all[1..].to_vec())).unwrap();
    assert!(matches!(outcome, IngestOutcome::Appended { position: 6, .. }));
    let outcome = ingest(&mut hub, batch(entries(100..103))).unwrap();
    assert_eq!(outcome, IngestOutcome::Fork { position: 1 });
    assert_eq!(hub.set_aside().unwrap().len(), 3);
    assert_eq!(hub.verify().unwrap().problems, []);
}

#[test]
fn another_offices_document_cannot_be_written_or_squatted() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let other = "35.10.02.2002".parse().unwrap();
    let mut hub = hub(dirs[0].path(), &[1]);
    admit(&mut hub, epoch(66), other, node_id(66));
    let mut maker = node(dirs[1].path(), 1);
    let id = maker.create_transaction(&transaction("Milik desa", "35"), &clock(1)).unwrap();
    let change = |replica: &mut replica_store::Replica, word: &str, millis| {
        let edits = [("nama".parse().unwrap(), serde_json::json!(word))];
        replica.edit(id, &edits, &clock(millis)).unwrap();
    };
    change(&mut maker, "Satu", 2);
    // A node of another office makes a change of that document in its own epoch.
    let held = maker.document(id).unwrap().unwrap().save();
    assert!(!held.is_empty());
    let mut forged = maker.document(id).unwrap().unwrap();
    let stamp =
        service_document::Stamp { epoch: epoch(66), millis: 3, hub_offset_millis: None, clerk: "lain".to_owned() };
    let edits = [("nama".parse().unwrap(), serde_json::json!("Curian"))];
    let authored = forged.edit(&edits, &stamp).unwrap().unwrap();
    let foreign = Entry { epoch: epoch(66), position: 1, document: id, hash: authored.hash, raw: authored.raw.clone() };
    // It comes first and so names the document before its maker does.
    ingest(&mut hub, IngestBatch { epoch: epoch(66), entries: vec![foreign], signed_head: None }).unwrap();
    judge(&mut hub);
    exchange(&mut maker, &mut hub);
    assert_eq!(hub.row(id).unwrap().unwrap().name.as_deref(), Some("Satu"));
    assert_eq!(hub.refusals_after(epoch(66), 0).unwrap().last().unwrap().code, codes::SCOPE);
    assert_eq!(hub.entry_state(epoch(66), 1).unwrap(), Some(EntryState::Refused));
    assert_eq!(hub.office_digest(&other).unwrap().count, 0);
    assert_eq!(hub.office_digest(&office()).unwrap(), maker.office_digest(&office()).unwrap());
    assert_eq!(hub.verify().unwrap().problems, []);
}

#[test]
fn a_refused_record_is_told_and_can_be_judged_again() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1, 2]);
    let mut one = node(dirs[1].path(), 1);
    let mut two = node(dirs[2].path(), 2);
    let bad = one.create_transaction(&transaction("Ditolak", "35"), &clock(1)).unwrap();
    let good = one.create_transaction(&transaction("Diterima", "35"), &clock(2)).unwrap();
    let hash = one.entry(epoch(1), 1).unwrap().unwrap().hash;
    push(&mut one, &mut hub, 100);
    let report = hub.judge_pending(&mut Picky(|candidate| candidate == hash), 50, 100).unwrap();
    assert_eq!((report.accepted, report.refused), (1, 1));
    for _ in 0..2 {
        exchange(&mut one, &mut hub);
        exchange(&mut two, &mut hub);
    }
    assert!(hub.row(bad).unwrap().is_none() && hub.row(good).unwrap().is_some());
    // At the node it is visible, marked, and out of the digest; told twice changes nothing.
    assert!(one.row(bad).unwrap().is_some());
    assert_eq!(one.quarantine(9).unwrap()[0].source, RefusalSource::Hub);
    let told = hub.refusals_after(epoch(1), 0).unwrap();
    one.apply_refusals(epoch(1), &told).unwrap();
    assert_eq!(one.office_digest(&office()).unwrap(), hub.office_digest(&office()).unwrap());
    assert_eq!(one.verify().unwrap().problems, []);
    // A change on top of it waits at the hub.
    let edits = [("nama".parse().unwrap(), serde_json::json!("Ditolak juga"))];
    one.edit(bad, &edits, &clock(3)).unwrap();
    exchange(&mut one, &mut hub);
    assert_eq!(hub.entry_state(epoch(1), 3).unwrap(), Some(EntryState::Parked));
    assert_eq!(one.office_digest(&office()).unwrap(), hub.office_digest(&office()).unwrap());
    assert_eq!(hub.verify().unwrap().problems, []);

    // A hub that was put back numbers its refusals anew, so all are asked for again.
    assert_eq!(one.log(epoch(1)).unwrap().unwrap().refusals, 2);
    one.rewind_acknowledged(epoch(1), 3).unwrap();
    assert_eq!(one.log(epoch(1)).unwrap().unwrap().refusals, 2);
    one.rewind_acknowledged(epoch(1), 1).unwrap();
    let log = one.log(epoch(1)).unwrap().unwrap();
    assert_eq!((log.refusals, log.acknowledged), (0, 1));
    exchange(&mut one, &mut hub);
    let log = one.log(epoch(1)).unwrap().unwrap();
    assert_eq!((log.refusals, log.acknowledged), (2, 3));

    // Refused again for the same reason: nobody needs to be told again.
    let before = hub.refusals_after(epoch(1), 0).unwrap();
    assert_eq!(before.len(), 2);
    assert_eq!(hub.retry_quarantined(None).unwrap(), 2);
    hub.judge_pending(&mut Picky(|candidate| candidate == hash), 60, 100).unwrap();
    assert_eq!(hub.refusals_after(epoch(1), 0).unwrap(), before);

    assert!(hub.retry_quarantined(Some(bad)).unwrap() >= 1);
    for _ in 0..2 {
        exchange(&mut one, &mut hub);
        exchange(&mut two, &mut hub);
    }
    assert!(hub.refusals_after(epoch(1), 0).unwrap().is_empty());
    assert!(one.quarantine(9).unwrap().is_empty());
    for replica in [&one, &two] {
        assert_eq!(replica.dump_views().unwrap(), hub.dump_views().unwrap());
        assert_eq!(replica.verify().unwrap().problems, []);
    }
    assert_eq!(rows(&two).len(), 2);
}

#[test]
fn a_feed_that_does_not_lead_where_it_says_is_not_taken() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut reader = node(dirs[1].path(), 2);
    ingest(&mut hub, batch(entries(0..4))).unwrap();
    judge(&mut hub);
    let slice = hub.feed_items(OFFICE, 0, 10, usize::MAX).unwrap();
    let head = slice.head.unwrap();
    let cursor = FeedCursor { hub_epoch: head.hub_epoch, position: head.position, chain: head.chain };
    let items: Vec<FeedItem> = slice.items.into_iter().map(|(_, entry)| FeedItem::Entry(entry)).collect();
    let mut swapped = items.clone();
    swapped.swap(0, 1);
    let mut unheld = items.clone();
    unheld[2] = FeedItem::Own { epoch: epoch(1), position: 3 };
    for (wrong, cursor) in [
        (items[1..].to_vec(), cursor),
        (items[..3].to_vec(), cursor),
        (swapped, cursor),
        (unheld, cursor),
        (items.clone(), FeedCursor { position: 5, ..cursor }),
        (items.clone(), FeedCursor { hub_epoch: epoch(3), ..cursor }),
    ] {
        assert!(matches!(reader.apply_feed(OFFICE, &wrong, cursor), Err(StoreError::FeedChain(_))));
        assert_eq!(reader.feed_cursor(OFFICE).unwrap(), None);
        assert_eq!(reader.office_digest(&office()).unwrap().count, 0);
    }
    assert_eq!(reader.apply_feed(OFFICE, &items, cursor).unwrap().new, 4);
    judge(&mut reader);
    assert_eq!(reader.dump_views().unwrap(), hub.dump_views().unwrap());
}

#[test]
fn a_flood_on_one_document_is_judged_in_bounded_rounds() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut node = node(dirs[0].path(), 1);
    let id = node.create_transaction(&transaction("Nama", "35"), &clock(1)).unwrap();
    let path = "keperluan".parse().unwrap();
    node.edit(id, &[(path, serde_json::json!("x".repeat(60_000)))], &clock(2)).unwrap();
    let mut flood = node.entries(epoch(1), 0, 10, usize::MAX).unwrap();
    // The same large edit, made at another time each.
    let edit = flood[1].clone();
    for number in 1..100 {
        let mut parts = RawChange::parse(&edit.raw).unwrap();
        parts.millis += number;
        let (raw, hash) = parts.build();
        flood.push(Entry { position: flood.len() as u64 + 1, hash, raw, ..edit.clone() });
    }
    let (mut hub, count) = (hub(dirs[1].path(), &[1]), flood.len() as u64);
    ingest(&mut hub, batch(flood)).unwrap();
    let (mut rounds, mut accepted, mut refused) = (0, 0, 0);
    loop {
        let largest = hub
            .cases(&mut JudgingWalk::default(), 10)
            .unwrap()
            .iter()
            .flat_map(|case| &case.candidates)
            .map(|one| one.raw.len())
            .sum();
        assert!((0..5_000_000_usize).contains(&largest), "{largest} bytes in a round");
        let report = hub.judge_pending(&mut DirectGate, 5, 10).unwrap();
        if report.documents == 0 {
            break;
        }
        rounds += 1;
        accepted += report.accepted;
        refused += report.refused;
    }
    assert_eq!((rounds, accepted, refused), (2, 2, count - 2));
    assert_eq!((hub.pending().unwrap(), rows(&hub).len()), (0, 1));
    assert!(hub.verify().unwrap().is_sound());
}

#[test]
fn a_gate_that_cannot_be_run_leaves_everything_pending() {
    struct Broken;
    impl Gate for Broken {
        fn judge_all(&mut self, _: &[Case]) -> Result<Vec<Verdict>, GateError> {
            Err(GateError("no process".to_owned()))
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    ingest(&mut hub, batch(entries(0..3))).unwrap();
    let error = hub.judge_pending(&mut Broken, 5, 10).unwrap_err();
    assert!(matches!(error, StoreError::Gate(_)), "{error}");
    assert_eq!((hub.pending().unwrap(), hub.quarantine(10).unwrap().len()), (3, 0));
    judge(&mut hub);
    assert_eq!((hub.pending().unwrap(), rows(&hub).len()), (0, 3));
}
