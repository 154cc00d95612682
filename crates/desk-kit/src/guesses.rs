//! Wrong secrets, by account and by machine: each one beyond some makes whoever guesses wait longer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest pause.
pub const PAUSE_MAX: Duration = Duration::from_secs(300);
/// Keys that nobody has cannot fill the memory.
const KEYS_MAX: usize = 1000;

/// How many there were of each.
#[derive(Debug)]
pub struct Guesses<K> {
    /// So many cost no pause.
    free: u32,
    wrong: Mutex<BTreeMap<K, (u32, Instant)>>,
}

impl<K: Ord> Guesses<K> {
    /// None yet. Beyond `free` wrong ones the pause doubles with each.
    pub fn new(free: u32) -> Self {
        Self { free, wrong: Mutex::default() }
    }

    /// How long to wait before the next one.
    pub fn pause<Q: Ord + ?Sized>(&self, key: &Q, now: Instant) -> Duration
    where
        K: std::borrow::Borrow<Q>,
    {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((count, last)) = wrong.get(key) else { return Duration::ZERO };
        let Some(beyond) = count.checked_sub(self.free) else { return Duration::ZERO };
        let pause = Duration::from_secs(1 << beyond.min(10)).min(PAUSE_MAX);
        pause.saturating_sub(now.duration_since(*last))
    }

    /// Counts one as wrong, until it turns out to be right.
    pub fn count(&self, key: K, now: Instant) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= KEYS_MAX && !wrong.contains_key(&key) {
            wrong.retain(|_, (_, last)| now.duration_since(*last) < PAUSE_MAX);
        }
        if wrong.len() < KEYS_MAX || wrong.contains_key(&key) {
            let (count, last) = wrong.entry(key).or_insert((0, now));
            *count = count.saturating_add(1);
            *last = now;
        }
    }

    /// Forgives all of one.
    pub fn forgive<Q: Ord + ?Sized>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Takes one back, which was right.
    pub fn take_back<Q: Ord + ?Sized>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((count, _)) = wrong.get_mut(key) {
            *count = count.saturating_sub(1);
        }
    }

    /// Forgets those of one if the last is longer ago than `after`.
    pub fn forget_old<Q: Ord + ?Sized>(&self, key: &Q, after: Duration, now: Instant)
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.get(key).is_some_and(|(_, last)| now.duration_since(*last) >= after) {
            wrong.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_a_right_one_forgives() {
        let (guesses, start) = (Guesses::<String>::new(4), Instant::now());
        for _ in 0..4 {
            assert_eq!(guesses.pause("siti", start), Duration::ZERO);
            guesses.count("siti".to_owned(), start);
        }
        assert_eq!(guesses.pause("siti", start), Duration::from_secs(1));
        for _ in 0..20 {
            guesses.count("siti".to_owned(), start);
        }
        assert_eq!(guesses.pause("siti", start), PAUSE_MAX);
        assert_eq!(guesses.pause("budi", start), Duration::ZERO);
        assert_eq!(guesses.pause("siti", start + PAUSE_MAX), Duration::ZERO);
        guesses.forgive("siti");
        assert_eq!(guesses.pause("siti", start), Duration::ZERO);
    }

    #[test]
    fn one_is_taken_back_and_old_ones_are_forgotten() {
        let (guesses, start) = (Guesses::<u8>::new(1), Instant::now());
        guesses.count(7, start);
        guesses.count(7, start);
        assert_eq!(guesses.pause(&7, start), Duration::from_secs(2));
        guesses.take_back(&7);
        assert_eq!(guesses.pause(&7, start), Duration::from_secs(1));
        guesses.forget_old(&7, PAUSE_MAX, start + PAUSE_MAX);
        guesses.count(7, start + PAUSE_MAX);
        guesses.take_back(&7);
        assert_eq!(guesses.pause(&7, start + PAUSE_MAX), Duration::ZERO);
    }
}
