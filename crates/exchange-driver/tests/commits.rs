//! What a call may change at the hub, and what it may not.

use std::path::Path;
use std::sync::Arc;

use change_log::EpochId;
use exchange_driver::{CallPlan, HubCall, HubCommit, HubIdentity, HubStep, NodeCall, NodeIdentity, commit_all};
use office_model::OfficeCode;
use replica_store::{Clock, Durability, NewReplica, Replica, Role};
use service_document::NewTransaction;
use sync_protocol::SigningKey;

#[cfg(test)]
fn record(node: &mut Replica, office: OfficeCode, millis: i64) {
    let mut fields = serde_json::Map::new();
    fields.insert("nama".to_owned(), format!("Warga {millis}").into());
    let service = "P06".parse().unwrap();
    let record = NewTransaction { office, service, catalogue_version: 1, fields, number: None };
    let clock = Clock { millis, hub_offset_millis: None, clerk: "siti".to_owned() };
    node.create_transaction(&record, &clock).unwrap();
}

struct Pair {
    hub: Replica,
    identity: Arc<HubIdentity>,
}

#[cfg(test)]
impl Pair {
    fn new(dir: &Path) -> Self {
        let key = SigningKey::from_seed(&[9; 32]);
        let hub = key.verifying_key().hub_id();
        let new = NewReplica {
            role: Role::Hub,
            office: None,
            hub,
            node: None,
            epoch: EpochId([200; 16]),
            machine: "hub".into(),
        };
        let replica = Replica::create_with(&dir.join("hub"), &new, Durability::Test).unwrap();
        Self { hub: replica, identity: Arc::new(HubIdentity { key, hub }) }
    }

    /// An enrolled node that writes in this epoch, with one record.
    fn node(&mut self, dir: &Path, number: u8, office: &str, epoch: EpochId) -> (Replica, NodeIdentity) {
        let office: OfficeCode = office.parse().unwrap();
        let key = SigningKey::from_seed(&[number; 32]);
        let public = key.verifying_key();
        let (node, hub) = (public.node_id(), self.identity.hub);
        self.hub.register_node(node, office, public.to_bytes(), 0).unwrap();
        let machine = format!("pc-{number}");
        let new = NewReplica { role: Role::Node, office: Some(office), hub, node: Some(node), epoch, machine };
        let mut replica = Replica::create_with(&dir.join(&new.machine), &new, Durability::Test).unwrap();
        record(&mut replica, office, i64::from(number));
        let hub_key = self.identity.key.verifying_key();
        (replica, NodeIdentity { key, node, office, hub, hub_key })
    }

    /// The whole request reaches the hub at once; all its commits are one group, as at a busy hub.
    fn arrives(&mut self, node: &mut Replica, identity: &NodeIdentity) -> Vec<u8> {
        let fresh_epoch = EpochId([77; 16]);
        let plan = CallPlan { frame_bytes: 4096, probe: false, software: "test".to_owned(), fresh_epoch };
        let mut call = NodeCall::begin(node, identity, plan, 5).unwrap();
        let mut request = Vec::new();
        while let Some(frame) = call.next_frame(node).unwrap() {
            request.extend(frame);
        }
        let mut hub_call = HubCall::new(Arc::clone(&self.identity)).unwrap();
        let reader = self.hub.reader().unwrap();
        let (mut commits, mut sent): (Vec<HubCommit>, Vec<u8>) = (Vec::new(), Vec::new());
        for step in hub_call.receive(&reader, &request, 6).unwrap() {
            match step {
                HubStep::Send(bytes) => sent.extend(bytes),
                HubStep::Commit(commit) => commits.push(commit),
            }
        }
        for outcome in commit_all(&mut self.hub, vec![commits]).unwrap().into_iter().flatten() {
            for step in hub_call.committed(outcome).unwrap() {
                match step {
                    HubStep::Send(bytes) => sent.extend(bytes),
                    HubStep::Commit(_) => panic!("a commit after all was committed"),
                }
            }
        }
        sent
    }
}

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
