//! A hub whose disk died, and what its offices bring back to it.

use std::time::{Duration, Instant};

use replica_store::Reader;
use rusqlite::Connection;
use serde_json::{Value, json};
use whole_system::folder;

use crate::programs::sync_server;
use crate::regency::{Machine, Regency, done};

/// What stands of a topic at the hub.
fn common(regency: &Regency, topic: &str) -> Value {
    let (_, said) = regency.hub.says(&["handbook"]);
    let all = said["common"].as_array().unwrap();
    all.iter().find(|one| one["topic"] == topic).unwrap().clone()
}

#[test]
fn what_one_office_brings_back_to_a_restored_hub_reaches_all_others() {
    let mut regency = Regency::new(41, &[]);
    let (front, other) = (regency.join("front"), regency.join_as("35.10.01.2002", "other"));
    let prove = |regency: &Regency, machines: &[&Machine]| machines.iter().for_each(|one| regency.prove_any(one));
    prove(&regency, &[&front, &other]);
    let backup = regency.folder().join("hub.backup");
    done(sync_server(&regency.hub.data).arg("backup").arg(&backup));
    let shown = |topic: &str| regency.hub.says(&["handbook", "show", topic]).1["text"].as_str().unwrap().to_owned();
    let mut catalogue: Value = serde_json::from_str(&shown("catalogue")).unwrap();
    catalogue["version"] = json!(catalogue["version"].as_u64().unwrap() + 1);
    let roster = format!("{}35.10.U.001,Dinas Sosial,unit,,\n", shown("roster"));
    for (topic, text) in [("catalogue", catalogue.to_string()), ("roster", roster)] {
        let file = regency.folder().join(topic);
        std::fs::write(&file, text).unwrap();
        done(sync_server(&regency.hub.data).args(["handbook", "publish", topic]).arg(file));
    }
    let version = common(&regency, "catalogue")["version"].clone();
    prove(&regency, &[&front]);
    regency.hub.stop();
    done(sync_server(&regency.hub.data).arg("restore").arg(&backup));
    regency.restart();
    let has_unit = |regency: &Regency| {
        let (_, offices) = regency.hub.says(&["offices"]);
        offices.as_array().unwrap().iter().any(|one| one["office"] == "35.10.U.001")
    };
    assert!(!has_unit(&regency), "the backup is from before");
    prove(&regency, &[&front, &other]);
    // It looks again every minute, and when it starts.
    regency.hub.stop();
    regency.restart();
    let until = Instant::now() + Duration::from_secs(60);
    while !has_unit(&regency) {
        assert!(Instant::now() < until, "the hub itself goes by what came back: {}", regency.hub.told());
        std::thread::sleep(Duration::from_millis(100));
    }
    // One commit tells the roster, the next one the catalogue.
    while common(&regency, "catalogue")["reached"] != 2 {
        assert!(Instant::now() < until, "{}", regency.hub.told());
        prove(&regency, &[&front, &other]);
    }
    for topic in ["catalogue", "roster"] {
        let stands = common(&regency, topic);
        assert_eq!((&stands["reached"], &stands["offices"]), (&json!(2), &json!(2)), "{stands}");
    }
    assert_eq!(common(&regency, "catalogue")["version"], version);
    let made_under = |machine: &Machine| {
        let form = json!({
            "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01",
            "no_kk": "3510011707150001", "jk": "P", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa",
            "rt": 1, "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
        });
        let made = machine.said(&["record", "--service", "G01", "--json", &form.to_string(), "--json"]);
        machine.said(&["show", made["id"].as_str().unwrap(), "--json"])["catalogue"].clone()
    };
    assert_eq!((made_under(&front), made_under(&other)), (version.clone(), version));
    let trail = Reader::open(&regency.hub.data).unwrap().audit(300).unwrap();
    let told: Vec<_> = trail.iter().filter(|one| one.act == "told_again").map(|one| one.subject.as_str()).collect();
    assert_eq!(told, ["catalogue", "roster"], "the latest first");
}

