//! Replicas to test with, and a stand-in for the exchange that calls the store directly.

use std::path::Path;

use change_log::{ChainHash, ChangeHash, EpochId, HubId, NodeId};
use office_model::OfficeCode;
use replica_store::{
    Admission, Case, Clock, DirectGate, Durability, FeedCursor, FeedItem, Gate, GateError, HubDone, HubWork,
    IngestBatch, IngestOutcome, NewReplica, NodeContact, Replica, Role, SignedHead, StoreError,
};
use serde_json::json;
use service_document::{Judgement, NewTransaction, Refusal, RefusalCode, Verdict};

pub(crate) const OFFICE: &str = "35.10.01.2001";
pub(crate) const HUB: HubId = HubId([9; 16]);

pub(crate) fn office() -> OfficeCode {
    OFFICE.parse().unwrap()
}

pub(crate) fn epoch(number: u8) -> EpochId {
    EpochId([number; 16])
}

pub(crate) fn node_id(number: u8) -> NodeId {
    NodeId([number; 8])
}

pub(crate) fn new_node(number: u8) -> NewReplica {
    NewReplica {
        role: Role::Node,
        office: Some(office()),
        hub: HUB,
        node: Some(node_id(number)),
        epoch: epoch(number),
        machine: format!("pc-{number}"),
    }
}

/// A node of another office.
pub(crate) fn node_of(dir: &Path, number: u8, office: OfficeCode) -> Replica {
    Replica::create_with(dir, &NewReplica { office: Some(office), ..new_node(number) }, Durability::Test).unwrap()
}

pub(crate) fn new_hub() -> NewReplica {
    NewReplica { role: Role::Hub, office: None, hub: HUB, node: None, epoch: epoch(200), machine: "hub".to_owned() }
}

pub(crate) fn node(dir: &Path, number: u8) -> Replica {
    Replica::create_with(dir, &new_node(number), Durability::Test).unwrap()
}

/// A hub that knows the logs of these nodes.
pub(crate) fn hub(dir: &Path, nodes: &[u8]) -> Replica {
    let mut hub = Replica::create_with(dir, &new_hub(), Durability::Test).unwrap();
    for number in nodes {
        admit(&mut hub, epoch(*number), office(), node_id(*number));
    }
    hub
}

/// Enrols a node and makes its log known.
pub(crate) fn admit(hub: &mut Replica, epoch: EpochId, office: OfficeCode, node: NodeId) {
    hub.register_node(node, office, [node.0[0]; 32], 1).unwrap();
    let done = hub.hub_commit(&[vec![HubWork::Admit(admission(epoch, office, node, 1))]]).unwrap();
    assert!(matches!(done[0][..], [HubDone::Admitted { .. }]));
}

pub(crate) fn admission(epoch: EpochId, office: OfficeCode, node: NodeId, counter: u64) -> Admission {
    let contact =
        NodeContact { at_millis: 20, version: "0.1.0".to_owned(), clock_offset_millis: Some(-5), backup: None };
    let head = SignedHead { position: 0, chain: ChainHash::of_log(epoch), bytes: Vec::new() };
    Admission { node, office, epoch, counter_key: format!("{node}/{epoch}"), counter, head, contact, setting: None }
}

/// The hub takes one batch.
pub(crate) fn ingest(hub: &mut Replica, batch: IngestBatch) -> Result<IngestOutcome, StoreError> {
    match hub.hub_commit(&[vec![HubWork::Ingest(batch)]])?.pop().unwrap().pop() {
        Some(HubDone::Ingested(outcome)) => Ok(outcome),
        other => panic!("not looked at: {other:?}"),
    }
}

pub(crate) fn clock(millis: i64) -> Clock {
    Clock { millis, hub_offset_millis: Some(-250), clerk: "siti".to_owned() }
}

pub(crate) fn transaction(name: &str, nik: &str) -> NewTransaction {
    let fields = json!({ "nama": name, "nik": nik, "keperluan": "melamar pekerjaan" });
    NewTransaction {
        office: office(),
        service: "A01".parse().unwrap(),
        catalogue_version: 1,
        fields: fields.as_object().unwrap().clone(),
        number: None,
        serials: None,
    }
}

/// Judges until nothing is pending.
pub(crate) fn judge(replica: &mut Replica) {
    while replica.judge_pending(&mut DirectGate, 1_760_000_000_000, 1000).unwrap().documents > 0 {}
}

