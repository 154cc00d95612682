//! Makes the report of a night: checks, backs up, reads the facts, and has the report kept. All but the last step only
//! reads, so writers go on; and whatever is interrupted is done again from the start.

use chrono::NaiveDate;
use replica_store::{Reader, Replica};

use super::report::CheckLine;
use super::window::Window;
use super::{Plan, Report, backup, check, gather, kept};
use crate::keys::HubKeys;
use crate::settings::Settings;
use crate::{Failure, HealthNote, alarm, handbook};

/// Whether a night is the latest: of others no backup can be made any more. One that was closed after it, as today's before its
/// time, has a backup of this very moment.
///
/// # Errors
///
/// When the database cannot be read.
fn is_latest(reader: &Reader, date: NaiveDate, report_minute: u32, now_millis: i64) -> Result<bool, Failure> {
    if date < Window::last(now_millis, report_minute).date {
        return Ok(false);
    }
    for later in kept::dates(reader)?.into_iter().filter(|kept| *kept > date) {
        if kept::standing(reader, later, now_millis)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the report of a night may be made: it is made once, so not before it is due; or, where somebody wants it `early`,
/// not before its day has begun.
///
/// # Errors
///
/// When it is too early.
pub(crate) fn is_over(date: NaiveDate, early: bool, now_millis: i64, report_minute: u32) -> Result<(), Failure> {
    let minute = if early { 0 } else { report_minute };
    if now_millis >= kept::due_millis(date, minute) {
        return Ok(());
    }
    let (hour, minute) = (minute / 60, minute % 60);
    Err(Failure::input(
        format!(
            "the night of {date} is not over before {hour:02}:{minute:02} WIB of that day, and its report is made once"
        ),
        "ask again then, or name an earlier date; `sync-server offices` says how things stand now, and --early closes a \
         night whose day has begun",
    ))
}

/// Whether there was anything to report of a night: one before the first machine joined is none.
///
/// # Errors
///
/// When there was not, or the database cannot be read.
pub(crate) fn has_been(reader: &Reader, date: NaiveDate) -> Result<(), Failure> {
    match kept::begun_millis(reader)? {
        Some(begun) if date >= kept::wib(begun).0 => Ok(()),
        begun => {
            let when = begun.map_or_else(
                || "no machine has joined yet".to_owned(),
                |begun| format!("the first machine joined on {}", kept::wib(begun).0),
            );
            Err(Failure::input(
                format!("there was no night of {date}: {when}"),
                "look at the date; `sync-server nightly --help` shows how it is written",
            ))
        }
    }
}

/// Makes a report and gives it to nobody yet. `checked`: what a check of just now found. `now`: milliseconds since 1970 UTC. Takes as long as reading all that
/// is stored does, twice where a backup is made.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn make(
    reader: &Reader,
    date: NaiveDate,
    plan: &Plan,
    checked: Option<CheckLine>,
    now: impl Fn() -> i64,
) -> Result<Report, Failure> {
    let is_latest = is_latest(reader, date, plan.report_minute, now())?;
    let check = checked.unwrap_or_else(|| check::check(reader, reader.dir(), now()));
    let backup = match &plan.backup_dir {
        None => backup::state("off"),
        Some(_) if !is_latest => backup::state("missed"),
        Some(folder) => backup::backup(reader, folder, date, plan.backups_kept, now()),
    };
    Ok(Report::of(gather::facts(reader, date, plan, (check, backup), now())?))
}

/// The report of a night, made right here unless there is one: where no server runs.
///
/// # Errors
///
/// When it is not due yet, a setting is wrong, or the database refuses. `early`: who wants it before it is due.
pub(crate) fn here(
    replica: &mut Replica,
    date: NaiveDate,
    early: Option<&String>,
    now_millis: i64,
) -> Result<Vec<u8>, Failure> {
    if let Some(kept) = kept::standing(replica, date, now_millis)? {
        return Ok(kept);
    }
    let dir = replica.dir().to_owned();
    // Records are judged by the catalogue they were made under, which may be a published one.
    if let Err(failure) = HubKeys::load(&dir).and_then(|keys| handbook::learn(replica, &keys)) {
        tracing::warn!(%failure, "what was published cannot be read: the report goes by the shipped catalogue");
    }
    let settings = Settings::load(&dir, |name| std::env::var(name).ok(), &crate::flags::Flags::default())?;
    let plan = Plan::of(&settings, &dir)?;
    is_over(date, early.is_some(), now_millis, plan.report_minute)?;
    has_been(replica, date)?;
    let report = make(replica, date, &plan, None, || now_millis)?;
    let bytes = serde_json::to_vec(&report).map_err(Failure::internal)?;
    let early = early.filter(|_| now_millis < kept::due_millis(date, plan.report_minute));
    let kept = kept::keep(replica, date, bytes, early.map(String::as_str), now_millis)?;
    // What the next server's alarms begin and end by.
    for note in found(&report) {
        alarm::note(replica, &note, now_millis)?;
    }
    Ok(kept)
}

/// What a night found of backup and integrity.
pub(crate) fn found(report: &Report) -> Vec<HealthNote> {
    let Some(whole) = &report.whole else { return Vec::new() };
    let problems = whole.check.problems.len() as u64 + whole.check.problems_left_out;
    // Unsound without a problem that could be named is one.
    let mut notes = vec![HealthNote::Verified { problems: problems.max(u64::from(!whole.check.sound)) }];
    match whole.backup.state.as_str() {
        "made" => notes.push(HealthNote::BackedUp),
        "failed" => notes.push(HealthNote::BackupFailed { why: whole.backup.error.clone().unwrap_or_default() }),
        _ => {}
    }
    notes
}
