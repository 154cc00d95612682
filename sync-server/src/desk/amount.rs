//! Bytes, times and offsets of clocks in few characters, with units that people here read. Pure.

use desk_kit::Language;

/// A count of bytes.
pub(super) fn bytes(count: u64, language: Language) -> String {
    match count {
        0..1000 => format!("{count} B"),
        1000..1_000_000 => format!("{} KB", tenths(count / 100, language)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(count / 100_000, language)),
        _ => format!("{} GB", tenths(count / 100_000_000, language)),
    }
}

/// A time that something took.
pub(super) fn duration(millis: u64, language: Language) -> String {
    let [seconds, minutes, hours, _] = units(language);
    match millis {
        0..60_000 => format!("{} {seconds}", tenths(millis / 100, language)),
        60_000..3_600_000 => format!("{} {minutes} {} {seconds}", millis / 60_000, millis % 60_000 / 1000),
        _ => format!("{} {hours} {} {minutes}", millis / 3_600_000, millis % 3_600_000 / 60_000),
    }
}

/// By how much a clock is wrong, ahead with a plus. `offset`: hub clock minus its clock, in milliseconds.
pub(super) fn clock_offset(offset: i64, language: Language) -> String {
    let [in_seconds, in_minutes, in_hours, in_days] = units(language);
    let ahead = offset.saturating_neg();
    let sign = if ahead < 0 { '−' } else { '+' };
    match ahead.unsigned_abs() / 1000 {
        0..=1 => format!("0 {in_seconds}"),
        seconds @ 2..120 => format!("{sign}{seconds} {in_seconds}"),
        seconds @ 120..7200 => format!("{sign}{} {in_minutes}", seconds / 60),
        seconds @ 7200..172_800 => format!("{sign}{} {in_hours}", seconds / 3600),
        seconds => format!("{sign}{} {in_days}", seconds / 86_400),
    }
}

/// What seconds, minutes, hours and days are called.
fn units(language: Language) -> [&'static str; 4] {
    language.pick(["detik", "menit", "jam", "hari"], ["s", "min", "h", "d"])
}

/// Tenths as a figure with one decimal.
fn tenths(count: u64, language: Language) -> String {
    format!("{}{}{}", count / 10, language.pick(',', '.'), count % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3_600_000;

    #[test]
    fn amounts_are_told_in_the_unit_that_fits_and_in_the_readers_words() {
        let both = |said: fn(Language) -> [String; 4]| [said(Language::Indonesian), said(Language::English)];
        assert_eq!(
            both(|language| [0, 999, 1500, 12_345_678].map(|count| bytes(count, language))),
            [["0 B", "999 B", "1,5 KB", "12,3 MB"], ["0 B", "999 B", "1.5 KB", "12.3 MB"]]
        );
        assert_eq!(bytes(2_100_000_000, Language::English), "2.1 GB");
        assert_eq!(
            both(|language| [40, 1234, 61_000, 7_260_000].map(|millis| duration(millis, language))),
            [
                ["0,0 detik", "1,2 detik", "1 menit 1 detik", "2 jam 1 menit"],
                ["0.0 s", "1.2 s", "1 min 1 s", "2 h 1 min"]
            ]
        );
        assert_eq!(
            both(|language| [-1500, -30_000, 600_000, -3 * 3_600_000].map(|offset| clock_offset(offset, language))),
            [["0 detik", "+30 detik", "−10 menit", "+3 jam"], ["0 s", "+30 s", "−10 min", "+3 h"]]
        );
        assert_eq!(clock_offset(3 * DAY, Language::Indonesian), "−3 hari");
    }
}
