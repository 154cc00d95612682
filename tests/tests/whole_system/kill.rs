//! Processes killed in the middle of an exchange: what was recorded is on the hub exactly once.

use std::sync::Arc;

use fleet::generate::Dice;

use crate::proxy::Way;
use crate::regency::{Regency, Victim, kill};

/// Kills of each kind.
const KILLS: usize = 8;

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
        kill_node_after(&regency, &machine, way, bytes);
        regency.record(&machine, 20);
    }
    regency.check(&machine);

    // A new machine of the office is killed again and again while it fetches what the other recorded.
    let other = regency.join("second");
    for _ in 0..KILLS {
        kill_node_after(&regency, &other, Way::Down, 800 + dice.below(20_000) as usize);
    }
    regency.check(&other);
    regency.check(&machine);
}

fn kill_node_after(regency: &Regency, machine: &crate::regency::Machine, way: Way, bytes: usize) {
    let node = Victim::default();
    let victim = Arc::clone(&node);
    regency.link.break_after(way, bytes, move || kill(&victim));
    machine.try_as(&node);
    assert!(regency.link.is_broken(), "{way:?} {bytes} never passed");
    regency.link.mend();
}

/// When to kill: after so many bytes in a direction, fewer than any exchange with twenty new records has.
fn moment(dice: &mut Dice, turn: usize) -> (Way, usize) {
    if turn.is_multiple_of(2) {
        (Way::Up, dice.between(400, 2200) as usize)
    } else {
        (Way::Down, dice.between(1, 1000) as usize)
    }
}
