//! Reads and writes the elements of a message: a CBOR array, every length bounded.

use std::borrow::Cow;

use minicbor::Decoder;
use minicbor::data::Type;

use crate::{FrameKind, MessageError, Problem, write_frame};

/// Deepest nesting of an unknown element that is still skipped; bounds the stack.
const SKIP_DEPTH_MAX: usize = 8;

/// Certificates and seals are read by the rules of messages and travel in no frame. No frame has this kind.
pub(crate) const NO_FRAME: FrameKind = FrameKind::Unknown(0);

/// Builds the payload of a message.
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// Starts a message of `elements` elements.
    pub(crate) fn new(elements: usize) -> Self {
        Self { out: Vec::new() }.array(elements)
    }

    /// The head of a CBOR item: major type and argument in its shortest form (RFC 8949, section 3).
    fn head(mut self, major: u8, argument: u64) -> Self {
        let major = major << 5;
        let bytes = argument.to_be_bytes();
        let (info, skip) = match argument {
            0..=23 => (bytes[7], 8),
            24..=0xff => (24, 7),
            0x100..=0xffff => (25, 6),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 0),
        };
        self.out.push(major | info);
        self.out.extend(bytes.into_iter().skip(skip));
        self
    }

    pub(crate) fn array(self, elements: usize) -> Self {
        self.head(4, elements as u64)
    }

    pub(crate) fn unsigned(self, value: u64) -> Self {
        self.head(0, value)
    }

    pub(crate) fn signed(self, value: i64) -> Self {
        match u64::try_from(value) {
            Ok(value) => self.head(0, value),
            // CBOR writes -1 - n as n, which is the complement.
            Err(_) => self.head(1, (!value).cast_unsigned()),
        }
    }

    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        let mut this = self.head(2, bytes.len() as u64);
        this.out.extend_from_slice(bytes);
        this
    }

    /// A text for people, made to obey the rules that the reader enforces.
    pub(crate) fn text(self, text: &str, bytes_max: usize) -> Self {
        let text = presentable(text, bytes_max);
        let mut this = self.head(3, text.len() as u64);
        this.out.extend_from_slice(text.as_bytes());
        this
    }

    pub(crate) fn null(mut self) -> Self {
        self.out.push(0xf6);
        self
    }

    pub(crate) fn optional<T>(self, value: Option<T>, write: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    pub(crate) fn list<T>(self, items: &[T], write: impl Fn(Self, &T) -> Self) -> Self {
        items.iter().fold(self.array(items.len()), write)
    }

    pub(crate) fn payload(self) -> Vec<u8> {
        self.out
    }

    pub(crate) fn frame(self, kind: FrameKind) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.out.len() + 4);
        write_frame(&mut out, kind, &self.out);
        out
    }
}

