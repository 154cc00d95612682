//! The clerks who are signed in to this machine's desk, and wrong guesses at their accounts.

use std::ops::Deref;
use std::time::{Duration, Instant};

use desk_kit::{Guesses, Language, Named};
use office_model::{ClerkId, Role};
use replica_store::Account;

use crate::{Failure, moment};

/// Wrong guesses at one account before a pause, which doubles with every further one.
const FREE_GUESSES: u32 = 4;

/// A clerk who is signed in.
pub(crate) type Session = desk_kit::Session<Clerk>;

/// Whom a session is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clerk {
    pub(crate) clerk: ClerkId,
    pub(crate) shown: String,
    pub(crate) role: Role,
    pub(crate) language: Language,
}

impl Named for Clerk {
    fn name(&self) -> &str {
        self.clerk.as_str()
    }
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Sessions {
    open: desk_kit::Sessions<Clerk>,
    guesses: Guesses<String>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { open: desk_kit::Sessions::default(), guesses: Guesses::new(FREE_GUESSES) }
    }
}

impl Deref for Sessions {
    type Target = desk_kit::Sessions<Clerk>;

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
    pub(crate) fn open(&self, account: &Account, now: Instant) -> Result<String, Failure> {
        let clerk = Clerk {
            clerk: account.name.parse().map_err(Failure::from)?,
            shown: account.shown.clone(),
            role: account.role.parse().map_err(|_| Failure::input("role", "Peran tidak dikenal.", "No such role."))?,
            language: Language::of_code(&account.language),
        };
        Ok(self.open.open(clerk, moment::random::<32>()?, moment::random::<16>()?, now))
    }

    /// How long an account has to wait before the next guess.
    pub(crate) fn pause(&self, name: &str, now: Instant) -> Duration {
        self.guesses.pause(name, now)
    }

    /// Notes a guess.
    pub(crate) fn guessed(&self, name: &str, right: bool, now: Instant) {
        if right {
            self.guesses.forgive(name);
        } else {
            self.guesses.count(name.to_owned(), now);
        }
    }
}
