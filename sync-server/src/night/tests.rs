//! Properties of the pure core: whatever the facts, the figures are those of a plain count, and every form says the same.

use std::collections::{BTreeMap, BTreeSet};

use calamine::{Data, Reader as _, Xlsx};
use change_log::{DocumentId, EpochId, NodeId};
use chrono::{Days, NaiveDate};
use desk_kit::Language;
use office_model::calendar::{Holidays, wib_midnight};
use office_model::{Catalogue, OfficeCode, Roster, Series, ServiceId, Status};
use proptest::prelude::*;
use replica_store::Replica;

use super::facts::{BlockFacts, BookFacts, Granted, KeptOut, NightFacts, NodeNight, OfficeNight, OpenRecord, Twice};
use super::forms::{Form, file};
use super::report::{BackupLine, CheckLine, DocumentLine};
use super::table::tables;
use super::{Report, gather, kept};
use crate::init;

const HOUR: i64 = 3_600_000;

/// Friday; the day before is a working day.
fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 27).unwrap()
}

fn offices() -> Vec<OfficeNight> {
    let known = ["35.10.01.2001", "35.10.01.2002", "35.10.02.2001", "35.10.01"];
    let of = |code: &&str| OfficeNight {
        office: Roster::banyuwangi().get(code.parse().unwrap()).unwrap().clone(),
        nodes: Vec::new(),
        gone: Vec::new(),
        shut_out_millis: None,
        entries: 3,
        quarantined: 0,
    };
    known.iter().map(of).collect()
}

fn machine(number: u8, proven: Option<i64>) -> NodeNight {
    NodeNight { id: NodeId([number; 8]), ..super::late::tests::node(proven) }
}

fn facts() -> NightFacts {
    let made = wib_midnight(date()) + 6 * HOUR + 5;
    NightFacts {
        date: date(),
        span: gather::span(date(), 360, made),
        version: "0.1.0".to_owned(),
        holidays: Holidays::default(),
        offices: offices(),
        made_day: Vec::new(),
        made_month: Vec::new(),
        open: Vec::new(),
        kept_out: Vec::new(),
        quarantined: 0,
        books: Vec::new(),
        twice: Vec::new(),
        granted: Vec::new(),
        check: CheckLine { sound: true, checked_millis: made, ..CheckLine::default() },
        backup: BackupLine { state: "off".to_owned(), ..BackupLine::default() },
    }
}

fn id(number: u32) -> DocumentId {
    DocumentId::derive(EpochId([1; 16]), number.into(), 1_795_712_400_000)
}

fn service(index: usize) -> ServiceId {
    let ids = Catalogue::current().ids();
    ids[index % ids.len()]
}

fn office(index: usize) -> OfficeCode {
    offices()[index % 3].office.code
}

prop_compose! {
    /// A record made on one of the last sixty days.
    fn record()(number in 0_u32..5000, at in 0_usize..3, kind in 0_usize..25, status in 0_usize..10, days in 0_u64..60, divergences in 0_u32..2) -> OpenRecord {
        OpenRecord {
            id: id(number),
            office: office(at),
            service: service(kind),
            catalogue: 1,
            status: Status::ALL[status].as_str().to_owned(),
            made_millis: wib_midnight(date() - Days::new(days)) + 9 * HOUR,
            divergences,
        }
    }
}

/// Working days by walking, without the code under test; no other holidays.
fn is_late(record: &OpenRecord) -> bool {
    use chrono::Datelike as _;
    let promised = Catalogue::current().service(&record.service).unwrap().promised;
    let days = if promised.unit == office_model::PromiseUnit::WorkingDays { promised.amount } else { 0 };
    let mut day = office_model::calendar::wib_date(record.made_millis).unwrap();
    let works = |day: NaiveDate| day.weekday().num_days_from_monday() < 5;
    let mut left = days;
    while left > 0 || !works(day) {
        day = day + Days::new(1);
        left -= u32::from(left > 0 && works(day));
    }
    day < date() && record.status.parse::<Status>().is_ok_and(Status::is_promised)
}

