//! A machine's clock that is wrong, or of which nobody knows whether it is right.

use change_log::EpochId;
use replica_store::Replica;

use crate::office::{Machine, Office};

const DAY: i64 = 24 * 3_600_000;

/// What the last exchange told of the hub's clock, as it would stand there had it been told at another time.
fn told(machine: &mut Machine, offset: i64, told_at: i64) {
    machine.kill();
    let head = std::fs::read_to_string(machine.data.join("replica.head")).unwrap();
    let name = head.split_whitespace().nth(4).unwrap().to_owned();
    let (mut replica, opened) = Replica::open(&machine.data, &name, EpochId([7; 16])).unwrap();
    assert_eq!(opened.epoch_began, None);
    for (key, value) in [("hub_offset_millis", offset), ("hub_offset_told_at", told_at)] {
        replica.set_setting(key, value.to_string().as_bytes()).unwrap();
    }
    drop(replica);
    machine.serve();
}

fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// A letter that was checked and waits for a signature, and no link from there on.
fn ready(office: &mut Office, machine: &Machine) -> String {
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    for step in ["diajukan", "diperiksa"] {
        machine.says(&["step", &id, step]);
    }
    office.hub_gone();
    id
}

#[tokio::test]
async fn nothing_is_signed_while_the_clock_shows_a_time_from_before_the_hub_was_heard() {
    let mut office = Office::new();
    let mut machine = office.machine("counter");
    let id = ready(&mut office, &machine);
    told(&mut machine, 0, now() + 49 * DAY);
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&machine.url).await;
    browser.says("Jam komputer ini salah: terlambat sedikitnya 4").await;
    assert!(machine.refuses(&["step", &id, "ditandatangani"]).contains("before the hub was last heard"));
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.click("button[value=ditandatangani]").await;
    browser.says("lebih awal daripada kontak terakhir dengan pusat").await;
    assert_eq!(machine.says(&["show", &id])["status"], "diperiksa");
    assert_eq!(machine.says(&["status"])["clock_state"], "behind");
}

#[tokio::test]
async fn somebody_says_whether_a_clock_that_was_slow_is_right_by_now() {
    let mut office = Office::new();
    let mut machine = office.machine("counter");
    let id = ready(&mut office, &machine);
    // It was 39 days slow, and was set right while the program was off.
    told(&mut machine, 39 * DAY, now() - 39 * DAY - 3_600_000);
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.click("button[value=ditandatangani]").await;
    browser.says("belum pasti benar").await;
    browser.click("#jam-diragukan").await;
    browser.says("Benarkah tanggal dan jam komputer ini?").await;
    assert_eq!(browser.violations().await, Vec::<String>::new());
    browser.click("#jam button.main").await;
    browser.until("!document.querySelector('#jam-diragukan')").await;
    machine.says(&["step", &id, "ditandatangani"]);
    let made = machine.says(&["list"])["rows"][0]["changed_millis"].as_i64().unwrap();
    assert!((now() - made).abs() < DAY);
    assert_eq!(machine.says(&["status"])["clock_state"], "known");
}

#[tokio::test]
async fn a_clock_that_was_days_ahead_is_asked_about_once_the_program_was_off() {
    let mut office = Office::new();
    let mut machine = office.machine("counter");
    let id = ready(&mut office, &machine);
    // It was three days ahead, and was set right while the program was off for more than that.
    told(&mut machine, -3 * DAY, now() - 2 * DAY);
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.until("document.querySelector('#jam-diragukan')").await;
    assert!(machine.refuses(&["step", &id, "ditandatangani"]).contains("nobody knows whether that is right"));
    browser.click("#jam-diragukan").await;
    browser.click("#jam button.main").await;
    browser.until("!document.querySelector('#jam-diragukan')").await;
    machine.says(&["step", &id, "ditandatangani"]);
    let made = machine.says(&["list"])["rows"][0]["changed_millis"].as_i64().unwrap();
    assert!((now() - made).abs() < DAY);
}
