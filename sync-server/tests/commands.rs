//! The commands of the real program: what they answer, what they refuse, and that they work beside a server.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that finds something else has failed")]

mod support;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use support::{Folder, OFFICE, Server};

#[test]
fn a_hub_is_made_once_and_says_how_it_is() {
    let folder = Folder::with_hub();
    let status = folder.json(&["status"]);
    // The two villages and their sub-district.
    assert_eq!((&status["offices"], &status["nodes"], &status["running"]), (&3.into(), &0.into(), &false.into()));
    let keys = std::fs::metadata(folder.data().join("hub-keys.json")).unwrap();
    assert_eq!(keys.permissions().mode() & 0o777, 0o600);
    let roster = folder.dir.path().join("roster.csv");
    let again = folder.failure(&["init", "--roster", roster.to_str().unwrap()]);
    assert!(again["error"].as_str().unwrap().contains("already"));
    assert_eq!(folder.json(&["status"])["hub"], status["hub"], "the hub is as it was");
    assert!(folder.json(&["verify"])["sound"].as_bool().unwrap());
    assert_eq!(folder.json(&["offices"]).as_array().unwrap().len(), 3);
    assert_eq!(folder.json(&["list"])["rows"].as_array().unwrap().len(), 0);
    assert_eq!(folder.json(&["quarantine"]).as_array().unwrap().len(), 0);
    assert_eq!(folder.json(&["rebuild-views"])["documents"], 0);
}

#[test]
fn a_folder_that_an_older_program_wrote_last_is_not_called_damaged() {
    let folder = Folder::with_hub();
    let raw = rusqlite::Connection::open(folder.data().join("replica.db")).unwrap();
    raw.execute_batch(
        "DROP INDEX row_signed; DROP INDEX row_numbered; DROP INDEX row_unnumbered; DROP INDEX row_divergent; ALTER TABLE transaction_row DROP COLUMN signed;
         ALTER TABLE transaction_row DROP COLUMN numbered; ALTER TABLE transaction_row DROP COLUMN two_papers;
         CREATE INDEX row_divergent ON transaction_row (document) WHERE divergences > 0; PRAGMA user_version = 17",
    )
    .unwrap();
    drop(raw);
    for command in [["verify"], ["list"], ["status"]] {
        let told = folder.failure(&command);
        let (error, next) = (told["error"].as_str().unwrap(), told["next"].as_str().unwrap());
        assert!(error.contains("an older program wrote") && error.contains("nothing was changed"), "{told}");
        assert!(next.contains("sync-server serve") && told["blame"] == "state", "{told}");
    }
    drop(Server::start(&folder));
    assert_eq!(folder.json(&["verify"])["sound"], true);
    assert_eq!(folder.json(&["list"])["rows"].as_array().unwrap().len(), 0);
}

#[test]
fn a_roster_that_the_programs_do_not_bring_along_is_published_when_the_hub_is_made() {
    let folder = Folder::new();
    let roster = folder.dir.path().join("roster.csv");
    let unit = "35.10.H.001,Puskesmas Sarongan,faskes,35.10.01,Pesanggaran\n";
    std::fs::write(&roster, format!("{}{unit}", support::ROSTER)).unwrap();
    let made = folder.json(&["init", "--roster", roster.to_str().unwrap()]);
    assert_eq!(made["roster_published"], true, "{made}");
    let common = folder.json(&["handbook"])["common"].clone();
    assert!(common[2]["published_millis"].is_i64() && common[2]["untold"] == false, "{common}");
    assert_eq!(folder.json(&["status"])["roster_untold"], false);
    // The id of what was published stands in feeds, and is no record: nothing is wrong with the disk.
    let published = replica_store::Reader::open(&folder.data()).unwrap();
    let published = published.publication_documents(&OFFICE.parse().unwrap()).unwrap()[0];
    let told = folder.failure(&["show", &published.to_string()]);
    assert_eq!(
        (&told["blame"], told["error"].as_str().unwrap().contains("no transaction")),
        (&"not_found".into(), true)
    );
    let sound = folder.json(&["verify"]);
    assert_eq!((&sound["sound"], &folder.json(&["status"])["offices"]), (&true.into(), &4.into()), "{sound}");

    let shipped = Folder::with_hub();
    let common = shipped.json(&["handbook"])["common"].clone();
    assert!(common[2]["published_millis"].is_null() && common[2]["untold"] == false, "{common}");
    // A hub of before, which kept what it was made with to itself.
    let (mut hub, _) =
        replica_store::Replica::open(&shipped.data(), "a machine", change_log::EpochId([9; 16])).unwrap();
    hub.set_setting("roster", format!("{}{unit}", support::ROSTER).as_bytes()).unwrap();
    drop(hub);
    assert_eq!(shipped.json(&["status"])["roster_untold"], true);
    for command in ["status", "handbook"] {
        let told = String::from_utf8(shipped.run(&[command]).stdout).unwrap();
        assert!(told.contains("handbook publish roster"), "{told}");
    }
}

