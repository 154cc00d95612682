//! Lists and searches: filters, pages, other readers; and verdicts that come too late.

use crate::world::*;
use office_model::Status;
use replica_store::{Gate, ListFilter, Page};

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
    }
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
    let edit = |node: &mut replica_store::Replica, path: &str, word: &str| {
        node.edit(id, &[(path.parse().unwrap(), serde_json::json!(word))], &clock(5)).unwrap();
    };
    edit(&mut one, "nama", "Dari satu");
    exchange(&mut one, &mut hub);
    pull(&mut two, &hub, 10);
    let cases = two.cases(10).unwrap();
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
