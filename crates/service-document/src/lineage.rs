//! Who built on what: the changes of one document as headers only, and the rules a next header must keep.

use std::collections::{BTreeMap, BTreeSet};

use change_log::{ChangeHash, EpochId, RawChange};

use crate::refusal::{Refusal, RefusalCode};

/// Why a header does not fit.
pub(crate) enum Misfit {
    /// These changes are not here (yet).
    Missing(Vec<ChangeHash>),
    /// It breaks a rule for good.
    Refused(Refusal),
}

/// The headers of changes that are in, or are about to be.
#[derive(Default)]
pub(crate) struct Lineage {
    members: BTreeMap<ChangeHash, Member>,
    by_place: BTreeMap<(EpochId, u64), ChangeHash>,
}

struct Member {
    max_op: u64,
    dependencies: Vec<ChangeHash>,
    place: (EpochId, u64),
    /// For each epoch, the number of its last change among this one and all it builds on.
    seen: BTreeMap<EpochId, u64>,
}

impl Lineage {
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn contains(&self, hash: &ChangeHash) -> bool {
        self.members.contains_key(hash)
    }

    /// Takes the change in if its header keeps all rules: numbers follow on without a gap, and all it names is here.
    pub(crate) fn add(&mut self, change: &RawChange<'_>) -> Result<(), Misfit> {
        let place = (change.actor, change.sequence);
        if let Some(other) = self.by_place.get(&place) {
            let detail = format!("change {} of this epoch is {other}", change.sequence);
            return Err(refused(RefusalCode::Fork, detail));
        }
        let missing: Vec<ChangeHash> =
            change.dependencies.iter().filter(|hash| !self.contains(hash)).copied().collect();
        if !missing.is_empty() {
            return Err(Misfit::Missing(missing));
        }
        if change.dependencies.is_empty() && !self.is_empty() {
            return Err(refused(RefusalCode::SecondBeginning, "it builds on nothing"));
        }
        let (max_op, mut seen) = self.below(&change.dependencies);
        let before = seen.get(&change.actor).copied().unwrap_or(0);
        if change.sequence != before + 1 {
            return Err(refused(RefusalCode::Sequence, format!("number {} after {before}", change.sequence)));
        }
        if change.start_op != max_op + 1 {
            let detail = format!("operations begin at {} after {max_op}", change.start_op);
            return Err(refused(RefusalCode::OperationNumbers, detail));
        }
        if let Some(unknown) = change.other_actors.iter().find(|actor| !seen.contains_key(actor)) {
            return Err(refused(RefusalCode::UnknownActor, format!("epoch {unknown}")));
        }
        seen.insert(change.actor, change.sequence);
        let dependencies = change.dependencies.clone();
        self.members.insert(change.hash, Member { max_op: change.max_op(), dependencies, place, seen });
        self.by_place.insert(place, change.hash);
        Ok(())
    }

    /// Takes a change out again; nothing may build on it.
    pub(crate) fn remove(&mut self, hash: &ChangeHash) {
        if let Some(member) = self.members.remove(hash) {
            self.by_place.remove(&member.place);
        }
    }

    /// The changes nothing builds on, ascending.
    pub(crate) fn heads(&self) -> Vec<ChangeHash> {
        let built_on: BTreeSet<&ChangeHash> =
            self.members.values().flat_map(|member| member.dependencies.iter()).collect();
        self.members.keys().filter(|hash| !built_on.contains(hash)).copied().collect()
    }

    /// Highest operation number and all epochs' last changes, over these changes and all they build on.
    fn below(&self, dependencies: &[ChangeHash]) -> (u64, BTreeMap<EpochId, u64>) {
        let mut max_op = 0;
        let mut seen: BTreeMap<EpochId, u64> = BTreeMap::new();
        for member in dependencies.iter().filter_map(|hash| self.members.get(hash)) {
            max_op = max_op.max(member.max_op);
            for (epoch, sequence) in &member.seen {
                let last = seen.entry(*epoch).or_default();
                *last = (*last).max(*sequence);
            }
        }
        (max_op, seen)
    }
}

fn refused(code: RefusalCode, detail: impl Into<String>) -> Misfit {
    Misfit::Refused(Refusal::new(code, detail))
}
