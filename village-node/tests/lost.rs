//! Folders that lost a file, and backups put over work that nobody else has: with the real program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod common;

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use change_log::DocumentId;
use common::{enrolled, json_of, record, run, text};
use replica_store::{Account, Asked, AuditItem, Draft, RequestKey};
use serde_json::{Value, json};
use sync_protocol::enrolment::Code;

fn code_of_failure(output: &std::process::Output) -> Value {
    let told: Value = serde_json::from_slice(&output.stderr).unwrap();
    told.pointer("/error/code").cloned().unwrap()
}

fn backup(dir: &Path) -> String {
    let file = dir.join("copy.backup").display().to_string();
    assert!(run(dir, &["backup", &file]).status.success());
    file
}

/// Tries to join, and says whether the hub was called. It hangs up on every caller.
fn join(dir: &Path) -> (Value, bool) {
    let hub = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = hub.local_addr().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&over);
    let callers = std::thread::spawn(move || {
        let calls = hub.incoming().map(|call| drop(call.unwrap()));
        calls.take_while(|()| !told.load(Ordering::SeqCst)).count()
    });
    let code = Code { secret: [1; 16], fingerprint: [2; 10] }.to_string();
    let output = run(dir, &["enrol", "--hub", &format!("https://{address}"), "--code", &code, "--json"]);
    assert!(!output.status.success());
    over.store(true, Ordering::SeqCst);
    drop(TcpStream::connect(address).unwrap());
    (code_of_failure(&output), callers.join().unwrap() > 0)
}

