//! Who is signed in: kept in memory, so that a restart signs everybody out and loses nothing but that.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use office_model::{ClerkId, Role};
use replica_store::Account;
use sha2::{Digest as _, Sha256};

use super::guesses::Guesses;
use super::language::Language;
use crate::serve::entrance::Via;
use crate::{Failure, moment};

/// After so long without a page the screen is locked.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// After so long everybody signs in again.
const LONGEST: Duration = Duration::from_secs(16 * 60 * 60);
/// Wrong guesses at one account before a pause, which doubles with every further one.
const FREE_GUESSES: u32 = 4;
/// Wrong guesses from one machine, at whatever accounts: several people may work there.
const FREE_OF_A_MACHINE: u32 = 12;
/// After so long without a guess from it, a machine begins anew.
const MACHINE_FORGOTTEN: Duration = Duration::from_secs(15 * 60);

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
    /// By which listener it was begun: the other one does not know it.
    via: Via,
    begun: Instant,
    seen: Instant,
}

/// All sessions, by the hash of what the browser holds; and wrong guesses, by account and by machine.
#[derive(Debug)]
pub(crate) struct Sessions {
    open: Mutex<BTreeMap<[u8; 32], Session>>,
    /// Those of each listener: somebody on the network must not keep a clerk waiting at the machine itself.
    here: Guesses<String>,
    over_lan: Guesses<String>,
    of_machines: Guesses<IpAddr>,
}

impl Default for Sessions {
    fn default() -> Self {
        let of_accounts = || Guesses::new(FREE_GUESSES);
        let of_machines = Guesses::new(FREE_OF_A_MACHINE);
        Self { open: Mutex::default(), here: of_accounts(), over_lan: of_accounts(), of_machines }
    }
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
    pub(crate) fn open(&self, account: &Account, via: Via, now: Instant) -> Result<String, Failure> {
        let token = HEXLOWER.encode(&moment::random::<32>()?);
        let session = Session {
            clerk: account.name.parse().map_err(Failure::from)?,
            shown: account.shown.clone(),
            role: account.role.parse().map_err(|_| Failure::input("role", "Peran tidak dikenal.", "No such role."))?,
            language: Language::of_code(&account.language),
            form_token: HEXLOWER.encode(&moment::random::<16>()?),
            at: String::new(),
            locked: false,
            via,
            begun: now,
            seen: now,
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| now.duration_since(session.begun) < LONGEST);
        open.insert(key(&token), session);
        Ok(token)
    }

    /// The session of a browser; locked when nothing was asked for too long. `touches`: somebody is there.
    pub(crate) fn find(&self, token: &str, via: Via, now: Instant, touches: bool) -> Option<Session> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |session: &&mut Session| session.via == via && now.duration_since(session.begun) < LONGEST;
        let session = open.get_mut(&key(token)).filter(is_good)?;
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
    pub(crate) fn pause(&self, name: &str, via: Via, now: Instant) -> Duration {
        self.guesses(via).pause(name, now)
    }

    /// How long another machine has to.
    pub(crate) fn pause_of_machine(&self, machine: IpAddr, now: Instant) -> Duration {
        self.of_machines.forget_old(&machine, MACHINE_FORGOTTEN, now);
        self.of_machines.pause(&machine, now)
    }

    /// Notes a guess. Names that nobody has cannot fill the memory.
    pub(crate) fn guessed(&self, name: &str, via: Via, right: bool, now: Instant) {
        if right {
            self.guesses(via).forgive(name);
        } else {
            self.guesses(via).count(name.to_owned(), now);
        }
    }

    fn guesses(&self, via: Via) -> &Guesses<String> {
        match via {
            Via::Loopback => &self.here,
            Via::Lan => &self.over_lan,
        }
    }

