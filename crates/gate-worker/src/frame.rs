//! Frames: a 4-byte little-endian length, then the payload.

use std::io::{self, ErrorKind, Read, Write};

/// Largest payload, in bytes: the largest case has some 12 MiB.
const PAYLOAD_MAX: u32 = 64 * 1024 * 1024;

pub(crate) fn write(out: &mut impl Write, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).ok().filter(|length| *length <= PAYLOAD_MAX);
    let length = length.ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "a frame is too large"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(payload)?;
    out.flush()
}

/// The next payload; `None` when the other side closed the pipe between two frames.
pub(crate) fn read(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::with_capacity(4);
    input.by_ref().take(4).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(None);
    }
    let length = u32::from_le_bytes(head.try_into().map_err(|_| ErrorKind::UnexpectedEof)?);
    if length > PAYLOAD_MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    // Grows with what really comes: a length that lies costs nothing.
    let mut payload = Vec::new();
    input.by_ref().take(u64::from(length)).read_to_end(&mut payload)?;
    if payload.len() as u64 == u64::from(length) { Ok(Some(payload)) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_and_cuts_and_lies_are_errors() {
        let mut bytes = Vec::new();
        write(&mut bytes, b"one").unwrap();
        write(&mut bytes, b"").unwrap();
        let mut input = bytes.as_slice();
        assert_eq!(read(&mut input).unwrap(), Some(b"one".to_vec()));
        assert_eq!(read(&mut input).unwrap(), Some(Vec::new()));
        assert_eq!(read(&mut input).unwrap(), None);
        for cut in 1..7 {
            assert!(read(&mut &bytes[..cut]).is_err(), "{cut}");
        }
        assert!(read(&mut [0xff; 8].as_slice()).is_err());
    }
}
