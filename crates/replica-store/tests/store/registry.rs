//! Nodes, codes, settings, diary, proofs.

use change_log::Digest;

use crate::world::*;
use replica_store::{CONTACTS_MAX, Contact, HubDone, HubWork, Redeemed, StoreError};

#[test]
fn a_code_admits_one_node_once_and_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[]);
    hub.offer_code([1; 32], office(), 1_000, 2_000).unwrap();
    hub.offer_code([2; 32], office(), 1_000, 2_000).unwrap();
    assert_eq!(hub.redeem_code([3; 32], node_id(1), [1; 32], 1_500).unwrap(), Redeemed::Unknown);
    assert_eq!(hub.redeem_code([2; 32], node_id(1), [1; 32], 2_000).unwrap(), Redeemed::Expired);
    assert_eq!(hub.registered_nodes().unwrap(), []);
    assert_eq!(hub.redeem_code([1; 32], node_id(1), [1; 32], 1_999).unwrap(), Redeemed::Admitted(office()));
    // Its answer was lost: the same again, even later. Anybody else: an alarm.
    assert_eq!(hub.redeem_code([1; 32], node_id(1), [1; 32], 9_000).unwrap(), Redeemed::Admitted(office()));
    assert_eq!(hub.redeem_code([1; 32], node_id(2), [2; 32], 1_999).unwrap(), Redeemed::Used(node_id(1)));
    assert!(matches!(hub.redeem_code([1; 32], node_id(1), [9; 32], 1_999), Err(StoreError::NoNode)));
    let codes = hub.codes().unwrap();
    let used = codes.iter().find(|code| code.used.is_some()).unwrap();
    assert_eq!((used.used, used.tries_after_use), (Some((1_999, node_id(1))), 1));
    assert_eq!(hub.registered_nodes().unwrap().len(), 1);
}

#[test]
fn a_node_is_followed_and_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[]);
    hub.register_node(node_id(1), office(), [1; 32], 10).unwrap();
    let digest = Digest { count: 3, sum: [4; 32] };
    let proven = |number, at_millis| HubWork::Proven { node: node_id(number), at_millis, digest };
    let admit = HubWork::Admit(admission(epoch(1), office(), node_id(1), 1));
    let done = hub.hub_commit(&[vec![admit, proven(1, 30), proven(1, 25)], vec![proven(2, 30)]]).unwrap();
    assert!(matches!(done[0][..], [HubDone::Admitted { position: 0 }, HubDone::Noted, HubDone::Noted]));
    assert!(matches!(done[1][..], [HubDone::NoNode]));
    hub.revoke_node(node_id(1), 40).unwrap();
    hub.revoke_node(node_id(1), 50).unwrap();
    let node = hub.registered_node(node_id(1)).unwrap().unwrap();
    assert_eq!((node.exchanges, node.proven, node.revoked_millis), (1, Some((30, digest)), Some(40)));
    assert_eq!((node.last_contact_millis, node.clock_offset_millis), (Some(20), Some(-5)));
    assert!(matches!(hub.revoke_node(node_id(2), 1), Err(StoreError::NoNode)));
    assert!(matches!(hub.register_node(node_id(1), office(), [2; 32], 1), Err(StoreError::NoNode)));
}

#[test]
fn settings_proofs_and_the_diary_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    assert_eq!(node.setting("hub_url").unwrap(), None);
    node.set_setting("hub_url", b"a").unwrap();
    node.set_setting("hub_url", b"b").unwrap();
    assert_eq!(node.reader().unwrap().setting("hub_url").unwrap().as_deref(), Some(&b"b"[..]));
    let digest = Digest { count: 1, sum: [1; 32] };
    node.proven(&office(), 7, digest).unwrap();
    node.proven(&office(), 5, digest).unwrap();
    let last = node.last_proof(&office()).unwrap().unwrap().at_millis;
    assert_eq!(last, 5, "the latest one, also where a clock was ahead before");
    for at_millis in 0..i64::try_from(CONTACTS_MAX).unwrap() + 5 {
        let contact = Contact {
            at_millis,
            outcome: "cut".to_owned(),
            bytes_up: 1,
            bytes_down: 2,
            duration_millis: 3,
            frames: 4,
            bytes_per_second: None,
        };
        node.note_contact(&contact).unwrap();
    }
    let contacts = node.contacts(usize::MAX).unwrap();
    assert_eq!(contacts.len() as u64, CONTACTS_MAX);
    assert_eq!((contacts[0].at_millis, contacts.last().unwrap().at_millis), (10_004, 5));
}
