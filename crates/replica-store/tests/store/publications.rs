//! What offices work by: versions, who may publish, and that every replica of the office comes to the same.

use std::path::Path;
use std::sync::Arc;

use office_model::{OfficeCode, Status};
use replica_store::{Durability, HubDone, HubWork, NewPublication, Published, Replica, Returned, Steps, StoreError};
use rusqlite::Connection;
use service_document::{DocumentRow, Publication, SignedBy};

use crate::world::*;

fn new(topic: &str, body: &str) -> NewPublication {
    NewPublication { office: office(), topic: topic.to_owned(), body: body.to_owned() }
}

/// Publishes as an office does, unsigned.
fn say(replica: &mut Replica, topic: &str, body: &str, millis: i64) -> Published {
    let made = replica.publish(&[new(topic, body)], &|_| None, &clock(millis)).unwrap();
    made.into_iter().next().unwrap()
}

fn anybodys(_: &Publication) -> bool {
    true
}

fn signed(publication: &Publication) -> bool {
    publication.signature == Some([5; 64])
}

fn stands(replica: &Replica, topic: &str, trusts: &dyn Fn(&Publication) -> bool) -> Option<(u32, String)> {
    let found = replica.publication(&office(), topic, trusts).unwrap();
    found.map(|found| (found.publication.version, found.publication.body))
}

fn same_everywhere(replicas: &[&Replica]) {
    for replica in replicas {
        assert_eq!(replica.dump_views().unwrap(), replicas[0].dump_views().unwrap());
        assert_eq!(replica.verify().unwrap().problems, []);
    }
}

#[test]
fn the_highest_version_stands_and_reaches_every_replica_of_the_office() {
    let dirs: [_; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut back) = (node(dirs[0].path(), 1), node(dirs[1].path(), 2));
    let mut hub = hub(dirs[2].path(), &[1, 2]);
    say(&mut front, "profile", "satu", 10);
    let published = say(&mut front, "profile", "dua", 20);
    assert!(front.document(published.document).unwrap().is_none(), "whoever asks for it as a record finds none");
    exchange(&mut front, &mut hub);
    exchange(&mut back, &mut hub);
    assert_eq!(stands(&back, "profile", &anybodys), Some((2, "dua".to_owned())));
    say(&mut back, "profile", "tiga", 5);
    exchange(&mut back, &mut hub);
    exchange(&mut front, &mut hub);
    for replica in [&front, &back, &hub] {
        assert_eq!(stands(replica, "profile", &anybodys), Some((3, "tiga".to_owned())), "whatever the clocks say");
        assert_eq!(replica.publications_of(&office(), "profile", 10, &anybodys).unwrap().len(), 3);
        assert_eq!(replica.counts().unwrap().transactions, 0, "it is no record");
    }
    same_everywhere(&[&hub, &front, &back]);
    let before = hub.dump_views().unwrap();
    hub.rebuild_views().unwrap();
    assert_eq!(hub.dump_views().unwrap(), before);
}

#[test]
fn versions_made_apart_are_both_kept_and_all_agree_on_which_stands() {
    let dirs: [_; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut back) = (node(dirs[0].path(), 1), node(dirs[1].path(), 2));
    let mut hub = hub(dirs[2].path(), &[1, 2]);
    say(&mut front, "profile", "lebih dulu", 10);
    say(&mut back, "profile", "kemudian", 20);
    for _ in 0..2 {
        exchange(&mut front, &mut hub);
        exchange(&mut back, &mut hub);
    }
    for replica in [&front, &back, &hub] {
        assert_eq!(stands(replica, "profile", &anybodys), Some((1, "kemudian".to_owned())));
        assert_eq!(replica.publications_of(&office(), "profile", 10, &anybodys).unwrap().len(), 2);
    }
    same_everywhere(&[&hub, &front, &back]);
}

