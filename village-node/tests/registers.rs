//! The registers that the law asks for, and lists by date, with the real program and no link.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod common;

use std::path::Path;

use common::{enrolled, json_of, name_head, record, run, run_with_input, text};
use office_model::calendar;
use replica_store::Clock;
use serde_json::{Value, json};
use village_node::{Node, NodeOptions};

/// A record of a day, with a number unless that is empty.
fn letter(dir: &Path, name: &str, number: &str, day_millis: i64) -> String {
    letter_of(dir, "G01", name, number, day_millis)
}

fn letter_of(dir: &Path, service: &str, name: &str, number: &str, day_millis: i64) -> String {
    let node = Node::open(dir, &NodeOptions::default()).unwrap();
    let clock = Clock { millis: day_millis, hub_offset_millis: None, clerk: "siti".to_owned() };
    let Value::Object(fields) = common::fields(name) else { unreachable!() };
    let new = service_document::NewTransaction {
        office: "35.10.01.2001".parse().unwrap(),
        service: service.parse().unwrap(),
        catalogue_version: 1,
        fields,
        number: Some(number.to_owned()).filter(|number| !number.is_empty()),
        serials: None,
    };
    let id = node.replica().create_transaction(&new, &clock).unwrap();
    id.to_string()
}

/// What a command is asked to do, it does.
fn does(dir: &Path, arguments: &[&str]) {
    let output = run(dir, arguments);
    assert!(output.status.success(), "{arguments:?} {}", text(&output.stderr));
}

/// Whether the letter of a record prints as one.
fn is_draft(dir: &Path, id: &str) -> bool {
    let file = dir.join("letter.pdf");
    let said = json_of(&run(dir, &["letter", id, file.to_str().unwrap(), "--json"]));
    said.get("draft").and_then(Value::as_bool).unwrap()
}

fn sign(dir: &Path, id: &str) {
    name_head(dir, "SUGENG HARTONO");
    for step in ["diajukan", "diperiksa", "ditandatangani"] {
        assert!(run(dir, &["step", id, step]).status.success());
    }
}

/// Today, as commands take it.
fn today() -> String {
    calendar::wib_date(chrono::Utc::now().timestamp_millis()).map(calendar::short_date).unwrap()
}

/// 12 July 2026, 00:00 in WIB.
const MIDNIGHT: i64 = 1_783_789_200_000;
const DAY: i64 = 24 * 3600 * 1000;

#[test]
fn registers_have_the_letters_of_their_days_in_three_forms_and_are_noted() {
    let dir = enrolled();
    let (dir, begun) = (dir.path(), today());
    for (name, number, millis) in [
        ("Siti Kemarin", "470/1", MIDNIGHT - 1000),
        ("=1+1", "470/2", MIDNIGHT),
        ("Tanpa Nomor", "", MIDNIGHT + 5000),
        ("Budi Malam", "470/3", MIDNIGHT + DAY - 1000),
        ("Ani Besok", "470/4", MIDNIGHT + DAY),
    ] {
        let id = letter(dir, name, number, millis);
        if number == "470/3" {
            sign(dir, &id);
        }
    }
    let take = |book: &str, ending: &str| {
        let file = dir.join(format!("{book}.{ending}"));
        // What was given a number that day is signed only now.
        let (from, to) = match book {
            "agenda" => ("12-07-2026".to_owned(), "2026-07-12".to_owned()),
            _ => (begun.clone(), today()),
        };
        let days = ["--from", &from, "--to", &to, "--json"];
        let said = json_of(&run(dir, &[&["register", book, file.to_str().unwrap()][..], &days[..]].concat()));
        (said, std::fs::read(&file).unwrap())
    };
    let (said, csv) = take("agenda", "csv");
    assert_eq!((&said["rows"], &said["from"]), (&json!(2), &json!("2026-07-12")));
    let csv = text(&csv);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines.get(1).unwrap().starts_with("\"1\",\"\",\"470/2\",\"\",") && csv.contains("\"'=1+1\""), "{csv}");
    assert!(csv.contains("Budi Malam") && !csv.contains("Kemarin") && !csv.contains("Besok"), "{csv}");
    assert!(!csv.contains("3510014107900001"), "no NIK leaves in a register");
    let (said, csv) = take("expedition", "csv");
    assert_eq!(said["rows"], 1, "only what is signed is handed over");
    assert!(text(&csv).contains("470/3"));
    let file = dir.join("none.csv");
    // Called as in the law.
    does(dir, &["register", "ekspedisi", file.to_str().unwrap(), "--from", &begun, "--to", &today()]);
    let of_its_number = ["--from", "12-07-2026", "--to", "12-07-2026", "--json"];
    let said = run(dir, &[&["register", "expedition", file.to_str().unwrap()][..], &of_its_number[..]].concat());
    assert_eq!(json_of(&said)["rows"], 0, "nothing was signed that day");
    for (book, ending, magic) in [("agenda", "pdf", &b"%PDF"[..]), ("expedition", "xlsx", b"PK")] {
        let (_, bytes) = take(book, ending);
        assert!(bytes.starts_with(magic));
        assert_eq!(take(book, ending).1, bytes, "the same days give the same bytes");
    }
    let node = Node::open(dir, &NodeOptions::default()).unwrap();
    let noted = node.replica().audit(50).unwrap();
    let noted: Vec<_> = noted.iter().filter(|item| item.act == "register").collect();
    assert_eq!(noted.len(), 8);
    assert_eq!(noted.last().unwrap().subject, "agenda-2026-07-12-2026-07-12.csv (village-node)");
    assert_eq!(noted.last().unwrap().clerk, "siti");
}