#[test]
fn a_backup_of_an_older_program_becomes_a_hub_of_this_one() {
    let mut regency = Regency::new(42, &[]);
    let front = regency.join("front");
    regency.record(&front, 3);
    regency.prove(&front);
    let backup = regency.folder().join("hub.backup");
    done(sync_server(&regency.hub.data).arg("backup").arg(&backup));
    // As a program of six formats ago would have made it.
    let older = Connection::open(&backup).unwrap();
    let back = "ALTER TABLE node DROP COLUMN backup_days; DROP TABLE draft_file; DROP TABLE long_value;
                DROP INDEX blob_unsent; DROP INDEX row_signed; DROP INDEX row_numbered; DROP INDEX row_unnumbered; DROP INDEX row_divergent; ALTER TABLE transaction_row DROP COLUMN signed; ALTER TABLE transaction_row DROP COLUMN numbered; ALTER TABLE transaction_row DROP COLUMN two_papers;
         CREATE INDEX row_divergent ON transaction_row (document) WHERE divergences > 0;
                PRAGMA user_version = 12";
    older.execute_batch(back).unwrap();
    drop(older);
    regency.hub.stop();
    done(sync_server(&regency.hub.data).arg("restore").arg(&backup));
    regency.restart();
    regency.prove(&front);
    regency.check(&front);
}

#[test]
fn a_hub_over_which_a_copy_was_written_is_told_by_the_first_office_that_knows_more() {
    let mut regency = Regency::new(44, &[]);
    let front = regency.join("front");
    for _ in 0..2 {
        regency.prove_any(&front);
    }
    let copy = regency.folder().join("copy");
    regency.hub.stop();
    folder::copy(&regency.hub.data, &copy).unwrap();
    regency.restart();
    let life = |regency: &Regency| regency.hub.says(&["status"]).1["epoch"].clone();
    let before = life(&regency);
    let notice = ["handbook", "notice", "Libur bersama", "--until", "2031-12-31"];
    done(sync_server(&regency.hub.data).args(notice));
    regency.prove_any(&front);
    regency.prove_any(&front);
    regency.hub.stop();
    folder::copy(&copy, &regency.hub.data).unwrap();
    regency.restart();
    assert_eq!(life(&regency), before, "nothing at opening tells");
    let notices = |regency: &Regency| regency.hub.says(&["handbook"]).1["notices"].as_array().unwrap().len();
    assert_eq!(notices(&regency), 0);
    regency.prove_any(&front);
    assert_ne!(life(&regency), before);
    assert!(regency.hub.told().contains("older than what it told this machine"), "{}", regency.hub.told());
    assert_eq!(notices(&regency), 1, "what it forgot is back");
    let granted = regency.hub.says(&["status"]).1;
    assert_eq!(granted["problems"], Value::Null, "{granted}");
    let after = life(&regency);
    regency.prove_any(&front);
    assert_eq!(life(&regency), after, "once");
}

/// A village that joined after the backup, whose letter the camat decided, and the restored hub hears of both from the camat first.
#[test]
fn a_sub_district_that_calls_a_restored_hub_first_takes_no_villages_log() {
    let mut regency = Regency::new(43, &[]);
    regency.name_head();
    let camat = regency.join_as("35.10.01", "kecamatan");
    regency.prove_any(&camat);
    let backup = regency.folder().join("hub.backup");
    done(sync_server(&regency.hub.data).arg("backup").arg(&backup));
    let village = regency.join("front");
    regency.prove_any(&village);
    let form = json!({
        "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01",
        "no_kk": "3510011707150001", "jk": "P", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa",
        "rt": 1, "rw": "02", "keperluan": "Beasiswa anak", "penghasilan": 500_000, "tanggungan": 2,
        "penandatangan": "kepala",
    });
    let made = village.said(&["record", "--service", "S01", "--json", &form.to_string(), "--json"]);
    let id = made["id"].as_str().unwrap();
    for to in ["diajukan", "diperiksa", "menunggu_camat"] {
        village.said(&["step", id, to, "--json"]);
    }
    regency.prove_any(&village);
    regency.prove_any(&camat);
    camat.said(&["step", id, "ditandatangani", "--json"]);
    regency.prove_any(&camat);
    regency.prove_any(&village);
    regency.hub.stop();
    done(sync_server(&regency.hub.data).arg("restore").arg(&backup));
    regency.restart();
    regency.prove_any(&camat);
    regency.rejoin(&village);
    for machine in [&village, &camat, &village, &camat] {
        regency.prove_any(machine);
    }
    for machine in [&village, &camat] {
        let rows = machine.rows();
        assert_eq!(rows.len(), 1, "one letter, once: {rows:?}");
        assert_eq!((&rows[0]["id"], &rows[0]["status"]), (&json!(id), &json!("ditandatangani")));
        assert_eq!(machine.said(&["show", id, "--json"])["number"], made["number"]);
        assert_eq!(machine.said(&["verify", "--json"])["sound"], true);
    }
    let (_, verified) = regency.hub.says(&["verify"]);
    assert_eq!(verified["sound"], true, "{verified}");
    let (_, status) = regency.hub.says(&["status"]);
    assert_eq!(status["quarantined"], 0, "{status}");
}
