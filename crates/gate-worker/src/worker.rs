//! The child: answers frame by frame until its input ends.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};

use change_log::{DocumentId, EpochId};
use service_document::{Belonging, Candidate, Judgement, NewTransaction, Stamp, TransactionDocument, Verdict};

use crate::limits::{self, STACK_BYTES};
use crate::{READY, WINDOW, codec, frame, question::Question};

/// Runs the child of a [`crate::ProcessGate`] over standard input and output, until the input ends.
pub fn run() -> ExitCode {
    run_with(|question: &Question<'_>| question.judge())
}

/// [`run`] with another judge: for tests.
pub fn run_with(judge: impl FnMut(&Question<'_>) -> Verdict + Send + 'static) -> ExitCode {
    if limits::apply().is_err() {
        return ExitCode::FAILURE;
    }
    let (frames, queue) = sync_channel(WINDOW);
    let judging = move || {
        let ended = catch_unwind(AssertUnwindSafe(|| answer(&queue, judge)));
        // The other thread may be waiting for input: who is to answer is gone, so the process is.
        std::process::exit(i32::from(!matches!(ended, Ok(Ok(())))));
    };
    if std::thread::Builder::new().name("judge".to_owned()).stack_size(STACK_BYTES).spawn(judging).is_err() {
        return ExitCode::FAILURE;
    }
    // This thread always waits for input, so it sees the parent go even while the other one judges for ever. (The
    // parent never has more frames under way than the queue takes.)
    let mut input = io::stdin().lock();
    while let Ok(Some(payload)) = frame::read(&mut input) {
        if frames.send(payload).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn answer(queue: &Receiver<Vec<u8>>, mut judge: impl FnMut(&Question<'_>) -> Verdict) -> io::Result<()> {
    let mut out = io::stdout();
    if !judges_its_own() {
        return Err(io::ErrorKind::Other.into());
    }
    frame::write(&mut out, READY)?;
    while let Ok(payload) = queue.recv() {
        let questions = codec::read_questions(&payload).map_err(|_| io::ErrorKind::InvalidData)?;
        let verdicts: Vec<Verdict> = questions.iter().map(&mut judge).collect();
        frame::write(&mut out, &codec::write_verdicts(verdicts.iter()))?;
    }
    Ok(())
}

/// Whether a small sound document passes here. If not, this process has too little to live on, and no document of
/// anybody else may be blamed for that.
fn judges_its_own() -> bool {
    let (Ok(office), Ok(service)) = ("35.10.01.2001".parse(), "A01".parse()) else { return false };
    let epoch = EpochId([1; 16]);
    let stamp = Stamp { epoch, millis: 0, hub_offset_millis: None, clerk: "gate".to_owned() };
    let new = NewTransaction {
        office,
        service,
        catalogue_version: 1,
        fields: serde_json::Map::default(),
        number: None,
        serials: None,
    };
    let Ok((_, first)) = TransactionDocument::create(&new, &stamp) else { return false };
    let candidates = vec![Candidate { epoch, hash: first.hash, raw: &first.raw, guest: None }];
    let document = DocumentId::derive(epoch, 1, 0);
    let question = Question { document, belonging: Belonging::To(office), accepted: Vec::new(), candidates };
    question.judge().judgements == [Judgement::Accepted]
}