#[test]
fn a_register_says_what_the_signed_paper_says_and_what_became_of_each_number() {
    let dir = enrolled();
    let dir = dir.path();
    let ids: Vec<String> = ["Ani", "Budi", "Cici", "Dedi"]
        .iter()
        .zip(1..)
        .map(|(name, count)| letter(dir, name, &format!("470/{count}"), MIDNIGHT + count))
        .collect();
    for id in &ids[..2] {
        sign(dir, id);
    }
    assert!(run(dir, &["step", &ids[2], "dibatalkan", "--reason", "Salah orang"]).status.success());
    // Somebody wrote another name into a record that was signed, past what programs of today do.
    let node = Node::open(dir, &NodeOptions::default()).unwrap();
    let late = Clock { millis: MIDNIGHT + DAY, hub_offset_millis: None, clerk: "budi".to_owned() };
    let edit = [("nama".parse().unwrap(), json!("Budi Lain"))];
    node.replica().edit(ids[1].parse().unwrap(), &edit, &late).unwrap();
    drop(node);
    let shown = json_of(&run(dir, &["show", &ids[1], "--json"]));
    assert_eq!(shown["record"]["fields"]["nama"], "Budi Lain");
    let take = |book: &str| {
        let file = dir.join(format!("{book}.csv"));
        let to = if book == "agenda" { "12-07-2026".to_owned() } else { today() };
        let days = ["--from", "12-07-2026", "--to", &to];
        assert!(run(dir, &[&["register", book, file.to_str().unwrap()][..], &days[..]].concat()).status.success());
        text(&std::fs::read(&file).unwrap())
    };
    for book in ["agenda", "expedition"] {
        let csv = take(book);
        assert!(csv.contains("\"Budi\"") && !csv.contains("Budi Lain"), "{csv}");
    }
    let agenda = take("agenda");
    let remark = |number: &str| {
        let line = agenda.lines().find(|line| line.contains(&format!("\"{number}\""))).unwrap();
        line.rsplit_once(",\"").unwrap().1.trim_end_matches('"').to_owned()
    };
    assert_eq!(remark("470/1"), "Ditandatangani");
    assert_eq!(remark("470/3"), "Dibatalkan; nomor tidak dipakai lagi");
    assert_eq!(remark("470/4"), "Sedang disiapkan (draf), belum surat");
    // The paper bears the day of its signature, and leaves on the day on which it is handed over.
    let begun = today();
    sign(dir, &ids[3]);
    for step in ["siap_diambil", "selesai"] {
        assert!(run(dir, &["step", &ids[3], step]).status.success());
    }
    let days = [begun, today()];
    let (agenda, expedition) = (take("agenda"), take("expedition"));
    let says = |csv: &str, line: &dyn Fn(&str) -> String| days.iter().any(|day| csv.contains(&line(day)));
    assert!(says(&agenda, &|day| format!("\"{day}\",\"470/4\",\"{day}\",\"Dedi\"")), "{agenda}");
    assert!(says(&expedition, &|day| format!("\"{day}\",\"{day}, 470/4\"")), "{expedition}");
    assert!(says(&expedition, &|day| format!("\"\",\"{day}, 470/1\"")), "{expedition}");
    // Its paper may be out.
    assert!(run(dir, &["step", &ids[1], "dibatalkan", "--reason", "Salah orang"]).status.success());
    let agenda = take("agenda");
    let line = agenda.lines().find(|line| line.contains("\"470/2\"")).unwrap();
    assert!(line.contains("\"Budi\"") && line.contains("Dibatalkan setelah ditandatangani"), "{line}");
}

