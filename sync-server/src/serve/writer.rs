//! The one thread that writes: commits what exchanges bring, many at once, and has the gate judge it right behind.

use std::thread::JoinHandle;
use std::time::Duration;

use exchange_driver::{CommitOutcome, DriverError, HubCommit};
use replica_store::{Gate, Replica, StoreError};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use crate::act::{self, Act};
use crate::keys::HubKeys;
use crate::{Failure, clock};

/// Jobs that wait; who brings more waits himself.
const QUEUE: usize = 1024;
/// Jobs done before the gate has its turn.
const ROUND: usize = 64;
/// After a failure to judge.
const RETRY: Duration = Duration::from_secs(1);

type Run = Box<dyn FnOnce(&mut Replica, &HubKeys) + Send>;

type Told = oneshot::Sender<Option<Committed>>;

/// Steps of an exchange that are durable now.
pub(super) struct Committed {
    /// What became of each, in order.
    pub(super) outcomes: Vec<CommitOutcome>,
    /// To wait for with [`Writer::judged`].
    pub(super) round: u64,
}

enum Job {
    Run(Run),
    Commit(Vec<HubCommit>, Told),
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
    pub(super) fn start(
        replica: Replica,
        keys: HubKeys,
        gate: Box<dyn Gate + Send>,
    ) -> Result<(Self, WriterThread), Failure> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (tell_judged, judged) = watch::channel(0);
        let (tell_failed, failed) = watch::channel(None);
        let mut work = Work { replica, keys, gate, queue, round: 0, judged: tell_judged };
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

    /// Makes steps of an exchange durable, together with those of others. `None` when the disk refused.
    pub(super) async fn commit(&self, steps: Vec<HubCommit>) -> Option<Committed> {
        let (tell, told) = oneshot::channel();
        self.jobs.send(Job::Commit(steps, tell)).await.ok()?;
        told.await.ok().flatten()
    }

    /// Done when the gate has judged everything of a round.
    pub(super) async fn judged(&self, round: u64) {
        let mut judged = self.judged.clone();
        // An error means that the server stops; the exchange is cut then.
        let _ = judged.wait_for(|&done| done >= round).await;
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
            if self.round_of(jobs)? {
                return Ok(());
            }
            behind = self.judge()?;
            if !behind {
                self.judged.send_replace(self.round);
            }
        }
    }

    /// Does the jobs of a round, all commits in one. Says whether to stop.
    fn round_of(&mut self, jobs: Vec<Job>) -> Result<bool, StoreError> {
        let (mut calls, mut waiting, mut stop) = (Vec::new(), Vec::new(), false);
        for job in jobs {
            match job {
                Job::Run(run) => run(&mut self.replica, &self.keys),
                Job::Commit(of_call, tell) => {
                    waiting.push(tell);
                    calls.push(of_call);
                }
                Job::Stop => stop = true,
            }
        }
        if waiting.is_empty() {
            return Ok(stop);
        }
        match exchange_driver::commit_all(&mut self.replica, calls) {
            Ok(outcomes) => {
                for (tell, outcomes) in waiting.into_iter().zip(outcomes) {
                    let committed = Committed { outcomes, round: self.round };
                    // Whoever asked may be gone; what is committed is committed.
                    let _ = tell.send(Some(committed));
                }
            }
            Err(error) => {
                tracing::error!(%error, "a commit failed: its exchanges are cut, nothing of them was acknowledged");
                for tell in waiting {
                    let _ = tell.send(None);
                }
                fatal(error)?;
            }
        }
        Ok(stop)
    }

    /// Judges one commit's worth; says whether more waits.
    fn judge(&mut self) -> Result<bool, StoreError> {
        match exchange_driver::judge(&mut self.replica, self.gate.as_mut(), clock::now_millis()) {
            Ok(pending) => Ok(pending > 0),
            Err(error) => {
                tracing::error!(%error, "what arrived could not be judged: it stays pending and is tried again");
                fatal(error)?;
                std::thread::sleep(RETRY);
                Ok(true)
            }
        }
    }
}

/// Errors after which going on is not safe: the program has to start again.
fn fatal(error: DriverError) -> Result<(), StoreError> {
    match error {
        DriverError::Store(error @ (StoreError::Broken(_) | StoreError::Head(_))) => Err(error),
        _ => Ok(()),
    }
}
