//! LEB128 integers as Automerge's binary format writes them: the shortest form only.

/// The bytes end too early, or an integer is longer than it needs to be or than 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number in it is cut short or not in its shortest form")]
pub struct LebError;

/// Reads from the front of a byte slice; never beyond its end.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether all has been read.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    ///
    /// # Errors
    /// At the end.
    pub fn byte(&mut self) -> Result<u8, LebError> {
        let (first, rest) = self.rest.split_first().ok_or(LebError)?;
        self.rest = rest;
        Ok(*first)
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], LebError> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(LebError)?;
        self.rest = rest;
        Ok(head)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], LebError> {
        self.take(N)?.try_into().map_err(|_| LebError)
    }

    /// An unsigned integer.
    ///
    /// # Errors
    /// When it is cut short, overlong, or beyond 64 bits.
    pub fn unsigned(&mut self) -> Result<u64, LebError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            if shift == 63 && low > 1 {
                return Err(LebError);
            }
            value |= low << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(LebError) } else { Ok(value) };
            }
        }
        Err(LebError)
    }

    /// An unsigned integer that counts things in memory, at most `max`.
    ///
    /// # Errors
    /// When it is no integer or above `max`.
    pub fn count(&mut self, max: usize) -> Result<usize, LebError> {
        usize::try_from(self.unsigned()?).ok().filter(|count| *count <= max).ok_or(LebError)
    }

    /// A signed integer.
    ///
    /// # Errors
    /// When it is cut short, overlong, or beyond 64 bits.
    pub fn signed(&mut self) -> Result<i64, LebError> {
        let start = self.rest;
        let mut value = 0i64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            let low = i64::from(byte & 0x7f);
            if shift == 63 && low != 0 && low != 0x7f {
                return Err(LebError);
            }
            value |= low.wrapping_shl(shift);
            if byte & 0x80 == 0 {
                if shift < 57 && byte & 0x40 != 0 {
                    value |= -1i64 << (shift + 7);
                }
                let mut shortest = Vec::with_capacity(10);
                write_signed(&mut shortest, value);
                return if start.starts_with(&shortest) && start.len() - self.rest.len() == shortest.len() {
                    Ok(value)
                } else {
                    Err(LebError)
                };
            }
        }
        Err(LebError)
    }

    /// A length and that many bytes.
    ///
    /// # Errors
    /// When fewer bytes are left than the length says.
    pub fn prefixed(&mut self) -> Result<&'a [u8], LebError> {
        let length = self.count(self.rest.len())?;
        self.take(length)
    }
}

/// Appends an unsigned integer.
pub fn write_unsigned(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Appends a signed integer.
pub fn write_signed(out: &mut Vec<u8>, mut value: i64) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if (value == 0 && low & 0x40 == 0) || (value == -1 && low & 0x40 != 0) {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Appends a length and the bytes.
pub fn write_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    write_unsigned(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_survive(unsigned in any::<u64>(), signed in any::<i64>(), small in -200i64..200) {
            let mut out = Vec::new();
            write_unsigned(&mut out, unsigned);
            write_signed(&mut out, signed);
            write_signed(&mut out, small);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.unsigned().unwrap(), unsigned);
            prop_assert_eq!(reader.signed().unwrap(), signed);
            prop_assert_eq!(reader.signed().unwrap(), small);
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn whatever_reads_is_the_shortest_form(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let mut reader = Reader::new(&bytes);
            if let Ok(value) = reader.unsigned() {
                let mut out = Vec::new();
                write_unsigned(&mut out, value);
                prop_assert_eq!(&bytes[..bytes.len() - reader.rest().len()], &out[..]);
            }
            let mut reader = Reader::new(&bytes);
            if let Ok(value) = reader.signed() {
                let mut out = Vec::new();
                write_signed(&mut out, value);
                prop_assert_eq!(&bytes[..bytes.len() - reader.rest().len()], &out[..]);
            }
        }
    }
}
