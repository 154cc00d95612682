//! What is found by what somebody typed: the queue number on a citizen's slip, or words.

use change_log::DocumentId;
use chrono::{Days, NaiveDate};
use office_model::calendar;
use replica_store::{ListFilter, ListedTransaction, Page, QueueNumber, Reader};

use super::today;
use crate::Failure;

/// So many days are looked through for a slip: each costs one look-up.
const DAYS_MAX: u64 = 366;
/// The same where no days are named.
const DAYS: u64 = 31;

/// The first rows that are found. A queue number finds what it was given for on this machine, the last day's first, and nothing
/// else; all else is searched for by beginnings of words.
///
/// # Errors
///
/// When the database cannot be read, or the page begins at an unknown document.
pub(crate) fn search(
    reader: &Reader,
    typed: &str,
    filter: &ListFilter,
    page: Page,
) -> Result<Vec<ListedTransaction>, Failure> {
    // One that was not given here is nobody's: its letter and digits would find others.
    let Ok(number) = typed.parse() else { return Ok(reader.search(typed, filter, page)?) };
    let queued = queued(reader, number, filter)?;
    let rows = queued.into_iter();
    Ok(match page.after {
        None => rows.take(page.count).collect(),
        Some(after) => rows.skip_while(|row| row.document != after).skip(1).take(page.count).collect(),
    })
}

fn queued(reader: &Reader, number: QueueNumber, filter: &ListFilter) -> Result<Vec<ListedTransaction>, Failure> {
    let mut ids: Vec<DocumentId> = Vec::new();
    for day in days(reader, filter) {
        ids.extend(reader.queued(&calendar::iso_date(day), number)?);
    }
    Ok(reader.among(&ids, filter)?)
}

/// The days that are looked through, the last one first.
fn days(reader: &Reader, filter: &ListFilter) -> impl Iterator<Item = NaiveDate> + use<> {
    let made = filter.made.as_ref();
    let day_of = |millis: i64| calendar::wib_date(millis);
    let newest = made.and_then(|made| day_of(made.end.saturating_sub(1))).unwrap_or_else(|| today(reader));
    let oldest = made.and_then(|made| day_of(made.start));
    let count = if oldest.is_some() { DAYS_MAX } else { DAYS };
    let days = (0..count).map_while(move |back| newest.checked_sub_days(Days::new(back)));
    days.take_while(move |day| oldest.is_none_or(|oldest| *day >= oldest))
}
