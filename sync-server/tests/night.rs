//! The night's report over `kill -9` and missed nights, with the real program.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that finds something else has failed")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use change_log::{EpochId, NodeId};
use chrono::{DateTime, Days, NaiveDate, TimeDelta};
use replica_store::{Reader, Replica};
use serde_json::Value;
use support::{Folder, OFFICE, Server};

const DAY: i64 = 24 * 3_600_000;
/// Far more than it takes.
const DEADLINE: Duration = Duration::from_secs(60);
/// The report of such a small hub takes at most about so long.
const NIGHT_MICROS: u64 = 120_000;

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn today() -> NaiveDate {
    (DateTime::from_timestamp_millis(now()).unwrap().naive_utc() + TimeDelta::hours(7)).date()
}

/// Numbers that are the same in each run, as wide as asked for.
fn dice(turn: u64, below: u64) -> u64 {
    (turn + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) % below
}

/// A hub with backups, reports due at midnight, and a machine that joined some days ago.
fn hub(days: i64) -> (Folder, PathBuf) {
    let folder = Folder::with_hub();
    let backups = folder.dir.path().join("backups");
    let settings = format!("report_minute = 0\nbackup_dir = \"{}\"\nbackups_kept = 2\n", backups.display());
    std::fs::write(folder.data().join("sync-server.toml"), settings).unwrap();
    let (mut replica, _) = Replica::open(&folder.data(), &sync_server::clock::machine(), EpochId([9; 16])).unwrap();
    replica.register_node(NodeId([5; 8]), OFFICE.parse().unwrap(), [5; 32], now() - days * DAY).unwrap();
    drop(replica);
    (folder, backups)
}

fn reports(folder: &Folder) -> Vec<NaiveDate> {
    let keys = Reader::open(&folder.data()).unwrap().setting_keys("nightly/").unwrap();
    keys.iter().map(|key| key.strip_prefix("nightly/").unwrap().parse().unwrap()).collect()
}

fn report(folder: &Folder, date: NaiveDate) -> Value {
    let kept = Reader::open(&folder.data()).unwrap().setting(&format!("nightly/{date}")).unwrap().unwrap();
    serde_json::from_slice(&kept).unwrap()
}

