//! Which records of health lists showed lately, and to whom: who pages, loads a list anew or types on in a search is noted
//! once for what they saw.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use change_log::DocumentId;

use crate::Failure;
use crate::action::health::HealthListed;
use crate::action::trace::warn_unnoted;

/// What was noted is not noted again for so long.
const QUIET: Duration = Duration::from_secs(15 * 60);
/// So many are remembered; beyond that all are noted anew.
const REMEMBERED_MAX: usize = 50_000;

/// What was noted lately.
#[derive(Debug, Default)]
pub(crate) struct LatelyListed {
    noted: Mutex<BTreeMap<(String, DocumentId), Instant>>,
}

impl LatelyListed {
    /// Notes that somebody was shown these, unless it was noted lately; what the disk did not take counts as not noted.
    pub(crate) fn note(&self, who: &str, listed: &HealthListed, write: impl FnOnce() -> Result<(), Failure>) {
        let now = Instant::now();
        if self.is_news(who, listed, now) {
            let noted = write();
            if noted.is_ok() {
                self.was_noted(who, listed, now);
            }
            warn_unnoted(noted);
        }
    }

    /// Whether somebody is shown a record among these that was not noted for them lately.
    fn is_news(&self, who: &str, listed: &HealthListed, now: Instant) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|_, at| now.saturating_duration_since(*at) < QUIET);
        listed.ids().any(|id| !noted.contains_key(&(who.to_owned(), id)))
    }

    /// Remembers that it stands in the trail that somebody saw these.
    fn was_noted(&self, who: &str, listed: &HealthListed, now: Instant) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() > REMEMBERED_MAX {
            noted.clear();
        }
        noted.extend(listed.ids().map(|id| ((who.to_owned(), id), now)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_sees_again_soon_is_no_news() {
        let id = |number: u64| -> DocumentId { format!("0199c82c-6f6a-7a0e-a2f3-{number:012x}").parse().unwrap() };
        let of =
            |numbers: &[u64]| HealthListed::among(numbers.iter().map(|number| ("H03".parse().unwrap(), id(*number))));
        let (lately, now) = (LatelyListed::default(), Instant::now());
        let noted = |who: &str, numbers: &[u64], at| {
            let is_news = lately.is_news(who, &of(numbers), at);
            if is_news {
                lately.was_noted(who, &of(numbers), at);
            }
            is_news
        };
        assert!(!noted("siti", &[], now), "nothing was shown");
        for _ in 0..2 {
            assert!(lately.is_news("siti", &of(&[1, 2]), now), "the disk did not take it");
        }
        assert!(noted("siti", &[1, 2], now));
        assert!(!noted("siti", &[2], now), "typed on");
        assert!(noted("budi", &[2], now), "somebody else");
        assert!(noted("siti", &[2, 3], now), "somebody else's record");
        let later = now + QUIET;
        assert!(noted("siti", &[1], later));
        assert!(!noted("siti", &[1], later + QUIET / 2));
    }
}
