//! Lists and searches: filters, pages, other readers; and verdicts that come too late.

use crate::world::*;
use change_log::DocumentId;
use office_model::{Awaited, Status};
use replica_store::{Gate, JudgingWalk, ListFilter, ListedTransaction, Page, Replica};
use service_document::NewTransaction;

#[test]
fn pages_cover_a_list_once_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let mut ids = Vec::new();
    for number in 0..23_i64 {
        let name = if number % 3 == 0 { "Siti Aminah" } else { "Budi Santoso" };
        // Device clocks go backwards; lists do not mind.
        let nik = format!("35100165069{number:05}");
        ids.push(node.create_transaction(&transaction(name, &nik), &clock(-number)).unwrap());
    }
    for id in &ids[..5] {
        node.step(*id, Status::Diajukan, None, &clock(50)).unwrap();
    }
    ids.reverse();
    let status = |word: &str| ListFilter { status: Some(word.to_owned()), ..ListFilter::default() };
    let service = |word: &str| ListFilter { service: Some(word.to_owned()), ..ListFilter::default() };
    let of = |office: &str| ListFilter { office: Some(office.parse().unwrap()), ..ListFilter::default() };
    let cases = [
        (ListFilter::default(), "", ids.clone()),
        (of(OFFICE), "", ids.clone()),
        (service("A01"), "", ids.clone()),
        (service("A02"), "", vec![]),
        (of("35.10.01.2002"), "", vec![]),
        (status("diajukan"), "", ids[18..].to_vec()),
        (status("nonsense"), "", vec![]),
        (ListFilter { divergent: true, ..ListFilter::default() }, "", vec![]),
        (ListFilter::default(), "siti", ids.iter().rev().step_by(3).rev().copied().collect()),
        (status("diajukan"), "budi", vec![ids[18], ids[20], ids[21]]),
        (ListFilter::default(), "3510016506900007", vec![ids[15]]),
        (ListFilter::default(), "siti budi", vec![]),
    ];
    for (filter, typed, expected) in cases {
        for count in [1, 2, 7, 100] {
            let mut found = Vec::new();
            let mut after = None;
            loop {
                let page = Page { after, count };
                let rows = if typed.is_empty() {
                    node.list(&filter, page).unwrap()
                } else {
                    node.search(typed, &filter, page).unwrap()
                };
                assert!(rows.len() <= count);
                let Some(last) = rows.last() else { break };
                after = Some(last.document);
                found.extend(rows.iter().map(|row| row.document));
            }
            assert_eq!(found, expected, "{filter:?} {typed} by {count}");
        }
        if typed.is_empty() {
            for most in [0, 3, 100] {
                let counted = node.count_up_to(&filter, most).unwrap();
                assert_eq!(counted, most.min(expected.len() as u64), "{filter:?} up to {most}");
            }
        }
    }
}

#[test]
fn a_search_by_number_tells_no_name_and_no_nik() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let numbered =
        NewTransaction { number: Some("470/0012/35".to_owned()), ..transaction("Siti Aminah", "3510016506900007") };
    let id = node.create_transaction(&numbered, &clock(1)).unwrap();
    node.create_transaction(&transaction("Budi 470", "3510016506900470"), &clock(2)).unwrap();
    let filter = ListFilter { by_number: true, ..ListFilter::default() };
    let find = |typed: &str| {
        node.search(typed, &filter, Page::default()).unwrap().iter().map(|row| row.document).collect::<Vec<_>>()
    };
    for typed in ["470", "0012", "470/0012", "47"] {
        assert_eq!(find(typed), [id], "{typed}");
    }
    for typed in ["siti", "s", "3510016506900007", "35100165", "470 siti", "G01", "budi"] {
        assert!(find(typed).is_empty(), "{typed}");
    }
    let mut each = Vec::new();
    node.each(Some("351001"), &filter, &mut |row| {
        each.push(row.document);
        true
    })
    .unwrap();
    assert!(each.is_empty());
}

