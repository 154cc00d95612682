//! Whether an office is proven, and if not, since when and why. Pure.

use super::facts::{NodeNight, OfficeNight, Span};
use super::window::counts;
use crate::regency::standing::is_older;

/// The states of an office.
pub(crate) const STATES: [&str; 5] = ["proven", "late", "never", "shut_out", "not_enrolled"];
/// Of them, those that need somebody, the worst first.
pub(crate) const BEHIND: [&str; 3] = ["shut_out", "never", "late"];
/// A report made within that of its time was not caught up with.
pub(crate) const ON_TIME_MILLIS: i64 = 3_600_000;

/// Why a machine is not proven, the worst first: those that no night mends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// All machines of the office are shut out.
    ShutOut,
    /// The hub refused it because its program is too old.
    OldVersion,
    /// The hub refused it.
    Refused,
    /// Both sides sent all they have and differ.
    Differs,
    /// It joined and never called.
    NeverCalled,
    /// It was not heard in the night.
    Silent,
    /// It was not heard, and the hub was off.
    HubOff,
    /// It called, and the link broke before the end.
    Cut,
    /// It called and had more to send than the night let through.
    NotDone,
}

/// What is said of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) state: &'static str,
    /// Proven: the oldest proof of its machines. Late: that proof, before the night. Never: when the machine joined.
    /// Shut out: when the last of its machines was.
    pub(crate) since_millis: Option<i64>,
    pub(crate) reason: Option<Reason>,
}

impl Reason {
    pub(crate) const ALL: [Self; 9] = [
        Self::ShutOut,
        Self::OldVersion,
        Self::Refused,
        Self::Differs,
        Self::NeverCalled,
        Self::Silent,
        Self::HubOff,
        Self::Cut,
        Self::NotDone,
    ];

    /// The word in the report.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ShutOut => "shut_out",
            Self::OldVersion => "old_version",
            Self::Refused => "refused",
            Self::Differs => "differs",
            Self::NeverCalled => "never_called",
            Self::Silent => "silent",
            Self::HubOff => "hub_off",
            Self::Cut => "cut",
            Self::NotDone => "not_done",
        }
    }
}

/// How an office stands whose machines joined and were last proven then: a state, and since when. Without a machine that may
/// call, it counts when the last one was shut out.
pub(crate) fn stands(
    proofs: impl Iterator<Item = (i64, Option<i64>)>,
    shut_out_millis: Option<i64>,
    night_millis: i64,
) -> (&'static str, Option<i64>) {
    match proofs.min_by_key(rank) {
        None if shut_out_millis.is_some() => ("shut_out", shut_out_millis),
        None => ("not_enrolled", None),
        Some((enrolled, None)) => ("never", Some(enrolled)),
        Some((_, Some(at))) if counts(at, night_millis) => ("proven", Some(at)),
        Some((_, at)) => ("late", at),
    }
}

/// The worst machine is lowest: never proven, else proven the longest ago.
const fn rank((enrolled, proven): &(i64, Option<i64>)) -> (bool, i64) {
    match proven {
        None => (false, *enrolled),
        Some(at) => (true, *at),
    }
}

/// An office is as well off as the worst of its machines.
pub(crate) fn judge(office: &OfficeNight, span: &Span, hub_version: &str) -> Judged {
    let nodes = &office.nodes;
    let proof = |node: &NodeNight| (node.enrolled_millis, node.proven_millis);
    let (state, since_millis) = stands(nodes.iter().map(proof), office.shut_out_millis, span.night_millis);
    let worst = nodes.iter().min_by_key(|node| rank(&proof(node)));
    let reason = match worst {
        Some(node) => reason(node, span, hub_version),
        None => office.shut_out_millis.map(|_| Reason::ShutOut),
    };
    Judged { state, since_millis, reason }
}

/// Why a machine is not proven; nothing when it is.
pub(crate) fn reason(node: &NodeNight, span: &Span, hub_version: &str) -> Option<Reason> {
    if node.proven_millis.is_some_and(|at| counts(at, span.night_millis)) {
        return None;
    }
    // The last word counts, however long ago: who was refused and is silent since then waits for somebody.
    let last = node.calls.first().filter(|call| node.proven_millis.is_none_or(|at| call.at_millis >= at));
    let refused = |outcome: &str| {
        let is_version = outcome == "refused 2" || is_old(node, hub_version);
        if is_version { Reason::OldVersion } else { Reason::Refused }
    };
    let in_night = last.filter(|call| call.at_millis >= span.night_millis);
    Some(match last.map(|call| call.outcome.as_str()) {
        Some(outcome) if outcome.starts_with("refused") => refused(outcome),
        _ if node.differs_millis.is_some_and(|at| node.proven_millis.is_none_or(|proven| at >= proven)) => {
            Reason::Differs
        }
        Some("cut") if in_night.is_some() => Reason::Cut,
        Some(_) if in_night.is_some() => Reason::NotDone,
        None if node.last_contact_millis.is_none() => Reason::NeverCalled,
        // Heard since it joined, or it was cut before: not in this night.
        Some(_) | None if span.hub_was_off => Reason::HubOff,
        Some(_) | None => Reason::Silent,
    })
}

