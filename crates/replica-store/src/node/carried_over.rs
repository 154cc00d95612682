//! What a node's database that a backup takes the place of knows and the backup does not, of what must not come back: who may
//! not come any more, what was done already, which queue numbers are out. And of what comes back from nowhere else: forms that
//! nobody saved yet, the trail.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::file::{migrations, setting};
use crate::{OpenError, Reader, StoreError};

/// Days of queue numbers stand under keys that begin so.
const QUEUE: &str = "queue/";

/// What was carried over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CarriedOver {
    /// Accounts that were shut after the backup, by name.
    pub accounts: Vec<String>,
    /// Applications whose token was revoked after it, or made anew.
    pub applications: Vec<String>,
    /// Requests and forms that were done after it.
    pub requests: u64,
    /// Days of which more queue numbers were given.
    pub queue_days: u64,
    /// Drafts that it lacks, or has as they were before; nothing where they cannot be carried over.
    pub drafts: Option<u64>,
    /// Lines of the trail that it lacks; nothing where they cannot be carried over.
    pub acts: Option<u64>,
}

impl Reader {
    /// Carries over to a copy of a backup what it lacks of this database: all or nothing, but for drafts and the trail, each of
    /// which comes as a whole or not at all. The copy is no replica that was
    /// opened yet: what tells its age stays as it is in the backup. `with_requests`: also which requests were done, where all
    /// that they did comes back.
    ///
    /// # Errors
    ///
    /// When either cannot be read, or the disk refuses.
    pub fn carry_over(&self, copy: &Path, with_requests: bool) -> Result<CarriedOver, OpenError> {
        let mut connection = Connection::open(copy).map_err(StoreError::from)?;
        migrations::check(&connection, copy)?;
        // All in the one file: it is moved to its place afterwards.
        connection.pragma_update(None, "journal_mode", "DELETE").map_err(StoreError::from)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(StoreError::from)?;
        migrations::run(&mut connection)?;
        let transaction = connection.transaction().map_err(StoreError::from)?;
        let mut carried = CarriedOver {
            accounts: self.shut(&transaction)?,
            applications: self.revoked(&transaction)?,
            ..CarriedOver::default()
        };
        if with_requests {
            carried.requests = self.done(&transaction)?;
        }
        carried.queue_days = self.queues(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        // Damage in the largest tables opens no door again that was shut.
        carried.drafts = apart(&mut connection, |copy| self.unsaved(copy)).ok();
        carried.acts = apart(&mut connection, |copy| self.trail(copy)).ok();
        connection.close().map_err(|(_, error)| StoreError::from(error))?;
        Ok(carried)
    }

    fn shut(&self, copy: &Connection) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        for account in self.accounts()? {
            let Some(at) = account.disabled_millis else { continue };
            let sql = "UPDATE account SET disabled = ? WHERE name = ? AND disabled IS NULL";
            if copy.execute(sql, params![at, account.name])? > 0 {
                names.push(account.name);
            }
        }
        Ok(names)
    }