proptest! {
    #[test]
    fn figures_by_service_sector_and_district_are_those_of_a_plain_count(
        day in prop::collection::vec((0_usize..3, 0_usize..25, 1_u64..50), 0..40),
        records in prop::collection::vec(record(), 0..80),
        kept in prop::collection::btree_set(0_u32..5000, 0..10),
    ) {
        let mut facts = facts();
        facts.made_day = day.iter().map(|(at, kind, count)| (office(*at), service(*kind), *count)).collect();
        facts.made_month.clone_from(&facts.made_day);
        let records: BTreeMap<DocumentId, OpenRecord> = records.into_iter().map(|one| (one.id, one)).collect();
        facts.open = records.values().cloned().collect();
        facts.kept_out = kept.iter().map(|number| KeptOut {
            id: id(*number), office: office(0), code: "scope".to_owned(), at_millis: Some(1), row: None,
        }).collect();
        let report = Report::of(facts.clone());
        let whole = report.whole.as_ref().unwrap();
        let all: u64 = day.iter().map(|(.., count)| count).sum();
        let work = &whole.work;
        prop_assert_eq!(work.made_day, all);
        prop_assert_eq!(work.services.iter().map(|line| line.day).sum::<u64>(), all);
        prop_assert_eq!(work.sectors.iter().map(|line| line.day).sum::<u64>(), all);
        prop_assert_eq!(work.districts.iter().map(|line| line.day).sum::<u64>(), all);
        for line in &work.services {
            let counted: u64 = day.iter().filter(|(_, kind, _)| service(*kind) == line.service).map(|(.., count)| count).sum();
            prop_assert_eq!(line.day, counted);
            let late = records.values().filter(|record| record.service == line.service && is_late(record)).count() as u64;
            prop_assert_eq!(line.overdue, late, "{}", line.service);
        }
        let counted = |is: fn(&OpenRecord) -> bool| records.values().filter(|record| is(record)).count() as u64;
        prop_assert_eq!(whole.needs.overdue, counted(is_late));
        prop_assert_eq!(whole.needs.divergent, counted(|record| record.divergences > 0));
        prop_assert_eq!(whole.needs.waiting_camat, counted(|record| record.status == "menunggu_camat"));
        prop_assert_eq!(whole.needs.quarantined, kept.len() as u64);
        // Each record once, each with a need, the longest overdue first, needs the worst first.
        let ids: BTreeSet<_> = whole.documents.iter().map(|line| line.id).collect();
        prop_assert_eq!(ids.len() as u64, whole.needs.documents);
        prop_assert!(whole.documents.iter().all(|line| !line.needs.is_empty()));
        prop_assert!(whole.documents.is_sorted_by_key(|line| std::cmp::Reverse(line.days_late)));
        prop_assert!(whole.documents.iter().all(|line| line.needs.is_sorted_by_key(|need| rank(need))));
        // What is kept is what was made.
        let bytes = serde_json::to_vec(&report).unwrap();
        prop_assert_eq!(&kept::parse(&bytes).unwrap(), &report);
        prop_assert_eq!(serde_json::to_vec(&Report::of(facts)).unwrap(), bytes);
    }

    #[test]
    fn every_missing_number_is_counted_once_and_explained(
        issued in prop::collection::btree_set(1_u32..60, 0..40),
        blocks in 1_u32..5,
        closed in 0_u32..32,
        unsent in prop::option::of(0_u64..3),
    ) {
        let mut facts = facts();
        facts.offices[0].nodes = vec![NodeNight { unsent, ..machine(1, Some(facts.span.until_millis)) }];
        // Blocks of ten with ten left out behind each.
        let block = |index: u32| BlockFacts {
            first: index * 20 + 1, last: index * 20 + 10, node: NodeId([1; 8]), is_open: closed & (1 << index) == 0,
        };
        let issued: BTreeSet<u32> = issued.into_iter().filter(|serial| (serial - 1) % 20 < 10 && serial / 20 < blocks).collect();
        facts.books = vec![BookFacts {
            office: office(0), series: Series::all(), year: 2026, floor: 0,
            blocks: (0..blocks).map(block).collect(),
            issued: issued.iter().map(|serial| (*serial, 1)).collect(),
        }];
        let whole = Report::of(facts).whole.unwrap();
        let is_missing = |serial: u32| {
            let of_block = (0..blocks).map(block).find(|block| (block.first..=block.last).contains(&serial));
            of_block.is_some_and(|block| !issued.contains(&serial) && issued.range(serial..=block.last).next().is_some())
        };
        prop_assert_eq!(whole.numbers.missing, (1..=100).filter(|serial| is_missing(*serial)).count() as u64);
        let mut told = BTreeSet::new();
        for gap in &whole.numbers.gaps {
            for serial in gap.first..=gap.last {
                prop_assert!(told.insert(serial) && !issued.contains(&serial), "{} twice or issued", serial);
            }
            let is_explained = match gap.why.as_str() {
                "on_its_way" => unsent != Some(0),
                "lost" => unsent == Some(0),
                "closed" | "not_granted" => true,
                _ => false,
            };
            prop_assert!(is_explained, "{}", gap.why);
        }
    }
}

