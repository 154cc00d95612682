//! Catalogue, letter templates and roster: their text changed, checked, compared with what stands, published.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use desk_kit::{Form, Halt, go};
use letter_print::{MisfitKind, Signers, Templates, specimen};
use office_handbook::{Audience, Letterhead, Topic, catalogue_changes};
use office_model::{Bilingual, Catalogue, Roster};
use replica_store::Reader;

use super::index::name;
use super::{letterhead, may_publish, shown};
use crate::act::Act;
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::texts::Worded as _;
use crate::desk::visitor::Visitor;
use crate::handbook::{self, Proposal};
use crate::serve::Hub;
use crate::{Failure, clock, init};

/// Longest form, in bytes: a catalogue, encoded as forms are.
pub(in crate::desk) const BODY_BYTES_MAX: usize = 384 * 1024;
/// Lines of changes and problems on the page.
const LINES: usize = 100;

#[derive(Template)]
#[template(path = "handbook_text.html")]
struct TextPage {
    page: Page,
    topic: String,
    name: &'static str,
    text: String,
    may_publish: bool,
    /// What is wrong: it cannot be published.
    problems: Vec<String>,
    /// What it changes; nothing before it was checked.
    changes: Option<Vec<String>>,
    /// What to look at before it is published.
    warnings: Vec<String>,
    /// Services whose letters can be looked at: id and name.
    letters: Vec<(String, String)>,
}

/// What was found out about a text.
struct Looked {
    problems: Vec<Bilingual>,
    changes: Vec<Bilingual>,
    warnings: Vec<Bilingual>,
}

fn topic_of(word: &str) -> Result<Topic, Halt> {
    match word.parse() {
        Ok(topic @ (Topic::Catalogue | Topic::Templates | Topic::Roster)) => Ok(topic),
        _ => Err(Fault::from(Failure::input("there is no such text", "go back to the handbook")).into()),
    }
}

pub(in crate::desk) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(topic): Path<String>) -> Answer {
    let topic = topic_of(&topic)?;
    let keys = hub.keys.clone();
    let text = hub.readers.with(move |reader| handbook::text(reader, &keys, topic)).await;
    let text = text.map_err(Fault::from)?.map_err(Fault::from)?;
    html(&made(&visitor, topic, text, None))
}

fn made(visitor: &Visitor, topic: Topic, text: String, looked: Option<Looked>) -> TextPage {
    let (language, t) = (visitor.session.language, visitor.session.language.texts());
    let said = |lines: &[Bilingual]| lines.iter().take(LINES).map(|line| language.say(line).to_owned()).collect();
    let letters = Catalogue::current().services().filter(|service| service.is_letter && topic == Topic::Templates);
    TextPage {
        topic: topic.to_string(),
        name: name(topic, t),
        text,
        may_publish: visitor.session.role.may_change(),
        problems: looked.as_ref().map(|looked| said(&looked.problems)).unwrap_or_default(),
        warnings: looked.as_ref().map(|looked| said(&looked.warnings)).unwrap_or_default(),
        changes: looked.filter(|looked| looked.problems.is_empty()).map(|looked| said(&looked.changes)),
        letters: letters.map(|one| (one.id.to_string(), language.say(&one.label).to_owned())).collect(),
        page: Page::of(&visitor.session, "handbook", name(topic, t)),
    }
}

pub(in crate::desk) async fn save(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(topic): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    may_publish(&visitor)?;
    let topic = topic_of(&topic)?;
    let text = form.get("text").replace("\r\n", "\n");
    let typed = text.clone();
    let looked = hub.readers.with(move |reader| look(reader, topic, &typed)).await;
    let looked = looked.map_err(Fault::from)?.map_err(Fault::from)?;
    if form.get("aksi") != "terbit" || !looked.problems.is_empty() {
        return html(&made(&visitor, topic, text, Some(looked)));
    }
    let by = visitor.session.name.clone();
    let act = Act::Publish { by, topic: topic.to_string(), audience: Audience::Everyone, body: text };
    hub.writer.act(act).await.map_err(Fault::from)?;
    Ok(go("/pedoman?kata=terbit"))
}

fn look(reader: &Reader, topic: Topic, text: &str) -> Result<Looked, Failure> {
    let proposal = Proposal { topic, audience: Audience::Everyone, body: text };
    if let Err(wrong) = handbook::checked(reader, proposal, clock::now_millis()) {
        return Ok(Looked { problems: wrong.0, changes: Vec::new(), warnings: Vec::new() });
    }
    let templates = Templates::current().map_err(Failure::internal)?;
    let of_no_weight = |kind| kind != MisfitKind::NoLetter;
    let (changes, warnings) = match topic {
        Topic::Catalogue => {
            let new = Catalogue::parse(text).map_err(Failure::internal)?;
            let changes = catalogue_changes(Catalogue::current(), &new);
            (changes, handbook::misfits(templates, &new, of_no_weight))
        }
        Topic::Templates => {
            let new = Templates::parse(text).map_err(Failure::internal)?;
            let letters = new.changed_since(templates);
            let changes = letters
                .into_iter()
                .map(|id| Bilingual::new(format!("{id}: surat berubah"), format!("{id}: letter changes")));
            (changes.collect(), handbook::misfits(&new, Catalogue::current(), of_no_weight))
        }
        _ => {
            let new = Roster::parse(text).map_err(Failure::internal)?;
            let changes = handbook::roster_changes(&init::roster(reader)?, &new);
            (changes.into_iter().map(|line| Bilingual::new(line.clone(), line)).collect(), Vec::new())
        }
    };
    Ok(Looked { problems: Vec::new(), changes, warnings })
}

/// A letter about nobody by the templates as they are typed.
pub(in crate::desk) async fn example(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    let refused = |text: String| Fault::from(Failure::input(text, "go back and correct it"));
    let templates = Templates::parse(&form.get("text").replace("\r\n", "\n"));
    let templates = templates.map_err(|error| refused(error.to_string()))?;
    let catalogue = Catalogue::current();
    let service = form.get("service").parse().ok().and_then(|id| catalogue.service(&id));
    let service = service.ok_or_else(|| refused("there is no such service".to_owned()))?;
    let roster = hub.readers.with(init::roster).await.map_err(Fault::from)?.map_err(Fault::from)?;
    let office = roster.villages().next().ok_or_else(|| refused("the roster has no village".to_owned()))?;
    let office = letterhead(office, &Letterhead::default());
    let letter = specimen(&templates, catalogue, service, (&office, &Signers::default()));
    shown(&letter.map_err(|error| refused(error.to_string()))?)
}
