//! What a node remembers from one exchange to the next while it and the hub differ though both sent all they have,
//! and what it does next.

use change_log::EpochId;
use change_log::leb::{LebError, Reader, write_prefixed, write_unsigned};
use sync_protocol::{Comparison, ComparisonState, WANTED_MAX};

use crate::{CELLS_MAX, SLICE_BITS_MAX, Salt, ShortId};

/// A comparison begins with this many cells at least.
const CELLS_MIN: u64 = 32;
/// Bytes of a cell on the wire.
const CELL_BYTES: usize = 14;
/// A sketch takes at most about so many bytes: a link that breaks often must carry it whole.
const SKETCH_BYTES: usize = 8 * 1024;
const BUDGET: u64 = (SKETCH_BYTES / CELL_BYTES) as u64;
/// Exchanges that may change nothing before the node waits in between.
const IDLE_MAX: u64 = 3;
/// Not even a repair that goes on and on is made at full speed for ever.
const ROUNDS_MAX: u64 = 200;
const WAIT_SECONDS_FIRST: u32 = 60;
const WAIT_SECONDS_MAX: u32 = 3600;
const OFFERED_MAX: usize = 64;

/// A repair under way. The default: none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repair {
    /// When the difference was first seen: milliseconds since 1970 UTC by the node's clock; 0 when there is none.
    pub since_millis: i64,
    /// Counter of the exchange in which the hub gave its part of the salt.
    pub counter: u64,
    /// The hub's part of the salt.
    pub hub_salt: [u8; 16],
    /// Entries only at the node, as the last comparison found; of a slice, multiplied up.
    pub only_node: u64,
    /// Entries only at the hub.
    pub only_hub: u64,
    /// What the hub asked for, with counter and hub's part of the salt of these ids.
    pub wanted: Vec<ShortId>,
    /// See [`Repair::wanted`].
    pub wanted_under: (u64, [u8; 16]),
    /// Own logs that the hub is to be asked about, since it lacks entries of them.
    pub offers: Vec<EpochId>,
    /// Both sides are equal; what the hub refused is compared as well, since it may have lost that.
    pub checks: bool,
    offered: Vec<EpochId>,
    cells: u64,
    slice_bits: u8,
    idle: u64,
    rounds: u64,
}

/// How an exchange ended that found both sides different.
#[derive(Debug, Clone, Copy)]
pub struct Round<'a> {
    /// The node's clock, milliseconds since 1970 UTC.
    pub now_millis: i64,
    /// Counter of this exchange.
    pub counter: u64,
    /// The hub's part of the salt for the next.
    pub hub_salt: [u8; 16],
    /// What the hub found, if a sketch was sent.
    pub comparison: Option<&'a Comparison>,
    /// The counter of the exchange whose salt keyed the ids of that comparison, and the hub's part of it.
    pub compared_under: (u64, [u8; 16]),
    /// Something was received, returned or given up.
    pub moved: bool,
    /// By how many entries the counts differ.
    pub counts_apart: u64,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Call again at once.
    Again,
    /// Call again after so many seconds: now it leads nowhere.
    Later {
        /// Seconds.
        seconds: u32,
    },
}

impl Repair {
    /// Whether the sides differ, as far as is known.
    pub const fn is_under_way(&self) -> bool {
        self.since_millis != 0
    }

    /// A comparison, though both sides are equal, of what is held here and what the hub refused of it: so many entries.
    /// The salt is that of the exchange with this counter.
    pub fn check(now_millis: i64, (counter, hub_salt): (u64, [u8; 16]), refused: u64) -> Self {
        let since_millis = now_millis.max(1);
        let mut check = Self { since_millis, counter, hub_salt, checks: true, ..Self::default() };
        check.size_for(refused);
        check
    }

    /// How large the next sketch is: its slice and its cells.
    pub fn form(&self) -> (u8, usize) {
        (self.slice_bits, usize::try_from(self.cells).unwrap_or(CELLS_MAX).clamp(1, CELLS_MAX))
    }

    /// The salt of the next sketch, with the node's part.
    pub fn salt(&self, of_node: [u8; 16]) -> Salt {
        Salt::new(self.hub_salt, of_node)
    }

