//! The steps a made-up record has taken since it was begun.

use office_model::{Service, Status};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dice::Dice;

/// One step that a record takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The status after it.
    pub to: Status,
    /// Why, where a reason is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How many of a hundred records have taken so many steps: 1.8 in the mean, so 2.8 changes with the first.
const TAKEN: [u32; 6] = [11, 28, 40, 12, 6, 3];

/// Steps that the rules of the service allow, one after the other.
pub(crate) fn draw(dice: &mut Dice, service: &Service, fields: &Map<String, Value>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut now = Status::FIRST;
    for _ in 0..how_many(dice) {
        let reason = |to: Status| to.needs_reason().then(|| why(to).to_owned());
        // Nothing is changed in these records, so that nobody has one checked anew or takes it back.
        let allowed = now.next(service.approval).filter(|to| !is_back(now, *to));
        let allowed = allowed.filter(|to| service.check_step(now, *to, reason(*to).as_deref(), fields).is_ok());
        let (forward, aside): (Vec<Status>, Vec<Status>) = allowed.partition(|to| is_forward(*to));
        let list = if dice.percent(95) || aside.is_empty() { forward } else { aside };
        let Some(to) = dice.index(list.len()).and_then(|at| list.get(at)).copied() else { break };
        steps.push(Step { to, reason: reason(to) });
        now = to;
    }
    steps
}

fn how_many(dice: &mut Dice) -> usize {
    let mut left = dice.below(TAKEN.iter().sum());
    for (steps, share) in TAKEN.iter().enumerate() {
        match left.checked_sub(*share) {
            Some(rest) => left = rest,
            None => return steps,
        }
    }
    0
}

const fn is_forward(to: Status) -> bool {
    !matches!(to, Status::Dikembalikan | Status::Ditolak | Status::Dibatalkan)
}

fn is_back(from: Status, to: Status) -> bool {
    matches!(from, Status::Diperiksa | Status::MenungguCamat) && to < from
}

const fn why(to: Status) -> &'static str {
    match to {
        Status::Ditolak => "Data tidak sesuai dengan berkas asli",
        Status::Dibatalkan => "Dibatalkan atas permintaan pemohon",
        _ => "Fotokopi kartu keluarga belum dilampirkan",
    }
}