fn rank(need: &str) -> usize {
    super::documents::Need::ALL.iter().position(|known| known.as_str() == need).unwrap()
}

/// A report with something in every part, and a name that a spreadsheet would take for a formula.
fn full() -> Report {
    let mut facts = facts();
    facts.offices[0].office.name = "=HYPERLINK(\"https://evil.example\")".to_owned();
    facts.offices[0].nodes = vec![machine(1, Some(facts.span.night_millis + 5))];
    facts.offices[1].nodes = vec![machine(2, None)];
    facts.offices[2].nodes = vec![machine(3, Some(facts.span.night_millis - 5))];
    facts.offices[2].quarantined = 1;
    facts.offices[3].shut_out_millis = Some(facts.span.night_millis - 9);
    facts.quarantined = 1;
    facts.made_day = vec![(office(0), service(0), 7), (office(2), service(5), 2)];
    facts.made_month = vec![(office(0), service(0), 70), (office(2), service(5), 20)];
    let record = |number, status: Status, days, divergences| OpenRecord {
        id: id(number),
        office: office(1),
        service: service(0),
        catalogue: 1,
        status: status.as_str().to_owned(),
        made_millis: wib_midnight(date() - Days::new(days)) + 9 * HOUR,
        divergences,
    };
    facts.open = vec![
        record(1, Status::Diperiksa, 9, 0),
        record(2, Status::MenungguCamat, 0, 0),
        record(3, Status::Selesai, 9, 1),
    ];
    facts.kept_out =
        vec![KeptOut { id: id(4), office: office(2), code: "scope".to_owned(), at_millis: Some(1), row: None }];
    facts.books = vec![BookFacts {
        office: office(0),
        series: Series::all(),
        year: 2026,
        floor: 0,
        blocks: vec![BlockFacts { first: 1, last: 50, node: NodeId([1; 8]), is_open: true }],
        issued: BTreeMap::from([(1, 1), (3, 2)]),
    }];
    facts.twice = vec![Twice { office: office(0), serial: "all/2026/3".parse().unwrap(), records: vec![id(5), id(6)] }];
    facts.granted = vec![Granted {
        office: office(0),
        node: NodeId([1; 8]),
        series: Series::all(),
        year: 2026,
        first: 51,
        last: 100,
        at_millis: facts.span.from_millis + 1,
    }];
    facts.check.problems = vec!["+1 problem".to_owned()];
    facts.check.sound = false;
    Report::of(facts)
}

/// So many records that are overdue, and as many blocks and numbers given twice.
fn many(count: u32) -> Report {
    let mut facts = facts();
    let record = |number| OpenRecord {
        id: id(number),
        office: office(1),
        service: service(0),
        catalogue: 1,
        status: Status::Diperiksa.as_str().to_owned(),
        made_millis: wib_midnight(date() - Days::new(9)) + 9 * HOUR,
        divergences: 0,
    };
    facts.open = (0..count).map(record).collect();
    let granted = |number| Granted {
        office: office(0),
        node: NodeId([1; 8]),
        series: Series::all(),
        year: 2026,
        first: number * 100 + 1,
        last: number * 100 + 100,
        at_millis: facts.span.from_millis + 1,
    };
    facts.granted = (0..count).map(granted).collect();
    let twice = |number| Twice {
        office: office(0),
        serial: format!("all/2026/{}", number + 1).parse().unwrap(),
        records: Vec::new(),
    };
    facts.twice = (0..count).map(twice).collect();
    Report::of(facts)
}

