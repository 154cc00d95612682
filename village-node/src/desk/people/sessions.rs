//! The clerks who are signed in to this machine's desk, and wrong guesses at their accounts.

use std::net::IpAddr;
use std::ops::Deref;
use std::time::{Duration, Instant};

use desk_kit::{Guesses, Language, Named, Whose};
use office_model::{ClerkId, Role};
use replica_store::{Account, Reader};
use sha2::{Digest as _, Sha256};

use crate::desk::frame::texts;
use crate::desk::frame::word::{Word, Words};
use crate::failure::SIGNED_OUT;
use crate::serve::entrance::Via;
use crate::sync::{Moving, Talking};
use crate::{Blame, Failure, moment};

/// Wrong guesses at one account before a pause, which doubles with every further one.
const FREE_GUESSES: u32 = 4;
/// Wrong guesses from one machine, at whatever accounts: several people may work there.
const FREE_OF_A_MACHINE: u32 = 12;
/// After so long without a guess from it, a machine begins anew.
const MACHINE_FORGOTTEN: Duration = Duration::from_secs(15 * 60);

/// A clerk who is signed in.
pub(crate) type Session = desk_kit::Session<SignedIn>;

/// Whom a session is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) clerk: ClerkId,
    pub(crate) shown: String,
    pub(crate) role: Role,
    pub(crate) language: Language,
    /// Of the account as it was then: with another password or role, or shut, it gives no right any more.
    seal: [u8; 32],
    /// By which listener it was begun: the other one does not know it.
    via: Via,
    /// What the pages to come are to say.
    words: Words,
    /// The attached file that moves while a page is asked for.
    pub(crate) moving: Option<Moving>,
    /// The exchange that runs while a page is asked for.
    pub(crate) talking: Option<Talking>,
    /// What the page that was asked for last said, for whoever reads it in the other language.
    said: Option<(String, Word)>,
}

impl Named for SignedIn {
    fn name(&self) -> &str {
        self.clerk.as_str()
    }
}

/// All of them, and wrong guesses by account and by machine.
#[derive(Debug)]
pub(crate) struct Sessions {
    open: desk_kit::Sessions<SignedIn>,
    /// Those of each listener: somebody on the network must not keep a clerk waiting at the machine itself.
    here: Guesses<String>,
    over_lan: Guesses<String>,
    of_machines: Guesses<IpAddr>,
}

impl Default for Sessions {
    fn default() -> Self {
        let of_accounts = || Guesses::new(FREE_GUESSES);
        let of_machines = Guesses::new(FREE_OF_A_MACHINE);
        Self { open: desk_kit::Sessions::default(), here: of_accounts(), over_lan: of_accounts(), of_machines }
    }
}

impl Deref for Sessions {
    type Target = desk_kit::Sessions<SignedIn>;

    fn deref(&self) -> &Self::Target {
        &self.open
    }
}

impl Sessions {
    /// Signs somebody in; what the browser is to hold.
    ///
    /// # Errors
    ///
    /// When the account is not one of ours any more, or the operating system has no random numbers.
    pub(crate) fn open(&self, account: &Account, via: Via, now: Instant) -> Result<String, Failure> {
        let clerk = SignedIn {
            clerk: account.name.parse().map_err(Failure::from)?,
            shown: account.shown.clone(),
            role: account.role.parse().map_err(|_| Failure::input("role", "Peran tidak dikenal.", "No such role."))?,
            language: Language::of_code(&account.language),
            seal: seal(account),
            via,
            words: Words::default(),
            moving: None,
            talking: None,
            said: None,
        };
        Ok(self.open.open(clerk, moment::random::<32>()?, moment::random::<16>()?, now))
    }

    /// The session of a browser; locked when nothing was asked for too long. `touches`: somebody is there.
    pub(crate) fn find(&self, token: &str, via: Via, now: Instant, touches: bool) -> Option<Session> {
        self.open.find_if(token, now, touches, |clerk| clerk.via == via)
    }

