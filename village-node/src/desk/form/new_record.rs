//! A new record: the form of its service, filled in with what is known of the citizen, and saved.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::{Extension, Json};
use change_log::DocumentId;
use data_encoding::HEXLOWER;
use office_model::{Bilingual, Catalogue, ClerkId, Problem, Service, ServiceId};
use replica_store::Reader;
use serde_json::{Value, json};

use crate::action::{NewRecord, today};
use crate::desk::form::carried::{self, Sender};
use crate::desk::form::citizens::{citizen_of, is_of_citizen};
use crate::desk::form::saved::{self, Sent};
use crate::desk::form::services::note_used;
use crate::desk::form::{Asked, Entry, Kept, Typed, ask, checked, drafts};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Halt, Page, go, html};
use crate::desk::frame::shown;
use crate::desk::moments;
use crate::desk::people::sign_in::note_in;
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::queue;
use crate::serve::Shared;
use crate::serve::entrance::Entrance;
use crate::{Act, Action, Failure, Node, moment};

/// Said in the address of a form that was not saved, because something in it is wrong.
pub(in crate::desk) const REFUSED: &str = "ditolak";

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    page: Page,
    service_id: String,
    /// Version of the catalogue that the form is of.
    catalogue: u32,
    service: String,
    promised: String,
    papers: Vec<String>,
    draft: String,
    citizen: Vec<Asked>,
    about: Vec<Asked>,
    problems: Vec<(String, String, String)>,
    filled: bool,
}

/// A service as a catalogue has it. A form stays with the version that it was begun under: a new one that arrives
/// meanwhile changes nothing in it.
#[derive(Clone, Copy)]
pub(in crate::desk) struct Offered {
    pub(in crate::desk) catalogue: &'static Catalogue,
    pub(in crate::desk) service: &'static Service,
}

impl Offered {
    /// `version`: as a form says it; without one that is known, the newest.
    pub(in crate::desk) fn find(id: &str, version: &str) -> Option<Self> {
        let known = version.parse().ok().and_then(Catalogue::of_version);
        let catalogue = known.unwrap_or_else(Catalogue::current);
        let service = id.parse::<ServiceId>().ok().and_then(|id| catalogue.service(&id))?;
        Some(Self { catalogue, service })
    }

    /// What was typed into its form, and what that is a form of.
    pub(in crate::desk) fn keep(self, form: &Form) -> Kept {
        let typed = Typed::of_pairs(self.service, &form.0);
        Kept { typed, catalogue: self.catalogue.version().to_string(), edit: None }
    }

    /// The same; a failure where there is no such service.
    pub(super) fn of(id: &str, version: &str) -> Result<Self, Halt> {
        let found = Self::find(id, version).ok_or_else(|| {
            Failure::new(
                crate::Blame::NotFound,
                "unknown_service",
                "Tidak ada layanan itu. Tidak ada yang berubah; pilih layanan dari daftar.",
                "There is no such service. Nothing was changed; choose one from the list.",
            )
        })?;
        Ok(found)
    }
}

/// The problems of a form as a list: name of the input, label, text.
pub(crate) fn listed(
    catalogue: &Catalogue,
    service: &Service,
    problems: &[Problem],
    language: Language,
) -> Vec<(String, String, String)> {
    let one = |problem: &Problem| {
        let path = problem.path.to_string();
        let label = shown::path_label((catalogue, service), (&path, None), language);
        (path, label, language.say(&problem.text).to_owned())
    };
    problems.iter().map(one).collect()
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let word = |name: &str| words.get(name).cloned().unwrap_or_default();
    let (draft, from) = (word("draf"), word("dari"));
    let clerk = visitor.clerk().to_string();
    let newest = Offered::of(&id, "");
    let known_service = newest.as_ref().ok().map(|offered| offered.service);
    let service = known_service.map_or_else(|| id.clone(), |service| service.id.to_string());
    let begun = shared.node.blocking(move |node| {
        let reader = node.replica();
        if let Some(id) = drafts::parse_id(&draft) {
            let kept = drafts::find_new(&reader, id, &clerk, &service)?;
            return Ok(kept.map(|kept| (kept.typed, draft, false, kept.catalogue)));
        }
        let new = HEXLOWER.encode(&drafts::fresh_id()?);
        let known = match from.parse::<DocumentId>().ok().map(|id| reader.document(id)).transpose()?.flatten() {
            Some(document) => known_service.map(|service| citizen_of(service, &document.to_json())).unwrap_or_default(),
            None => Typed::default(),
        };
        let filled = !known.is_blank();
        Ok(Some((known, new, filled, String::new())))
    });
    let t = visitor.session.language.texts();
    let Some((typed, draft, from_record, version)) = begun.await? else {
        return fill(&shared, visitor, newest?, Filled::gone(t.draft_gone)?).await;
    };
    let offered = Offered::of(&id, &version)?;
    let flash = if word("kata") == "dibawa" { t.carried } else { "" };
    let problems = if word("kata") == REFUSED { Problems::AreShown } else { Problems::AreNot };
    fill(&shared, visitor, offered, Filled { typed, draft, from_record, problems, flash }).await
}

