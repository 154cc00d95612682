//! A log that another office gave back is claimed by the node that writes it.
//!
//! After a restore an office may give back what it holds of a log that the hub forgot: a camat what was brought before the
//! sub-district, before the village itself calls. Whose log that is nobody can tell then. It counts as the giver's, so that
//! its entries are held; the gate takes none that begins a village's document there. The node's own signed hello tells.

use change_log::{DocumentId, RawChange};
use rusqlite::params;

use crate::StoreError;
use crate::admission::ingest::disown;
use crate::admission::refusal::codes;
use crate::documents::document;
use crate::entries::entry::{self, place, place_of_log};
use crate::entries::log::{self, LogRow};
use crate::file::work::Work;
use crate::hub::brought;

/// Whether another office's node may claim a log: nobody wrote it here, and nothing of it was accepted as the giver's own.
pub(crate) fn may_be_claimed(work: &Work<'_>, log: &LogRow) -> Result<bool, StoreError> {
    if log.is_of_hub() {
        return Ok(false);
    }
    let accepted = "SELECT 1 FROM entry WHERE place BETWEEN ? AND ? AND state = 1 LIMIT 1";
    let is_sent = "SELECT 1 FROM log WHERE idx = ? AND node IS NOT NULL";
    let connection = work.connection;
    Ok(!connection.prepare_cached(is_sent)?.exists([log.index])?
        && !connection.prepare_cached(accepted)?.exists(range(log)?)?)
}

/// Makes a log the one of `office`. What was refused because it seemed to be the giver's is judged again.
pub(crate) fn claim(work: &mut Work<'_>, log: &LogRow, office: i64) -> Result<(), StoreError> {
    let Some(giver) = log.office else { return Ok(()) };
    let connection = work.connection;
    log::set_office(connection, log.index, office)?;
    for document in begun(work, log, giver)? {
        document::set_office(connection, document, office)?;
        disown(work, document, office)?;
        // Its guests' entries, and others of its office, were refused for want of what is judged again now.
        let again = format!(
            "UPDATE entry SET state = CASE WHEN {} THEN 3 ELSE 0 END
             WHERE document = ? AND place IN (SELECT entry FROM refusal WHERE source = 2)",
            brought::WAITS
        );
        connection.prepare_cached(&again)?.execute([document])?;
    }
    let again = "UPDATE entry SET state = 0 WHERE place BETWEEN ?1 AND ?2
                 AND place IN (SELECT entry FROM refusal WHERE entry BETWEEN ?1 AND ?2 AND (source = 2 OR code = ?3))";
    let [from, to] = range(log)?;
    connection.prepare_cached(again)?.execute(params![from, to, codes::SCOPE])?;
    work.mark(&log.epoch.0);
    Ok(())
}

fn range(log: &LogRow) -> Result<[i64; 2], StoreError> {
    Ok([place(log.index, 1)?, place(log.index, u64::from(u32::MAX))?])
}

/// Documents that begin in a log, as their ids tell, and stand as the giver's.
fn begun(work: &Work<'_>, log: &LogRow, giver: i64) -> Result<Vec<i64>, StoreError> {
    let [from, to] = range(log)?;
    let mut found = Vec::new();
    entry::for_each(work.connection, from..=to, |stored| {
        let (_, position) = place_of_log(stored.place);
        let begins = RawChange::parse(&stored.raw)
            .is_ok_and(|change| stored.id == DocumentId::derive(log.epoch, position, change.millis));
        if begins && document::office_of(work.connection, stored.document)? == giver {
            found.push(stored.document);
        }
        Ok(true)
    })?;
    Ok(found)
}
