//! Machines that were shut out and are to wipe themselves: what they are told, and what is taken from them.

use change_log::EpochId;
use exchange_driver::{DriverError, HubIdentity, Outcome, order_wipe, take_back_wipe};
use sync_protocol::{FaultCode, SigningKey};

use crate::pair::{Pair, record};

const OFFICE: &str = "35.10.01.2001";

#[test]
fn a_machine_that_was_shut_out_is_told_to_wipe_itself_and_sends_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    pair.until_proven(&mut node, &identity);
    record(&mut node, identity.office, 20);
    let held = pair.hub.office_digest(&identity.office).unwrap();
    let ordered = order_wipe(&mut pair.hub, &pair.identity, identity.node, false, 30).unwrap();
    // An order alone does nothing to a machine that is served.
    assert!(matches!(pair.exchange(&mut node, &identity, 0), Outcome::Cut));
    pair.hub.revoke_node(identity.node, 31).unwrap();
    record(&mut node, identity.office, 21);
    let told = pair.exchange(&mut node, &identity, usize::MAX);
    assert_eq!(told, Outcome::Wipe(ordered));
    let now = pair.hub.office_digest(&identity.office).unwrap();
    assert_eq!(now.count, held.count + 1, "the record of before it was shut out, and not the one of after");
    take_back_wipe(&mut pair.hub, identity.node).unwrap();
    let told = pair.exchange(&mut node, &identity, usize::MAX);
    assert!(matches!(told, Outcome::Refused(fault) if fault.code == FaultCode::Revoked));
}

#[test]
fn what_a_machine_still_holds_is_taken_in_first_and_it_gets_nothing_of_the_office() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    let (mut other, of_other) = pair.node(dir.path(), 2, OFFICE, EpochId([2; 16]));
    pair.until_proven(&mut node, &identity);
    record(&mut node, identity.office, 20);
    record(&mut node, identity.office, 21);
    pair.hub.revoke_node(identity.node, 30).unwrap();
    let ordered = order_wipe(&mut pair.hub, &pair.identity, identity.node, true, 30).unwrap();
    pair.until_proven(&mut other, &of_other);
    let held = node.office_digest(&identity.office).unwrap();
    // Cut before anything of the reply arrives: nothing is wiped, and it goes on from there.
    assert_eq!(pair.exchange(&mut node, &identity, 0), Outcome::Cut);
    let told = pair.exchange(&mut node, &identity, usize::MAX);
    assert_eq!(told, Outcome::Wipe(ordered));
    assert!(node.logs().unwrap().iter().filter(|log| log.own).all(|log| log.acknowledged == log.position));
    assert_eq!(node.office_digest(&identity.office).unwrap(), held, "nothing of the other machine came down");
    pair.until_proven(&mut other, &of_other);
    let names = other.list(&replica_store::ListFilter::default(), replica_store::Page::default()).unwrap();
    assert_eq!(names.len(), 4, "the office goes on with all that the machine had");
}

#[test]
fn an_order_that_this_hub_did_not_sign_for_this_machine_does_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    let (_, of_other) = pair.node(dir.path(), 2, OFFICE, EpochId([2; 16]));
    pair.until_proven(&mut node, &identity);
    pair.hub.revoke_node(identity.node, 30).unwrap();
    let stranger = HubIdentity { key: SigningKey::from_seed(&[66; 32]), hub: pair.identity.hub };
    order_wipe(&mut pair.hub, &stranger, identity.node, false, 30).unwrap();
    let refused = pair.try_exchange(&mut node, &identity, usize::MAX);
    assert!(matches!(refused, Err(DriverError::Signature(_))), "{refused:?}");
    // The order to another machine.
    let order = order_wipe(&mut pair.hub, &pair.identity, of_other.node, false, 30).unwrap();
    pair.hub.set_setting(&format!("wipe/order/{}", identity.node), &order.payload()).unwrap();
    let refused = pair.try_exchange(&mut node, &identity, usize::MAX);
    assert!(matches!(refused, Err(DriverError::Signature(_))), "{refused:?}");
    assert!(node.verify().unwrap().is_sound());
}