#[test]
fn every_record_that_needs_a_person_is_in_the_files() {
    let report = many(1_152);
    let kept = serde_json::to_vec(&report).unwrap();
    assert_eq!(report.whole.as_ref().unwrap().documents.len(), 1_152);
    let text = String::from_utf8(file(kept.clone(), Form::Csv, Language::Indonesian).unwrap()).unwrap();
    assert!((0..1_152).all(|number| text.contains(&id(number).to_string())));
    assert!(!text.contains("tidak termuat"), "{text}");
    let made = file(kept, Form::Xlsx, Language::English).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(made)).unwrap();
    for sheet in ["Records", "Letter numbers", "Numbers granted"] {
        assert_eq!(book.worksheet_range(sheet).unwrap().height(), 1_153, "{sheet}");
    }
}

#[test]
fn what_a_report_has_no_room_for_is_said_in_every_form() {
    let room = u32::try_from(super::documents::LISTED).unwrap();
    let report = many(room + 152);
    let whole = report.whole.as_ref().unwrap();
    let left_out = (whole.documents_left_out, whole.numbers.left_out(), whole.numbers.granted_left_out());
    assert_eq!((whole.documents.len(), left_out), (super::documents::LISTED, (152, 152, 152)));
    for table in tables(&report, Language::Indonesian) {
        let last = table.rows.last().unwrap();
        let is_said = last[0] == "152 baris lagi tidak termuat dalam laporan ini".into();
        assert_eq!(is_said, ["Berkas", "Nomor surat", "Nomor diberikan"].contains(&table.name), "{}", table.name);
        assert_eq!(last.len(), table.head.len());
        let summed = table.rows.iter().filter(|row| row[1] == 152_u64.into()).count();
        assert!(table.name != "Ringkasan" || summed == 3, "{:?}", table.rows);
    }
}

#[test]
fn a_machine_that_was_shut_out_is_told_with_what_it_did_in_the_night() {
    let mut facts = facts();
    let begun = facts.span.night_millis;
    let call = |at_millis, outcome: &str| super::facts::Call { at_millis, outcome: outcome.to_owned() };
    facts.offices[0].shut_out_millis = Some(begun + 6);
    facts.offices[0].gone = vec![NodeNight {
        revoked_millis: Some(begun + 6),
        last_contact_millis: Some(begun + 7),
        calls: vec![call(begun + 7, "refused 1"), call(begun + 5, "proven")],
        ..machine(1, Some(begun + 5))
    }];
    // Beside one that works, a machine that was shut out tells neither when the office was heard nor what waits there.
    facts.offices[1].nodes = vec![machine(2, Some(begun + 1))];
    facts.offices[1].gone = vec![NodeNight {
        revoked_millis: Some(begun),
        last_contact_millis: Some(begun + 9),
        calls: vec![call(begun + 9, "refused 1")],
        unsent: Some(4),
        ..machine(3, None)
    }];
    let report = Report::of(facts);
    let [lost, half] = [&report.offices[0], &report.offices[1]];
    assert_eq!((lost.state.as_str(), lost.nodes[0].shut_out_millis), ("shut_out", Some(begun + 6)));
    let told = lost.sum();
    assert_eq!((told.calls, told.refused, told.last_contact_millis), (2, 1, Some(begun + 7)));
    assert_eq!(
        (half.state.as_str(), half.nodes.len(), half.nodes[1].reason.as_deref()),
        ("proven", 2, Some("shut_out"))
    );
    let told = half.sum();
    assert_eq!((told.calls, told.last_contact_millis, told.unsent), (1, Some(begun + 1), Some(0)));
}

