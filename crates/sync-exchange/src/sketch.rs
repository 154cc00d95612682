//! Set reconciliation: what two sets of entries differ in, at a cost that follows the difference.
//!
//! A rateless invertible Bloom lookup table (Lei Yang, Yossi Gilad, Mohammad Alizadeh: "Practical Rateless Set
//! Reconciliation", SIGCOMM 2024). Each entry falls into cell 0 and, ever more rarely, into later ones. The cells of
//! one side minus those of the other hold the difference alone; about 1.4 to 1.7 cells for each differing entry are
//! enough to read it. A longer sketch begins with the cells of the shorter one.
//!
//! Entries stand in it as short ids of 64 bits, keyed with a salt that neither side can choose alone, so that nobody
//! can make entries whose ids collide. Whoever acts on an id looks the entry up by it first: a wrong id costs a round.

use change_log::EntryHash;
use change_log::leb::{LebError, Reader, write_signed};
use sha2::{Digest as _, Sha256};

/// Most cells of one sketch.
pub const CELLS_MAX: usize = 32 * 1024;
/// Finest slice: one of 2^24 entries.
pub const SLICE_BITS_MAX: u8 = 24;

const CONTEXT: &[u8] = b"smart-kampung repair id v1\0";

/// Keys the ids of one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt([u8; 32]);

/// An entry in a comparison.
pub type ShortId = u64;

impl Salt {
    /// Out of what the hub and what the node gave.
    pub fn new(of_hub: [u8; 16], of_node: [u8; 16]) -> Self {
        Self(Sha256::new().chain_update(CONTEXT).chain_update(of_hub).chain_update(of_node).finalize().into())
    }

    /// The id of an entry under this salt.
    pub fn id(&self, entry: EntryHash) -> ShortId {
        let hash = Sha256::new().chain_update(self.0).chain_update(entry.0).finalize();
        hash.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }

    /// Tells an id from the sum of several.
    fn check(&self, id: ShortId) -> u32 {
        let key = self.0.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let [.., a, b, c, d] = mix(id ^ key).to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }
}

/// The sum of the entries that fall into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
struct Cell {
    count: i64,
    ids: u64,
    checks: u32,
}

impl Cell {
    const fn add(&mut self, id: ShortId, check: u32, times: i64) {
        self.count = self.count.wrapping_add(times);
        self.ids ^= id;
        self.checks ^= check;
    }

    const fn is_empty(self) -> bool {
        self.count == 0 && self.ids == 0 && self.checks == 0
    }
}

/// The cells of one set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    salt: Salt,
    slice_bits: u8,
    size: u64,
    cells: Vec<Cell>,
}

/// What two sets differ in.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Difference {
    /// Ids of entries that only the first one has.
    pub only_first: Vec<ShortId>,
    /// Ids of entries that only the second one has.
    pub only_second: Vec<ShortId>,
}

impl Sketch {
    /// Of an empty set. Of `slice_bits` above 0 it holds only the 2^`slice_bits`-th part of the entries, chosen by the
    /// salt: so a difference too large for one sketch is found part by part.
    pub fn new(salt: Salt, slice_bits: u8, cells: usize) -> Self {
        let slice_bits = slice_bits.min(SLICE_BITS_MAX);
        Self { salt, slice_bits, size: 0, cells: vec![Cell::default(); cells.clamp(1, CELLS_MAX)] }
    }

    /// Puts an entry in, unless it is of another slice.
    pub fn add(&mut self, entry: EntryHash) {
        let id = self.salt.id(entry);
        if id & ((1 << self.slice_bits) - 1) == 0 {
            self.size += 1;
            self.put(id, 1);
        }
    }

    fn put(&mut self, id: ShortId, times: i64) {
        let check = self.salt.check(id);
        for index in Places::of(id) {
            let Some(cell) = self.cells.get_mut(index) else { break };
            cell.add(id, check, times);
        }
    }

