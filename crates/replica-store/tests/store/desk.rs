//! Accounts, drafts and the audit trail: kept over a restart, and in backups.

use change_log::BlobHash;
use replica_store::{Account, AuditFilter, AuditFrom, AuditItem, Draft, Reader, Replica};
use rusqlite::Connection;
use service_document::{AttachedFile, FileType};

use crate::world::*;

fn account(name: &str) -> Account {
    Account {
        name: name.to_owned(),
        shown: "Siti Aminah".to_owned(),
        role: "petugas".to_owned(),
        secret: "$argon2id$".to_owned(),
        language: "id".to_owned(),
        created_millis: 5,
        disabled_millis: None,
    }
}

fn draft(number: u8, clerk: &str, changed: i64) -> Draft {
    Draft {
        id: [number; 16],
        clerk: clerk.to_owned(),
        service: "G01".to_owned(),
        form: format!("{{\"nama\": \"{number}\"}}"),
        created_millis: 1,
        changed_millis: changed,
    }
}

#[test]
fn accounts_drafts_and_the_audit_trail_outlive_a_crash_and_stand_in_backups() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut node = node(dirs[0].path(), 1);
    node.put_account(&account("siti")).unwrap();
    node.put_account(&account("budi")).unwrap();
    node.put_account(&Account { role: "kepala".to_owned(), ..account("siti") }).unwrap();
    for (number, clerk, changed) in [(1, "siti", 10), (2, "budi", 20), (3, "siti", 30)] {
        node.put_draft(&draft(number, clerk, changed)).unwrap();
    }
    node.put_draft(&Draft { form: "{}".to_owned(), ..draft(1, "siti", 40) }).unwrap();
    let photo = AttachedFile::new(BlobHash::of(b"photo"), "A1", FileType::Jpeg, 5, "ktp.jpg");
    for number in [1, 3] {
        node.put_draft_file([number; 16], &AttachedFile { kind: String::new(), ..photo.clone() }, b"photo").unwrap();
        node.put_draft_file([number; 16], &photo, b"photo").unwrap();
    }
    let act =
        |act: &str| AuditItem { at_millis: 7, clerk: "siti".to_owned(), act: act.to_owned(), subject: "x".into() };
    node.note_act(&act("login")).unwrap();
    node.note_act(&act("logout")).unwrap();
    node.crash();
    let (node, opened) = Replica::open(dirs[0].path(), "pc-1", epoch(77)).unwrap();
    assert_eq!(opened.epoch_began, None);
    node.backup(&dirs[1].path().join("replica.db")).unwrap();
    let (mut copy, _) = Replica::open(dirs[1].path(), "pc-1", epoch(77)).unwrap();
    for replica in [&*node, &*copy] {
        let names: Vec<String> = replica.accounts().unwrap().into_iter().map(|account| account.name).collect();
        assert_eq!(names, ["budi", "siti"]);
        assert_eq!(replica.account("siti").unwrap().unwrap().role, "kepala");
        assert_eq!(replica.account("nobody").unwrap(), None);
        let of_siti: Vec<u8> = replica.drafts("siti", 9).unwrap().into_iter().map(|draft| draft.id[0]).collect();
        assert_eq!(of_siti, [1, 3], "the last one worked on comes first");
        assert_eq!(replica.draft([1; 16]).unwrap().unwrap().form, "{}");
        assert_eq!(replica.audit(1).unwrap(), [act("logout")]);
        assert_eq!(
            replica.draft_files([1; 16]).unwrap(),
            std::slice::from_ref(&photo),
            "said anew, it is the same file"
        );
        assert_eq!(replica.draft_file([1; 16], photo.hash).unwrap().as_deref(), Some(&b"photo"[..]));
        assert_eq!(replica.draft_file([2; 16], photo.hash).unwrap(), None);
    }
    copy.drop_draft([1; 16]).unwrap();
    copy.drop_draft([1; 16]).unwrap();
    assert_eq!(copy.draft([1; 16]).unwrap(), None);
    assert_eq!(copy.draft_files([1; 16]).unwrap(), [], "they go with the draft");
    assert_eq!(copy.draft_file([1; 16], photo.hash).unwrap(), None);
    copy.drop_draft_file([3; 16], photo.hash).unwrap();
    assert_eq!(copy.draft_files([3; 16]).unwrap(), []);
}

