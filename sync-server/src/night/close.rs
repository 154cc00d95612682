//! Makes the report of a night: checks, backs up, reads the facts, and has the report kept. All but the last step only
//! reads, so writers go on; and whatever is interrupted is done again from the start.

use chrono::NaiveDate;
use office_model::calendar::wib_midnight;
use replica_store::{Reader, Replica};

use super::report::{BackupLine, CheckLine};
use super::{Plan, Report, backup, check, gather, kept};
use crate::keys::HubKeys;
use crate::settings::Settings;
use crate::{Failure, clock, handbook};

/// Whether a night is the latest: of others no backup can be made any more.
pub(crate) fn is_latest(date: NaiveDate, now_millis: i64) -> bool {
    kept::wib(now_millis).0 == date
}

/// Whether a report may be made of a night.
///
/// # Errors
///
/// When its day has not begun.
pub(crate) fn has_begun(date: NaiveDate, now_millis: i64) -> Result<(), Failure> {
    if now_millis >= wib_midnight(date) {
        return Ok(());
    }
    Err(Failure::input(
        format!("the night of {date} is not over: it is still before 00:00 WIB of that day"),
        "ask again on that day, or name an earlier date",
    ))
}

/// Makes a report and gives it to nobody yet. `checked`: what a check of just now found. Takes as long as reading all that
/// is stored does, twice where a backup is made.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn make(
    reader: &Reader,
    date: NaiveDate,
    plan: &Plan,
    is_latest: bool,
    checked: Option<CheckLine>,
) -> Result<Report, Failure> {
    let check = checked.unwrap_or_else(|| check::check(reader, reader.dir(), clock::now_millis()));
    let backup = match &plan.backup_dir {
        None => BackupLine { state: "off".to_owned(), ..BackupLine::default() },
        Some(_) if !is_latest => BackupLine { state: "missed".to_owned(), ..BackupLine::default() },
        Some(folder) => backup::backup(reader, folder, date, plan.backups_kept, clock::now_millis()),
    };
    Ok(Report::of(gather::facts(reader, date, plan, (check, backup), clock::now_millis())?))
}

/// The report of a night, made right here unless there is one: where no server runs.
///
/// # Errors
///
/// When the day has not begun, a setting is wrong, or the database refuses.
pub(crate) fn here(replica: &mut Replica, date: NaiveDate, now_millis: i64) -> Result<Vec<u8>, Failure> {
    if let Some(kept) = kept::bytes(replica, date)? {
        return Ok(kept);
    }
    has_begun(date, now_millis)?;
    let dir = replica.dir().to_owned();
    // Records are judged by the catalogue they were made under, which may be a published one.
    if let Err(failure) = HubKeys::load(&dir).and_then(|keys| handbook::learn(replica, &keys)) {
        tracing::warn!(%failure, "what was published cannot be read: the report goes by the shipped catalogue");
    }
    let settings = Settings::load(&dir, |name| std::env::var(name).ok(), &crate::flags::Flags::default())?;
    let plan = Plan::of(&settings, &dir)?;
    let report = make(replica, date, &plan, is_latest(date, now_millis), None)?;
    let bytes = serde_json::to_vec(&report).map_err(Failure::internal)?;
    Ok(kept::keep(replica, date, bytes)?)
}
