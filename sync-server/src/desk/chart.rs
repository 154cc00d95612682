//! Charts over time as SVG, with their figures as a table beside them.

use std::fmt::Write as _;

use chrono::NaiveDate;
use office_model::calendar::short_date;
use replica_store::CallDay;

/// Size of a chart, in the picture's units.
const WIDTH: usize = 600;
const HEIGHT: usize = 120;

/// A figure a day.
pub(super) struct Chart {
    /// The picture: markup of our own, no texts of others.
    pub(super) svg: String,
    /// The day as people read it, and its figure: the latest first.
    pub(super) figures: Vec<(String, u64)>,
    /// The highest figure, at the top edge.
    pub(super) top: u64,
    pub(super) first: String,
    pub(super) last: String,
}

/// Bars, a day each.
pub(super) fn bars(days: &[(NaiveDate, u64)]) -> Chart {
    columns(days.iter().map(|(day, count)| (short_date(*day), *count)).collect())
}

/// Bars, each with what it is called: the oldest first.
pub(super) fn columns(mut figures: Vec<(String, u64)>) -> Chart {
    let top = figures.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let step = (WIDTH / figures.len().max(1)).max(1);
    let width = if figures.len() > WIDTH { figures.len() } else { WIDTH };
    let gap = if step > 8 { 3 } else { usize::from(step > 2) };
    let mut path = String::new();
    for (index, (_, count)) in figures.iter().enumerate() {
        let height = scaled(*count, top, HEIGHT);
        // Writing to a string cannot fail.
        let _ = write!(path, "M{} {HEIGHT}v-{height}h{}v{height}z", index * step, step - gap);
    }
    let svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"{path}\"/></svg>"
    );
    let name = |one: Option<&(String, u64)>| one.map(|(name, _)| name.clone()).unwrap_or_default();
    let (first, last) = (name(figures.first()), name(figures.last()));
    figures.reverse();
    Chart { svg, figures, top, first, last }
}

/// One bar beside a line of a table, as long as its part of the longest.
pub(super) fn bar(count: u64, top: u64) -> String {
    let length = scaled(count, top, 100);
    format!(
        "<svg class=\"share\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"M0 0h{length}v10h-{length}z\"/></svg>"
    )
}

/// At least one unit for what is not nothing.
fn scaled(count: u64, top: u64, height: usize) -> usize {
    if count == 0 || top == 0 {
        return 0;
    }
    let part = u128::from(count) * height as u128 / u128::from(top);
    usize::try_from(part).unwrap_or(height).clamp(1, height)
}

/// How many hours of each day a machine was heard, `count` days up to `today`: a strip of bars.
pub(super) fn strip(days: &[CallDay], today: i64, count: i64) -> String {
    let mut path = String::new();
    for index in 0..count {
        let day = today - count + 1 + index;
        let hours = days.iter().filter(|one| one.day == day).fold(0, |hours, one| hours | one.hours).count_ones();
        if hours > 0 {
            let height = 2 + hours / 2;
            let _ = write!(path, "M{} 14v-{height}h4v{height}z", index * 5);
        }
    }
    let width = count * 5;
    format!(
        "<svg class=\"strip\" viewBox=\"0 0 {width} 14\" width=\"{width}\" height=\"14\" aria-hidden=\"true\"><path class=\"ground\" d=\"M0 13.5h{width}\"/><path d=\"{path}\"/></svg>"
    )
}

/// The hours of one day: filled where a machine was heard.
pub(super) fn hours(heard: u32) -> String {
    let mut path = String::new();
    for hour in (0..24).filter(|hour| heard & (1 << hour) != 0) {
        let _ = write!(path, "M{} 1h8v10h-8z", hour * 10 + 1);
    }
    format!(
        "<svg class=\"hours\" viewBox=\"0 0 240 12\" aria-hidden=\"true\"><path class=\"ground\" d=\"M0 11.5h240\"/><path d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_figures() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let chart = bars(&[(day(1), 0), (day(2), 50), (day(3), 100), (day(4), 1)]);
        assert_eq!((chart.top, chart.first.as_str(), chart.last.as_str()), (100, "01-11-2026", "04-11-2026"));
        assert!(
            chart.svg.contains("v-60h") && chart.svg.contains("v-120h") && chart.svg.contains("v-1h"),
            "{}",
            chart.svg
        );
        assert_eq!(chart.figures[0], ("04-11-2026".to_owned(), 1));
        assert_eq!(bars(&[]).top, 0);
        assert_eq!(scaled(u64::MAX, u64::MAX, HEIGHT), HEIGHT);
    }

    #[test]
    fn a_strip_has_a_bar_for_each_day_that_was_heard() {
        let heard = |day, hours| CallDay { day, hours, ..CallDay::default() };
        let strip = strip(&[heard(9, 0b11), heard(10, 0xff_ffff), heard(3, 1)], 10, 5);
        assert_eq!(strip.matches("M15 14v-3").count() + strip.matches("M20 14v-14").count(), 2, "{strip}");
        assert_eq!(strip.matches("h4").count(), 2, "the day before is not in it: {strip}");
        assert_eq!(hours(0b101).matches("h8").count(), 2);
    }
}