    /// Refuses who is not signed in any more by the account as it is now, or is locked out.
    ///
    /// # Errors
    ///
    /// When they are, or the database cannot be read.
    pub(crate) fn check(&self, token: &str, via: Via, reader: &Reader) -> Result<(), Failure> {
        let session = self.find(token, via, Instant::now(), false).filter(|session| !session.locked);
        let Some(session) = session else { return Err(signed_out()) };
        let account = reader.account(session.clerk.as_str())?;
        if account.is_some_and(|account| is_open(&account) && seal(&account) == session.seal) {
            Ok(())
        } else {
            Err(signed_out())
        }
    }

    /// Goes on with a session under an account that the one who is signed in changed themselves.
    pub(crate) fn go_on(&self, token: &str, account: &Account) {
        self.open.change(token, |session| session.seal = seal(account));
    }

    /// Has the page at `to` say something once.
    pub(crate) fn tell(&self, token: &str, to: &str, word: Word) {
        self.open.change(token, |session| session.words.put(to, word));
    }

    /// What the page at `to` is to say now.
    pub(crate) fn told(&self, token: &str, to: &str) -> Word {
        let mut word = Word::Nothing;
        self.open.change(token, |session| {
            word = session.words.take(to);
            // A page that is loaded anew says nothing a second time.
            if word != Word::Nothing || session.said.as_ref().is_some_and(|(page, _)| page == to) {
                session.said = Some((to.to_owned(), word.clone())).filter(|(_, word)| *word != Word::Nothing);
            }
        });
        word
    }

    /// Has the page at `to` say again what it said last.
    pub(crate) fn tell_again(&self, token: &str, to: &str) {
        self.open.change(token, |session| {
            if let Some((page, word)) = session.said.take_if(|(page, _)| page == to) {
                session.words.put(&page, word);
            }
        });
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

    /// Counts a guess at a name as wrong, until it turns out to be right. `whose`: whether anybody has that name; those that
    /// nobody has can neither fill the memory nor keep others from being counted.
    pub(crate) fn guessed(&self, name: &str, whose: Whose, via: Via, now: Instant) {
        self.guesses(via).count(name.to_owned(), whose, now);
    }

    /// The guess was right.
    pub(crate) fn was_right(&self, name: &str, via: Via) {
        self.guesses(via).forgive(name);
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
            self.of_machines.count(machine, Whose::Nobodys, now);
        }
    }
}

/// Whether somebody may sign in by an account.
pub(crate) fn is_open(account: &Account) -> bool {
    account.disabled_millis.is_none()
}

/// Of what a session goes by: another password or role is another seal.
pub(crate) fn seal(account: &Account) -> [u8; 32] {
    Sha256::new().chain_update(&account.secret).chain_update([0]).chain_update(&account.role).finalize().into()
}

fn signed_out() -> Failure {
    Failure::new(Blame::State, SIGNED_OUT, texts::ID.signed_out, texts::EN.signed_out)
}

#[cfg(test)]
mod tests {
    use desk_kit::PAUSE_MAX;

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
    fn guessing_gets_slower_and_a_right_one_forgives() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        for _ in 0..FREE_GUESSES {
            assert_eq!(sessions.pause("siti", Via::Loopback, start), Duration::ZERO);
            sessions.guessed("siti", Whose::Somebodys, Via::Loopback, start);
        }
        assert_eq!(sessions.pause("siti", Via::Loopback, start), Duration::from_secs(1));
        for _ in 0..20 {
            sessions.guessed("siti", Whose::Somebodys, Via::Loopback, start);
        }
        assert_eq!(sessions.pause("siti", Via::Loopback, start), PAUSE_MAX);
        assert_eq!(sessions.pause("budi", Via::Loopback, start), Duration::ZERO);
        assert_eq!(sessions.pause("siti", Via::Lan, start), Duration::ZERO, "counted for themselves");
        assert_eq!(sessions.pause("siti", Via::Loopback, start + PAUSE_MAX), Duration::ZERO);
        sessions.was_right("siti", Via::Loopback);
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
