//! Where a node's log stands against the hub's copy of it.

use change_log::{ChainHash, Position};

/// What the hub makes of the head that a node signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The hub holds a prefix of the log, up to `acknowledged`.
    Behind {
        /// The hub's last position.
        acknowledged: Position,
    },
    /// The hub holds more than the node, or something else: the node's folder was restored or copied.
    Forked,
}

/// Compares a node's head with the hub's copy: `held` is the hub's last position, `chain_there` the hub's chain at the
/// node's position when it reaches so far.
pub fn standing(position: Position, chain: ChainHash, held: Position, chain_there: Option<ChainHash>) -> Standing {
    match chain_there {
        Some(there) if held > position || there != chain => Standing::Forked,
        None if held > position => Standing::Forked,
        _ => Standing::Behind { acknowledged: held },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_prefix_is_not_a_fork() {
        let (ours, other) = (ChainHash([1; 32]), ChainHash([2; 32]));
        assert_eq!(standing(5, ours, 3, None), Standing::Behind { acknowledged: 3 });
        assert_eq!(standing(5, ours, 5, Some(ours)), Standing::Behind { acknowledged: 5 });
        assert_eq!(standing(5, ours, 5, Some(other)), Standing::Forked);
        assert_eq!(standing(5, ours, 9, Some(ours)), Standing::Forked);
    }
}
