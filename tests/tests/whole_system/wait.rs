//! While the link stays up, what one machine records shows on the others of its office at once.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::regency::{Machine, Regency};

/// Far more than it takes: the test measures, it does not judge how fast this machine is.
const DEADLINE: Duration = Duration::from_secs(60);

/// Waits until `done`, and says how long that took.
fn until(what: &str, mut done: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        sleep(Duration::from_millis(20));
    }
    begun.elapsed()
}

fn is_proven(machine: &Machine) -> bool {
    machine.said(&["status", "--json"])["proven_now"] == true
}

#[test]
fn what_one_machine_records_shows_on_the_other_while_both_wait_at_the_hub() {
    // Were the machines to ask by themselves, they would do so a minute later than this test lasts.
    let mut regency = Regency::new(11, &[("SYNC_SERVER_WAIT_SECONDS", "600")]);
    let (counter, outreach) = (regency.join("counter"), regency.join("outreach"));
    let (serving_counter, serving_outreach) = (counter.serve(), outreach.serve());
    until("both machines are proven equal", || is_proven(&counter) && is_proven(&outreach));
    for round in 1..=4 {
        let (from, to) = if round % 2 == 1 { (&counter, &outreach) } else { (&outreach, &counter) };
        regency.record(from, 1);
        let took = until("the record is on the other machine", || to.ids().len() == round);
        println!("round {round}: on the other machine after {took:?}");
    }
    // A command beside `serve` gets its turn though the machine waits.
    regency.prove(&outreach);
    // Those that wait do not keep the hub from stopping, nor themselves.
    assert!(serving_counter.stop() && serving_outreach.stop());
    regency.check(&counter);
    regency.check(&outreach);
}

#[test]
fn machines_that_wait_are_there_again_after_the_hub_was_away() {
    let mut regency = Regency::new(12, &[("SYNC_SERVER_WAIT_SECONDS", "600")]);
    let (counter, outreach) = (regency.join("counter"), regency.join("outreach"));
    let _serving = (counter.serve(), outreach.serve());
    until("both machines are proven equal", || is_proven(&counter) && is_proven(&outreach));
    crate::regency::kill(&regency.hub.process);
    regency.restart();
    regency.record(&counter, 1);
    let took = until("the record is on the other machine", || outreach.ids().len() == 1);
    println!("on the other machine after {took:?}, the hub's start included");
}

#[test]
fn a_machine_at_which_much_is_recorded_goes_on_hearing_of_what_others_record() {
    let mut regency = Regency::new(13, &[("SYNC_SERVER_WAIT_SECONDS", "600")]);
    let (counter, outreach) = (regency.join("counter"), regency.join("outreach"));
    let _serving = (counter.serve(), outreach.serve());
    until("both machines are proven equal", || is_proven(&counter) && is_proven(&outreach));
    for round in 1..=6 {
        regency.record(&counter, 1);
        until("the record is on the other machine", || outreach.ids().len() == round);
    }
    regency.record(&outreach, 1);
    let took = until("the record is on the busy machine", || counter.ids().len() == 7);
    // A machine that no longer waits at the hub asks again a minute later.
    assert!(took < DEADLINE / 3, "{took:?}");
}
