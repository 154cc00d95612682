//! What a bit will probably be: several contexts each remember what followed them, and what they say is weighed by how
//! well each has done before.
//!
//! The method is context mixing (M. Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression",
//! 2005). All arithmetic is on integers, so that every machine comes to the same.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "fixed-point numbers within constant bounds, in the innermost loop"
)]

use super::range::Coder;

/// Contexts remember in a table of this many places (as a power of two): 1 MiB.
const PLACES_LOG: u32 = 18;
/// Most contexts of one bit.
pub(super) const CONTEXTS_MAX: usize = 6;
/// Sets of weights; a set for each kind of symbol and for how much its contexts know.
const SETS: usize = 16;
const SETS_PER_KIND: usize = 9;

/// A context that saw this many bits goes on adapting at the same rate.
const SEEN_MAX: u8 = 60;
const WEIGHT_START: i32 = 26_000;
const LEARNING_SHIFT: u32 = 13;
/// Nothing is ever surer than this, in parts of 65,536.
const CHANCE_MIN: i32 = 24;

/// Log odds reach from minus to plus this, in steps of 1/256.
const ODDS_MAX: i32 = 3071;

/// `65536 / (1 + e^-x)` for x from -12 to 12 in steps of a quarter.
const SQUASHED: [u16; 97] = [
    0, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 28, 36, 47, 60, 77, 98, 126, 162, 208, 267, 342, 439, 562,
    720, 922, 1179, 1506, 1921, 2446, 3108, 3938, 4971, 6249, 7812, 9702, 11955, 14595, 17625, 21025, 24743, 28693,
    32768, 36843, 40793, 44511, 47911, 50941, 53581, 55834, 57724, 59287, 60565, 61598, 62428, 63090, 63615, 64030,
    64357, 64614, 64816, 64974, 65097, 65194, 65269, 65328, 65374, 65410, 65438, 65459, 65476, 65489, 65500, 65508,
    65514, 65519, 65523, 65526, 65528, 65530, 65531, 65532, 65533, 65534, 65534, 65535, 65535, 65535, 65535, 65535,
    65535,
];

/// Log odds of each chance, in parts of 4,096.
static STRETCHED: [i16; 4096] = stretched();

/// How fast a context that saw so many bits moves to the next: `65536 / (seen + 1.6)`.
static RATES: [i32; 64] = rates();

const fn squash(odds: i32) -> i32 {
    let at = odds + 3072;
    let (place, part) = ((at >> 6) as usize, at & 63);
    let (low, high) = (SQUASHED[place] as i32, SQUASHED[place + 1] as i32);
    low + (((high - low) * part) >> 6)
}

const fn stretched() -> [i16; 4096] {
    let mut table = [0; 4096];
    let (mut part, mut odds) = (0, -ODDS_MAX);
    while part < table.len() {
        while odds < ODDS_MAX && squash(odds) < part as i32 * 16 + 8 {
            odds += 1;
        }
        table[part] = odds as i16;
        part += 1;
    }
    table
}

const fn rates() -> [i32; 64] {
    let mut table = [0; 64];
    let mut seen = 0;
    while seen < table.len() {
        table[seen] = 655_360 / (seen as i32 * 10 + 16);
        seen += 1;
    }
    table
}

/// The kinds of symbols: each has its own weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Structure,
    Number,
    Flag,
    Choice,
    Figure,
    Text,
}

/// A place of the table: what a context saw. `chance` in parts of 65,536 that the bit is set, `check` tells contexts
/// apart that share the place.
#[derive(Debug, Clone, Copy)]
struct Memory {
    chance: u16,
    check: u8,
    seen: u8,
}

const FRESH: Memory = Memory { chance: super::range::EVEN, check: 0, seen: 0 };

/// The memory of all contexts, and the weights.
#[derive(Debug, Clone)]
pub(super) struct Mixer {
    memory: Vec<Memory>,
    weights: Vec<[i32; CONTEXTS_MAX]>,
}

impl Mixer {
    pub(super) fn new() -> Self {
        Self { memory: vec![FRESH; 1 << PLACES_LOG], weights: vec![[WEIGHT_START; CONTEXTS_MAX]; SETS * SETS_PER_KIND] }
    }

