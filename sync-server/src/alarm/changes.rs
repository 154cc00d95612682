//! What begins and what ends: findings against the alarms that go on. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::Incident;
use super::findings::Finding;

/// What is to be kept and told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Changes {
    /// Incidents that begin, and how it is.
    pub(crate) begun: Vec<(Incident, String)>,
    /// Incidents that are over.
    pub(crate) ended: Vec<Incident>,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.begun.is_empty() && self.ended.is_empty()
    }
}

/// Nothing begins that goes on, nothing ends that does not. What nothing is found of any more (an office without machines)
/// is over.
pub(crate) fn changes(open: &BTreeSet<Incident>, found: &BTreeMap<Incident, Finding>) -> Changes {
    let mut changes = Changes::default();
    for (incident, finding) in found {
        match finding {
            Finding::Wrong(how) if !open.contains(incident) => changes.begun.push((*incident, how.clone())),
            Finding::Right if open.contains(incident) => changes.ended.push(*incident),
            _ => {}
        }
    }
    changes.ended.extend(open.iter().filter(|incident| !found.contains_key(incident)));
    changes.ended.sort_unstable();
    changes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Kind;
    use super::*;

    fn incident() -> impl Strategy<Value = Incident> {
        (0..Kind::ALL.len(), proptest::option::of(1..4_u32)).prop_map(|(kind, office)| Incident {
            kind: Kind::ALL[kind],
            office: office.map(|number| format!("35.10.01.200{number}").parse().unwrap()),
        })
    }

    fn finding() -> impl Strategy<Value = Finding> {
        prop_oneof![Just(Finding::Wrong("x".to_owned())), Just(Finding::Unclear), Just(Finding::Right)]
    }

    fn looks() -> impl Strategy<Value = Vec<(BTreeMap<Incident, Finding>, bool)>> {
        let look = (proptest::collection::btree_map(incident(), finding(), 0..6), any::<bool>());
        proptest::collection::vec(look, 0..40)
    }

    proptest! {
        #[test]
        fn each_incident_begins_once_and_ends_once_over_any_restarts(looks in looks()) {
            // What the store keeps, and what has been told.
            let mut kept: BTreeSet<Incident> = BTreeSet::new();
            let mut told: BTreeMap<Incident, Vec<bool>> = BTreeMap::new();
            for (found, dies_before_it_is_kept) in looks {
                let change = changes(&kept, &found);
                // Both or neither: told is what is kept in the same commit.
                if dies_before_it_is_kept {
                    continue;
                }
                for (incident, _) in &change.begun {
                    prop_assert!(kept.insert(*incident), "{incident:?} begins while it goes on");
                    told.entry(*incident).or_default().push(true);
                }
                for incident in &change.ended {
                    prop_assert!(kept.remove(incident), "{incident:?} ends and did not go on");
                    told.entry(*incident).or_default().push(false);
                }
                // Nothing is left to say, however often one looks.
                prop_assert!(changes(&kept, &found).is_empty());
                for (incident, finding) in &found {
                    match finding {
                        Finding::Wrong(_) => prop_assert!(kept.contains(incident)),
                        Finding::Right => prop_assert!(!kept.contains(incident)),
                        Finding::Unclear => {}
                    }
                }
                prop_assert!(kept.iter().all(|incident| found.contains_key(incident)));
            }
            for words in told.values() {
                prop_assert!(words[0] && words.windows(2).all(|pair| pair[0] != pair[1]), "an alarm, then its all-clear");
            }
        }
    }
}