#[test]
fn a_letter_number_finds_its_own_letter_and_not_all_that_have_its_parts() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let mut letter = |number: &str| {
        let new = NewTransaction { number: Some(number.to_owned()), ..transaction("Siti", "3510016506900007") };
        node.create_transaction(&new, &clock(1)).unwrap()
    };
    let second = letter("460/2/3510012001/2026");
    let twentieth = letter("460/20/3510012001/2026");
    let third = letter("460/3/3510012001/2026");
    let find = |typed: &str| -> Vec<_> {
        let found = node.search(typed, &ListFilter::default(), Page::default()).unwrap();
        found.iter().map(|row| row.document).collect()
    };
    assert_eq!(find("460/2/3510012001/2026"), [second]);
    assert_eq!(find("siti 460/2/"), [second]);
    assert_eq!(find("460/2"), [twentieth, second], "while it is typed");
    assert_eq!(find("460 2026"), [third, twentieth, second], "parts by themselves find all that have them");
}

#[test]
fn a_search_among_many_of_a_status_or_a_service_finds_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let many: Vec<_> = (0..700_u32)
        .map(|number| {
            transaction(if number % 50 == 0 { "Siti Aminah" } else { "Budi" }, &format!("35100165069{number:05}"))
        })
        .collect();
    let ids = node.create_transactions(&many, &clock(1)).unwrap();
    for id in &ids[..350] {
        node.step(*id, Status::Diajukan, None, &clock(2)).unwrap();
    }
    let of = |status: Option<&str>, service: Option<&str>| {
        let (status, service) = (status.map(str::to_owned), service.map(str::to_owned));
        let filter = ListFilter { status, service, ..ListFilter::default() };
        node.search("siti", &filter, Page::default()).unwrap().iter().map(|row| row.document).collect::<Vec<_>>()
    };
    let siti: Vec<_> =
        ids.iter().rev().filter(|id| ids.iter().position(|one| one == *id).unwrap() % 50 == 0).copied().collect();
    assert_eq!(of(Some("diajukan"), None), siti[7..]);
    assert_eq!(of(Some("draf"), None), siti[..7]);
    assert_eq!(of(None, Some("A01")), siti);
    assert_eq!(of(Some("diajukan"), Some("A01")), siti[7..]);
}

#[test]
fn odd_searches_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    node.create_transaction(&transaction("Ni Luh D'Souza-Ñandú", "35"), &clock(1)).unwrap();
    let find = |typed: &str| node.search(typed, &ListFilter::default(), Page::default()).unwrap().len();
    for typed in ["d'souza", "nandu", "NANDÚ", "souza, luh", "\"ni\"", "luh*", "(luh)", "luh OR"] {
        assert_eq!(find(typed), usize::from(typed != "luh OR"), "{typed}");
    }
    for typed in ["*", "\"", "AND", "x\0y", "ก็", "का", "ni luh zz", &"zz ".repeat(5000)] {
        assert_eq!(find(typed), 0);
    }
}

#[test]
fn a_reader_sees_commits_of_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let reader = node.reader().unwrap();
    let id = node.create_transaction(&transaction("Budi", "35"), &clock(1)).unwrap();
    let read = std::thread::spawn(move || (reader.row(id).unwrap(), reader.verify().unwrap().is_sound()));
    let (row, sound) = read.join().unwrap();
    assert_eq!(row, node.row(id).unwrap());
    assert!(sound && row.is_some());
}

#[test]
fn a_verdict_about_an_older_state_changes_nothing() {
    let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1, 2]);
    let mut one = node(dirs[1].path(), 1);
    let mut two = node(dirs[2].path(), 2);
    let id = one.create_transaction(&transaction("Budi", "35"), &clock(1)).unwrap();
    exchange(&mut one, &mut hub);
    exchange(&mut two, &mut hub);
    let edit = |node: &mut Replica, path: &str, word: &str| {
        node.edit(id, &[(path.parse().unwrap(), serde_json::json!(word))], &clock(5)).unwrap();
    };
    edit(&mut one, "nama", "Dari satu");
    exchange(&mut one, &mut hub);
    pull(&mut two, &hub, 10);
    let cases = two.cases(&mut JudgingWalk::default(), 10).unwrap();
    let verdicts = replica_store::DirectGate.judge_all(&cases).unwrap();
    edit(&mut two, "keperluan", "Dari dua");
    let report = two.apply_verdicts(&cases, &verdicts, 0).unwrap();
    assert_eq!((report.stale, report.accepted), (1, 0));
    judge(&mut two);
    let row = two.row(id).unwrap().unwrap();
    assert_eq!((row.name.as_deref(), row.changes), (Some("Dari satu"), 3));
    // The verdict was applied already: applying it again does not count anything twice.
    assert_eq!(two.apply_verdicts(&cases, &verdicts, 0).unwrap().stale, 1);
    exchange(&mut two, &mut hub);
    exchange(&mut one, &mut hub);
    assert_eq!(one.dump_views().unwrap(), two.dump_views().unwrap());
    assert!(two.apply_verdicts(&cases, &[], 0).is_err());
}

