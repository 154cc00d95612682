//! Wrong secrets, by account and by machine: each one beyond some makes whoever guesses wait longer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest pause.
pub const PAUSE_MAX: Duration = Duration::from_secs(300);
/// Keys that nobody has cannot fill the memory.
const KEYS_MAX: usize = 1000;

/// Whether there is anything to be guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// An account's: counted whatever else is. There are as many as accounts.
    Somebodys,
    /// Whatever was typed or came along: of too many the oldest is forgotten.
    Nobodys,
}

/// How many there were of a key.
#[derive(Debug)]
struct Wrong {
    count: u32,
    last: Instant,
    whose: Whose,
}

/// How many there were of each.
#[derive(Debug)]
pub struct Guesses<K> {
    /// So many cost no pause.
    free: u32,
    wrong: Mutex<BTreeMap<K, Wrong>>,
}

impl<K: Ord + Clone> Guesses<K> {
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
        let Some(Wrong { count, last, .. }) = wrong.get(key) else { return Duration::ZERO };
        let Some(beyond) = count.checked_sub(self.free) else { return Duration::ZERO };
        let pause = Duration::from_secs(1 << beyond.min(10)).min(PAUSE_MAX);
        pause.saturating_sub(now.duration_since(*last))
    }

    /// Counts one as wrong, until it turns out to be right.
    pub fn count(&self, key: K, whose: Whose, now: Instant) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if whose == Whose::Nobodys && !wrong.contains_key(&key) {
            make_room(&mut wrong, now);
        }
        let one = wrong.entry(key).or_insert(Wrong { count: 0, last: now, whose });
        *one = Wrong { count: one.count.saturating_add(1), last: now, whose };
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
        if let Some(one) = wrong.get_mut(key) {
            one.count = one.count.saturating_sub(1);
        }
    }

    /// Forgets those of one if the last is longer ago than `after`.
    pub fn forget_old<Q: Ord + ?Sized>(&self, key: &Q, after: Duration, now: Instant)
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.get(key).is_some_and(|one| now.duration_since(one.last) >= after) {
            wrong.remove(key);
        }
    }
}

/// Has room for one more of those that nobody has.
fn make_room<K: Ord + Clone>(wrong: &mut BTreeMap<K, Wrong>, now: Instant) {
    let is_nobodys = |one: &Wrong| one.whose == Whose::Nobodys;
    if wrong.values().filter(|one| is_nobodys(one)).count() < KEYS_MAX {
        return;
    }
    wrong.retain(|_, one| !is_nobodys(one) || now.duration_since(one.last) < PAUSE_MAX);
    while wrong.values().filter(|one| is_nobodys(one)).count() >= KEYS_MAX {
        let oldest = wrong.iter().filter(|(_, one)| is_nobodys(one)).min_by_key(|(_, one)| one.last);
        let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { return };
        wrong.remove(&oldest);
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
            guesses.count("siti".to_owned(), Whose::Somebodys, start);
        }
        assert_eq!(guesses.pause("siti", start), Duration::from_secs(1));
        for _ in 0..20 {
            guesses.count("siti".to_owned(), Whose::Somebodys, start);
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
        guesses.count(7, Whose::Nobodys, start);
        guesses.count(7, Whose::Nobodys, start);
        assert_eq!(guesses.pause(&7, start), Duration::from_secs(2));
        guesses.take_back(&7);
        assert_eq!(guesses.pause(&7, start), Duration::from_secs(1));
        guesses.forget_old(&7, PAUSE_MAX, start + PAUSE_MAX);
        guesses.count(7, Whose::Nobodys, start + PAUSE_MAX);
        guesses.take_back(&7);
        assert_eq!(guesses.pause(&7, start + PAUSE_MAX), Duration::ZERO);
    }

    #[test]
    fn a_flood_of_names_that_nobody_has_keeps_no_name_from_being_counted() {
        let (guesses, start) = (Guesses::<String>::new(4), Instant::now());
        for _ in 0..4 {
            guesses.count("siti".to_owned(), Whose::Somebodys, start);
        }
        for name in 0..3 * KEYS_MAX {
            guesses.count(format!("orang{name}"), Whose::Nobodys, start + Duration::from_millis(name as u64));
        }
        let later = start + Duration::from_secs(10);
        for name in ["siti", "budi", "tiada"] {
            for _ in 0..5 {
                let whose = if name == "tiada" { Whose::Nobodys } else { Whose::Somebodys };
                guesses.count(name.to_owned(), whose, later);
            }
            assert!(guesses.pause(name, later) > Duration::ZERO, "{name}");
        }
        assert_eq!(guesses.pause("siti", later), Duration::from_secs(32), "none was forgotten");
        assert_eq!(guesses.wrong.lock().unwrap().len(), KEYS_MAX + 2, "nor is the memory filled");
    }
}
