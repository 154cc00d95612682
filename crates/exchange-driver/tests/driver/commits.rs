//! What a call may change at the hub, and what it may not.

use change_log::EpochId;

use crate::pair::{Pair, record};

#[test]
fn nothing_that_comes_with_a_refused_call_reaches_another_offices_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let log = EpochId([1; 16]);
    let (mut owner, of_owner) = pair.node(dir.path(), 1, "35.10.01.2001", log);
    let (mut thief, of_thief) = pair.node(dir.path(), 2, "35.10.24.2008", log);
    pair.arrives(&mut owner, &of_owner);
    let held = pair.hub.log(log).unwrap().unwrap();
    assert_eq!(held.position, 1);
    // It knows the other office's epoch and goes on where that log ends.
    record(&mut thief, of_thief.office, 2);
    thief.acknowledge(log, 1).unwrap();
    let told = pair.arrives(&mut thief, &of_thief);
    assert_eq!(pair.hub.log(log).unwrap().unwrap(), held);
    let fault = sync_exchange::fault(sync_exchange::FORK).encode();
    assert_eq!(told, fault, "one fault and nothing else");
}
