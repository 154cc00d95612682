//! The list of nights, the latest first.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use chrono::NaiveDate;
use desk_kit::{Language, moments};
use office_model::calendar::short_date;

use super::page::{Answer, Fault, Page, html};
use super::shown;
use super::texts::Worded as _;
use super::visitor::Visitor;
use crate::clock;
use crate::night::report::{Brief, behind_count};
use crate::night::{kept, words};
use crate::serve::Hub;

/// Nights of the page: two months. Older ones have their addresses.
const NIGHTS: usize = 62;

#[derive(Template)]
#[template(path = "nights.html")]
struct NightsPage {
    page: Page,
    nights: Vec<Line>,
}

/// A night. Empty: not told by a report of that version.
struct Line {
    address: String,
    date: String,
    proven: String,
    behind: u64,
    made_day: String,
    overdue: String,
    needing: String,
    is_sound: bool,
    is_damaged: bool,
    backup: String,
    is_backup_bad: bool,
}

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>) -> Answer {
    let (language, now) = (visitor.session.language, clock::now_millis());
    let read = hub.readers.with(|reader| {
        let dates: Vec<NaiveDate> = kept::dates(reader)?.into_iter().take(NIGHTS).collect();
        dates.into_iter().filter_map(|date| kept::brief(reader, date).transpose()).collect::<Result<Vec<_>, _>>()
    });
    let briefs = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    let nights = briefs.iter().map(|brief| line(brief, language, now)).collect();
    html(&NightsPage { page: Page::of(&visitor.session, "nights", language.texts().night_reports), nights })
}

fn line(brief: &Brief, language: Language, now_millis: i64) -> Line {
    let total = |state: &str| brief.totals.get(state).copied().unwrap_or_default();
    let figure = |count: Option<u64>| count.map(|count| shown::figure(count, language)).unwrap_or_default();
    let backup = brief.backup.as_ref();
    let made = backup.filter(|backup| backup.verified).and_then(|backup| backup.made_millis);
    Line {
        address: format!("/malam/{}", brief.date),
        date: short_date(brief.date),
        proven: shown::figure(total("proven"), language),
        behind: behind_count(&brief.totals),
        made_day: figure(brief.work.map(|work| work.made_day)),
        overdue: figure(brief.needs.as_ref().map(|needs| needs.overdue)),
        needing: figure(brief.needs.as_ref().map(|needs| needs.documents)),
        is_sound: brief.check.is_some_and(|check| check.sound),
        is_damaged: brief.check.is_some_and(|check| !check.sound),
        backup: match (made, backup) {
            (Some(at), _) => moments::short(at, now_millis),
            (None, Some(backup)) => words::backup(&backup.state, language),
            (None, None) => String::new(),
        },
        is_backup_bad: backup.is_some_and(|backup| backup.state == "failed"),
    }
}
