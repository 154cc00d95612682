//! The process says what this one would.

use std::time::Duration;

use change_log::{ChangeHash, EpochId};
use gate_worker::ProcessGate;
use proptest::prelude::*;
use replica_store::{Case, DirectGate, Gate as _};
use serde_json::json;
use service_document::{Belonging, Stamp, TransactionDocument};

use crate::documents::{World, office, transaction};

#[derive(Debug, Clone)]
enum Twist {
    /// An edit by another machine.
    Edit(u8, String),
    /// A change that builds on one that is not there.
    Gap,
    /// Damaged bytes.
    Flip(u16),
    /// Another hash.
    Hash,
    /// The same once more.
    Twice,
}

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        (2..5_u8, "\\PC{0,12}").prop_map(|(machine, text)| Twist::Edit(machine, text)),
        Just(Twist::Gap),
        any::<u16>().prop_map(Twist::Flip),
        Just(Twist::Hash),
        Just(Twist::Twice),
    ]
}

fn twisted(mut case: Case, twists: &[Twist]) -> Case {
    let first = case.candidates[0].clone();
    let mut document = TransactionDocument::load([first.raw.as_slice()]).unwrap();
    for (millis, twist) in (1_760_000_000_001..).zip(twists) {
        let mut edit = |machine: u8, text: &str| {
            let stamp =
                Stamp { epoch: EpochId([machine; 16]), millis, hub_offset_millis: Some(-5), clerk: "budi".to_owned() };
            let edits = [("nama".parse().unwrap(), json!(text))];
            document.edit(&edits, &stamp).unwrap().map(|change| (stamp.epoch, change))
        };
        let mut next = first.clone();
        match twist {
            Twist::Edit(machine, text) => {
                let Some((epoch, change)) = edit(*machine, text) else { continue };
                (next.epoch, next.hash, next.raw) = (epoch, change.hash, change.raw);
            }
            Twist::Gap => {
                let Some((epoch, change)) = edit(7, "first").and_then(|_| edit(8, "second")) else { continue };
                (next.epoch, next.hash, next.raw) = (epoch, change.hash, change.raw);
            }
            Twist::Flip(at) => {
                let at = usize::from(*at) % next.raw.len();
                next.raw[at] ^= 1;
            }
            Twist::Hash => next.hash = ChangeHash([7; 32]),
            Twist::Twice => {}
        }
        case.candidates.push(next);
    }
    case
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verdicts_are_those_of_the_direct_gate(twists in proptest::collection::vec(proptest::collection::vec(twist(), 0..6), 1..8)) {
        let world = World::with(i64::try_from(twists.len()).unwrap());
        let cases: Vec<Case> =
            world.cases().into_iter().zip(&twists).map(|(case, twists)| twisted(case, twists)).collect();
        let mut gate: ProcessGate = world.faulty("none", cases[0].document, Duration::from_secs(60));
        prop_assert_eq!(gate.judge_all(&cases).unwrap(), DirectGate.judge_all(&cases).unwrap());
    }
}

#[test]
fn documents_of_any_number_and_size_come_back_in_order() {
    let world = World::with(200);
    let mut cases = world.cases();
    // Larger than a frame and than any pipe.
    let candidate = cases[70].candidates[0].clone();
    let text = "x".repeat(60_000);
    let mut large = transaction("Warga besar");
    large.fields.insert("keperluan".to_owned(), json!(text));
    let stamp = Stamp { epoch: candidate.epoch, millis: 5, hub_offset_millis: None, clerk: "siti".to_owned() };
    let (_, change) = TransactionDocument::create(&large, &stamp).unwrap();
    for _ in 0..30 {
        let mut next = candidate.clone();
        (next.hash, next.raw) = (change.hash, change.raw.clone());
        cases[70].candidates.push(next);
    }
    assert_eq!(cases[70].belonging, Belonging::To(office()));
    let mut gate = world.faulty("none", cases[0].document, Duration::from_secs(60));
    let sound = DirectGate.judge_all(&cases).unwrap();
    assert_eq!(gate.judge_all(&cases).unwrap(), sound);
    for count in [1, 63, 64, 65, 199] {
        assert_eq!(gate.judge_all(&cases[..count]).unwrap(), sound[..count]);
    }
    assert_eq!(world.processes().len(), 1);
}