    /// Notes a guess from another machine. A right one takes back no more than itself: who has an account must not
    /// clear the way for guesses at those of others.
    pub(crate) fn guessed_from(&self, machine: IpAddr, right: bool, now: Instant) {
        if right {
            self.of_machines.take_back(&machine);
        } else {
            self.of_machines.count(machine, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::guesses::PAUSE_MAX;
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
        let token = sessions.open(&account(), Via::Loopback, start).unwrap();
        assert_eq!(sessions.find(&token, Via::Loopback, start, true).unwrap().language, Language::English);
        assert_eq!(sessions.find("another", Via::Loopback, start, true), None);
        let later = start + IDLE + Duration::from_secs(1);
        assert!(sessions.find(&token, Via::Loopback, later, true).unwrap().locked);
        assert!(sessions.find(&token, Via::Loopback, later, true).unwrap().locked, "asking again does not unlock it");
        sessions.unlock(&token, later);
        assert!(!sessions.find(&token, Via::Loopback, later, true).unwrap().locked);
        assert_eq!(sessions.find(&token, Via::Loopback, start + LONGEST, true), None);
        sessions.close_all_of("siti");
        assert_eq!(sessions.find(&token, Via::Loopback, later, true), None);
    }

    #[test]
    fn what_the_page_asks_by_itself_keeps_nobody_signed_in() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let token = sessions.open(&account(), Via::Loopback, start).unwrap();
        let mut now = start;
        while now < start + IDLE + Duration::from_secs(60) {
            now += Duration::from_secs(60);
            sessions.find(&token, Via::Loopback, now, false).unwrap();
        }
        assert!(sessions.find(&token, Via::Loopback, now, true).unwrap().locked);
    }

    #[test]
    fn guessing_gets_slower_and_a_right_one_forgives() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        for _ in 0..FREE_GUESSES {
            assert_eq!(sessions.pause("siti", Via::Loopback, start), Duration::ZERO);
            sessions.guessed("siti", Via::Loopback, false, start);
        }
        assert_eq!(sessions.pause("siti", Via::Loopback, start), Duration::from_secs(1));
        for _ in 0..20 {
            sessions.guessed("siti", Via::Loopback, false, start);
        }
        assert_eq!(sessions.pause("siti", Via::Loopback, start), PAUSE_MAX);
        assert_eq!(sessions.pause("budi", Via::Loopback, start), Duration::ZERO);
        assert_eq!(sessions.pause("siti", Via::Lan, start), Duration::ZERO, "counted for themselves");
        assert_eq!(sessions.pause("siti", Via::Loopback, start + PAUSE_MAX), Duration::ZERO);
        sessions.guessed("siti", Via::Loopback, true, start);
        assert_eq!(sessions.pause("siti", Via::Loopback, start), Duration::ZERO);
    }
    #[test]
    fn a_session_of_one_listener_is_none_of_the_other() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        for (via, other) in [(Via::Loopback, Via::Lan), (Via::Lan, Via::Loopback)] {
            let token = sessions.open(&account(), via, now).unwrap();
            assert!(sessions.find(&token, via, now, true).is_some());
            assert_eq!(sessions.find(&token, other, now, true), None);
        }
    }

    #[test]
    fn guesses_from_one_machine_get_slower_whoever_they_are_at_and_others_do_not_wait() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let (bad, good): (IpAddr, IpAddr) = ([192, 168, 1, 66].into(), [192, 168, 1, 20].into());
        for _ in 0..FREE_OF_A_MACHINE {
            assert_eq!(sessions.pause_of_machine(bad, start), Duration::ZERO);
            sessions.guessed_from(bad, false, start);
        }
        let second = Duration::from_secs(1);
        assert_eq!(
            (sessions.pause_of_machine(bad, start), sessions.pause_of_machine(good, start)),
            (second, Duration::ZERO)
        );
        // A right one counts as none, and clears nothing.
        sessions.guessed_from(bad, false, start);
        sessions.guessed_from(bad, true, start);
        assert_eq!(sessions.pause_of_machine(bad, start), second);
        assert_eq!(sessions.pause_of_machine(bad, start + MACHINE_FORGOTTEN), Duration::ZERO);
        sessions.guessed_from(bad, false, start + MACHINE_FORGOTTEN);
        assert_eq!(sessions.pause_of_machine(bad, start + MACHINE_FORGOTTEN), Duration::ZERO, "it begins anew");
    }
}
