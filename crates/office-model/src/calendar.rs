//! Dates and times as offices write and read them.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Timelike};

use crate::fault::{Fault, FaultCode};

pub use crate::working_day::Holidays;

const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const ROMAN: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
const YEARS: std::ops::RangeInclusive<i32> = 1850..=2200;
/// Seconds that WIB is ahead of UTC, all year round.
pub const WIB_SECONDS: i32 = 7 * 3600;

/// Reads `2025-07-12` (the stored form), `12-07-2025`, `12/07/2025`, `12.07.2025`, `12 Juli 2025` or `12072025`.
///
/// # Errors
///
/// When it is none of these, no such day exists, or the year is not in 1850 to 2200.
pub fn parse_date(text: &str) -> Result<NaiveDate, Fault> {
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let date = match parts.as_slice() {
        [year, month, day] if year.len() == 4 && text.trim().len() == 10 && text.contains('-') => {
            (number(year), number(month), number(day))
        }
        [day, month, year] if year.len() == 4 && day.len() <= 2 => (number(year), month_number(month), number(day)),
        // Read as a day, a year that comes first gives no year that is taken below.
        [digits] if digits.len() == 8 && digits.bytes().all(|sign| sign.is_ascii_digit()) => {
            let part = |range: std::ops::Range<usize>| digits.get(range).and_then(number);
            (part(4..8), part(2..4), part(0..2))
        }
        _ => (None, None, None),
    };
    let found = match date {
        (Some(year), Some(month), Some(day)) => {
            i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        }
        _ => None,
    };
    let date = found.ok_or_else(|| {
        Fault::new(
            FaultCode::DateForm,
            "Tanggal tidak dikenal; tulis hari-bulan-tahun, misalnya 12-07-2025, atau 2025-07-12.",
            "This is not a date; write day-month-year such as 12-07-2025, or 2025-07-12.",
        )
    })?;
    if !YEARS.contains(&date.year()) {
        return Err(Fault::new(
            FaultCode::DateRange,
            "Tahun harus antara 1850 dan 2200.",
            "The year must be between 1850 and 2200.",
        ));
    }
    Ok(date)
}

/// Reads `HH:MM` or `HH.MM`, 24 hours.
///
/// # Errors
///
/// When it is neither or no such time exists.
pub fn parse_time(text: &str) -> Result<NaiveTime, Fault> {
    let parts = text.trim().split_once([':', '.']);
    let time = parts.filter(|(hour, minute)| matches!(hour.len(), 1 | 2) && minute.len() == 2);
    time.and_then(|(hour, minute)| NaiveTime::from_hms_opt(number(hour)?, number(minute)?, 0)).ok_or_else(|| {
        Fault::new(
            FaultCode::TimeForm,
            "Jam tidak dikenal; tulis jam:menit, misalnya 14:30.",
            "This is not a time; write hour:minute such as 14:30.",
        )
    })
}