    /// Learns from an exchange, and says what next.
    pub fn ended(&mut self, round: &Round<'_>) -> Next {
        let first = !self.is_under_way();
        if first {
            self.since_millis = round.now_millis.max(1);
            self.size_for(round.counts_apart);
        }
        (self.counter, self.hub_salt) = (round.counter, round.hub_salt);
        self.wanted.clear();
        self.rounds += 1;
        let progressed = match round.comparison {
            None => first || round.moved,
            Some(comparison) => match comparison.state {
                ComparisonState::Later { seconds } => return Next::Later { seconds },
                ComparisonState::TooFewCells => self.grow(),
                ComparisonState::Found { only_node, only_hub } => {
                    self.wanted.clone_from(&comparison.wanted);
                    self.wanted_under = round.compared_under;
                    round.moved | self.found(only_node, only_hub)
                }
            },
        };
        self.idle = if progressed { 0 } else { self.idle + 1 };
        let stuck = self.idle.saturating_sub(IDLE_MAX).max(self.rounds.saturating_sub(ROUNDS_MAX));
        if self.idle < IDLE_MAX && self.rounds < ROUNDS_MAX {
            return Next::Again;
        }
        let doublings = u32::try_from(stuck).unwrap_or(u32::MAX).min(6);
        Next::Later { seconds: (WAIT_SECONDS_FIRST << doublings).min(WAIT_SECONDS_MAX) }
    }

    /// A sketch that tells a difference of at least this many entries.
    fn size_for(&mut self, counts_apart: u64) {
        let needed = counts_apart.min(1 << 40) * 2 + CELLS_MIN;
        self.slice_bits = 0;
        while needed >> self.slice_bits > BUDGET && self.slice_bits < SLICE_BITS_MAX {
            self.slice_bits += 1;
        }
        self.cells = (needed >> self.slice_bits).clamp(CELLS_MIN, BUDGET);
    }

    /// True while there is room to grow.
    fn grow(&mut self) -> bool {
        if self.cells < BUDGET {
            self.cells = (self.cells * 4).min(BUDGET);
        } else if self.slice_bits < SLICE_BITS_MAX {
            // The link carries no more at once: the difference is found part by part.
            self.cells = BUDGET;
            self.slice_bits += 2;
        } else {
            return false;
        }
        true
    }

    /// True when the difference is another than before.
    fn found(&mut self, only_node: u64, only_hub: u64) -> bool {
        let scaled = (only_node.saturating_mul(1 << self.slice_bits), only_hub.saturating_mul(1 << self.slice_bits));
        let other = scaled != (self.only_node, self.only_hub);
        if (only_node, only_hub) == (0, 0) && self.slice_bits > 0 {
            self.slice_bits -= self.slice_bits.min(2);
            return true;
        }
        (self.only_node, self.only_hub) = scaled;
        other
    }

    /// Has the hub asked about an own log, once in a repair.
    pub fn offer(&mut self, epoch: EpochId) {
        self.offered.push(epoch);
        self.offers.push(epoch);
    }

    /// Whether the hub was asked about a log, and is not about to be.
    pub fn offered_before(&self, epoch: EpochId) -> bool {
        self.offered.contains(&epoch) || self.offered.len() >= OFFERED_MAX
    }