#[test]
fn a_text_is_published_over_the_one_that_it_was_made_of_and_no_other() {
    let folder = Folder::with_hub();
    let file = |name: &str, text: &str| {
        let path = folder.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let shown = |topic: &str| String::from_utf8(folder.run(&["handbook", "show", topic]).stdout).unwrap();
    let before = file("before.csv", &shown("roster"));
    let clinic = format!("{}35.10.H.001,Puskesmas Sarongan,faskes,35.10.01,Pesanggaran\n", support::ROSTER);
    let (clinic, unit) = (
        file("clinic.csv", &clinic),
        file("unit.csv", &format!("{}35.10.U.001,Dinas Sosial,unit,,\n", support::ROSTER)),
    );
    folder.json(&["handbook", "publish", "roster", &clinic, "--over", &before]);
    let refused = folder.failure(&["handbook", "publish", "roster", &unit, "--over", &before]);
    let said = refused["error"].as_str().unwrap();
    assert!(said.contains("made of an earlier text") && said.contains("the text published"), "{said}");
    assert!(shown("roster").contains("Puskesmas"), "what stands is as it was");
    // Who does not say what it was made of is told what is gone by it.
    let told = folder.run(&["handbook", "publish", "roster", &unit]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("- 35.10.H.001") && told.contains("--over"), "{told}");

    let before = file("catalogue.json", &shown("catalogue"));
    let second = file("second.json", &shown("catalogue").replacen("\"version\": 1", "\"version\": 2", 1));
    folder.json(&["handbook", "publish", "catalogue", &second, "--over", &before]);
    let refused = folder.failure(&["handbook", "publish", "catalogue", &second, "--over", &before]);
    assert!(refused["error"].as_str().unwrap().contains("meanwhile version 2 published"), "{refused}");

    let shown = String::from_utf8(folder.run(&["handbook", "show", "profile", "--office", OFFICE]).stdout).unwrap();
    let with = |name: &str, address: &str| {
        let mut profile: serde_json::Value = serde_json::from_str(&shown).unwrap();
        profile["letterhead"]["address"] = address.into();
        file(name, &profile.to_string())
    };
    let (before, one, other) =
        (file("profile.json", &shown), with("one.json", "Jalan Pantai 7"), with("other.json", "Jalan Raya 1"));
    folder.json(&["handbook", "publish", "profile", &one, "--office", OFFICE, "--over", &before]);
    let refused = folder.failure(&["handbook", "publish", "profile", &other, "--office", OFFICE, "--over", &before]);
    assert!(refused["error"].as_str().unwrap().contains("another profile of 35.10.01.2001"), "{refused}");
}

#[test]
fn an_office_that_a_roster_brings_back_is_told_what_it_missed() {
    let folder = Folder::with_hub();
    let file = |name: &str, text: &str| {
        let path = folder.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let catalogue = String::from_utf8(folder.run(&["handbook", "show", "catalogue"]).stdout).unwrap();
    let publish = |topic: &str, file: &str| folder.json(&["handbook", "publish", topic, file]);
    let version = |number: u32| {
        let text = catalogue.replacen("\"version\": 1", &format!("\"version\": {number}"), 1);
        publish("catalogue", &file(&format!("{number}.json"), &text));
    };
    version(2);
    folder.json(&["handbook", "notice", "Libur", "--until", "2999-12-31"]);
    let without: String = support::ROSTER
        .lines()
        .filter(|line| !line.starts_with(OFFICE))
        .fold(String::new(), |all, line| all + line + "\n");
    publish("roster", &file("without.csv", &without));
    version(3);
    folder.json(&["handbook", "withdraw", "1"]);
    publish("roster", &file("with.csv", support::ROSTER));
    // What was published then keeps its day, though a newcomer was told of it today.
    let published = || folder.json(&["handbook"])["common"][0]["published_millis"].clone();
    let before = published();
    // Times are whole seconds: in the same one nobody could tell.
    let second = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let begun = second();
    while second() == begun {
        std::thread::yield_now();
    }
    let more = format!("{}35.10.U.001,Dinas Sosial,unit,,\n", support::ROSTER);
    publish("roster", &file("more.csv", &more));
    assert_eq!(published(), before);
    let (hub, _) = replica_store::Replica::open(&folder.data(), "a machine", change_log::EpochId([9; 16])).unwrap();
    let told = |topic: &str| {
        let stands = hub.publication(&OFFICE.parse().unwrap(), topic, &|_| true).unwrap().unwrap();
        serde_json::from_str::<serde_json::Value>(&stands.publication.body).unwrap()
    };
    assert_eq!(told("catalogue")["version"], 3);
    assert_eq!(told("notice/1")["withdrawn"], true);
}

#[test]
fn what_nobody_could_call_sign_or_read_is_not_published() {
    let folder = Folder::with_hub();
    let shown = String::from_utf8(folder.run(&["handbook", "show", "profile", "--office", OFFICE]).stdout).unwrap();
    let mut profile: serde_json::Value = serde_json::from_str(&shown).unwrap();
    profile["letterhead"]["phone"] = "abc".into();
    profile["letterhead"]["signers"]["kepala"]["name"] = "K3pala".into();
    let file = folder.dir.path().join("profile.json");
    std::fs::write(&file, profile.to_string()).unwrap();
    let refused = folder.failure(&["handbook", "publish", "profile", file.to_str().unwrap(), "--office", OFFICE]);
    let said = refused["error"].as_str().unwrap();
    assert!(said.contains("Phone: ") && said.contains("Name of the head: "), "{said}");
    let refused = folder.failure(&["handbook", "notice", "Rapat \u{202e}besok"]);
    assert!(refused["error"].as_str().unwrap().contains("title has a sign that is not seen"), "{refused}");
    let handbook = folder.json(&["handbook"]);
    assert_eq!(handbook["notices"], serde_json::json!([]), "{handbook}");
}

#[test]
fn a_letter_that_includes_what_is_not_there_and_a_service_for_nobody_are_not_published() {
    let folder = Folder::with_hub();
    let file = |name: &str, text: &str| {
        let path = folder.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let shown = |topic: &str| String::from_utf8(folder.run(&["handbook", "show", topic]).stdout).unwrap();
    let templates = shown("templates").replacen("version 1", "version 2", 1);
    assert!(templates.contains("= saksi\n") && templates.contains("@saksi\n"));
    let turned = file("turned.txt", &templates.replacen("Saksi pertama", "Saksi \u{202e}pertama", 1));
    let refused = folder.failure(&["handbook", "publish", "templates", &turned]);
    assert!(refused["error"].as_str().unwrap().contains("turns the reading direction"), "{refused}");
    let without = file("letters.txt", &templates.replacen("= saksi\n", "", 1));
    let refused = folder.failure(&["handbook", "publish", "templates", &without]);
    assert!(refused["error"].as_str().unwrap().contains("@saksi names a part that is not there"), "{refused}");
    // Offices that stand in the catalogue already are those of the regency; this hub has two villages of it.
    let mut catalogue: serde_json::Value = serde_json::from_str(&shown("catalogue")).unwrap();
    catalogue["version"] = 2.into();
    let known = file("known.json", &catalogue.to_string());
    let label = catalogue["services"][0]["label"]["id"].clone();
    catalogue["services"][0]["label"]["id"] = "Surat\u{202e}".into();
    let turned = file("turned.json", &catalogue.to_string().replace('\u{202e}', "\\u202e"));
    let refused = folder.failure(&["handbook", "publish", "catalogue", &turned]);
    assert!(refused["error"].as_str().unwrap().contains(": one of its texts has a sign"), "{refused}");
    catalogue["services"][0]["label"]["id"] = label;
    catalogue["services"][0]["concerns"] = serde_json::json!(["35.10.U.999"]);
    let unknown = file("unknown.json", &catalogue.to_string());
    let refused = folder.failure(&["handbook", "publish", "catalogue", &unknown]);
    assert!(refused["error"].as_str().unwrap().contains("concerns names office 35.10.U.999"), "{refused}");
    folder.json(&["handbook", "publish", "catalogue", &known]);
}

#[test]
fn an_export_of_what_nobody_is_called_is_refused() {
    let folder = Folder::with_hub();
    let out = folder.dir.path().join("out.csv");
    let out = out.to_str().unwrap();
    for asked in [
        ["--office", "35.10.01.2999"],
        ["--district", "35.10.99"],
        ["--district", OFFICE],
        ["--service", "Z99"],
        ["--from", "kemarin"],
    ] {
        folder.failure(&[&["export", "--format", "csv", "--out", out], &asked[..]].concat());
        assert!(!std::path::Path::new(out).exists(), "{asked:?}");
    }
    let reversed = ["export", "--format", "csv", "--out", out, "--from", "2026-11-02", "--to", "2026-11-01"];
    folder.failure(&reversed);
    let noted = || {
        let acts = replica_store::Reader::open(&folder.data()).unwrap().audit(50).unwrap();
        acts.into_iter().filter(|item| item.act == "export").count()
    };
    assert_eq!(noted(), 0, "nothing was taken away");
    let district = ["export", "--format", "csv", "--out", out, "--district", "35.10.01", "--service", "G01"];
    assert_eq!(folder.json(&district)["records"], 0);
    folder.failure(&district);
    assert_eq!(noted(), 1, "of a file that is there already nothing is read");
}

#[test]
fn a_bad_roster_is_refused_line_by_line_and_nothing_is_made() {
    let folder = Folder::new();
    let roster = folder.dir.path().join("roster.csv");
    std::fs::write(&roster, "code,name,kind,district_code,district\nx,y,desa,,\n35.10.01.2001,,desa,,\n").unwrap();
    let failure = folder.failure(&["init", "--roster", roster.to_str().unwrap()]);
    let text = failure["error"].as_str().unwrap();
    assert!(text.contains("line 2") && text.contains("line 3"), "{text}");
    assert!(!folder.data().exists());
    folder.failure(&["init", "--roster", "/nowhere/roster.csv"]);
}

#[test]
fn commands_without_a_hub_say_what_to_do() {
    let folder = Folder::new();
    let read: &[&[&str]] =
        &[&["status"], &["offices"], &["nodes"], &["list"], &["divergences"], &["quarantine"], &["verify"]];
    let write: &[&[&str]] = &[&["enrol", OFFICE], &["rebuild-views"], &["nightly", "--date", "2026-01-01"]];
    for arguments in read.iter().chain(write) {
        assert!(folder.failure(arguments)["next"].as_str().unwrap().contains("init"), "{arguments:?}");
    }
    assert!(!folder.data().exists(), "asking makes nothing");
}

#[test]
fn a_code_is_offered_for_offices_of_the_roster_only() {
    let folder = Folder::with_hub();
    let offered = folder.json(&["enrol", OFFICE]);
    let code: sync_protocol::enrolment::Code = offered["code"].as_str().unwrap().parse().unwrap();
    let other: sync_protocol::enrolment::Code =
        folder.json(&["enrol", OFFICE])["code"].as_str().unwrap().parse().unwrap();
    assert_eq!(code.fingerprint, other.fingerprint);
    assert_ne!(code.secret, other.secret);
    assert_eq!(folder.json(&["status"])["codes_open"], 2);
    assert_eq!(folder.json(&["enrol", OFFICE, "--cancel"])["cancelled"], 2);
    assert_eq!(folder.json(&["enrol", OFFICE, "--cancel"])["cancelled"], 0);
    assert_eq!(folder.json(&["status"])["codes_open"], 0);
    folder.failure(&["enrol", "35.10.01.2999"]);
    assert!(!folder.run(&["enrol", "nonsense"]).status.success());
    assert!(!folder.run(&["enrol", OFFICE, "--hours", "0"]).status.success());
    folder.failure(&["revoke", "AAAAAAAAAAAAA"]);
    folder.failure(&["show", "0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40"]);
    folder.failure(&["history", "0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40"]);
}

#[test]
fn commands_work_beside_a_server_which_stops_when_told() {
    let folder = Folder::with_hub();
    let server = Server::start(&folder);
    assert!(server.url.starts_with("https://127.0.0.1:") && !server.url.ends_with(":0"));
    let socket = std::fs::metadata(folder.data().join("admin.sock")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    assert_eq!(folder.json(&["status"])["running"], true);
    assert!(folder.json(&["enrol", OFFICE])["code"].is_string());
    folder.failure(&["enrol", "35.10.01.2999"]);
    folder.failure(&["revoke", "AAAAAAAAAAAAA"]);
    assert_eq!(folder.json(&["rebuild-views"])["documents"], 0);
    assert_eq!(folder.json(&["quarantine", "retry"])["retried"], 0);
    assert!(folder.json(&["verify"])["sound"].as_bool().unwrap());
    let second = folder.failure(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(second["error"].as_str().unwrap().contains("already"));
    assert!(server.stop());
    assert!(!folder.data().join("admin.sock").exists());
    assert_eq!(folder.json(&["status"])["codes_open"], 1);
}

#[test]
fn a_server_killed_at_work_leaves_a_folder_that_works() {
    let folder = Folder::with_hub();
    drop(Server::start(&folder));
    assert!(folder.json(&["enrol", OFFICE])["code"].is_string());
    assert!(Server::start(&folder).stop());
}

#[test]
fn the_report_of_a_night_is_made_once() {
    let folder = Folder::with_hub();
    let refused = folder.failure(&["nightly", "--date", "2026-01-02"]);
    assert!(refused["error"].as_str().unwrap().contains("no machine has joined yet"), "{refused}");
    // 1 January 2026, 12:00 WIB.
    let (mut replica, _) = replica_store::Replica::open(&folder.data(), "test", change_log::EpochId([9; 16])).unwrap();
    let node = change_log::NodeId([5; 8]);
    replica.register_node(node, OFFICE.parse().unwrap(), [5; 32], 1_767_243_600_000).unwrap();
    drop(replica);
    let first = folder.run(&["nightly", "--date", "2026-01-02", "--json"]);
    assert!(first.status.success());
    folder.json(&["enrol", OFFICE]);
    let server = Server::start(&folder);
    let second = folder.run(&["nightly", "--date", "2026-01-02", "--json"]);
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(folder.json(&["nightly", "--date", "2026-01-03"])["totals"]["not_enrolled"], 2);
    folder.failure(&["nightly", "--date", "2200-01-01"]);
    // A year that was mistyped: nobody was there, and no report of it is kept.
    let before = folder.failure(&["nightly", "--date", "2020-01-02"]);
    assert!(before["error"].as_str().unwrap().contains("the first machine joined on 2026-01-01"), "{before}");
    assert!(folder.failure(&["nightly", "--date", "2025-12-31"])["error"].as_str().unwrap().contains("no night"));
    assert!(server.stop());
}

#[test]
fn a_backup_becomes_the_same_hub_and_what_was_there_stays() {
    let folder = Folder::with_hub();
    folder.json(&["enrol", OFFICE]);
    let file = folder.dir.path().join("hub.backup");
    let file = file.to_str().unwrap();
    let server = Server::start(&folder);
    folder.json(&["backup", file]);
    folder.failure(&["backup", file]);
    folder.failure(&["restore", file]);
    assert!(server.stop());
    let before = folder.json(&["status"]);

    let other = Folder::new();
    assert!(other.json(&["restore", file])["moved_aside"].is_null());
    let restored = other.json(&["status"]);
    assert_eq!((&restored["hub"], &restored["codes_open"]), (&before["hub"], &1.into()));
    assert!(Server::start(&other).stop());
    assert_ne!(other.json(&["status"])["epoch"], before["epoch"], "a restored hub begins a new epoch");

    let aside = folder.json(&["restore", file])["moved_aside"].as_str().unwrap().to_owned();
    assert!(std::path::Path::new(&aside).join("replica.db").exists());
    assert!(folder.json(&["verify"])["sound"].as_bool().unwrap());
    let garbage = folder.dir.path().join("garbage");
    std::fs::write(&garbage, [7; 5000]).unwrap();
    folder.failure(&["restore", garbage.to_str().unwrap()]);
    assert_eq!(folder.json(&["status"])["hub"], before["hub"], "a bad backup changes nothing");
}

#[test]
fn settings_are_in_every_backup_and_a_restore_says_what_of_them_came_back() {
    let folder = Folder::with_hub();
    let settings = "mail_to = \"siaga@example.go.id\"\nmail_from = \"pusat@example.go.id\"\nsmtp_host = \"localhost\"\n\
                    smtp_password = \"sangat-rahasia\"\nsmtp_user = \"pusat\"\nreport_minute = 300\nbackup_dir = \"backups\"\n";
    std::fs::write(folder.data().join("sync-server.toml"), settings).unwrap();
    let mut added = folder.command(&["operator", "add", "wayan", "--shown", "Wayan", "--role", "operator", "--json"]);
    let mut added = added.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    added.stdin.take().unwrap().write_all(b"rahasia-panjang-1\n").unwrap();
    assert!(added.wait().unwrap().success());
    let file = folder.dir.path().join("hub.backup");
    folder.json(&["backup", file.to_str().unwrap()]);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "secrets are in it");

    let other = Folder::new();
    let said = other.json(&["restore", file.to_str().unwrap()]);
    let keys = ["backup_dir", "mail_from", "mail_to", "report_minute", "smtp_host", "smtp_password", "smtp_user"];
    assert_eq!((&said["settings"], &said["settings_keys"]), (&"back".into(), &serde_json::json!(keys)));
    let back = other.data().join("sync-server.toml");
    assert_eq!(std::fs::read_to_string(&back).unwrap(), settings);
    assert_eq!(std::fs::metadata(&back).unwrap().permissions().mode() & 0o777, 0o600);
    let reader = replica_store::Reader::open(&other.data()).unwrap();
    assert_eq!(reader.setting("hub-settings").unwrap(), None, "the file alone has them");
    assert!(reader.account("wayan").unwrap().is_some(), "accounts come back, too");
    assert!(reader.setting("operator/factor/wayan").unwrap().is_some(), "with their second factors");
    drop(reader);
    assert!(Server::start(&other).stop(), "the hub starts with them");

    // Settings that are there are newer than any backup.
    std::fs::write(&back, "report_minute = 240\n").unwrap();
    let told = String::from_utf8(other.run(&["restore", file.to_str().unwrap()]).stdout).unwrap();
    assert!(told.contains("the settings that are here stay") && !told.contains("sangat-rahasia"), "{told}");
    assert_eq!(std::fs::read_to_string(&back).unwrap(), "report_minute = 240\n");
}

#[test]
fn settings_come_from_the_file_and_mistakes_are_named() {
    let folder = Folder::with_hub();
    let example = folder.run(&["config", "example"]);
    std::fs::write(folder.data().join("sync-server.toml"), &example.stdout).unwrap();
    folder.json(&["enrol", OFFICE]);
    std::fs::write(folder.data().join("sync-server.toml"), "listne = \"127.0.0.1:0\"\n").unwrap();
    assert!(folder.failure(&["serve"])["error"].as_str().unwrap().contains("listne"));
    std::fs::write(folder.data().join("sync-server.toml"), "listen = \"127.0.0.1:0\"\ncode_hours = 1\n").unwrap();
    let expires = folder.json(&["enrol", OFFICE])["expires_millis"].as_i64().unwrap();
    let now = i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis());
    assert!(expires - now.unwrap() <= 3_600_000);
}

#[test]
fn every_command_has_help_with_examples() {
    let folder = Folder::new();
    let help = String::from_utf8(folder.run(&["--help"]).stdout).unwrap();
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help" && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'))
        .collect();
    assert!(commands.len() >= 18, "{commands:?}");
    for command in commands {
        let help = String::from_utf8(folder.run(&[command, "--help"]).stdout).unwrap();
        assert!(help.contains("Example"), "{command}");
    }
}

#[test]
fn who_was_revoked_after_the_backup_stays_revoked_when_it_is_restored() {
    let folder = Folder::with_hub();
    let node = change_log::NodeId([5; 8]);
    let open = || replica_store::Replica::open(&folder.data(), "a machine", change_log::EpochId([9; 16])).unwrap().0;
    open().register_node(node, OFFICE.parse().unwrap(), [5; 32], 1000).unwrap();
    let file = folder.dir.path().join("hub.backup");
    let file = file.to_str().unwrap();
    folder.json(&["backup", file]);
    folder.json(&["revoke", &node.to_string()]);

    let told = String::from_utf8(folder.run(&["restore", file]).stdout).unwrap();
    assert!(told.contains(&format!("node {node} was revoked")), "{told}");
    let known = replica_store::Reader::open(&folder.data()).unwrap().registered_node(node).unwrap().unwrap();
    assert!(known.revoked_millis.is_some());
    assert!(folder.json(&["verify"])["sound"].as_bool().unwrap());

    let other = Folder::new();
    let mode = |folder: &Folder| std::fs::metadata(folder.data()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let told = String::from_utf8(other.run(&["restore", file]).stdout).unwrap();
    assert!(told.contains("revoke them again"), "{told}");
    assert_eq!(mode(&other), 0o700, "keys and citizens' data are in it");
}

#[test]
fn an_office_whose_machines_are_all_shut_out_is_behind_and_not_as_if_it_had_never_joined() {
    let folder = Folder::with_hub();
    let node = change_log::NodeId([5; 8]);
    let open = || replica_store::Replica::open(&folder.data(), "a machine", change_log::EpochId([9; 16])).unwrap().0;
    open().register_node(node, OFFICE.parse().unwrap(), [5; 32], 1000).unwrap();
    let late = change_log::NodeId([6; 8]);
    open().register_node(late, "35.10.01.2002".parse().unwrap(), [6; 32], 1000).unwrap();
    folder.json(&["revoke", &node.to_string(), "--reason", "hilang"]);
    let status = folder.json(&["status"]);
    let behind = status["offices_behind"].as_array().unwrap();
    let listed: Vec<_> = behind.iter().map(|one| (one["office"].as_str(), one["state"].as_str())).collect();
    assert_eq!(listed, [(Some(OFFICE), Some("shut_out")), (Some("35.10.01.2002"), Some("never"))], "{status}");
    assert!(behind[0]["since_millis"].as_i64().unwrap() > 1000, "{status}");
    let told = String::from_utf8(folder.run(&["status"]).stdout).unwrap();
    assert!(told.contains("2 behind") && told.contains("enrol a new one"), "{told}");
    let offices = folder.json(&["offices", "--enrolled"]);
    assert_eq!((&offices[0]["office"], &offices[0]["nodes"]), (&OFFICE.into(), &0.into()), "{offices}");
    assert!(offices[0]["shut_out_millis"].is_i64() && offices[1]["shut_out_millis"].is_null(), "{offices}");
    let report = folder.json(&["nightly", "--date", "2026-01-03"]);
    let told = (&report["totals"]["shut_out"], &report["totals"]["never"], &report["totals"]["not_enrolled"]);
    assert_eq!(told, (&1.into(), &1.into(), &1.into()), "{report}");
    assert_eq!(report["offices"][1]["reason"], "shut_out", "{report}");
}

#[test]
fn a_blank_reason_is_none_and_shuts_nobody_out() {
    let folder = Folder::with_hub();
    let node = change_log::NodeId([5; 8]);
    let mut hub = replica_store::Replica::open(&folder.data(), "a machine", change_log::EpochId([9; 16])).unwrap().0;
    hub.register_node(node, OFFICE.parse().unwrap(), [5; 32], 1000).unwrap();
    drop(hub);
    let node = node.to_string();
    for command in ["wipe", "revoke", "replace"] {
        for blank in ["", "  "] {
            let told = folder.failure(&[command, &node, "--reason", blank]);
            assert_eq!((&told["blame"], &told["error"]), (&"input".into(), &"the reason is blank".into()), "{command}");
        }
    }
    assert!(folder.json(&["nodes"])[0]["revoked_millis"].is_null());
    folder.json(&["wipe", &node, "--reason", "hilang"]);
    assert_eq!(folder.json(&["nodes"])[0]["revoked_because"], "hilang");
}

#[test]
fn a_database_that_is_malformed_is_a_finding_with_advice() {
    let folder = Folder::with_hub();
    let path = folder.data().join("replica.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // Page 1 stays, so that the file is known as ours; all tables are gone.
    bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0xa5);
    std::fs::write(&path, bytes).unwrap();
    let output = folder.run(&["verify", "--json"]);
    assert!(!output.status.success());
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["sound"], false);
    assert!(told["advice"][0].as_str().unwrap().contains("copy the whole data folder"), "{told}");
}

#[test]
fn exit_codes_say_whose_fault_it_is() {
    let folder = Folder::with_hub();
    let code = |arguments: &[&str]| folder.run(arguments).status.code();
    let unknown = "0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40";
    assert_eq!(code(&["show", unknown]), Some(2));
    assert_eq!(code(&["enrol", "35.99.99.9999"]), Some(2));
    assert_eq!(code(&["list", "--limit", "many"]), Some(2));
    assert_eq!(Folder::new().run(&["status"]).status.code(), Some(3));
    let roster = folder.dir.path().join("roster.csv");
    assert_eq!(code(&["init", "--roster", roster.to_str().unwrap()]), Some(3));
    assert_eq!(code(&["init", "--roster", "/nowhere/roster.csv"]), Some(4));
    let told = folder.failure(&["show", unknown]);
    assert_eq!(told["blame"], "not_found");
    assert!(!told["error"].as_str().unwrap().contains("exchange"), "a hub calls nobody: {told}");
    assert_eq!(folder.failure(&["list", "--limit", "many"])["blame"], "input");
}