    /// Entries in it.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// How many cells it has.
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether nothing was put in.
    pub const fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The cells for the wire: 12 bytes each, and how far its count is from what the size lets expect.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.cells.len() * 14);
        for (index, cell) in self.cells.iter().enumerate() {
            write_signed(&mut out, cell.count.wrapping_sub(expected(self.size, index)));
            out.extend_from_slice(&cell.ids.to_be_bytes());
            out.extend_from_slice(&cell.checks.to_be_bytes());
        }
        out
    }

    /// The sketch that these cells are of a set with `size` entries.
    ///
    /// # Errors
    /// They are cut short, none, or more than [`CELLS_MAX`].
    pub fn from_bytes(salt: Salt, slice_bits: u8, size: u64, bytes: &[u8]) -> Result<Self, LebError> {
        let mut reader = Reader::new(bytes);
        let mut cells = Vec::new();
        while !reader.rest().is_empty() && cells.len() < CELLS_MAX {
            let count = reader.signed()?.wrapping_add(expected(size, cells.len()));
            let ids = u64::from_be_bytes(reader.array()?);
            cells.push(Cell { count, ids, checks: u32::from_be_bytes(reader.array()?) });
        }
        if cells.is_empty() || !reader.rest().is_empty() || slice_bits > SLICE_BITS_MAX {
            return Err(LebError);
        }
        Ok(Self { salt, slice_bits, size, cells })
    }

    /// An empty one of the same form.
    #[must_use]
    pub fn same_form(&self) -> Self {
        Self::new(self.salt, self.slice_bits, self.cells.len())
    }

    /// What this set and `other`, of the same form, differ in; `None` when it is more than their cells can tell.
    pub fn difference(mut self, other: &Self) -> Option<Difference> {
        if (self.salt, self.slice_bits, self.cells.len()) != (other.salt, other.slice_bits, other.cells.len()) {
            return None;
        }
        for (cell, theirs) in self.cells.iter_mut().zip(&other.cells) {
            cell.add(theirs.ids, theirs.checks, theirs.count.wrapping_neg());
        }
        let mut difference = Difference::default();
        let mut open: Vec<usize> = (0..self.cells.len()).rev().collect();
        while let Some(index) = open.pop() {
            let Some(cell) = self.cells.get(index).copied() else { continue };
            let pure = matches!(cell.count, 1 | -1) && self.salt.check(cell.ids) == cell.checks;
            if !pure || !Places::of(cell.ids).take_while(|place| *place <= index).any(|place| place == index) {
                continue;
            }
            let side = if cell.count == 1 { &mut difference.only_first } else { &mut difference.only_second };
            side.push(cell.ids);
            // No honest pair of sketches holds more than it has cells; a forged one must come to an end.
            if difference.only_first.len() + difference.only_second.len() > self.cells.len() {
                return None;
            }
            self.put(cell.ids, -cell.count);
            open.extend(Places::of(cell.ids).take_while(|place| *place < self.cells.len()));
        }
        self.cells.iter().all(|cell| cell.is_empty()).then_some(difference)
    }
}

/// Entries that fall into a cell of a set with `size` entries, in the mean.
fn expected(size: u64, index: usize) -> i64 {
    let twice = size.min(1 << 62) * 2;
    i64::try_from(twice / (2 + index as u64)).unwrap_or(i64::MAX)
}

/// The cells an entry falls into, ascending: into cell i with probability 1 / (1 + i/2).
struct Places {
    state: u64,
    next: Option<u64>,
}

impl Places {
    const fn of(id: ShortId) -> Self {
        Self { state: mix(id), next: Some(0) }
    }
}

impl Iterator for Places {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let index = self.next?;
        self.state = mix(self.state);
        // Section 4.2 of the paper: the gap to the next one is (index + 1.5) * (2^32 / sqrt(r) - 1), rounded up. In
        // whole numbers, so that every machine finds the same.
        let root = self.state.isqrt().max(1);
        let far = (2 * index + 3).checked_mul((1 << 32) - root);
        let gap = far.map(|far| far.div_ceil(2 * root).max(1));
        self.next = gap.and_then(|gap| index.checked_add(gap)).filter(|next| *next < CELLS_MAX as u64);
        usize::try_from(index).ok()
    }
}

