//! Letter numbers with the real programs: two machines of an office, killed and restored on either side.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use whole_system::folder;

use crate::programs::{sync_server, village_node};
use crate::regency::{Machine, OFFICE, Regency, done, json};

/// The numbers of all letters of a machine's office.
fn numbers(machine: &Machine) -> Vec<String> {
    machine.rows().iter().filter_map(|row| row["number"].as_str().map(str::to_owned)).collect()
}

fn left(machine: &Machine) -> u64 {
    machine.said(&["status", "--json"])["numbers_left"].as_u64().unwrap_or_default()
}

/// Every serial that the register knows is there once, and every letter is in it.
fn check_register(machine: &Machine) {
    let register = machine.said(&["numbers", "--register", "--json"]);
    let lines = register["lines"].as_array().unwrap();
    let mut next = 1;
    for line in lines {
        assert_eq!(line["first"].as_u64(), Some(next), "{line}");
        next = line["last"].as_u64().unwrap() + 1;
    }
    let issued: BTreeSet<&str> = lines.iter().filter_map(|line| line["letter"]["number"].as_str()).collect();
    assert_eq!(issued.len(), lines.iter().filter(|line| line["letter"].is_object()).count());
    assert_eq!(issued, numbers(machine).iter().map(String::as_str).collect());
}

#[test]
fn two_machines_number_their_letters_apart_and_account_for_every_number() {
    let mut regency = Regency::new(31, &[]);
    let (front, back) = (regency.join("front"), regency.join("back"));
    let rule =
        ["numbers", "rule", OFFICE, "--template", "[kode]/[nomor,3]/KEP/[kode_unit]/[tahun]", "--unit", "429.523.03"];
    done(sync_server(&regency.hub.data).args(rule));
    regency.prove(&front);
    regency.prove(&back);
    assert_eq!((left(&front), left(&back)), (100, 100));
    // What was granted keeps its form, which the command says of each machine; the same rule again changes nothing.
    let set = |rule: &[&str]| json(&done(sync_server(&regency.hub.data).args(rule).arg("--json")));
    let changed = set(&["numbers", "rule", OFFICE, "--template", "[kode]/[nomor]/[tahun]"]);
    let mut held: Vec<_> =
        changed["form_of_before"].as_array().unwrap().iter().map(|one| one["node"].clone()).collect();
    held.sort_by_key(Value::to_string);
    let mut nodes = [node_of(&front), node_of(&back)].map(Value::from);
    nodes.sort_by_key(Value::to_string);
    assert_eq!(held, nodes, "{changed}");
    assert_eq!(set(&rule)["form_of_before"], Value::Array(Vec::new()));
    // No link from here on.
    regency.record(&front, 70);
    regency.record(&back, 70);
    let (of_front, of_back) = (numbers(&front), numbers(&back));
    assert!(of_front.len() > 40 && of_front.iter().all(|number| number.contains("/KEP/429.523.03/20")), "{of_front:?}");
    check_register(&front);
    assert!(front.try_once());
    regency.prove(&back);
    regency.prove(&front);
    let all: BTreeSet<String> = numbers(&front).into_iter().collect();
    assert_eq!(all.len(), of_front.len() + of_back.len(), "a number was given twice");
    check_register(&front);
    check_register(&back);
    let hub = json(&done(sync_server(&regency.hub.data).args(["numbers", "--json"])));
    assert_eq!(hub["given_twice"], Value::Array(Vec::new()));
    assert_eq!(hub["offices"][0]["used"].as_u64().unwrap(), all.len() as u64);
    assert_eq!(left_at_hub(&regency), left(&front) + left(&back));
    let more = json(&done(sync_server(&regency.hub.data).args([
        "numbers",
        "grant",
        node_of(&back).as_str(),
        "--count",
        "150",
        "--json",
    ])));
    assert_eq!(more["granted"][0]["last"].as_u64().unwrap() - more["granted"][0]["first"].as_u64().unwrap(), 149);
    let before = left(&back);
    regency.prove(&back);
    assert_eq!(left(&back), before + 150);
    regency.check(&front);
    regency.check(&back);
    done(sync_server(&regency.hub.data).args(["revoke", node_of(&front).as_str()]));
    assert_eq!(left_at_hub(&regency), left(&back), "nobody issues what a machine that is shut out has left");
}

#[test]
fn a_folder_that_was_copied_and_put_back_gives_no_number_again() {
    let mut regency = Regency::new(36, &[]);
    let machine = regency.join("front");
    regency.prove(&machine);
    let away = regency.folder().join("away");
    folder::copy(&machine.data, &away).unwrap();
    regency.record(&machine, 3);
    let given: BTreeSet<String> = numbers(&machine).into_iter().collect();
    assert!(!given.is_empty());
    // No link: what was recorded since the copy is on paper alone.
    folder::copy(&away, &machine.data).unwrap();
    regency.record(&machine, 10);
    let again = numbers(&machine);
    assert!(again.iter().all(|number| !given.contains(number)), "{again:?} after {given:?}");
    assert_eq!(again, Vec::<String>::new(), "which numbers are free the hub alone knows");
    regency.prove_any(&machine);
    regency.record(&machine, 10);
    let after = numbers(&machine);
    assert!(!after.is_empty() && after.iter().all(|number| !given.contains(number)), "{after:?} after {given:?}");
    check_register(&machine);
}