#[test]
fn a_number_given_twice_is_explained_by_who_was_granted_it() {
    let why = |holders: &[u8]| {
        let mut facts = facts();
        let block = |holder: &u8| BlockFacts { first: 1, last: 50, node: NodeId([*holder; 8]), is_open: true };
        facts.books = vec![BookFacts {
            office: office(0),
            series: Series::all(),
            year: 2026,
            floor: 0,
            blocks: holders.iter().map(block).collect(),
            issued: BTreeMap::from([(3, 2)]),
        }];
        let serial = "all/2026/3".parse().unwrap();
        facts.twice = vec![Twice { office: office(0), serial, records: vec![id(5), id(6)] }];
        Report::of(facts).whole.unwrap().numbers.duplicates.remove(0).why
    };
    assert_eq!(why(&[1]), "copied");
    assert_eq!(why(&[1, 1]), "copied", "granted to one machine, in two of its lives");
    assert_eq!(why(&[1, 2]), "granted_twice");
    assert_eq!(why(&[]), "not_granted");
}

#[test]
fn a_report_has_its_fixed_form() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/night-1.json");
    let made = serde_json::to_string_pretty(&full()).unwrap() + "\n";
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    // Read as it is: what was kept with an earlier version of this program is shown by later ones.
    let golden = std::fs::read_to_string(path).unwrap();
    assert_eq!(made, golden);
    assert_eq!(kept::parse(golden.as_bytes()).unwrap(), full());
}

#[test]
fn csv_has_its_fixed_form_and_no_formulas() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/night-1.csv");
    let kept = serde_json::to_vec(&full()).unwrap();
    let made = file(kept.clone(), Form::Csv, Language::Indonesian).unwrap();
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    assert_eq!(made, std::fs::read(path).unwrap());
    let text = String::from_utf8(made).unwrap();
    assert!(text.contains("Desa =HYPERLINK") && text.contains("\"'+1 problem\""), "{text}");
    assert_ne!(file(kept, Form::Csv, Language::English).unwrap(), text.into_bytes());
}

#[test]
fn another_library_reads_the_spreadsheet_and_finds_every_cell_as_it_is() {
    let report = full();
    let kept = serde_json::to_vec(&report).unwrap();
    for language in [Language::Indonesian, Language::English] {
        let made = file(kept.clone(), Form::Xlsx, language).unwrap();
        assert_eq!(made, file(kept.clone(), Form::Xlsx, language).unwrap(), "the same bytes");
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(made)).unwrap();
        let expected = tables(&report, language);
        assert_eq!(book.sheet_names(), expected.iter().map(|table| table.name.to_owned()).collect::<Vec<_>>());
        for table in expected {
            let sheet = book.worksheet_range(table.name).unwrap();
            assert!(book.worksheet_formula(table.name).unwrap().is_empty(), "{}", table.name);
            assert_eq!(sheet.height(), table.rows.len() + 1, "{}", table.name);
            for (row, cells) in (1..).zip(&table.rows) {
                for (column, cell) in (0..).zip(cells) {
                    let found = sheet.get_value((row, column)).cloned().unwrap_or(Data::Empty);
                    let is_same = match (cell, &found) {
                        (super::table::Cell::Text(text), Data::String(found)) => text == found,
                        (super::table::Cell::Count(count), Data::Float(found)) => {
                            found.to_string() == count.to_string()
                        }
                        (super::table::Cell::Nothing, Data::Empty) => true,
                        _ => false,
                    };
                    assert!(is_same, "{} {row}/{column}: {cell:?} is {found:?}", table.name);
                }
            }
        }
    }
}

#[test]
fn a_report_of_an_earlier_version_is_shown_with_what_it_has() {
    let old = r#"{"date":"2026-11-20","made_millis":5,"totals":{"late":0,"never":0,"not_enrolled":1,"proven":1},"quarantined":0,
        "offices":[{"office":"35.10.01.2001","name":"Desa Sarongan","state":"proven","since_millis":4,
        "nodes":[{"node":"Q3RKCJBGNXGEC","proven_millis":4,"last_contact_millis":5}],"entries":2}]}"#;
    let report = kept::parse(old.as_bytes()).unwrap();
    assert!(report.whole.is_none() && report.count("proven") == 1);
    assert_eq!(tables(&report, Language::English).len(), 2);
    for form in [Form::Csv, Form::Xlsx] {
        assert!(!file(old.as_bytes().to_vec(), form, Language::Indonesian).unwrap().is_empty());
    }
    assert_eq!(file(old.as_bytes().to_vec(), Form::Json, Language::Indonesian).unwrap(), old.as_bytes());
}

