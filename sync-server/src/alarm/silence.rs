//! How long an office has been silent, as far as it could have been heard. Pure.

use office_model::calendar::{Holidays, wib_date, wib_midnight};

/// A hub that did not look for so long was off.
const GAP_MILLIS: i64 = 15 * 60_000;
/// Silence of more days is long enough for anything.
const DAYS_MAX: i64 = 400;
const DAY_MILLIS: i64 = 24 * 3_600_000;

/// So many times of listening are remembered: a hub that is switched off every night has one a day.
const SPANS_MAX: usize = 400;

/// When the hub listened: from, and until it looked last, in milliseconds since 1970 UTC. Ascending, with breaks between them;
/// the last one goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "KeptWatch")]
pub(crate) struct Watch {
    spans: Vec<(i64, i64)>,
}

/// As it is kept; programs up to November 2026 kept the last span alone.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct KeptWatch {
    spans: Vec<(i64, i64)>,
    since_millis: Option<i64>,
    until_millis: Option<i64>,
}

impl From<KeptWatch> for Watch {
    fn from(kept: KeptWatch) -> Self {
        let KeptWatch { mut spans, since_millis, until_millis } = kept;
        spans.extend(since_millis.zip(until_millis));
        Self { spans }
    }
}

impl Watch {
    /// Goes on from what was kept: with the last span, or with a new one where the hub was off meanwhile. What is later than
    /// now, from before the clock was set back, is of nobody knows when.
    pub(crate) fn looked(kept: Option<Self>, now_millis: i64) -> Self {
        let mut spans = kept.unwrap_or_default().spans;
        spans.retain(|(from, until)| from <= until && *until <= now_millis);
        match spans.last_mut() {
            Some((_, until)) if now_millis - *until <= GAP_MILLIS => *until = now_millis,
            _ => spans.push((now_millis, now_millis)),
        }
        let too_many = spans.len().saturating_sub(SPANS_MAX);
        spans.drain(..too_many);
        Self { spans }
    }

    /// Whether the hub, which listened before, was off for most of the time between two moments.
    pub(crate) fn was_off(&self, from: i64, until: i64) -> bool {
        let was_there = self.spans.first().is_some_and(|(first, _)| *first < from);
        let listened: i64 =
            self.spans.iter().map(|(start, end)| (*end).min(until) - (*start).max(from)).map(|time| time.max(0)).sum();
        was_there && listened < until.saturating_sub(from) / 2
    }

    /// Working time since then in which the hub listened, in milliseconds.
    pub(crate) fn listened_millis(&self, since_millis: i64, holidays: &Holidays) -> i64 {
        let spans = self.spans.iter().filter(|(_, until)| *until > since_millis);
        spans.map(|(from, until)| working_millis(since_millis.max(*from), *until, holidays)).sum()
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
    fn a_hub_that_listened_before_and_not_in_the_night_was_off() {
        let watch = |spans: &[(i64, i64)]| Watch { spans: spans.to_vec() };
        assert!(watch(&[(0, 90), (240, 300)]).was_off(100, 200));
        assert!(watch(&[(0, 130)]).was_off(100, 200), "for most of it");
        for spans in [&[(0, 160)][..], &[(0, 120), (150, 200)], &[(150, 300)], &[]] {
            assert!(!watch(spans).was_off(100, 200), "{spans:?}");
        }
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
    fn a_hub_that_is_off_at_night_adds_up_what_it_listened() {
        let holidays = Holidays::default();
        // Looks every minute from 07:00 to 17:00 on working days; off otherwise. 2026-11-23 is a Monday.
        let mut watch = None;
        for day in 23..=27 {
            for minute in 0..=600 {
                watch = Some(Watch::looked(watch, at(2026, 11, day, 7) + minute * 60_000));
            }
        }
        let watch = watch.unwrap();
        assert_eq!(watch.spans.len(), 5);
        assert_eq!(watch.listened_millis(at(2026, 11, 23, 0), &holidays), 50 * HOUR);
        assert_eq!(watch.listened_millis(at(2026, 11, 24, 12), &holidays), 35 * HOUR, "since the middle of a day");
        assert_eq!(watch.listened_millis(at(2026, 11, 25, 20), &holidays), 20 * HOUR, "since a time when it was off");
        assert_eq!(watch.listened_millis(at(2026, 11, 28, 0), &holidays), 0);
        let back = Watch::looked(Some(watch.clone()), at(2026, 11, 24, 18));
        assert_eq!(back.listened_millis(0, &holidays), 20 * HOUR, "the clock was set back");
        let on = Watch::looked(Some(watch.clone()), at(2026, 11, 27, 17) + GAP_MILLIS);
        assert_eq!(on.spans.len(), 5, "it looked again soon");
        let mut many = watch;
        for turn in 0..1000 {
            many = Watch::looked(Some(many), at(2026, 11, 30, 0) + turn * 2 * GAP_MILLIS);
        }
        assert_eq!(many.spans.len(), SPANS_MAX);
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