#[test]
fn what_only_the_hub_may_say_an_office_cannot_say_over_it() {
    let dirs: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut hub) = (node(dirs[0].path(), 1), hub(dirs[1].path(), &[1]));
    let both = [new("notice/1", "Besok pusat tutup"), new("notice/2", "Lusa buka")];
    hub.publish(&both, &|_| Some([5; 64]), &clock(10)).unwrap();
    exchange(&mut front, &mut hub);
    say(&mut front, "notice/1", "Kirim uang ke sini", 20);
    exchange(&mut front, &mut hub);
    let refused = hub.quarantine(10).unwrap();
    assert_eq!(refused.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["office"]);
    assert_eq!(stands(&hub, "notice/1", &anybodys).unwrap().0, 1, "nobody else gets to see it");
    for replica in [&front, &hub] {
        assert_eq!(stands(replica, "notice/1", &signed), Some((1, "Besok pusat tutup".to_owned())));
        assert_eq!(replica.topics(&office(), "notice/").unwrap(), ["notice/1", "notice/2"]);
        assert_eq!(replica.topics(&office(), "pro").unwrap(), [""; 0]);
    }
    assert_eq!(front.office_digest(&office()).unwrap(), hub.office_digest(&office()).unwrap());
    let others = "35.10.01.2002".parse().unwrap();
    assert_eq!(hub.publication(&others, "notice/1", &anybodys).unwrap(), None);
}

/// A profile that nothing later could replace would stand for good.
#[test]
fn no_office_publishes_far_ahead_of_its_time() {
    let dirs: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut hub) = (node(dirs[0].path(), 1), hub(dirs[1].path(), &[1]));
    say(&mut front, "profile", "first", 20);
    exchange(&mut front, &mut hub);
    // The hub's clock stands at 1_760_000_000_000.
    say(&mut front, "profile", "from the future", 1_900_000_000_000);
    exchange(&mut front, &mut hub);
    assert_eq!(stands(&hub, "profile", &anybodys), Some((1, "first".to_owned())));
    say(&mut front, "profile", "third", 30);
    exchange(&mut front, &mut hub);
    assert_eq!(stands(&hub, "profile", &anybodys), Some((3, "third".to_owned())));
}

#[test]
fn all_of_what_is_published_at_once_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    let second_is_too_large = [new("notice/1", "ya"), new("notice/2", &"x".repeat(50_000))];
    assert!(hub.publish(&second_is_too_large, &|_| None, &clock(10)).is_err());
    assert_eq!(hub.topics(&office(), "").unwrap(), [""; 0]);
    assert_eq!(hub.publish(&[], &|_| None, &clock(10)).unwrap(), []);
    assert_eq!(hub.verify().unwrap().problems, []);
}

/// Bytes of a database file, with what is in its WAL.
fn size(dir: &Path) -> u64 {
    let raw = Connection::open(dir.join("replica.db")).unwrap();
    let pragma = |name| raw.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap().unsigned_abs();
    pragma("page_count") * pragma("page_size")
}

/// A text of 40 KB for each of 200 offices, signed for each; this machine's comes first.
fn to_many(number: usize) -> Vec<NewPublication> {
    let body = (0..4000).map(|line| format!("{:>9}", line * number)).collect::<Vec<_>>().join("\n");
    let offices = (0..200).map(|office| format!("35.10.{:02}.{}", 1 + office / 20, 2001 + office % 20));
    let publication = |office: String| NewPublication {
        office: office.parse::<OfficeCode>().unwrap(),
        topic: "catalogue".to_owned(),
        body: body.clone(),
    };
    offices.map(publication).collect()
}

fn signature(publication: &Publication) -> [u8; 64] {
    let mut bytes = [5; 64];
    let code = publication.office.as_str().as_bytes();
    bytes[..code.len()].copy_from_slice(code);
    bytes
}

