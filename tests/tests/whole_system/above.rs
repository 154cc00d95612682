//! A letter goes to the sub-district, is decided there with no link, and comes back; nobody else gets it.

use std::thread::sleep;
use std::time::{Duration, Instant};

use fleet::generate::Generator;
use serde_json::Value;

use crate::programs::village_node;
use crate::regency::{Machine, OFFICE, Regency};

const DISTRICT: &str = "35.10.01";
/// Far more than it takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// A letter of a service that may need the sub-district.
fn record(machine: &Machine) -> String {
    let mut generator = Generator::new(OFFICE.parse().unwrap(), 7, "2026-11-23".parse().unwrap());
    let record = generator.record_of("S01".parse().unwrap()).unwrap();
    let form = Value::Object(record.fields).to_string();
    machine.said(&["record", "--service", "S01", "--json", &form, "--json"])["id"].as_str().unwrap().to_owned()
}

fn bring(machine: &Machine, id: &str) {
    for to in ["diajukan", "diperiksa", "menunggu_camat"] {
        machine.said(&["step", id, to, "--json"]);
    }
}

fn status(machine: &Machine, id: &str) -> String {
    let rows = machine.rows();
    let row = rows.iter().find(|row| row["id"] == id);
    row.map_or_else(String::new, |row| row["status"].as_str().unwrap().to_owned())
}

/// The code of a command that was refused.
fn refused(machine: &Machine, arguments: &[&str]) -> String {
    let output = village_node(&machine.data).args(arguments).arg("--json").output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stdout));
    let said: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| serde_json::from_slice(&output.stderr).unwrap());
    said["error"]["code"].as_str().or(said["code"].as_str()).unwrap().to_owned()
}

#[test]
fn a_decision_on_what_the_village_took_back_leaves_the_choice_to_the_village() {
    let regency = Regency::new(33, &[]);
    regency.name_head();
    let (village, camat) = (regency.join("counter"), regency.join_as(DISTRICT, "kecamatan"));
    regency.prove_any(&village);
    let (taken_back, left) = (record(&village), record(&village));
    for id in [&taken_back, &left] {
        bring(&village, id);
    }
    for machine in [&village, &camat] {
        regency.prove_any(machine);
    }
    // Neither knows of the other.
    for to in ["diperiksa", "ditandatangani", "siap_diambil"] {
        village.said(&["step", &taken_back, to, "--json"]);
    }
    village.said(&["step", &left, "dibatalkan", "--reason", "Salah orang", "--json"]);
    for id in [&taken_back, &left] {
        camat.said(&["step", id, "dikembalikan", "--reason", "KTP buram", "--json"]);
    }
    for machine in [&camat, &village, &camat] {
        regency.prove_any(machine);
    }
    // The letter is out, and stays.
    village.said(&["settle", &taken_back, "status", "siap_diambil", "--json"]);
    assert_eq!(status(&village, &taken_back), "siap_diambil");
    village.said(&["settle", &left, "status", "dibatalkan", "--json"]);
    for machine in [&village, &camat] {
        regency.prove_any(machine);
        assert_eq!(machine.said(&["verify", "--json"])["sound"], true);
    }
    assert_eq!(status(&camat, &taken_back), "siap_diambil");
}

#[test]
fn a_letter_is_decided_by_the_sub_district_with_no_link_and_comes_back() {
    let regency = Regency::new(31, &[]);
    regency.name_head();
    let village = regency.join("counter");
    let (camat, other) = (regency.join_as(DISTRICT, "kecamatan"), regency.join_as("35.10.02", "elsewhere"));
    regency.prove_any(&village);
    let (id, kept) = (record(&village), record(&village));
    let scan = village.data.join("rumah.jpg");
    std::fs::write(&scan, [&[0xff, 0xd8, 0xff, 0xda][..], &[7; 5_000], &[0xff, 0xd9]].concat()).unwrap();
    village.said(&["attach", &id, scan.to_str().unwrap(), "--kind", "B1", "--json"]);
    bring(&village, &id);
    for machine in [&village, &camat, &other] {
        regency.prove_any(machine);
    }
    assert_eq!(camat.ids(), std::slice::from_ref(&id), "what was brought, and nothing else");
    assert_eq!(other.ids(), [""; 0]);
    // In its place the village decides nothing, on the command line neither.
    assert_eq!(refused(&village, &["step", &id, "ditandatangani"]), "waits_for_camat");
    assert_eq!(refused(&village, &["step", &id, "dikembalikan", "--reason", "x"]), "waits_for_camat");
    assert_eq!(camat.said(&["history", &id, "--json"])["changes"].as_array().unwrap().len(), 5, "its whole history");
    assert_eq!(camat.said(&["attachments", &id, "--json"])["attachments"][0]["state"], "at_hub");

    // It decides with no link, and can do nothing else.
    assert_eq!(refused(&camat, &["set", &id, "keperluan=\"lain\""]), "decides_only");
    assert_eq!(refused(&camat, &["number", &id]), "decides_only");
    assert_eq!(
        refused(&camat, &["letter", &id, "surat.pdf"]),
        "decides_only",
        "it would bear the sub-district's letterhead"
    );
    let form = camat.said(&["show", &id, "--json"])["record"]["fields"].to_string();
    assert_eq!(refused(&camat, &["record", "--service", "S01", "--json", &form]), "decides_only");
    camat.said(&["step", &id, "ditandatangani", "--json"]);
    assert_eq!(refused(&camat, &["step", &id, "siap_diambil"]), "decides_only");

    for machine in [&camat, &village, &camat] {
        regency.prove_any(machine);
    }
    assert_eq!(status(&village, &id), "ditandatangani");
    village.said(&["step", &id, "siap_diambil", "--json"]);
    for machine in [&village, &camat] {
        regency.prove_any(machine);
    }
    assert_eq!((status(&camat, &id).as_str(), status(&village, &kept).as_str()), ("siap_diambil", "draf"));
    for machine in [&village, &camat, &other] {
        assert_eq!(machine.said(&["verify", "--json"])["sound"], true);
    }
    assert_eq!(regency.hub.says(&["verify"]).1["sound"], true);
    assert_eq!(other.ids(), [""; 0]);
}

#[test]
fn what_waits_for_the_sub_district_shows_there_at_once_and_its_decision_in_the_village() {
    let regency = Regency::new(32, &[("SYNC_SERVER_WAIT_SECONDS", "600")]);
    regency.name_head();
    let (village, camat) = (regency.join("counter"), regency.join_as(DISTRICT, "kecamatan"));
    let _serving = (village.serve(), camat.serve());
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
            sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    };
    for machine in [&village, &camat] {
        until("proven equal", &|| machine.said(&["status", "--json"])["proven_now"] == true);
    }
    let id = record(&village);
    bring(&village, &id);
    let there = until("the letter is at the sub-district", &|| status(&camat, &id) == "menunggu_camat");
    camat.said(&["step", &id, "dikembalikan", "--reason", "foto rumah belum ada", "--json"]);
    let back = until("the decision is in the village", &|| status(&village, &id) == "dikembalikan");
    println!("there after {there:?}, back after {back:?}");
}
