//! A running child, as its parent holds it.

use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use replica_store::GateError;

use crate::death::Death;
use crate::{READY, WINDOW, WorkerCommand, frame};

/// Killed and waited for when dropped. Two small threads move the bytes, so that nothing the child does or leaves
/// undone can hold up its parent for longer than `patience`.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    questions: SyncSender<Vec<u8>>,
    answers: Receiver<Vec<u8>>,
    patience: Duration,
}

impl Worker {
    /// Starts a child and waits until it is ready.
    pub(crate) fn start(command: &WorkerCommand, patience: Duration) -> Result<Self, GateError> {
        let mut child = command
            .build()
            .and_then(|mut command| command.spawn())
            .map_err(|error| GateError(format!("its process does not start: {error}")))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (questions, to_send) = sync_channel(WINDOW);
        let (received, answers) = sync_channel(WINDOW);
        let mut worker = Self { child, questions, answers, patience };
        let (Some(input), Some(output)) = (input, output) else {
            return Err(GateError("its process has no pipes".to_owned()));
        };
        let no_thread = |error| GateError(format!("no thread for its process: {error}"));
        thread::Builder::new().name("gate-out".to_owned()).spawn(move || send(&to_send, input)).map_err(no_thread)?;
        thread::Builder::new()
            .name("gate-in".to_owned())
            .spawn(move || receive(&received, output))
            .map_err(no_thread)?;
        match worker.answer() {
            Ok(first) if first == READY => Ok(worker),
            Ok(_) => Err(GateError("its process is another program".to_owned())),
            Err(death) => Err(GateError(format!("its process does not get ready: {death}"))),
        }
    }

    /// Sends a frame. One that cannot be sent is not answered either. At most [`WINDOW`] may be without an answer.
    pub(crate) fn ask(&self, payload: Vec<u8>) {
        // The thread behind ends with the child; the missing answer tells.
        let _ = self.questions.send(payload);
    }

    /// The next answer. After an error the child is of no use any more.
    pub(crate) fn answer(&mut self) -> Result<Vec<u8>, Death> {
        match self.answers.recv_timeout(self.patience) {
            Ok(payload) => Ok(payload),
            Err(RecvTimeoutError::Timeout) => Err(Death::Silent(self.patience)),
            // It is dead, or closed its pipe without dying.
            Err(RecvTimeoutError::Disconnected) => {
                let _ = self.child.kill();
                self.child.wait().map_or(Err(Death::Nonsense), |status| Err(Death::Ended(status)))
            }
        }
    }

    /// Whether it runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // One that is dead already cannot be killed, only waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send(frames: &Receiver<Vec<u8>>, mut input: ChildStdin) {
    while let Ok(payload) = frames.recv() {
        if frame::write(&mut input, &payload).is_err() {
            return;
        }
    }
}

fn receive(answers: &SyncSender<Vec<u8>>, mut output: ChildStdout) {
    while let Ok(Some(payload)) = frame::read(&mut output) {
        if answers.send(payload).is_err() {
            return;
        }
    }
}