#[test]
fn what_many_offices_are_told_costs_the_hub_less_than_a_kilobyte_an_office() {
    let dirs: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut hub) = (node(dirs[0].path(), 1), hub(dirs[1].path(), &[1]));
    for number in 1..3 {
        let (before, new) = (size(dirs[1].path()), to_many(number));
        hub.publish(&new, &|said| Some(signature(said)), &clock(10)).unwrap();
        let grown = size(dirs[1].path()) - before;
        assert!(grown < 1000 * new.len() as u64, "{grown} bytes for {} offices", new.len());
        exchange(&mut front, &mut hub);
        for one in &new {
            let found =
                hub.publication(&one.office, "catalogue", &|said| said.signature == Some(signature(said))).unwrap();
            assert_eq!(found.unwrap().publication.body, one.body);
        }
        assert_eq!(
            stands(&front, "catalogue", &|said| said.signature == Some(signature(said))).unwrap().1,
            new[0].body
        );
    }
    for replica in [&front, &hub] {
        assert_eq!(replica.verify().unwrap().problems, []);
    }
    let before = hub.dump_views().unwrap();
    hub.rebuild_views().unwrap();
    assert_eq!(hub.dump_views().unwrap(), before);
    let copy = tempfile::tempdir().unwrap();
    hub.backup(&copy.path().join("replica.db")).unwrap();
    let (restored, _) = Replica::open_with(copy.path(), "hub", epoch(78), Durability::Test).unwrap();
    assert_eq!(restored.dump_views().unwrap(), before);
    assert_eq!(restored.verify().unwrap().problems, []);
}

#[test]
fn a_damaged_text_of_many_entries_is_found_and_put_right_with_the_bytes_of_any_office() {
    let dirs: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut hub) = (node(dirs[0].path(), 1), hub(dirs[1].path(), &[1]));
    hub.publish(&to_many(1), &|said| Some(signature(said)), &clock(10)).unwrap();
    exchange(&mut front, &mut hub);
    let by_hub = epoch(200);
    let entry = front.entry(by_hub, 1).unwrap().unwrap();
    for (number, damage) in (70..).zip([
        "UPDATE long_value SET bytes = CAST(substr(bytes, 1, 60) || x'ff' || substr(bytes, 62) AS BLOB)",
        "UPDATE long_value SET bytes = zeroblob(100000)",
        "DELETE FROM long_value",
        "UPDATE long_value SET hash = zeroblob(32)",
    ]) {
        drop(hub);
        let raw = Connection::open(dirs[1].path().join("replica.db")).unwrap();
        assert_eq!(raw.execute(damage, []).unwrap(), 1);
        drop(raw);
        hub = Replica::open_with(dirs[1].path(), "hub", epoch(number), Durability::Test).unwrap().0;
        let found = hub.entry(by_hub, 200);
        assert!(matches!(&found, Err(StoreError::Damaged(_))), "{damage}: {found:?}");
        let problems = hub.verify().unwrap().problems;
        let of_log = |text: &str| text.ends_with("its bytes do not fit its hash");
        assert_eq!(problems.iter().filter(|problem| of_log(&problem.text)).count(), 200, "{damage}");
        assert!(hub.repair(&entry).unwrap(), "{damage}");
        assert_eq!(hub.verify().unwrap().problems, [], "{damage}");
    }
}

