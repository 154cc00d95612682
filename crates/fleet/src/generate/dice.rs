//! Repeatable chance: `SplitMix64` (Steele, Lea, Flood 2014), which needs no more than one number of state.

/// Draws numbers that depend on nothing but the seed. Not for secrets.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Begins with a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another stream for each text: two offices under one seed draw different numbers.
    pub fn for_text(seed: u64, text: &str) -> Self {
        // FNV-1a: spreads short texts well enough for a seed.
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut dice = Self(seed ^ hash);
        Self(dice.draw())
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to and without `limit`; 0 when the limit is 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        // The high half of a 32 by 32 bit product is below the limit, so it fits.
        u32::try_from(((self.draw() >> 32) * u64::from(limit)) >> 32).unwrap_or_default()
    }

    /// A number between two, both included.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in so many of a hundred draws.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of a list; an empty text for an empty list.
    pub fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        self.index(list.len()).and_then(|index| list.get(index)).copied().unwrap_or_default()
    }

    /// A place in a list of this length; nothing when it is empty.
    pub fn index(&mut self, length: usize) -> Option<usize> {
        let limit = u32::try_from(length).ok().filter(|limit| *limit > 0)?;
        usize::try_from(self.below(limit)).ok()
    }

    /// So many random digits, the first not 0.
    pub fn digits(&mut self, count: u32) -> String {
        (0..count)
            .map(|place| char::from(b'0' + u8::try_from(self.between(u32::from(place == 0), 9)).unwrap_or(1)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // First outputs of SplitMix64 from seed 0, as in the reference implementation.
        let mut dice = Dice::new(0);
        assert_eq!([dice.draw(), dice.draw()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn draws_stay_inside_and_reach_all() {
        let mut dice = Dice::new(7);
        let mut seen = [0_u32; 6];
        for _ in 0..6_000 {
            seen[usize::try_from(dice.between(0, 5)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (850..1_150).contains(count)), "{seen:?}");
        assert_eq!((dice.below(0), dice.below(1), dice.pick(&[]), dice.index(0)), (0, 0, "", None));
        assert_eq!(dice.digits(12).len(), 12);
        assert_ne!(Dice::for_text(1, "35.10.01.2001").draw(), Dice::for_text(1, "35.10.01.2002").draw());
    }
}
