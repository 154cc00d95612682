//! The codes of a JPEG, read bit by bit.

/// Codes up to so many bits are looked up at once.
const QUICK: u32 = 9;

/// A table of codes.
pub(super) struct Table {
    /// By the next bits: how many of them are the code, and what it stands for; 0 bits for a longer one.
    quick: Vec<(u32, u8)>,
    /// The first code of each length behind the last one, and where its values begin, by length.
    ends: Vec<(u32, u32)>,
    values: Vec<u8>,
}

impl Table {
    /// As it stands in its segment: how many codes have each length, then what they stand for. With how many bytes that is.
    pub(super) fn of(bytes: &[u8]) -> Option<(Self, usize)> {
        let counts = bytes.first_chunk::<16>()?;
        let sum: usize = counts.iter().map(|count| usize::from(*count)).sum();
        let values = bytes.get(16..16 + sum)?.to_vec();
        let mut quick = vec![(0, 0); 1 << QUICK];
        let (mut code, mut at, mut ends) = (0u32, 0u32, Vec::new());
        for (length, count) in (1u32..).zip(counts) {
            for _ in 0..*count {
                if code >> length != 0 {
                    return None;
                }
                let value = *values.get(usize::try_from(at).ok()?)?;
                if length <= QUICK {
                    let (from, to) = (code << (QUICK - length), (code + 1) << (QUICK - length));
                    quick.get_mut(usize::try_from(from).ok()?..usize::try_from(to).ok()?)?.fill((length, value));
                }
                code += 1;
                at += 1;
            }
            // A code of this length is below the first number, and its value so far behind it as the second one says.
            ends.push((code, at.wrapping_sub(code)));
            code <<= 1;
        }
        Some((Self { quick, ends, values }, 16 + sum))
    }
}

/// The data of a scan.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// Bits that were read and not used, the next one highest among `count`.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) const fn of(data: &'a [u8]) -> Self {
        Self { data, at: 0, held: 0, count: 0 }
    }

    /// Reads on, up to a marker. A 0 behind `ff` says that it is none.
    fn fill(&mut self) {
        while self.count <= 48 {
            let Some(byte) = self.data.get(self.at) else { return };
            self.at += match (byte, self.data.get(self.at + 1)) {
                (0xff, Some(0)) => 2,
                (0xff, _) => return,
                _ => 1,
            };
            self.held = (self.held << 8) | u64::from(*byte);
            self.count += 8;
        }
    }

    /// The next so many bits; missing ones are 1, as the end of data is filled up.
    fn next(&self, count: u32) -> u32 {
        let bits = if self.count >= count {
            self.held >> (self.count - count)
        } else {
            let missing = count - self.count;
            (self.held << missing) | ((1 << missing) - 1)
        };
        u32::try_from(bits & ((1 << count) - 1)).unwrap_or_default()
    }

    /// What the next code stands for.
    pub(super) fn code(&mut self, table: &Table) -> Option<u8> {
        self.fill();
        let quick = usize::try_from(self.next(QUICK)).ok()?;
        let (length, value) = *table.quick.get(quick)?;
        if length > 0 {
            self.skip(u8::try_from(length).ok()?)?;
            return Some(value);
        }
        for (length, (end, behind)) in (1u32..).zip(&table.ends).skip(usize::try_from(QUICK).ok()?) {
            let code = self.next(length);
            if code < *end {
                self.skip(u8::try_from(length).ok()?)?;
                return table.values.get(usize::try_from(code.wrapping_add(*behind)).ok()?).copied();
            }
        }
        None
    }

    pub(super) fn skip(&mut self, count: u8) -> Option<()> {
        self.fill();
        self.count = self.count.checked_sub(u32::from(count))?;
        Some(())
    }

    /// Goes on behind the mark between two parts, where nothing but the rest of a byte stands in front of it.
    pub(super) fn restart(&mut self) -> Option<()> {
        self.fill();
        if self.count >= 8 {
            return None;
        }
        self.count = 0;
        while self.data.get(self.at) == Some(&0xff) && self.data.get(self.at + 1) == Some(&0xff) {
            self.at += 1;
        }
        matches!(self.data.get(self.at..self.at + 2)?, [0xff, 0xd0..=0xd7]).then_some(())?;
        self.at += 2;
        Some(())
    }

    /// Whether nothing but the rest of a byte is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.fill();
        let rest = self.data.get(self.at..).unwrap_or_default();
        // Some cameras fill up with bytes that say nothing, or end with a mark between parts.
        if self.count < 8 {
            rest.iter().all(|byte| matches!(byte, 0xff | 0xd0..=0xd7))
        } else {
            self.is_padded() && rest.iter().all(|byte| matches!(byte, 0 | 0xff))
        }
    }

    /// Whether what is left are zero bytes that a writer filled up with. The last byte of data ends in ones; where that one is
    /// zero too, something wrote over it.
    fn is_padded(&self) -> bool {
        let whole = self.count / 8;
        let (last, zeros) = (self.held >> (8 * whole), self.held & ((1 << (8 * whole)) - 1));
        zeros == 0 && last & 0xff != 0
    }
}