#[test]
fn favourites_are_each_clerks_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    for (clerk, service) in [("siti", "S01"), ("siti", "G01"), ("siti", "G01"), ("budi", "P06")] {
        node.set_favourite(clerk, service, true).unwrap();
    }
    assert_eq!(node.favourites("siti").unwrap(), ["G01", "S01"]);
    node.set_favourite("siti", "G01", false).unwrap();
    node.set_favourite("siti", "G01", false).unwrap();
    assert_eq!(node.favourites("siti").unwrap(), ["S01"]);
    assert_eq!(node.favourites("budi").unwrap(), ["P06"]);
    assert_eq!(node.favourites("nobody").unwrap(), [""; 0]);
}

#[test]
fn queue_numbers_count_from_one_each_day_and_no_two_records_share_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let ids: Vec<_> = (1..=4).map(|n| change_log::DocumentId(uuid::Uuid::from_bytes([n; 16]))).collect();
    let mut take = |day: &str, letter, id: usize| node.take_queue_number(day, letter, ids[id]).unwrap().to_string();
    assert_eq!(take("2026-11-26", 'A', 0), "A-001");
    assert_eq!(take("2026-11-26", 'A', 1), "A-002");
    assert_eq!(take("2026-11-26", 'A', 0), "A-001", "asked twice, it is the same citizen");
    // Another letter goes on counting.
    assert_eq!(take("2026-11-26", 'B', 2), "B-003");
    assert_eq!(take("2026-11-27", 'B', 3), "B-001");
    // A clock that went back for an hour.
    assert_eq!(take("2026-11-26", 'B', 3), "B-004");
    assert!(node.take_queue_number("2026-11-26", '\u{e9}', ids[0]).is_err());
    node.crash();
    let (node, _) = Replica::open(dir.path(), "pc-1", epoch(77)).unwrap();
    let kept = |day: &str, id: usize| node.queue_number(day, ids[id]).unwrap().map(|number| number.to_string());
    assert_eq!(kept("2026-11-26", 1).as_deref(), Some("A-002"));
    assert_eq!(kept("2026-11-27", 3).as_deref(), Some("B-001"));
    assert_eq!(kept("2026-11-27", 0), None);
    let given = |day: &str, typed: &str| node.queued(day, typed.parse().unwrap()).unwrap();
    for typed in ["A-002", "a 2", "A002"] {
        assert_eq!(given("2026-11-26", typed), Some(ids[1]), "{typed}");
    }
    assert_eq!(given("2026-11-26", "B-004"), Some(ids[3]));
    assert_eq!(given("2026-11-26", "B-002"), None, "another letter is another machine's");
    assert_eq!((given("2026-11-26", "A-005"), given("2026-11-28", "A-001")), (None, None));
    for typed in ["", "A", "A-", "A-0", "12", "AB-1", "A-1/2", "siti", "é1", "A-9999999"] {
        assert!(typed.parse::<replica_store::QueueNumber>().is_err(), "{typed}");
    }
}

#[test]
fn the_time_at_which_the_hub_had_an_entry_is_kept_and_forgotten_with_what_the_hub_lost() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut node = node(dirs[1].path(), 1);
    let own = node.epoch();
    node.note_received(1).unwrap();
    assert_eq!(node.received_at(own, 1).unwrap(), None);
    for (number, at) in [(1, 100), (2, 200), (3, 300)] {
        node.create_transaction(&transaction("Budi", "35"), &clock(number)).unwrap();
        push(&mut node, &mut hub, usize::MAX);
        node.note_received(at).unwrap();
        node.note_received(at + 50).unwrap();
    }
    let times = |node: &Replica| (1..=4).map(|position| node.received_at(own, position).unwrap()).collect::<Vec<_>>();
    assert_eq!(times(&node), [Some(100), Some(200), Some(300), None]);
    node.rewind_acknowledged(own, 1).unwrap();
    assert_eq!(times(&node), [Some(100), None, None, None]);
    push(&mut node, &mut hub, usize::MAX);
    node.note_received(400).unwrap();
    assert_eq!(times(&node), [Some(100), Some(400), Some(400), None]);
    assert!(node.verify().unwrap().is_sound());
}

