//! The one thread that judges: what the gate takes long over holds up nobody's commit.

use std::thread::JoinHandle;
use std::time::Duration;

use replica_store::{Gate, JudgingWalk, Reader, StoreError};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::writer::Writer;
use crate::Failure;

/// Documents judged together, made visible with one commit.
const DOCUMENTS: usize = 1000;
/// After a failure to judge.
const RETRY: Duration = Duration::from_secs(1);
/// How long a stopping server waits for the gate. What it has not said by then is judged at the next start.
const GOODBYE: Duration = Duration::from_secs(1);

/// Tells up to which round of the writer everything is judged; nothing until the first walk is done.
#[derive(Clone)]
pub(crate) struct Judged(watch::Receiver<Option<u64>>);

impl Judged {
    /// Done when the gate has judged everything of a round.
    pub(super) async fn round(&self, round: u64) {
        let mut judged = self.0.clone();
        // An error means that the server stops; the exchange is cut then.
        let _ = judged.wait_for(|&done| done >= Some(round)).await;
    }
}

/// The thread's end, to be waited for.
pub(super) struct JudgeThread {
    handle: JoinHandle<()>,
    ended: oneshot::Receiver<()>,
}

impl JudgeThread {
    /// Starts the thread, inside a runtime; it ends when the writer has. What a crash left unjudged is judged first.
    pub(super) fn start(
        reader: Reader,
        gate: Box<dyn Gate + Send>,
        writer: &Writer,
    ) -> Result<(Judged, Self), Failure> {
        let (tell, judged) = watch::channel(None);
        let (tell_ended, ended) = oneshot::channel();
        let mut judge = Judge { reader, gate, writer: writer.clone(), judged: tell, runtime: Handle::current() };
        let handle = std::thread::Builder::new()
            .name("judge".to_owned())
            .spawn(move || {
                judge.run();
                // Nobody may wait any more.
                let _ = tell_ended.send(());
            })
            .map_err(Failure::internal)?;
        Ok((Judged(judged), Self { handle, ended }))
    }

    /// Waits for the thread after the writer has stopped, unless the gate is busy for long.
    pub(super) async fn stop(self) {
        let handle = self.handle;
        if tokio::time::timeout(GOODBYE, self.ended).await.is_err() {
            return tracing::info!("the gate is still busy: what it judges now is judged again at the next start");
        }
        if tokio::task::spawn_blocking(move || handle.join()).await.is_err() {
            tracing::error!("the judge thread could not be waited for");
        }
    }
}

struct Judge {
    reader: Reader,
    gate: Box<dyn Gate + Send>,
    writer: Writer,
    judged: watch::Sender<Option<u64>>,
    runtime: Handle,
}

/// The writer takes nothing any more.
struct Stopped;

impl Judge {
    fn run(&mut self) {
        loop {
            let round = self.writer.round();
            match self.walk() {
                Ok(Ok(true)) => {
                    self.judged.send_replace(Some(round));
                    if self.runtime.block_on(self.writer.round_after(round)).is_err() {
                        return;
                    }
                }
                // Something changed under its hands: once more.
                Ok(Ok(false)) => {}
                Ok(Err(Stopped)) => return,
                Err(error) => {
                    tracing::error!(%error, "what arrived could not be judged: it stays pending and is tried again");
                    std::thread::sleep(RETRY);
                }
            }
        }
    }