/// The stored form of a date, `2025-07-12`.
pub fn iso_date(date: NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// The stored form of a time, `14:30`.
pub fn iso_time(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// `12-07-2025`, for lists and forms.
pub fn short_date(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}

/// `12 Juli 2025`, for letters.
pub fn long_date(date: NaiveDate) -> String {
    let month = usize::try_from(date.month0()).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
    format!("{} {month} {}", date.day(), date.year())
}

/// The month as letter numbers write it, `VII`.
pub fn roman_month(date: NaiveDate) -> &'static str {
    usize::try_from(date.month0()).ok().and_then(|month| ROMAN.get(month)).copied().unwrap_or_default()
}

/// The day it is in Banyuwangi (WIB, UTC+7) at a time given in milliseconds since 1970 UTC. Letter numbers begin anew
/// with its year. Times that no calendar knows give nothing.
pub fn wib_date(unix_millis: i64) -> Option<NaiveDate> {
    let wib = FixedOffset::east_opt(WIB_SECONDS)?;
    Some(DateTime::from_timestamp_millis(unix_millis)?.with_timezone(&wib).date_naive())
}

/// When a day begins in Banyuwangi (WIB), in milliseconds since 1970 UTC. It ends where the next one begins.
pub fn wib_midnight(date: NaiveDate) -> i64 {
    (date.and_time(NaiveTime::MIN).and_utc().timestamp() - i64::from(WIB_SECONDS)) * 1000
}

/// Whole years of age on a day; nothing when the day is before the birth.
pub fn age_on(born: NaiveDate, day: NaiveDate) -> Option<u32> {
    day.years_since(born)
}

fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn month_number(text: &str) -> Option<u32> {
    if let Some(month) = number(text).filter(|_| text.len() <= 2) {
        return Some(month);
    }
    let position = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(text))?;
    u32::try_from(position + 1).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn dates_are_read_in_every_usual_form() {
        for text in
            ["2025-07-12", "12-07-2025", "12/7/2025", "12.07.2025", "12 Juli 2025", " 12  juli 2025 ", "12072025"]
        {
            assert_eq!(parse_date(text).unwrap(), day(2025, 7, 12), "{text}");
        }
        for text in [
            "",
            "12-07-25",
            "2025-02-30",
            "31-04-2025",
            "2025/13/01",
            "07-2025",
            "12 July 2025",
            "12-07-2025-1",
            "+2-07-2025",
            "2025-07-12T00:00",
            "20250712",
            "31022025",
            "1207202",
            "+2072025",
        ] {
            assert_eq!(parse_date(text).unwrap_err().code, FaultCode::DateForm, "{text}");
        }
        assert_eq!(parse_date("1849-12-31").unwrap_err().code, FaultCode::DateRange);
        assert_eq!(parse_date("20101112").unwrap_err().code, FaultCode::DateRange, "a year that comes first");
    }

    #[test]
    fn times_are_read() {
        for (text, wanted) in [("14:30", "14:30"), ("7.05", "07:05"), ("00:00", "00:00")] {
            assert_eq!(iso_time(parse_time(text).unwrap()), wanted);
        }
        for text in ["", "24:00", "14:60", "14", "14:3", "-1:30", "14:30:00", "jam 2"] {
            assert_eq!(parse_time(text).unwrap_err().code, FaultCode::TimeForm, "{text}");
        }
    }

    #[test]
    fn the_year_turns_at_midnight_in_java() {
        // 31 December 2025, 17:00 UTC.
        let turn = 1_767_200_400_000;
        assert_eq!(wib_date(turn - 1), Some(day(2025, 12, 31)));
        assert_eq!(wib_date(turn), Some(day(2026, 1, 1)));
        assert_eq!(wib_date(i64::MAX), None);
        assert_eq!(wib_midnight(day(2026, 1, 1)), turn);
    }

    #[test]
    fn dates_are_shown_in_indonesian() {
        let date = day(2025, 8, 3);
        assert_eq!((short_date(date).as_str(), long_date(date).as_str()), ("03-08-2025", "3 Agustus 2025"));
        assert_eq!((iso_date(date).as_str(), roman_month(date)), ("2025-08-03", "VIII"));
    }

    #[test]
    fn age_counts_whole_years() {
        assert_eq!(age_on(day(2000, 2, 29), day(2019, 2, 28)), Some(18));
        assert_eq!(age_on(day(2000, 2, 29), day(2019, 3, 1)), Some(19));
        assert_eq!(age_on(day(2020, 1, 1), day(2019, 1, 1)), None);
    }

    proptest! {
        #[test]
        fn every_shown_date_is_read_as_itself(days in 0_u64..100_000) {
            let date = day(1850, 1, 1) + chrono::Days::new(days);
            for text in [iso_date(date), short_date(date), long_date(date)] {
                prop_assert_eq!(parse_date(&text).unwrap(), date);
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,30}") {
            drop((parse_date(&text), parse_time(&text)));
        }
    }
}
