//! How many records, by service, sector, sub-district, office and status, over days and months: drawn, and as figures.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use chrono::{Days, NaiveDate};
use desk_kit::Language;
use office_model::Roster;
use office_model::calendar::{short_date, wib_date};
use replica_store::{Reader, Tallies};

use super::filter::{self, Asked, Choices};
use super::texts::{EN, ID, Texts, Worded as _};
use crate::desk::chart::{self, Chart};
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::visitor::Visitor;
use crate::desk::{fresh, shown};
use crate::operators::HubRole;
use crate::serve::Hub;
use crate::statistics::{self, By};
use crate::{Failure, clock, init};

/// Days that are shown when nothing is said, today included.
const DAYS: u64 = 30;
/// With more days a chart has a bar for each month.
const DAYS_DRAWN: i64 = 92;
/// More cannot be drawn: a chart over a century.
const YEARS: u64 = 20 * 366;

#[derive(Template)]
#[template(path = "find/statistics.html")]
struct StatisticsPage {
    page: Page,
    f: &'static Texts,
    from: String,
    to: String,
    /// What is wrong with the question, or was done otherwise.
    said: Vec<String>,
    /// It was not counted.
    is_refused: bool,
    by: Choices,
    by_label: &'static str,
    per: Choices,
    is_monthly: bool,
    services: Choices,
    districts: Choices,
    offices: Choices,
    total: String,
    lines: Vec<Line>,
    time: Chart,
}

/// One line of the table.
struct Line {
    label: String,
    count: String,
    /// Of a hundred.
    part: String,
    /// Markup of our own.
    bar: String,
}

pub(super) async fn page(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    let word = |name: &str| words.get(name).map_or("", String::as_str);
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let mut asked = Asked::of(word).known_to(&regency);
    let by = By::of(word("menurut"));
    if by.is_none() && !word("menurut").is_empty() {
        asked.wrong.push(filter::unreadable(word("menurut"), (ID.by_what, EN.by_what)));
    }
    let by = by.unwrap_or(By::Service);
    if !["", "hari", "bulan"].contains(&word("per")) {
        asked.wrong.push(filter::unreadable(word("per"), (ID.per, EN.per)));
    }
    let is_refused = !asked.wrong.is_empty();
    let language = visitor.session.language;
    let f = language.texts();
    let today = wib_date(clock::now_millis()).unwrap_or_default();
    let Period { from, to, is_cut } = period(&asked, today);
    let mut said: Vec<String> = asked.wrong.iter().map(|one| language.say(one).to_owned()).collect();
    if is_cut && !is_refused {
        said.push(format!("{} {} – {}.", f.cut_period, short_date(from), short_date(to)));
    }
    let is_monthly = match word("per") {
        "bulan" => true,
        "hari" => (to - from).num_days() > 4 * DAYS_DRAWN,
        _ => (to - from).num_days() > DAYS_DRAWN,
    };
    let counted = Asked { from: Some(from), to: Some(to), words: String::new(), ..asked.clone() };
    let (tallies, roster) = read(&hub, &counted).await.map_err(Fault::from)?;
    let sums = statistics::lines(&tallies.kinds, by);
    let total = sums.iter().map(|(_, count)| count).sum();
    let over_time = statistics::over_time(&tallies.days, (from, to), is_monthly);
    html(&StatisticsPage {
        page: Page::of(&visitor.session, "statistics", f.statistics),
        f,
        from: from.to_string(),
        to: to.to_string(),
        said,
        is_refused,
        by: By::ALL.into_iter().map(|one| (one.as_str().to_owned(), by_label(f, one).to_owned(), one == by)).collect(),
        by_label: by_label(f, by),
        per: vec![
            ("hari".to_owned(), f.per_day.to_owned(), !is_monthly),
            ("bulan".to_owned(), f.per_month.to_owned(), is_monthly),
        ],
        is_monthly,
        services: filter::services(&asked, language),
        districts: filter::districts(&asked, &regency),
        offices: filter::offices(&asked, &regency),
        total: shown::figure(total, language),
        lines: lines(&sums, total, by, &roster, language),
        time: chart::columns(over_time.into_iter().map(|(day, count)| (name(day, is_monthly), count)).collect()),
    })
}

