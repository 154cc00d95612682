//! The window of a night, and the one rule by which an office is late: the morning's report, the pages, the commands and the
//! figures all ask here. Pure.

use chrono::NaiveDate;
use office_model::calendar::wib_midnight;

use super::kept::wib;

/// It begins at 18:00 WIB of the day before its date.
const BEGINS_BEFORE_MILLIS: i64 = 6 * 3_600_000;

/// When offices are to call for a night's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// The day on whose morning it ends.
    pub(crate) date: NaiveDate,
    /// Milliseconds since 1970 UTC.
    pub(crate) begins_millis: i64,
    /// When the report is due.
    pub(crate) ends_millis: i64,
}

impl Window {
    /// The window of a date. `report_minute`: minutes after 00:00 WIB at which the report is due.
    pub(crate) fn of(date: NaiveDate, report_minute: u32) -> Self {
        let midnight = wib_midnight(date);
        Self {
            date,
            begins_millis: midnight - BEGINS_BEFORE_MILLIS,
            ends_millis: midnight + i64::from(report_minute) * 60_000,
        }
    }

    /// The last one that is over: by it offices are judged until the next one is.
    pub(crate) fn last(now_millis: i64, report_minute: u32) -> Self {
        let (today, minute) = wib(now_millis);
        let yesterday = today.pred_opt().unwrap_or(today);
        Self::of(if minute >= report_minute { today } else { yesterday }, report_minute)
    }

    /// Whether an office that was last proven equal then is not late.
    pub(crate) const fn is_kept(&self, proven_millis: i64) -> bool {
        counts(proven_millis, self.begins_millis)
    }
}

/// Whether a proof counts for a window that begins then. One after the window proves what was recorded in it, too.
pub(crate) const fn counts(proven_millis: i64, begins_millis: i64) -> bool {
    proven_millis >= begins_millis
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn an_office_is_judged_by_the_last_window_that_is_over() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let midnight = wib_midnight(day);
        let last = |at: i64| Window::last(at, 360);
        let before = last(midnight + 6 * HOUR - 1);
        assert_eq!((before.date, before.begins_millis), (day.pred_opt().unwrap(), midnight - 30 * HOUR));
        let after = last(midnight + 6 * HOUR);
        assert_eq!(after, Window { date: day, begins_millis: midnight - 6 * HOUR, ends_millis: midnight + 6 * HOUR });
        assert_eq!(last(midnight + 30 * HOUR - 1), after, "until the next one is over");
        assert!(after.is_kept(midnight - 6 * HOUR) && !after.is_kept(midnight - 6 * HOUR - 1));
    }
}
