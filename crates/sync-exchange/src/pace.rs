//! How fast to go on a link: frame size from how long it lives, when to call again after it failed.

/// Frames start at this size (compressed bytes) on a link nothing is known of.
const FRAME_BYTES_START: usize = 8 * 1024;
const FRAME_BYTES_MIN: usize = 256;
const FRAME_BYTES_MAX: usize = 64 * 1024;
/// A frame is at most this fraction of what a link carried before it was cut: what is lost with it stays under 3 %.
const FRAMES_PER_LIFE: usize = 40;
/// A frame takes at most this long on a slow link.
const FRAME_MILLIS_MAX: u64 = 2_000;
const WAIT_MILLIS_FIRST: u64 = 500;
const WAIT_MILLIS_MAX: u64 = 5 * 60 * 1000;

/// How the next exchange is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Target size of a batch frame, compressed.
    pub frame_bytes: usize,
    /// Ask first what the hub has, send after: the last exchange broke off.
    pub probe: bool,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A verdict came.
    Complete,
    /// The link was cut or fell silent.
    Cut,
    /// The hub refused, and said when to come back.
    Refused {
        /// Seconds to wait, if it said so.
        retry_after_seconds: Option<u32>,
    },
}

/// What is known of a link.
#[derive(Debug, Clone)]
pub struct Pace {
    seed: u64,
    frame_bytes: usize,
    probe: bool,
    failures: u32,
    wait_millis: u64,
}

impl Pace {
    /// Nothing known yet. The seed spreads the waiting times of many nodes.
    pub const fn new(seed: u64) -> Self {
        Self { seed, frame_bytes: FRAME_BYTES_START, probe: false, failures: 0, wait_millis: 0 }
    }

    /// How to make the next exchange.
    pub const fn plan(&self) -> Plan {
        Plan { frame_bytes: self.frame_bytes, probe: self.probe }
    }

    /// Learns from an exchange: bytes sent and received and the time it took.
    pub fn ended(&mut self, ending: Ending, bytes_up: u64, bytes_down: u64, millis: u64) {
        let carried = usize::try_from(bytes_up.saturating_add(bytes_down)).unwrap_or(usize::MAX);
        match ending {
            Ending::Complete => {
                self.failures = 0;
                self.probe = false;
                self.wait_millis = 0;
                if carried > self.frame_bytes * FRAMES_PER_LIFE {
                    self.frame_bytes = (self.frame_bytes * 2).min(FRAME_BYTES_MAX);
                }
            }
            Ending::Cut => {
                self.failures = self.failures.saturating_add(1);
                self.probe = true;
                if carried > 0 {
                    self.frame_bytes = (carried / FRAMES_PER_LIFE).clamp(FRAME_BYTES_MIN, FRAME_BYTES_MAX);
                }
                // A link that carried something is worth another try at once.
                self.wait_millis = if carried > 1024 { self.jitter(WAIT_MILLIS_FIRST) } else { self.backoff() };
            }
            Ending::Refused { retry_after_seconds } => {
                self.failures = self.failures.saturating_add(1);
                self.wait_millis = match retry_after_seconds {
                    Some(seconds) => self.jitter(u64::from(seconds) * 1000).max(u64::from(seconds) * 1000),
                    None => self.backoff(),
                };
            }
        }
        if millis > 500 && bytes_up > 1024 {
            let per_frame = bytes_up.saturating_mul(FRAME_MILLIS_MAX) / millis;
            let per_frame = usize::try_from(per_frame).unwrap_or(usize::MAX);
            self.frame_bytes = self.frame_bytes.min(per_frame).clamp(FRAME_BYTES_MIN, FRAME_BYTES_MAX);
        }
    }

    /// How long to wait before the next exchange, in milliseconds.
    pub const fn wake_after_millis(&self) -> u64 {
        self.wait_millis
    }

    fn backoff(&mut self) -> u64 {
        let doubled = WAIT_MILLIS_FIRST << self.failures.min(10);
        self.jitter(doubled.min(WAIT_MILLIS_MAX))
    }

    /// Between half and all and a half of `millis`, from the seed (`SplitMix64`).
    fn jitter(&mut self, millis: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        millis / 2 + mixed % millis.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn frames_follow_what_a_link_carries_before_it_is_cut() {
        let mut pace = Pace::new(1);
        pace.ended(Ending::Cut, 15_000, 1_000, 100);
        assert_eq!(pace.plan(), Plan { frame_bytes: 400, probe: true });
        pace.ended(Ending::Complete, 200_000, 0, 100);
        assert_eq!(pace.plan(), Plan { frame_bytes: 800, probe: false });
    }

    #[test]
    fn a_slow_link_gets_frames_of_two_seconds() {
        let mut pace = Pace::new(1);
        pace.ended(Ending::Complete, 4_000, 100, 4_000);
        assert_eq!(pace.plan().frame_bytes, 2_000);
    }

    proptest! {
        #[test]
        fn waiting_is_bounded_and_ends_with_success(seed in any::<u64>(), failures in 1usize..60) {
            let mut pace = Pace::new(seed);
            for _ in 0..failures {
                pace.ended(Ending::Cut, 0, 0, 0);
                prop_assert!(pace.wake_after_millis() <= WAIT_MILLIS_MAX * 3 / 2);
                prop_assert!(pace.wake_after_millis() > 0);
            }
            pace.ended(Ending::Complete, 300, 100, 50);
            prop_assert_eq!(pace.wake_after_millis(), 0);
        }
    }
}
