//! The one thread that writes: commits what exchanges bring, many at once, and has the gate judge it right behind.

use std::thread::JoinHandle;

use replica_store::{DirectGate, Gate, Replica, StoreError};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use crate::act::{self, Act};
use crate::keys::HubKeys;
use crate::{Failure, clock};

/// Jobs that wait; who brings more waits himself.
const QUEUE: usize = 1024;
/// Jobs done before the gate has its turn.
const ROUND: usize = 64;
/// Documents the gate judges in one turn.
const DOCUMENTS: usize = 64;

type Run = Box<dyn FnOnce(&mut Replica, &HubKeys) + Send>;

enum Job {
    Run(Run),
    Stop,
}

/// Hands jobs to the writer thread.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    judged: watch::Receiver<u64>,
}

/// The thread's end, to be waited for.
pub(super) struct WriterThread {
    handle: JoinHandle<()>,
    failed: watch::Receiver<Option<Failure>>,
}

impl Writer {
    /// Starts the thread, which owns the replica until it is stopped.
    pub(super) fn start(replica: Replica, keys: HubKeys) -> Result<(Self, WriterThread), Failure> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (tell_judged, judged) = watch::channel(0);
        let (tell_failed, failed) = watch::channel(None);
        let mut work = Work { replica, keys, gate: Box::new(DirectGate), queue, round: 0, judged: tell_judged };
        let handle = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                if let Err(error) = work.run() {
                    tracing::error!(%error, "the database failed: the server stops");
                    tell_failed.send_replace(Some(error.into()));
                }
            })
            .map_err(Failure::internal)?;
        Ok((Self { jobs, judged }, WriterThread { handle, failed }))
    }

    /// Does something with the replica, in its turn.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Replica) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        self.send(|replica, _| act(replica).map_err(Failure::from)).await
    }

    /// Does an operator's act, in its turn.
    pub(crate) async fn act(&self, act: Act) -> Result<Value, Failure> {
        self.send(move |replica, keys| act::perform(replica, keys, &act, clock::now_millis())).await
    }

    async fn send<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Replica, &HubKeys) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (tell, told) = oneshot::channel();
        let run: Run = Box::new(move |replica, keys| {
            // Whoever asked may be gone.
            let _ = tell.send(act(replica, keys));
        });
        self.jobs.send(Job::Run(run)).await.map_err(|_| stopped())?;
        told.await.map_err(|_| stopped())?
    }
}

fn stopped() -> Failure {
    Failure::new("the server is stopping", "try again when it is back")
}

impl WriterThread {
    /// Done when the thread gave up, with the reason.
    pub(super) async fn failed(&self) -> Failure {
        let mut failed = self.failed.clone();
        match failed.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_else(stopped),
            Err(_) => Failure::internal("the writer ended"),
        }
    }

    /// Lets the thread do what waits, close the files, and end.
    pub(super) async fn stop(self, writer: &Writer) {
        // It may have ended by itself.
        let _ = writer.jobs.send(Job::Stop).await;
        let handle = self.handle;
        if tokio::task::spawn_blocking(move || handle.join()).await.is_err() {
            tracing::error!("the writer thread could not be waited for");
        }
    }
}

struct Work {
    replica: Replica,
    keys: HubKeys,
    gate: Box<dyn Gate + Send>,
    queue: mpsc::Receiver<Job>,
    round: u64,
    judged: watch::Sender<u64>,
}

impl Work {
    fn run(&mut self) -> Result<(), StoreError> {
        // What a crash left unjudged is judged first.
        let mut behind = true;
        loop {
            let first = if behind { self.queue.try_recv().ok() } else { self.queue.blocking_recv() };
            if first.is_none() && !behind {
                return Ok(());
            }
            let mut jobs: Vec<Job> = first.into_iter().collect();
            while !jobs.is_empty() && jobs.len() < ROUND {
                let Ok(job) = self.queue.try_recv() else { break };
                jobs.push(job);
            }
            self.round += 1;
            for job in jobs {
                match job {
                    Job::Run(run) => run(&mut self.replica, &self.keys),
                    Job::Stop => return Ok(()),
                }
            }
            behind = self.replica.judge_pending(self.gate.as_mut(), clock::now_millis(), DOCUMENTS)?.documents > 0;
            if !behind {
                self.judged.send_replace(self.round);
            }
        }
    }
}
