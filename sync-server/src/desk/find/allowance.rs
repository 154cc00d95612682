//! How often somebody may search: so many times at once, and then as fast as people read. Whoever tries numbers one after the other
//! to see whose letters there are is slowed down. In memory: a restart forgives.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many searches at once,
const AT_ONCE: u32 = 40;
/// and one more after so long each.
const EACH: Duration = Duration::from_secs(10);

/// The allowance of every account.
#[derive(Default)]
pub(in crate::desk) struct Allowance(Mutex<BTreeMap<String, Used>>);

/// What an account has used up.
struct Used {
    /// When all of it is there again.
    whole_at: Instant,
    /// It was used up, and that was told since.
    is_told: bool,
}

/// Whether somebody may search now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// They may.
    Now,
    /// Only after so long.
    Later {
        /// How long.
        wait: Duration,
        /// Not since their allowance was whole.
        is_first: bool,
    },
}

impl Allowance {
    /// One search more.
    pub(super) fn ask(&self, name: &str, now: Instant) -> Allowed {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, used| used.whole_at > now);
        let used = all.entry(name.to_owned()).or_insert(Used { whole_at: now, is_told: false });
        let after = used.whole_at + EACH;
        let wait = after.duration_since(now).saturating_sub(EACH * AT_ONCE);
        if wait.is_zero() {
            used.whole_at = after;
            return Allowed::Now;
        }
        Allowed::Later { wait, is_first: !std::mem::replace(&mut used.is_told, true) }
    }
}

/// Seconds that people are told to wait.
pub(super) fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_comes_back_with_time_and_its_end_is_told_once() {
        let (allowance, now) = (Allowance::default(), Instant::now());
        for _ in 0..AT_ONCE {
            assert_eq!(allowance.ask("made", now), Allowed::Now);
        }
        assert_eq!(allowance.ask("made", now), Allowed::Later { wait: EACH, is_first: true });
        assert_eq!(allowance.ask("made", now), Allowed::Later { wait: EACH, is_first: false });
        assert_eq!(allowance.ask("dewi", now), Allowed::Now, "each account has its own");
        let later = now + EACH;
        assert_eq!(allowance.ask("made", later), Allowed::Now, "what was refused costs nothing");
        assert_eq!(allowance.ask("made", later), Allowed::Later { wait: EACH, is_first: false }, "it was told");
        let much_later = later + EACH * (AT_ONCE + 1);
        for _ in 0..AT_ONCE {
            assert_eq!(allowance.ask("made", much_later), Allowed::Now);
        }
        assert_eq!(allowance.ask("made", much_later), Allowed::Later { wait: EACH, is_first: true });
    }
}
