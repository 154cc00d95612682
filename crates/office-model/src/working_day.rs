//! Working days: what promised times are counted in.
//!
//! Saturday and Sunday are none, at every office. Of public holidays those are known that stand on the same date each
//! year (1 January, 1 May, 1 June, 17 August, 25 December). The others move with the moon or are decreed year by year
//! (SKB 3 Menteri, collective leave included), so whoever runs the hub writes them down.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, Weekday};

use crate::calendar::parse_date;
use crate::fault::Fault;

/// Month and day of the public holidays that never move.
const FIXED: [(u32, u32); 5] = [(1, 1), (5, 1), (6, 1), (8, 17), (12, 25)];
/// More days than that nobody promises; it bounds what a wrong figure costs.
const DAYS_MAX: u32 = 3660;

/// The public holidays that are known: the fixed ones, and those that somebody wrote down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays(BTreeSet<NaiveDate>);

impl Holidays {
    /// Reads dates with commas between them, each in a form that [`parse_date`] reads. Empty text: none but the fixed.
    ///
    /// # Errors
    ///
    /// For the first that is no date.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let dates = text.split(',').map(str::trim).filter(|date| !date.is_empty());
        dates.map(parse_date).collect::<Result<_, _>>().map(Self)
    }

    /// Whether offices work on a day.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            && !FIXED.contains(&(day.month(), day.day()))
            && !self.0.contains(&day)
    }

    /// The day itself when it is a working day, else the next one that is.
    pub fn working_day_from(&self, day: NaiveDate) -> NaiveDate {
        day.iter_days().take(DAYS_MAX as usize).find(|day| self.is_working_day(*day)).unwrap_or(day)
    }

    /// The working day that is so many after a day, which does not count itself. None after: as [`Self::working_day_from`].
    pub fn add_working_days(&self, day: NaiveDate, count: u32) -> NaiveDate {
        let Some(last) = count.min(DAYS_MAX).checked_sub(1) else { return self.working_day_from(day) };
        let mut after = day.iter_days().skip(1).filter(|day| self.is_working_day(*day));
        // The calendar of the library ends 260,000 years from now.
        after.nth(last as usize).unwrap_or(NaiveDate::MAX)
    }

    /// How many working days lie after a day, up to and including another one; 0 when that one is not later.
    pub fn working_days_between(&self, after: NaiveDate, up_to: NaiveDate) -> u32 {
        let days = after.iter_days().skip(1).take_while(|day| *day <= up_to).filter(|day| self.is_working_day(*day));
        u32::try_from(days.count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn weekends_and_holidays_are_passed_over() {
        let none = Holidays::default();
        // 27 November 2026 is a Friday.
        assert!(
            none.is_working_day(day(11, 27)) && !none.is_working_day(day(11, 28)) && !none.is_working_day(day(8, 17))
        );
        assert_eq!(none.add_working_days(day(11, 27), 1), day(11, 30));
        assert_eq!(none.add_working_days(day(11, 28), 1), day(11, 30));
        assert_eq!(none.add_working_days(day(11, 28), 0), day(11, 30));
        assert_eq!(none.add_working_days(day(11, 27), 0), day(11, 27));
        assert_eq!(none.add_working_days(day(12, 24), 1), day(12, 28), "Christmas is a Friday");
        let decreed = Holidays::parse("2026-11-30, 1 Desember 2026,").unwrap();
        assert_eq!(decreed.add_working_days(day(11, 27), 2), day(12, 3));
        assert_eq!(decreed.working_days_between(day(11, 27), day(12, 3)), 2);
        assert_eq!(none.working_days_between(day(11, 30), day(11, 27)), 0);
        assert!(Holidays::parse("2026-11-30, soon").is_err());
    }

    proptest! {
        #[test]
        fn adding_and_counting_are_each_others_reverse(start in 0_u64..20_000, count in 1_u32..200, off in prop::collection::vec(0_u64..21_000, 0..20)) {
            let date = |days: u64| NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(days);
            let holidays = Holidays(off.into_iter().map(date).collect());
            let end = holidays.add_working_days(date(start), count);
            prop_assert!(holidays.is_working_day(end) && end > date(start));
            prop_assert_eq!(holidays.working_days_between(date(start), end), count);
        }
    }
}