/// Whether what is wrong with a form is shown when it opens.
enum Problems {
    AreShown,
    AreNot,
}

/// A form with what is in it.
struct Filled {
    typed: Typed,
    draft: String,
    /// From an earlier record.
    from_record: bool,
    problems: Problems,
    /// What is said at the top.
    flash: &'static str,
}

impl Filled {
    /// The draft that was asked for is not there.
    fn gone(flash: &'static str) -> Result<Self, Failure> {
        let draft = HEXLOWER.encode(&drafts::fresh_id()?);
        Ok(Self { typed: Typed::default(), draft, from_record: false, problems: Problems::AreNot, flash })
    }
}

async fn fill(shared: &Shared, visitor: Visitor, offered: Offered, given: Filled) -> Answer {
    let Offered { catalogue, service } = offered;
    let made = shared.node.blocking(move |node| {
        let language = visitor.session.language;
        let reader = node.replica();
        let mut page = Page::of(&visitor.session, &reader, "new", language.say(&service.label))?;
        given.flash.clone_into(&mut page.flash);
        let problems = match given.problems {
            Problems::AreNot => Vec::new(),
            Problems::AreShown => {
                let checked = catalogue.validate(&service.id, &given.typed.to_record(), today(&reader));
                checked.err().unwrap_or_default()
            }
        };
        let said: BTreeMap<String, String> =
            problems.iter().map(|problem| (problem.path.to_string(), language.say(&problem.text).to_owned())).collect();
        let fields = ask(service, catalogue.person_fields(), &given.typed, (&said, &BTreeMap::new()), language);
        let (citizen, about) = fields.into_iter().partition(|field| is_of_citizen(&field.name));
        Ok(FormPage {
            page,
            service_id: service.id.to_string(),
            catalogue: catalogue.version(),
            service: language.say(&service.label).to_owned(),
            promised: shown::promised(service, language),
            papers: shown::papers(catalogue, service, language),
            draft: given.draft,
            citizen,
            about,
            problems: listed(catalogue, service, &problems, language),
            filled: given.from_record,
        })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn save(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let visitor = carried::sender(&shared, sender, (&entrance, &headers), &format!("/baru/{id}"), &form).await?;
    allow(visitor.role().may_record())?;
    let offered @ Offered { catalogue, service } = Offered::of(&id, form.get("katalog"))?;
    let kept = offered.keep(&form);
    // Of a form that does not say of which draft it is, nobody can tell whether it came before.
    let draft = drafts::parse_id(form.get("draf"));
    let sent = draft.map(|draft| Sent::new(draft, &kept));
    let fields = kept.typed.to_record();
    let record = NewRecord { service: service.id, fields, catalogue: Some(catalogue.version()) };
    let clerk = visitor.clerk().clone();
    let done = shared.node.blocking(move |node| match save_once(node, record, &clerk, sent.as_ref())? {
        Saving::Done(id) => Ok(Ok(id)),
        Saving::Refused if kept.typed.is_blank() => {
            // What stood in it was taken out again.
            draft.map_or(Ok(()), |draft| drafts::drop_own(&mut node.replica(), draft, clerk.as_str()))?;
            Ok(Err(None))
        }
        Saving::Refused => {
            let (by, now) = ((draft, clerk.as_str()), moment::now_millis());
            Ok(Err(Some(drafts::keep_new(&mut node.replica(), by, service.id, &kept, now)?)))
        }
    });
    match done.await? {
        Ok(id) => Ok(go(&format!("/berkas/{id}?kata=tersimpan"))),
        // A page of its own: going back to it asks nobody to send a form again.
        Err(draft) => Ok(go(&draft.map_or_else(
            || format!("/baru/{id}?kata={REFUSED}"),
            |draft| format!("/baru/{id}?draf={}&kata={REFUSED}", HEXLOWER.encode(&draft)),
        ))),
    }
}

/// What came of a form.
enum Saving {
    /// It is the record of this id.
    Done(String),
    /// Something in it is wrong.
    Refused,
}

/// The record that a form becomes. Sent twice (a double click, a page loaded again, after a power cut) it is the same one:
/// with the record go its draft, its number in the queue and what it became, in one commit.
fn save_once(node: &Node, record: NewRecord, clerk: &ClerkId, sent: Option<&Sent>) -> Result<Saving, Failure> {
    let known = |reader: &Reader| sent.map_or(Ok(None), |sent| sent.record(reader));
    if let Some(record) = known(&node.replica())? {
        return Ok(Saving::Done(record));
    }
    let (name, service) = (clerk.to_string(), record.service);
    let action = Action::Record { records: vec![record], clerk: clerk.clone() };
    let answer = node.perform_with(&action, |replica, answer| {
        let Some(id) = answer.pointer("/saved/0/id").and_then(Value::as_str) else { return Ok(()) };
        if known(replica)?.is_some() {
            return Err(sent_twice());
        }
        if let Some(sent) = sent {
            sent.note(replica, id, &name)?;
        }
        if let Ok(id) = id.parse() {
            queue::give(replica, id)?;
        }
        note_used(replica, &name, service.as_str())?;
        note_in(replica, &name, Act::Record, id)
    });
    let answer = match answer {
        Err(failure) => match known(&node.replica())? {
            // The same form, sent at the same moment, was saved meanwhile.
            Some(record) => return Ok(Saving::Done(record)),
            None => return Err(failure),
        },
        Ok(answer) => answer,
    };
    if let Some(id) = answer.pointer("/saved/0/id").and_then(Value::as_str) {
        return Ok(Saving::Done(id.to_owned()));
    }
    let problems = answer.pointer("/refused/0/problems").and_then(Value::as_array);
    if problems.is_some_and(|problems| !problems.is_empty()) {
        return Ok(Saving::Refused);
    }
    let text = answer.pointer("/refused/0/text").cloned().unwrap_or_default();
    let text: Bilingual = serde_json::from_value(text).unwrap_or_else(|_| Bilingual::new("", ""));
    Err(Failure::input("refused", text.id, text.en))
}

/// Never seen: the record that the form became is shown instead.
fn sent_twice() -> Failure {
    Failure::input(
        "sent_twice",
        "Formulir ini sudah tersimpan. Tidak ada yang berubah.",
        "This form is saved already. Nothing was changed.",
    )
}

pub(in crate::desk) async fn check(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    let Offered { catalogue, service } = Offered::of(&id, form.get("katalog"))?;
    let typed = Typed::of_pairs(service, &form.0);
    let today = shared.node.blocking(|node| Ok(today(&node.replica()))).await?;
    Ok(Json(checked((catalogue, service), &typed, today, visitor.session.language)).into_response())
}

pub(in crate::desk) async fn keep(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let by_script = headers.contains_key("x-desk-script");
    let visitor = match sender {
        // The script asks who it is, and sends what was typed again.
        sender if by_script => {
            let visitor = sender?;
            visitor.check(&form)?;
            visitor
        }
        sender => carried::sender(&shared, sender, (&entrance, &headers), &format!("/baru/{id}"), &form).await?,
    };
    allow(visitor.role().may_record())?;
    let offered = Offered::of(&id, form.get("katalog"))?;
    let clerk = visitor.clerk().to_string();
    let done = shared.node.blocking(move |node| {
        let kept = offered.keep(&form);
        if kept.typed.is_blank() {
            return Ok(json!({ "kept": "" }));
        }
        let mut replica = node.replica();
        let draft = drafts::parse_id(form.get("draf"));
        // Maybe a late word of the page: only somebody who goes on typing in it begins another draft.
        if by_script && draft.map_or(Ok(false), |draft| saved::is_over(&replica, draft))? {
            return Ok(json!({ "kept": "", "over": true }));
        }
        let now = moment::now_millis();
        let id = drafts::keep_new(&mut replica, (draft, &clerk), offered.service.id, &kept, now)?;
        Ok(json!({ "kept": moments::short(now, now), "draft": HEXLOWER.encode(&id) }))
    });
    let done = done.await?;
    Ok(if by_script { Json(done).into_response() } else { go("/") })
}
