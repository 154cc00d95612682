//! How large the next frame may be, from what the link has carried since the exchange began.

/// A frame is at most this part of what was carried before it: so much is lost with it when the link is cut in the
/// middle of it, whatever the link.
const PART: u64 = 40;
const FRAME_BYTES_MIN: u64 = 256;
const FRAME_BYTES_MAX: u64 = 64 * 1024;

/// Target size in bytes of the next frame, when `carried` bytes went that way before it in this exchange.
pub fn frame_bytes(carried: u64) -> usize {
    usize::try_from((carried / PART).clamp(FRAME_BYTES_MIN, FRAME_BYTES_MAX)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_costs_a_fortieth_of_what_was_carried_and_the_first_frames_are_small() {
        assert_eq!(frame_bytes(0), 256);
        assert_eq!(frame_bytes(16 * 1024), 409);
        assert_eq!(frame_bytes(256 * 1024), 6_553);
        assert_eq!(frame_bytes(u64::MAX), 64 * 1024);
    }
}