/// Backups and whatever else lies in their folder.
fn names(backups: &Path) -> Vec<String> {
    let Ok(found) = std::fs::read_dir(backups) else { return Vec::new() };
    let mut names: Vec<_> = found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_report_killed_at_any_moment_is_made_by_the_next_try_and_only_once() {
    let date = today().to_string();
    let arguments = ["nightly", "--early", "--date", &date, "--json"];
    let file = format!("hub-{date}.backup");
    let undisturbed = {
        let (folder, _) = hub(3);
        let began = Instant::now();
        assert!(folder.run(&arguments).status.success());
        began.elapsed()
    };
    let mut killed = 0;
    for twelfth in 0..12 {
        let (folder, backups) = hub(3);
        let mut child = folder.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(undisturbed * twelfth / 12);
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        let first = folder.run(&arguments);
        assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
        assert_eq!(names(&backups), [file.as_str()], "what a killed one left is gone");
        let told = report(&folder, today());
        assert_eq!((&told["backup"]["state"], &told["check"]["sound"]), (&"made".into(), &true.into()), "{told}");
        assert_eq!(folder.run(&arguments).stdout, first.stdout);
        assert!(folder.json(&["verify"])["sound"].as_bool().unwrap());
        let other = Folder::new();
        other.json(&["restore", backups.join(&file).to_str().unwrap()]);
        assert_eq!(other.json(&["status"])["hub"], folder.json(&["status"])["hub"]);
    }
    // The first ones were, unless it is four times as fast as it was alone.
    assert!(killed > 3, "killed {killed} times only");
}

#[test]
fn a_server_killed_in_its_night_goes_on_with_it_when_it_is_back() {
    let (folder, backups) = hub(3);
    let date = today().to_string();
    for turn in 0..12 {
        let server = Server::start(&folder);
        std::thread::sleep(Duration::from_micros(dice(turn, NIGHT_MICROS)));
        // `kill -9`.
        drop(server);
        let made = reports(&folder);
        let all: Vec<_> = (0..3).rev().map(|back| today() - Days::new(back)).collect();
        assert!(all.starts_with(&made), "the oldest first: {made:?}");
    }
    let server = Server::start(&folder);
    let deadline = Instant::now() + DEADLINE;
    while reports(&folder).len() < 3 {
        assert!(Instant::now() < deadline, "{:?}", reports(&folder));
        std::thread::sleep(Duration::from_millis(10));
    }
    let all: Vec<_> = reports(&folder).into_iter().map(|date| report(&folder, date)).collect();
    let states: Vec<_> = all.iter().map(|report| report["backup"]["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["missed", "missed", "made"], "of a night that is long over no backup can be made");
    assert!(all.is_sorted_by_key(|report| report["made_millis"].as_i64().unwrap()));
    assert!(all[..2].iter().all(|report| report["caught_up"] == true), "{all:?}");
    assert!(all.iter().all(|report| report["offices"][1]["state"] == "never" || report["totals"]["never"] == 1));
    // Asked for beside the server: what is there.
    assert_eq!(&folder.json(&["nightly", "--early", "--date", &date]), all.last().unwrap());
    assert_eq!(names(&backups), [format!("hub-{date}.backup")]);
    assert!(server.stop());
    assert!(folder.json(&["verify"])["sound"].as_bool().unwrap());
}

#[test]
fn a_server_that_runs_makes_the_report_that_a_command_asks_for_and_answers_others_meanwhile() {
    let (folder, backups) = hub(0);
    let server = Server::start(&folder);
    let date = today().to_string();
    let mut asking =
        folder.command(&["nightly", "--early", "--date", &date, "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    // The writer is free.
    assert!(folder.json(&["enrol", OFFICE])["code"].is_string());
    assert!(asking.wait().unwrap().success());
    assert_eq!(names(&backups), [format!("hub-{date}.backup")]);
    let beyond = (today() + Days::new(1)).to_string();
    assert_eq!(folder.failure(&["nightly", "--early", "--date", &beyond])["blame"], "input");
    assert!(server.stop());
}

#[test]
fn damage_and_a_full_place_for_backups_are_told_and_the_report_is_made_all_the_same() {
    let (folder, backups) = hub(1);
    std::fs::write(&backups, "a file where the folder should be").unwrap();
    // The key file of another hub.
    let other = Folder::with_hub();
    std::fs::copy(other.data().join("hub-keys.json"), folder.data().join("hub-keys.json")).unwrap();
    let told = folder.json(&["nightly", "--early", "--date", &today().to_string()]);
    assert_eq!((&told["check"]["sound"], &told["backup"]["state"]), (&false.into(), &"failed".into()), "{told}");
    assert!(told["check"]["problems"][0].as_str().unwrap().contains("another hub"), "{told}");
    assert!(told["backup"]["error"].as_str().unwrap().contains("backups"), "{told}");
    let text = String::from_utf8(folder.run(&["nightly", "--early", "--date", &today().to_string()]).stdout).unwrap();
    assert!(text.contains("DAMAGED") && text.contains("backup: failed"), "{text}");
}

#[test]
fn forms_need_a_place_and_wrong_words_are_told() {
    let (folder, _) = hub(0);
    let date = today().to_string();
    assert_eq!(folder.failure(&["nightly", "--early", "--date", &date, "--format", "csv"])["blame"], "input");
    assert_eq!(
        folder.failure(&["nightly", "--early", "--date", &date, "--format", "pdf", "--out", "x"])["blame"],
        "input"
    );
    let nowhere = folder.dir.path().join("no/such/folder.csv");
    let nowhere = nowhere.to_str().unwrap();
    assert_eq!(
        folder.failure(&["nightly", "--early", "--date", &date, "--format", "csv", "--out", nowhere])["blame"],
        "machine"
    );
    let out = folder.dir.path().join("night.csv");
    let said = folder.json(&[
        "nightly",
        "--early",
        "--date",
        &date,
        "--format",
        "csv",
        "--language",
        "en",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(said["format"], "csv");
    assert!(std::fs::read_to_string(out).unwrap().contains("Report of the night"));
}
