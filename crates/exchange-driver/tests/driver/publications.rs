//! What the centre publishes: a hub that was restored gets it back from those who were told.

use std::path::Path;

use change_log::EpochId;
use exchange_driver::{NodeIdentity, begin_life, is_of_hub, sign_publication};
use office_model::OfficeCode;
use replica_store::{Clock, Durability, NewPublication, Reader, Replica};

use crate::pair::Pair;

const OFFICES: [&str; 3] = ["35.10.01.2001", "35.10.01.2002", "35.10.01.2003"];
const TOPIC: &str = "catalogue";

/// Tells each of these offices the same, one after the other in the hub's log.
fn publish(pair: &mut Pair, offices: &[&str], body: &str) {
    let new: Vec<NewPublication> = offices
        .iter()
        .map(|office| NewPublication {
            office: office.parse().unwrap(),
            topic: TOPIC.to_owned(),
            body: body.to_owned(),
        })
        .collect();
    let identity = pair.identity.clone();
    let clock = Clock { millis: pair.now, hub_offset_millis: None, clerk: "hub".to_owned() };
    pair.hub.publish(&new, &|one| Some(sign_publication(one, &identity)), &clock).unwrap();
}

fn told(reader: &Reader, identity: &NodeIdentity, office: &str) -> Option<String> {
    let office: OfficeCode = office.parse().unwrap();
    let found = reader.publication(&office, TOPIC, &|one| is_of_hub(one, identity.hub, &identity.hub_key)).unwrap();
    found.map(|found| found.publication.body)
}

/// The hub's disk dies; what its backup holds lives on.
fn restore(pair: &mut Pair, backup: &Path, epoch: u8) {
    let restored = backup.with_extension(format!("restored-{epoch}"));
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(backup, restored.join("replica.db")).unwrap();
    let (hub, opened) = Replica::open_with(&restored, "hub", EpochId([epoch; 16]), Durability::Test).unwrap();
    assert!(opened.epoch_began.is_some());
    pair.hub = hub;
    begin_life(&mut pair.hub, pair.identity.key.verifying_key(), false, pair.now).unwrap();
}

/// The node was never seen to know where its feed was, so that only what it gives back tells.
#[test]
fn what_a_hub_signed_in_its_present_life_and_does_not_know_tells_that_it_went_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICES[0], EpochId([1; 16]));
    let copy = pair.copy_hub();
    publish(&mut pair, &OFFICES[..1], "versi 2");
    pair.until_proven(&mut node, &identity);
    pair.go_back_unseen(&copy);
    pair.now += 3_600_000;
    let mut shown = Vec::new();
    for _ in 0..10 {
        pair.exchange(&mut node, &identity, usize::MAX);
        shown.extend(pair.gone_back.map(|gone| (gone.node, gone.known_until_millis)));
    }
    assert_eq!(shown, [(identity.node, None)], "once");
    pair.until_proven(&mut node, &identity);
    assert_eq!(pair.hub.epoch(), EpochId([202; 16]));
    assert_eq!(told(&pair.hub, &identity, OFFICES[0]).as_deref(), Some("versi 2"), "then it is taken");
    assert_eq!(pair.hub.verify().unwrap().problems, []);
}

#[test]
fn what_was_published_after_the_backup_comes_back_and_nobody_is_stuck() {
    // The office knows nothing yet, or a record, or a publication, when the backup is made.
    for (known_before, has_record) in [(false, false), (false, true), (true, false), (true, true)] {
        let dir = tempfile::tempdir().unwrap();
        let mut pair = Pair::new(dir.path());
        let mut nodes: Vec<_> = (1_u8..)
            .zip(OFFICES)
            .map(|(number, office)| pair.node(dir.path(), number, office, EpochId([number; 16])))
            .collect();
        if known_before {
            publish(&mut pair, &OFFICES, "versi 1");
        }
        let backup = dir.path().join("backup.db");
        if has_record {
            for (node, identity) in &mut nodes {
                pair.until_proven(node, identity);
            }
        }
        pair.hub.backup(&backup).unwrap();
        pair.now += 1_000;
        publish(&mut pair, &OFFICES, "versi 2");
        // The last office never hears of it, and stands before and behind the others in the hub's log.
        for (node, identity) in &mut nodes[1..] {
            pair.until_proven(node, identity);
            assert_eq!(told(node, identity, identity.office.as_str()).as_deref(), Some("versi 2"));
        }
        restore(&mut pair, &backup, 201);
        for round in 0..2 {
            for (node, identity) in &mut nodes {
                pair.until_proven(node, identity);
                let office = identity.office;
                let (here, there) = (node.office_digest(&office).unwrap(), pair.hub.office_digest(&office).unwrap());
                assert_eq!(here, there, "round {round}");
            }
        }
        let identity = &nodes[0].1;
        let known = |office: &str| told(&pair.hub, identity, office);
        assert_eq!(known(OFFICES[0]).as_deref(), known_before.then_some("versi 1"));
        assert_eq!(known(OFFICES[1]).as_deref(), Some("versi 2"));
        assert_eq!(known(OFFICES[2]).as_deref(), Some("versi 2"));
        // Life goes on: another version reaches all of them.
        pair.now += 1_000;
        publish(&mut pair, &OFFICES, "versi 3");
        for (node, identity) in &mut nodes {
            pair.until_proven(node, identity);
            assert_eq!(told(node, identity, identity.office.as_str()).as_deref(), Some("versi 3"));
        }
        assert_eq!(pair.hub.verify().unwrap().problems, []);
    }
}

#[test]
fn a_life_that_the_hub_forgot_is_known_by_its_signature_whoever_brings_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let mut nodes: Vec<_> = (1_u8..)
        .zip(OFFICES)
        .map(|(number, office)| pair.node(dir.path(), number, office, EpochId([number; 16])))
        .collect();
    let backup = dir.path().join("backup.db");
    pair.hub.backup(&backup).unwrap();
    // Another life, of which the backup does not know: what it published stands in a log of its own.
    restore(&mut pair, &backup, 201);
    pair.now += 1_000;
    publish(&mut pair, &OFFICES, "versi 2");
    for (node, identity) in &mut nodes {
        pair.until_proven(node, identity);
    }
    restore(&mut pair, &backup, 202);
    for (node, identity) in nodes.iter_mut().rev() {
        pair.until_proven(node, identity);
        let office = identity.office;
        assert_eq!(told(&pair.hub, identity, office.as_str()).as_deref(), Some("versi 2"), "{office}");
        assert_eq!(told(node, identity, office.as_str()).as_deref(), Some("versi 2"), "{office}");
    }
    assert_eq!(pair.hub.quarantine(10).unwrap(), []);
    assert_eq!(pair.hub.verify().unwrap().problems, []);
}
