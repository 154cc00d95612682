//! A clerk's day without any link, with the real program: what is recorded is there, what is wrong is said.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod common;

use std::path::Path;

use common::{enrolled, fields, json_of, record, run, run_with_input, text};
use replica_store::Clock;
use serde_json::{Value, json};

#[test]
fn a_folder_that_never_joined_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    for command in [&["list"][..], &["status"], &["sync"], &["record", "--service", "G01", "--json", "{}"]] {
        let output = run(dir.path(), command);
        assert_eq!(output.status.code(), Some(3), "{command:?}");
        let told = text(&output.stderr);
        assert!(told.contains("village-node enrol") && told.contains("belum terdaftar"), "{told}");
    }
}

#[test]
fn joining_twice_is_said_and_changes_nothing() {
    let dir = enrolled();
    let before = std::fs::read(dir.path().join("identity.json")).unwrap();
    let output = run(dir.path(), &["enrol", "--hub", common::NO_HUB, "--code", "x", "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let told: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(told["error"]["code"], "already_enrolled");
    assert_eq!(std::fs::read(dir.path().join("identity.json")).unwrap(), before);
}

#[test]
fn a_mistyped_code_is_noticed_before_anything_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(dir.path(), &["enrol", "--hub", common::NO_HUB, "--code", "ABCDE-12345"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("Nothing was sent"));
}

#[test]
fn a_record_is_listed_masked_found_shown_and_its_history_told() {
    let dir = enrolled();
    let id = record(dir.path(), "Siti Aminah");
    let list = run(dir.path(), &["list"]);
    let line = text(&list.stdout);
    assert!(line.contains(&id) && line.contains("Siti Aminah") && !line.contains("3510014107900001"), "{line}");
    let found = json_of(&run(dir.path(), &["search", "amin", "--json"]));
    assert_eq!(found["rows"][0]["id"], id.as_str());
    assert_eq!(found["rows"][0]["nik"], "3510••••••••0001");

    assert!(run(dir.path(), &["set", &id, "pekerjaan=Guru", "rt=5"]).status.success());
    assert!(run(dir.path(), &["step", &id, "diajukan"]).status.success());
    let shown = json_of(&run(dir.path(), &["show", &id, "--json"]));
    assert_eq!(shown["record"]["fields"]["pekerjaan"], "Guru");
    assert_eq!(shown["record"]["fields"]["rt"], 5);
    assert_eq!(shown["record"]["fields"]["nik"], "3510014107900001");
    assert_eq!(shown["status"], "diajukan");
    assert_eq!(shown["unsent_changes"], 3);
    assert_eq!(shown["created_millis"].as_i64().unwrap() % 1000, 0);

    let history = json_of(&run(dir.path(), &["history", &id, "--json"]));
    let changes = history["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 3);
    assert_eq!(changes[1]["edits"][0], json!({"path": "pekerjaan", "from": "Petani", "to": "Guru", "settled": false}));
    assert!(changes.iter().all(|change| change["clerk"] == "siti"));
}

/// A numbered letter as it was recorded before the family card number was asked for.
fn without_family_card(dir: &Path) -> String {
    let Value::Object(mut fields) = fields("Siti Aminah") else { unreachable!() };
    assert!(fields.shift_remove("no_kk").is_some());
    let new = service_document::NewTransaction {
        office: "35.10.01.2001".parse().unwrap(),
        service: "G01".parse().unwrap(),
        catalogue_version: 1,
        fields,
        number: Some("470/1".to_owned()),
        serials: None,
    };
    let clock = Clock { millis: 1_783_789_200_000, hub_offset_millis: None, clerk: "siti".to_owned() };
    common::open(dir).replica().create_transaction(&new, &clock).unwrap().to_string()
}

#[test]
fn a_family_card_number_is_asked_of_new_records_and_those_without_go_on() {
    let dir = enrolled();
    let dir = dir.path();
    common::name_head(dir, "SUGENG HARTONO");
    let mut form = fields("Siti Aminah");
    assert!(form.as_object_mut().unwrap().shift_remove("no_kk").is_some());
    let refused = run(dir, &["record", "--service", "G01", "--json", &form.to_string()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("Nomor KK wajib diisi"), "{}", text(&refused.stderr));

    let does = |arguments: &[&str]| {
        let output = run(dir, arguments);
        assert!(output.status.success(), "{arguments:?} {}", text(&output.stderr));
    };
    let file = dir.join("letter.pdf");
    let file = file.to_str().unwrap();
    for end in [&["ditandatangani", "siap_diambil", "selesai"][..], &["dibatalkan"]] {
        let id = without_family_card(dir);
        let fields = |key: &str| json_of(&run(dir, &["show", &id, "--json"]))["record"]["fields"][key].clone();
        assert_eq!((fields("nama"), fields("no_kk")), (json!("Siti Aminah"), Value::Null));
        does(&["letter", &id, file]);
        does(&["set", &id, "pekerjaan=Guru"]);
        does(&["step", &id, "diajukan"]);
        does(&["step", &id, "diperiksa"]);
        does(&["letter", &id, file]);
        for to in end {
            let reason: &[&str] = if *to == "dibatalkan" { &["--reason", "Salah layanan"] } else { &[] };
            does(&[&["step", &id, to], reason].concat());
        }
        assert_eq!((fields("pekerjaan"), fields("no_kk")), (json!("Guru"), Value::Null));
    }
    let id = without_family_card(dir);
    does(&["set", &id, "no_kk=35.10.01.170715.0001"]);
    let taken = run(dir, &["set", &id, "no_kk="]);
    assert_eq!(taken.status.code(), Some(2), "what is there is not taken away again");
}

#[test]
fn every_reason_is_told_in_both_languages_and_nothing_is_saved() {
    let dir = enrolled();
    let output = run(dir.path(), &["record", "--service", "G01", "--json", "{\"nik\": \"12\"}"]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    for part in ["NIK harus 16 angka", "A NIK must have 16 digits", "Nama lengkap wajib", "Full name is required"] {
        assert!(told.contains(part), "{told}");
    }
    let status = json_of(&run(dir.path(), &["status", "--json"]));
    assert_eq!((&status["transactions"], &status["unsent"]), (&json!(0), &json!(0)));
}

#[test]
fn bad_lines_are_named_and_good_ones_kept() {
    let dir = enrolled();
    let good = |name: &str| json!({"service": "G01", "fields": fields(name)}).to_string();
    let mut lines = vec![good("Budi Santoso"), "nonsense".to_owned(), String::new(), good("Sri Wahyuni")];
    lines.push(json!({"service": "G01", "fields": {"nik": "1"}}).to_string());
    lines.push("x".repeat(300_000));
    lines.push(json!({"service": "Z99", "fields": {}}).to_string());
    lines.push(good("Agus Salim"));
    let output = run_with_input(dir.path(), &["record", "--lines", "-", "--json"], lines.join("\n").as_bytes());
    assert_eq!(output.status.code(), Some(2));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let numbers = |key: &str| -> Vec<u64> {
        let mut numbers: Vec<u64> =
            told[key].as_array().unwrap().iter().map(|line| line["line"].as_u64().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(numbers("saved"), [1, 4, 8]);
    assert_eq!(numbers("refused"), [2, 5, 6, 7]);
    assert_eq!(json_of(&run(dir.path(), &["list", "--json"]))["rows"].as_array().unwrap().len(), 3);
}

#[test]
fn the_same_letter_many_times_in_one_second_is_many_changes() {
    let dir = enrolled();
    let line = json!({"service": "G01", "fields": fields("Siti Aminah")}).to_string();
    let lines = vec![line; 20].join("\n");
    for _ in 0..2 {
        assert!(run_with_input(dir.path(), &["record", "--lines", "-"], lines.as_bytes()).status.success());
    }
    let rows = json_of(&run(dir.path(), &["list", "--json"]));
    let mut heads: Vec<String> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json_of(&run(dir.path(), &["show", row["id"].as_str().unwrap(), "--json"]))["heads"].to_string())
        .collect();
    heads.sort_unstable();
    heads.dedup();
    assert_eq!(heads.len(), 40);
}

#[test]
fn a_step_that_is_not_allowed_and_an_unknown_record_are_refused() {
    let dir = enrolled();
    let id = record(dir.path(), "Siti Aminah");
    assert_eq!(run(dir.path(), &["step", &id, "selesai"]).status.code(), Some(2));
    assert_eq!(run(dir.path(), &["settle", &id, "nama", "x"]).status.code(), Some(2));
    assert_eq!(run(dir.path(), &["show", "00000000-0000-7000-8000-000000000000"]).status.code(), Some(2));
    let shown = json_of(&run(dir.path(), &["show", &id, "--json"]));
    assert_eq!((&shown["status"], &shown["changes"]), (&json!("draf"), &json!(1)));
}

#[test]
fn without_a_hub_sync_fails_and_says_that_data_is_safe() {
    let dir = enrolled();
    record(dir.path(), "Siti Aminah");
    let output = run(dir.path(), &["sync", "--patience", "0"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("Data is safe"), "{}", text(&output.stderr));
    let status = json_of(&run(dir.path(), &["status", "--json"]));
    assert_eq!(status["unsent"], 1);
    assert_eq!(status["proven_now"], false);
    assert_eq!(status["link"][0]["outcome"], "unreachable");
    // Nothing went over a connection that was refused.
    assert_eq!(status["link"][0]["bytes_up"], 0);
}

#[test]
fn a_backup_is_restored_under_a_new_epoch_and_nothing_is_deleted() {
    let dir = enrolled();
    let backup = dir.path().join("copy.backup");
    let first = record(dir.path(), "Siti Aminah");
    assert!(run(dir.path(), &["backup", backup.to_str().unwrap()]).status.success());
    assert_eq!(run(dir.path(), &["backup", backup.to_str().unwrap()]).status.code(), Some(2));
    let later = record(dir.path(), "Budi Santoso");
    let epoch = json_of(&run(dir.path(), &["status", "--json"]))["epoch"].clone();

    assert_eq!(run(dir.path(), &["restore", backup.to_str().unwrap()]).status.code(), Some(3));
    assert!(run(dir.path(), &["show", &later]).status.success());
    let restored =
        json_of(&run(dir.path(), &["restore", backup.to_str().unwrap(), "--replace", "--leave-unsent", "--json"]));
    assert!(Path::new(restored["aside"].as_str().unwrap()).join("replica.db").exists());
    assert!(run(dir.path(), &["show", &first]).status.success());
    assert_eq!(run(dir.path(), &["show", &later]).status.code(), Some(2));
    assert_ne!(json_of(&run(dir.path(), &["status", "--json"]))["epoch"], epoch);

    let elsewhere = tempfile::tempdir().unwrap();
    assert!(run(elsewhere.path(), &["restore", backup.to_str().unwrap()]).status.success());
    assert!(run(elsewhere.path(), &["show", &first]).status.success());
    assert!(run(elsewhere.path(), &["verify"]).status.success());
    let nonsense = elsewhere.path().join("nonsense");
    std::fs::write(&nonsense, "no database ".repeat(1000)).unwrap();
    let output = run(elsewhere.path(), &["restore", nonsense.to_str().unwrap(), "--replace"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(run(elsewhere.path(), &["show", &first]).status.success());
}

#[test]
fn an_exported_letter_is_an_automerge_file() {
    let dir = enrolled();
    let id = record(dir.path(), "Siti Aminah");
    let mut command = common::command(dir.path(), &["export", &id, "letter.automerge"]);
    assert!(command.current_dir(dir.path()).status().unwrap().success());
    let bytes = std::fs::read(dir.path().join("letter.automerge")).unwrap();
    assert_eq!(bytes[..4], [0x85, 0x6f, 0x4a, 0x83]);
}

#[test]
fn enrolment_without_a_hub_says_to_come_back_with_the_code() {
    use std::io::{Read as _, Write as _};
    let code = sync_protocol::enrolment::Code { fingerprint: [1; 10], secret: [2; 16] }.to_string();
    let dir = tempfile::tempdir().unwrap();
    let enrol = |address: &str| {
        let hub = format!("https://{address}");
        let output = run(dir.path(), &["enrol", "--hub", &hub, "--code", &code, "--json"]);
        assert_eq!(output.status.code(), Some(5));
        serde_json::from_slice::<Value>(&output.stderr).unwrap()["error"].take()
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // A server that speaks HTTP without TLS, as the login page of a Wi-Fi network does.
    let page = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = [0; 4096];
        let _ = stream.read(&mut hello).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n").unwrap();
        drop(stream);
    });
    assert_eq!(enrol(&address)["code"], "wrong_server");
    page.join().unwrap();

    let told = enrol(&address);
    assert_eq!(told["code"], "unreachable");
    let text = |language: &str| told["text"][language].as_str().unwrap().to_owned();
    assert!(text("en").contains("the same code") && !text("en").contains("later"), "{told}");
    assert!(text("id").contains("kode yang sama") && !text("id").contains("nanti"), "{told}");
}

#[test]
fn patience_ends_a_connection_that_hangs_before_the_built_in_limit_does() {
    let dir = enrolled();
    // Connections come up by the operating system, but nobody ever says a word.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hub = format!("https://{}", mute.local_addr().unwrap());
    let output = run(dir.path(), &["--hub", &hub, "sync", "--patience", "1", "--json"]);
    assert_eq!(output.status.code(), Some(5));
    let failure: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(failure["error"]["code"], "silence", "{failure}");
}

#[test]
fn a_wrong_command_line_is_told_as_json_where_that_was_asked_for() {
    let dir = enrolled();
    let output = run(dir.path(), &["list", "--limit", "many", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let failure: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&failure["error"]["code"], &failure["error"]["blame"]), (&json!("arguments"), &json!("input")));
    let output = run(dir.path(), &["list", "--limit", "many"]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(
        told.contains("Baris perintah tidak benar: `many`") && told.contains("The command line is wrong: `many`"),
        "{told}"
    );
}

#[test]
fn a_list_says_how_long_it_may_be() {
    let dir = enrolled();
    assert_eq!(json_of(&run(dir.path(), &["list", "--json"]))["limit"], 50);
    let capped = run(dir.path(), &["list", "--limit", "5000", "--json"]);
    assert_eq!(json_of(&capped)["limit"], 1_000);
    let told = text(&run(dir.path(), &["list", "--limit", "5000"]).stderr);
    assert!(told.contains("at most 1000"), "{told}");
}

/// A record that was cancelled is over: nothing is numbered, referred or renamed in it.
#[test]
fn a_cancelled_record_takes_nothing_more() {
    let dir = enrolled();
    let id = record(dir.path(), "Siti Aminah");
    let picture = dir.path().join("ktp.png");
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(b"\0\0\0\0IEND\xaeB\x60\x82");
    std::fs::write(&picture, png).unwrap();
    let attach = |kind: &str| run(dir.path(), &["attach", &id, picture.to_str().unwrap(), "--kind", kind, "--json"]);
    assert!(attach("A1").status.success(), "{}", text(&attach("A1").stderr));
    for (to, reason) in [("diajukan", ""), ("dibatalkan", "Salah orang")] {
        let output = run(dir.path(), &["step", &id, to, "--reason", reason]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let code = |output: &std::process::Output| {
        let said: Value = serde_json::from_slice(&output.stderr).unwrap();
        (output.status.code(), said["error"]["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(code(&attach("A2")), (Some(3), "file_keeps_its_name".to_owned()));
    assert!(attach("A1").status.success(), "the same again is no change");
    let number = run(dir.path(), &["number", &id, "--json"]);
    assert_eq!(code(&number), (Some(3), "withdrawn".to_owned()));
    let refer = run(dir.path(), &["refer", &id, "35.10.01", "--asked", "Mohon dicek", "--json"]);
    assert_eq!(code(&refer), (Some(3), "withdrawn".to_owned()));
}

#[test]
fn what_nobody_can_read_is_no_reason() {
    let dir = enrolled();
    let id = record(dir.path(), "Siti Aminah");
    assert!(run(dir.path(), &["step", &id, "diajukan"]).status.success());
    for blank in ["\u{200b}", "\u{3164}", " \u{feff} "] {
        let output = run(dir.path(), &["step", &id, "ditolak", "--reason", blank, "--json"]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("reason_missing"));
    }
}

#[test]
fn doctor_says_whether_the_disk_takes_anything() {
    let dir = enrolled();
    // Without a hub not all is well.
    let said: Value = serde_json::from_slice(&run(dir.path(), &["doctor", "--json"]).stdout).unwrap();
    let disk = said["checks"].as_array().unwrap().iter().find(|one| one["check"] == "disk").unwrap();
    assert_eq!(disk["good"], true, "{disk}");
    assert!(!dir.path().join("doctor.probe").exists());
}
