//! Processes killed in the middle of an exchange: what was recorded is on the hub exactly once.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use fleet::generate::Dice;

use crate::proxy::Way;
use crate::regency::{Machine, Regency, Victim, kill};

/// Kills of each kind.
const KILLS: usize = 12;
/// So long one exchange takes at most where these tests draw the moment of a kill, in microseconds.
const EXCHANGE_MICROS: u32 = 60_000;

#[test]
fn a_hub_killed_in_the_middle_loses_and_doubles_nothing() {
    let mut regency = Regency::new(1, &[]);
    let machine = regency.join("office");
    regency.record(&machine, 200);
    let mut dice = Dice::new(1);
    for turn in 0..KILLS {
        let (way, bytes) = moment(&mut dice, turn);
        let hub = Arc::clone(&regency.hub.process);
        regency.link.break_after(way, bytes, move || kill(&hub));
        assert!(!machine.try_once(), "turn {turn}: proven by a hub that was killed");
        assert!(regency.link.is_broken() && !regency.hub.is_up(), "turn {turn}: {way:?} {bytes} never passed");
        regency.restart();
        regency.record(&machine, 20);
    }
    regency.check(&machine);
}

#[test]
fn a_node_killed_in_the_middle_loses_and_doubles_nothing() {
    let mut regency = Regency::new(2, &[]);
    let machine = regency.join("office");
    regency.record(&machine, 200);
    let mut dice = Dice::new(2);
    for turn in 0..KILLS {
        let (way, bytes) = moment(&mut dice, turn);
        assert!(kill_node_after(&regency, &machine, way, bytes), "turn {turn}: {way:?} {bytes} never passed");
        regency.record(&machine, 20);
    }
    regency.check(&machine);

    // A new machine of the office is killed again and again while it fetches what the other recorded.
    let other = regency.join("second");
    let bytes: Vec<usize> = (0..KILLS).map(|_| dice.between(800, 3000) as usize).collect();
    let killed = bytes.iter().filter(|bytes| kill_node_after(&regency, &other, Way::Down, **bytes)).count();
    // Once it has all of it, an exchange is over sooner.
    assert!(killed > 2, "{killed} kills at {bytes:?}");
    regency.check(&other);
    regency.check(&machine);
}

/// False when the exchange was over before.
fn kill_node_after(regency: &Regency, machine: &Machine, way: Way, bytes: usize) -> bool {
    let node = Victim::default();
    let victim = Arc::clone(&node);
    regency.link.break_after(way, bytes, move || kill(&victim));
    machine.try_as(&node);
    let is_killed = regency.link.is_broken();
    regency.link.mend();
    is_killed
}

#[test]
fn node_and_hub_killed_at_any_moment_lose_and_double_nothing() {
    let seed = 11;
    let mut regency = Regency::new(seed, &[]);
    let machine = regency.join("office");
    let mut dice = Dice::new(seed);
    for turn in 0..2 * KILLS {
        regency.record(&machine, 40);
        let node = Victim::default();
        let is_node = turn.is_multiple_of(2);
        let victim = Arc::clone(if is_node { &node } else { &regency.hub.process });
        let moment = Duration::from_micros(dice.below(EXCHANGE_MICROS).into());
        println!("seed {seed}, turn {turn}: kills the {} after {moment:?}", if is_node { "node" } else { "hub" });
        let killer = thread::spawn(move || {
            thread::sleep(moment);
            kill(&victim);
        });
        machine.try_as(&node);
        killer.join().unwrap();
        if !is_node {
            regency.restart();
        }
    }
    regency.check(&machine);
}

#[test]
fn a_sync_outlives_a_hub_that_is_killed_and_comes_back() {
    let seed = 12;
    let mut regency = Regency::new(seed, &[]);
    let machine = regency.join("office");
    let mut dice = Dice::new(seed);
    for turn in 0..KILLS {
        regency.record(&machine, 60);
        let (way, bytes) = moment(&mut dice, turn);
        let (tell, told) = mpsc::channel();
        let hub = Arc::clone(&regency.hub.process);
        regency.link.break_after(way, bytes, move || {
            kill(&hub);
            tell.send(()).unwrap();
        });
        let sync = machine.sync("60");
        told.recv().unwrap();
        regency.restart();
        let output = sync.wait_with_output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "seed {seed}, turn {turn}, {way:?} {bytes}: {words}");
        let proven: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(proven["cuts"].as_u64() > Some(0), "turn {turn}: {proven}");
    }
    regency.check(&machine);
}

#[test]
fn a_sync_says_so_when_the_hub_stays_away() {
    let mut regency = Regency::new(13, &[]);
    let machine = regency.join("office");
    regency.record(&machine, 60);
    let hub = Arc::clone(&regency.hub.process);
    regency.link.break_after(Way::Up, 2000, move || kill(&hub));
    let output = machine.sync("1").wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    let told: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    for text in [&told["error"]["text"]["id"], &told["error"]["text"]["en"]] {
        assert!(text.as_str().is_some_and(|text| text.len() > 40), "{told}");
    }
    regency.restart();
    regency.check(&machine);
}

/// When to kill: after so many bytes in a direction, fewer than any exchange with twenty new records has.
fn moment(dice: &mut Dice, turn: usize) -> (Way, usize) {
    if turn.is_multiple_of(2) {
        (Way::Up, dice.between(400, 2200) as usize)
    } else {
        (Way::Down, dice.between(1, 1000) as usize)
    }
}
