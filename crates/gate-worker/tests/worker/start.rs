//! A process that does not start is our fault and never a document's; and every process ends with its parent.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use gate_worker::{ProcessGate, WorkerCommand};
use replica_store::{DirectGate, Gate as _, StoreError};

use crate::documents::World;

const PATIENCE: Duration = Duration::from_secs(60);

fn nothing_is_blamed(world: &mut World, mut gate: ProcessGate, why: &str) {
    let error = world.hub.judge_pending(&mut gate, 5, 100).unwrap_err();
    assert!(matches!(error, StoreError::Gate(_)), "{error}");
    assert!(error.to_string().contains(why), "{error}");
    assert_eq!(world.hub.pending().unwrap(), 3);
    assert!(world.hub.quarantine(10).unwrap().is_empty());
}

#[test]
fn a_process_that_cannot_be_started_leaves_everything_pending() {
    let mut world = World::with(3);
    let file = world.diary();
    std::fs::write(&file, "no program").unwrap();
    let of = |program: &std::path::Path| {
        let nothing: [&str; 0] = [];
        ProcessGate::with_patience(WorkerCommand::program(program, nothing), PATIENCE)
    };
    nothing_is_blamed(&mut world, of(&file), "does not start");
    nothing_is_blamed(&mut world, of(&file.with_extension("missing")), "does not start");
    std::fs::remove_file(&file).unwrap();
    let document = world.cases()[0].document;
    for (fault, why) in [("not-ready", "ended with code 9"), ("stranger", "does not get ready")] {
        let gate = world.faulty(fault, document, PATIENCE);
        nothing_is_blamed(&mut world, gate, why);
        world.assert_all_gone();
    }
    // Later it starts, and all is well.
    let mut gate = world.faulty("none", document, PATIENCE);
    assert_eq!(world.hub.judge_pending(&mut gate, 5, 100).unwrap().accepted, 3);
}

#[test]
fn a_process_is_started_only_when_there_is_something_to_judge() {
    let world = World::with(2);
    let cases = world.cases();
    let mut gate = world.faulty("none", cases[0].document, PATIENCE);
    assert_eq!(gate.judge_all(&[]).unwrap(), []);
    assert_eq!((gate.child_id(), world.processes().len()), (None, 0));
    for _ in 0..3 {
        gate.judge_all(&cases).unwrap();
    }
    assert_eq!(world.processes(), [gate.child_id().unwrap()]);
}

#[test]
fn a_process_gets_no_environment() {
    let world = World::with(2);
    let cases = world.cases();
    let mut gate = world.faulty("bare", cases[0].document, PATIENCE);
    assert_eq!(gate.judge_all(&cases).unwrap(), DirectGate.judge_all(&cases).unwrap());
}

#[test]
fn a_process_ends_with_its_input_even_while_it_judges_for_ever() {
    let world = World::with(1);
    let case = &world.cases()[0];
    let program = env!("CARGO_BIN_EXE_faulty-gate-worker");
    let mut child = Command::new(program)
        .args(["spin", &case.document.to_string(), world.diary().to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // One document, as the parent would send it.
    let mut payload = 1_u32.to_le_bytes().to_vec();
    payload.extend_from_slice(case.document.as_bytes());
    let put = |payload: &mut Vec<u8>, bytes: &[u8]| {
        payload.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
        payload.extend_from_slice(bytes);
    };
    payload.push(0);
    put(&mut payload, case.belonging.office().as_str().as_bytes());
    payload.extend_from_slice(&[0; 8]);
    input.write_all(&u32::try_from(payload.len()).unwrap().to_le_bytes()).unwrap();
    input.write_all(&payload).unwrap();
    // It says that it is ready, then that it began.
    let mut said = [0; 4 + 20 + 1];
    child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}