/// What is counted.
#[derive(Debug, PartialEq, Eq)]
struct Period {
    from: NaiveDate,
    to: NaiveDate,
    /// More was asked for than can be drawn.
    is_cut: bool,
}

/// From which to which day. Of what is too long, the last years in which there can be anything.
fn period(asked: &Asked, today: NaiveDate) -> Period {
    let before = |day: NaiveDate, days| day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
    let to = asked.to.unwrap_or_else(|| asked.from.map_or(today, |from| from.max(today)));
    let from = asked.from.unwrap_or_else(|| before(to, DAYS - 1)).min(to);
    if from >= before(to, YEARS) {
        return Period { from, to, is_cut: false };
    }
    let to = if from < today { to.min(today) } else { to };
    Period { from: from.max(before(to, YEARS)), to, is_cut: true }
}

/// Counts tell nobody's name: they are the same for every role.
async fn read(hub: &Hub, counted: &Asked) -> Result<(Tallies, Roster), Failure> {
    let filter = counted.filter(HubRole::Operator);
    hub.readers
        .with(move |reader: &Reader| {
            let tallies = filter.map(|filter| reader.tally(&filter)).transpose()?.unwrap_or_default();
            Ok((tallies, init::roster(reader)?))
        })
        .await?
}

fn lines(sums: &[(String, u64)], total: u64, by: By, roster: &Roster, language: Language) -> Vec<Line> {
    let top = sums.first().map_or(0, |(_, count)| *count);
    let line = |(key, count): &(String, u64)| {
        let label = statistics::label(by, key, roster).map(|label| language.say(&label).to_owned());
        let others = || if key.is_empty() { language.texts().others.to_owned() } else { key.clone() };
        // To the nearest tenth.
        let tenths = count.saturating_mul(1000).saturating_add(total / 2).checked_div(total).unwrap_or_default();
        Line {
            label: label.unwrap_or_else(others),
            count: shown::figure(*count, language),
            part: format!("{}{}{} %", tenths / 10, language.pick(',', '.'), tenths % 10),
            bar: chart::bar(*count, top),
        }
    };
    sums.iter().map(line).collect()
}

const fn by_label(f: &'static Texts, by: By) -> &'static str {
    match by {
        By::Service => f.by_service,
        By::Sector => f.by_sector,
        By::District => f.by_district,
        By::Office => f.by_office,
        By::Status => f.by_status,
    }
}

/// A day, or the month that begins with it.
fn name(day: NaiveDate, is_monthly: bool) -> String {
    if is_monthly { day.format("%m-%Y").to_string() } else { short_date(day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_is_too_long_is_cut_to_where_records_can_be_and_says_so() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-27");
        let of = |from: Option<&str>, to: Option<&str>| {
            period(&Asked { from: from.map(day), to: to.map(day), ..Asked::default() }, today)
        };
        let whole = |from: &str, to: &str| Period { from: day(from), to: day(to), is_cut: false };
        assert_eq!(of(None, None), whole("2026-10-29", "2026-11-27"));
        assert_eq!(of(Some("2026-01-01"), Some("2026-01-31")), whole("2026-01-01", "2026-01-31"));
        assert_eq!(of(Some("2027-01-01"), None), whole("2027-01-01", "2027-01-01"), "clocks may be ahead");
        let all = of(Some("0001-01-01"), Some("9999-12-31"));
        assert_eq!((all.to, all.is_cut), (today, true));
        assert!(all.from > day("2006-01-01") && all.from < day("2007-01-01"), "{all:?}");
        // The first day that there is.
        let first = period(&Asked { to: Some(NaiveDate::MIN), ..Asked::default() }, today);
        assert_eq!((first.from, first.to), (NaiveDate::MIN, NaiveDate::MIN));
    }
}
