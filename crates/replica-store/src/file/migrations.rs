//! Numbered steps from any older format to the newest. Each runs in one transaction; a newer file is left alone.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::OpenError;

/// `SKSy`: marks the file as ours.
const APPLICATION_ID: i32 = 0x534b_5379;

/// `user_version` counts how many of these a file has had.
const STEPS: [&str; FORMAT as usize] = [
    include_str!("../../migrations/0001_start.sql"),
    include_str!("../../migrations/0002_desk.sql"),
    include_str!("../../migrations/0003_numbers.sql"),
    include_str!("../../migrations/0004_changes.sql"),
    include_str!("../../migrations/0005_blobs.sql"),
    include_str!("../../migrations/0006_receipts.sql"),
    include_str!("../../migrations/0007_calls.sql"),
    include_str!("../../migrations/0008_brought.sql"),
    include_str!("../../migrations/0009_publications.sql"),
    include_str!("../../migrations/0010_alarms.sql"),
    include_str!("../../migrations/0011_referrals.sql"),
    include_str!("../../migrations/0012_trail.sql"),
    include_str!("../../migrations/0013_backups.sql"),
    include_str!("../../migrations/0014_draft_files.sql"),
    include_str!("../../migrations/0015_long_values.sql"),
    include_str!("../../migrations/0016_files_unsent.sql"),
    include_str!("../../migrations/0017_rows_by_hub_clock.sql"),
    include_str!("../../migrations/0018_rows_tell_signing.sql"),
    include_str!("../../migrations/0019_rows_tell_numbering.sql"),
];

/// The newest format this program knows.
pub const FORMAT: u32 = 19;

/// Refuses what is not ours or is newer, without a write.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application != APPLICATION_ID {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    let found = version(connection)?;
    if found > FORMAT {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: FORMAT });
    }
    Ok(())
}

/// Whether a file of ours is of an older format, whose rows cannot be read.
pub(crate) fn is_older(connection: &Connection) -> Result<bool, OpenError> {
    Ok(version(connection)? < FORMAT)
}

/// Takes a file of ours, or an empty one, to the newest format.
pub(crate) fn run(connection: &mut Connection) -> Result<(), OpenError> {
    let done = version(connection)?;
    for (number, step) in (0u32..).zip(STEPS).skip(done as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", number + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection) -> Result<u32, OpenError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}