/// Whether a character could mislead who reads it: it moves the cursor of a terminal, or turns the direction of writing.
fn misleading(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with control characters turned into spaces, cut at a character so that it has at most `bytes_max` bytes.
fn presentable(text: &str, bytes_max: usize) -> Cow<'_, str> {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    if text.contains(misleading) {
        // Each takes at least one byte, so this can only make it shorter.
        Cow::Owned(text.replace(misleading, " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Reads the elements of a message in their order.
pub(crate) struct Elements<'a> {
    decoder: Decoder<'a>,
    left: u64,
    message: FrameKind,
}

impl<'a> Elements<'a> {
    /// Opens the array that `payload` is.
    pub(crate) fn open(message: FrameKind, payload: &'a [u8]) -> Result<Self, MessageError> {
        let mut this = Self { decoder: Decoder::new(payload), left: 0, message };
        this.left = this.header("array")?;
        Ok(this)
    }

    /// An error about an element.
    pub(crate) fn error(&self, field: &'static str, problem: Problem) -> MessageError {
        MessageError { message: self.message, field, problem }
    }

    fn malformed(&self, field: &'static str) -> MessageError {
        self.error(field, Problem::Malformed)
    }

    fn header(&mut self, field: &'static str) -> Result<u64, MessageError> {
        // Indefinite lengths are never written, so none is read.
        self.decoder.array().ok().flatten().ok_or_else(|| self.malformed(field))
    }

    fn element(&mut self, field: &'static str) -> Result<(), MessageError> {
        self.left = self.left.checked_sub(1).ok_or_else(|| self.error(field, Problem::Missing))?;
        Ok(())
    }

    pub(crate) fn unsigned(&mut self, field: &'static str) -> Result<u64, MessageError> {
        self.element(field)?;
        self.decoder.u64().map_err(|_| self.malformed(field))
    }

    pub(crate) fn unsigned_8(&mut self, field: &'static str) -> Result<u8, MessageError> {
        let value = self.unsigned(field)?;
        u8::try_from(value).map_err(|_| self.error(field, Problem::TooMuch { max: u8::MAX.into() }))
    }

    pub(crate) fn unsigned_16(&mut self, field: &'static str) -> Result<u16, MessageError> {
        let value = self.unsigned(field)?;
        u16::try_from(value).map_err(|_| self.error(field, Problem::TooMuch { max: u16::MAX.into() }))
    }

    pub(crate) fn unsigned_32(&mut self, field: &'static str) -> Result<u32, MessageError> {
        let value = self.unsigned(field)?;
        u32::try_from(value).map_err(|_| self.error(field, Problem::TooMuch { max: u32::MAX.into() }))
    }

    pub(crate) fn signed(&mut self, field: &'static str) -> Result<i64, MessageError> {
        self.element(field)?;
        self.decoder.i64().map_err(|_| self.malformed(field))
    }

    pub(crate) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], MessageError> {
        self.element(field)?;
        let bytes = self.decoder.bytes().map_err(|_| self.malformed(field))?;
        bytes.try_into().map_err(|_| self.error(field, Problem::WrongLength))
    }

    /// Bytes of no fixed length, still where they were received.
    pub(crate) fn bytes(&mut self, field: &'static str, bytes_max: usize) -> Result<&'a [u8], MessageError> {
        self.element(field)?;
        let bytes = self.decoder.bytes().map_err(|_| self.malformed(field))?;
        if bytes.len() > bytes_max {
            return Err(self.error(field, Problem::TooMuch { max: bytes_max as u64 }));
        }
        Ok(bytes)
    }

    pub(crate) fn text(&mut self, field: &'static str, bytes_max: usize) -> Result<String, MessageError> {
        self.element(field)?;
        let text = self.decoder.str().map_err(|_| self.malformed(field))?;
        if text.len() > bytes_max {
            return Err(self.error(field, Problem::TooMuch { max: bytes_max as u64 }));
        }
        if text.contains(misleading) {
            return Err(self.error(field, Problem::ControlCharacters));
        }
        Ok(text.to_owned())
    }

    /// Nothing if the element is null, or if the array ends before it: an older program knew no such element.
    pub(crate) fn optional<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, MessageError>,
    ) -> Result<Option<T>, MessageError> {
        if self.left == 0 {
            return Ok(None);
        }
        if matches!(self.decoder.datatype(), Ok(Type::Null)) {
            self.element(field)?;
            self.decoder.null().map_err(|_| self.malformed(field))?;
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// An array inside the array, which may have grown elements that are unknown here.
    pub(crate) fn group<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, MessageError>,
    ) -> Result<T, MessageError> {
        self.element(field)?;
        let inner = self.header(field)?;
        let outer = std::mem::replace(&mut self.left, inner);
        let value = read(self)?;
        self.skip_rest()?;
        self.left = outer;
        Ok(value)
    }

    /// An array of items of one kind, at most `max` of them.
    pub(crate) fn list<T>(
        &mut self,
        field: &'static str,
        max: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, MessageError>,
    ) -> Result<Vec<T>, MessageError> {
        self.group(field, |items| {
            if items.left > max as u64 {
                return Err(items.error(field, Problem::TooMuch { max: max as u64 }));
            }
            // No capacity ahead: the count is only a claim until the items have been read.
            let mut list = Vec::new();
            while items.left > 0 {
                list.push(read(items)?);
            }
            Ok(list)
        })
    }

    /// Skips the elements that this version does not know, and makes sure that nothing follows the array.
    pub(crate) fn finish(mut self) -> Result<(), MessageError> {
        self.skip_rest()?;
        if self.decoder.position() == self.decoder.input().len() {
            Ok(())
        } else {
            Err(self.error("array", Problem::TrailingBytes))
        }
    }

    fn skip_rest(&mut self) -> Result<(), MessageError> {
        while self.left > 0 {
            self.left -= 1;
            skip(&mut self.decoder, SKIP_DEPTH_MAX).ok_or_else(|| self.malformed("unknown element"))?;
        }
        Ok(())
    }
}

/// Skips one item. The library's own skip keeps a stack as large as the sender likes.
fn skip(decoder: &mut Decoder<'_>, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let items = match decoder.datatype().ok()? {
        Type::Array => decoder.array().ok()??,
        Type::Map => decoder.map().ok()??.checked_mul(2)?,
        Type::Tag => {
            decoder.tag().ok()?;
            1
        }
        Type::ArrayIndef | Type::MapIndef | Type::BytesIndef | Type::StringIndef | Type::Break => return None,
        _ => return decoder.skip().ok(),
    };
    // Each item has at least one byte, so a false count ends with the input.
    for _ in 0..items {
        skip(decoder, depth)?;
    }
    Some(())
}
