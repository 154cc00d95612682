//! The programs that may use this machine's local API.

use rusqlite::{OptionalExtension as _, Row, params};

use crate::{Reader, Replica, StoreError};

/// One program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its name; histories show it as `app.NAME`.
    pub name: String,
    /// The word of a role.
    pub role: String,
    /// When it got its token: milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// When it last used it, to the minute.
    pub used_millis: Option<i64>,
    /// Its token opens nothing since then.
    pub revoked_millis: Option<i64>,
}

/// The time of the last use is kept no finer: a read must not cost a write each time.
const USE_MILLIS: i64 = 60_000;

const SELECT: &str = "SELECT name, role, created, used, revoked FROM application";

impl Reader {
    /// All applications, by name, revoked ones included.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn applications(&self) -> Result<Vec<Application>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
        let rows = statement.query_map([], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The application of a name.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn application(&self, name: &str) -> Result<Option<Application>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} WHERE name = ?"))?;
        Ok(statement.query_row([name], read).optional()?)
    }

    /// The application whose token has this SHA-256, unless it is revoked.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn application_of(&self, token_hash: &[u8; 32]) -> Result<Option<Application>, StoreError> {
        let sql = format!("{SELECT} WHERE token_hash = ? AND revoked IS NULL");
        Ok(self.connection.prepare_cached(&sql)?.query_row([token_hash], read).optional()?)
    }
}

impl Replica {
    /// Lets an application in: the SHA-256 of its token is kept, never the token. One of that name gets the new token.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn put_application(
        &mut self,
        name: &str,
        role: &str,
        token_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT OR REPLACE INTO application (name, token_hash, role, created) VALUES (?, ?, ?, ?)";
            work.connection.prepare_cached(sql)?.execute(params![name, token_hash, role, now_millis])?;
            Ok(())
        })
    }

    /// Shuts an application out from now on. False when there is none of that name that was let in.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn revoke_application(&mut self, name: &str, now_millis: i64) -> Result<bool, StoreError> {
        self.write(|work| {
            let sql = "UPDATE application SET revoked = ? WHERE name = ? AND revoked IS NULL";
            Ok(work.connection.prepare_cached(sql)?.execute(params![now_millis, name])? > 0)
        })
    }

    /// Notes that an application used its token; at most once a minute.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn note_use(&mut self, application: &Application, now_millis: i64) -> Result<(), StoreError> {
        let minute = now_millis - now_millis.rem_euclid(USE_MILLIS);
        if application.used_millis == Some(minute) {
            return Ok(());
        }
        self.write(|work| {
            let sql = "UPDATE application SET used = ? WHERE name = ?";
            work.connection.prepare_cached(sql)?.execute(params![minute, application.name])?;
            Ok(())
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Application> {
    Ok(Application {
        name: row.get(0)?,
        role: row.get(1)?,
        created_millis: row.get(2)?,
        used_millis: row.get(3)?,
        revoked_millis: row.get(4)?,
    })
}
