//! A night of a real hub with real nodes, some of them in trouble: the report's figures are counted again from what the hub
//! exports, by code that shares nothing with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use change_log::EpochId;
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Weekday};
use fleet::generate::Generator;
use replica_store::{Clock, Reader, Replica};
use serde_json::Value;
use service_document::NewTransaction;
use village_node::NodeOptions;
use whole_system::folder;

use crate::programs::sync_server;
use crate::proxy::Way;
use crate::regency::{Machine, OFFICE, Regency, done, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The report is due at the end of the day: whatever happened before now is in it.
const SETTINGS: [(&str, &str); 2] = [("SYNC_SERVER_REPORT_MINUTE", "1439"), ("SYNC_SERVER_BACKUP_DIR", "backups")];
/// Villages of two sub-districts.
const SECOND: &str = "35.10.01.2002";
const THIRD: &str = "35.10.02.2001";
const FOURTH: &str = "35.10.02.2002";
const FIFTH: &str = "35.10.03.2001";

pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

pub(crate) fn day_of(millis: i64) -> NaiveDate {
    (DateTime::from_timestamp_millis(millis).unwrap().naive_utc() + TimeDelta::hours(7)).date()
}

/// Records a transaction as if the machine's clock had been at that time; its id.
fn made(machine: &Machine, office: &str, service: &str, at: i64) -> String {
    let mut generator = Generator::new(office.parse().unwrap(), at.unsigned_abs(), "2026-11-23".parse().unwrap());
    let mut fields = generator.record_of(service.parse().unwrap()).unwrap().fields;
    // Nobody else is named to sign.
    if let Some(signs) = fields.get_mut("penandatangan") {
        *signs = Value::from("kepala");
    }
    let (mut replica, opened) =
        Replica::open(&machine.data, &NodeOptions::default().machine, EpochId([7; 16])).unwrap();
    assert!(opened.epoch_began.is_none(), "{:?}", opened.epoch_began);
    let new = NewTransaction {
        office: office.parse().unwrap(),
        service: service.parse().unwrap(),
        catalogue_version: 1,
        fields,
        number: None,
        serials: Some(Vec::new()),
    };
    let clock = Clock { millis: at, hub_offset_millis: None, clerk: "siti".to_owned() };
    replica.create_transaction(&new, &clock).unwrap().to_string()
}

fn step(machine: &Machine, id: &str, path: &[&str]) {
    for to in path {
        // Nothing goes out without a number, nor without somebody who signs.
        if ["ditandatangani", "menunggu_camat"].contains(to) {
            machine.said(&["number", id, "--json"]);
            machine.name_head();
        }
        machine.said(&["step", id, to, "--json"]);
    }
}

/// Tries with a link that breaks after ever more bytes, until the hub's diary ends with such a line of an office's machine.
fn until_noted(regency: &Regency, office: &str, outcome: &str, attempt: impl Fn()) {
    for bytes in (600..4000).step_by(100) {
        regency.link.break_after(Way::Up, bytes, || ());
        attempt();
        regency.link.mend();
        // The diary writes a line down within a second.
        let deadline = Instant::now() + Duration::from_millis(2500);
        while Instant::now() < deadline {
            if last_outcome(&regency.hub.data, office).is_some_and(|last| last.starts_with(outcome)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    panic!("{office} was never {outcome}: {:?}", last_outcome(&regency.hub.data, office));
}

/// How the last call of an office's machine ended.
fn last_outcome(hub: &Path, office: &str) -> Option<String> {
    let reader = Reader::open(hub).unwrap();
    let node = reader.registered_nodes().unwrap().into_iter().find(|node| node.office.as_str() == office)?;
    reader.calls(node.id, 1).unwrap().pop().map(|call| call.outcome)
}

/// As an image of its disk: a plain copy of the folder would be noticed when it is opened.
fn copied(from: &Machine, to: &Path) -> Machine {
    // It need not be there.
    let _ = std::fs::remove_dir_all(to);
    folder::image(&from.data, to).unwrap();
    Machine { data: to.to_owned() }
}

/// The promise of a service in whole working days, as the catalogue's file has it; none for minutes and hours.
fn promised(service: &str) -> u64 {
    let file = std::fs::read_to_string(whole_system::root().join("crates/office-model/data/catalogue-1.json")).unwrap();
    let catalogue: Value = serde_json::from_str(&file).unwrap();
    let services = catalogue["services"].as_array().unwrap();
    let promised = &services.iter().find(|one| one["id"] == service).unwrap()["promised"];
    if promised["unit"] == "working_days" { promised["amount"].as_u64().unwrap() } else { 0 }
}

fn works(day: NaiveDate) -> bool {
    let fixed = [(1, 1), (5, 1), (6, 1), (8, 17), (12, 25)];
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !fixed.contains(&(day.month(), day.day()))
}

fn is_overdue(row: &Value, today: NaiveDate) -> bool {
    let runs = ["diajukan", "diperiksa", "menunggu_camat", "ditandatangani"];
    let mut day = day_of(row["created_millis"].as_i64().unwrap());
    let mut left = promised(row["service"].as_str().unwrap());
    while left > 0 || !works(day) {
        day = day.succ_opt().unwrap();
        left -= u64::from(left > 0 && works(day));
    }
    day < today && runs.contains(&row["status"].as_str().unwrap())
}

/// Compares the report's work with the rows that the hub exports.
fn check_work(report: &Value, rows: &[Value], today: NaiveDate) {
    let yesterday = today.pred_opt().unwrap();
    let figures = |is: &dyn Fn(&Value) -> bool| {
        let of = rows.iter().filter(|row| is(row));
        let made = |row: &&Value| day_of(row["created_millis"].as_i64().unwrap());
        let day = of.clone().filter(|row| made(row) == yesterday).count() as u64;
        let month = of.clone().filter(|row| {
            let made = made(row);
            made <= yesterday && (made.year(), made.month()) == (yesterday.year(), yesterday.month())
        });
        [day, month.count() as u64, of.clone().filter(|row| is_overdue(row, today)).count() as u64]
    };
    let told = |line: &Value| ["day", "month", "overdue"].map(|key| line[key].as_u64().unwrap());
    let work = &report["work"];
    assert_eq!(figures(&|_| true)[..2], [work["made_day"].as_u64().unwrap(), work["made_month"].as_u64().unwrap()]);
    assert_eq!(figures(&|_| true)[2], report["needs"]["overdue"].as_u64().unwrap());
    assert_eq!(work["services"].as_array().unwrap().len(), 25);
    for line in work["services"].as_array().unwrap() {
        assert_eq!(told(line), figures(&|row| row["service"] == line["service"]), "{line}");
    }
    for line in work["sectors"].as_array().unwrap() {
        let letter = line["sector"].as_str().unwrap();
        assert_eq!(told(line), figures(&|row| row["service"].as_str().unwrap().starts_with(letter)), "{line}");
    }
    for line in work["districts"].as_array().unwrap() {
        let Some(code) = line["district"].as_str() else { continue };
        assert_eq!(told(line), figures(&|row| row["office"].as_str().unwrap().starts_with(code)), "{line}");
    }
}

fn offices(report: &Value) -> BTreeMap<&str, (&str, Option<&str>)> {
    let lines = report["offices"].as_array().unwrap().iter();
    lines
        .map(|line| (line["office"].as_str().unwrap(), (line["state"].as_str().unwrap(), line["reason"].as_str())))
        .collect()
}

/// Work of the last days; what is old and under way is overdue. Gives a record that was brought before the sub-district.
fn worked(front: &Machine, third: &Machine) -> String {
    for (service, days, path) in [
        ("G01", 1, &[][..]),
        ("G01", 1, &["diajukan"]),
        ("E01", 1, &[]),
        ("G10", 2, &["diajukan"]),
        ("G01", 12, &["diajukan", "diperiksa"]),
        ("P01", 20, &["diajukan"]),
        ("P01", 20, &[]),
        ("G01", 15, &["diajukan", "diperiksa", "ditandatangani", "siap_diambil", "selesai"]),
    ] {
        let id = made(front, OFFICE, service, now() - days * DAY);
        step(front, &id, path);
    }
    let brought = made(third, THIRD, "S01", now() - 40 * DAY);
    step(third, &brought, &["diajukan", "diperiksa", "menunggu_camat"]);
    made(third, THIRD, "P02", now() - DAY);
    brought
}

/// One machine is cut in the middle, one never calls, one calls with the number of a call that was. Gives the first.
fn into_trouble(regency: &Regency) -> Machine {
    let cut = regency.join_as(SECOND, "cut");
    for turn in 0..40 {
        made(&cut, SECOND, "G01", now() - turn * HOUR);
    }
    until_noted(regency, SECOND, "cut", || assert!(!cut.try_once(), "proven over a link that broke"));
    regency.join_as(FOURTH, "silent");
    let original = regency.join_as(FIFTH, "original");
    let as_it_was = copied(&original, &regency.folder().join("as-it-was"));
    for turn in 0..40 {
        made(&original, FIFTH, "G01", now() - turn * HOUR);
    }
    until_noted(regency, FIFTH, "cut", || assert!(!original.try_once(), "proven over a link that broke"));
    // It would mend itself with its next call.
    until_noted(regency, FIFTH, "refused", || {
        copied(&as_it_was, &regency.folder().join("copy")).try_once();
    });
    cut
}

/// The same bytes in every form, whatever happens afterwards.
fn stays_as_it_was(regency: &Regency, (front, cut): (&Machine, &Machine), report: &Value) {
    let date = report["date"].as_str().unwrap();
    let forms = |name: &str| {
        ["json", "csv", "xlsx"].map(|form| {
            let out = regency.folder().join(format!("{name}.{form}"));
            let out_text = out.to_str().unwrap();
            let said = regency.hub.says(&["nightly", "--early", "--date", date, "--format", form, "--out", out_text]);
            let bytes = std::fs::read(&out).unwrap();
            assert_eq!((said.0, said.1["bytes"].as_u64()), (0, Some(bytes.len() as u64)), "{form}");
            bytes
        })
    };
    let first = forms("first");
    assert_eq!(serde_json::from_slice::<Value>(&first[0]).unwrap(), *report);
    regency.prove_any(cut);
    made(front, OFFICE, "G01", now() - DAY);
    regency.prove_any(front);
    assert!(first == forms("second"), "another report of the same night");
    assert_eq!(regency.hub.says(&["nightly", "--early", "--date", date]).1, *report);
}

#[test]
fn a_night_with_faults_is_told_as_it_was_and_stays_as_it_was_told() {
    let mut regency = Regency::new(61, &SETTINGS);
    let today = day_of(now());
    let (front, back) = (regency.join("front"), regency.join("back"));
    let third = regency.join_as(THIRD, "third");
    for machine in [&front, &third] {
        regency.prove_any(machine);
    }
    let brought = worked(&front, &third);
    for machine in [&front, &back, &third] {
        regency.prove_any(machine);
    }
    // Numbered today; and two values for one field.
    regency.record(&front, 12);
    let both = made(&front, OFFICE, "G01", now() - HOUR);
    for machine in [&front, &back] {
        regency.prove_any(machine);
    }
    front.said(&["set", &both, "keperluan=Sekolah", "--json"]);
    back.said(&["set", &both, "keperluan=Bekerja", "--json"]);
    for machine in [&front, &back, &front] {
        regency.prove_any(machine);
    }
    let cut = into_trouble(&regency);
    let date = today.to_string();
    let hub = &regency.hub;
    let (code, report) = hub.says(&["nightly", "--early", "--date", &date]);
    assert_eq!(code, 0, "{}", hub.told());
    let stands = offices(&report);
    assert_eq!(stands.len(), 242);
    for (office, state) in [
        (OFFICE, ("proven", None)),
        (THIRD, ("proven", None)),
        (SECOND, ("never", Some("cut"))),
        (FOURTH, ("never", Some("never_called"))),
        (FIFTH, ("never", Some("refused"))),
        ("35.10.02", ("not_enrolled", None)),
    ] {
        assert_eq!(stands[office], state, "{office}");
    }
    assert_eq!(
        ["proven", "late", "never", "not_enrolled"].map(|state| report["totals"][state].as_u64().unwrap()),
        [2, 0, 3, 237]
    );
    let rows = json(&done(sync_server(&hub.data).args(["list", "--limit", "100000", "--json"])));
    let rows = rows["rows"].as_array().unwrap().clone();
    check_work(&report, &rows, today);
    assert!(report["needs"]["overdue"].as_u64().unwrap() >= 3, "{}", report["needs"]);
    assert_eq!(report["needs"]["waiting_camat"], 1);
    let differing = rows.iter().filter(|row| row["divergences"].as_u64().unwrap() > 0).count();
    assert_eq!((report["needs"]["divergent"].as_u64().unwrap(), differing), (1, 1));
    let needing = report["documents"].as_array().unwrap();
    let of = |id: &str| needing.iter().find(|line| line["id"] == id).unwrap_or_else(|| panic!("{id}"));
    assert_eq!(of(&brought)["needs"], serde_json::json!(["overdue", "waiting_camat"]));
    assert!(of(&both)["needs"].as_array().unwrap().contains(&"divergent".into()));
    // Numbers: those of today's letters, nothing missing, and the blocks that were granted.
    let numbers = &report["numbers"];
    let issued = rows.iter().filter(|row| row["number"].is_string()).count() as u64;
    assert!(issued > 0 && numbers["issued"].as_u64() == Some(issued), "{numbers}");
    assert_eq!(["missing", "twice", "closed"].map(|key| numbers[key].as_u64().unwrap()), [0, 0, 0]);
    let shown = json(&done(sync_server(&hub.data).args(["numbers", "show", OFFICE, "--json"])));
    let of_office = numbers["granted"].as_array().unwrap().iter().filter(|line| line["office"] == OFFICE).count();
    assert_eq!(of_office, shown["blocks"].as_array().unwrap().len());
    // Sound, and a backup that becomes the same hub.
    assert_eq!(report["check"]["sound"], true, "{}", report["check"]);
    let backup = &report["backup"];
    assert_eq!((backup["state"].as_str(), backup["verified"].as_bool()), (Some("made"), Some(true)), "{backup}");
    let restored = regency.folder().join("restored");
    done(sync_server(&restored).arg("restore").arg(backup["file"].as_str().unwrap()));
    let again = json(&done(sync_server(&restored).args(["list", "--limit", "100000", "--json"])));
    assert_eq!(again["rows"].as_array().unwrap(), &rows);
    // Nobody's name or NIK is in it.
    let text = report.to_string();
    let names = rows.iter().filter_map(|row| row["name"].as_str()).filter(|name| name.len() > 5);
    assert!(names.clone().count() > 5 && names.clone().all(|name| !text.contains(name)));

    stays_as_it_was(&regency, (&front, &cut), &report);
}