#[test]
fn every_beginning_of_a_word_finds_it_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let people = [
        ("Supriyadi Santoso", "3510014107900001"),
        ("Supriyanto", "3510014107900002"),
        ("Sri", "3510024107900003"),
        ("Séno Ñur", "3511010101010101"),
        ("S A01", "35"),
        ("Ahmad 12345a 1234567b", "351001"),
    ];
    let mut words = std::collections::BTreeMap::new();
    for (millis, (name, nik)) in people.into_iter().enumerate() {
        let id = node.create_transaction(&transaction(name, nik), &clock(i64::try_from(millis).unwrap())).unwrap();
        let plain = format!("{name} {nik} a01").to_lowercase().replace('é', "e").replace('ñ', "n");
        words.insert(id, plain.split(' ').map(str::to_owned).collect::<Vec<_>>());
    }
    let typed: std::collections::BTreeSet<String> =
        words.values().flatten().flat_map(|word| (1..=word.len()).map(|end| word[..end].to_owned())).collect();
    assert!(typed.len() > 60);
    let found = |typed: &str| -> Vec<_> {
        let rows = node.search(typed, &ListFilter::default(), Page::default()).unwrap();
        rows.into_iter().map(|row| row.document).rev().collect()
    };
    for one in &typed {
        let expected = |one: &str| -> Vec<_> {
            let begin = |words: &Vec<String>| words.iter().any(|word| word.starts_with(one));
            words.iter().filter(|(_, words)| begin(words)).map(|(id, _)| *id).collect()
        };
        assert_eq!(found(one), expected(one), "{one}");
        let both: Vec<_> = expected(one).into_iter().filter(|id| expected("35100").contains(id)).collect();
        assert_eq!(found(&format!("{one} 35100")), both, "{one} and 35100");
    }
}

#[test]
fn filters_choose_the_same_rows_whichever_index_leads() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let many: Vec<_> = (0..700)
        .map(|number| {
            let mut new = transaction(&format!("Warga {}", number % 7), "35");
            new.service = if number % 2 == 0 { "A01" } else { "P06" }.parse().unwrap();
            new
        })
        .collect();
    let ids = node.create_transactions(&many, &clock(1)).unwrap();
    let some: Vec<_> = ids.iter().copied().step_by(5).collect();
    node.change_many(&some, &clock(2), |document, stamp| document.step(Status::Diajukan, None, stamp).map(Some))
        .unwrap();
    let all = Page { after: None, count: 1000 };
    for status in [None, Some("draf"), Some("diajukan"), Some("ditolak")] {
        for service in [None, Some("A01"), Some("P06"), Some("B01")] {
            for by_office in [None, Some(office())] {
                let (status, service) = (status.map(str::to_owned), service.map(str::to_owned));
                let filter = ListFilter { office: by_office, status, service, ..ListFilter::default() };
                let fits = |row: &ListedTransaction| {
                    filter.status.as_ref().is_none_or(|status| *status == row.status)
                        && filter.service.as_deref().is_none_or(|service| service == row.service.as_str())
                };
                let expected = |typed: &str| -> Vec<_> {
                    let unfiltered = match typed {
                        "" => node.list(&ListFilter::default(), all),
                        typed => node.search(typed, &ListFilter::default(), all),
                    };
                    unfiltered.unwrap().into_iter().filter(fits).collect()
                };
                assert_eq!(node.list(&filter, all).unwrap(), expected(""), "{filter:?}");
                for typed in ["w", "warga 3", "35"] {
                    assert_eq!(node.search(typed, &filter, all).unwrap(), expected(typed), "{typed} {filter:?}");
                }
            }
        }
    }
}