/// What the hub says that the office has left.
fn left_at_hub(regency: &Regency) -> u64 {
    let said = json(&done(sync_server(&regency.hub.data).args(["numbers", "--json"])));
    said["offices"][0]["left"].as_u64().unwrap()
}

fn node_of(machine: &Machine) -> String {
    machine.said(&["status", "--json"])["node"].as_str().unwrap().to_owned()
}

#[test]
fn after_a_restore_on_either_side_no_number_comes_again() {
    let mut regency = Regency::new(32, &[]);
    let front = regency.join("front");
    regency.prove(&front);
    let (hub_backup, node_backup) = (regency.folder().join("hub.backup"), regency.folder().join("node.backup"));
    done(sync_server(&regency.hub.data).arg("backup").arg(&hub_backup));
    done(village_node(&front.data).arg("backup").arg(&node_backup));
    regency.record(&front, 60);
    let printed: BTreeSet<String> = numbers(&front).into_iter().collect();
    regency.prove(&front);
    // The machine's disk dies: what it had printed is at the hub, what its backup would print next is not.
    done(village_node(&front.data).args(["restore", "--replace", "--leave-unsent"]).arg(&node_backup));
    assert_eq!(left(&front), 0, "the old life's numbers are not to be given out again");
    regency.record(&front, 3);
    regency.prove(&front);
    assert!(left(&front) > 0);
    regency.prove(&front);
    // The hub's diary of calls, which tells in which life a machine is, is written a moment later.
    let (wanted, until) = (left(&front), Instant::now() + Duration::from_secs(20));
    while left_at_hub(&regency) != wanted {
        assert!(Instant::now() < until, "{} of {wanted}: the old life's numbers are not left", left_at_hub(&regency));
        std::thread::sleep(Duration::from_millis(200));
    }
    regency.record(&front, 20);
    regency.prove(&front);
    let all = numbers(&front);
    let once: BTreeSet<&String> = all.iter().collect();
    assert_eq!(once.len(), all.len());
    assert!(printed.iter().all(|number| once.contains(number)));
    // The hub's disk dies, too.
    regency.hub.stop();
    done(sync_server(&regency.hub.data).arg("restore").arg(&hub_backup));
    regency.restart();
    regency.prove(&front);
    let before = left(&front);
    regency.record(&front, usize::try_from(before).unwrap() + 20);
    regency.prove(&front);
    let all = numbers(&front);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    assert_eq!(left(&front), 0, "a restored hub waits before it grants");
    let shown = json(&done(sync_server(&regency.hub.data).args(["numbers", "show", OFFICE, "--json"])));
    assert!(shown["after_restore"][0]["above"].as_u64().is_some_and(|above| above > 700), "{shown}");
    let denied =
        sync_server(&regency.hub.data).args(["numbers", "grant", node_of(&front).as_str(), "--count", "5"]).output();
    let denied = denied.unwrap();
    assert!(!denied.status.success());
    assert!(String::from_utf8_lossy(&denied.stdout).contains("restored"), "{denied:?}");
    check_register(&front);
    regency.check(&front);
}

#[test]
fn a_machine_that_joined_after_the_backup_comes_back_to_a_restored_hub_with_all_that_it_holds() {
    let mut regency = Regency::new(38, &[]);
    let front = regency.join("front");
    regency.prove(&front);
    let backup = regency.folder().join("hub.backup");
    done(sync_server(&regency.hub.data).arg("backup").arg(&backup));
    let late = regency.join("late");
    regency.record(&late, 5);
    regency.prove(&late);
    regency.hub.stop();
    done(sync_server(&regency.hub.data).arg("restore").arg(&backup));
    regency.restart();
    regency.record(&late, 3);
    let node = |arguments: &[&str]| village_node(&late.data).args(arguments).output().unwrap();
    let said = node(&["sync", "--patience", "0"]);
    let told = String::from_utf8(said.stderr).unwrap();
    assert!(!said.status.success() && told.contains("enrol --again"), "{told}");
    let hub = format!("https://{}", regency.link.address);
    let code = |office: &str| regency.hub.says(&["enrol", office]).1["code"].as_str().unwrap().to_owned();
    // A code for another office brings nobody in, and can still be used.
    let (other, own) = (code("35.10.01.2002"), code(OFFICE));
    let again = |code: &str| node(&["enrol", "--hub", &hub, "--code", code, "--again"]);
    let told = String::from_utf8(again(&other).stderr).unwrap();
    assert!(told.contains("for another office"), "{told}");
    assert!(!node(&["enrol", "--hub", &hub, "--code", &own]).status.success(), "not by mistake");
    let said = again(&own);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    regency.prove(&late);
    assert_eq!(regency.hub.says(&["list"]).1["rows"].as_array().unwrap().len(), 8);
    // Shut out, no code lets it in again.
    let id = node_of(&late);
    regency.hub.says(&["revoke", &id]);
    let told = String::from_utf8(again(&code(OFFICE)).stderr).unwrap();
    assert!(told.contains("shut this machine out"), "{told}");
}
