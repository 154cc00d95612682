//! Times as people here read them: WIB, which is seven hours ahead of UTC all year.

use chrono::{DateTime, FixedOffset, Utc};
use office_model::calendar;

fn wib(millis: i64) -> Option<DateTime<FixedOffset>> {
    Some(DateTime::<Utc>::from_timestamp_millis(millis)?.with_timezone(&FixedOffset::east_opt(calendar::WIB_SECONDS)?))
}

/// `21-02-2026 14:03`.
pub fn long(millis: i64) -> String {
    wib(millis).map_or_else(String::new, |time| time.format("%d-%m-%Y %H:%M").to_string())
}

/// `21-02-2026 14:03:07`.
pub fn exact(millis: i64) -> String {
    wib(millis).map_or_else(String::new, |time| time.format("%d-%m-%Y %H:%M:%S").to_string())
}

/// `21-02-2026`.
pub fn day(millis: i64) -> String {
    wib(millis).map_or_else(String::new, |time| time.format("%d-%m-%Y").to_string())
}

/// `14:03` on the day it is, else with the day.
pub fn short(millis: i64, now_millis: i64) -> String {
    if calendar::wib_date(millis) == calendar::wib_date(now_millis) {
        wib(millis).map_or_else(String::new, |time| time.format("%H:%M").to_string())
    } else {
        long(millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_midnight_in_wib() {
        let evening = 1_795_712_400_000; // 2026-11-26 17:00 UTC
        assert_eq!(long(evening), "27-11-2026 00:00");
        assert_eq!(exact(evening + 7_000), "27-11-2026 00:00:07");
        assert_eq!(short(evening, evening + 60_000), "00:00");
        assert_eq!(short(evening - 60_000, evening), "26-11-2026 23:59");
        assert_eq!(long(i64::MAX), "");
    }
}