#[test]
fn a_walk_meets_everything_that_was_pending_when_it_began_and_ends_though_more_arrives() {
    let dirs: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut hub = hub(dirs[0].path(), &[1]);
    let mut one = node(dirs[1].path(), 1);
    let record = |one: &mut Replica, hub: &mut Replica, number: i64| {
        one.create_transaction(&transaction("Budi", "35"), &clock(number)).unwrap();
        push(one, hub, usize::MAX);
    };
    for number in 0..5 {
        record(&mut one, &mut hub, number);
    }
    let mut walk = JudgingWalk::default();
    let mut met = 0;
    for number in 5..100 {
        let cases = hub.cases(&mut walk, 2).unwrap();
        if cases.is_empty() {
            break;
        }
        met += cases.len();
        let verdicts = replica_store::DirectGate.judge_all(&cases).unwrap();
        walk.applied(&hub.apply_verdicts(&cases, &verdicts, 0).unwrap());
        record(&mut one, &mut hub, number);
        record(&mut one, &mut hub, number);
    }
    assert!(walk.is_complete());
    assert_eq!((met, hub.pending().unwrap()), (5, 6));
}

/// A store whose clock went back and forth while records were made: at most one arrived in the order of its time.
fn made_out_of_order(dir: &std::path::Path, count: i64) -> (Replica, Vec<(DocumentId, i64)>) {
    let mut node = node(dir, 1);
    let made = (0..count).map(|number| {
        let millis = (number * 7919) % count * 1000;
        let mut new = transaction(&format!("Warga {}", number % 5), "35");
        new.service = if number % 3 == 0 { "P06" } else { "A01" }.parse().unwrap();
        (node.create_transaction(&new, &clock(millis)).unwrap(), millis)
    });
    let made = made.collect();
    (node, made)
}

#[test]
fn lists_of_a_time_have_what_was_made_in_it_page_by_page_whichever_index_leads() {
    let dir = tempfile::tempdir().unwrap();
    let (node, made) = made_out_of_order(dir.path(), 900);
    for time in [0..900_000, i64::MIN..400_000, 350_000..i64::MAX, 100_000..100_001, 200_000..260_000, 5..6, 9..9] {
        for (service, typed) in [(None, ""), (Some("P06"), ""), (None, "warga 3"), (Some("A01"), "warga")] {
            let filter =
                ListFilter { made: Some(time.clone()), service: service.map(str::to_owned), ..ListFilter::default() };
            let unfiltered = ListFilter { made: None, ..filter.clone() };
            let ask = |filter: &ListFilter, page| match typed {
                "" => node.list(filter, page).unwrap(),
                typed => node.search(typed, filter, page).unwrap(),
            };
            let all = ask(&unfiltered, Page { after: None, count: 1000 });
            let expected: Vec<_> =
                all.into_iter().filter(|row| time.contains(&row.created_millis)).map(|row| row.document).collect();
            for count in [7, 100, 1000] {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let rows = ask(&filter, Page { after, count });
                    let Some(last) = rows.last() else { break };
                    after = Some(last.document);
                    found.extend(rows.iter().map(|row| row.document));
                }
                assert_eq!(found, expected, "{filter:?} {typed} by {count}");
            }
            if typed.is_empty() {
                assert_eq!(node.count_up_to(&filter, 2000).unwrap(), expected.len() as u64);
            }
        }
    }
    assert_eq!(made.len(), 900);
}

#[test]
fn letters_of_a_time_are_those_with_a_number_the_first_made_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let mut expected = Vec::new();
    for number in 0..30_i64 {
        let millis = (number * 7) % 30;
        let numbered = number % 3 != 0;
        let new = NewTransaction { number: numbered.then(|| format!("470/{number}")), ..transaction("Budi", "35") };
        let id = node.create_transaction(&new, &clock(millis + 250)).unwrap();
        if numbered && (5..25).contains(&millis) {
            expected.push((millis, id));
        }
    }
    expected.sort();
    let found = node.letters_numbered(&(5..25), 1000).unwrap();
    let found: Vec<_> = found.into_iter().map(|row| (row.created_millis, row.document)).collect();
    assert_eq!(found, expected);
    assert_eq!(node.letters_numbered(&(5..25), 3).unwrap().len(), 3);
}

