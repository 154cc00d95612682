//! Frames: how messages follow each other in a stream of bytes that may be cut anywhere.

use change_log::leb;

/// Largest payload of a frame, in bytes.
pub const FRAME_BYTES_MAX: usize = 1 << 20;
/// Largest payload of a frame that carries neither changes, refusals nor repair, in bytes.
pub const CONTROL_BYTES_MAX: usize = 16 << 10;
/// Bytes before the payload: one for the kind and up to three for the length.
pub const FRAME_HEAD_BYTES_MAX: usize = 4;

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FrameKind {
    /// 1: the node introduces itself and its log. First frame of a request.
    Hello,
    /// 2: changes of the node's log.
    Batch,
    /// 3: the request is complete, nothing was cut off.
    End,
    /// 4: what two sides that differ compare, and entries that the hub asked for.
    Repair,
    /// 16: the hub's answer to a hello. First frame of a reply, unless that is a fault.
    Welcome,
    /// 17: all up to a position is durable.
    Ack,
    /// 18: the hub's signature under the node's log.
    Receipt,
    /// 19: changes of the office's feed.
    FeedBatch,
    /// 20: changes that the hub keeps out, with reasons.
    Refusals,
    /// 21: how the two sides compare. Last frame of a reply that is complete.
    Verdict,
    /// 22: the hub cannot go on. Nothing follows.
    Fault,
    /// 23: what the comparison of a repair found.
    Comparison,
    /// 24: entries that the node lacks, outside the order of its feed.
    RepairBatch,
    /// 25: the node is to wipe itself. A fault follows: it was shut out.
    WipeOrder,
    /// A kind of a newer protocol. To be ignored.
    Unknown(u8),
}

impl FrameKind {
    /// The kind that this byte stands for.
    pub const fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::Hello,
            2 => Self::Batch,
            3 => Self::End,
            4 => Self::Repair,
            16 => Self::Welcome,
            17 => Self::Ack,
            18 => Self::Receipt,
            19 => Self::FeedBatch,
            20 => Self::Refusals,
            21 => Self::Verdict,
            22 => Self::Fault,
            23 => Self::Comparison,
            24 => Self::RepairBatch,
            25 => Self::WipeOrder,
            other => Self::Unknown(other),
        }
    }

    /// The byte that stands for it.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Hello => 1,
            Self::Batch => 2,
            Self::End => 3,
            Self::Repair => 4,
            Self::Welcome => 16,
            Self::Ack => 17,
            Self::Receipt => 18,
            Self::FeedBatch => 19,
            Self::Refusals => 20,
            Self::Verdict => 21,
            Self::Fault => 22,
            Self::Comparison => 23,
            Self::RepairBatch => 24,
            Self::WipeOrder => 25,
            Self::Unknown(byte) => byte,
        }
    }

    /// Largest payload of such a frame, in bytes.
    pub const fn payload_max(self) -> usize {
        match self {
            Self::Batch
            | Self::FeedBatch
            | Self::Refusals
            | Self::Repair
            | Self::Comparison
            | Self::RepairBatch
            | Self::Unknown(_) => FRAME_BYTES_MAX,
            Self::Hello
            | Self::End
            | Self::Welcome
            | Self::Ack
            | Self::Receipt
            | Self::Verdict
            | Self::Fault
            | Self::WipeOrder => CONTROL_BYTES_MAX,
        }
    }
}

/// One frame of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it carries.
    pub kind: FrameKind,
    /// The bytes of it.
    pub payload: Vec<u8>,
}

/// The bytes are no stream of frames. The stream is of no further use; what came before is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The frame is larger than its kind may be.
    #[error(
        "the other side announced a {kind:?} frame of {length} bytes, but {} is the limit. The exchange ends here; \
         what was confirmed before is safe, and the rest is sent again in the next exchange", kind.payload_max()
    )]
    TooLarge {
        /// What it was to carry.
        kind: FrameKind,
        /// Bytes announced.
        length: u64,
    },
    /// The length is not a number in its shortest form, or has more than three bytes.
    #[error(
        "the other side sent bytes that are no frame: something on the way alters the traffic, or it is another \
         program. The exchange ends here; what was confirmed before is safe, and the rest is sent again in the next"
    )]
    Malformed,
}

/// Appends a frame. Payloads above [`FrameKind::payload_max`] are for the caller to avoid: readers refuse them.
pub fn write_frame(out: &mut Vec<u8>, kind: FrameKind, payload: &[u8]) {
    out.push(kind.byte());
    leb::write_prefixed(out, payload);
}

/// Takes a stream of frames apart, however it is cut into pieces.
///
/// It holds at most what was pushed and not taken out yet, so memory follows bytes received, never bytes announced.
#[derive(Debug, Default)]
pub struct FrameReader {
    buffer: Vec<u8>,
    start: usize,
    failed: Option<FrameError>,
}

impl FrameReader {
    /// A reader at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes of the stream. Take the frames out before pushing more.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete frame; nothing while more bytes are needed for one.
    ///
    /// # Errors
    /// The stream broke the rules. Every later call says so again.
    #[expect(clippy::should_implement_trait, reason = "an iterator ends, this waits for more bytes")]
    pub fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let found = self.find();
        if let Err(error) = found {
            self.failed = Some(error);
            self.buffer = Vec::new();
            self.start = 0;
        }
        found?
            .map(|(kind, payload, end)| {
                let payload = self.buffer.get(payload..end).unwrap_or_default().to_vec();
                self.start = end;
                Ok(Frame { kind, payload })
            })
            .transpose()
    }

    /// Bytes received that belong to a frame not complete yet. Not 0 at the end of a stream: it was cut.
    pub fn pending(&self) -> usize {
        self.buffer.len().saturating_sub(self.start)
    }

    /// Kind, start and end of the payload of the frame at the front.
    fn find(&self) -> Result<Option<(FrameKind, usize, usize)>, FrameError> {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let Some((kind, after)) = rest.split_first() else { return Ok(None) };
        let kind = FrameKind::from_byte(*kind);
        // Lengths allowed have at most three bytes. Never more is looked at, so that it makes no difference how the
        // stream is cut.
        let head = after.get(..FRAME_HEAD_BYTES_MAX - 1).unwrap_or(after);
        let mut reader = leb::Reader::new(head);
        let Ok(length) = reader.unsigned() else {
            let more = head.len() < FRAME_HEAD_BYTES_MAX - 1 && head.iter().all(|byte| byte & 0x80 != 0);
            return if more { Ok(None) } else { Err(FrameError::Malformed) };
        };
        let Some(size) = usize::try_from(length).ok().filter(|size| *size <= kind.payload_max()) else {
            return Err(FrameError::TooLarge { kind, length });
        };
        let payload = self.start + 1 + head.len() - reader.rest().len();
        let end = payload + size;
        Ok((end <= self.buffer.len()).then_some((kind, payload, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_follows_what_came_not_what_was_announced() {
        let mut reader = FrameReader::new();
        let mut head = vec![FrameKind::Batch.byte()];
        leb::write_unsigned(&mut head, FRAME_BYTES_MAX as u64);
        reader.push(&head);
        assert_eq!(reader.next(), Ok(None));
        assert!(reader.buffer.capacity() < 100);
    }

    #[test]
    fn what_was_taken_out_is_freed() {
        let mut frame = Vec::new();
        write_frame(&mut frame, FrameKind::Batch, &[7; 1000]);
        let mut reader = FrameReader::new();
        for _ in 0..1000 {
            reader.push(&frame);
            assert!(reader.next().unwrap().is_some());
        }
        assert!(reader.buffer.capacity() < 10_000);
    }
}