    fn revoked(&self, copy: &Connection) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        let sql = "SELECT name, token_hash, role, created, used, revoked FROM application ORDER BY name";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, hash): (String, [u8; 32]) = (row.get(0)?, row.get(1)?);
            let (role, created): (String, i64) = (row.get(2)?, row.get(3)?);
            let (used, revoked): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
            let sql = "SELECT token_hash, created, revoked FROM application WHERE name = ?";
            let known = copy.query_row(sql, [&name], |row| {
                Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<i64>>(2)?))
            });
            let Some((kept, kept_created, kept_revoked)) = known.optional()? else { continue };
            let changed = if kept == hash {
                let Some(at) = revoked.filter(|_| kept_revoked.is_none()) else { continue };
                copy.execute("UPDATE application SET revoked = ? WHERE name = ?", params![at, name])?
            } else if created >= kept_created {
                // Let in anew: the token before opened nothing from then on.
                let sql = "UPDATE application SET token_hash = ?, role = ?, created = ?, used = ?, revoked = ?
                           WHERE name = ?";
                copy.execute(sql, params![hash, role, created, used, revoked, name])?
            } else if kept_revoked.is_none() {
                // Which of two tokens came first nobody can tell by a clock that was wrong: neither of them opens.
                copy.execute("UPDATE application SET revoked = ? WHERE name = ?", params![kept_created, name])?
            } else {
                continue;
            };
            if changed > 0 {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn done(&self, copy: &Connection) -> Result<u64, StoreError> {
        let mut count = 0;
        let mut statement = self.connection.prepare("SELECT application, key, body, answer, at FROM request")?;
        let mut rows = statement.query([])?;
        let sql = "INSERT OR IGNORE INTO request (application, key, body, answer, at) VALUES (?, ?, ?, ?, ?)";
        let mut put = copy.prepare(sql)?;
        while let Some(row) = rows.next()? {
            let values = params![
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, [u8; 32]>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, i64>(4)?
            ];
            count += put.execute(values)? as u64;
        }
        Ok(count)
    }

    fn unsaved(&self, copy: &Connection) -> Result<u64, StoreError> {
        let mut count = 0;
        let mut statement = self.connection.prepare("SELECT id, clerk, service, form, created, changed FROM draft")?;
        let mut rows = statement.query([])?;
        let sql = "INSERT INTO draft (id, clerk, service, form, created, changed) VALUES (?, ?, ?, ?, ?, ?)
                   ON CONFLICT (id) DO UPDATE SET form = excluded.form, changed = excluded.changed
                   WHERE excluded.changed > draft.changed";
        let mut put = copy.prepare(sql)?;
        let mut drop_files = copy.prepare("DELETE FROM draft_file WHERE draft = ?")?;
        let mut put_file = copy.prepare("INSERT INTO draft_file (draft, hash, said, content) VALUES (?, ?, ?, ?)")?;
        let mut files =
            self.connection.prepare("SELECT hash, said, content FROM draft_file WHERE draft = ? ORDER BY idx")?;
        while let Some(row) = rows.next()? {
            let id: [u8; 16] = row.get(0)?;
            let (clerk, service, form): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let values = params![id, clerk, service, form, row.get::<_, i64>(4)?, row.get::<_, i64>(5)?];
            if put.execute(values)? == 0 {
                continue;
            }
            count += 1;
            // Form and files are of one moment.
            drop_files.execute([id])?;
            let mut files = files.query([id])?;
            while let Some(file) = files.next()? {
                let (hash, said): (Vec<u8>, String) = (file.get(0)?, file.get(1)?);
                put_file.execute(params![id, hash, said, file.get::<_, Vec<u8>>(2)?])?;
            }
        }
        Ok(count)
    }

    fn trail(&self, copy: &Connection) -> Result<u64, StoreError> {
        // Numbers of lines are an order only: two trails that parted have others under the same.
        let mut kept = copy.prepare("SELECT idx, at, clerk, act, subject FROM audit ORDER BY idx DESC")?;
        let mut kept = kept.query([])?;
        let same = "SELECT 1 FROM audit WHERE idx = ? AND at = ? AND clerk = ? AND act = ? AND subject = ?";
        let mut same = self.connection.prepare(same)?;
        let mut last = 0;
        while let Some(row) = kept.next()? {
            let (idx, at): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (clerk, act, subject): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
            if same.exists(params![idx, at, clerk, act, subject])? {
                last = idx;
                break;
            }
        }
        let mut count = 0;
        let mut statement =
            self.connection.prepare("SELECT at, clerk, act, subject FROM audit WHERE idx > ? ORDER BY idx")?;
        let mut rows = statement.query([last])?;
        let mut put = copy.prepare("INSERT INTO audit (at, clerk, act, subject) VALUES (?, ?, ?, ?)")?;
        while let Some(row) = rows.next()? {
            let (clerk, act, subject): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            count += put.execute(params![row.get::<_, i64>(0)?, clerk, act, subject])? as u64;
        }
        Ok(count)
    }

    fn queues(&self, copy: &Connection) -> Result<u64, StoreError> {
        let mut count = 0;
        for key in self.setting_keys(QUEUE)? {
            let (given, kept) = (self.setting(&key)?.unwrap_or_default(), setting::get(copy, &key)?);
            // Numbers of a day are counted on from how many there are.
            if given.len() > kept.map_or(0, |kept| kept.len()) {
                setting::put(copy, &key, &given)?;
                count += 1;
            }
        }
        Ok(count)
    }
}

/// What is carried over by itself: all of it or nothing.
fn apart(
    connection: &mut Connection,
    carry: impl FnOnce(&Connection) -> Result<u64, StoreError>,
) -> Result<u64, StoreError> {
    let transaction = connection.transaction()?;
    let count = carry(&transaction)?;
    transaction.commit()?;
    Ok(count)
}