#[test]
fn the_worst_come_first_and_the_word_for_each_need_is_said() {
    let report = full();
    let behind: Vec<_> =
        report.behind().iter().map(|line| (line.state.as_str(), line.reason.as_deref().unwrap())).collect();
    assert_eq!(behind, [("shut_out", "shut_out"), ("never", "never_called"), ("late", "silent")]);
    assert_eq!(report.behind_count(), 3);
    let whole = report.whole.as_ref().unwrap();
    let needs: Vec<_> = whole.documents.iter().map(|line: &DocumentLine| line.needs.join("+")).collect();
    assert_eq!(needs, ["overdue", "due_today+waiting_camat", "quarantined", "divergent"]);
    assert_eq!(
        whole.numbers.gaps.iter().map(|gap| (gap.first, gap.last, gap.why.as_str())).collect::<Vec<_>>(),
        [(2, 2, "lost")]
    );
    assert_eq!(whole.numbers.granted_numbers, 50);
    for language in [Language::Indonesian, Language::English] {
        for table in tables(&report, language) {
            assert!(
                table.name.chars().count() <= 31 && table.rows.iter().all(|row| row.len() == table.head.len()),
                "{}",
                table.name
            );
        }
    }
}

#[test]
fn missed_nights_are_caught_up_with_and_a_report_stays_as_it_was_made() {
    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;
    let roster = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";
    let dir = tempfile::tempdir().unwrap();
    init::init(dir.path(), roster).unwrap();
    let (mut replica, _) = Replica::open(dir.path(), "test", EpochId([1; 16])).unwrap();
    let date = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let six = wib_midnight(date(24)) + 360 * MINUTE;
    let missed = |replica: &Replica, now| kept::missed(replica, now, 360).unwrap();
    assert!(missed(&replica, six).is_empty(), "nobody has joined");
    replica.offer_code([1; 32], "35.10.01.2001".parse().unwrap(), six - 10, six).unwrap();
    let joined = replica.redeem_code([1; 32], NodeId([1; 8]), [0; 32], six - 5).unwrap();
    assert!(matches!(joined, replica_store::Redeemed::Admitted(_)));
    assert!(missed(&replica, six - 1).is_empty(), "the night before they joined tells nothing");
    assert_eq!(missed(&replica, six), [date(24)]);
    let first = super::close::here(&mut replica, date(24), None, six).unwrap();
    assert!(missed(&replica, six).is_empty());
    let later = six + 2 * DAY + 5 * MINUTE;
    let caught_up = missed(&replica, later);
    assert_eq!(caught_up, [date(25), date(26)], "the hub was off");
    for missed in caught_up {
        super::close::here(&mut replica, missed, None, later).unwrap();
    }
    assert!(missed(&replica, later).is_empty());
    assert_eq!(super::close::here(&mut replica, date(24), None, later).unwrap(), first);
    assert_eq!(kept::keep(&mut replica, date(24), b"another".to_vec(), None, later).unwrap(), first, "the first stays");
    assert_eq!(kept::dates(&replica).unwrap(), [date(26), date(25), date(24)]);
    assert_eq!(missed(&replica, later + 90 * DAY).len(), kept::CAUGHT_UP_MAX);
    // Asked for in the night, it is not over: its report would be frozen, and no backup made in the morning.
    let begun = wib_midnight(date(28)) + 78 * MINUTE;
    assert!(super::close::here(&mut replica, date(28), None, begun).is_err());
    assert!(super::close::here(&mut replica, date(29), Some(&"wayan".to_owned()), begun).is_err());
    assert!(kept::bytes(&replica, date(28)).unwrap().is_none());
    super::close::here(&mut replica, date(28), Some(&"wayan".to_owned()), begun).unwrap();
}

