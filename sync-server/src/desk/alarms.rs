//! The page of alarms: what is wrong, what was, and what word of it did not arrive.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use desk_kit::{Language, moments};
use office_model::{Office, Roster};
use replica_store::{Alarm, Delivery};

use super::page::{Answer, Fault, Page, html};
use super::texts::Worded as _;
use super::visitor::Visitor;
use crate::alarm::{Incident, detail};
use crate::serve::Hub;
use crate::{Failure, clock, init};

/// Alarms that are over, and deliveries, that are shown at most.
const PAST: usize = 100;

#[derive(Template)]
#[template(path = "alarms.html")]
struct AlarmsPage {
    page: Page,
    open: Vec<Line>,
    past: Vec<Line>,
    /// Ways on which word goes; empty: none is set.
    channels: Vec<&'static str>,
    undelivered: Vec<Undelivered>,
}

/// One alarm.
struct Line {
    title: String,
    advice: String,
    detail: String,
    /// Code and name of its office; empty for the hub itself.
    code: String,
    name: String,
    began: String,
    ended: String,
}

/// Word that did not arrive.
struct Undelivered {
    channel: &'static str,
    event: String,
    made: String,
    tries: u64,
    /// Empty: given up.
    next: String,
    error: String,
}

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>) -> Answer {
    let (language, now) = (visitor.session.language, clock::now_millis());
    let read = hub.readers.with(|reader| {
        let alarms = (reader.open_alarms()?, reader.past_alarms(PAST)?);
        Ok::<_, Failure>((alarms, reader.undelivered(PAST)?, init::roster(reader)?))
    });
    let ((open, past), undelivered, roster) = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    let lines = |alarms: Vec<Alarm>| alarms.into_iter().map(|alarm| line(alarm, &roster, language, now)).collect();
    let channels = hub.bell.channels.set().into_iter().map(|channel| way(channel.as_str(), language));
    html(&AlarmsPage {
        page: Page::of(&visitor.session, "alarms", language.texts().alarms),
        open: lines(open),
        past: lines(past),
        channels: channels.collect(),
        undelivered: undelivered.into_iter().map(|one| not_there(one, language, now)).collect(),
    })
}

fn line(alarm: Alarm, roster: &Roster, language: Language, now: i64) -> Line {
    let incident = Incident::kept(&alarm);
    // One that a newer program kept is shown by its word.
    let say = |text| language.say(&text).to_owned();
    let (title, advice, detail) = incident.map(|incident| incident.kind).map_or_else(
        || (alarm.kind.clone(), String::new(), alarm.detail.clone()),
        |kind| (say(kind.title()), say(kind.advice()), say(detail::said(kind, &alarm.detail))),
    );
    let office = incident.and_then(|incident| roster.get(incident.office?));
    Line {
        title,
        advice,
        detail,
        code: alarm.subject,
        name: office.map(Office::full_name).unwrap_or_default(),
        began: moments::short(alarm.began_millis, now),
        ended: alarm.ended_millis.map(|at| moments::short(at, now)).unwrap_or_default(),
    }
}

fn not_there(delivery: Delivery, language: Language, now: i64) -> Undelivered {
    Undelivered {
        channel: way(&delivery.channel, language),
        event: delivery.event,
        made: moments::short(delivery.made_millis, now),
        tries: delivery.tries,
        next: delivery.due_millis.map(|at| moments::short(at, now)).unwrap_or_default(),
        error: delivery.error.unwrap_or_default(),
    }
}

fn way(word: &str, language: Language) -> &'static str {
    if word == "mail" { language.pick("surel", "e-mail") } else { "webhook" }
}
