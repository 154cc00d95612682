//! The gate as the parent calls it: batches to the child, and justice when the child dies.

use std::time::Duration;

use replica_store::{Case, Gate, GateError};
use service_document::{Judgement, Refusal, RefusalCode, Verdict};

use crate::child::Worker;
use crate::death::Death;
use crate::{WINDOW, WorkerCommand, codec};

/// How long a child may take over one frame before it is killed. (The worst document that passes the limits takes
/// well under a second.)
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Documents in a frame.
const FRAME_CASES: usize = 64;
/// Bytes in a frame, but for its last document.
const FRAME_BYTES: usize = 256 * 1024;

/// Judges in a child process, which is started when it is first needed and kept for the next batches.
#[derive(Debug)]
pub struct ProcessGate {
    command: WorkerCommand,
    patience: Duration,
    worker: Option<Worker>,
}

impl ProcessGate {
    /// A gate whose child is started with `command`.
    pub const fn new(command: WorkerCommand) -> Self {
        Self::with_patience(command, PATIENCE)
    }

    /// [`ProcessGate::new`] with another time for a frame than [`PATIENCE`].
    pub const fn with_patience(command: WorkerCommand, patience: Duration) -> Self {
        Self { command, patience, worker: None }
    }

    /// Process id of the child, while there is one.
    pub fn child_id(&self) -> Option<u32> {
        self.worker.as_ref().map(Worker::id)
    }

    /// Has frames answered until all are or the child dies: says of what, and how many were.
    fn ask(&mut self, frames: &[&[Case]], verdicts: &mut Vec<Verdict>) -> Result<Option<(usize, Death)>, GateError> {
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => Worker::start(&self.command, self.patience)?,
        };
        let mut waiting = frames.iter();
        waiting.by_ref().take(WINDOW).for_each(|frame| worker.ask(codec::write_cases(frame)));
        for (answered, frame) in frames.iter().enumerate() {
            let answer = worker.answer().and_then(|payload| verdicts_of(frame, &payload).ok_or(Death::Nonsense));
            match answer {
                Ok(mut answer) => verdicts.append(&mut answer),
                Err(death) => return Ok(Some((answered, death))),
            }
            waiting.by_ref().take(1).for_each(|frame| worker.ask(codec::write_cases(frame)));
        }
        self.worker = Some(worker);
        Ok(None)
    }

    /// Judges a document among which the guilty one is: by itself, again if need be.
    fn alone(&mut self, case: &Case) -> Result<Verdict, GateError> {
        let mut deaths = 0;
        loop {
            let mut verdicts = Vec::with_capacity(1);
            let Some((_, death)) = self.ask(&[std::slice::from_ref(case)], &mut verdicts)? else {
                return verdicts.pop().ok_or_else(|| GateError("its process gave no verdict".to_owned()));
            };
            deaths += 1;
            if death.is_proof(deaths) {
                tracing::warn!(document = %case.document, cause = %death, "the gate's process died of this document: its changes are quarantined");
                return Ok(refused(case, death));
            }
        }
    }
}

impl Gate for ProcessGate {
    fn judge_all(&mut self, cases: &[Case]) -> Result<Vec<Verdict>, GateError> {
        // What killed it while it had nothing to do was no document.
        self.worker.take_if(|worker| !worker.is_alive());
        let mut verdicts = Vec::with_capacity(cases.len());
        let frames = frames(cases);
        let mut rest = frames.as_slice();
        while !rest.is_empty() {
            let Some((answered, death)) = self.ask(rest, &mut verdicts)? else { break };
            rest = rest.get(answered..).unwrap_or_default();
            let Some((suspects, others)) = rest.split_first() else { break };
            tracing::warn!(cause = %death, documents = suspects.len(), "the gate's process died: these documents are judged one by one");
            for case in *suspects {
                verdicts.push(self.alone(case)?);
            }
            rest = others;
        }
        Ok(verdicts)
    }
}

fn frames(cases: &[Case]) -> Vec<&[Case]> {
    let mut frames = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (index, case) in cases.iter().enumerate() {
        bytes += codec::bytes_of(case);
        let to = index + 1;
        if to == cases.len() || to - from >= FRAME_CASES || bytes >= FRAME_BYTES {
            frames.extend(cases.get(from..to));
            (from, bytes) = (to, 0);
        }
    }
    frames
}

/// The verdicts of an answer, if they are for these cases.
fn verdicts_of(cases: &[Case], payload: &[u8]) -> Option<Vec<Verdict>> {
    let verdicts = codec::read_verdicts(payload).ok()?;
    let fits = |(case, verdict): (&Case, &Verdict)| case.candidates.len() == verdict.judgements.len();
    (cases.len() == verdicts.len() && cases.iter().zip(&verdicts).all(fits)).then_some(verdicts)
}

fn refused(case: &Case, death: Death) -> Verdict {
    let refusal = Refusal { code: RefusalCode::GateDied, detail: death.to_string() };
    Verdict { judgements: case.candidates.iter().map(|_| Judgement::Refused(refusal.clone())).collect(), row: None }
}
