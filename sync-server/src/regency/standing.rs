//! How an office stands: one state, since when, and what else needs somebody's eye. Pure.

use super::{NodeFacts, OfficeFacts};
use crate::night::Window;

/// A clock that is off by less is not worth a word.
pub(crate) const CLOCK_NOTABLE_MILLIS: i64 = 2 * 60_000;
/// With fewer letter numbers an office may soon print without one.
pub(crate) const FEW_NUMBERS: u32 = 10;

/// How an office stands, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// It had machines, and all of them are shut out: it cannot send anything.
    ShutOut,
    /// Both sides sent all they have and differ.
    Differs,
    /// A machine joined and was never proven equal.
    Never,
    /// The last proof is from before the last window that is over.
    Late,
    /// Proven since that window began, and more is on its way.
    Sending,
    /// Proven since that window began, and nothing waits as far as is known.
    Equal,
    /// No machine of it has ever joined.
    Absent,
}

impl State {
    pub(crate) const ALL: [Self; 7] =
        [Self::ShutOut, Self::Differs, Self::Never, Self::Late, Self::Sending, Self::Equal, Self::Absent];

    /// The word for addresses and style sheets.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ShutOut => "shut_out",
            Self::Differs => "differs",
            Self::Never => "never",
            Self::Late => "late",
            Self::Sending => "sending",
            Self::Equal => "equal",
            Self::Absent => "absent",
        }
    }

    /// A sign that tells it without colour.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::ShutOut => "×",
            Self::Differs => "≠",
            Self::Never => "?",
            Self::Late => "!",
            Self::Sending => "↑",
            Self::Equal => "=",
            Self::Absent => "–",
        }
    }
}

/// What else needs somebody's eye.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Changes that are kept out of their records.
    Quarantined(u64),
    /// Records with two values for one field.
    Divergent(u64),
    /// Letter numbers that a machine has left.
    FewNumbers(u32),
    /// Minutes by which a machine's clock is wrong: ahead when positive.
    Clock(i64),
    /// A machine runs an older version than the hub.
    OldVersion(String),
}

/// How an office stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) state: State,
    /// Since when, in milliseconds since 1970 UTC: the proof that counts, or when the trouble began.
    pub(crate) since_millis: Option<i64>,
    pub(crate) marks: Vec<Mark>,
}

/// An office is as well off as the worst of its machines.
pub(crate) fn standing(facts: &OfficeFacts, hub_version: &str, window: Window) -> Standing {
    let nodes = facts.nodes.iter().map(|node| of_node(node, window));
    let worst = nodes.min_by_key(|(state, since)| (*state, *since));
    let without = facts.shut_out_millis.map_or((State::Absent, None), |since| (State::ShutOut, Some(since)));
    let (state, since_millis) = worst.map_or(without, |(state, since)| (state, Some(since)));
    Standing { state, since_millis, marks: marks(facts, hub_version) }
}

/// How one machine stands by the last window that is over, and since when.
pub(crate) fn of_node(node: &NodeFacts, window: Window) -> (State, i64) {
    let proven = node.node.proven.map(|(at, _)| at);
    if let Some(found) = node.difference.filter(|found| proven.is_none_or(|at| found.at_millis >= at)) {
        return (State::Differs, found.at_millis);
    }
    match proven {
        None => (State::Never, node.node.enrolled_millis),
        Some(at) if !window.is_kept(at) => (State::Late, at),
        Some(at) if node.unsent.unwrap_or(0) > 0 => (State::Sending, at),
        Some(at) => (State::Equal, at),
    }
}

fn marks(facts: &OfficeFacts, hub_version: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    if facts.counts.quarantined > 0 {
        marks.push(Mark::Quarantined(facts.counts.quarantined));
    }
    if facts.counts.divergent > 0 {
        marks.push(Mark::Divergent(facts.counts.divergent));
    }
    let fewest = facts.nodes.iter().filter_map(|node| node.numbers_left).min();
    marks.extend(fewest.filter(|left| *left < FEW_NUMBERS).map(Mark::FewNumbers));
    let worst = facts.nodes.iter().filter_map(clock_minutes).max_by_key(|minutes| minutes.abs());
    marks.extend(worst.map(Mark::Clock));
    let old = facts.nodes.iter().filter_map(|node| node.node.version.as_deref());
    marks.extend(
        old.filter(|version| is_older(version, hub_version)).map(|old| Mark::OldVersion(old.to_owned())).next(),
    );
    marks
}

/// Minutes by which a machine's clock is ahead; nothing when it is right.
pub(crate) fn clock_minutes(node: &NodeFacts) -> Option<i64> {
    let ahead = node.node.clock_offset_millis.filter(|offset| offset.saturating_abs() >= CLOCK_NOTABLE_MILLIS)?;
    Some(ahead.saturating_neg() / 60_000)
}

