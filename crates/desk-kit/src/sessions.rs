//! Who is signed in: kept in memory, so that a restart signs everybody out and loses nothing but that.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// After so long without a page the screen is locked.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// After so long everybody signs in again.
const LONGEST: Duration = Duration::from_secs(16 * 60 * 60);

/// Somebody who can be signed in.
pub trait Named {
    /// The name of the account.
    fn name(&self) -> &str;
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session<W> {
    who: W,
    /// Every form of a page carries it: no other site can know it.
    pub form_token: String,
    /// The page that is asked for with it: where switching the language leads back to. Empty while it is kept.
    pub at: String,
    /// The secret is asked for before anything is shown.
    pub locked: bool,
    begun: Instant,
    seen: Instant,
}

impl<W> Deref for Session<W> {
    type Target = W;

    fn deref(&self) -> &W {
        &self.who
    }
}

impl<W> DerefMut for Session<W> {
    fn deref_mut(&mut self) -> &mut W {
        &mut self.who
    }
}

/// All sessions, by the hash of what the browser holds.
#[derive(Debug)]
pub struct Sessions<W> {
    open: Mutex<BTreeMap<[u8; 32], Session<W>>>,
}

impl<W> Default for Sessions<W> {
    fn default() -> Self {
        Self { open: Mutex::default() }
    }
}

fn key(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl<W: Named + Clone> Sessions<W> {
    /// Signs somebody in; what the browser is to hold. Token and form token are made of the random bytes given.
    pub fn open(&self, who: W, token: [u8; 32], form_token: [u8; 16], now: Instant) -> String {
        let token = HEXLOWER.encode(&token);
        let form_token = HEXLOWER.encode(&form_token);
        let session = Session { who, form_token, at: String::new(), locked: false, begun: now, seen: now };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| now.duration_since(session.begun) < LONGEST);
        open.insert(key(&token), session);
        token
    }

    /// The session of a browser; locked when nothing was asked for too long. `touches`: somebody is there.
    pub fn find(&self, token: &str, now: Instant, touches: bool) -> Option<Session<W>> {
        self.find_if(token, now, touches, |_| true)
    }

    /// The same, of those alone who may come this way.
    pub fn find_if(
        &self,
        token: &str,
        now: Instant,
        touches: bool,
        may_come: impl Fn(&W) -> bool,
    ) -> Option<Session<W>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |session: &&mut Session<W>| may_come(&session.who) && now.duration_since(session.begun) < LONGEST;
        let session = open.get_mut(&key(token)).filter(is_good)?;
        session.locked |= now.duration_since(session.seen) > IDLE;
        if touches && !session.locked {
            session.seen = now;
        }
        Some(session.clone())
    }

    /// Changes a session, if it is there.
    pub fn change(&self, token: &str, change: impl FnOnce(&mut Session<W>)) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = open.get_mut(&key(token)) {
            change(session);
        }
    }

    /// Unlocks a session.
    pub fn unlock(&self, token: &str, now: Instant) {
        self.change(token, |session| {
            session.locked = false;
            session.seen = now;
        });
    }

    /// Signs a browser out.
    pub fn close(&self, token: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(token));
    }

    /// Signs an account out everywhere.
    pub fn close_all_of(&self, name: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.name() != name);
    }

    /// Signs an account out everywhere but in one browser.
    pub fn close_others_of(&self, name: &str, token: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|held, session| session.name() != name || *held == key(token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Siti;

    impl Named for Siti {
        fn name(&self) -> &'static str {
            "siti"
        }
    }

    fn signed_in(start: Instant) -> (Sessions<Siti>, String) {
        let sessions = Sessions::default();
        let token = sessions.open(Siti, [1; 32], [2; 16], start);
        (sessions, token)
    }

    #[test]
    fn a_session_locks_itself_and_ends() {
        let start = Instant::now();
        let (sessions, token) = signed_in(start);
        assert_eq!(sessions.find(&token, start, true).unwrap().form_token, "02".repeat(16));
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
        let start = Instant::now();
        let (sessions, token) = signed_in(start);
        let mut now = start;
        while now < start + IDLE + Duration::from_secs(60) {
            now += Duration::from_secs(60);
            sessions.find(&token, now, false).unwrap();
        }
        assert!(sessions.find(&token, now, true).unwrap().locked);
    }
}