/// `SplitMix64`.
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(number: u64) -> EntryHash {
        EntryHash(Sha256::digest(number.to_be_bytes()).into())
    }

    fn sketch(salt: Salt, bits: u8, cells: usize, numbers: impl IntoIterator<Item = u64>) -> Sketch {
        let mut sketch = Sketch::new(salt, bits, cells);
        numbers.into_iter().for_each(|number| sketch.add(entry(number)));
        sketch
    }

    fn ids(salt: Salt, numbers: impl IntoIterator<Item = u64>) -> Vec<ShortId> {
        let mut ids: Vec<_> = numbers.into_iter().map(|number| salt.id(entry(number))).collect();
        ids.sort_unstable();
        ids
    }

    fn sorted(mut ids: Vec<ShortId>) -> Vec<ShortId> {
        ids.sort_unstable();
        ids
    }

    proptest! {
        #[test]
        fn what_is_found_is_the_difference_and_growing_finds_it(
            seed in any::<[u8; 16]>(), common in 0u64..3_000, left in 0u64..200, right in 0u64..200,
        ) {
            let salt = Salt::new(seed, [7; 16]);
            let found = [2, 8, 32].into_iter().find_map(|cells_each| {
                let cells = usize::try_from((left + right) * cells_each + 30).unwrap();
                let first = sketch(salt, 0, cells, 0..common + left);
                let second = sketch(salt, 0, cells, (0..common).chain(1_000_000..1_000_000 + right));
                let read = Sketch::from_bytes(salt, 0, first.size(), &first.to_bytes()).unwrap();
                assert_eq!(read, first);
                read.difference(&second)
            });
            let difference = found.unwrap();
            prop_assert_eq!(sorted(difference.only_first), ids(salt, common..common + left));
            prop_assert_eq!(sorted(difference.only_second), ids(salt, 1_000_000..1_000_000 + right));
        }

        #[test]
        fn too_few_cells_say_so(seed in any::<[u8; 16]>(), left in 80u64..500) {
            let salt = Salt::new(seed, [7; 16]);
            prop_assert_eq!(sketch(salt, 0, 40, 0..left).difference(&Sketch::new(salt, 0, 40)), None);
        }

        #[test]
        fn any_cells_are_answered(size in any::<u64>(), bits in any::<u8>(), bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let salt = Salt::new([1; 16], [2; 16]);
            if let Ok(read) = Sketch::from_bytes(salt, bits, size, &bytes) {
                let _ = read.clone().difference(&read.same_form());
            }
        }
    }

    /// Reading a sketch succeeds by chance: how often is the promise. The salts are fixed, so the answer is.
    #[test]
    fn two_cells_and_some_for_each_difference_find_nearly_all() {
        for differing in [1u64, 5, 20, 53, 100, 300] {
            let cells = usize::try_from(differing * 2 + 30).unwrap();
            let missed = (0..1_000u64).filter(|seed| {
                let salt = Salt::new([9; 16], u128::from(*seed).to_be_bytes());
                sketch(salt, 0, cells, 0..differing).difference(&Sketch::new(salt, 0, cells)).is_none()
            });
            let missed = missed.count();
            assert!(missed <= 10, "{missed} of 1000 sketches with {differing} entries in {cells} cells");
        }
    }

    #[test]
    fn slices_find_a_difference_of_any_size_part_by_part() {
        let salt = Salt::new([3; 16], [4; 16]);
        let (first, second) = (sketch(salt, 6, 128, 0..3_000), sketch(salt, 6, 128, 0..100));
        let found = first.difference(&second).unwrap();
        assert!((25..=70).contains(&found.only_first.len()), "{}", found.only_first.len());
        assert!(found.only_second.is_empty());
    }

    #[test]
    fn cells_cost_what_they_promise() {
        let salt = Salt::new([3; 16], [4; 16]);
        let sketch = sketch(salt, 0, 1_000, 0..100_000);
        assert!(sketch.to_bytes().len() < 14 * 1_000, "{}", sketch.to_bytes().len());
    }

    #[test]
    fn a_longer_sketch_begins_with_the_shorter_one() {
        let salt = Salt::new([3; 16], [4; 16]);
        let (short, long) = (sketch(salt, 0, 50, 0..900), sketch(salt, 0, 500, 0..900));
        assert!(long.to_bytes().starts_with(&short.to_bytes()));
    }
}
