//! The one thread that writes: commits what exchanges bring, many at once, and what the gate said of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use exchange_driver::{CommitOutcome, DriverError, HubCommit};
use replica_store::{Case, JudgeReport, NodeCall, Replica, StoreError};
use serde_json::Value;
use service_document::Verdict;
use tokio::sync::{mpsc, oneshot, watch};

use crate::act::{self, Act};
use crate::keys::HubKeys;
use crate::metrics::Metrics;
use crate::{Failure, clock};

/// Jobs that wait; who brings more waits himself.
const QUEUE: usize = 1024;
/// Jobs of a round, whose commits are one.
const ROUND: usize = 64;

type Run = Box<dyn FnOnce(&mut Replica, &HubKeys) + Send>;

type Told = oneshot::Sender<Option<Committed>>;

/// Steps of an exchange that are durable now.
pub(super) struct Committed {
    /// What became of each, in order.
    pub(super) outcomes: Vec<CommitOutcome>,
    /// To wait for with [`super::judge::Judged::round`].
    pub(super) round: u64,
}

enum Job {
    Run(Run),
    Commit(Vec<HubCommit>, Told),
    /// Lines of the diary that wait go in now.
    Diary,
    Apply(Vec<Case>, Vec<Verdict>, oneshot::Sender<Result<JudgeReport, StoreError>>),
    Stop,
}

/// So long a line of the diary waits for a commit of others.
const DIARY: Duration = Duration::from_secs(1);

/// Hands jobs to the writer thread.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    rounds: watch::Receiver<u64>,
    diary: Diary,
}

/// Lines of the diary that wait for a commit, so that none costs one of its own.
type Diary = Arc<Mutex<Vec<NodeCall>>>;

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
        metrics: Arc<Metrics>,
    ) -> Result<(Self, WriterThread), Failure> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (tell_round, rounds) = watch::channel(0);
        let (tell_failed, failed) = watch::channel(None);
        let diary = Diary::default();
        let mut work = Work { replica, keys, queue, rounds: tell_round, diary: Arc::clone(&diary), metrics };
        let handle = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                if let Err(error) = work.run() {
                    tracing::error!(%error, "the database failed: the server stops");
                    tell_failed.send_replace(Some(error.into()));
                }
            })
            .map_err(Failure::internal)?;
        Ok((Self { jobs, rounds, diary }, WriterThread { handle, failed }))
    }

    /// Makes steps of an exchange durable, together with those of others. `None` when the disk refused.
    pub(super) async fn commit(&self, steps: Vec<HubCommit>) -> Option<Committed> {
        let (tell, told) = oneshot::channel();
        self.jobs.send(Job::Commit(steps, tell)).await.ok()?;
        told.await.ok().flatten()
    }

    /// Notes what became of an exchange, with the next commit or soon.
    pub(super) fn note(&self, call: NodeCall) {
        let mut diary = self.diary.lock().unwrap_or_else(PoisonError::into_inner);
        diary.push(call);
        if diary.len() == 1 {
            let jobs = self.jobs.clone();
            tokio::spawn(async move {
                tokio::time::sleep(DIARY).await;
                // A writer that stopped took them along.
                let _ = jobs.send(Job::Diary).await;
            });
        }
    }

    /// Jobs that wait.
    pub(crate) fn queue(&self) -> usize {
        self.jobs.max_capacity().saturating_sub(self.jobs.capacity())
    }

    /// Hears of rounds: whatever changed, changed in one.
    pub(crate) fn rounds(&self) -> watch::Receiver<u64> {
        self.rounds.clone()
    }

    /// The last round that is done.
    pub(super) fn round(&self) -> u64 {
        *self.rounds.borrow()
    }

    /// Done when there was another round. An error when the writer has stopped.
    pub(super) async fn round_after(&self, round: u64) -> Result<(), watch::error::RecvError> {
        self.rounds.clone().wait_for(|&done| done > round).await.map(|_| ())
    }

    /// Makes verdicts visible, and blocks until they are. `None` when the writer has stopped.
    pub(super) fn apply(&self, cases: Vec<Case>, verdicts: Vec<Verdict>) -> Option<Result<JudgeReport, StoreError>> {
        let (tell, told) = oneshot::channel();
        self.jobs.blocking_send(Job::Apply(cases, verdicts, tell)).ok()?;
        told.blocking_recv().ok()
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

    /// As [`Writer::run`], for whatever needs the hub's keys or fails otherwise.
    pub(super) async fn send<T: Send + 'static>(
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
    Failure::state("the server is stopping", "try again when it is back")
        .id("pusat sedang dihentikan", "coba lagi setelah pusat menyala kembali")
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
    queue: mpsc::Receiver<Job>,
    rounds: watch::Sender<u64>,
    diary: Diary,
    metrics: Arc<Metrics>,
}