    /// For the disk.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.is_under_way() {
            return out;
        }
        let numbers = [
            self.since_millis.unsigned_abs(),
            self.counter,
            self.only_node,
            self.only_hub,
            self.wanted_under.0,
            self.cells,
            self.slice_bits.into(),
            self.idle,
            self.rounds,
            self.checks.into(),
        ];
        for number in numbers {
            write_unsigned(&mut out, number);
        }
        out.extend_from_slice(&self.hub_salt);
        out.extend_from_slice(&self.wanted_under.1);
        let ids: Vec<u8> = self.wanted.iter().flat_map(|id| id.to_be_bytes()).collect();
        write_prefixed(&mut out, &ids);
        for epochs in [&self.offers, &self.offered] {
            let epochs: Vec<u8> = epochs.iter().flat_map(|epoch| epoch.0).collect();
            write_prefixed(&mut out, &epochs);
        }
        out
    }

    /// From the disk. Bytes that make no sense are no repair: the next exchange finds the difference again.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::read(bytes).unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> Result<Self, LebError> {
        let mut reader = Reader::new(bytes);
        let since_millis = i64::try_from(reader.unsigned()?).map_err(|_| LebError)?;
        let (counter, only_node, only_hub) = (reader.unsigned()?, reader.unsigned()?, reader.unsigned()?);
        let (wanted_counter, cells) = (reader.unsigned()?, reader.unsigned()?);
        let slice_bits = u8::try_from(reader.unsigned()?).map_err(|_| LebError)?.min(SLICE_BITS_MAX);
        let (idle, rounds, checks) = (reader.unsigned()?, reader.unsigned()?, reader.unsigned()? != 0);
        let (hub_salt, wanted_salt) = (reader.array()?, reader.array()?);
        let ids = reader.prefixed()?.as_chunks::<8>().0;
        let epochs = |bytes: &[u8]| bytes.as_chunks::<16>().0.iter().take(OFFERED_MAX).copied().map(EpochId).collect();
        let (offers, offered) = (epochs(reader.prefixed()?), epochs(reader.prefixed()?));
        Ok(Self {
            since_millis,
            counter,
            hub_salt,
            only_node,
            only_hub,
            wanted: ids.iter().take(WANTED_MAX).map(|id| u64::from_be_bytes(*id)).collect(),
            wanted_under: (wanted_counter, wanted_salt),
            offers,
            checks,
            offered,
            cells,
            slice_bits,
            idle,
            rounds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(comparison: Option<&Comparison>, moved: bool) -> Round<'_> {
        Round {
            now_millis: 7,
            counter: 5,
            hub_salt: [9; 16],
            comparison,
            compared_under: (4, [8; 16]),
            moved,
            counts_apart: 0,
        }
    }

    #[test]
    fn cells_grow_first_then_slices() {
        let mut repair = Repair::default();
        assert_eq!(repair.ended(&round(None, false)), Next::Again);
        assert_eq!(repair.form(), (0, 32));
        let too_few = Comparison { state: ComparisonState::TooFewCells, wanted: Vec::new() };
        let mut forms = Vec::new();
        for _ in 0..6 {
            assert_eq!(repair.ended(&round(Some(&too_few), false)), Next::Again);
            forms.push(repair.form());
        }
        assert_eq!(forms, [(0, 128), (0, 512), (0, 585), (2, 585), (4, 585), (6, 585)]);
    }

    #[test]
    fn counts_far_apart_begin_with_a_sketch_that_can_tell_them() {
        let mut repair = Repair::default();
        repair.ended(&Round { counts_apart: 400, ..round(None, false) });
        assert_eq!(repair.form(), (1, 416));
        let mut repair = Repair::default();
        repair.ended(&Round { counts_apart: 1_000_000, ..round(None, false) });
        let (bits, cells) = repair.form();
        assert!(cells <= 585 && (1_000_000 >> bits) * 2 <= 585, "{bits} {cells}");
    }

    #[test]
    fn a_difference_that_stays_makes_it_wait_longer_and_longer_but_never_too_long() {
        let mut repair = Repair::default();
        let found = Comparison { state: ComparisonState::Found { only_node: 3, only_hub: 0 }, wanted: vec![1, 2, 3] };
        let mut waits = Vec::new();
        for _ in 0..300 {
            if let Next::Later { seconds } = repair.ended(&round(Some(&found), false)) {
                waits.push(seconds);
            }
        }
        assert!(waits.len() > 290 && waits.is_sorted());
        assert_eq!((waits.first(), waits.last()), (Some(&60), Some(&3600)));
        assert_eq!((repair.only_node, repair.only_hub), (3, 0));
    }

    proptest! {
        #[test]
        fn it_survives_the_disk(
            numbers in any::<[u32; 6]>(), salts in any::<[[u8; 16]; 2]>(), wanted in prop::collection::vec(any::<u64>(), 0..50),
            epochs in prop::collection::vec(any::<[u8; 16]>(), 0..5), bits in 0..=SLICE_BITS_MAX,
        ) {
            let repair = Repair {
                since_millis: i64::from(numbers[0]) + 1,
                counter: numbers[1].into(),
                hub_salt: salts[0],
                only_node: numbers[2].into(),
                only_hub: numbers[3].into(),
                wanted,
                wanted_under: (numbers[4].into(), salts[1]),
                checks: bits.is_multiple_of(2),
                offers: epochs.iter().take(1).copied().map(EpochId).collect(),
                offered: epochs.into_iter().map(EpochId).collect(),
                cells: numbers[5].into(),
                slice_bits: bits,
                idle: 1,
                rounds: 2,
            };
            prop_assert_eq!(Repair::from_bytes(&repair.to_bytes()), repair);
        }

        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let repair = Repair::from_bytes(&bytes);
            let _ = (repair.form(), repair.to_bytes());
        }
    }
}
