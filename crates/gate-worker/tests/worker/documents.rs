//! Documents to judge, and the processes that judged them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use change_log::{ChainHash, DocumentId, EpochId, HubId, NodeId};
use gate_worker::{ProcessGate, WorkerCommand};
use office_model::OfficeCode;
use replica_store::{
    Admission, Case, Clock, Durability, HubWork, IngestBatch, JudgingWalk, NewReplica, NodeContact, Replica, Role,
    SignedHead,
};
use serde_json::json;
use service_document::NewTransaction;
use tempfile::TempDir;

const EPOCH: EpochId = EpochId([1; 16]);

/// A hub that holds transactions which nobody has judged yet.
pub(crate) struct World {
    dir: TempDir,
    pub(crate) hub: Replica,
}

pub(crate) fn office() -> OfficeCode {
    "35.10.01.2001".parse().unwrap()
}

pub(crate) fn transaction(name: &str) -> NewTransaction {
    let fields = json!({ "nama": name, "nik": "3510014107900001", "keperluan": "melamar pekerjaan" });
    let (service, fields) = ("A01".parse().unwrap(), fields.as_object().unwrap().clone());
    NewTransaction { office: office(), service, catalogue_version: 1, fields, number: None, serials: None }
}

impl World {
    pub(crate) fn with(count: i64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let new = |role, office: Option<OfficeCode>, epoch| NewReplica {
            role,
            office,
            hub: HubId([9; 16]),
            node: office.map(|_| NodeId([1; 8])),
            epoch,
            machine: "here".to_owned(),
        };
        let create =
            |name: &str, new: &NewReplica| Replica::create_with(&dir.path().join(name), new, Durability::Test).unwrap();
        let mut node = create("node", &new(Role::Node, Some(office()), EPOCH));
        let mut hub = create("hub", &new(Role::Hub, None, EpochId([2; 16])));
        for number in 0..count {
            let clock = Clock { millis: 1_760_000_000_000 + number, hub_offset_millis: None, clerk: "siti".to_owned() };
            node.create_transaction(&transaction(&format!("Warga {number}")), &clock).unwrap();
        }
        hub.register_node(NodeId([1; 8]), office(), [1; 32], 0).unwrap();
        let contact = NodeContact { at_millis: 0, version: "1".to_owned(), clock_offset_millis: None, backup: None };
        let admission = Admission {
            node: NodeId([1; 8]),
            office: office(),
            epoch: EPOCH,
            counter_key: "counter".to_owned(),
            counter: 1,
            head: SignedHead { position: 0, chain: ChainHash::of_log(EPOCH), bytes: Vec::new() },
            contact,
            setting: None,
        };
        hub.hub_commit(&[vec![HubWork::Admit(admission)]]).unwrap();
        let entries = node.entries(EPOCH, 0, usize::MAX, usize::MAX).unwrap();
        hub.hub_commit(&[vec![HubWork::Ingest(IngestBatch { epoch: EPOCH, entries, signed_head: None })]]).unwrap();
        Self { dir, hub }
    }

    pub(crate) fn cases(&self) -> Vec<Case> {
        self.hub.cases(&mut JudgingWalk::default(), usize::MAX).unwrap()
    }

    pub(crate) fn diary(&self) -> PathBuf {
        self.dir.path().join("diary")
    }

    /// A gate whose process has this fault at one document.
    pub(crate) fn faulty(&self, fault: &str, document: DocumentId, patience: Duration) -> ProcessGate {
        let program = env!("CARGO_BIN_EXE_faulty-gate-worker");
        let arguments = [fault.to_owned(), document.to_string(), self.diary().to_str().unwrap().to_owned()];
        ProcessGate::with_patience(WorkerCommand::program(program, arguments), patience)
    }

    /// Ids of all processes that there were.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let lines = std::fs::read_to_string(self.diary()).unwrap_or_default();
        lines.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// None of them is left, not even as a zombie.
    pub(crate) fn assert_all_gone(&self) {
        for id in self.processes() {
            assert!(!Path::new("/proc").join(id.to_string()).exists(), "process {id} is left");
        }
    }
}
