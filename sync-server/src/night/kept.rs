//! Which reports there are, and which nights have none yet.

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike as _};
use office_model::calendar::WIB_SECONDS;
use replica_store::{Reader, Replica, StoreError};

use super::Report;
use super::report::Brief;
use super::window::Window;
use crate::{Failure, operators};

/// So many missed nights are caught up with.
pub(crate) const CAUGHT_UP_MAX: usize = 31;

/// A clock that is set back by less, as time servers do, was not ahead.
const CLOCK_SET_MILLIS: i64 = 10 * 60_000;

/// When a report was made.
#[derive(serde::Deserialize)]
struct Made {
    made_millis: i64,
}

/// What the keys of reports begin with.
const KEY: &str = "nightly/";

fn key(date: NaiveDate) -> String {
    format!("{KEY}{date}")
}

/// The report of a date as it was kept, if there is one: its JSON.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn bytes(reader: &Reader, date: NaiveDate) -> Result<Option<Vec<u8>>, Failure> {
    Ok(reader.setting(&key(date))?)
}

/// The little that a list shows of it.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn brief(reader: &Reader, date: NaiveDate) -> Result<Option<Brief>, Failure> {
    let Some(bytes) = bytes(reader, date)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(Failure::internal)
}

/// What was kept.
///
/// # Errors
///
/// When it is no report.
pub(crate) fn parse(bytes: &[u8]) -> Result<Report, Failure> {
    serde_json::from_slice(bytes).map_err(Failure::internal)
}

/// The report of a date that stands: the same, but not one that was made while the hub's clock was ahead. That one tells of a
/// night that was still to come, and is made anew when it has been.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn standing(reader: &Reader, date: NaiveDate, now_millis: i64) -> Result<Option<Vec<u8>>, Failure> {
    let kept = reader.setting(&key(date))?;
    Ok(kept.filter(|bytes| stands(bytes, now_millis)))
}

/// What cannot be read stays: a newer program made it.
fn stands(bytes: &[u8], now_millis: i64) -> bool {
    let made = serde_json::from_slice(bytes).map(|Made { made_millis }| made_millis);
    !made.is_ok_and(|made| made > now_millis.saturating_add(CLOCK_SET_MILLIS))
}

/// Keeps a report, unless the night has one that stands: the first stays. Gives what is kept. `early`: who closed the night before
/// its time, which the trail notes.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn keep(
    replica: &mut Replica,
    date: NaiveDate,
    report: Vec<u8>,
    early: Option<&str>,
    now_millis: i64,
) -> Result<Vec<u8>, StoreError> {
    if let Some(kept) = replica.setting(&key(date))?.filter(|kept| stands(kept, now_millis)) {
        return Ok(kept);
    }
    replica.together(|replica| {
        replica.set_setting(&key(date), &report)?;
        match early {
            Some(by) => operators::note(replica, by, "night_closed_early", &date.to_string(), now_millis),
            None => Ok(()),
        }
    })?;
    Ok(report)
}

/// The dates that have a report, the latest first.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn dates(reader: &Reader) -> Result<Vec<NaiveDate>, Failure> {
    let keys = reader.setting_keys(KEY)?;
    Ok(keys.iter().rev().filter_map(|key| key.strip_prefix(KEY)?.parse().ok()).collect())
}

/// When the report of a night is due: `report_minute` minutes after 00:00 WIB of its date.
pub(crate) fn due_millis(date: NaiveDate, report_minute: u32) -> i64 {
    Window::of(date, report_minute).ends_millis
}

/// When the first node joined, where one has.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn begun_millis(reader: &Reader) -> Result<Option<i64>, Failure> {
    Ok(reader.registered_nodes()?.iter().map(|node| node.enrolled_millis).min())
}

/// The nights whose reports are due and were not made, the oldest first: back to the first node's enrolment, or
/// [`CAUGHT_UP_MAX`] nights, whatever was made in between.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn missed(reader: &Reader, now_millis: i64, report_minute: u32) -> Result<Vec<NaiveDate>, Failure> {
    let Some(begun) = begun_millis(reader)? else { return Ok(Vec::new()) };
    let mut missed = Vec::new();
    for date in Window::last(now_millis, report_minute).date.iter_days().rev().take(CAUGHT_UP_MAX) {
        if due_millis(date, report_minute) < begun {
            break;
        }
        if standing(reader, date, now_millis)?.is_none() {
            missed.push(date);
        }
    }
    missed.reverse();
    Ok(missed)
}

/// The date in WIB, and the minute of that day.
pub fn wib(now_millis: i64) -> (NaiveDate, u32) {
    let local = DateTime::from_timestamp_millis(now_millis).unwrap_or_default().naive_utc()
        + TimeDelta::seconds(i64::from(WIB_SECONDS));
    (local.date(), local.hour() * 60 + local.minute())
}