/// Whether a version such as `village-node 0.1.0` or `0.1.0` is below another. What cannot be read is not.
pub(crate) fn is_older(version: &str, than: &str) -> bool {
    fn numbers(text: &str) -> Option<Vec<u64>> {
        let last = text.rsplit([' ', '/']).next()?;
        last.split(['-', '+']).next()?.split('.').map(|part| part.parse().ok()).collect()
    }
    matches!((numbers(version), numbers(than)), (Some(one), Some(other)) if one < other)
}

#[cfg(test)]
mod tests {
    use super::super::facts::tests::{node, office};
    use super::*;

    const HOUR: i64 = 3_600_000;
    /// 07:00 WIB: the last window began thirteen hours before.
    const NOW: i64 = 100 * 24 * HOUR;

    fn window() -> Window {
        Window::last(NOW, 360)
    }

    fn stands(nodes: Vec<NodeFacts>) -> (State, Option<i64>) {
        let found = standing(&OfficeFacts { nodes, ..office() }, "0.1.0", window());
        (found.state, found.since_millis)
    }

    #[test]
    fn an_office_is_as_well_off_as_its_worst_machine() {
        let equal = || node(Some(NOW - HOUR));
        assert_eq!(stands(vec![]), (State::Absent, None));
        assert_eq!(stands(vec![equal()]), (State::Equal, Some(NOW - HOUR)));
        assert_eq!(stands(vec![equal(), node(Some(NOW - 2 * HOUR))]), (State::Equal, Some(NOW - 2 * HOUR)));
        assert_eq!(stands(vec![equal(), node(Some(NOW - 13 * HOUR))]), (State::Equal, Some(NOW - 13 * HOUR)));
        let (late, since) = (State::Late, NOW - 14 * HOUR);
        assert_eq!(stands(vec![equal(), node(Some(since))]), (late, Some(since)), "also within a day");
        assert_eq!(stands(vec![equal(), node(None)]), (State::Never, Some(5)));
        let sending = NodeFacts { unsent: Some(3), ..equal() };
        assert_eq!(stands(vec![equal(), sending]), (State::Sending, Some(NOW - HOUR)));
    }

    #[test]
    fn an_office_whose_machines_are_all_shut_out_is_worse_off_than_all_others() {
        let facts = OfficeFacts { shut_out_millis: Some(NOW - HOUR), ..office() };
        let found = standing(&facts, "0.1.0", window());
        assert_eq!((found.state, found.since_millis), (State::ShutOut, Some(NOW - HOUR)));
        assert!(State::ALL.iter().skip(1).all(|other| State::ShutOut < *other), "it comes first");
    }

    #[test]
    fn a_difference_counts_until_a_later_proof() {
        let differs = |at_millis| {
            let difference = Some(exchange_driver::Difference { at_millis, only_node: 1, only_hub: 0 });
            NodeFacts { difference, ..node(Some(NOW - HOUR)) }
        };
        assert_eq!(stands(vec![differs(NOW - 10)]), (State::Differs, Some(NOW - 10)));
        assert_eq!(stands(vec![differs(NOW - 2 * HOUR)]).0, State::Equal);
        assert_eq!(stands(vec![node(None), differs(NOW - 10)]).0, State::Differs, "worse than never");
    }

    #[test]
    fn what_needs_an_eye_is_marked() {
        let mut one = node(Some(NOW));
        one.node.clock_offset_millis = Some(-3 * HOUR);
        one.node.version = Some("village-node 0.0.9".to_owned());
        one.numbers_left = Some(4);
        let mut facts = OfficeFacts { nodes: vec![one], ..office() };
        (facts.counts.quarantined, facts.counts.divergent) = (2, 1);
        let marks = standing(&facts, "0.1.0", window()).marks;
        let old = Mark::OldVersion("village-node 0.0.9".to_owned());
        let wanted = [Mark::Quarantined(2), Mark::Divergent(1), Mark::FewNumbers(4), Mark::Clock(180), old];
        assert_eq!(marks, wanted);
        assert!(
            standing(&OfficeFacts { nodes: vec![node(Some(NOW))], ..office() }, "0.1.0", window()).marks.is_empty()
        );
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_older("0.9.0", "0.10.0") && is_older("village-node/0.1.0", "0.1.1"));
        for (one, other) in [("0.1.0", "0.1.0"), ("0.2.0", "0.1.9"), ("?", "0.1.0"), ("", "0.1.0")] {
            assert!(!is_older(one, other), "{one}");
        }
    }
}
