//! A hub and its nodes, on real files, with nothing but bytes between them.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use change_log::EpochId;
use exchange_driver::{
    CallPlan, DriverError, GoneBack, HubCall, HubCommit, HubIdentity, HubStep, NextFrame, NodeCall, NodeIdentity,
    Outcome, begin_life, begin_life_gone_back, commit_all, judge,
};
use office_model::OfficeCode;
use replica_store::{Case, Clock, DirectGate, Durability, Gate, NewReplica, Replica, Role};
use service_document::{Judgement, NewTransaction, Refusal, RefusalCode, Verdict};
use sync_protocol::SigningKey;

pub(crate) fn record(node: &mut Replica, office: OfficeCode, millis: i64) {
    let mut fields = serde_json::Map::new();
    fields.insert("nama".to_owned(), format!("Warga {millis}").into());
    let service = "P06".parse().unwrap();
    let record = NewTransaction { office, service, catalogue_version: 1, fields, number: None, serials: None };
    let clock = Clock { millis, hub_offset_millis: None, clerk: "siti".to_owned() };
    node.create_transaction(&record, &clock).unwrap();
}

pub(crate) struct Pair {
    pub(crate) hub: Replica,
    pub(crate) identity: Arc<HubIdentity>,
    /// Milliseconds since 1970 UTC, on both sides.
    pub(crate) now: i64,
    /// The hub's gate refuses everything.
    pub(crate) refuses: bool,
    /// What the last call showed of it.
    pub(crate) gone_back: Option<GoneBack>,
}

impl Pair {
    pub(crate) fn new(dir: &Path) -> Self {
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
        Self { hub: replica, identity: Arc::new(HubIdentity { key, hub }), now: 5, refuses: false, gone_back: None }
    }

    /// An enrolled node that writes in this epoch, with one record.
    pub(crate) fn node(&mut self, dir: &Path, number: u8, office: &str, epoch: EpochId) -> (Replica, NodeIdentity) {
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
    pub(crate) fn arrives(&mut self, node: &mut Replica, identity: &NodeIdentity) -> Vec<u8> {
        let fresh_epoch = EpochId([77; 16]);
        let plan = CallPlan { ask_first: false, may_wait: false, software: "test".to_owned(), fresh_epoch };
        let mut call = NodeCall::begin(node, identity, plan, self.now).unwrap();
        let mut request = Vec::new();
        while let NextFrame::Bytes(frame) = call.next_frame(node).unwrap() {
            request.extend(frame);
        }
        let mut hub_call = HubCall::new(Arc::clone(&self.identity));
        let reader = self.hub.reader().unwrap();
        let (mut commits, mut sent): (Vec<HubCommit>, Vec<u8>) = (Vec::new(), Vec::new());
        for step in hub_call.receive(&reader, &request, self.now).unwrap() {
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

    /// One complete exchange. `reply_max`: so many bytes of the reply arrive.
    pub(crate) fn exchange(&mut self, node: &mut Replica, identity: &NodeIdentity, reply_max: usize) -> Outcome {
        self.try_exchange(node, identity, reply_max).unwrap()
    }

    /// [`Pair::exchange`], where the node may not like what the hub sends.
    pub(crate) fn try_exchange(
        &mut self,
        node: &mut Replica,
        identity: &NodeIdentity,
        reply_max: usize,
    ) -> Result<Outcome, DriverError> {
        let fresh_epoch = EpochId([77; 16]);
        let plan = CallPlan { ask_first: false, may_wait: false, software: "test".to_owned(), fresh_epoch };
        let mut call = NodeCall::begin(node, identity, plan, self.now).unwrap();
        let mut hub_call = HubCall::new(Arc::clone(&self.identity));
        let reader = self.hub.reader().unwrap();
        let mut sent: Vec<u8> = Vec::new();
        while let NextFrame::Bytes(frame) = call.next_frame(node).unwrap() {
            let mut steps = VecDeque::from(hub_call.receive(&reader, &frame, self.now).unwrap());
            while let Some(step) = steps.pop_front() {
                match step {
                    HubStep::Send(bytes) => sent.extend(bytes),
                    HubStep::Commit(commit) => {
                        for outcome in commit_all(&mut self.hub, vec![vec![commit]]).unwrap().into_iter().flatten() {
                            steps.extend(hub_call.committed(outcome).unwrap());
                        }
                    }
                }
            }
        }
        hub_call.request_ended(true);
        let mut refusing = |case: &Case| {
            let refusal = Refusal { code: RefusalCode::Shape, detail: "in this test".to_owned() };
            let judgements = case.candidates.iter().map(|_| Judgement::Refused(refusal.clone())).collect();
            Verdict { judgements, row: None }
        };
        let gate: &mut dyn Gate = if self.refuses { &mut refusing } else { &mut DirectGate };
        while judge(&mut self.hub, gate, self.now).unwrap() > 0 {}
        if let Some(grants) = hub_call.grants(&reader, self.now).unwrap() {
            commit_all(&mut self.hub, vec![vec![grants]]).unwrap();
        }
        while let Some(bytes) = hub_call.reply(&reader, self.now).unwrap() {
            sent.extend(bytes);
            for commit in hub_call.closing_commits(self.now) {
                commit_all(&mut self.hub, vec![vec![commit]]).unwrap();
            }
        }
        self.gone_back = hub_call.gone_back();
        if let Some(gone) = self.gone_back {
            begin_life_gone_back(&mut self.hub, gone, EpochId([202; 16]), self.now).unwrap();
        }
        sent.truncate(reply_max);
        call.receive(node, &mut DirectGate, &sent, self.now)?;
        call.end(node, self.now)
    }

    /// A snapshot of the hub's machine, or a copy of its files.
    pub(crate) fn copy_hub(&self) -> PathBuf {
        let (from, to) = (self.hub.dir(), self.hub.dir().with_extension("copy"));
        std::fs::create_dir(&to).unwrap();
        for file in ["replica.db", "replica.db-wal", "replica.head"] {
            std::fs::copy(from.join(file), to.join(file)).unwrap();
        }
        to
    }

    /// The copy takes the hub's place, and nothing at opening tells.
    pub(crate) fn go_back_unseen(&mut self, copy: &Path) {
        let (hub, opened) = Replica::open_with(copy, "hub", EpochId([201; 16]), Durability::Test).unwrap();
        assert_eq!(opened.epoch_began, None);
        self.hub = hub;
        begin_life(&mut self.hub, self.identity.key.verifying_key(), false, self.now).unwrap();
    }

    pub(crate) fn until_proven(&mut self, node: &mut Replica, identity: &NodeIdentity) {
        for _ in 0..10 {
            if matches!(self.exchange(node, identity, usize::MAX), Outcome::Proven { .. }) {
                return;
            }
        }
        panic!("not proven");
    }
}
