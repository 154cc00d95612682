//! The accounts of the people who work at this machine.

use std::fmt;

use rusqlite::{OptionalExtension as _, Row, params};

use crate::{Reader, Replica, StoreError};

/// One account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Clerk id: what is typed to sign in, and what stands in histories.
    pub name: String,
    /// Name on the screen.
    pub shown: String,
    /// The word of a role.
    pub role: String,
    /// Hash of the password or PIN, with how it was made.
    pub secret: String,
    /// The word of a language.
    pub language: String,
    /// Milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// Shut since then.
    pub disabled_millis: Option<i64>,
}

impl fmt::Debug for Account {
    /// Without the name on the screen and the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

const SELECT: &str = "SELECT name, shown, role, secret, language, created, disabled FROM account";

impl Reader {
    /// All accounts, by name, shut ones included.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
        let rows = statement.query_map([], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The account of a name.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} WHERE name = ?"))?;
        Ok(statement.query_row([name], read).optional()?)
    }
}

impl Replica {
    /// Makes an account, or changes the one of that name.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn put_account(&mut self, account: &Account) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT OR REPLACE INTO account (name, shown, role, secret, language, created, disabled)
                       VALUES (?, ?, ?, ?, ?, ?, ?)";
            work.connection.prepare_cached(sql)?.execute(params![
                account.name,
                account.shown,
                account.role,
                account.secret,
                account.language,
                account.created_millis,
                account.disabled_millis,
            ])?;
            Ok(())
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        name: row.get(0)?,
        shown: row.get(1)?,
        role: row.get(2)?,
        secret: row.get(3)?,
        language: row.get(4)?,
        created_millis: row.get(5)?,
        disabled_millis: row.get(6)?,
    })
}
