//! A hub, an office with two machines, and what they say to each other: everything is real but the sockets.

use std::path::Path;
use std::sync::Arc;

use change_log::EpochId;
use chrono::NaiveDate;
use exchange_driver::{
    CallPlan, DriverError, HubCall, HubIdentity, HubStep, NextFrame, NodeCall, NodeIdentity, commit_all, judge,
};
use office_model::{OfficeCode, Status};
use replica_store::{Clock, DirectGate, Durability, NewReplica, Replica, Role};
use service_document::NewTransaction;
use sync_protocol::SigningKey;

use crate::generate::Generator;

const NOW_MILLIS: i64 = 1_795_000_000_000;
/// Any will do, but the same for ever: the page is not to change with each release.
const SOFTWARE: &str = "village-node 0.1.0";

/// The bodies of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bodies {
    /// What the node sent.
    pub request: Vec<u8>,
    /// What the hub answered.
    pub reply: Vec<u8>,
}

/// A machine of the office records two letters, moves one of them on, and calls the hub, which holds a letter of
/// another machine of the same office. Then it calls again. The two exchanges.
///
/// # Errors
/// When a folder cannot be made or an exchange does not go through.
pub fn play() -> Result<[Bodies; 2], String> {
    let folder = tempfile::tempdir().map_err(text)?;
    let office: OfficeCode = "35.10.01.2001".parse().map_err(text)?;
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).ok_or("no such day")?;
    let mut records = Generator::new(office, 1, day);
    let mut hub = Hub::new(&folder.path().join("hub"))?;
    let mut first = Machine::join(&mut hub, folder.path(), office, 2)?;
    let mut second = Machine::join(&mut hub, folder.path(), office, 3)?;
    second.record(&mut records, false)?;
    second.call(&mut hub)?;
    first.record(&mut records, false)?;
    first.record(&mut records, true)?;
    Ok([first.call(&mut hub)?, first.call(&mut hub)?])
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

struct Hub {
    replica: Replica,
    identity: Arc<HubIdentity>,
}

impl Hub {
    fn new(dir: &Path) -> Result<Self, String> {
        let key = SigningKey::from_seed(&[1; 32]);
        let hub = key.verifying_key().hub_id();
        let epoch = EpochId([0xe1; 16]);
        let new = NewReplica { role: Role::Hub, office: None, hub, node: None, epoch, machine: "hub".to_owned() };
        let replica = Replica::create_with(dir, &new, Durability::Test).map_err(text)?;
        Ok(Self { replica, identity: Arc::new(HubIdentity { key, hub }) })
    }

    fn answer(&mut self, request: &[Vec<u8>]) -> Result<Vec<u8>, DriverError> {
        let reader = self.replica.reader()?;
        let mut call = HubCall::new(Arc::clone(&self.identity));
        let mut reply = Vec::new();
        for frame in request {
            let steps = call.receive(&reader, frame, NOW_MILLIS)?;
            self.work(&mut call, steps, &mut reply)?;
        }
        call.request_ended(true);
        while judge(&mut self.replica, &mut DirectGate, NOW_MILLIS)? > 0 {}
        while let Some(bytes) = call.reply(&reader, NOW_MILLIS)? {
            reply.extend(bytes);
        }
        Ok(reply)
    }

    fn work(&mut self, call: &mut HubCall, steps: Vec<HubStep>, reply: &mut Vec<u8>) -> Result<(), DriverError> {
        for step in steps {
            match step {
                HubStep::Send(bytes) => reply.extend(bytes),
                HubStep::Commit(commit) => {
                    for outcome in commit_all(&mut self.replica, vec![vec![commit]])?.into_iter().flatten() {
                        let further = call.committed(outcome)?;
                        self.work(call, further, reply)?;
                    }
                }
            }
        }
        Ok(())
    }
}

struct Machine {
    replica: Replica,
    identity: NodeIdentity,
    millis: i64,
}

impl Machine {
    fn join(hub: &mut Hub, folder: &Path, office: OfficeCode, number: u8) -> Result<Self, String> {
        let key = SigningKey::from_seed(&[number; 32]);
        let public = key.verifying_key();
        let node = public.node_id();
        hub.replica.register_node(node, office, public.to_bytes(), 0).map_err(text)?;
        let hub_key = hub.identity.key.verifying_key();
        let identity = NodeIdentity { key, node, office, hub: hub.identity.hub, hub_key };
        let new = NewReplica {
            role: Role::Node,
            office: Some(office),
            hub: identity.hub,
            node: Some(node),
            epoch: EpochId([number; 16]),
            machine: format!("machine-{number}"),
        };
        let replica = Replica::create_with(&folder.join(&new.machine), &new, Durability::Test).map_err(text)?;
        Ok(Self { replica, identity, millis: NOW_MILLIS - 3_600_000 })
    }

    /// Records a letter, and submits it.
    fn record(&mut self, records: &mut Generator, submit: bool) -> Result<(), String> {
        let record = records.next().ok_or("the generator ended")?;
        let new = NewTransaction {
            office: self.identity.office,
            service: record.service,
            catalogue_version: 1,
            fields: record.fields,
            number: None,
            serials: None,
        };
        let clock = self.clock();
        let id = self.replica.create_transaction(&new, &clock).map_err(text)?;
        if submit {
            let clock = self.clock();
            self.replica.step(id, Status::Diajukan, None, &clock).map_err(text)?;
        }
        Ok(())
    }

    fn clock(&mut self) -> Clock {
        self.millis += 60_000;
        Clock { millis: self.millis, hub_offset_millis: None, clerk: "siti".to_owned() }
    }

    fn call(&mut self, hub: &mut Hub) -> Result<Bodies, String> {
        self.exchange(hub).map_err(text)
    }

    fn exchange(&mut self, hub: &mut Hub) -> Result<Bodies, DriverError> {
        let plan = CallPlan {
            ask_first: false,
            may_wait: false,
            software: SOFTWARE.to_owned(),
            fresh_epoch: EpochId([0xff; 16]),
        };
        let mut call = NodeCall::begin(&mut self.replica, &self.identity, plan, NOW_MILLIS)?;
        let mut request = Vec::new();
        while let NextFrame::Bytes(frame) = call.next_frame(&self.replica)? {
            request.push(frame);
        }
        let reply = hub.answer(&request)?;
        call.receive(&mut self.replica, &mut DirectGate, &reply, NOW_MILLIS)?;
        call.end(&mut self.replica, NOW_MILLIS)?;
        Ok(Bodies { request: request.concat(), reply })
    }
}