#[test]
fn what_is_wrong_with_a_register_is_said_and_nothing_is_written() {
    let dir = enrolled();
    let dir = dir.path();
    let days = ["--from", "2026-07-01", "--to", "2026-07-31"];
    for arguments in [
        &["register", "agenda", "book.doc", days[0], days[1], days[2], days[3]][..],
        &["register", "diary", "book.pdf", days[0], days[1], days[2], days[3]],
        &["register", "agenda", "book.pdf", "--from", "2026-02-30", "--to", "2026-07-31"],
        &["register", "agenda", "book.pdf", "--from", "2026-07-31", "--to", "2026-07-01"],
    ] {
        let output = run(dir, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {}", text(&output.stderr));
    }
}

#[test]
fn lists_and_searches_are_narrowed_to_days() {
    let dir = enrolled();
    let dir = dir.path();
    let old = letter(dir, "Siti Lama", "", MIDNIGHT - 1);
    let new = letter(dir, "Siti Baru", "", MIDNIGHT);
    record(dir, "Siti Kini");
    let ids = |arguments: &[&str]| -> Vec<String> {
        let said = json_of(&run(dir, &[arguments, &["--json"]].concat()));
        let rows = said["rows"].as_array().unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["list", "--to", "2026-07-11"]), std::slice::from_ref(&old));
    assert_eq!(ids(&["list", "--from", "2026-07-12", "--to", "12-07-2026"]), std::slice::from_ref(&new));
    assert_eq!(ids(&["search", "siti", "--to", "2026-07-12"]), [new, old]);
    assert_eq!(ids(&["list", "--from", "2026-07-12"]).len(), 2);
    let wrong = run(dir, &["list", "--from", "2026-07-12", "--to", "2026-07-11"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn a_queue_number_finds_the_record_that_it_was_given_for() {
    let dir = enrolled();
    let dir = dir.path();
    let ids = [
        letter(dir, "Siti Lama", "", MIDNIGHT - 1),
        letter(dir, "Budi Baru", "470/12", MIDNIGHT),
        record(dir, "Siti Kini"),
        letter(dir, "A 001 Ani", "", MIDNIGHT - 1000),
    ];
    let today = {
        let node = Node::open(dir, &NodeOptions::default()).unwrap();
        let mut replica = node.replica();
        let made = |id: &str| replica.row(id.parse().unwrap()).unwrap().unwrap().created_millis;
        let day = |millis| calendar::iso_date(calendar::wib_date(millis).unwrap());
        let days = [made(&ids[0]), made(&ids[1]), made(&ids[2])].map(day);
        for (day, id) in days.iter().zip(&ids) {
            replica.take_queue_number(day, 'A', id.parse().unwrap()).unwrap();
        }
        days[2].clone()
    };
    let ids_of = |arguments: &[&str]| -> Vec<String> {
        let said = json_of(&run(dir, &[&["search"], arguments, &["--json"]].concat()));
        said["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids_of(&["A-001"]), [ids[2].clone()], "of the last days, not whoever is called so");
    assert_eq!(ids_of(&["a1", "--from", &today]), [ids[2].clone()]);
    assert_eq!(ids_of(&["A-001", "--from", "2026-07-11", "--to", "2026-07-12"]), [ids[1].clone(), ids[0].clone()]);
    let first = json_of(&run(
        dir,
        &["search", "A-001", "--from", "2026-07-11", "--to", "2026-07-12", "--limit", "1", "--json"],
    ));
    assert_eq!((first["rows"].as_array().unwrap().len(), &first["next"]), (1, &json!(ids[1])));
    let next = ids_of(&["A-001", "--from", "2026-07-11", "--to", "2026-07-12", "--after", &ids[1]]);
    assert_eq!(next, [ids[0].clone()]);
    assert_eq!(ids_of(&["A-001", "--service", "G01", "--status", "selesai"]), [""; 0]);
    assert_eq!(ids_of(&["a001", "ani"]), [""; 0]);
    assert_eq!(ids_of(&["ani"]), [ids[3].clone()]);
}

#[test]
fn a_letter_that_was_changed_after_the_check_is_a_draft_until_it_is_checked_again_or_signed() {
    let dir = enrolled();
    let dir = dir.path();
    let id = letter(dir, "Ani", "470/1", MIDNIGHT);
    let (does, is_draft) = (|arguments: &[&str]| does(dir, arguments), || is_draft(dir, &id));
    does(&["step", &id, "diajukan"]);
    assert!(is_draft());
    does(&["step", &id, "diperiksa"]);
    assert!(is_draft(), "nobody is named to sign it");
    name_head(dir, "SUGENG HARTONO");
    assert!(!is_draft());
    let scan = dir.join("kk.jpg");
    std::fs::write(&scan, [&[0xff, 0xd8, 0xff, 0xda][..], &[7; 5_000], &[0xff, 0xd9]].concat()).unwrap();
    does(&["attach", &id, scan.to_str().unwrap(), "--kind", "A2"]);
    assert!(!is_draft(), "a file stands on no paper");
    does(&["set", &id, "pekerjaan=Guru"]);
    assert!(is_draft());
    // Checked anew in one step, or handed in for somebody else to check.
    does(&["step", &id, "diperiksa"]);
    assert!(!is_draft());
    let again = run(dir, &["step", &id, "diperiksa", "--json"]);
    assert_eq!((again.status.code(), text(&again.stderr).contains("step_not_allowed")), (Some(2), true));
    does(&["set", &id, "pekerjaan=Pedagang"]);
    does(&["step", &id, "diajukan"]);
    assert!(is_draft());
    does(&["step", &id, "diperiksa"]);
    assert!(!is_draft());
    does(&["set", &id, "pekerjaan=Nelayan"]);
    assert!(is_draft());
    does(&["step", &id, "ditandatangani"]);
    assert!(!is_draft(), "what is signed was seen");
}

#[test]
fn a_letter_that_a_clock_ahead_recorded_stands_by_the_day_of_its_signature_for_good() {
    let dir = enrolled();
    let dir = dir.path();
    let (now, year) = (chrono::Utc::now().timestamp_millis(), 366 * DAY);
    let id = letter(dir, "Ani", "470/1", now + year);
    let day = |millis| calendar::iso_date(calendar::wib_date(millis).unwrap());
    let is_in = |from: String, to: String| {
        let file = dir.join("agenda.csv");
        let said = run(dir, &["register", "agenda", file.to_str().unwrap(), "--from", &from, "--to", &to, "--json"]);
        json_of(&said)["rows"] == 1
    };
    let (today, ahead) = (|| is_in(day(now), day(now + DAY)), || is_in(day(now + year - DAY), day(now + year + DAY)));
    assert!(!today() && ahead(), "nobody knows yet");
    sign(dir, &id);
    assert!(today() && !ahead());
    for step in ["siap_diambil", "selesai"] {
        assert!(run(dir, &["step", &id, step]).status.success());
    }
    assert!(today() && !ahead());
}

#[test]
fn who_passes_a_letter_on_or_takes_it_back_checks_nothing() {
    let dir = enrolled();
    let dir = dir.path();
    name_head(dir, "SUGENG HARTONO");
    let id = letter_of(dir, "S01", "Ani", "470/1", MIDNIGHT);
    let (does, is_draft) = (|arguments: &[&str]| does(dir, arguments), || is_draft(dir, &id));
    for step in ["diajukan", "diperiksa"] {
        does(&["step", &id, step]);
    }
    does(&["set", &id, "pekerjaan=Guru"]);
    does(&["step", &id, "menunggu_camat"]);
    assert!(is_draft(), "nobody checked what it says now");
    let edit = run(dir, &["set", &id, "pekerjaan=Nelayan", "--json"]);
    assert!(text(&edit.stderr).contains("tarik kembali dari camat"), "{}", text(&edit.stderr));
    // Before the camat decides it is the village's again, and may go out without him.
    does(&["step", &id, "diperiksa"]);
    assert!(is_draft());
    does(&["set", &id, "pekerjaan=Nelayan"]);
    does(&["step", &id, "diperiksa"]);
    assert!(!is_draft());
    let again = run(dir, &["step", &id, "diajukan", "--json"]);
    assert!(text(&again.stderr).contains("nothing_to_check"), "{}", text(&again.stderr));
    does(&["step", &id, "ditandatangani"]);
    assert_eq!(json_of(&run(dir, &["show", &id, "--json"]))["status"], "ditandatangani");
}

#[test]
fn nothing_is_signed_where_nobody_is_named_to_sign_it() {
    let dir = enrolled();
    let dir = dir.path();
    let (id, other) = (letter(dir, "Ani", "470/1", MIDNIGHT), letter_of(dir, "S01", "Budi", "470/2", MIDNIGHT));
    for (id, step) in [(&id, "ditandatangani"), (&other, "menunggu_camat")] {
        for step in ["diajukan", "diperiksa"] {
            assert!(run(dir, &["step", id, step]).status.success());
        }
        let refused = run(dir, &["step", id, step, "--json"]);
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("signer_unnamed") && said.contains("Nama kepala belum diisi"), "{said}");
        assert_eq!(json_of(&run(dir, &["show", id, "--json"]))["status"], "diperiksa");
    }
    name_head(dir, "SUGENG HARTONO");
    let profile = json_of(&run(dir, &["profile", "--json"]));
    assert_eq!(profile["profile"]["letterhead"]["signers"]["kepala"]["name"], "SUGENG HARTONO");
    assert_eq!(profile["published"]["by"], "siti");
    // What it prints is what it takes, in either form; what a file leaves out stays.
    let file = dir.join("shown.json");
    let take = |what: &[u8]| {
        std::fs::write(&file, what).unwrap();
        run(dir, &["profile", file.to_str().unwrap(), "--json"])
    };
    for shown in [run(dir, &["profile"]), run(dir, &["profile", "--json"])] {
        assert_eq!(json_of(&take(&shown.stdout)), profile);
    }
    let chained = json_of(&take(br#"{"chain": {"checker": "secretary"}}"#));
    assert_eq!(chained["profile"]["letterhead"], profile["profile"]["letterhead"]);
    for slip in [&br#"{"leterhead": {}}"#[..], br#"{"chain": {"cheker": "nobody"}}"#, b"7", b"[]"] {
        assert_eq!(take(slip).status.code(), Some(2), "{}", String::from_utf8_lossy(slip));
    }
    // Who may not on its page may not here: whoever sets the chain could take every step.
    for (name, role) in [("dewi", "petugas"), ("kades", "kepala")] {
        let put = ["account", "put", name, "--name", "Orang Contoh", "--role", role];
        assert!(run_with_input(dir, &put, b"rahasia-1\n").status.success());
    }
    std::fs::write(&file, br#"{"chain": {"checker": "anyone"}}"#).unwrap();
    for (clerk, code) in [("dewi", 3), ("orang", 3), ("kades", 0)] {
        let done = run(dir, &["profile", file.to_str().unwrap(), "--clerk", clerk]);
        assert_eq!(done.status.code(), Some(code), "{clerk}: {}", text(&done.stderr));
    }
    std::fs::write(&file, json!({"letterhead": {"signers": {"kepala": {"name": "K3pala"}}}}).to_string()).unwrap();
    let refused = run(dir, &["profile", file.to_str().unwrap(), "--json"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("Nama kepala: "), "{}", text(&refused.stderr));
    for (id, step) in [(&id, "ditandatangani"), (&other, "menunggu_camat")] {
        assert!(run(dir, &["step", id, step]).status.success());
    }
}
