//! The hub judges in a process of its own, which may be killed at any time and never outlives the hub.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use crate::regency::{Regency, kill};

const TURNS: usize = 4;
/// Processes killed in a turn: fewer than make a document guilty, even if all die of the same one.
const KILLS: usize = 4;

#[test]
fn a_gate_killed_while_batches_come_in_costs_nothing() {
    let mut regency = Regency::new(9, &[]);
    let machine = regency.join("office");
    let mut killed = BTreeSet::new();
    for turn in 0..TURNS {
        regency.record(&machine, 200);
        let hub = id(&regency);
        let over = AtomicBool::new(false);
        let now = thread::scope(|scope| {
            let reaper = scope.spawn(|| {
                let mut now = BTreeSet::new();
                while !over.load(Ordering::Relaxed) && now.len() < KILLS {
                    for gate in children(hub) {
                        now.insert(gate);
                        end(gate);
                    }
                    thread::yield_now();
                }
                now
            });
            regency.prove(&machine);
            over.store(true, Ordering::Relaxed);
            reaper.join().unwrap()
        });
        assert!(!now.is_empty(), "turn {turn}: the hub judged without a process");
        killed.extend(now);
    }
    // The last one may have died idle, which its hub finds out when it needs it again.
    regency.record(&machine, 1);
    regency.prove(&machine);
    regency.check_data(&machine);
    assert!(killed.len() >= TURNS, "{killed:?}");
    // None is left behind dead.
    let left = children(id(&regency));
    assert!(left.len() <= 1 && left.iter().all(|gate| !is_over(*gate)), "{left:?}");
}

#[test]
fn the_gate_of_a_killed_hub_ends_with_it() {
    let mut regency = Regency::new(10, &[]);
    let machine = regency.join("office");
    for _ in 0..3 {
        regency.record(&machine, 20);
        regency.prove(&machine);
        let gates = children(id(&regency));
        assert_eq!(gates.len(), 1);
        kill(&regency.hub.process);
        while !gates.iter().all(|gate| is_over(*gate)) {
            thread::yield_now();
        }
        regency.restart();
    }
    regency.check(&machine);
}

fn id(regency: &Regency) -> u32 {
    regency.hub.process.lock().unwrap().as_ref().unwrap().id()
}

fn end(process: u32) {
    let process = Pid::from_raw(process.try_into().unwrap()).unwrap();
    // It may be gone already.
    let _ = kill_process(process, Signal::KILL);
}

/// Child processes of a process.
fn children(parent: u32) -> Vec<u32> {
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    processes.filter(|process| stat(*process).is_some_and(|(_, of)| of == parent)).collect()
}

/// Whether a process is gone, or dead and only not waited for yet.
fn is_over(process: u32) -> bool {
    stat(process).is_none_or(|(state, _)| state == 'Z')
}

/// State and parent of a process that there is.
fn stat(process: u32) -> Option<(char, u32)> {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything.
    let mut rest = line.rsplit_once(") ")?.1.split(' ');
    Some((rest.next()?.chars().next()?, rest.next()?.parse().ok()?))
}