#[test]
fn the_trail_is_read_in_parts_that_meet_and_is_narrowed() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    // The clock was wrong once.
    let at_millis = |number: i64| if number == 20 { 5 } else { 1000 + number };
    for number in 0..40_i64 {
        node.note_act(&AuditItem {
            at_millis: at_millis(number),
            clerk: if number % 2 == 0 { "siti" } else { "budi" }.to_owned(),
            act: if number % 3 == 0 { "step" } else { "edit" }.to_owned(),
            subject: number.to_string(),
        })
        .unwrap();
    }
    let word = |text: &str| Some(text.to_owned());
    for (filter, fits) in [
        (AuditFilter::default(), &(|_| true) as &dyn Fn(i64) -> bool),
        (AuditFilter { clerk: word("siti"), ..AuditFilter::default() }, &|number| number % 2 == 0),
        (AuditFilter { act: word("step"), ..AuditFilter::default() }, &|number| number % 3 == 0),
        (AuditFilter { clerk: word("budi"), act: word("step"), during: None }, &|number| {
            number % 2 == 1 && number % 3 == 0
        }),
        (AuditFilter { during: Some(1010..1030), ..AuditFilter::default() }, &|number| {
            (10..30).contains(&number) && number != 20
        }),
        (AuditFilter { clerk: word("siti"), act: word("edit"), during: Some(i64::MIN..1030) }, &|number| {
            number % 2 == 0 && number % 3 != 0 && number < 30
        }),
        (AuditFilter { during: Some(5000..i64::MAX), ..AuditFilter::default() }, &|_| false),
        (AuditFilter { clerk: word("nobody"), ..AuditFilter::default() }, &|_| false),
    ] {
        let mut expected: Vec<i64> = (0..40).rev().filter(|number| fits(*number)).collect();
        // The whole trail as it was noted, a narrowed one by the clock.
        if filter != AuditFilter::default() {
            expected.sort_by_key(|number| std::cmp::Reverse(at_millis(*number)));
        }
        let (mut parts, mut from) = (Vec::new(), AuditFrom::Newest);
        while let Some(part) = Some(node.audit_part(&filter, from, 4).unwrap()).filter(|part| !part.is_empty()) {
            from = AuditFrom::Before(part.last().unwrap().0);
            parts.push(part);
        }
        let found: Vec<i64> = parts.iter().flatten().map(|(_, item)| item.subject.parse().unwrap()).collect();
        assert_eq!(found, expected, "{filter:?}");
        // And back again.
        for pair in parts.windows(2) {
            let back = node.audit_part(&filter, AuditFrom::After(pair[1].first().unwrap().0), 4).unwrap();
            assert_eq!(back, pair[0], "{filter:?}");
        }
    }
}

#[test]
fn drafts_and_the_trail_are_carried_over_to_a_backup_and_damage_in_them_keeps_nothing_else_back() {
    let dir = tempfile::tempdir().unwrap();
    let act = |number: i64| AuditItem {
        at_millis: number,
        clerk: "siti".to_owned(),
        act: "letter".to_owned(),
        subject: format!("letter {number}"),
    };
    let copies = ["parted.backup", "damaged.backup"].map(|name| dir.path().join(name));
    let mut replica = node(dir.path(), 1);
    replica.note_act(&act(1)).unwrap();
    replica.put_application("desa", "petugas", &[1; 32], 1).unwrap();
    replica.put_draft(&draft(1, "siti", 5)).unwrap();
    replica.put_draft(&draft(2, "siti", 5)).unwrap();
    for copy in &copies {
        replica.backup(copy).unwrap();
    }
    replica.revoke_application("desa", 2).unwrap();
    replica.put_draft(&Draft { form: "{}".to_owned(), ..draft(1, "siti", 6) }).unwrap();
    replica.put_draft(&draft(3, "budi", 7)).unwrap();
    replica.note_act(&act(3)).unwrap();
    drop(replica);

    // There the trail went on, too, under the same number.
    let parted = Connection::open(&copies[0]).unwrap();
    parted.execute("INSERT INTO audit (at, clerk, act, subject) VALUES (2, 'budi', 'letter', 'letter 2')", []).unwrap();
    drop(parted);
    let carried = Reader::open(dir.path()).unwrap().carry_over(&copies[0], false).unwrap();
    assert_eq!((carried.acts, carried.drafts), (Some(1), Some(2)));
    let texts = |copy: &Connection, sql: &str| -> Vec<String> {
        let mut statement = copy.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let copy = Connection::open(&copies[0]).unwrap();
    assert_eq!(texts(&copy, "SELECT subject FROM audit ORDER BY idx"), ["letter 1", "letter 2", "letter 3"]);
    assert_eq!(texts(&copy, "SELECT form FROM draft ORDER BY id"), ["{}", "{\"nama\": \"2\"}", "{\"nama\": \"3\"}"]);

    let live = Connection::open(dir.path().join("replica.db")).unwrap();
    live.execute_batch("DROP TABLE audit").unwrap();
    drop(live);
    let carried = Reader::open(dir.path()).unwrap().carry_over(&copies[1], false).unwrap();
    assert_eq!((carried.acts, carried.drafts), (None, Some(2)));
    assert_eq!(carried.applications, ["desa"], "a token that was revoked opens nothing");
}