#[test]
fn what_a_copy_of_the_folder_published_is_published_anew() {
    let dirs: [_; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut first = node(dirs[1].path(), 1);
    say(&mut first, "profile", "bersama", 1);
    exchange(&mut first, &mut hub);
    for file in ["replica.db", "replica.db-wal", "replica.head"] {
        std::fs::copy(dirs[1].path().join(file), dirs[2].path().join(file)).unwrap();
    }
    let (mut second, _) = Replica::open_with(dirs[2].path(), "pc-1", epoch(77), Durability::Test).unwrap();
    say(&mut first, "profile", "cabang satu", 10);
    say(&mut second, "profile", "cabang dua", 20);
    exchange(&mut first, &mut hub);
    pull(&mut second, &hub, 100);
    judge(&mut second);
    assert!(second.epoch_spent());
    assert_eq!(stands(&second, "profile", &anybodys), Some((2, "cabang satu".to_owned())));
    second.begin_epoch(epoch(50)).unwrap();
    assert_eq!(second.record_anew().unwrap().changes, 1);
    exchange(&mut second, &mut hub);
    exchange(&mut first, &mut hub);
    for replica in [&first, &second, &hub] {
        assert_eq!(stands(replica, "profile", &anybodys), Some((2, "cabang dua".to_owned())));
        assert_eq!(replica.publications_of(&office(), "profile", 10, &anybodys).unwrap().len(), 3);
    }
    same_everywhere(&[&hub, &first, &second]);
}

#[test]
fn steps_that_follow_each_other_are_taken_together_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let id = node.create_transaction(&transaction("Ani", "35"), &clock(1)).unwrap();
    let taken = node.steps(
        id,
        Steps { to: Status::Diajukan, reason: None, then: Some(Status::Selesai), by: SignedBy::default() },
        |_| Vec::new(),
        &clock(2),
    );
    assert!(taken.is_err(), "the second step is not allowed");
    assert_eq!(node.row(id).unwrap().unwrap().status, "draf");
    node.steps(
        id,
        Steps { to: Status::Diajukan, reason: None, then: Some(Status::Diperiksa), by: SignedBy::default() },
        |_| Vec::new(),
        &clock(3),
    )
    .unwrap();
    let row = node.row(id).unwrap().unwrap();
    assert_eq!((row.status.as_str(), row.steps, row.changes), ("diperiksa", 2, 3));
    let history = node.document(id).unwrap().unwrap().history();
    assert!(history.iter().skip(1).all(|item| item.millis == 3 && item.clerk == "siti"));
    assert_eq!(node.verify().unwrap().problems, []);
}

#[test]
fn nobody_writes_in_the_hubs_name_by_giving_back() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (mut hub, mut false_hub) = (hub(dirs[0].path(), &[1]), hub(dirs[1].path(), &[1]));
    for body in ["satu", "dua", "tiga"] {
        say(&mut false_hub, "catalogue", body, 10);
    }
    say(&mut false_hub, "catalogue", "empat", 10);
    say(&mut false_hub, "catalogue", "lima", 10);
    let give = |hub: &mut Replica, position| {
        let entries = vec![false_hub.entry(epoch(200), position).unwrap().unwrap()];
        match hub.hub_commit(&[vec![HubWork::Return { office: office(), entries }]]).unwrap().pop().unwrap().pop() {
            Some(HubDone::Returned(outcomes)) => outcomes,
            other => panic!("not looked at: {other:?}"),
        }
    };
    // Of its present life nothing is taken, whoever signed: its own next entries need these places. What it signed tells that
    // it went back.
    hub.know_own(Arc::new(|_| false));
    assert_eq!(give(&mut hub, 3), [Returned::Foreign]);
    hub.know_own(Arc::new(|_| true));
    assert_eq!(give(&mut hub, 3), [Returned::Forgotten]);
    assert_eq!(hub.entry(epoch(200), 3).unwrap().map(|entry| entry.hash), None);
    for body in ["benar", "benar juga", "benar pula"] {
        say(&mut hub, "notice/1", body, 20);
    }
    hub.begin_epoch(epoch(201)).unwrap();
    assert_eq!(give(&mut hub, 3), [Returned::Aside], "the place is taken");
    // Of a life that it forgot, what it signed alone.
    hub.know_own(Arc::new(|_| false));
    assert_eq!(give(&mut hub, 5), [Returned::Foreign]);
    hub.know_own(Arc::new(|row| matches!(row, DocumentRow::Publication(one) if one.body == "lima")));
    assert_eq!(give(&mut hub, 5), [Returned::Taken]);
    judge(&mut hub);
    assert_eq!(stands(&hub, "catalogue", &anybodys), Some((5, "lima".to_owned())));
    assert_eq!(hub.log(epoch(200)).unwrap().unwrap().position, 3, "with a gap below it");
    assert_eq!(hub.verify().unwrap().problems, []);
}
