//! The zstd stream of what the model leaves over, through all batches of one exchange: flushed after each, unpacked
//! under a hard limit.

use zstd::stream::raw::{CParameter, DParameter, Decoder, Encoder, InBuffer, Operation, OutBuffer};

use super::{BatchError, PLAIN_BYTES_MAX};

/// Matches reach back this far (2^20 bytes): also the memory a decoder needs.
const WINDOW_LOG: u32 = 20;
const LEVEL: i32 = 9;

/// The packing side.
pub(super) struct Packer(Encoder<'static>);

impl Packer {
    pub(super) fn new(dictionary: &[u8]) -> Result<Self, BatchError> {
        let mut encoder = Encoder::with_dictionary(LEVEL, dictionary).map_err(|_| BatchError::Compression)?;
        let parameters = [
            CParameter::WindowLog(WINDOW_LOG),
            CParameter::HashLog(18),
            CParameter::ChainLog(18),
            CParameter::ChecksumFlag(false),
            CParameter::ContentSizeFlag(false),
            CParameter::DictIdFlag(false),
        ];
        for parameter in parameters {
            encoder.set_parameter(parameter).map_err(|_| BatchError::Compression)?;
        }
        Ok(Self(encoder))
    }

    pub(super) fn pack(&mut self, plain: &[u8]) -> Result<Vec<u8>, BatchError> {
        let mut packed = Vec::with_capacity(plain.len() / 3 + 256);
        let mut input = InBuffer::around(plain);
        while input.pos() < plain.len() {
            self.step(&mut packed, |encoder, output| encoder.run(&mut input, output))?;
        }
        while self.step(&mut packed, Operation::flush)? > 0 {}
        Ok(packed)
    }

    fn step(
        &mut self,
        packed: &mut Vec<u8>,
        work: impl FnOnce(&mut Encoder<'static>, &mut OutBuffer<'_, [u8]>) -> std::io::Result<usize>,
    ) -> Result<usize, BatchError> {
        let mut room = [0; 16 * 1024];
        let mut output = OutBuffer::around(&mut room[..]);
        let left = work(&mut self.0, &mut output).map_err(|_| BatchError::Compression)?;
        packed.extend_from_slice(output.as_slice());
        Ok(left)
    }
}

/// The unpacking side.
pub(super) struct Unpacker(Decoder<'static>);

impl Unpacker {
    pub(super) fn new(dictionary: &[u8]) -> Result<Self, BatchError> {
        let mut decoder = Decoder::with_dictionary(dictionary).map_err(|_| BatchError::Compression)?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).map_err(|_| BatchError::Compression)?;
        Ok(Self(decoder))
    }

    /// Unpacks exactly `length` bytes; fewer or more is an error, and nothing beyond is ever allocated.
    pub(super) fn unpack(&mut self, packed: &[u8], length: usize) -> Result<Vec<u8>, BatchError> {
        if length > PLAIN_BYTES_MAX {
            return Err(BatchError::TooLarge);
        }
        let mut plain = vec![0; length + 1];
        let mut input = InBuffer::around(packed);
        let mut filled = 0;
        loop {
            let (before_in, before_out) = (input.pos(), filled);
            let rest = plain.get_mut(filled..).unwrap_or_default();
            let mut output = OutBuffer::around(rest);
            self.0.run(&mut input, &mut output).map_err(|_| BatchError::Compression)?;
            filled += output.pos();
            if filled > length {
                return Err(BatchError::TooLarge);
            }
            if input.pos() == before_in && filled == before_out {
                break;
            }
        }
        if filled != length || input.pos() != packed.len() {
            return Err(BatchError::Compression);
        }
        plain.truncate(length);
        Ok(plain)
    }
}
