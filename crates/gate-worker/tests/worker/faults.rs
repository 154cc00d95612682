//! Every way to bring the process down.

use std::time::Duration;

use gate_worker::ProcessGate;
use replica_store::{DirectGate, Gate as _};
use service_document::{Judgement, RefusalCode, Verdict};

use crate::documents::World;

/// More than one frame has.
const COUNT: i64 = 150;
/// The bad document: in the middle of the second frame.
const BAD: usize = 100;
/// Longer than any machine needs for a frame.
const LONG: Duration = Duration::from_secs(60);

/// What it is called when this verdict is a document's that killed the process.
fn died(verdict: &Verdict) -> Option<&str> {
    match verdict.judgements.as_slice() {
        [Judgement::Refused(refusal)] if refusal.code == RefusalCode::GateDied => Some(&refusal.detail),
        _ => None,
    }
}

/// Exactly the bad document is refused; says with what detail, and how many processes it took.
fn only_the_bad_one_is_refused(fault: &str, patience: Duration) -> (String, usize) {
    let world = World::with(COUNT);
    let cases = world.cases();
    let mut gate = world.faulty(fault, cases[BAD].document, patience);
    let verdicts = gate.judge_all(&cases).unwrap();
    let sound = DirectGate.judge_all(&cases).unwrap();
    assert_eq!(verdicts.len(), cases.len());
    for (index, (verdict, sound)) in verdicts.iter().zip(&sound).enumerate() {
        assert!(index == BAD || verdict == sound, "{fault}: document {index}: {verdict:?}");
    }
    // The process that is left goes on.
    assert_eq!(gate.judge_all(&cases[..BAD]).unwrap(), sound[..BAD]);
    let processes = world.processes().len();
    drop(gate);
    world.assert_all_gone();
    (died(&verdicts[BAD]).unwrap_or_else(|| panic!("{fault}: {:?}", verdicts[BAD])).to_owned(), processes)
}

#[test]
fn a_process_that_aborts_costs_one_document() {
    assert_eq!(only_the_bad_one_is_refused("abort", LONG), ("ended by signal 6".to_owned(), 4));
}

#[test]
fn a_process_that_overflows_its_stack_costs_one_document() {
    assert_eq!(only_the_bad_one_is_refused("overflow", LONG).0, "ended by signal 6");
}

#[test]
fn a_process_that_allocates_without_end_costs_one_document() {
    assert_eq!(only_the_bad_one_is_refused("hoard", LONG).0, "ended by signal 6");
}

#[test]
fn a_process_that_never_answers_costs_one_document() {
    let told = only_the_bad_one_is_refused("spin", Duration::from_secs(6));
    assert_eq!(told, ("no answer in 6 s".to_owned(), 3));
}

#[test]
fn a_process_that_panics_or_ends_costs_one_document() {
    assert_eq!(only_the_bad_one_is_refused("panic", LONG).0, "ended with code 1");
    assert_eq!(only_the_bad_one_is_refused("exit", LONG).0, "ended with code 0");
}

#[test]
fn a_process_that_writes_nonsense_costs_one_document() {
    assert_eq!(only_the_bad_one_is_refused("garbage", LONG).0, "unreadable answer");
    only_the_bad_one_is_refused("huge", LONG);
}

#[test]
fn a_process_that_closes_its_pipe_in_the_middle_of_an_answer_costs_one_document() {
    assert_eq!(only_the_bad_one_is_refused("cut", LONG).0, "ended with code 0");
}

#[test]
fn a_process_that_somebody_kills_costs_nothing() {
    let world = World::with(COUNT);
    let cases = world.cases();
    let mut gate = world.faulty("killed-twice", cases[BAD].document, LONG);
    assert_eq!(gate.judge_all(&cases).unwrap(), DirectGate.judge_all(&cases).unwrap());
    assert_eq!(world.processes().len(), 3);
    // And one that is killed between two batches.
    kill(&gate);
    assert_eq!(gate.judge_all(&cases).unwrap(), DirectGate.judge_all(&cases).unwrap());
    assert_eq!(world.processes().len(), 4);
    drop(gate);
    world.assert_all_gone();
}

#[test]
fn a_document_under_which_the_process_is_always_killed_is_not_tried_for_ever() {
    let (told, processes) = only_the_bad_one_is_refused("killed", LONG);
    assert_eq!((told.as_str(), processes), ("ended by signal 9", 7));
}

#[test]
fn more_memory_than_the_limit_is_not_to_be_had() {
    let world = World::with(3);
    let cases = world.cases();
    let mut gate = world.faulty("memory", cases[1].document, LONG);
    assert_eq!(gate.judge_all(&cases).unwrap(), DirectGate.judge_all(&cases).unwrap());
}

#[test]
fn a_document_that_kills_is_quarantined_in_the_store_and_judged_again_only_when_asked() {
    let mut world = World::with(3);
    let bad = world.cases()[1].document;
    let mut gate = world.faulty("abort", bad, LONG);
    let report = world.hub.judge_pending(&mut gate, 5, 100).unwrap();
    assert_eq!((report.accepted, report.refused), (2, 1));
    assert_eq!(world.hub.judge_pending(&mut gate, 5, 100).unwrap().documents, 0);
    let quarantined = world.hub.quarantine(10).unwrap();
    assert_eq!(quarantined.len(), 1);
    assert_eq!((quarantined[0].document, quarantined[0].code.as_str()), (bad, "gate_died"));
    assert!(world.hub.verify().unwrap().is_sound());
    assert_eq!(world.hub.retry_quarantined(Some(bad)).unwrap(), 1);
    assert_eq!(world.hub.judge_pending(&mut DirectGate, 6, 100).unwrap().accepted, 1);
    assert!(world.hub.quarantine(10).unwrap().is_empty());
}

fn kill(gate: &ProcessGate) {
    let id = gate.child_id().and_then(|id| rustix::process::Pid::from_raw(id.try_into().unwrap())).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
}