    /// Codes a bit. `node` tells the bits of one symbol apart. The contexts go from the vaguest to the closest.
    pub(super) fn bit<const N: usize>(
        &mut self,
        channel: &mut impl Coder,
        kind: Kind,
        contexts: &[u32; N],
        node: u32,
        bit: bool,
    ) -> bool {
        const { assert!(N >= 1 && N <= CONTEXTS_MAX) }
        let mut places = [0usize; N];
        let mut odds = [0i32; N];
        let mut seen = [0u8; N];
        let spread = node.wrapping_mul(0x9e37_79b1);
        for at in 0..N {
            let hash = scatter(contexts[at].wrapping_add(spread));
            places[at] = (hash >> (32 - PLACES_LOG)) as usize;
            let memory = &mut self.memory[places[at]];
            let check = (hash & 0xff) as u8;
            if memory.check != check {
                *memory = Memory { check, ..FRESH };
            }
            odds[at] = i32::from(STRETCHED[usize::from(memory.chance >> 4)]);
            seen[at] = memory.seen;
        }
        let level = |back: usize| if back > N { 0 } else { level(seen[N - back]) };
        let weights = &mut self.weights[kind as usize * SETS_PER_KIND + level(1) * 3 + level(2)];
        let sum: i64 = (0..N).map(|at| i64::from(weights[at]) * i64::from(odds[at])).sum();
        let sum = (sum >> 16).clamp(i64::from(-ODDS_MAX), i64::from(ODDS_MAX)) as i32;
        let chance = squash(sum).clamp(CHANCE_MIN, 65_535 - CHANCE_MIN);
        let bit = channel.bit(chance as u16, bit);

        let error = (if bit { 65_535 - chance } else { -chance }) >> 4;
        for at in 0..N {
            weights[at] += (odds[at] * error + (1 << (LEARNING_SHIFT - 1))) >> LEARNING_SHIFT;
            self.memory[places[at]].learn(bit);
        }
        bit
    }

    /// Codes a number; small ones and frequent ones cost least.
    pub(super) fn number<const N: usize>(
        &mut self,
        channel: &mut impl Coder,
        kind: Kind,
        contexts: &[u32; N],
        value: u64,
    ) -> u64 {
        /// Digits below this many leading ones follow no pattern.
        const MODELLED: u32 = 12;
        let length = u64::BITS - value.leading_zeros();
        let mut digits = 0;
        while digits < u64::BITS && self.bit(channel, kind, contexts, digits, length > digits) {
            digits += 1;
        }
        let Some(below) = digits.checked_sub(1) else { return 0 };
        let modelled = below.min(MODELLED);
        let mut read = 1u64;
        for place in 0..modelled {
            let bit = value >> (below - 1 - place) & 1 == 1;
            let node = 64 + (digits << 16) + u32::try_from(read).unwrap_or(0);
            read = read << 1 | u64::from(self.bit(channel, kind, contexts, node, bit));
        }
        let even = below - modelled;
        if even == 0 { read } else { read << even | channel.even(even, value) }
    }

    /// Codes whether something is so.
    pub(super) fn flag<const N: usize>(&mut self, channel: &mut impl Coder, contexts: &[u32; N], value: bool) -> bool {
        self.bit(channel, Kind::Flag, contexts, 0, value)
    }

    /// Codes one of sixteen symbols.
    pub(super) fn figure<const N: usize>(&mut self, channel: &mut impl Coder, contexts: &[u32; N], value: u8) -> u8 {
        let mut node = 1u32;
        for place in (0..4).rev() {
            node = node << 1 | u32::from(self.bit(channel, Kind::Figure, contexts, node, value >> place & 1 == 1));
        }
        (node & 0xf) as u8
    }

    /// Codes a byte.
    pub(super) fn byte<const N: usize>(&mut self, channel: &mut impl Coder, contexts: &[u32; N], value: u8) -> u8 {
        let mut node = 1u32;
        for place in (0..8).rev() {
            node = node << 1 | u32::from(self.bit(channel, Kind::Text, contexts, node, value >> place & 1 == 1));
        }
        (node & 0xff) as u8
    }
}

impl Memory {
    fn learn(&mut self, bit: bool) {
        let target = if bit { i32::from(u16::MAX) } else { 0 };
        let chance = i32::from(self.chance);
        let rate = RATES[usize::from(self.seen & 63)];
        self.chance = (chance + ((i64::from(target - chance) * i64::from(rate)) >> 16) as i32) as u16;
        self.seen += u8::from(self.seen < SEEN_MAX);
    }
}

/// How much a context knows that saw so many bits.
const fn level(seen: u8) -> usize {
    match seen {
        0 => 0,
        1..=3 => 1,
        _ => 2,
    }
}

const fn scatter(value: u32) -> u32 {
    let mixed = (value ^ (value >> 15)).wrapping_mul(0x2c1b_3c6d);
    let mixed = (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39);
    mixed ^ (mixed >> 15)
}

/// One context out of what it is made of.
pub(super) fn context(parts: &[u32]) -> u32 {
    parts.iter().fold(0x811c_9dc5, |hash, part| scatter((hash ^ part).wrapping_mul(0x0100_0193)))
}

/// A count as a part of a context.
pub(super) const fn part(count: usize) -> u32 {
    count as u32
}

/// A short stand-in for bytes.
pub(super) fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
