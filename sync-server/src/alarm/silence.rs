//! How long an office has been silent, as far as it could have been heard. Pure.

use office_model::calendar::{Holidays, wib_date, wib_midnight};

/// A hub that did not look for so long was off.
const GAP_MILLIS: i64 = 15 * 60_000;
/// Silence of more days is long enough for anything.
const DAYS_MAX: i64 = 400;
const DAY_MILLIS: i64 = 24 * 3_600_000;

/// Since when the hub has listened without a break, and when it looked last. Milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Watch {
    pub(crate) since_millis: i64,
    pub(crate) until_millis: i64,
}

impl Watch {
    /// Goes on from what was kept, or anew where the hub was off meanwhile, or its clock was set back.
    pub(crate) fn looked(kept: Option<Self>, now_millis: i64) -> Self {
        let goes_on = |watch: &Self| {
            watch.since_millis <= watch.until_millis
                && watch.until_millis <= now_millis
                && now_millis - watch.until_millis <= GAP_MILLIS
        };
        let since_millis = kept.filter(goes_on).map_or(now_millis, |watch| watch.since_millis);
        Self { since_millis, until_millis: now_millis }
    }
}

/// Time of working days between two moments, in milliseconds: weekends and holidays in WIB do not count.
pub(crate) fn working_millis(from: i64, to: i64, holidays: &Holidays) -> i64 {
    let from = from.max(to.saturating_sub(DAYS_MAX * DAY_MILLIS));
    let (Some(first), Some(last)) = (wib_date(from), wib_date(to)) else { return 0 };
    let days = first.iter_days().take_while(|day| *day <= last).filter(|day| holidays.is_working_day(*day));
    days.map(|day| (wib_midnight(day) + DAY_MILLIS).min(to).saturating_sub(wib_midnight(day).max(from)).max(0)).sum()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;

    fn at(year: i32, month: u32, day: u32, hour: i64) -> i64 {
        wib_midnight(NaiveDate::from_ymd_opt(year, month, day).unwrap()) + hour * HOUR
    }

    #[test]
    fn a_weekend_is_no_silence() {
        let working_millis = |from, to| working_millis(from, to, &Holidays::default());
        // 2026-11-27 is a Friday.
        let friday = at(2026, 11, 27, 15);
        assert_eq!(working_millis(friday, at(2026, 11, 30, 8)), (9 + 8) * HOUR, "Monday morning");
        assert_eq!(working_millis(friday, at(2026, 11, 30, 17)), 26 * HOUR, "Monday, 17:00");
        assert_eq!(working_millis(at(2026, 11, 24, 15), at(2026, 11, 25, 17)), 26 * HOUR, "within a week");
        assert_eq!(working_millis(at(2026, 11, 28, 0), at(2026, 11, 30, 0)), 0);
        assert_eq!(working_millis(at(2026, 11, 30, 0), at(2026, 11, 28, 0)), 0, "a clock that was set back");
    }

    #[test]
    fn a_holiday_is_no_silence() {
        let written = Holidays::parse("2026-11-26").unwrap();
        let (before, after) = (at(2026, 11, 25, 15), at(2026, 11, 27, 8));
        assert_eq!(working_millis(before, after, &written), (9 + 8) * HOUR);
        assert_eq!(working_millis(before, after, &Holidays::default()), (9 + 24 + 8) * HOUR);
    }

    #[test]
    fn a_hub_that_was_off_listens_anew() {
        let first = Watch::looked(None, 1000);
        assert_eq!(first, Watch { since_millis: 1000, until_millis: 1000 });
        let later = Watch::looked(Some(first), 1000 + GAP_MILLIS);
        assert_eq!(later.since_millis, 1000);
        assert_eq!(Watch::looked(Some(later), later.until_millis + GAP_MILLIS + 1).since_millis, 1001 + 2 * GAP_MILLIS);
        assert_eq!(Watch::looked(Some(later), 500).since_millis, 500, "the clock was set back");
    }

    proptest! {
        #[test]
        fn working_time_adds_up_and_is_never_more_than_the_time(
            from in 1_700_000_000_000_i64..1_900_000_000_000, first in 0..60 * 24 * HOUR, second in 0..60 * 24 * HOUR,
        ) {
            let (middle, to) = (from + first, from + first + second);
            let holidays = Holidays::default();
            let working_millis = |from, to| working_millis(from, to, &holidays);
            let (one, other, all) = (working_millis(from, middle), working_millis(middle, to), working_millis(from, to));
            prop_assert_eq!(one + other, all);
            prop_assert!((0..=to - from).contains(&all));
            // Of any seven days at most five count; in no week are two of the fixed holidays.
            let of_week = working_millis(from, from + 7 * 24 * HOUR);
            prop_assert!((4 * 24 * HOUR..=5 * 24 * HOUR).contains(&of_week), "{}", of_week);
        }
    }
}
