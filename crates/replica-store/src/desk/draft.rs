//! Forms that are not finished: kept on this machine while somebody types.

use std::fmt;

use rusqlite::{OptionalExtension as _, Row, params};

use crate::{Reader, Replica, StoreError};

/// One unfinished form.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// 16 random bytes.
    pub id: [u8; 16],
    /// Who types.
    pub clerk: String,
    /// The id of the service.
    pub service: String,
    /// What was typed, as the shell writes it.
    pub form: String,
    /// Milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// The same, of the last save.
    pub changed_millis: i64,
}

impl fmt::Debug for Draft {
    /// Without what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("clerk", &self.clerk).field("service", &self.service).finish_non_exhaustive()
    }
}

const SELECT: &str = "SELECT id, clerk, service, form, created, changed FROM draft";

impl Reader {
    /// A clerk's drafts, the last one worked on first: at most `count`.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn drafts(&self, clerk: &str, count: usize) -> Result<Vec<Draft>, StoreError> {
        let sql = format!("{SELECT} WHERE clerk = ? ORDER BY changed DESC, id LIMIT ?");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![clerk, i64::try_from(count).unwrap_or(i64::MAX)], read)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// One draft.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn draft(&self, id: [u8; 16]) -> Result<Option<Draft>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} WHERE id = ?"))?;
        Ok(statement.query_row([id], read).optional()?)
    }
}

impl Replica {
    /// Saves a draft. When this returns it survives a power cut.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn put_draft(&mut self, draft: &Draft) -> Result<(), StoreError> {
        self.write(|work| {
            let sql = "INSERT INTO draft (id, clerk, service, form, created, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                       ON CONFLICT (id) DO UPDATE SET form = ?4, changed = ?6";
            work.connection.prepare_cached(sql)?.execute(params![
                draft.id,
                draft.clerk,
                draft.service,
                draft.form,
                draft.created_millis,
                draft.changed_millis,
            ])?;
            Ok(())
        })
    }

    /// Throws a draft away with its files; it is no error when there is none.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn drop_draft(&mut self, id: [u8; 16]) -> Result<(), StoreError> {
        self.write(|work| {
            work.connection.prepare_cached("DELETE FROM draft WHERE id = ?")?.execute([id])?;
            work.connection.prepare_cached("DELETE FROM draft_file WHERE draft = ?")?.execute([id])?;
            Ok(())
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft {
        id: row.get(0)?,
        clerk: row.get(1)?,
        service: row.get(2)?,
        form: row.get(3)?,
        created_millis: row.get(4)?,
        changed_millis: row.get(5)?,
    })
}