impl Work {
    fn run(&mut self) -> Result<(), StoreError> {
        while let Some(first) = self.queue.blocking_recv() {
            let mut jobs = vec![first];
            while jobs.len() < ROUND {
                let Ok(job) = self.queue.try_recv() else { break };
                jobs.push(job);
            }
            let round = *self.rounds.borrow() + 1;
            let stop = self.round_of(jobs, round)?;
            self.rounds.send_replace(round);
            if stop {
                break;
            }
        }
        Ok(())
    }

    /// Does the jobs of a round, all commits in one. Says whether to stop.
    fn round_of(&mut self, jobs: Vec<Job>, round: u64) -> Result<bool, StoreError> {
        let (mut calls, mut waiting, mut stop, mut diary) = (Vec::new(), Vec::new(), false, false);
        for job in jobs {
            match job {
                Job::Run(run) => run(&mut self.replica, &self.keys),
                Job::Commit(of_call, tell) => {
                    waiting.push(tell);
                    calls.push(of_call);
                }
                Job::Diary => diary = true,
                Job::Apply(cases, verdicts, tell) => self.apply(&cases, &verdicts, tell)?,
                Job::Stop => stop = true,
            }
        }
        if !waiting.is_empty() || diary || stop {
            // Behind the others: whose outcomes are told.
            calls.extend(self.diary().into_iter().map(|call| vec![HubCommit::called(call)]));
        }
        if calls.is_empty() {
            return Ok(stop);
        }
        let begun = Instant::now();
        let committed = exchange_driver::commit_all(&mut self.replica, calls);
        self.metrics.commit(begun.elapsed(), committed.is_ok());
        match committed {
            Ok(outcomes) => {
                for (tell, outcomes) in waiting.into_iter().zip(outcomes) {
                    // Whoever asked may be gone; what is committed is committed.
                    let _ = tell.send(Some(Committed { outcomes, round }));
                }
            }
            Err(error) => {
                tracing::error!(%error, "a commit failed: its exchanges are cut, nothing of them was acknowledged");
                for tell in waiting {
                    let _ = tell.send(None);
                }
                if let DriverError::Store(error) = error {
                    fatal(error)?;
                }
            }
        }
        Ok(stop)
    }

    /// Lines of the diary that wait.
    fn diary(&self) -> Vec<NodeCall> {
        std::mem::take(&mut *self.diary.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn apply(
        &mut self,
        cases: &[Case],
        verdicts: &[Verdict],
        tell: oneshot::Sender<Result<JudgeReport, StoreError>>,
    ) -> Result<(), StoreError> {
        match self.replica.apply_verdicts(cases, verdicts, clock::now_millis()) {
            Err(error) if is_fatal(&error) => Err(error),
            // The judge may be gone; what it said is visible.
            done => {
                let _ = tell.send(done);
                Ok(())
            }
        }
    }
}

/// Errors after which going on is not safe: the program has to start again.
const fn is_fatal(error: &StoreError) -> bool {
    matches!(error, StoreError::Broken(_) | StoreError::Head(_))
}

fn fatal(error: StoreError) -> Result<(), StoreError> {
    if is_fatal(&error) { Err(error) } else { Ok(()) }
}