    /// Judges everything that is pending now. Says whether all of it was.
    fn walk(&mut self) -> Result<Result<bool, Stopped>, StoreError> {
        let mut walk = JudgingWalk::default();
        loop {
            let cases = self.reader.cases(&mut walk, DOCUMENTS)?;
            if cases.is_empty() {
                return Ok(Ok(walk.is_complete()));
            }
            let verdicts = self.gate.judge_all(&cases)?;
            match self.writer.apply(cases, verdicts) {
                Some(report) => walk.applied(&report?),
                None => return Ok(Err(Stopped)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use change_log::{ChainHash, EpochId, NodeId};
    use office_model::OfficeCode;
    use replica_store::{
        Admission, Case, Clock, Durability, HubWork, IngestBatch, NewReplica, NodeContact, Replica, Role, SignedHead,
    };
    use service_document::NewTransaction;
    use sync_protocol::SigningKey;

    use super::*;
    use crate::keys::HubKeys;

    const NODE: NodeId = NodeId([1; 8]);
    const EPOCH: EpochId = EpochId([7; 16]);

    /// A hub to which a node sent one transaction.
    fn hub(dir: &std::path::Path, keys: &HubKeys) -> Replica {
        let office: OfficeCode = "35.10.01.2001".parse().unwrap();
        let hub = keys.hub().unwrap();
        let new = |role, office, node, epoch| NewReplica { role, office, hub, node, epoch, machine: "here".to_owned() };
        let new_node = new(Role::Node, Some(office), Some(NODE), EPOCH);
        let mut node = Replica::create_with(&dir.join("node"), &new_node, Durability::Test).unwrap();
        let fields = [("nama".to_owned(), "Siti".into())].into_iter().collect();
        let service = "G01".parse().unwrap();
        let record = NewTransaction { office, service, catalogue_version: 1, fields, number: None, serials: None };
        let clock = Clock { millis: 1_790_000_000_000, hub_offset_millis: None, clerk: "ani".to_owned() };
        node.create_transaction(&record, &clock).unwrap();
        let new_hub = new(Role::Hub, None, None, EpochId([2; 16]));
        let mut hub = Replica::create_with(&dir.join("hub"), &new_hub, Durability::Test).unwrap();
        hub.register_node(NODE, office, SigningKey::from_seed(&[1; 32]).verifying_key().to_bytes(), 0).unwrap();
        let admission = Admission {
            node: NODE,
            office,
            epoch: EPOCH,
            counter_key: "counter".to_owned(),
            counter: 1,
            head: SignedHead { position: 0, chain: ChainHash::of_log(EPOCH), bytes: Vec::new() },
            contact: NodeContact { at_millis: 0, version: "1".to_owned(), clock_offset_millis: None, backup: None },
            setting: None,
        };
        let entries = node.entries(EPOCH, 0, usize::MAX, usize::MAX).unwrap();
        let ingest = HubWork::Ingest(IngestBatch { epoch: EPOCH, entries, signed_head: None });
        hub.hub_commit(&[vec![HubWork::Admit(admission), ingest]]).unwrap();
        hub
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_gate_that_takes_long_holds_up_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let keys = HubKeys::generate().unwrap();
        let hub = hub(dir.path(), &keys);
        let (begun, begins) = mpsc::channel();
        let (go_on, waits) = mpsc::channel();
        let gate = move |case: &Case| {
            begun.send(()).unwrap();
            waits.recv().unwrap();
            case.judge()
        };
        let reader = hub.reader().unwrap();
        let (writer, thread) = Writer::start(hub, keys, std::sync::Arc::default()).unwrap();
        let (judged, judge) = JudgeThread::start(reader, Box::new(gate), &writer).unwrap();
        let begins = tokio::task::spawn_blocking(move || {
            begins.recv().unwrap();
            begins
        });
        let _begins = begins.await.unwrap();
        // The gate has the transaction in its hands and does not let go of it.
        assert_eq!(writer.run(|hub| hub.pending()).await.unwrap(), 1);
        // Round 0 is what was pending at the start: nobody may take it for judged yet.
        assert!(tokio::time::timeout(Duration::ZERO, judged.round(0)).await.is_err());
        go_on.send(()).unwrap();
        judged.round(0).await;
        assert_eq!(writer.run(|hub| hub.pending()).await.unwrap(), 0);
        thread.stop(&writer).await;
        judge.stop().await;
    }
}
