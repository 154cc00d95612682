//! When to call again, and how carefully, from how the last exchanges ended.

const WAIT_MILLIS_FIRST: u64 = 500;
const WAIT_MILLIS_MAX: u64 = 5 * 60 * 1000;
/// More bytes than a hello and its answer: the link carried something.
const CARRIED: u64 = 1024;

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
    asks_first: bool,
    failures: u32,
    wait_millis: u64,
}

impl Pace {
    /// Nothing known yet. The seed spreads the waiting times of many nodes.
    pub const fn new(seed: u64) -> Self {
        Self { seed, asks_first: false, failures: 0, wait_millis: 0 }
    }

    /// Whether to ask what the hub has before anything is sent: the last exchange broke off.
    pub const fn asks_first(&self) -> bool {
        self.asks_first
    }

    /// Learns from an exchange that carried so many bytes, both ways together.
    pub fn ended(&mut self, ending: Ending, carried: u64) {
        match ending {
            Ending::Complete => {
                self.failures = 0;
                self.asks_first = false;
                self.wait_millis = 0;
            }
            Ending::Cut => {
                self.failures = self.failures.saturating_add(1);
                self.asks_first = true;
                if carried > CARRIED {
                    // It is worth another try at once, and what went wrong before says nothing about it.
                    self.failures = 1;
                    self.wait_millis = self.jitter(WAIT_MILLIS_FIRST);
                } else {
                    self.wait_millis = self.backoff();
                }
            }
            Ending::Refused { retry_after_seconds } => {
                self.failures = self.failures.saturating_add(1);
                self.wait_millis = match retry_after_seconds {
                    Some(seconds) => self.jitter(u64::from(seconds) * 1000).max(u64::from(seconds) * 1000),
                    None => self.backoff(),
                };
            }
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
    fn after_a_cut_the_hub_is_asked_first_until_an_exchange_is_whole() {
        let mut pace = Pace::new(1);
        assert!(!pace.asks_first());
        pace.ended(Ending::Cut, 15_000);
        assert!(pace.asks_first());
        pace.ended(Ending::Complete, 200_000);
        assert!(!pace.asks_first());
    }

    #[test]
    fn a_link_that_carried_something_is_tried_again_soon_whatever_was_before() {
        let mut pace = Pace::new(1);
        for _ in 0..12 {
            pace.ended(Ending::Cut, 0);
        }
        assert!(pace.wake_after_millis() > 60_000);
        pace.ended(Ending::Cut, 20_000);
        assert!(pace.wake_after_millis() < 1_000);
        pace.ended(Ending::Cut, 0);
        assert!(pace.wake_after_millis() < 5_000, "one failed try is not thirteen");
    }

    proptest! {
        #[test]
        fn waiting_is_bounded_and_ends_with_success(seed in any::<u64>(), failures in 1usize..60) {
            let mut pace = Pace::new(seed);
            for _ in 0..failures {
                pace.ended(Ending::Cut, 0);
                prop_assert!(pace.wake_after_millis() <= WAIT_MILLIS_MAX * 3 / 2);
                prop_assert!(pace.wake_after_millis() > 0);
            }
            pace.ended(Ending::Complete, 400);
            prop_assert_eq!(pace.wake_after_millis(), 0);
        }
    }
}