/// Pushes what the hub lacks of a node's own logs, at most `max` entries a log.
pub(crate) fn push(node: &mut Replica, hub: &mut Replica, max: usize) {
    for log in node.logs().unwrap().into_iter().filter(|log| log.own) {
        if hub.log(log.epoch).unwrap().is_none() {
            admit(hub, log.epoch, node.office().unwrap(), node.node().unwrap());
        }
        let held = hub.log(log.epoch).unwrap().unwrap().position;
        let entries = node.entries(log.epoch, held, max, usize::MAX).unwrap();
        let signed_head = SignedHead { position: log.position, chain: log.chain, bytes: vec![1, 2, 3] };
        let batch = IngestBatch { epoch: log.epoch, entries, signed_head: Some(signed_head) };
        let outcome = ingest(hub, batch).unwrap();
        // A restored node may not hold all of its old log again yet; its receipt waits until then.
        if let IngestOutcome::Appended { position, chain } = outcome
            && position <= log.position
        {
            node.store_receipt(log.epoch, position, chain, &[7; 64]).unwrap();
        }
        let told = hub.refusals_after(log.epoch, node.log(log.epoch).unwrap().unwrap().refusals).unwrap();
        if !told.is_empty() {
            node.apply_refusals(log.epoch, &told).unwrap();
        }
    }
}

/// Pulls at most `max` items of the office's feed.
pub(crate) fn pull(node: &mut Replica, hub: &Replica, max: usize) {
    let office = node.office().unwrap();
    let audience = office.as_str();
    let at = node.feed_cursor(audience).unwrap();
    let slice = hub.feed_items(audience, at.map_or(0, |at| at.position), max, usize::MAX).unwrap();
    let Some((position, _)) = slice.items.last() else { return };
    let chain = hub.feed_chain_at(audience, *position).unwrap().unwrap();
    let cursor = FeedCursor { hub_epoch: slice.head.unwrap().hub_epoch, position: *position, chain };
    let items: Vec<FeedItem> = slice
        .items
        .into_iter()
        .map(|(_, entry)| {
            if node.entry(entry.epoch, entry.position).unwrap().is_some_and(|held| held.hash == entry.hash) {
                FeedItem::Own { epoch: entry.epoch, position: entry.position }
            } else {
                FeedItem::Entry(entry)
            }
        })
        .collect();
    node.apply_feed(audience, &items, cursor).unwrap();
}

/// Pushes and pulls until nothing moves.
pub(crate) fn exchange(node: &mut Replica, hub: &mut Replica) {
    push(node, hub, usize::MAX);
    judge(hub);
    push(node, hub, 0);
    pull(node, hub, usize::MAX);
    judge(node);
}

/// Every row, by document.
pub(crate) fn rows(replica: &Replica) -> Vec<replica_store::ListedTransaction> {
    let page = replica_store::Page { after: None, count: 100_000 };
    let mut rows = replica.list(&replica_store::ListFilter::default(), page).unwrap();
    rows.sort_by_key(|row| row.document);
    rows
}

/// A gate that refuses some changes for no reason, and judges the others as if those were not there.
pub(crate) struct Picky<F>(pub(crate) F);

impl<F: FnMut(ChangeHash) -> bool> Gate for Picky<F> {
    fn judge_all(&mut self, cases: &[Case]) -> Result<Vec<Verdict>, GateError> {
        Ok(cases.iter().map(|case| self.judge(case)).collect())
    }
}

impl<F: FnMut(ChangeHash) -> bool> Picky<F> {
    fn judge(&mut self, case: &Case) -> Verdict {
        let refused: Vec<bool> = case.candidates.iter().map(|candidate| self.0(candidate.hash)).collect();
        let mut rest = case.clone();
        let mut index = 0;
        rest.candidates.retain(|_| {
            index += 1;
            !refused[index - 1]
        });
        let verdict = rest.judge();
        let mut judgements = verdict.judgements.into_iter();
        let refusal = Refusal { code: RefusalCode::Unsafe, detail: "for the test".to_owned() };
        let judgement = |refused| {
            if refused { Judgement::Refused(refusal.clone()) } else { judgements.next().unwrap() }
        };
        Verdict { judgements: refused.into_iter().map(judgement).collect(), row: verdict.row }
    }
}