#[test]
fn a_night_that_was_asked_for_hides_none_before_it_and_a_clock_that_was_ahead_costs_no_night() {
    const DAY: i64 = 24 * 3_600_000;
    let roster = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";
    let dir = tempfile::tempdir().unwrap();
    init::init(dir.path(), roster).unwrap();
    let (mut replica, _) = Replica::open(dir.path(), "test", EpochId([1; 16])).unwrap();
    let date = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let due = |day| kept::due_millis(date(day), 360);
    replica.offer_code([1; 32], "35.10.01.2001".parse().unwrap(), due(24) - 10, due(24)).unwrap();
    replica.redeem_code([1; 32], NodeId([1; 8]), [0; 32], due(24) - 5).unwrap();
    let missed = |replica: &Replica, now| kept::missed(replica, now, 360).unwrap();
    super::close::here(&mut replica, date(26), None, due(26)).unwrap();
    assert_eq!(missed(&replica, due(26)), [date(24), date(25)], "the hub was off");

    // The clock stood in December; all nights until then were "caught up with". It is set right.
    let ahead = due(26) + 20 * DAY;
    for night in missed(&replica, ahead) {
        super::close::here(&mut replica, night, None, ahead).unwrap();
    }
    assert!(missed(&replica, ahead).is_empty());
    let right = due(28) + 60_000;
    assert_eq!(
        missed(&replica, right),
        [date(24), date(25), date(27), date(28)],
        "what was made in the future is none"
    );
    let anew = super::close::here(&mut replica, date(28), None, right).unwrap();
    assert_eq!(kept::parse(&anew).unwrap().date, date(28));
    assert_eq!(kept::standing(&replica, date(28), right).unwrap().unwrap(), anew);
    assert_eq!(missed(&replica, right), [date(24), date(25), date(27)]);
}

#[test]
fn a_night_that_is_closed_before_its_time_is_on_the_trail_and_leaves_no_second_backup_for_the_one_before() {
    const HOUR: i64 = 3_600_000;
    let roster = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";
    let date = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let night = wib_midnight(date(28)) + 3 * HOUR;
    let hub = |dir: &std::path::Path| {
        init::init(dir, roster).unwrap();
        std::fs::write(dir.join("sync-server.toml"), "backup_dir = \"backups\"\n").unwrap();
        let (mut replica, _) = Replica::open(dir, "test", EpochId([1; 16])).unwrap();
        let begun = wib_midnight(date(26)) + 9 * HOUR;
        replica.offer_code([1; 32], "35.10.01.2001".parse().unwrap(), begun, begun + HOUR).unwrap();
        replica.redeem_code([1; 32], NodeId([1; 8]), [0; 32], begun).unwrap();
        replica
    };
    let close = |replica: &mut Replica, day, early: Option<&str>| {
        let early = early.map(str::to_owned);
        let bytes = super::close::here(replica, date(day), early.as_ref(), night).unwrap();
        kept::parse(&bytes).unwrap().whole.unwrap().backup.state
    };
    // Yesterday's is missing, and today's is closed first.
    let dir = tempfile::tempdir().unwrap();
    let mut replica = hub(dir.path());
    assert_eq!(close(&mut replica, 28, Some("wayan")), "made");
    assert_eq!(close(&mut replica, 27, None), "missed", "the same moment once more");
    let noted: Vec<_> = replica.audit(9).unwrap().into_iter().map(|one| (one.clerk, one.act, one.subject)).collect();
    let early = ("wayan".to_owned(), "night_closed_early".to_owned(), "2026-11-28".to_owned());
    assert_eq!(noted, [early]);
    // Once only, and not for one that was due.
    close(&mut replica, 28, Some("wayan"));
    close(&mut replica, 27, Some("wayan"));
    assert_eq!(replica.audit(9).unwrap().len(), 1);
    // Where nothing is closed before its time, the night that is missing is the latest, whoever asks for it.
    let dir = tempfile::tempdir().unwrap();
    let mut replica = hub(dir.path());
    assert_eq!(close(&mut replica, 27, None), "made");
    assert!(replica.audit(9).unwrap().is_empty());
}

#[test]
fn days_turn_at_midnight_in_wib() {
    let date = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let midnight = wib_midnight(date);
    assert_eq!(kept::wib(midnight), (date, 0));
    assert_eq!(kept::wib(midnight - 1), (NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(), 24 * 60 - 1));
}
