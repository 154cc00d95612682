//! Everything that is published, and how far it has come.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use desk_kit::{Language, moments};
use office_handbook::Topic;
use office_model::{OfficeCode, OfficeKind, Roster, calendar};

use super::Said;
use crate::clock;
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::texts::{Texts, Worded as _};
use crate::desk::visitor::Visitor;
use crate::handbook::{CommonState, NoticeState, Overview};
use crate::serve::Hub;
use crate::{Failure, init};

#[derive(Template)]
#[template(path = "handbook.html")]
struct IndexPage {
    page: Page,
    published: bool,
    withdrawn: bool,
    may_publish: bool,
    notices: Vec<Notice>,
    common: Vec<Common>,
    /// Every office, for its profile: by sub-district, then those of the whole regency.
    groups: Vec<Group>,
}

/// Offices below one heading, each with its code and name.
struct Group {
    name: String,
    offices: Vec<(String, String)>,
}

struct Notice {
    number: u32,
    title: String,
    urgent: bool,
    /// Whether offices still show it.
    shown: bool,
    until: String,
    published: String,
    audience: String,
    reached: String,
}

struct Common {
    topic: String,
    name: &'static str,
    version: String,
    published: String,
    reached: String,
}

pub(in crate::desk) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Query(said): Query<Said>) -> Answer {
    let keys = hub.keys.clone();
    let read = hub.readers.with(move |reader| Ok::<_, Failure>((Overview::of(reader, &keys)?, init::roster(reader)?)));
    let (overview, roster) = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    let language = visitor.session.language;
    html(&IndexPage {
        published: said.is_published(),
        withdrawn: said.is_withdrawn(),
        may_publish: visitor.session.role.may_change(),
        notices: overview.notices.iter().map(|state| notice(state, &roster, language)).collect(),
        common: overview.common.iter().map(|state| common(state, language)).collect(),
        groups: groups(&roster, language.texts()),
        page: Page::of(&visitor.session, "handbook", language.texts().handbook),
    })
}

/// All offices of a roster: each sub-district with its villages and facilities, then what serves the whole regency, by kind.
fn groups(roster: &Roster, t: &Texts) -> Vec<Group> {
    let mut groups: BTreeMap<(u8, String), Vec<(String, String)>> = BTreeMap::new();
    for office in roster.iter() {
        let place = match (&office.district, office.kind) {
            (Some(district), _) => (0, format!("{} {}", t.district, district.name)),
            (None, OfficeKind::WorkingUnit) => (1, t.units.to_owned()),
            (None, OfficeKind::HealthFacility) => (2, t.facilities.to_owned()),
            (None, _) => (0, format!("{} {}", t.district, office.name)),
        };
        groups.entry(place).or_default().push((office.code.to_string(), office.full_name()));
    }
    groups.into_iter().map(|((_, name), offices)| Group { name, offices }).collect()
}

fn notice(state: &NoticeState, roster: &Roster, language: Language) -> Notice {
    let (t, now) = (language.texts(), clock::now_millis());
    let today = calendar::wib_date(now).unwrap_or_default();
    Notice {
        number: state.number.0,
        title: state.notice.title.clone(),
        urgent: state.notice.urgent,
        shown: state.notice.is_shown(today),
        until: match (state.notice.withdrawn, state.notice.until) {
            (true, _) => t.withdrawn.to_owned(),
            (false, Some(until)) => calendar::short_date(until),
            (false, None) => String::new(),
        },
        published: moments::short(state.published_millis, now),
        audience: audience(&state.offices, roster, t),
        reached: format!("{} / {}", state.reach.reached, state.reach.offices),
    }
}

/// The offices of a notice in few words.
pub(super) fn audience(offices: &[OfficeCode], roster: &Roster, t: &Texts) -> String {
    let name = |code: &OfficeCode| roster.get(*code).map_or_else(|| code.to_string(), office_model::Office::full_name);
    match offices {
        [one] => name(one),
        [first, ..] if offices.len() < roster.len() => {
            let district = first.district().and_then(|district| roster.get(district));
            let alike = offices.iter().all(|office| office.district() == first.district());
            match district.filter(|_| alike) {
                Some(district) => format!("{} {}", t.district, district.name),
                None => format!("{} {}", offices.len(), t.offices_word),
            }
        }
        _ => t.all_offices.to_owned(),
    }
}

fn common(state: &CommonState, language: Language) -> Common {
    let t = language.texts();
    Common {
        topic: state.topic.to_string(),
        name: name(state.topic, t),
        version: state.version.map_or_else(String::new, |version| version.to_string()),
        published: state.published_millis.map_or_else(
            || if state.is_untold { t.roster_untold } else { t.as_shipped }.to_owned(),
            |at| moments::short(at, clock::now_millis()),
        ),
        reached: state
            .published_millis
            .map_or_else(String::new, |_| format!("{} / {}", state.reach.reached, state.reach.offices)),
    }
}

/// What people call a topic.
pub(in crate::desk) fn name(topic: Topic, t: &Texts) -> &'static str {
    match topic {
        Topic::Catalogue => t.catalogue,
        Topic::Templates => t.templates,
        Topic::Roster => t.roster,
        Topic::Profile => t.profile,
        Topic::Notice(_) => t.notices,
    }
}
