//! Requests that are done once however often they come: the answer was lost on the way, and the asker asks again.

use rusqlite::{OptionalExtension as _, params};

use crate::{Reader, Replica, StoreError};

/// How a request is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Who asks; empty for the owner of the folder.
    pub application: String,
    /// What the asker calls it.
    pub key: String,
    /// SHA-256 of what is asked for.
    pub body: [u8; 32],
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It was not done yet.
    Never,
    /// It was done, and this was answered.
    Before(String),
    /// Something else was asked for under this key.
    Otherwise,
}

/// Whoever asks again later than this asks for something new.
const KEPT_MILLIS: i64 = 30 * 86_400_000;

impl Reader {
    /// What is known of a request.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn asked(&self, request: &RequestKey) -> Result<Asked, StoreError> {
        let sql = "SELECT body, answer FROM request WHERE application = ? AND key = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_row([&request.application, &request.key], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, String>(1)?))
        });
        Ok(match found.optional()? {
            None => Asked::Never,
            Some((body, answer)) if body == request.body => Asked::Before(answer),
            Some(_) => Asked::Otherwise,
        })
    }
}

impl Replica {
    /// Keeps the answer to a request for 30 days; to be called inside [`Replica::together`] with what was asked for.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn keep_answer(&mut self, request: &RequestKey, answer: &str, now_millis: i64) -> Result<(), StoreError> {
        self.write(|work| {
            let mut old = work.connection.prepare_cached("DELETE FROM request WHERE at < ?")?;
            old.execute([now_millis.saturating_sub(KEPT_MILLIS)])?;
            let sql = "INSERT INTO request (application, key, body, answer, at) VALUES (?, ?, ?, ?, ?)";
            work.connection.prepare_cached(sql)?.execute(params![
                request.application,
                request.key,
                request.body,
                answer,
                now_millis
            ])?;
            Ok(())
        })
    }
}
