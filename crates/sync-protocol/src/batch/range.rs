//! Binary arithmetic coding: a bit that was expected costs next to nothing.
//!
//! Both directions are one trait, so that the model that says what is expected is written once: the writer codes the
//! bit it is given, the reader is given anything and answers the bit that was coded.

/// Even chances.
pub(super) const EVEN: u16 = 1 << 15;

/// One direction of the coding.
pub(super) trait Coder {
    /// Codes a bit; `chance` is how likely it is set, in parts of 65,536.
    fn bit(&mut self, chance: u16, bit: bool) -> bool;

    /// Bits coded so far: what a batch costs in time, however few bytes it has.
    fn work(&self) -> u64;

    /// Codes the low `count` bits of a number of which nothing is known.
    fn even(&mut self, count: u32, value: u64) -> u64 {
        (0..count).rev().fold(0, |sum, place| sum << 1 | u64::from(self.bit(EVEN, value >> place & 1 == 1)))
    }
}

/// The interval that all bits so far have led to.
#[derive(Debug)]
struct Span {
    low: u32,
    high: u32,
}

impl Span {
    const WHOLE: Self = Self { low: 0, high: u32::MAX };

    /// The last value of the part that stands for a set bit.
    fn middle(&self, chance: u16) -> u32 {
        let width = u64::from(self.high - self.low);
        self.low + u32::try_from((width * u64::from(chance)) >> 16).unwrap_or(0)
    }

    fn narrow(&mut self, middle: u32, bit: bool) {
        if bit {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
    }

    /// The next byte, once it is settled.
    fn settled(&mut self) -> Option<u8> {
        let [first, ..] = self.low.to_be_bytes();
        if (self.low ^ self.high) >> 24 != 0 {
            return None;
        }
        self.low <<= 8;
        self.high = self.high << 8 | 0xff;
        Some(first)
    }
}

/// The writing direction.
#[derive(Debug)]
pub(super) struct Writer {
    span: Span,
    out: Vec<u8>,
    work: u64,
}

impl Writer {
    pub(super) const fn new() -> Self {
        Self { span: Span::WHOLE, out: Vec::new(), work: 0 }
    }

    /// As few bytes as lead the reader, who takes zeros after the end, back to the same bits.
    pub(super) fn finish(mut self) -> Vec<u8> {
        for bytes in 0..=4u32 {
            let kept = u32::MAX.checked_shl(32 - 8 * bytes).unwrap_or(0);
            let value = self.span.high & kept;
            if value >= self.span.low {
                self.out.extend(value.to_be_bytes().into_iter().take(bytes as usize));
                break;
            }
        }
        while self.out.last() == Some(&0) {
            self.out.pop();
        }
        self.out
    }
}

impl Coder for Writer {
    fn bit(&mut self, chance: u16, bit: bool) -> bool {
        let middle = self.span.middle(chance);
        self.span.narrow(middle, bit);
        while let Some(byte) = self.span.settled() {
            self.out.push(byte);
        }
        self.work += 1;
        bit
    }

    fn work(&self) -> u64 {
        self.work
    }
}

/// The reading direction.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    span: Span,
    value: u32,
    rest: std::slice::Iter<'a, u8>,
    work: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut rest = bytes.iter();
        let value = (0..4).fold(0, |value, _| value << 8 | u32::from(rest.next().copied().unwrap_or(0)));
        Self { span: Span::WHOLE, value, rest, work: 0 }
    }
}

impl Coder for Reader<'_> {
    fn bit(&mut self, chance: u16, _: bool) -> bool {
        let middle = self.span.middle(chance);
        let bit = self.value <= middle;
        self.span.narrow(middle, bit);
        while self.span.settled().is_some() {
            self.value = self.value << 8 | u32::from(self.rest.next().copied().unwrap_or(0));
        }
        self.work += 1;
        bit
    }

    fn work(&self) -> u64 {
        self.work
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_come_back_whatever_was_expected_of_them(bits in prop::collection::vec((any::<u16>(), any::<bool>()), 0..2000)) {
            let mut writer = Writer::new();
            for (chance, bit) in &bits {
                writer.bit(*chance, *bit);
            }
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            for (chance, bit) in &bits {
                prop_assert_eq!(reader.bit(*chance, false), *bit);
            }
        }
    }

    #[test]
    fn what_is_expected_costs_next_to_nothing() {
        let mut writer = Writer::new();
        for _ in 0..10_000 {
            writer.bit(65_000, true);
        }
        assert!(writer.finish().len() < 16);
    }
}