#[test]
fn letters_are_found_by_their_signature_and_none_is_made_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let sign = |node: &mut Replica, id: DocumentId, millis: i64| {
        for to in [Status::Diajukan, Status::Diperiksa, Status::Ditandatangani] {
            node.step(id, to, None, &clock(millis + 250)).unwrap();
        }
    };
    let mut letter = |number: &str, made: i64, signed: Option<i64>| {
        let new = NewTransaction { number: Some(number.to_owned()), ..transaction("Budi", "35") };
        let id = node.create_transaction(&new, &clock(made + 250)).unwrap();
        if let Some(signed) = signed {
            sign(&mut node, id, signed);
        }
        id
    };
    let open = letter("1", 10, None);
    let later = letter("2", 11, Some(30));
    let at_once = letter("3", 12, Some(13));
    let fast_clock = letter("4", 40, Some(14));
    let before = letter("5", 15, Some(5));
    let cancelled = letter("6", 9, Some(16));
    node.step(cancelled, Status::Dibatalkan, Some("salah"), &clock(300)).unwrap();
    let ids = |rows: Vec<ListedTransaction>| rows.iter().map(|row| row.document).collect::<Vec<_>>();
    let (numbered, signed) =
        (|time| ids(node.letters_numbered(&time, 100).unwrap()), |time| ids(node.letters_signed(&time, 100).unwrap()));
    assert_eq!(numbered(10..20), [open, later, at_once, fast_clock]);
    assert_eq!(numbered(0..10), [before, cancelled]);
    assert_eq!(numbered(40..50), [], "it was signed long before");
    assert_eq!(signed(10..20), [at_once, fast_clock, cancelled]);
    assert_eq!((signed(20..40), signed(0..10)), (vec![later], vec![before]));
    assert_eq!(ids(node.letters_signed(&(0..50), 2).unwrap()), [before, at_once]);
    let made = node.dump_views().unwrap();
    node.rebuild_views().unwrap();
    assert_eq!(node.dump_views().unwrap(), made);
}

#[test]
fn letters_without_a_number_are_listed_until_they_have_one_or_are_withdrawn() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let mut record = |service: &str, number: Option<&str>| {
        let mut new = NewTransaction { number: number.map(str::to_owned), ..transaction("Budi", "35") };
        new.service = service.parse().unwrap();
        node.create_transaction(&new, &clock(1)).unwrap()
    };
    let (one, other, cancelled) = (record("G01", None), record("S01", None), record("G01", None));
    record("G01", Some("470/1"));
    record("P06", None);
    node.step(cancelled, Status::Dibatalkan, Some("salah"), &clock(2)).unwrap();
    let listed = |node: &Replica, service: Option<&str>| {
        let filter = ListFilter { unnumbered: true, service: service.map(str::to_owned), ..ListFilter::default() };
        let rows = node.list(&filter, Page::default()).unwrap();
        assert_eq!(node.count_up_to(&filter, 10).unwrap(), rows.len() as u64);
        rows.iter().map(|row| row.document).collect::<Vec<_>>()
    };
    assert_eq!(listed(&node, None), [other, one]);
    assert_eq!(listed(&node, Some("G01")), [one]);
    let edits = [("number".parse().unwrap(), serde_json::json!("470/2"))];
    node.edit(one, &edits, &clock(3)).unwrap();
    assert_eq!(listed(&node, None), [other]);
}

