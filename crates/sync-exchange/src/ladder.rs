//! The ladder: places of a feed that a node remembers, dense near the end and sparse far back, so that it and a
//! restored hub find the last point they have in common without walking the archive.

use change_log::{ChainHash, Position};

/// Rungs kept; also the most that a hello carries.
const RUNGS_MAX: usize = 48;
const RUNG_BYTES: usize = 40;

/// A place in a feed and the chain there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The position.
    pub position: Position,
    /// The chain at it.
    pub chain: ChainHash,
}

/// Rungs in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ladder(Vec<Rung>);

impl Ladder {
    /// Remembers a further place; everything at or above it is forgotten first.
    pub fn climb(&mut self, rung: Rung) {
        self.0.retain(|known| known.position < rung.position);
        self.0.push(rung);
        if self.0.len() > RUNGS_MAX {
            self.thin(rung.position);
        }
    }

    /// The rungs, ascending.
    pub fn rungs(&self) -> &[Rung] {
        &self.0
    }

    /// The rung at a position.
    pub fn at(&self, position: Position) -> Option<Rung> {
        self.0.iter().copied().find(|rung| rung.position == position)
    }

    /// For the disk.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|rung| rung.position.to_be_bytes().into_iter().chain(rung.chain.0)).collect()
    }

    /// From the disk. Bytes that make no sense are an empty ladder: it only saves time.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let rung = |bytes: &[u8]| {
            let (position, chain) = bytes.split_first_chunk::<8>()?;
            Some(Rung { position: u64::from_be_bytes(*position), chain: ChainHash(chain.try_into().ok()?) })
        };
        let rungs: Vec<Rung> = bytes.chunks(RUNG_BYTES).map_while(rung).take(RUNGS_MAX).collect();
        if rungs.is_sorted_by(|left, right| left.position < right.position) { Self(rungs) } else { Self::default() }
    }

    /// Drops the rung whose loss widens a gap least, seen from the end.
    fn thin(&mut self, end: Position) {
        let mut best: Option<(u128, usize)> = None;
        for (index, window) in self.0.windows(3).enumerate() {
            if let [before, rung, after] = window {
                let width = u128::from(after.position - before.position) << 32;
                let cost = width / u128::from(end - rung.position + 1);
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, index + 1));
                }
            }
        }
        if let Some((_, index)) = best {
            self.0.remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_stays_short_sorted_and_dense_near_the_end(steps in prop::collection::vec(1u64..500, 1..400)) {
            let mut ladder = Ladder::default();
            let mut position = 0;
            for step in steps {
                position += step;
                ladder.climb(Rung { position, chain: ChainHash([1; 32]) });
                prop_assert!(ladder.rungs().len() <= RUNGS_MAX);
                prop_assert!(ladder.rungs().is_sorted_by(|left, right| left.position < right.position));
                prop_assert_eq!(ladder.rungs().last().map(|rung| rung.position), Some(position));
            }
            prop_assert_eq!(Ladder::from_bytes(&ladder.to_bytes()), ladder);
        }
    }
}
