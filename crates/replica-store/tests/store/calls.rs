//! The hub's diary of the nodes that call, and figures of all offices.

use change_log::NodeId;
use replica_store::{CALL_DAYS, HubWork, NodeCall, Replica};

use crate::world::*;

const DAY: i64 = 24 * 3_600_000;

fn call(at_millis: i64, outcome: &str, changes: u64) -> NodeCall {
    NodeCall {
        node: node_id(1),
        at_millis,
        outcome: outcome.to_owned(),
        duration_millis: 1000,
        bytes_up: 100,
        bytes_down: 50,
        changes,
        exchanges: 1,
        epoch: epoch(1),
        claimed: changes,
    }
}

fn note(hub: &mut Replica, call: NodeCall) {
    hub.hub_commit(&[vec![HubWork::Called(call)]]).unwrap();
}

#[test]
fn quiet_calls_are_one_line_and_days_are_counted_in_wib() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    // 16:59 and 17:01 UTC are two days in Java.
    let evening = 17 * 3_600_000;
    note(&mut hub, call(evening - 60_000, "proven", 3));
    for minute in 1..4 {
        note(&mut hub, NodeCall { claimed: 3, ..call(evening + minute * 60_000, "waited", 0) });
    }
    note(&mut hub, call(evening + 300_000, "cut", 0));
    let calls = hub.calls(node_id(1), 10).unwrap();
    let told: Vec<_> = calls.iter().map(|call| (call.outcome.as_str(), call.exchanges, call.bytes_up)).collect();
    assert_eq!(told, [("cut", 1, 100), ("waited", 3, 300), ("proven", 1, 100)]);
    let days = hub.call_days(0).unwrap().remove(&node_id(1)).unwrap();
    let told: Vec<_> = days.iter().map(|day| (day.day, day.exchanges, day.cuts, day.changes, day.hours)).collect();
    assert_eq!(told, [(0, 1, 0, 3, 1 << 23), (1, 4, 1, 0, 1)]);
    assert!(hub.call_days(2).unwrap().is_empty());
    assert_eq!(hub.calls(NodeId([9; 8]), 10).unwrap(), []);
}

#[test]
fn old_calls_go_and_their_days_stay() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1]);
    note(&mut hub, call(0, "proven", 1));
    note(&mut hub, call((CALL_DAYS + 1) * DAY, "proven", 1));
    assert_eq!(hub.calls(node_id(1), 10).unwrap().len(), 1);
    assert_eq!(hub.call_days(0).unwrap()[&node_id(1)].len(), 2);
}

#[test]
fn what_a_node_claims_beyond_what_is_here_is_told() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (mut hub, mut node) = (hub(dirs[0].path(), &[1]), node(dirs[1].path(), 1));
    for millis in 0..3 {
        node.create_transaction(&transaction("Budi", "35"), &clock(millis)).unwrap();
    }
    push(&mut node, &mut hub, 2);
    assert_eq!(hub.claimed_beyond(&call(0, "cut", 3)).unwrap(), Some(1));
    push(&mut node, &mut hub, 2);
    assert_eq!(hub.claimed_beyond(&call(0, "cut", 3)).unwrap(), Some(0));
    assert_eq!(hub.claimed_beyond(&NodeCall { epoch: epoch(9), ..call(0, "cut", 3) }).unwrap(), None);
}

#[test]
fn figures_of_all_offices_come_at_once() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (mut hub, mut node) = (hub(dirs[0].path(), &[1]), node(dirs[1].path(), 1));
    for millis in 0..3 {
        node.create_transaction(&transaction("Budi", "35"), &clock(millis)).unwrap();
    }
    push(&mut node, &mut hub, 10);
    judge(&mut hub);
    let counts = hub.office_counts().unwrap();
    let one = counts[&office()];
    assert_eq!((counts.len(), one.transactions, one.divergent, one.quarantined), (1, 3, 0, 0));
    assert_eq!(hub.made_in(&[-250..-248, -248..9, 9..10]).unwrap(), [2, 1, 0]);
    assert_eq!(hub.quarantine_of(&office(), 10).unwrap(), []);
}
