//! Wrong tokens at the local API: each waits, and many of them are not looked at any more for a while.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wrong tokens are counted over so long.
const WINDOW: Duration = Duration::from_secs(60);
/// So many are answered in that time.
const FREE: u32 = 20;
/// An answer to a wrong one takes at least so long.
pub(super) const DELAY: Duration = Duration::from_millis(300);

/// What to do about a wrong token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Say so, after the delay; the first one of a while goes into the audit trail.
    Told {
        /// Whether it is the first one of a while.
        first: bool,
    },
    /// Say that there were too many.
    TooMany,
}

/// How many there were of late. Right ones are never kept waiting.
#[derive(Debug, Default)]
pub(super) struct WrongTokens {
    since: Mutex<Option<(Instant, u32)>>,
}

impl WrongTokens {
    /// Counts one.
    pub(super) fn count(&self, now: Instant) -> Wrong {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        match since.as_mut().filter(|(begun, _)| now.duration_since(*begun) < WINDOW) {
            None => {
                *since = Some((now, 1));
                Wrong::Told { first: true }
            }
            Some((_, count)) => {
                *count = count.saturating_add(1);
                if *count > FREE { Wrong::TooMany } else { Wrong::Told { first: false } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_some_in_a_minute_no_more_are_looked_at_until_it_is_over() {
        let (tokens, now) = (WrongTokens::default(), Instant::now());
        assert_eq!(tokens.count(now), Wrong::Told { first: true });
        for _ in 1..FREE {
            assert_eq!(tokens.count(now), Wrong::Told { first: false });
        }
        assert_eq!(tokens.count(now + WINDOW / 2), Wrong::TooMany);
        assert_eq!(tokens.count(now + WINDOW), Wrong::Told { first: true });
    }
}
