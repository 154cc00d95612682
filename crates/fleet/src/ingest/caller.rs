//! An office whose whole request is ready to be sent.

use std::net::SocketAddr;
use std::path::Path;

use change_log::{Entry, EpochId};
use chrono::NaiveDate;
use exchange_driver::{CallPlan, NextFrame, NodeCall, NodeIdentity};
use office_model::OfficeCode;
use replica_store::{Clock, Durability, NewReplica, Replica, Role};
use service_document::NewTransaction;
use sync_protocol::SigningKey;
use sync_server::keys::HubKeys;
use village_node::pin::{Pin, client_config};

use crate::demo::DemoError;
use crate::generate::{Dice, Generator, Record};

/// An office with its request.
pub(super) struct Caller {
    pub(super) office: OfficeCode,
    pub(super) transactions: u64,
    pub(super) changes: u64,
    /// The body, from hello to end.
    pub(super) request: Vec<u8>,
    /// What the body carries.
    pub(super) entries: Vec<Entry>,
    /// The same records as they were entered.
    pub(super) records: Vec<Record>,
}

impl Caller {
    /// Enrols a machine at the hub, records on it, and makes its request ready.
    pub(super) fn prepare(
        dir: &Path,
        (hub, keys): (&mut Replica, &HubKeys),
        office: OfficeCode,
        (count, seed, day): (usize, u64, NaiveDate),
    ) -> Result<Self, DemoError> {
        let mut dice = Dice::for_text(seed, office.as_str());
        let mut byte = || u8::try_from(dice.below(256)).unwrap_or(0);
        let key = SigningKey::from_seed(&std::array::from_fn(|_| byte()));
        let epoch = EpochId(std::array::from_fn(|_| byte()));
        let public = key.verifying_key();
        let node = public.node_id();
        hub.register_node(node, office, public.to_bytes(), 0)?;
        let hub_key = keys.signing_key()?.verifying_key();
        let identity = NodeIdentity { key, node, office, hub: keys.hub()?, hub_key };
        let new = NewReplica {
            role: Role::Node,
            office: Some(office),
            hub: identity.hub,
            node: Some(node),
            epoch,
            machine: office.to_string(),
        };
        let mut replica = Replica::create_with(&dir.join(office.as_str()), &new, Durability::Test)?;
        let records: Vec<Record> = Generator::new(office, seed, day).take(count).collect();
        let mut millis = sync_server::clock::now_millis();
        for record in &records {
            millis += 60_000;
            let clock = Clock { millis, hub_offset_millis: None, clerk: "siti".to_owned() };
            let new = NewTransaction {
                office,
                service: record.service,
                catalogue_version: 1,
                fields: record.fields.clone(),
                number: None,
                serials: None,
            };
            let id = replica.create_transaction(&new, &clock)?;
            for step in &record.steps {
                replica.step(id, step.to, step.reason.as_deref(), &clock)?;
            }
        }
        let request = request(&mut replica, &identity, millis)?;
        let entries = replica.entries(epoch, 0, usize::MAX, usize::MAX)?;
        Ok(Self {
            office,
            transactions: records.len() as u64,
            changes: entries.len() as u64,
            request,
            entries,
            records,
        })
    }

    /// Sends the request and reads the reply to its end.
    pub(super) async fn call(self, client: reqwest::Client, hub: SocketAddr) -> Result<(), DemoError> {
        let internal = |error: reqwest::Error| DemoError::Internal(error.to_string());
        let url = format!("https://{hub}/v1/exchange");
        let reply = client.post(url).body(self.request).send().await.map_err(internal)?;
        reply.error_for_status().map_err(internal)?.bytes().await.map_err(internal)?;
        Ok(())
    }
}

fn request(replica: &mut Replica, identity: &NodeIdentity, now_millis: i64) -> Result<Vec<u8>, DemoError> {
    let internal = |error: exchange_driver::DriverError| DemoError::Internal(error.to_string());
    let plan = CallPlan {
        ask_first: false,
        may_wait: false,
        software: "fleet ingest".to_owned(),
        fresh_epoch: EpochId([0xff; 16]),
    };
    let mut call = NodeCall::begin(replica, identity, plan, now_millis).map_err(internal)?;
    let mut request = Vec::new();
    while let NextFrame::Bytes(frame) = call.next_frame(replica).map_err(internal)? {
        request.extend(frame);
    }
    Ok(request)
}

/// A client that trusts this hub alone.
pub(super) fn client(keys: &HubKeys) -> Result<reqwest::Client, DemoError> {
    let internal = |error: &dyn std::fmt::Display| DemoError::Internal(error.to_string());
    let (tls, _) = client_config(Pin::Fingerprint(keys.fingerprint()?)).map_err(|error| internal(&error))?;
    let built = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build();
    built.map_err(|error| internal(&error))
}
