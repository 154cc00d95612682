//! Machines that call and are not enrolled here: after a restore from a backup of before they joined, after a hub was made anew, or
//! of another hub. They are kept in memory: one that still calls is here again soon after a start.
//!
//! Nobody can check who a stranger is: what it calls itself is all there is, and whoever reaches this port can call itself
//! anything. So there are few rows, and nothing is done by them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use change_log::NodeId;

/// So many are kept; the one that was not heard for longest makes place.
const STRANGERS: usize = 200;

/// From where a call came, as far as people are told. The address itself may be somebody's home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whence {
    /// This very machine.
    Here,
    /// A private network: an office, a VPN, or a proxy before the hub.
    Near,
    /// The internet.
    Far,
}

impl Whence {
    /// The class of an address.
    pub(crate) fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let is_near = match address {
            // 100.64/10 is what providers and VPNs share among their own.
            IpAddr::V4(v4) => {
                let [first, second, ..] = v4.octets();
                v4.is_private() || v4.is_link_local() || (first == 100 && second & 0xc0 == 64)
            }
            IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
        };
        match address.is_loopback() {
            true => Self::Here,
            false if is_near => Self::Near,
            false => Self::Far,
        }
    }
}

/// One that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stranger {
    /// As it calls itself.
    pub(crate) node: NodeId,
    /// When it called first and last, since the hub was started: milliseconds since 1970 UTC.
    pub(crate) first_millis: i64,
    pub(crate) last_millis: i64,
    /// How often.
    pub(crate) calls: u64,
    /// From where, the last time.
    pub(crate) whence: Whence,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Strangers(Mutex<BTreeMap<NodeId, Stranger>>);

impl Strangers {
    /// One called.
    pub(crate) fn called(&self, node: NodeId, whence: Whence, now_millis: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(&node)
            && known.len() >= STRANGERS
            && let Some(silent) = known.values().min_by_key(|one| one.last_millis).map(|one| one.node)
        {
            known.remove(&silent);
        }
        let fresh = Stranger { node, first_millis: now_millis, last_millis: now_millis, calls: 0, whence };
        let one = known.entry(node).or_insert(fresh);
        (one.last_millis, one.whence) = (now_millis, whence);
        one.calls = one.calls.saturating_add(1);
    }

    /// It was let in.
    pub(crate) fn joined(&self, node: NodeId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&node);
    }

    /// Those that called since then, the last one first.
    pub(crate) fn since(&self, millis: i64) -> Vec<Stranger> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Stranger> = known.values().filter(|one| one.last_millis >= millis).copied().collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.last_millis));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_their_class_alone() {
        for (address, whence) in [
            ("127.0.0.1", Whence::Here),
            ("::1", Whence::Here),
            ("::ffff:127.0.0.1", Whence::Here),
            ("10.1.2.3", Whence::Near),
            ("192.168.1.9", Whence::Near),
            ("100.64.0.1", Whence::Near),
            ("fd00::1", Whence::Near),
            ("fe80::1", Whence::Near),
            ("100.128.0.1", Whence::Far),
            ("36.68.1.1", Whence::Far),
            ("2001:db8::1", Whence::Far),
        ] {
            assert_eq!(Whence::of(address.parse().unwrap()), whence, "{address}");
        }
    }

    #[test]
    fn a_stranger_is_counted_until_it_joins_and_many_do_not_fill_the_memory() {
        let strangers = Strangers::default();
        let node = |n: u16| NodeId([0, 0, 0, 0, 0, 0, n.to_be_bytes()[0], n.to_be_bytes()[1]]);
        strangers.called(node(1), Whence::Far, 5);
        strangers.called(node(1), Whence::Near, 9);
        let one = Stranger { node: node(1), first_millis: 5, last_millis: 9, calls: 2, whence: Whence::Near };
        assert_eq!(strangers.since(9), [one]);
        assert!(strangers.since(10).is_empty());
        for n in 2..400 {
            strangers.called(node(n), Whence::Far, i64::from(n) + 100);
        }
        let all = strangers.since(0);
        assert_eq!((all.len(), all[0].node), (STRANGERS, node(399)), "the silent ones made place");
        strangers.joined(node(399));
        assert_eq!(strangers.since(0)[0].node, node(398));
    }
}
