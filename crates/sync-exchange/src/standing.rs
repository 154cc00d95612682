//! Where a node's log stands against the hub's copy of it.

use change_log::{ChainHash, Position};

/// What the hub makes of the head that a node signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// One is a prefix of the other; the hub holds up to `held`. When that is beyond the node's head, the node's folder
    /// is an old one put back: what it lacks comes back in its feed, and it begins a new epoch.
    Common {
        /// The hub's last position.
        held: Position,
    },
    /// The two hold different entries at the same place: a copied folder went its own way.
    Forked,
}

/// Compares the chain at a node's head with the hub's copy: `held` is the hub's last position, `chain_there` the hub's
/// chain at the node's position when it reaches so far.
pub fn standing(chain: ChainHash, held: Position, chain_there: Option<ChainHash>) -> Standing {
    match chain_there {
        Some(there) if there != chain => Standing::Forked,
        _ => Standing::Common { held },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_entries_at_the_same_place_are_a_fork() {
        let (ours, other) = (ChainHash([1; 32]), ChainHash([2; 32]));
        assert_eq!(standing(ours, 3, None), Standing::Common { held: 3 });
        assert_eq!(standing(ours, 5, Some(ours)), Standing::Common { held: 5 });
        assert_eq!(standing(ours, 5, Some(other)), Standing::Forked);
        assert_eq!(standing(ours, 9, Some(ours)), Standing::Common { held: 9 });
    }
}