#[test]
fn lists_of_what_waits_for_somebody_are_whole_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let way = ["diajukan", "diperiksa", "ditandatangani", "siap_diambil", "selesai"];
    let mut ids = Vec::new();
    for number in 0..36_usize {
        let id =
            node.create_transaction(&transaction("Siti Aminah", &format!("3510016506{number:06}")), &clock(1)).unwrap();
        for step in &way[..number % (way.len() + 1)] {
            node.step(id, step.parse().unwrap(), None, &clock(2)).unwrap();
        }
        // Every second one was referred; every fourth one was answered.
        let (faskes, is_open) = ("35.10.01".parse().unwrap(), number % 4 == 1);
        if number % 2 == 1 {
            let refer = node.change(id, &clock(4), |document, stamp| document.refer(&[(faskes, "")], stamp));
            refer.unwrap();
        }
        if number % 2 == 1 && !is_open {
            let answer = office_model::Answer::Selesai;
            node.change(id, &clock(5), |document, stamp| document.answer(faskes, answer, None, stamp)).unwrap();
        }
        if number % 12 == 1 {
            node.step(id, Status::Dibatalkan, Some("Warga membatalkan"), &clock(3)).unwrap();
        }
        ids.push((id, is_open));
    }
    ids.reverse();
    let mut seen = 0;
    for awaited in Awaited::ALL {
        let waits = |(id, is_open): &&(DocumentId, bool)| {
            let status: Status = node.row(*id).unwrap().unwrap().status.parse().unwrap();
            let is_open = *is_open && !matches!(status, Status::Dibatalkan | Status::Ditolak);
            match awaited {
                Awaited::ReferredOffice => is_open,
                Awaited::Nobody => status.is_final() && !is_open,
                one => Awaited::of(status) == one,
            }
        };
        let expected: Vec<_> = ids.iter().filter(waits).map(|(id, _)| *id).collect();
        seen += usize::from(!expected.is_empty());
        for status in [None, Some("draf"), Some("selesai")] {
            let is = |id: &&DocumentId| status.is_none_or(|status| node.row(**id).unwrap().unwrap().status == status);
            let expected: Vec<_> = expected.iter().filter(is).copied().collect();
            let filter =
                ListFilter { awaited: Some(awaited), status: status.map(str::to_owned), ..ListFilter::default() };
            for (typed, count) in [("", 1), ("", 4), ("", 100), ("siti", 3)] {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let page = Page { after, count };
                    let rows =
                        if typed.is_empty() { node.list(&filter, page) } else { node.search(typed, &filter, page) };
                    let rows = rows.unwrap();
                    assert!(rows.len() <= count);
                    let Some(last) = rows.last() else { break };
                    after = Some(last.document);
                    found.extend(rows.iter().map(|row| row.document));
                }
                assert_eq!(found, expected, "{awaited} {status:?} {typed} by {count}");
            }
            for most in [0, 2, 100] {
                assert_eq!(node.count_up_to(&filter, most).unwrap(), most.min(expected.len() as u64), "{awaited}");
            }
            let mut each = 0;
            node.each(None, &filter, &mut |_| {
                each += 1;
                each < 5
            })
            .unwrap();
            assert_eq!(each, expected.len().min(5), "{awaited}");
        }
    }
    assert_eq!(seen, Awaited::ALL.len() - 1, "all but the sub-district");
}

#[test]
fn citizens_are_found_however_many_records_others_have() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let mut make =
        |name: &str, nik: &str, at: i64| node.create_transaction(&transaction(name, nik), &clock(at)).unwrap();
    let old = make("Siti Nurhaliza", "3510016506900001", 1);
    let accented = make("Sití", "3510016506900009", 1);
    for number in 0..150 {
        make("Siti Aminah", "3510016506900002", 2 + number);
    }
    let newest = make("Siti Aminah", "3510016506900002", 200);
    let other = make("Budi Santoso", "3510016506900003", 201);
    assert_eq!(node.citizens("siti", 8).unwrap(), [newest, old, accented], "each person once, the latest record first");
    assert_eq!(node.citizens("sit nur", 8).unwrap(), [old]);
    assert_eq!(node.citizens("siti", 1).unwrap(), [newest]);
    assert_eq!(node.citizens("35100165069000", 8).unwrap(), [other, newest, accented, old]);
    // Nobody is found by what is not theirs: the service, or somebody else in the record.
    assert_eq!(node.citizens("a01", 2).unwrap(), [accented], "as far as can be told");
    let mut child = transaction("Putri Contoh", "3510016506900010");
    child.fields.insert("ayah".to_owned(), serde_json::json!({"nik": "3510016506900011", "nama": "Hasnan Contoh"}));
    let child = node.create_transaction(&child, &clock(300)).unwrap();
    assert_eq!(node.citizens("putri", 8).unwrap(), [child]);
    for typed in ["3510016506900011", "hasnan"] {
        assert!(!node.citizens(typed, 8).unwrap().contains(&child), "{typed}");
    }
    for typed in ["", "*", "zz", "ก็"] {
        assert_eq!(node.citizens(typed, 8).unwrap(), [], "{typed}");
    }
}
