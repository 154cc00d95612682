//! Who is signed in: kept in memory, so that a restart signs everybody out and loses nothing but that.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use office_model::{ClerkId, Role};
use replica_store::Account;
use sha2::{Digest as _, Sha256};

use super::language::Language;
use crate::{Failure, moment};

/// After so long without a page the screen is locked.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// After so long everybody signs in again.
const LONGEST: Duration = Duration::from_secs(16 * 60 * 60);
/// Wrong guesses before a pause,
const FREE_GUESSES: u32 = 4;
/// which doubles with every further one, up to this.
const PAUSE_MAX: Duration = Duration::from_secs(300);

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) clerk: ClerkId,
    pub(crate) shown: String,
    pub(crate) role: Role,
    pub(crate) language: Language,
    /// Every form of a page carries it: no other site can know it.
    pub(crate) form_token: String,
    /// The page that is asked for with it: where switching the language leads back to. Empty while it is kept.
    pub(crate) at: String,
    /// The PIN is asked for before anything is shown.
    pub(crate) locked: bool,
    begun: Instant,
    seen: Instant,
}

/// All sessions, by the hash of what the browser holds; and wrong guesses, by account.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: Mutex<BTreeMap<[u8; 32], Session>>,
    guesses: Mutex<BTreeMap<String, (u32, Instant)>>,
}

fn key(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl Sessions {
    /// Signs somebody in; what the browser is to hold.
    ///
    /// # Errors
    ///
    /// When the account is not one of ours any more, or the operating system has no random numbers.
    pub(crate) fn open(&self, account: &Account, now: Instant) -> Result<String, Failure> {
        let token = HEXLOWER.encode(&moment::random::<32>()?);
        let session = Session {
            clerk: account.name.parse().map_err(Failure::from)?,
            shown: account.shown.clone(),
            role: account.role.parse().map_err(|_| Failure::input("role", "Peran tidak dikenal.", "No such role."))?,
            language: Language::of_code(&account.language),
            form_token: HEXLOWER.encode(&moment::random::<16>()?),
            at: String::new(),
            locked: false,
            begun: now,
            seen: now,
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| now.duration_since(session.begun) < LONGEST);
        open.insert(key(&token), session);
        Ok(token)
    }

    /// The session of a browser; locked when nothing was asked for too long. `touches`: somebody is there.
    pub(crate) fn find(&self, token: &str, now: Instant, touches: bool) -> Option<Session> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let session = open.get_mut(&key(token)).filter(|session| now.duration_since(session.begun) < LONGEST)?;
        session.locked |= now.duration_since(session.seen) > IDLE;
        if touches && !session.locked {
            session.seen = now;
        }
        Some(session.clone())
    }

    /// Changes a session, if it is there.
    pub(crate) fn change(&self, token: &str, change: impl FnOnce(&mut Session)) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = open.get_mut(&key(token)) {
            change(session);
        }
    }

    /// Unlocks a session.
    pub(crate) fn unlock(&self, token: &str, now: Instant) {
        self.change(token, |session| {
            session.locked = false;
            session.seen = now;
        });
    }

    /// Signs a browser out.
    pub(crate) fn close(&self, token: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(token));
    }

    /// Signs an account out everywhere.
    pub(crate) fn close_all_of(&self, clerk: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.clerk.as_str() != clerk);
    }

    /// Signs an account out everywhere but in one browser.
    pub(crate) fn close_others_of(&self, clerk: &str, token: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|held, session| session.clerk.as_str() != clerk || *held == key(token));
    }

    /// How long an account has to wait before the next guess.
    pub(crate) fn pause(&self, name: &str, now: Instant) -> Duration {
        let guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((count, last)) = guesses.get(name) else { return Duration::ZERO };
        let Some(beyond) = count.checked_sub(FREE_GUESSES) else { return Duration::ZERO };
        let pause = Duration::from_secs(1 << beyond.min(10)).min(PAUSE_MAX);
        pause.saturating_sub(now.duration_since(*last))
    }

    /// Notes a guess. Names that nobody has cannot fill the memory.
    pub(crate) fn guessed(&self, name: &str, right: bool, now: Instant) {
        const NAMES_MAX: usize = 1000;
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        if right {
            guesses.remove(name);
            return;
        }
        if guesses.len() >= NAMES_MAX && !guesses.contains_key(name) {
            guesses.retain(|_, (_, last)| now.duration_since(*last) < PAUSE_MAX);
        }
        if guesses.len() < NAMES_MAX || guesses.contains_key(name) {
            let (count, last) = guesses.entry(name.to_owned()).or_insert((0, now));
            *count += 1;
            *last = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            name: "siti".to_owned(),
            shown: "Siti".to_owned(),
            role: "petugas".to_owned(),
            secret: String::new(),
            language: "en".to_owned(),
            created_millis: 0,
            disabled_millis: None,
        }
    }

    #[test]
    fn a_session_locks_itself_and_ends() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let token = sessions.open(&account(), start).unwrap();
        assert_eq!(sessions.find(&token, start, true).unwrap().language, Language::English);
        assert_eq!(sessions.find("another", start, true), None);
        let later = start + IDLE + Duration::from_secs(1);
        assert!(sessions.find(&token, later, true).unwrap().locked);
        assert!(sessions.find(&token, later, true).unwrap().locked, "asking again does not unlock it");
        sessions.unlock(&token, later);
        assert!(!sessions.find(&token, later, true).unwrap().locked);
        assert_eq!(sessions.find(&token, start + LONGEST, true), None);
        sessions.close_all_of("siti");
        assert_eq!(sessions.find(&token, later, true), None);
    }

    #[test]
    fn what_the_page_asks_by_itself_keeps_nobody_signed_in() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let token = sessions.open(&account(), start).unwrap();
        let mut now = start;
        while now < start + IDLE + Duration::from_secs(60) {
            now += Duration::from_secs(60);
            sessions.find(&token, now, false).unwrap();
        }
        assert!(sessions.find(&token, now, true).unwrap().locked);
    }

    #[test]
    fn guessing_gets_slower_and_a_right_one_forgives() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        for _ in 0..FREE_GUESSES {
            assert_eq!(sessions.pause("siti", start), Duration::ZERO);
            sessions.guessed("siti", false, start);
        }
        assert_eq!(sessions.pause("siti", start), Duration::from_secs(1));
        for _ in 0..20 {
            sessions.guessed("siti", false, start);
        }
        assert_eq!(sessions.pause("siti", start), PAUSE_MAX);
        assert_eq!(sessions.pause("budi", start), Duration::ZERO);
        assert_eq!(sessions.pause("siti", start + PAUSE_MAX), Duration::ZERO);
        sessions.guessed("siti", true, start);
        assert_eq!(sessions.pause("siti", start), Duration::ZERO);
    }
}
