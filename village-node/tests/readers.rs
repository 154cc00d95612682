//! Who may read by commands, and what the audit trail tells of it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail, and these places are known to be there"
)]

mod common;
#[path = "common/served.rs"]
mod served;

use std::path::Path;
use std::process::Output;

use common::{care_fields, enrolled, fields, json_of, record, run, run_with_input, text};
use serde_json::{Value, json};
use served::Served;
use village_node::{Node, NodeOptions};

const DAYS: [&str; 4] = ["--from", "2026-07-01", "--to", "2026-07-02"];

fn account(dir: &Path, name: &str, role: &str) {
    let output = run_with_input(dir, &["account", "put", name, "--name", name, "--role", role], b"rahasia-1\n");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// A home-care report, which tells of somebody's health.
fn care(dir: &Path) -> String {
    recorded(dir, "S03", &care_fields())
}

/// A letter for a business, with what it earns.
fn business(dir: &Path) -> String {
    let mut form = fields("Budi");
    for (key, value) in [("nama_usaha", "Toko Budi"), ("bidang", "Sembako"), ("alamat_usaha", "Jalan Raya 1")] {
        form[key] = json!(value);
    }
    form["omzet"] = json!(1_000_000);
    recorded(dir, "P01", &form)
}

fn recorded(dir: &Path, service: &str, form: &Value) -> String {
    let output = run(dir, &["record", "--service", service, "--json", &form.to_string()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).trim().to_owned()
}

fn code(output: &Output) -> (Option<i32>, String) {
    let said: Value = serde_json::from_slice(&output.stderr).unwrap_or_default();
    (output.status.code(), said["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn commands_show_an_account_what_its_role_sees_and_no_more() {
    let dir = enrolled();
    let id = care(dir.path());
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (letter, export, book) = (file("letter.pdf"), file("record.automerge"), file("book.csv"));
    let plain = record(dir.path(), "Siti Aminah");
    let commands: Vec<Vec<&str>> = vec![
        vec!["list"],
        vec!["search", "budi"],
        vec!["show", &id],
        vec!["history", &id],
        vec!["divergences"],
        vec!["attachments", &id],
        vec!["numbers"],
        vec!["numbers", "--register"],
        vec!["letter", &plain, &letter],
        vec!["export", &id, &export],
        [&["register", "agenda", &book][..], &DAYS[..]].concat(),
    ];
    let ask = |command: &[&str], clerk: &str| run(dir.path(), &[command, &["--clerk", clerk, "--json"]].concat());
    let asked = |clerk: &str| {
        for command in &commands {
            assert_eq!(code(&ask(command, clerk)), (Some(3), "role".to_owned()), "{command:?} {clerk}");
        }
        let file = ask(&["attachment", &"0".repeat(64), &letter], clerk);
        assert_eq!(code(&file), (Some(3), "role".to_owned()));
        assert!(![&letter, &export, &book].iter().any(|file| Path::new(file).exists()), "nothing is written");
    };
    for command in &commands {
        assert!(ask(command, "siti").status.success(), "nobody has an account here: {command:?}");
    }
    for file in [&letter, &export, &book] {
        std::fs::remove_file(file).unwrap();
    }
    account(dir.path(), "admin", "admin");
    account(dir.path(), "dewi", "petugas");
    account(dir.path(), "budi", "petugas");
    {
        let node = Node::open(dir.path(), &NodeOptions::default()).unwrap();
        let mut replica = node.replica();
        let shut = replica_store::Account { disabled_millis: Some(1), ..replica.account("budi").unwrap().unwrap() };
        replica.put_account(&shut).unwrap();
    }
    asked("admin");
    asked("budi");
    // What keeps the machine going is the admin's as before.
    for command in [&["status"][..], &["verify"], &["account", "list"]] {
        assert!(ask(command, "admin").status.success(), "{command:?}");
    }
    for command in &commands {
        assert!(ask(command, "dewi").status.success(), "{command:?}");
    }
}

#[test]
fn the_trail_tells_what_was_read_by_commands_and_which_register_was_taken() {
    let dir = enrolled();
    let (plain, specific) = (record(dir.path(), "Siti Aminah"), business(dir.path()));
    let book = dir.path().join("book.csv");
    for id in [&plain, &specific] {
        for command in ["show", "history"] {
            assert!(run(dir.path(), &[command, id]).status.success());
        }
    }
    let take = [&["register", "agenda", book.to_str().unwrap()][..], &DAYS[..]].concat();
    assert!(run(dir.path(), &take).status.success());
    // What is taken away since still stands in the history.
    assert!(run(dir.path(), &["set", &specific, "omzet="]).status.success());
    for command in ["show", "history"] {
        assert!(run(dir.path(), &[command, &specific]).status.success());
    }
    let node = Node::open(dir.path(), &NodeOptions::default()).unwrap();
    let noted = node.replica().audit(50).unwrap();
    let of = |act: &str| -> Vec<String> {
        let of_act = noted.iter().filter(|item| item.act == act);
        of_act.map(|item| format!("{} {}", item.clerk, item.subject)).collect()
    };
    let read = format!("siti {specific} (village-node)");
    assert_eq!(of("specific_read"), vec![read; 3], "{noted:?}");
    assert_eq!(of("register"), ["siti agenda-2026-07-01-2026-07-02.csv (village-node)"]);
}

#[test]
fn the_trail_tells_which_lists_showed_records_of_health_and_not_whose() {
    let dir = enrolled();
    let plain = record(dir.path(), "Siti Aminah");
    let noted = || {
        let node = Node::open(dir.path(), &NodeOptions::default()).unwrap();
        let noted = node.replica().audit(50).unwrap().into_iter().filter(|item| item.act == "health_listed");
        noted.map(|item| format!("{} {}", item.clerk, item.subject)).collect::<Vec<_>>()
    };
    let name = care_fields()["nama"].as_str().unwrap().to_owned();
    assert!(run(dir.path(), &["list"]).status.success());
    assert_eq!(noted(), [""; 0], "nothing of health was shown");
    care(dir.path());
    assert!(run(dir.path(), &["search", "siti aminah"]).status.success());
    assert_eq!(noted(), [""; 0], "only {plain}");
    for arguments in [&["list"][..], &["search", &name]] {
        let output = run(dir.path(), arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }
    assert_eq!(noted(), vec!["siti S03 (1) (village-node)"; 2]);
}

#[test]
fn the_owners_token_shows_what_the_account_of_serve_sees() {
    let dir = enrolled();
    let id = record(dir.path(), "Siti Aminah");
    account(dir.path(), "dewi", "petugas");
    // Whom `serve` of these tests runs as.
    account(dir.path(), "siti", "admin");
    let served = Served::on(dir);
    for page in ["records", "search?q=siti", &format!("records/{id}"), "changes", "divergences", "numbers"] {
        let (status, said) = served.ask(&format!("GET /api/v1/{page}"), &served.good(), "");
        assert_eq!((status, &said["code"]), (403, &json!("role")), "{page}");
    }
    assert_eq!(served.ask("GET /api/v1/status", &served.good(), "").0, 200);
    // The commands beside it name whom they are done as.
    let show = run(served.dir.path(), &["show", &id, "--clerk", "admin2", "--json"]);
    assert!(show.status.success(), "somebody without an account");
    assert_eq!(json_of(&show)["id"], id.as_str());
    let show = run(served.dir.path(), &["show", &id, "--json"]);
    assert_eq!(code(&show), (Some(3), "role".to_owned()));
}