/// Whether a machine runs a version below the hub's.
pub(crate) fn is_old(node: &NodeNight, hub_version: &str) -> bool {
    node.version.as_deref().is_some_and(|version| is_older(version, hub_version))
}

#[cfg(test)]
pub(crate) mod tests {
    use change_log::NodeId;

    use super::super::facts::Call;
    use super::*;

    pub(crate) const SPAN: Span =
        Span { from_millis: 0, night_millis: 1000, until_millis: 2000, made_millis: 2001, hub_was_off: false };

    pub(crate) fn node(proven: Option<i64>) -> NodeNight {
        NodeNight {
            id: NodeId([1; 8]),
            enrolled_millis: 5,
            revoked_millis: None,
            proven_millis: proven,
            last_contact_millis: proven,
            version: Some("village-node 0.1.0".to_owned()),
            differs_millis: None,
            unsent: Some(0),
            calls: Vec::new(),
        }
    }

    fn called(proven: Option<i64>, at_millis: i64, outcome: &str) -> NodeNight {
        let calls = vec![Call { at_millis, outcome: outcome.to_owned() }];
        NodeNight { last_contact_millis: Some(at_millis), calls, ..node(proven) }
    }

    #[test]
    fn an_office_is_as_well_off_as_its_worst_machine() {
        let office = |nodes: &[NodeNight], shut_out_millis| OfficeNight {
            office: crate::regency::facts::tests::office().office,
            nodes: nodes.to_vec(),
            gone: Vec::new(),
            shut_out_millis,
            entries: 0,
            quarantined: 0,
        };
        let judged = |nodes: &[NodeNight]| {
            let judged = judge(&office(nodes, None), &SPAN, "0.1.0");
            (judged.state, judged.since_millis)
        };
        assert_eq!(judged(&[]), ("not_enrolled", None));
        let lost = judge(&office(&[], Some(700)), &SPAN, "0.1.0");
        assert_eq!((lost.state, lost.since_millis, lost.reason), ("shut_out", Some(700), Some(Reason::ShutOut)));
        assert_eq!(judged(&[node(Some(1500)), node(None)]), ("never", Some(5)));
        assert_eq!(judged(&[node(Some(1500)), node(Some(999))]), ("late", Some(999)));
        assert_eq!(judged(&[node(Some(1500)), node(Some(1000))]), ("proven", Some(1000)));
    }

    #[test]
    fn each_trouble_has_its_reason() {
        let why = |node: NodeNight| reason(&node, &SPAN, "0.1.0");
        assert_eq!(why(node(Some(1000))), None);
        assert_eq!(why(node(None)), Some(Reason::NeverCalled));
        assert_eq!(why(node(Some(900))), Some(Reason::Silent));
        let off = Span { hub_was_off: true, ..SPAN };
        assert_eq!(reason(&node(Some(900)), &off, "0.1.0"), Some(Reason::HubOff), "nobody could be heard");
        assert_eq!(why(called(Some(900), 1100, "cut")), Some(Reason::Cut));
        assert_eq!(why(called(Some(900), 950, "cut")), Some(Reason::Silent), "that was before the night");
        assert_eq!(why(called(None, 1100, "again")), Some(Reason::NotDone));
        assert_eq!(why(called(None, 950, "refused 6")), Some(Reason::Refused), "and silent since");
        assert_eq!(why(called(Some(960), 950, "refused 6")), Some(Reason::Silent), "it was proven after");
        assert_eq!(why(called(None, 1100, "refused 2")), Some(Reason::OldVersion));
        let old = NodeNight { version: Some("village-node 0.0.9".to_owned()), ..called(None, 1100, "refused 1") };
        assert_eq!(why(old), Some(Reason::OldVersion));
        let differs = NodeNight { differs_millis: Some(1200), ..called(Some(900), 1200, "differs") };
        assert_eq!(why(differs), Some(Reason::Differs));
        for (index, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(Reason::ALL.iter().position(|other| other.as_str() == reason.as_str()), Some(index));
        }
    }
}
