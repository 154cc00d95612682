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
use crate::alarm::{Incident, detail, undelivered};
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
    let ((open, past), waiting, roster) = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    let lines = |alarms: Vec<Alarm>| alarms.into_iter().map(|alarm| line(alarm, &roster, language, now)).collect();
    let channels = hub.bell.channels.set().into_iter().map(|channel| way(channel.as_str(), language));
    html(&AlarmsPage {
        page: Page::of(&visitor.session, "alarms", language.texts().alarms),
        open: lines(open),
        past: lines(past),
        channels: channels.collect(),
        undelivered: waiting.iter().map(|one| not_there(one, &waiting, &roster, language, now)).collect(),
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

fn not_there(one: &Delivery, all: &[Delivery], roster: &Roster, language: Language, now: i64) -> Undelivered {
    let event =
        undelivered::told(&one.event, roster).map_or_else(|| one.event.clone(), |said| language.say(&said).to_owned());
    let error = one.error.as_deref().map(|error| language.say(&undelivered::why(error)).to_owned());
    let waits =
        |other: &Delivery| other.channel == one.channel && other.index < one.index && other.due_millis.is_some();
    Undelivered {
        channel: way(&one.channel, language),
        event,
        made: moments::short(one.made_millis, now),
        tries: one.tries,
        next: match one.due_millis {
            None => String::new(),
            // Its time is past: the try is only waited for.
            Some(at) if at <= now && all.iter().any(waits) => language.texts().after_earlier.to_owned(),
            Some(at) if at <= now => language.texts().any_moment.to_owned(),
            Some(at) => moments::short(at, now),
        },
        error: error.unwrap_or_default(),
    }
}

fn way(word: &str, language: Language) -> &'static str {
    if word == "mail" { language.pick("surel", "e-mail") } else { "webhook" }
}