#[test]
fn a_restore_over_unsent_changes_is_refused_until_it_is_said_to_leave_them() {
    let dir = enrolled();
    let kept = record(dir.path(), "Siti Aminah");
    let file = backup(dir.path());
    let unsent = record(dir.path(), "Budi Santoso");
    assert!(run(dir.path(), &["set", &unsent, "pekerjaan=Guru"]).status.success());

    let refused = run(dir.path(), &["restore", &file, "--replace"]);
    assert_eq!(refused.status.code(), Some(3));
    let told = text(&refused.stderr);
    for part in ["2 changes", "2 perubahan", "village-node sync", "--leave-unsent"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(run(dir.path(), &["show", &unsent]).status.success());
    assert_eq!(json_of(&run(dir.path(), &["status", "--json"]))["unsent"], 3);

    let restored = json_of(&run(dir.path(), &["restore", &file, "--replace", "--leave-unsent", "--json"]));
    assert_eq!(restored["aside_unsent"], 2);
    assert_eq!(run(dir.path(), &["show", &unsent]).status.code(), Some(2));
    assert!(run(dir.path(), &["show", &kept]).status.success());

    let aside = Path::new(restored["aside"].as_str().unwrap());
    assert!(run(aside, &["show", &unsent]).status.success());
    let (here, there) = (json_of(&run(dir.path(), &["status", "--json"])), json_of(&run(aside, &["status", "--json"])));
    assert_eq!((&here["unsent"], &there["unsent"]), (&json!(1), &json!(3)));
    assert_eq!(here["node"], there["node"]);
    assert_ne!(here["epoch"], there["epoch"]);
    // It knows its hub and calls it; nobody listens there.
    assert_eq!(run(aside, &["sync", "--patience", "0"]).status.code(), Some(5));
}

#[test]
fn the_folder_put_aside_is_named_with_the_way_to_send_it() {
    let dir = enrolled();
    let file = backup(dir.path());
    record(dir.path(), "Budi Santoso");
    let output = run(dir.path(), &["restore", &file, "--replace", "--leave-unsent"]);
    let told = text(&output.stdout);
    assert!(told.contains("1 change there never reached the hub") && told.contains("before-restore-"), "{told}");
    assert!(told.contains("village-node --data"), "{told}");
}

#[test]
fn unsent_changes_that_the_backup_has_are_no_reason_to_refuse() {
    let dir = enrolled();
    record(dir.path(), "Siti Aminah");
    let file = backup(dir.path());
    let restored = json_of(&run(dir.path(), &["restore", &file, "--replace", "--json"]));
    assert_eq!(restored["aside_unsent"], 0);
}

#[test]
fn a_damaged_database_is_replaced_and_it_is_said_that_nobody_knows_what_it_held() {
    let dir = enrolled();
    let id = record(dir.path(), "Siti Aminah");
    let file = backup(dir.path());
    std::fs::write(dir.path().join("replica.db"), "no database ".repeat(1000)).unwrap();
    let output = run(dir.path(), &["restore", &file, "--replace"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("may hold changes"), "{}", text(&output.stdout));
    assert!(run(dir.path(), &["show", &id]).status.success());
}

#[test]
fn a_lost_identity_is_written_again_from_the_database_and_told_once() {
    let dir = enrolled();
    let id = record(dir.path(), "Siti Aminah");
    let file = dir.path().join("identity.json");
    let before = std::fs::read(&file).unwrap();
    for damage in [Some(&b"{\"office\": \"35.1"[..]), Some(b""), None] {
        match damage {
            Some(bytes) => std::fs::write(&file, bytes).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let output = run(dir.path(), &["show", &id]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("written again"), "{}", text(&output.stderr));
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert_eq!(text(&run(dir.path(), &["show", &id]).stderr), "");
    }
}

#[test]
fn a_restore_writes_a_damaged_identity_again() {
    let dir = enrolled();
    let file = backup(dir.path());
    let before = std::fs::read(dir.path().join("identity.json")).unwrap();
    std::fs::remove_file(dir.path().join("replica.db")).unwrap();
    std::fs::write(dir.path().join("identity.json"), "{").unwrap();
    assert!(run(dir.path(), &["restore", &file, "--replace"]).status.success());
    assert_eq!(std::fs::read(dir.path().join("identity.json")).unwrap(), before);
    assert!(run(dir.path(), &["status"]).status.success());
}

#[test]
fn a_code_is_not_used_up_on_a_folder_that_is_in_use() {
    let empty = tempfile::tempdir().unwrap();
    assert!(join(empty.path()).1, "an empty folder joins");

    let without_identity = enrolled();
    std::fs::remove_file(without_identity.path().join("identity.json")).unwrap();
    assert_eq!(join(without_identity.path()), (json!("already_enrolled"), false));

    let foreign = tempfile::tempdir().unwrap();
    std::fs::write(foreign.path().join("replica.db"), "no database ".repeat(1000)).unwrap();
    assert_eq!(join(foreign.path()), (json!("not_ours"), false));
}

#[test]
fn a_lost_database_is_restored_and_not_joined_again() {
    let dir = enrolled();
    let file = backup(dir.path());
    for name in ["replica.db", "replica.db-wal", "replica.db-shm"] {
        let _ = std::fs::remove_file(dir.path().join(name));
    }
    assert_eq!(join(dir.path()), (json!("database_missing"), false));
    let output = run(dir.path(), &["status"]);
    assert_eq!(output.status.code(), Some(3));
    let told = text(&output.stderr);
    assert!(told.contains("village-node restore") && !told.contains("village-node enrol"), "{told}");
    assert!(run(dir.path(), &["restore", &file]).status.success());
    assert!(run(dir.path(), &["status"]).status.success());
}

#[test]
fn who_was_shut_out_after_a_backup_stays_out_and_what_was_done_is_not_done_again() {
    let dir = enrolled();
    let (shut, open) = (account("budi", None), account("siti", None));
    let node = common::open(dir.path());
    node.replica().put_account(&shut).unwrap();
    node.replica().put_account(&open).unwrap();
    for (name, token) in [("satu", 1), ("dua", 2), ("tiga", 3)] {
        node.replica().put_application(name, "petugas", &[token; 32], 10).unwrap();
    }
    node.replica().put_application("empat", "kepala", &[6; 32], 86_400_000).unwrap();
    node.replica().take_queue_number("2026-11-28", 'A', document(1)).unwrap();
    drop(node);
    let file = backup(dir.path());

    let node = common::open(dir.path());
    node.replica().put_account(&account("budi", Some(20))).unwrap();
    node.replica().revoke_application("satu", 20).unwrap();
    node.replica().revoke_application("tiga", 20).unwrap();
    node.replica().put_application("tiga", "petugas", &[4; 32], 30).unwrap();
    let request = RequestKey { application: "dua".to_owned(), key: "permohonan-1".to_owned(), body: [5; 32] };
    node.replica().keep_answer(&request, "{}", 20).unwrap();
    node.replica().take_queue_number("2026-11-28", 'A', document(2)).unwrap();
    // A clock that was ahead when the first one was made.
    node.replica().put_application("empat", "kepala", &[7; 32], 5).unwrap();
    let draft = Draft {
        id: [1; 16],
        clerk: "siti".to_owned(),
        service: "G01".to_owned(),
        form: "{}".to_owned(),
        created_millis: 1,
        changed_millis: 2,
    };
    node.replica().put_draft(&draft).unwrap();
    let act =
        AuditItem { at_millis: 20, clerk: "siti".to_owned(), act: "letter".to_owned(), subject: "surat".to_owned() };
    node.replica().note_act(&act).unwrap();
    drop(node);

    let told = run(dir.path(), &["restore", &file, "--replace"]);
    assert!(told.status.success(), "{}", text(&told.stderr));
    let said = text(&told.stdout) + &text(&told.stderr);
    let parts = [
        "The account budi was shut",
        "application satu",
        "application tiga",
        "application empat",
        "1 draft not in the backup",
    ];
    for part in parts.into_iter().chain(["Passwords and roles"]) {
        assert!(said.contains(part), "{part}: {said}");
    }
    let node = common::open(dir.path());
    let mut replica = node.replica();
    let is_shut = |name: &str| replica.account(name).unwrap().unwrap().disabled_millis.is_some();
    assert_eq!((is_shut("budi"), is_shut("siti")), (true, false));
    let opens = |token: u8| replica.application_of(&[token; 32]).unwrap().is_some();
    assert_eq!([1, 2, 3, 4, 6, 7].map(opens), [false, true, false, true, false, false]);
    assert_eq!(replica.draft([1; 16]).unwrap(), Some(draft));
    assert!(replica.audit(50).unwrap().contains(&act), "the trail goes on");
    assert_eq!(replica.asked(&request).unwrap(), Asked::Before("{}".to_owned()));
    let next = replica.take_queue_number("2026-11-28", 'A', document(3)).unwrap();
    assert_eq!(next.to_string(), "A-003");
    drop(replica);
    drop(node);
    assert!(run(dir.path(), &["verify"]).status.success());

    // What does not come back was not done.
    record(dir.path(), "Budi Santoso");
    let told = json_of(&run(dir.path(), &["restore", &file, "--replace", "--leave-unsent", "--json"]));
    let acts = told["carried"]["acts"].as_u64().unwrap();
    assert!(acts > 0, "what was done since the backup stands in the trail");
    assert_eq!(
        told["carried"],
        json!({"accounts": ["budi"], "applications": ["empat", "satu", "tiga"], "requests": null, "queue_days": 1,
            "drafts": 1, "acts": acts})
    );
    let node = common::open(dir.path());
    assert_eq!(node.replica().asked(&request).unwrap(), Asked::Never);
    drop(node);

    // Where nothing is left to look at, that is said.
    for name in ["replica.db", "replica.db-wal", "replica.db-shm"] {
        let _ = std::fs::remove_file(dir.path().join(name));
    }
    std::fs::write(dir.path().join("replica.db"), "rusak").unwrap();
    let told = run(dir.path(), &["restore", &file, "--replace"]);
    assert!(told.status.success() && text(&told.stderr).contains("is not known"), "{}", text(&told.stderr));
}

fn document(number: u8) -> DocumentId {
    format!("01a221cb-0920-7d0a-8a1d-00000000000{number}").parse().unwrap()
}

fn account(name: &str, disabled_millis: Option<i64>) -> Account {
    Account {
        name: name.to_owned(),
        shown: "Siti".to_owned(),
        role: "petugas".to_owned(),
        secret: String::new(),
        language: "id".to_owned(),
        created_millis: 1,
        disabled_millis,
    }
}
